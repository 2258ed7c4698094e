// Uses the dashboard as a developer would. Arguments: the address of the application, the executable of Chromium, and
// a folder for screenshots of what failed. Prints a line for each step, `ok` or `failed`, and exits with 0 if all are ok.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const [base, executablePath, shots] = process.argv.slice(2);
const PATIENCE_MILLIS = 15_000;
const HOSTILE = '<img src=x onerror="document.documentElement.dataset.owned=1">';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const browser = await chromium.launch({
  executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'],
});
const complaints = [];
const page = await open({ width: 1280, height: 900 }, 'light');
const named = (name) => page.locator('dl.facts > div', { has: page.locator('dt', { hasText: new RegExp(`^${name}$`) }) }).locator('dd').first();

async function open(viewport, colorScheme) {
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
  context.setDefaultTimeout(PATIENCE_MILLIS);
  await context.addInitScript(axe);
  const opened = await context.newPage();
  opened.on('pageerror', (e) => complaints.push(`exception: ${e.message}`));
  opened.on('console', (message) => {
    // What the API refuses is told on the page; everything else that is an error here is one of ours.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(`console: ${message.text()}`);
    }
  });
  return opened;
}

async function api(method, path, body) {
  const response = await fetch(new URL(path, base), {
    method, headers: { 'Content-Type': 'application/json' }, body: body && JSON.stringify(body),
  });
  const answer = await response.text();
  check(response.status < 300, `${method} ${path} was answered ${response.status} ${answer}`);
  return answer && JSON.parse(answer);
}

function check(holds, what) {
  if (!holds) {
    throw new Error(what);
  }
}

async function go(hash) {
  await page.goto(new URL(`/#/${hash}`, base).href);
}

async function seen(locator, what) {
  await locator.first().waitFor({ timeout: PATIENCE_MILLIS }).catch(() => {
    throw new Error(`${what} is not seen`);
  });
}

let failures = 0;

async function step(name, work) {
  const began = Date.now();
  try {
    await work();
    console.log(`ok ${name} (${Date.now() - began} ms)`);
  } catch (e) {
    failures++;
    await page.screenshot({ path: `${shots}/${name.replace(/\W+/g, '-')}.png` }).catch(() => {});
    console.log(`failed ${name}: ${e.message.split('\n')[0]}`);
  }
}

await step('the overview shows every system', async () => {
  await go('');
  for (const system of ['State replication', 'Data migration', 'Leaderboards']) {
    await seen(page.getByRole('heading', { name: system }), system);
  }
  await seen(page.locator('#live.on'), 'that the page is live');
});

await step('a board that is created appears', async () => {
  await go('boards');
  await seen(page.getByRole('heading', { name: 'Boards', level: 1 }), 'the section');
  await api('POST', '/v1/leaderboards', { id: 'browser_board', description: HOSTILE, rankingType: 'SCORE' });
  await seen(page.getByRole('link', { name: 'browser_board' }), 'the board');
});

await step('a player is found, and any rank jumped to', async () => {
  await api('POST', '/v1/leaderboards/browser_board/scores/batch', {
    scores: Array.from({ length: 60 }, (_, i) => ({ playerId: `player_${i}`, value: 1000 - i * 10, metadata: { note: HOSTILE } })),
  });
  await page.getByRole('link', { name: 'browser_board' }).click();
  await seen(page.getByRole('button', { name: 'player_0', exact: true }), 'the best player');
  await page.getByLabel('Find a player').fill('player_41');
  await page.getByRole('button', { name: 'Find' }).click();
  await seen(page.locator('tr.highlight', { hasText: 'player_41' }), 'the player among others');
  // The ranks trail the writes by a moment.
  await seen(page.locator('.place dd', { hasText: '42 of 60' }), 'the rank of the player');
  await page.getByLabel('Jump to a rank').fill('30');
  await page.getByRole('button', { name: 'Jump' }).click();
  await seen(page.locator('tbody tr').first().locator('td', { hasText: /^player_29$/ }), 'who has rank 30');
  await seen(page.locator('svg.plot rect.bar'), 'the distribution');
});

await step('an entity is browsed to, and its history tells who changed what', async () => {
  await api('POST', '/v1/entities', { id: 'browser_entity', type: 'BROWSER', state: { coins: 1, [HOSTILE]: HOSTILE } });
  await api('PATCH', '/v1/entities/browser_entity', { set: { coins: 2 }, source: { serverId: 'server-7' } });
  await go('entities');
  await page.getByLabel('Type').fill('BROWSER');
  await page.getByRole('button', { name: 'Browse' }).click();
  await page.getByRole('link', { name: 'browser_entity' }).click();
  const newest = page.locator('.versions li').first();
  await seen(newest.getByText('Version 2'), 'version 2');
  await seen(newest.locator('summary', { hasText: 'server-7' }), 'who made it');
  await seen(newest.locator('.diff del', { hasText: '1' }), 'what was');
  await seen(newest.locator('.diff ins', { hasText: '2' }), 'what came');
  await api('PATCH', '/v1/entities/browser_entity', { increment: { coins: 40 } });
  await seen(page.locator('.versions li').first().getByText('Version 3'), 'version 3, by itself');
  await seen(page.locator('pre', { hasText: '"coins": 42' }), 'the state after it');
});

await step('a conflict is decided', async () => {
  await api('PUT', '/v1/entity-types/BROWSER_TRADE', { strategy: 'MANUAL', fallback: 'SERVER_WINS' });
  await api('POST', '/v1/entities', { id: 'browser_market', type: 'BROWSER_TRADE', state: { apples: 10 } });
  const { version } = await api('GET', '/v1/entities/browser_market');
  await api('PATCH', '/v1/entities/browser_market', { set: { apples: 7 } });
  await go('conflicts');
  await api('PATCH', '/v1/entities/browser_market', { set: { apples: 3 }, baseVersion: version });
  await page.getByRole('button', { name: 'Take the update: browser_market' }).click();
  await seen(page.locator('.toast', { hasText: 'now version' }), 'the decision');
  const { state } = await api('GET', '/v1/entities/browser_market');
  check(state.apples === 3, `the update was to be taken, and apples are ${state.apples}`);
});

await step('a migration is planned, run and watched until it is applied', async () => {
  for (let i = 0; i < 20; i++) {
    await api('POST', '/v1/entities', { id: `browser_old_${i}`, type: 'BROWSER_OLD', state: { hp: i } });
  }
  await api('POST', '/v1/migrations', {
    version: '900.1.0', description: HOSTILE, target: { entityType: 'BROWSER_OLD' },
    up: { operations: [{ op: 'rename', from: 'hp', path: 'health' }] },
  });
  await go('migrations');
  await page.getByRole('link', { name: '900.1.0' }).click();
  await page.getByRole('button', { name: 'Plan' }).click();
  await seen(page.locator('.diff ins').first(), 'a sample of the plan');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.getByLabel('Reason').fill('Seen in a browser');
  await page.getByRole('dialog').getByRole('button', { name: 'Run' }).click();
  const run = page.getByRole('region', { name: 'Run of migration 900.1.0' });
  await seen(run, 'the run');
  await seen(run.getByText('Applied'), 'that the run has ended');
  check(await run.getByRole('progressbar').getAttribute('value') === '100', 'the bar is to be full at the end');
  await seen(named('Status').getByText('Applied'), 'that the migration is applied');
  const { state } = await api('GET', '/v1/entities/browser_old_7');
  check(state.health === 7, `the entity was to be migrated, and is ${JSON.stringify(state)}`);
});

await step('what callers send stays text', async () => {
  await go(`boards/${encodeURIComponent(HOSTILE)}`);
  await seen(page.locator('h1', { hasText: HOSTILE }), 'the name as text');
  await seen(page.locator('.notice.bad'), 'what the API says of the name');
  await go('boards/browser_board');
  await seen(page.getByText(HOSTILE), 'the description as text');
  await page.getByLabel('Find a player').fill('player_3');
  await page.getByRole('button', { name: 'Find' }).click();
  await seen(page.locator('.place code', { hasText: 'onerror' }), 'the metadata as text');
  await go('entities/global/browser_entity');
  await seen(page.locator('pre', { hasText: 'onerror' }), 'the state as text');
  await go('migrations');
  await seen(page.getByText(HOSTILE), 'the description of the migration as text');
  check(await page.locator('img').count() === 0, 'no element may come of it');
  check(await page.evaluate(() => document.documentElement.dataset.owned === undefined), 'nothing of it may run');
});

await step('the keyboard reaches everything', async () => {
  // A page of its own: a browser may go on from where the focus was before a reload.
  const fresh = await open({ width: 1280, height: 900 }, 'light');
  await fresh.goto(new URL('/', base).href);
  await seen(fresh.getByRole('heading', { name: 'Leaderboards' }), 'the page');
  const focused = () => fresh.evaluate(() => document.activeElement.textContent.trim());
  await fresh.keyboard.press('Tab');
  check(await focused() === 'Skip to the content', `first comes the way to the content, not ${await focused()}`);
  await fresh.keyboard.press('Enter');
  check(await fresh.evaluate(() => document.activeElement.id === 'main'), 'it leads to the content');
  await fresh.getByRole('link', { name: 'Boards', exact: true }).focus();
  await fresh.keyboard.press('Enter');
  await seen(fresh.getByRole('heading', { name: 'Boards', level: 1 }), 'the section');
  check(await focused() === 'Boards', 'the focus follows to the heading');
  await fresh.getByRole('button', { name: 'Access key' }).focus();
  await fresh.keyboard.press('Enter');
  await seen(fresh.getByRole('dialog', { name: 'Access key' }), 'the dialog');
  await fresh.keyboard.press('Escape');
  await fresh.getByRole('dialog').waitFor({ state: 'hidden' });
  check(await focused() === 'Access key', 'the focus comes back');
  await fresh.context().close();
});

const VIEWS = ['', 'boards', 'boards/browser_board', 'entities', 'entities/global/browser_entity', 'conflicts',
  'migrations', 'migrations/900.1.0', 'events'];

for (const [width, scheme] of [[1600, 'light'], [360, 'dark']]) {
  await step(`everything can be read at ${width} px in ${scheme}`, async () => {
    const view = await open({ width, height: 800 }, scheme);
    const found = [];
    for (const hash of VIEWS) {
      await view.goto(new URL(`/#/${hash}`, base).href);
      await view.waitForFunction(() => document.querySelector('main table, main pre, main .empty, main .facts') !== null);
      const { violations, scrolls } = await view.evaluate(async () => ({
        violations: (await axe.run()).violations,
        scrolls: document.documentElement.scrollWidth > innerWidth,
      }));
      for (const one of violations.filter((violation) => ['serious', 'critical'].includes(violation.impact))) {
        found.push(`#/${hash}: ${one.id} at ${one.nodes[0].html.slice(0, 100)}`);
      }
      if (scrolls) {
        found.push(`#/${hash}: scrolls sideways`);
      }
    }
    await view.context().close();
    check(found.length === 0, found.join('; '));
  });
}

await step('nothing is complained about', async () => check(complaints.length === 0, complaints.join('; ')));

await browser.close();
process.exit(failures === 0 ? 0 : 1);
