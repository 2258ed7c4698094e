// Conflicts: those that wait for a decision, how the latest were settled, and what decides which.

import { get, path, post, query } from './api.js';
import { entityLink } from './entities.js';
import { eventTable, latest } from './events.js';
import { attempt, badge, button, card, facts, h, number, region, table, time, toast, words } from './page.js';
import { disagreements } from './states.js';

const CHOICES = [['SERVER', 'Keep what is stored'], ['CLIENT', 'Take the update'], ['MERGE', 'Merge']];

export function conflicts(view) {
  const waiting = region({}, (list) => (list.length === 0
    ? h('p', { class: 'empty' }, 'No conflict waits for a decision.')
    : h('ul', { class: 'stack' }, list.map((conflict) => parked(conflict, () => refresh())))));
  const numbers = region({}, (stats) => facts([
    ['Waiting', number(stats.totalPendingUpdates)],
    ['Conflicts so far', number(stats.totalConflicts)],
  ]));
  const settled = region({}, (events) => eventTable('Settled conflicts', events, 'No conflict has been settled lately.'));
  const types = region({}, (list) => table('What decides', [
    { name: 'Type', cell: (type) => type.type },
    { name: 'Strategy', cell: (type) => words(type.strategy) },
    { name: 'In doubt', wide: true, cell: (type) => (type.strategy === 'MANUAL' ? words(type.fallback) : '–') },
    { name: 'Players write', cell: (type) => (type.playersMayWrite ? 'Yes' : 'No') },
    { name: 'Rules', wide: true, cell: (type) => Object.entries(type.rules || {})
      .map(([at, rule]) => h('span', { class: 'sub' }, h('code', {}, at), ' ', words(rule))) },
  ], list, 'There are no entity types.'));

  const refresh = view.repeat(async () => {
    const [list, stats] = await Promise.all([
      get('v1/conflicts' + query({ limit: 50 }), view.signal),
      get('v1/stats/replication', view.signal),
    ]);
    waiting.show(list.conflicts);
    numbers.show(stats);
  }, 1500);
  view.repeat(async () => settled.show((await latest('CONFLICT_RESOLVED', 20, view.signal)).events), 4000);
  view.repeat(async () => types.show((await get('v1/entity-types', view.signal)).types), 15_000);
  const clock = setInterval(() => {
    for (const left of waiting.node.querySelectorAll('progress')) {
      left.value = Math.max(0, Number(left.dataset.deadline) - Date.now());
    }
  }, 250);
  view.signal.addEventListener('abort', () => clearInterval(clock));
  return {
    title: 'Conflicts',
    content: [
      h('div', { class: 'about' }, numbers.node),
      card('Waiting for a decision', {}, waiting.node),
      card('Settled lately', { class: 'flush' }, settled.node),
      card('What decides a conflict', { class: 'flush' }, types.node),
    ],
  };
}

function parked(conflict, refresh) {
  const deadline = Date.parse(conflict.deadline);
  const id = conflict.conflictId;
  const decide = (choose, text) => button(text, (event) => attempt(event.target, async () => {
    const answer = await post(path`v1/conflicts/${id}/resolve`, { choose });
    toast(`${conflict.entityId}: ${words(answer.resolution).toLowerCase()}, ${answer.changed ? `now version ${answer.version}` : 'nothing changed'}.`);
    refresh();
  }), { 'data-key': id + choose, 'aria-label': `${text}: ${conflict.entityId}` });
  return h('li', { class: 'conflict' },
    h('h3', {}, entityLink(conflict.space, conflict.entityId), ' ', badge(conflict.type)),
    h('p', { class: 'sub' }, 'Sent by ', conflict.by, ' at ', time(conflict.at), `, on version ${conflict.version}; decided by itself at `, time(conflict.deadline)),
    h('progress', {
      max: Math.max(1, deadline - Date.parse(conflict.at)), value: Math.max(0, deadline - Date.now()),
      'data-deadline': deadline, 'aria-label': 'Time left to decide',
    }),
    disagreements(conflict.conflicts, false),
    h('div', { class: 'actions' }, CHOICES.map(([choose, text]) => decide(choose, text))));
}
