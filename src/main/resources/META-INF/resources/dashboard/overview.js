// How everything is: each system's health and numbers, traffic over time, and what happened last.

import { get, post, query } from './api.js';
import { lines } from './charts.js';
import { eventTable, latest } from './events.js';
import { attempt, badge, button, card, facts, h, number, region, toast, words } from './page.js';

const SHOWN_MILLIS = 60 * 60 * 1000;

const SYSTEMS = [
  {
    name: 'State replication', key: 'stateReplication', link: '#/entities', numbers: (stats) => [
      ['Entities', number(stats.totalEntities)],
      ['Versions kept', number(stats.totalStateHistory)],
      ['Conflicts', number(stats.totalConflicts)],
      ['Waiting updates', number(stats.totalPendingUpdates)],
      ['Players', number(stats.totalPlayers)],
      ['Latency', `${number(stats.averageReplicationLatency)} ms`],
    ],
  },
  {
    name: 'Data migration', key: 'dataMigration', link: '#/migrations', numbers: (stats) => [
      ['Current version', stats.currentVersion],
      ['Migrations', number(stats.totalMigrations)],
      ['Applied', number(stats.appliedMigrations)],
      ['Pending', number(stats.pendingMigrations)],
      ['Failed', number(stats.failedMigrations)],
      ['Backups', number(stats.backupCount)],
    ],
  },
  {
    name: 'Leaderboards', key: 'leaderboardStore', link: '#/boards', numbers: (stats) => [
      ['Boards', number(stats.totalLeaderboards)],
      ['Entries', number(stats.totalEntries)],
      ['Kept pages', number(stats.cachedLeaderboards)],
      ['Waiting updates', number(stats.updateQueueSize)],
      ['Snapshots', number(stats.historicalDataSize)],
      ['Past seasons', number(stats.seasonalDataSize)],
    ],
  },
];

const health = (word) => badge(word ? words(word) : 'Unknown', word === 'HEALTHY' ? 'good' : word ? 'bad' : 'plain');

export function overview(view) {
  const systems = region({ class: 'systems' }, (all) => SYSTEMS.map((system, i) =>
    h('section', { class: 'card', 'aria-label': system.name },
      h('div', { class: 'card-head' },
        h('h2', {}, h('a', { href: system.link, 'data-key': system.key }, system.name)),
        health(all[i].health)),
      facts(system.numbers(all[i].numbers || {})))));
  const advice = region({}, (report) => report.overallHealth !== 'HEALTHY' && report.recommendations?.length > 0
    && h('section', { class: 'card notice warn', 'aria-labelledby': 'h-advice' },
      h('h2', { id: 'h-advice' }, 'What to do'),
      h('ul', {}, report.recommendations.map((one) => h('li', {}, one)))));
  const overall = region({ class: 'card-head' }, (word) => [h('p', { class: 'lead' }, 'Overall ', health(word))]);
  const traffic = region({ class: 'charts' }, (points) => charts(points));
  const events = region({}, (all) => eventTable('Latest events', all, 'Nothing has happened yet.'));

  view.repeat(async () => {
    const [stats, report] = await Promise.all([get('v1/stats', view.signal), get('v1/health-report', view.signal)]);
    overall.show(report.overallHealth);
    advice.show({ overallHealth: report.overallHealth, recommendations: report.recommendations });
    systems.show(SYSTEMS.map(({ key }) => ({ numbers: stats[key], health: report.systems?.[key] })));
  }, 3000);
  view.repeat(async () => {
    const since = new Date(Date.now() - SHOWN_MILLIS).toISOString();
    traffic.show((await get('v1/monitoring' + query({ since }), view.signal)).points);
  }, 5000);
  const refresh = view.repeat(async () => events.show((await latest('', 10, view.signal)).events), 4000);
  view.follow('global', refresh);

  const synchronize = button('Check and mend', (event) => attempt(event.target, async () => {
    const answer = await post('v1/synchronize', undefined, view.signal);
    toast(`${number(answer.checked)} checked, ${number(answer.found)} found, ${number(answer.mended)} mended.`);
  }), { title: 'Recounts, compares and works off what was missed; safe at any time' });
  overall.show(undefined);
  return {
    title: 'Overview',
    content: [
      h('div', { class: 'card-head spread' }, overall.node, synchronize),
      advice.node,
      systems.node,
      card('Traffic', {}, traffic.node),
      card('Latest events', { class: 'flush' }, events.node),
    ],
  };
}

function charts(all) {
  // The first point of all has nothing before it to be compared with.
  const points = all.filter((point) => point.periodSeconds > 0);
  if (points.length === 0) {
    return h('p', { class: 'empty' }, 'The first points come within a minute.');
  }
  const times = points.map((point) => point.timestamp);
  const values = (name) => points.map((point) => point[name]);
  // A point counts what was answered since the one before, which is about a minute.
  const aMinute = (name) => points.map((point) => (point[name] * 60) / point.periodSeconds);
  return [
    lines('Requests', 'a minute', [{ name: 'Answered', tone: 'one', values: aMinute('requests') }], times),
    lines('Errors', 'a minute', [
      { name: 'Failed', tone: 'bad', values: aMinute('errors') },
      { name: 'Refused', tone: 'two', values: aMinute('refused') },
    ], times),
    lines('Latency', 'ms', [
      { name: 'Half within', tone: 'one', values: values('latencyP50') },
      { name: '99 % within', tone: 'two', values: values('latencyP99') },
    ], times),
  ];
}
