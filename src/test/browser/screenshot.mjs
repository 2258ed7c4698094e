// Takes the screenshot of the README. Arguments: the URL of an application that plays the demo, the executable of
// Chromium, and the file to write. See `screenshot` beside this file.

import { chromium } from 'playwright-core';

const [base, executablePath, file] = process.argv.slice(2);
const START_TIMEOUT_MILLIS = 600_000;
// The charts have a data point per minute.
const CHART_MILLIS = 150_000;

const browser = await chromium.launch({
  executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, deviceScaleFactor: 1.5, colorScheme: 'dark' });
  await page.goto(base);
  await page.locator('#live.on').waitFor({ timeout: START_TIMEOUT_MILLIS });
  await page.locator('svg.plot').first().waitFor({ timeout: START_TIMEOUT_MILLIS });
  await page.waitForTimeout(CHART_MILLIS);
  await page.screenshot({ path: file });
} finally {
  await browser.close();
}
