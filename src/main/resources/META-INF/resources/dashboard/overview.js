// Overview: health and statistics of each system, traffic over time and the latest events.

import { lines } from './charts.js';
import { client } from './connection.js';
import { eventTable, latest } from './events.js';
import { attempt, badge, button, card, facts, h, number, region, toast, words } from './page.js';

const SHOWN_MILLIS = 60 * 60 * 1000;

const SYSTEMS = [
  {
    name: 'State replication', key: 'stateReplication', link: '#/entities', numbers: (stats) => [
      ['Entities', number(stats.totalEntities)],
      ['Stored versions', number(stats.totalStateHistory)],
      ['Versions with conflicts (total)', number(stats.totalConflicts)],
      ['Parked conflicts', number(stats.totalPendingUpdates)],
      ['Subscribed players', number(stats.totalPlayers)],
      ['Average delivery latency', `${number(stats.averageReplicationLatency)} ms`],
    ],
  },
  {
    name: 'Data migration', key: 'dataMigration', link: '#/migrations', numbers: (stats) => [
      ['Current version', stats.currentVersion],
      ['Migrations', number(stats.totalMigrations)],
      ['Applied', number(stats.appliedMigrations)],
      ['Pending', number(stats.pendingMigrations)],
      ['Failed', number(stats.failedMigrations)],
      ['Migrations with a backup', number(stats.backupCount)],
    ],
  },
  {
    name: 'Leaderboards', key: 'leaderboardStore', link: '#/boards', numbers: (stats) => [
      ['Boards', number(stats.totalLeaderboards)],
      ['Entries', number(stats.totalEntries)],
      ['Cached boards (this instance)', number(stats.cachedLeaderboards)],
      ['Scores not yet ranked (this instance)', number(stats.updateQueueSize)],
      ['Snapshots', number(stats.historicalDataSize)],
      ['Closed seasons', number(stats.seasonalDataSize)],
    ],
  },
];

const health = (word) => badge(word ? words(word) : 'Unknown', word === 'HEALTHY' ? 'good' : word ? 'bad' : 'plain');

export function overview(context) {
  const options = { signal: context.signal };
  const systems = region({ class: 'systems' }, (all) => SYSTEMS.map((system, i) =>
    h('section', { class: 'card', 'aria-label': system.name },
      h('div', { class: 'card-head' },
        h('h2', {}, h('a', { href: system.link, 'data-key': system.key }, system.name)),
        health(all[i].health)),
      facts(system.numbers(all[i].numbers || {})))));
  const advice = region({}, (report) => report.overallHealth !== 'HEALTHY' && report.recommendations?.length > 0
    && h('section', { class: 'card notice warn', 'aria-labelledby': 'h-advice' },
      h('h2', { id: 'h-advice' }, 'Recommendations'),
      h('ul', {}, report.recommendations.map((one) => h('li', {}, one)))));
  const overall = region({ class: 'card-head' }, (word) => [h('p', { class: 'lead' }, 'Overall ', health(word))]);
  const traffic = region({ class: 'charts' }, (points) => charts(points));
  const events = region({}, (all) => eventTable('Latest events', all, 'No events yet.'));

  context.repeat(async () => {
    const [stats, report] = await Promise.all([client.getUnifiedStats({}, options), client.getHealthReport({}, options)]);
    overall.show(report.overallHealth);
    advice.show({ overallHealth: report.overallHealth, recommendations: report.recommendations });
    systems.show(SYSTEMS.map(({ key }) => ({ numbers: stats[key], health: report.systems?.[key] })));
  }, 3000);
  context.repeat(async () => {
    const since = new Date(Date.now() - SHOWN_MILLIS).toISOString();
    traffic.show((await client.listMonitoringPoints({ since }, options)).points);
  }, 5000);
  const refresh = context.repeat(async () => events.show((await latest('', 10, context.signal)).events), 4000);
  context.subscribe('global', refresh);

  const synchronize = button('Check and repair', (event) => attempt(event.target, async () => {
    const response = await client.forceSystemSynchronization({}, options);
    toast(`${number(response.checked)} checked, ${number(response.found)} problems or overdue items found, ${number(response.mended)} repaired.`);
  }), { title: 'Checks counters, ranks and overdue work, and repairs differences. Safe to run at any time.' });
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
  // The first data point has no predecessor and therefore no period.
  const points = all.filter((point) => point.periodSeconds > 0);
  if (points.length === 0) {
    return h('p', { class: 'empty' }, 'Data appears within two minutes of the first request.');
  }
  const times = points.map((point) => point.timestamp);
  const values = (name) => points.map((point) => point[name]);
  // A data point counts the requests since its predecessor, which is about one minute.
  const perMinute = (name) => points.map((point) => (point[name] * 60) / point.periodSeconds);
  return [
    lines('Requests', 'per minute', [{ name: 'Requests', tone: 'one', values: perMinute('requests') }], times),
    lines('Errors', 'per minute', [
      { name: '5xx errors', tone: 'bad', values: perMinute('errors') },
      { name: '4xx errors', tone: 'two', values: perMinute('refused') },
    ], times),
    lines('Latency', 'ms', [
      { name: 'p50', tone: 'one', values: values('latencyP50') },
      { name: 'p99', tone: 'two', values: values('latencyP99') },
    ], times),
  ];
}
