// Tests the dashboard in a browser. Arguments: the URL of the application, the executable of Chromium, and a folder for
// screenshots of failed steps. Prints one line per step, `ok` or `failed`, and exits with 0 if all steps are ok.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const [base, executablePath, shots] = process.argv.slice(2);
const TIMEOUT_MILLIS = 15_000;
const HOSTILE = '<img src=x onerror="document.documentElement.dataset.owned=1">';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const browser = await chromium.launch({
  executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'],
});
const consoleErrors = [];
const page = await open({ width: 1280, height: 900 }, 'light');
const named = (name) => page.locator('dl.facts > div', { has: page.locator('dt', { hasText: new RegExp(`^${name}$`) }) }).locator('dd').first();

async function open(viewport, colorScheme) {
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
  context.setDefaultTimeout(TIMEOUT_MILLIS);
  await context.addInitScript(axe);
  const opened = await context.newPage();
  opened.on('pageerror', (e) => consoleErrors.push(`exception: ${e.message}`));
  opened.on('console', (message) => {
    // The page shows rejected requests itself. Every other error in the console is a defect.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      consoleErrors.push(`console: ${message.text()}`);
    }
  });
  return opened;
}

async function api(method, path, body) {
  const response = await fetch(new URL(path, base), {
    method, headers: { 'Content-Type': 'application/json' }, body: body && JSON.stringify(body),
  });
  const answer = await response.text();
  check(response.status < 300, `${method} ${path} returned ${response.status} ${answer}`);
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
  await locator.first().waitFor({ timeout: TIMEOUT_MILLIS }).catch(() => {
    throw new Error(`not visible: ${what}`);
  });
}

let failures = 0;

async function step(name, work) {
  const start = Date.now();
  try {
    await work();
    console.log(`ok ${name} (${Date.now() - start} ms)`);
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
  await seen(page.locator('#live.on'), 'the live status');
});

await step('a new board appears', async () => {
  await go('boards');
  await seen(page.getByRole('heading', { name: 'Boards', level: 1 }), 'the section');
  await api('POST', '/v1/leaderboards', { id: 'browser_board', description: HOSTILE, rankingType: 'SCORE' });
  await seen(page.getByRole('link', { name: 'browser_board' }), 'the board');
});

await step('a player is found, and a position is shown', async () => {
  await api('POST', '/v1/leaderboards/browser_board/scores/batch', {
    scores: Array.from({ length: 60 }, (_, i) => ({ playerId: `player_${i}`, value: 1000 - i * 10, metadata: { note: HOSTILE } })),
  });
  await page.getByRole('link', { name: 'browser_board' }).click();
  await seen(page.getByRole('button', { name: 'player_0', exact: true }), 'the best player');
  await page.getByLabel('Find a player').fill('player_41');
  await page.getByRole('button', { name: 'Find' }).click();
  await seen(page.locator('tr.highlight', { hasText: 'player_41' }), 'the highlighted player');
  // The ranks lag behind the writes.
  await seen(page.locator('.player-rank dd', { hasText: '42 of 60' }), 'the rank of the player');
  await page.getByLabel('Go to position').fill('30');
  await page.getByRole('button', { name: 'Go', exact: true }).click();
  await seen(page.locator('tbody tr').first().locator('td', { hasText: /^player_29$/ }), 'the entry at position 30');
  await seen(page.locator('svg.plot rect.bar'), 'the distribution');
});

await step('an entity is opened, and its history shows author and changes', async () => {
  await api('POST', '/v1/entities', { id: 'browser_entity', type: 'BROWSER', state: { coins: 1, [HOSTILE]: HOSTILE } });
  await api('PATCH', '/v1/entities/browser_entity', { set: { coins: 2 }, source: { serverId: 'server-7' } });
  await go('entities');
  await page.getByLabel('Type').fill('BROWSER');
  await page.getByRole('button', { name: 'Browse' }).click();
  await page.getByRole('link', { name: 'browser_entity' }).click();
  const newest = page.locator('.versions li').first();
  await seen(newest.getByText('Version 2'), 'version 2');
  await seen(newest.locator('summary', { hasText: 'server-7' }), 'the author');
  await seen(newest.locator('.diff del', { hasText: '1' }), 'the old value');
  await seen(newest.locator('.diff ins', { hasText: '2' }), 'the new value');
  await api('PATCH', '/v1/entities/browser_entity', { increment: { coins: 40 } });
  await seen(page.locator('.versions li').first().getByText('Version 3'), 'version 3 without a reload');
  await seen(page.locator('pre', { hasText: '"coins": 42' }), 'the new state');
});

await step('a session and its holder are shown', async () => {
  await api('POST', '/v1/entities/browser_profile/session', { holder: 'server-8', type: 'BROWSER', state: { coins: 1 } });
  await api('POST', '/v1/entities/browser_profile/messages', { id: 'gift', body: { coins: 5 } });
  await go('entities');
  const session = page.locator('tr', { hasText: 'browser_profile' }).filter({ hasText: 'server-8' });
  await seen(session, 'the session');
  await session.getByRole('link', { name: 'browser_profile' }).click();
  await seen(page.getByText('server-8, fencing token 1'), 'the holder');
});

await step('a conflict is resolved', async () => {
  await api('PUT', '/v1/entity-types/BROWSER_TRADE', { strategy: 'MANUAL', fallback: 'SERVER_WINS' });
  await api('POST', '/v1/entities', { id: 'browser_market', type: 'BROWSER_TRADE', state: { apples: 10 } });
  const { version } = await api('GET', '/v1/entities/browser_market');
  await api('PATCH', '/v1/entities/browser_market', { set: { apples: 7 } });
  await go('conflicts');
  await api('PATCH', '/v1/entities/browser_market', { set: { apples: 3 }, baseVersion: version });
  await page.getByRole('button', { name: 'Apply update: browser_market' }).click();
  await seen(page.locator('.toast', { hasText: 'now version' }), 'the resolution');
  const { state } = await api('GET', '/v1/entities/browser_market');
  check(state.apples === 3, `apples must be 3 after the update, but are ${state.apples}`);
});

await step('the guards and the schema of a type are shown', async () => {
  await api('PUT', '/v1/entity-types/BROWSER_PURSE', {
    strategy: 'MERGE', guards: { '/coins': { min: 0 } }, schema: { required: ['coins'] },
  });
  await go('');
  await go('conflicts');
  const type = page.locator('tr', { hasText: 'BROWSER_PURSE' });
  await seen(type.getByText('min 0'), 'the guard');
  await type.locator('summary').click();
  await seen(type.locator('pre', { hasText: '"required"' }), 'the schema');
});

await step('a migration is planned, forced and shown until it is applied', async () => {
  for (let i = 0; i < 20; i++) {
    await api('POST', '/v1/entities', { id: `browser_old_${i}`, type: 'BROWSER_OLD', state: { hp: i } });
  }
  await api('POST', '/v1/migrations', {
    version: '900.1.0', description: HOSTILE, target: { entityType: 'BROWSER_OLD' },
    up: { operations: [{ op: 'rename', from: 'hp', path: 'health' }] },
  });
  await go('migrations');
  await page.getByRole('link', { name: '900.1.0' }).click();
  await page.getByRole('button', { name: 'Dry run' }).click();
  await seen(page.locator('.diff ins').first(), 'a sample of the dry run');
  await page.getByRole('button', { name: 'Force' }).click();
  await page.getByLabel('Reason').fill('Browser test');
  await page.getByRole('dialog').getByRole('button', { name: 'Force' }).click();
  const run = page.getByRole('region', { name: 'Run of migration 900.1.0' });
  await seen(run, 'the run');
  await seen(run.getByText('Applied'), 'the status of the finished run');
  check(await run.getByRole('progressbar').getAttribute('value') === '100', 'the progress must be 100 at the end');
  await seen(named('Status').getByText('Applied'), 'the status of the applied migration');
  const { state } = await api('GET', '/v1/entities/browser_old_7');
  check(state.health === 7, `the entity is not migrated: ${JSON.stringify(state)}`);
});

await step('data of callers is shown as text', async () => {
  await go(`boards/${encodeURIComponent(HOSTILE)}`);
  await seen(page.locator('h1', { hasText: HOSTILE }), 'the name as text');
  await seen(page.locator('.notice.bad'), 'the problem with the name');
  await go('boards/browser_board');
  await seen(page.getByText(HOSTILE), 'the description as text');
  await page.getByLabel('Find a player').fill('player_3');
  await page.getByRole('button', { name: 'Find' }).click();
  await seen(page.locator('.player-rank code', { hasText: 'onerror' }), 'the metadata as text');
  await go('entities/global/browser_entity');
  await seen(page.locator('pre', { hasText: 'onerror' }), 'the state as text');
  await go('migrations');
  await seen(page.getByText(HOSTILE), 'the description of the migration as text');
  check(await page.locator('img').count() === 0, 'data must not create elements');
  check(await page.evaluate(() => document.documentElement.dataset.owned === undefined), 'data must not run scripts');
});

await step('the keyboard reaches everything', async () => {
  // A new page, because a browser may restore the focus after a reload.
  const fresh = await open({ width: 1280, height: 900 }, 'light');
  await fresh.goto(new URL('/', base).href);
  await seen(fresh.getByRole('heading', { name: 'Leaderboards' }), 'the page');
  const focused = () => fresh.evaluate(() => document.activeElement.textContent.trim());
  await fresh.keyboard.press('Tab');
  check(await focused() === 'Skip to the content', `the first focus must be the skip link, but is ${await focused()}`);
  await fresh.keyboard.press('Enter');
  check(await fresh.evaluate(() => document.activeElement.id === 'main'), 'the skip link must focus the content');
  await fresh.getByRole('link', { name: 'Boards', exact: true }).focus();
  await fresh.keyboard.press('Enter');
  await seen(fresh.getByRole('heading', { name: 'Boards', level: 1 }), 'the section');
  check(await focused() === 'Boards', 'the heading must get the focus');
  await fresh.getByRole('button', { name: 'API key' }).focus();
  await fresh.keyboard.press('Enter');
  await seen(fresh.getByRole('dialog', { name: 'API key' }), 'the dialog');
  await fresh.keyboard.press('Escape');
  await fresh.getByRole('dialog').waitFor({ state: 'hidden' });
  check(await focused() === 'API key', 'the focus must return to the button');
  await fresh.context().close();
});

const VIEWS = ['', 'boards', 'boards/browser_board', 'entities', 'entities/global/browser_entity', 'conflicts',
  'migrations', 'migrations/900.1.0', 'events'];

for (const [width, scheme] of [[1600, 'light'], [360, 'dark']]) {
  await step(`every section is accessible at ${width} px in ${scheme}`, async () => {
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
        found.push(`#/${hash}: scrolls horizontally`);
      }
    }
    await view.context().close();
    check(found.length === 0, found.join('; '));
  });
}

await step('the console has no errors', async () => check(consoleErrors.length === 0, consoleErrors.join('; ')));

await browser.close();
process.exit(failures === 0 ? 0 : 1);
