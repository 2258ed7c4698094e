// Migrations: which there are, what one would do, and running them forth and back.

import { get, path, post } from './api.js';
import { ask, attempt, badge, button, card, duration, facts, h, number, region, table, time, toast, words } from './page.js';
import { diff, json } from './states.js';

const RUNNING = ['PENDING', 'RUNNING', 'VALIDATING', 'ROLLING_BACK'];
const TONES = { APPLIED: 'good', FAILED: 'bad', ROLLED_BACK: 'bad', RUNNING: 'busy', VALIDATING: 'busy', ROLLING_BACK: 'busy', PAUSED: 'busy' };

const status = (word) => badge(words(word), TONES[word]);

const isOpen = (run) => RUNNING.includes(run.status) || run.status === 'PAUSED';

export function migrations(view) {
  return view.parts[0] ? one(view, view.parts[0]) : all(view);
}

function all(view) {
  const about = region({ class: 'about' }, (list) => facts([
    ['Current version', list.currentVersion],
    ['Migrations', number(list.migrations.length)],
    ['Pending', number(list.migrations.filter((migration) => migration.status === 'PENDING').length)],
  ]));
  const list = region({}, (migrations) => table('Migrations', [
    { name: 'Version', cell: (migration) => [
      h('a', { href: `#/migrations/${encodeURIComponent(migration.version)}`, 'data-key': migration.version }, migration.version),
      h('span', { class: 'sub' }, migration.description)] },
    { name: 'Status', cell: (migration) => [status(migration.status), migration.drift && badge('Drift', 'bad')] },
    { name: 'By', wide: true, cell: (migration) => words(migration.kind) },
    { name: 'Applied', wide: true, cell: (migration) => time(migration.appliedAt) },
    { name: 'Backup', wide: true, cell: (migration) => (migration.hasRollbackData ? 'Kept' : '–') },
  ], migrations, 'There are no migrations yet. Register one with POST /v1/migrations.'));
  const ledger = region({}, (entries) => table('Ledger', [
    { name: 'Time', cell: (entry) => time(entry.at) },
    { name: 'What', cell: (entry) => words(entry.action) },
    { name: 'Version', cell: (entry) => entry.version },
    { name: 'By', wide: true, cell: (entry) => entry.by },
    { name: 'Why', wide: true, cell: (entry) => entry.reason || '–' },
  ], entries, 'Nothing has been done yet.'));
  const runs = runList(view, () => refresh());
  const apply = button('Apply what is pending', (event) => attempt(event.target, async () => {
    const reason = await ask('Apply pending migrations', 'All pending migrations are applied in the order of their versions.', 'Apply', 'Reason');
    if (reason) {
      const answer = await post('v1/migrations/apply?waitMillis=0', { reason }, view.signal);
      toast(`${number(answer.totalPending)} pending; they are applied one after another.`);
      runs.add(answer.runs);
      refresh();
    }
  }), { class: 'primary' });
  const refresh = view.repeat(async () => {
    const [answer, history] = await Promise.all([get('v1/migrations', view.signal), get('v1/migrations/history', view.signal)]);
    about.show(answer);
    list.show(answer.migrations);
    ledger.show(history.history.slice(0, 50));
    runs.add(await openRuns(view));
    apply.disabled = !answer.migrations.some((migration) => migration.status === 'PENDING');
    return runs.running() ? 1000 : 3000;
  }, 3000);
  return {
    title: 'Migrations',
    content: [
      about.node,
      h('div', { class: 'actions' }, apply),
      runs.node,
      h('div', { class: 'card flush' }, list.node),
      card('Ledger', { class: 'flush' }, ledger.node),
    ],
  };
}

function one(view, version) {
  const migration = (below) => path`v1/migrations/${version}` + below;
  const about = region({ class: 'about' }, (its) => [
    h('p', { class: 'lead' }, its.description),
    facts([
      ['Status', status(its.status)],
      ['By', words(its.kind)],
      ['Entities', its.details?.definition?.target?.entityType],
      ['Applied', its.appliedAt && time(its.appliedAt)],
      ['Registered', h('span', {}, time(its.registeredAt), ' by ', its.registeredBy)],
      ['Backup', its.hasRollbackData ? 'Kept' : 'None'],
      ['Way down', its.details?.hasDown ? 'Yes' : 'No'],
      ['Lost for good but for the backup', its.details?.lost?.join(', ')],
      ['Checksum', h('code', {}, its.checksum.slice(0, 12))],
    ]),
  ]);
  const definition = region({}, (value) => (value ? json(value, 'Definition') : h('p', { class: 'empty' }, 'It is written in code.')));
  const plan = region({ role: 'status' }, (its) => its && planned(its));
  const runs = runList(view, () => refresh());
  const act = (verb, title, text, route, body) => button(verb, (event) => attempt(event.target, async () => {
    const reason = await ask(title, text, verb, 'Reason');
    if (reason) {
      const run = await post(migration(route) + '?waitMillis=0', { reason, ...body }, view.signal);
      runs.add([run.id]);
      refresh();
    }
  }));
  const dry = button('Plan', (event) => attempt(event.target, async () => plan.show(await post(migration('/plan'), undefined, view.signal))),
    { class: 'primary', title: 'Try it out without writing anything' });
  const run = act('Run', `Run ${version}`, 'It is applied now, whatever is pending before it.', '/force', {});
  const back = act('Roll back', `Roll back ${version}`, 'What was changed since stays; the rest becomes what it was.', '/rollback', { mode: 'SMART' });
  const refresh = view.repeat(async () => {
    const its = await get(migration(''), view.signal);
    about.show(its);
    definition.show(its.details?.definition ?? null);
    runs.add(await openRuns(view, version));
    run.disabled = ['APPLIED', 'RUNNING', 'VALIDATING', 'ROLLING_BACK'].includes(its.status);
    back.disabled = its.status !== 'APPLIED' && its.status !== 'FAILED';
    return runs.running() ? 1000 : 3000;
  }, 3000);
  return {
    title: `Migration ${version}`,
    content: [
      h('p', { class: 'crumbs' }, h('a', { href: '#/migrations' }, 'Migrations'), ' / ', version),
      about.node,
      h('div', { class: 'actions' }, dry, run, back),
      runs.node,
      plan.node,
      card('Definition', {}, definition.node),
    ],
  };
}

/** The ids of runs that go on, of one migration or of all. */
async function openRuns(view, version) {
  const { runs } = await get('v1/migrations/runs?limit=20', view.signal);
  return runs.filter((run) => isOpen(run) && (!version || run.version === version)).map((run) => run.id);
}

/** Runs as they go on; those that have ended stay until the section is left. */
function runList(view, ended) {
  const known = new Map();
  const running = () => [...known.values()].some((run) => run === null || isOpen(run));
  const list = region({ class: 'runs' }, (runs) => runs.map((run) => progress(run, act)));
  const draw = () => list.show([...known.values()].filter((run) => run !== null));
  const act = (run, verb, control) => attempt(control, async () => {
    known.set(run.id, await post(path`v1/migrations/runs/${run.id}/${verb}`, undefined, view.signal));
    draw();
    look();
  });
  const look = view.repeat(async () => {
    for (const [id, run] of known) {
      if (run === null || isOpen(run)) {
        const now = await get(path`v1/migrations/runs/${id}`, view.signal);
        known.set(id, now);
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
      const before = known.size;
      ids.forEach((id) => known.has(id) || known.set(id, null));
      if (known.size > before) {
        look();
      }
    },
  };
}

function progress(run, act) {
  const through = run.done + run.skipped + run.failed;
  const share = run.total > 0 ? Math.min(100, Math.floor((through * 100) / run.total)) : isOpen(run) ? 0 : 100;
  const control = (text, verb) => button(text, (event) => act(run, verb, event.target),
    { 'data-key': run.id + verb, 'aria-label': `${text} migration ${run.version}` });
  return h('section', { class: 'card run', 'aria-label': `Run of migration ${run.version}` },
    h('div', { class: 'card-head' },
      h('h2', {}, `${run.direction === 'DOWN' ? 'Rolling back' : 'Migration'} ${run.version}`), status(run.status)),
    h('div', { class: 'bar-line' },
      h('progress', { max: 100, value: share, 'aria-label': `Progress of migration ${run.version}` }),
      h('span', {}, `${share} %`)),
    facts([
      ['Done', `${number(run.done)} of ${number(run.total)}`],
      ['Skipped', number(run.skipped)],
      ['Failed', number(run.failed)],
      ['A second', isOpen(run) && number(Math.round(run.itemsPerSecond ?? 0))],
      ['Left', isOpen(run) && typeof run.etaSeconds === 'number' && duration(run.etaSeconds)],
      ['Phase', isOpen(run) && run.phase && words(run.phase)],
      ['Began', run.startedAt && time(run.startedAt)],
      ['Ended', run.finishedAt && time(run.finishedAt)],
    ]),
    run.error && h('p', { class: 'notice bad' }, run.error),
    isOpen(run) && h('div', { class: 'actions' },
      run.status === 'PAUSED' ? control('Resume', 'resume') : control('Pause', 'pause'),
      control('Cancel', 'cancel')));
}

function planned(plan) {
  return card('Plan', {},
    facts([
      ['Entities', `${number(plan.matching)}${plan.complete ? '' : ' or more'}`],
      ['Would change', number(plan.wouldChange)],
      ['Tried out', number(plan.sampled)],
      ['Cannot be migrated', number(plan.failed)],
      ['Reads', `${number(plan.estimate.readUnits)} units`],
      ['Writes', `${number(plan.estimate.writeUnits)} units`],
      ['Price', `$ ${plan.estimate.price.toPrecision(2)}`],
      ['Can be undone', plan.reversible && (plan.reversible.broken === 0 ? 'Yes' : `Not for ${number(plan.reversible.broken)}`)],
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
