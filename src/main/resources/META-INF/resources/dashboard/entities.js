// Entities: the entities and sessions of a space, and of one entity its state and version history.

import { client } from './connection.js';
import { badge, button, card, facts, field, h, number, region, table, time, words } from './page.js';
import { diff, differences, disagreements, json } from './states.js';

const PAGE = 100;
const VERSIONS = 20;

const link = (space, id) => `#/entities/${encodeURIComponent(space)}/${encodeURIComponent(id)}`;

export const entityLink = (space, id) => h('a', { href: link(space, id), 'data-key': `${space}/${id}` }, id);

export function entities(context) {
  return context.segments[1] ? entityPage(context, context.segments[0], context.segments[1]) : entityList(context);
}

function entityList(context) {
  const shown = { space: context.segments[0] || 'global', type: '', limit: PAGE };
  const list = region({}, (entities) => table('Entities', [
    { name: 'Entity', cell: (entity) => entityLink(entity.space, entity.id) },
    { name: 'Type', cell: (entity) => entity.type },
    { name: 'Version', kind: 'number', cell: (entity) => number(entity.version) },
    { name: 'Updated', cell: (entity) => time(entity.updatedAt) },
    { name: 'Updated by', wide: true, cell: (entity) => entity.updatedBy || '–' },
    { name: 'Schema', wide: true, cell: (entity) => entity.schemaVersion || '–' },
  ], entities, 'No matching entities.'));
  const sessions = region({}, (held) => (held.length === 0 ? null : card('Sessions', { class: 'flush' }, table('Sessions', [
    { name: 'Entity', cell: (session) => entityLink(session.space, session.entityId) },
    { name: 'Holder', cell: (session) => session.holder },
    { name: 'Since', cell: (session) => time(session.since) },
    { name: 'Fencing token', kind: 'number', wide: true, cell: (session) => number(session.fence) },
    { name: 'Wanted by', cell: (session) => session.wantedBy || '–' },
    { name: 'Messages', kind: 'number', cell: (session) => number(session.waitingMessages) },
  ], held, 'No server holds a session.'))));
  const text = (label, id, value) => field(label, { id, value, maxlength: 128, autocomplete: 'off', spellcheck: 'false' });
  const space = text('Space', 'space', shown.space);
  const type = text('Type', 'type', '');
  const id = text('Open an entity', 'entity', '');
  const value = (input) => input.querySelector('input').value.trim();
  const browse = h('form', {
    class: 'inline',
    'aria-label': 'Browse',
    onsubmit: (event) => {
      event.preventDefault();
      Object.assign(shown, { space: value(space) || 'global', type: value(type), limit: PAGE });
      subscribe();
      refresh();
    },
  }, space, type, h('button', { type: 'submit' }, 'Browse'));
  const open = h('form', {
    class: 'inline',
    'aria-label': 'Open an entity',
    onsubmit: (event) => {
      event.preventDefault();
      if (value(id)) {
        location.hash = link(value(space) || 'global', value(id));
      }
    },
  }, id, h('button', { type: 'submit' }, 'Open'));
  const more = button('Show more', () => {
    shown.limit = Math.min(1000, shown.limit * 3);
    refresh();
  }, { hidden: true });
  const refresh = context.repeat(async () => {
    const { space, type, limit } = shown;
    const [response, held] = await Promise.all([
      client.listEntities({ space, type, limit }, { signal: context.signal }),
      client.listSessions({ space, limit: PAGE }, { signal: context.signal }),
    ]);
    sessions.show(held.sessions);
    list.show(response.entities.map((entity) => ({ ...entity, state: undefined })));
    more.hidden = !response.nextCursor || limit === 1000;
  }, 5000);
  const subscribed = new Set();
  const subscribe = () => {
    if (!subscribed.has(shown.space)) {
      subscribed.add(shown.space);
      context.subscribe(shown.space, refresh);
    }
  };
  subscribe();
  return { title: 'Entities', content: [h('div', { class: 'tools' }, browse, open), h('div', { class: 'card flush' }, list.node), more, sessions.node] };
}

function entityPage(context, space, id) {
  let limit = VERSIONS;
  const summary = region({ class: 'about' }, (entity) => facts([
    ['Type', entity.type],
    ['Space', h('a', { href: `#/entities/${encodeURIComponent(space)}` }, space)],
    ['Version', number(entity.version)],
    ['Schema', entity.schemaVersion],
    ['Owner', entity.owner],
    ['Updated', time(entity.updatedAt)],
    ['Updated by', entity.updatedBy],
    ['Session', entity.session && `${entity.session.holder}, fencing token ${entity.session.fence}`],
    ['Session wanted by', entity.session?.wantedBy],
    ['Status', entity.deleted && badge('Deleted', 'bad')],
  ]));
  const state = region({}, (value) => (value === null ? h('p', { class: 'empty' }, 'The entity is deleted.') : json(value, 'State')));
  const versionList = region({}, (versions) => h('ol', { class: 'versions' },
    versions.map((version, i) => versionItem(version, versions[i + 1], i === 0))));
  const more = button('Older versions', () => {
    limit = Math.min(100, limit * 2);
    refresh();
  }, { hidden: true });
  const refresh = context.repeat(async () => {
    const at = { entity: id, space };
    const options = { signal: context.signal };
    const orNull = (e) => {
      if (e.status === 404) {
        return null;
      }
      throw e;
    };
    const [entity, session, history] = await Promise.all([
      client.getEntityState(at, options).catch(orNull),
      client.getSession(at, options).catch(orNull),
      client.getEntityHistory({ ...at, limit: limit + 1 }, options),
    ]);
    const newest = history.versions[0];
    summary.show(entity ? { ...entity, session } : { deleted: true, version: newest?.version, updatedAt: newest?.timestamp, updatedBy: newest?.by });
    state.show(entity ? entity.state : null);
    versionList.show(history.versions);
    more.hidden = history.versions.length <= limit || limit === 100;
  }, 5000);
  context.subscribe(space, (changes) => {
    if (changes.some((change) => change.entityId === id)) {
      refresh();
    }
  });
  return {
    title: id,
    content: [
      h('p', { class: 'crumbs' }, h('a', { href: '#/entities' }, 'Entities'), ' / ',
        h('a', { href: `#/entities/${encodeURIComponent(space)}` }, space), ' / ', id),
      summary.node,
      h('div', { class: 'columns' },
        card('State', {}, state.node),
        card('History', {}, versionList.node, more)),
    ],
  };
}

/** A version: author, strategy, conflicts and changes. */
function versionItem(version, previous, isNewest) {
  const comparable = previous !== undefined || version.version === 1;
  const changes = comparable ? differences(previous?.state ?? {}, version.state ?? {}).length : 0;
  const label = version.deleted ? 'deleted' : !comparable ? '' : changes === 1 ? '1 change' : `${changes} changes`;
  return h('li', {}, h('details', { 'data-key': `v${version.version}`, open: isNewest },
    h('summary', { 'data-key': `s${version.version}` },
      h('b', {}, `Version ${version.version}`), ' ',
      h('span', { class: 'sub' }, time(version.timestamp), ' by ', version.by, label && ` · ${label}`),
      version.strategy && badge(words(version.strategy), 'busy')),
    version.conflicts?.length > 0 && disagreements(version.conflicts, true),
    version.deleted ? h('p', { class: 'empty' }, 'The entity was deleted.')
      : comparable ? diff(previous?.state ?? {}, version.state ?? {}) : json(version.state, `State at version ${version.version}`)));
}
