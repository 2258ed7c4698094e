// The event feed: events of all systems, newest first.

import { client } from './connection.js';
import { badge, button, field, h, option, region, table, time, words } from './page.js';
import { inline } from './states.js';

const PAGE = 50;

const TYPES = [
  'ENTITY_CREATED', 'ENTITY_UPDATED', 'ENTITY_DELETED', 'CONFLICT_PARKED', 'CONFLICT_RESOLVED',
  'LEADERBOARD_CREATED', 'LEADERBOARD_CHANGED', 'LEADERBOARD_UPDATED', 'LEADERBOARD_DELETED', 'LEADERBOARD_CLOSED', 'SEASON_RESET',
  'SEASON_COMPLETED', 'AWARD_GIVEN', 'MIGRATION_REGISTERED', 'MIGRATION_BASELINED', 'MIGRATION_REPAIRED',
  'MIGRATION_STARTED', 'MIGRATION_ROLLBACK_STARTED', 'MIGRATION_COMPLETED', 'MIGRATION_ROLLED_BACK',
  'MIGRATION_FAILED', 'MIGRATION_CANCELLED', 'MIGRATION_TRIGGER_SKIPPED', 'SYSTEM_SYNCHRONIZED',
];

/** The latest events of one type, or of all types. */
export const latest = (type, limit, signal) => client.listEvents({ type, limit, order: 'NEWEST' }, { signal });

const tone = (type) => (/FAILED|ISSUE/.test(type) ? 'bad' : /COMPLETED|RESOLVED|CREATED/.test(type) ? 'good' : 'plain');

export const eventTable = (caption, events, empty) => table(caption, [
  { name: 'Time', cell: (event) => time(event.timestamp) },
  { name: 'Event', cell: (event) => badge(words(event.type), tone(event.type)) },
  { name: 'Subject', cell: (event) => subject(event) },
  { name: 'Details', wide: true, cell: (event) => h('code', { class: 'clip' }, details(event)) },
], events, empty);

function subject(event) {
  const data = event.data || {};
  if (data.entityId) {
    return h('a', { href: `#/entities/${encodeURIComponent(data.space || 'global')}/${encodeURIComponent(data.entityId)}`, 'data-key': event.id }, data.entityId);
  }
  if (data.board) {
    return h('a', { href: `#/boards/${encodeURIComponent(data.board)}`, 'data-key': event.id }, data.board);
  }
  if (data.version && /MIGRATION/.test(event.type)) {
    return h('a', { href: `#/migrations/${encodeURIComponent(data.version)}`, 'data-key': event.id }, data.version);
  }
  return '–';
}

function details(event) {
  const { entityId, board, space, transactionId, ...rest } = event.data || {};
  const all = transactionId ? { transaction: transactionId, ...rest } : rest;
  return Object.entries(all).map(([name, value]) => `${name} ${typeof value === 'string' ? value : inline(value)}`).join(' · ');
}

export function events(context) {
  const shown = { type: '', limit: PAGE };
  const list = region({}, (all) => eventTable('Events', all, 'No events yet.'));
  const type = field('Show', { id: 'type', onchange: (event) => {
    Object.assign(shown, { type: event.target.value, limit: PAGE });
    refresh();
  } }, option('', 'All events'), TYPES.map((one) => option(one, words(one))));
  const more = button('Older events', () => {
    shown.limit = Math.min(1000, shown.limit * 3);
    refresh();
  }, { hidden: true });
  const refresh = context.repeat(async () => {
    const response = await latest(shown.type, shown.limit, context.signal);
    list.show(response.events);
    more.hidden = !response.nextCursor || shown.limit === 1000;
  }, 3000);
  context.subscribe('global', refresh);
  return { title: 'Events', content: [h('div', { class: 'tools' }, type), h('div', { class: 'card flush' }, list.node), more] };
}
