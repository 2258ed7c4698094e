// Tests the example page of the JavaScript client in two tabs. Arguments: the URL of the application, the executable of
// Chromium, and the folder of the client. The page is shown under the application's origin.

import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chromium } from 'playwright-core';

const [, , application, executablePath, folder] = process.argv;
const origin = new URL(application).origin;
const server = spawn(process.execPath, [`${folder}/examples/server.mjs`], {
  env: { ...process.env, STATECRAFT_URL: origin, PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'],
});
const example = String((await once(server.stdout, 'data'))[0]).trim();
// Chromium treats a page that the test answers as remote, and would block its socket to this machine.
const args = ['--no-sandbox', '--disable-gpu', '--disable-features=LocalNetworkAccessChecks'];
const browser = await chromium.launch({ executablePath, args });
let frames = 0;
try {
  const context = await browser.newContext();
  await context.route(({ pathname }) => /^\/(example\/|session$|click$)/.test(pathname), async (route) => {
    const { pathname } = new URL(route.request().url());
    await route.fulfill({ response: await route.fetch({ url: example + pathname.replace('/example', '') }) });
  });
  const open = async () => {
    const tab = await context.newPage();
    tab.on('pageerror', (error) => console.log(`error ${error.stack}`));
    tab.on('websocket', (socket) => socket.on('framereceived', () => frames++));
    await tab.goto(`${origin}/example/?api=${encodeURIComponent(origin)}`);
    await tab.getByText('Live').waitFor();
    await tab.getByText('danced 0 times').waitFor();
    return tab;
  };
  const one = await open();
  const two = await open();
  await one.getByLabel('Motto').fill('onwards');
  await two.getByText('(onwards) danced 0 times').waitFor();
  await Promise.all([one, two].map((tab) => tab.getByRole('button', { name: 'Dance' }).click()));
  await Promise.all([one, two].map((tab) => tab.getByText('(onwards) danced 2 times').waitFor()));
  assert.equal(await two.getByLabel('Motto').inputValue(), 'onwards');
  await one.getByRole('button', { name: 'Click', exact: true }).click();
  await two.locator('#board li').filter({ hasText: ': 1' }).waitFor();
  assert.ok(frames > 0, 'the changes were polled');
  console.log('ok two tabs edit the same entity and show the board');
} finally {
  await browser.close();
  server.kill();
}
