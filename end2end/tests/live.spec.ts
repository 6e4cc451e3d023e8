// A run's page while the run goes on.
import { expect, test } from '../pages/fixtures';
import { forget, pass, queuedRun, report } from '../pages/live';

let id: number;
test.beforeEach(() => (id = queuedRun()));
test.afterEach(() => forget(id));

test('a run that goes on says how far it is', async ({ page, run }) => {
  report(id, 'testing');
  await run.open(id);
  const live = page.locator('.live');
  await expect(live).toContainText('Testing');
  await expect(live.getByRole('progressbar', { name: 'Tests with a result' })).toBeVisible();
  await expect(live.locator('.counts')).toContainText(/0 of \d+ tests/);
});

test('a run that has ended says nothing of that kind', async ({ page, run, platform }) => {
  const failed = await platform.run('status=fail');
  await run.open(failed.run_id);
  await expect(page.locator('.live')).toHaveCount(0);
});

test('a page follows its run to the end, and stays where its reader is @javascript', async ({ page, run }) => {
  let streams = 0;
  page.on('request', (request) => {
    if (request.url().endsWith(`/runs/${id}/events`)) streams += 1;
  });
  await run.open(id);
  const live = page.locator('.live');
  await expect(live).toHaveClass(/up/, { timeout: 20_000 });
  report(id, 'testing');
  await expect(live).toContainText('Testing', { timeout: 10_000 });
  await expect(run.heading).toContainText('running', { timeout: 15_000 });
  await page.evaluate(() => window.scrollTo(0, 120));
  const link = page.getByRole('navigation', { name: 'On this page' }).getByRole('link').first();
  await link.focus();
  const y = await page.evaluate(() => window.scrollY);
  pass(id);
  await expect(live.locator('.counts')).toContainText('1 of', { timeout: 10_000 });
  await expect(run.verdict).toContainText('1 of', { timeout: 15_000 });
  await expect(link).toBeFocused();
  expect(await page.evaluate(() => window.scrollY)).toBe(y);
  report(id, 'canceled', 'Canceled via API');
  await expect(run.heading).not.toContainText('running', { timeout: 15_000 });
  await expect(live).toHaveCount(0);
  // What has the focus may have gone with what is past; whoever hears the page is told what became of the run.
  await expect(page.locator('#said')).toContainText(/^canceled Run \d+ · \w+: Canceled/);
  expect(streams).toBe(1);
});

test('a page that follows its run can be held, and goes on from there @javascript', async ({ page, run }) => {
  report(id, 'testing');
  await run.open(id);
  const live = page.locator('.live');
  await expect(live).toHaveClass(/up/, { timeout: 20_000 });
  await live.getByRole('button', { name: 'Pause' }).click();
  await expect(live).toContainText('paused');
  const elapsed = await live.locator('.elapsed').innerText();
  pass(id);
  await page.waitForTimeout(4_000);
  await expect(live.locator('.counts')).toContainText('0 of');
  await expect(live.locator('.elapsed')).toHaveText(elapsed);
  await live.getByRole('button', { name: 'Resume' }).click();
  await expect(live.locator('.counts')).toContainText('1 of');
  await expect(run.verdict).toContainText('1 of', { timeout: 15_000 });
});

test('a connection that is lost is said and made again @javascript', async ({ page, run, context, faults }) => {
  await context.route(`**/runs/${id}/events`, (route) => route.fulfill({ status: 503 }));
  await run.open(id);
  const live = page.locator('.live');
  await expect(live).toContainText('connection lost, trying again', { timeout: 20_000 });
  await context.unroute(`**/runs/${id}/events`);
  await expect(live).toHaveClass(/up/, { timeout: 20_000 });
  // That the browser says so itself is what this is about.
  faults.length = 0;
});
