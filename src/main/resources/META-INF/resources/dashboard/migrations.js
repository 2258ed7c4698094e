// Migrations: the list and the history, and of one migration its plan, runs and rollback.

import { client } from './connection.js';
import { ask, attempt, badge, button, card, duration, facts, h, number, region, table, time, toast, words } from './page.js';
import { diff, json } from './states.js';

const RUNNING = ['PENDING', 'RUNNING', 'VALIDATING', 'ROLLING_BACK'];
const TONES = { APPLIED: 'good', FAILED: 'bad', ROLLED_BACK: 'bad', RUNNING: 'busy', VALIDATING: 'busy', ROLLING_BACK: 'busy', PAUSED: 'busy' };

const status = (word) => badge(words(word), TONES[word]);

const isOpen = (run) => RUNNING.includes(run.status) || run.status === 'PAUSED';

export function migrations(context) {
  return context.segments[0] ? migrationPage(context, context.segments[0]) : migrationList(context);
}

function migrationList(context) {
  const summary = region({ class: 'about' }, (list) => facts([
    ['Current version', list.currentVersion],
    ['Migrations', number(list.migrations.length)],
    ['Pending', number(list.migrations.filter((migration) => migration.status === 'PENDING').length)],
  ]));
  const list = region({}, (migrations) => table('Migrations', [
    { name: 'Version', cell: (migration) => [
      h('a', { href: `#/migrations/${encodeURIComponent(migration.version)}`, 'data-key': migration.version }, migration.version),
      h('span', { class: 'sub' }, migration.description)] },
    { name: 'Status', cell: (migration) => [status(migration.status), migration.drift && badge('Drift', 'bad')] },
    { name: 'Kind', wide: true, cell: (migration) => words(migration.kind) },
    { name: 'Applied', wide: true, cell: (migration) => time(migration.appliedAt) },
    { name: 'Backup', wide: true, cell: (migration) => (migration.hasRollbackData ? 'Available' : '–') },
  ], migrations, 'There are no migrations yet. Register one with POST /v1/migrations.'));
  const historyTable = region({}, (entries) => table('Migration history', [
    { name: 'Time', cell: (entry) => time(entry.at) },
    { name: 'Action', cell: (entry) => words(entry.action) },
    { name: 'Version', cell: (entry) => entry.version },
    { name: 'By', wide: true, cell: (entry) => entry.by },
    { name: 'Reason', wide: true, cell: (entry) => entry.reason || '–' },
  ], entries, 'No entries yet.'));
  const options = { signal: context.signal };
  const runs = runList(context, () => refresh());
  const apply = button('Apply pending migrations', (event) => attempt(event.target, async () => {
    const reason = await ask('Apply pending migrations', 'Applies all pending migrations in the order of their versions.', 'Apply', 'Reason');
    if (reason) {
      const response = await client.applyPendingMigrations({ waitMillis: 0, body: { reason } }, options);
      toast(`${number(response.totalPending)} pending; they are applied sequentially.`);
      runs.add(response.runs);
      refresh();
    }
  }), { class: 'primary' });
  const refresh = context.repeat(async () => {
    const [response, history] = await Promise.all([client.listMigrations({}, options), client.listMigrationHistory({}, options)]);
    summary.show(response);
    list.show(response.migrations);
    historyTable.show(history.history.slice(0, 50));
    runs.add(await openRuns(context));
    apply.disabled = !response.migrations.some((migration) => migration.status === 'PENDING');
    return runs.running() ? 1000 : 3000;
  }, 3000);
  return {
    title: 'Migrations',
    content: [
      summary.node,
      h('div', { class: 'actions' }, apply),
      runs.node,
      h('div', { class: 'card flush' }, list.node),
      card('Migration history', { class: 'flush' }, historyTable.node),
    ],
  };
}

function migrationPage(context, version) {
  const options = { signal: context.signal };
  const summary = region({ class: 'about' }, (current) => [
    h('p', { class: 'lead' }, current.description),
    facts([
      ['Status', status(current.status)],
      ['Kind', words(current.kind)],
      ['Entities', current.details?.definition?.target?.entityType],
      ['Metadata of', metadataTarget(current.details?.definition?.target?.leaderboardMetadata)],
      ['Applied', current.appliedAt && time(current.appliedAt)],
      ['Registered', h('span', {}, time(current.registeredAt), ' by ', current.registeredBy)],
      ['Backup', current.hasRollbackData ? 'Available' : 'None'],
      ['Rollback possible', current.details?.hasDown ? 'Yes' : 'No'],
      ['Values lost (backup only)', current.details?.lost?.join(', ')],
      ['Checksum', h('code', {}, current.checksum.slice(0, 12))],
    ]),
  ]);
  const definition = region({}, (value) => (value ? json(value, 'Definition') : h('p', { class: 'empty' }, 'Defined in Java code.')));
  const plan = region({ role: 'status' }, (current) => current && planCard(current));
  const runs = runList(context, () => refresh());
  const act = (verb, title, text, operation, body) => button(verb, (event) => attempt(event.target, async () => {
    const reason = await ask(title, text, verb, 'Reason');
    if (reason) {
      const run = await client.call(operation, { version, waitMillis: 0, body: { reason, ...body } }, options);
      runs.add([run.id]);
      refresh();
    }
  }));
  const dryRun = button('Dry run', (event) => attempt(event.target, async () => plan.show(await client.planMigration({ version }, options))),
    { class: 'primary', title: 'Migrates a sample in memory and writes nothing' });
  const run = act('Force', `Force ${version}`, 'Applies this migration now, before earlier pending ones.', 'forceMigration', {});
  const rollBack = act('Roll back', `Roll back ${version}`, 'Records written since are converted with `down`; all others are restored from the backup.', 'rollbackMigration', { mode: 'SMART' });
  const refresh = context.repeat(async () => {
    const current = await client.getMigration({ version }, options);
    summary.show(current);
    definition.show(current.details?.definition ?? null);
    runs.add(await openRuns(context, version));
    run.disabled = ['APPLIED', 'RUNNING', 'VALIDATING', 'ROLLING_BACK'].includes(current.status);
    rollBack.disabled = current.status !== 'APPLIED' && current.status !== 'FAILED';
    return runs.running() ? 1000 : 3000;
  }, 3000);
  return {
    title: `Migration ${version}`,
    content: [
      h('p', { class: 'crumbs' }, h('a', { href: '#/migrations' }, 'Migrations'), ' / ', version),
      summary.node,
      h('div', { class: 'actions' }, dryRun, run, rollBack),
      runs.node,
      plan.node,
      card('Definition', {}, definition.node),
    ],
  };
}

/** The board whose metadata is migrated. */
function metadataTarget(board) {
  return board && (board === '*' ? 'all leaderboards' : h('a', { href: `#/boards/${encodeURIComponent(board)}` }, board));
}

/** The ids of active runs, of one migration or of all. */
async function openRuns(context, version) {
  const { runs } = await client.listMigrationRuns({ limit: 20 }, { signal: context.signal });
  return runs.filter((run) => isOpen(run) && (!version || run.version === version)).map((run) => run.id);
}

/** The progress of runs. Finished runs remain visible until the section is left. */
function runList(context, ended) {
  const runsById = new Map();
  const running = () => [...runsById.values()].some((run) => run === null || isOpen(run));
  const list = region({ class: 'runs' }, (runs) => runs.map((run) => progress(run, act)));
  const draw = () => list.show([...runsById.values()].filter((run) => run !== null));
  const act = (run, verb, control) => attempt(control, async () => {
    runsById.set(run.id, await client.call(`${verb}MigrationRun`, { run: run.id }, { signal: context.signal }));
    draw();
    refreshRuns();
  });
  const refreshRuns = context.repeat(async () => {
    for (const [id, run] of runsById) {
      if (run === null || isOpen(run)) {
        const now = await client.getMigrationRun({ run: id }, { signal: context.signal });
        runsById.set(id, now);
        if (!isOpen(now) && run !== null) {
          toast(`Migration ${now.version}: ${words(now.status).toLowerCase()}.`, now.status === 'FAILED' ? 'bad' : 'good');
          ended();
        }
      }
    }
    draw();
    return running() ? 600 : 3000;
  }, 3000);
  return {
    node: list.node,
    running,
    add(ids) {
      const before = runsById.size;
      ids.forEach((id) => runsById.has(id) || runsById.set(id, null));
      if (runsById.size > before) {
        refreshRuns();
      }
    },
  };
}

function progress(run, act) {
  const processed = run.done + run.skipped + run.failed;
  const percent = run.total > 0 ? Math.min(100, Math.floor((processed * 100) / run.total)) : isOpen(run) ? 0 : 100;
  const control = (text, verb) => button(text, (event) => act(run, verb, event.target),
    { 'data-key': run.id + verb, 'aria-label': `${text} migration ${run.version}` });
  return h('section', { class: 'card run', 'aria-label': `Run of migration ${run.version}` },
    h('div', { class: 'card-head' },
      h('h2', {}, `${run.direction === 'DOWN' ? 'Rolling back' : 'Migration'} ${run.version}`), status(run.status)),
    h('div', { class: 'bar-line' },
      h('progress', { max: 100, value: percent, 'aria-label': `Progress of migration ${run.version}` }),
      h('span', {}, `${percent} %`)),
    facts([
      [run.direction === 'DOWN' ? 'Rolled back' : 'Migrated', `${number(run.done)} of ${number(run.total)}`],
      ['Skipped', number(run.skipped)],
      ['Failed', number(run.failed)],
      ['Records per second', isOpen(run) && number(Math.round(run.itemsPerSecond ?? 0))],
      ['Time remaining', isOpen(run) && typeof run.etaSeconds === 'number' && duration(run.etaSeconds)],
      ['Phase', isOpen(run) && run.phase && words(run.phase)],
      ['Game server', run.script?.holder],
      ['Attempt', run.script && run.script.attempt > 0 && `${number(run.script.attempt)} (${run.script.direction === 'DOWN' ? 'roll back' : 'apply'})`],
      ['Last message', run.script?.message],
      ['Started', run.startedAt && time(run.startedAt)],
      ['Finished', run.finishedAt && time(run.finishedAt)],
    ]),
    run.error && h('p', { class: 'notice bad' }, run.error),
    isOpen(run) && h('div', { class: 'actions' },
      run.status === 'PAUSED' ? control('Resume', 'resume') : control('Pause', 'pause'),
      control('Cancel', 'cancel')));
}

function planCard(plan) {
  return card('Dry run', {},
    facts([
      ['Entities', `${number(plan.matching)}${plan.complete ? '' : ' or more'}`],
      ['Would change', number(plan.wouldChange)],
      ['Sampled', number(plan.sampled)],
      ['Failed in the sample', number(plan.failed)],
      ['Reads', `${number(plan.estimate.readUnits)} units`],
      ['Writes', `${number(plan.estimate.writeUnits)} units`],
      ['Estimated cost (USD)', plan.estimate.price.toPrecision(2)],
      ['Reversible', plan.reversible && (plan.reversible.broken === 0 ? 'Yes' : `Not for ${number(plan.reversible.broken)}`)],
    ]),
    plan.failures.length > 0 && h('div', {}, h('h3', {}, 'Failures'), table('Failures', [
      { name: 'Entity', cell: (failure) => failure.id },
      { name: 'Reason', cell: (failure) => failure.reason },
    ], plan.failures, '')),
    plan.warnings.length > 0 && h('div', {}, h('h3', {}, 'Warnings'), table('Warnings', [
      { name: 'Path', cell: (warning) => warning.path },
      { name: 'Warning', cell: (warning) => warning.message },
      { name: 'Records', cell: (warning) => number(warning.count) },
    ], plan.warnings, '')),
    plan.samples.length > 0 && h('div', {}, h('h3', {}, 'Samples'), plan.samples.map((sample, i) =>
      h('details', { open: i === 0, 'data-key': sample.space + '/' + sample.id },
        h('summary', {}, sample.id), diff(sample.before, sample.after)))));
}
