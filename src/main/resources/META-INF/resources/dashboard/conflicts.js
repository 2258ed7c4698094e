// Conflicts: parked conflicts, recently resolved conflicts, and the strategies, guards and schemas of the entity types.

import { client } from './connection.js';
import { entityLink } from './entities.js';
import { eventTable, latest } from './events.js';
import { attempt, badge, button, card, facts, h, number, region, table, time, toast, words } from './page.js';
import { disagreements } from './states.js';

const CHOICES = [['SERVER', 'Keep stored state'], ['CLIENT', 'Apply update'], ['MERGE', 'Merge']];

export function conflicts(context) {
  const parkedList = region({}, (list) => (list.length === 0
    ? h('p', { class: 'empty' }, 'No parked conflicts.')
    : h('ul', { class: 'stack' }, list.map((conflict) => conflictItem(conflict, () => refresh())))));
  const numbers = region({}, (stats) => facts([
    ['Parked', number(stats.totalPendingUpdates)],
    ['Versions with conflicts (total)', number(stats.totalConflicts)],
  ]));
  const resolved = region({}, (events) => eventTable('Resolved conflicts', events, 'No recently resolved conflicts.'));
  const types = region({}, (list) => table('Conflict resolution by entity type', [
    { name: 'Type', cell: (type) => type.type },
    { name: 'Strategy', cell: (type) => words(type.strategy) },
    { name: 'Fallback strategy', wide: true, cell: (type) => (type.strategy === 'MANUAL' ? words(type.fallback) : '–') },
    { name: 'Writable by players', cell: (type) => (type.playersMayWrite ? 'Yes' : 'No') },
    { name: 'Session required', wide: true, cell: (type) => (type.sessionRequired ? 'Yes' : 'No') },
    { name: 'Rules', wide: true, cell: (type) => Object.entries(type.rules || {})
      .map(([at, rule]) => h('span', { class: 'sub' }, h('code', {}, at), ' ', words(rule))) },
    { name: 'Guards', wide: true, cell: (type) => guards(type.guards) },
    { name: 'Schema', wide: true, cell: (type) => (type.schema
      ? h('details', { 'data-key': `schema ${type.type}` }, h('summary', {}, 'Show'),
        h('pre', {}, JSON.stringify(type.schema, null, 2)))
      : '–') },
  ], list, 'There are no entity types.'));

  const refresh = context.repeat(async () => {
    const [list, stats] = await Promise.all([
      client.listConflicts({ limit: 50 }, { signal: context.signal }),
      client.getReplicationStats({}, { signal: context.signal }),
    ]);
    parkedList.show(list.conflicts);
    numbers.show(stats);
  }, 1500);
  context.repeat(async () => resolved.show((await latest('CONFLICT_RESOLVED', 20, context.signal)).events), 4000);
  context.repeat(async () => types.show((await client.listEntityTypes({}, { signal: context.signal })).types), 15_000);
  const clock = setInterval(() => {
    for (const bar of parkedList.node.querySelectorAll('progress')) {
      bar.value = Math.max(0, Number(bar.dataset.deadline) - Date.now());
    }
  }, 250);
  context.signal.addEventListener('abort', () => clearInterval(clock));
  return {
    title: 'Conflicts',
    content: [
      h('div', { class: 'about' }, numbers.node),
      card('Parked conflicts', {}, parkedList.node),
      card('Recently resolved', { class: 'flush' }, resolved.node),
      card('Conflict resolution by entity type', { class: 'flush' }, types.node),
    ],
  };
}

/** The rules of a guard, a line for each path. */
function guards(guard) {
  return Object.entries(guard || {}).map(([at, rules]) => h('span', { class: 'sub' }, h('code', {}, at), ' ',
    Object.entries(rules).map(([rule, value]) => `${rule} ${JSON.stringify(value)}`).join(', ')));
}

function conflictItem(conflict, refresh) {
  const deadline = Date.parse(conflict.deadline);
  const id = conflict.conflictId;
  const resolveButton = (choose, text) => button(text, (event) => attempt(event.target, async () => {
    const response = await client.resolveConflict({ conflict: id, body: { choose } });
    toast(`${conflict.entityId}: ${words(response.resolution).toLowerCase()}, ${response.changed ? `now version ${response.version}` : 'state unchanged'}.`);
    refresh();
  }), { 'data-key': id + choose, 'aria-label': `${text}: ${conflict.entityId}` });
  return h('li', { class: 'conflict' },
    h('h3', {}, entityLink(conflict.space, conflict.entityId), ' ', badge(conflict.type)),
    h('p', { class: 'sub' }, 'Sent by ', conflict.by, ' at ', time(conflict.at), `, conflicts with version ${conflict.version}; resolved automatically at `, time(conflict.deadline)),
    h('progress', {
      max: Math.max(1, deadline - Date.parse(conflict.at)), value: Math.max(0, deadline - Date.now()),
      'data-deadline': deadline, 'aria-label': 'Time until automatic resolution',
    }),
    disagreements(conflict.conflicts, false),
    conflict.guard ? h('p', {}, 'Guard: ', guards(conflict.guard)) : null,
    h('div', { class: 'actions' }, CHOICES.map(([choose, text]) => resolveButton(choose, text))));
}
