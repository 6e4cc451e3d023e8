// The page of a run in progress.
import { expect, isolatedTest as test } from '../pages/fixtures';

let runId: number;
test.beforeEach(({ deployment }) => {
  runId = deployment.database.insertQueuedRun();
});

test('a run in progress shows its progress', async ({ page, run, deployment }) => {
  deployment.database.insertProgress(runId, 'testing');
  await run.open(runId);
  const live = page.locator('.live');
  await expect(live).toContainText('Testing');
  await expect(live.getByRole('progressbar', { name: 'Tests with a result' })).toBeVisible();
  await expect(live.locator('.counts')).toContainText(/0 of \d+ tests/);
});

test('a finished run shows no progress', async ({ page, run, api }) => {
  const failed = await api.findRun('status=fail');
  await run.open(failed.run_id);
  await expect(page.locator('.live')).toHaveCount(0);
});

test('a page follows its run to the end and keeps focus and scroll position @javascript', async ({ page, run, deployment }) => {
  const { database } = deployment;
  let streams = 0;
  page.on('request', (request) => {
    if (request.url().endsWith(`/runs/${runId}/events`)) streams += 1;
  });
  await run.open(runId);
  const live = page.locator('.live');
  await expect(live).toHaveClass(/up/, { timeout: 20_000 });
  database.insertProgress(runId, 'testing');
  await expect(live).toContainText('Testing', { timeout: 10_000 });
  await expect(run.heading).toContainText('running', { timeout: 15_000 });
  await page.evaluate(() => {
    window.scrollTo(0, 120);
  });
  const link = page.getByRole('navigation', { name: 'On this page' }).getByRole('link').first();
  await link.focus();
  const y = await page.evaluate(() => window.scrollY);
  database.insertPassingResult(runId);
  await expect(live.locator('.counts')).toContainText('1 of', { timeout: 10_000 });
  await expect(run.verdict).toContainText('1 of', { timeout: 15_000 });
  await expect(link).toBeFocused();
  expect(await page.evaluate(() => window.scrollY)).toBe(y);
  database.insertProgress(runId, 'canceled', 'Canceled via API');
  await expect(run.heading).not.toContainText('running', { timeout: 15_000 });
  await expect(live).toHaveCount(0);
  // The focused element may be gone; screen readers hear the outcome.
  await expect(page.locator('#said')).toContainText(/^canceled Run \d+ · \w+: Canceled/);
  expect(streams).toBe(1);
});

test('live updates can be paused and resumed @javascript', async ({ page, context, run, deployment }) => {
  const { database } = deployment;
  database.insertProgress(runId, 'testing');
  await run.open(runId);
  const live = page.locator('.live');
  await expect(live).toHaveClass(/up/, { timeout: 20_000 });
  await live.getByRole('button', { name: 'Pause' }).click();
  await expect(live).toContainText('paused');
  const elapsed = await live.locator('.elapsed').innerText();
  // A second page is not paused: it shows when the update was sent and that the clock went on.
  const other = (await context.newPage()).locator('.live');
  await other.page().goto(`/runs/${runId}`);
  await expect(other).toHaveClass(/up/, { timeout: 20_000 });
  database.insertPassingResult(runId);
  await expect(other.locator('.counts')).toContainText('1 of', { timeout: 10_000 });
  await expect(other.locator('.elapsed')).not.toHaveText(elapsed);
  await expect(live.locator('.counts')).toContainText('0 of');
  await expect(live.locator('.elapsed')).toHaveText(elapsed);
  await live.getByRole('button', { name: 'Resume' }).click();
  await expect(live.locator('.counts')).toContainText('1 of');
  await expect(run.verdict).toContainText('1 of', { timeout: 15_000 });
});

test('a lost connection is shown and restored @javascript', async ({ page, run, context, browserErrors }) => {
  await context.route(`**/runs/${runId}/events`, (route) => route.fulfill({ status: 503 }));
  await run.open(runId);
  const live = page.locator('.live');
  await expect(live).toContainText('connection lost, trying again', { timeout: 20_000 });
  await context.unroute(`**/runs/${runId}/events`);
  await expect(live).toHaveClass(/up/, { timeout: 20_000 });
  // The browser reports the failed request.
  browserErrors.length = 0;
});
