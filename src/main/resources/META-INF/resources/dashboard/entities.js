// Entities: what is in a space, and of one of them its state, and what made it so.

import { get, path, query } from './api.js';
import { badge, button, card, facts, field, h, number, region, table, time, words } from './page.js';
import { diff, differences, disagreements, json } from './states.js';

const PAGE = 100;
const VERSIONS = 20;

const link = (space, id) => `#/entities/${encodeURIComponent(space)}/${encodeURIComponent(id)}`;

export const entityLink = (space, id) => h('a', { href: link(space, id), 'data-key': `${space}/${id}` }, id);

export function entities(view) {
  return view.parts[1] ? one(view, view.parts[0], view.parts[1]) : all(view);
}

function all(view) {
  const shown = { space: view.parts[0] || 'global', type: '', limit: PAGE };
  const list = region({}, (entities) => table('Entities', [
    { name: 'Entity', cell: (entity) => entityLink(entity.space, entity.id) },
    { name: 'Type', cell: (entity) => entity.type },
    { name: 'Version', kind: 'number', cell: (entity) => number(entity.version) },
    { name: 'Changed', cell: (entity) => time(entity.updatedAt) },
    { name: 'By', wide: true, cell: (entity) => entity.updatedBy || '–' },
    { name: 'Schema', wide: true, cell: (entity) => entity.schemaVersion || '–' },
  ], entities, 'There are no such entities.'));
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
      follow();
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
  const refresh = view.repeat(async () => {
    const { space, type, limit } = shown;
    const answer = await get('v1/entities' + query({ space, type, limit }), view.signal);
    list.show(answer.entities.map((entity) => ({ ...entity, state: undefined })));
    more.hidden = !answer.nextCursor || limit === 1000;
  }, 5000);
  const followed = new Set();
  const follow = () => {
    if (!followed.has(shown.space)) {
      followed.add(shown.space);
      view.follow(shown.space, refresh);
    }
  };
  follow();
  return { title: 'Entities', content: [h('div', { class: 'tools' }, browse, open), h('div', { class: 'card flush' }, list.node), more] };
}

function one(view, space, id) {
  let limit = VERSIONS;
  const about = region({ class: 'about' }, (entity) => facts([
    ['Type', entity.type],
    ['Space', h('a', { href: `#/entities/${encodeURIComponent(space)}` }, space)],
    ['Version', number(entity.version)],
    ['Schema', entity.schemaVersion],
    ['Belongs to', entity.owner],
    ['Changed', time(entity.updatedAt)],
    ['By', entity.updatedBy],
    ['Status', entity.deleted && badge('Deleted', 'bad')],
  ]));
  const state = region({}, (value) => (value === null ? h('p', { class: 'empty' }, 'The entity is deleted.') : json(value, 'State')));
  const past = region({}, (versions) => h('ol', { class: 'versions' },
    versions.map((version, i) => item(version, versions[i + 1], i === 0))));
  const more = button('Older versions', () => {
    limit = Math.min(100, limit * 2);
    refresh();
  }, { hidden: true });
  const refresh = view.repeat(async () => {
    const at = query({ space });
    const [entity, history] = await Promise.all([
      get(path`v1/entities/${id}` + at, view.signal).catch((e) => {
        if (e.status === 404) {
          return null;
        }
        throw e;
      }),
      get(path`v1/entities/${id}/history` + query({ space, limit: limit + 1 }), view.signal),
    ]);
    const newest = history.versions[0];
    about.show(entity || { deleted: true, version: newest?.version, updatedAt: newest?.timestamp, updatedBy: newest?.by });
    state.show(entity ? entity.state : null);
    past.show(history.versions);
    more.hidden = history.versions.length <= limit || limit === 100;
  }, 5000);
  view.follow(space, (changes) => {
    if (changes.some((change) => change.entityId === id)) {
      refresh();
    }
  });
  return {
    title: id,
    content: [
      h('p', { class: 'crumbs' }, h('a', { href: '#/entities' }, 'Entities'), ' / ',
        h('a', { href: `#/entities/${encodeURIComponent(space)}` }, space), ' / ', id),
      about.node,
      h('div', { class: 'columns' },
        card('State', {}, state.node),
        card('History', {}, past.node, more)),
    ],
  };
}

/** A version: who made it, why it came out as it did, and what it changed. */
function item(version, before, newest) {
  const known = before !== undefined || version.version === 1;
  const changes = known ? differences(before?.state ?? {}, version.state ?? {}).length : 0;
  const what = version.deleted ? 'deleted' : !known ? '' : changes === 1 ? '1 change' : `${changes} changes`;
  return h('li', {}, h('details', { 'data-key': `v${version.version}`, open: newest },
    h('summary', { 'data-key': `s${version.version}` },
      h('b', {}, `Version ${version.version}`), ' ',
      h('span', { class: 'sub' }, time(version.timestamp), ' by ', version.by, what && ` · ${what}`),
      version.strategy && badge(words(version.strategy), 'busy')),
    version.conflicts?.length > 0 && disagreements(version.conflicts, true),
    version.deleted ? h('p', { class: 'empty' }, 'The entity was deleted.')
      : known ? diff(before?.state ?? {}, version.state ?? {}) : json(version.state, `State at version ${version.version}`)));
}
