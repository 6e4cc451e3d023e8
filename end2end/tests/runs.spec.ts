// The list of runs.
import { expect, test } from '../pages/fixtures';

test('the newest runs come first, Linux and Windows of a commit in one row', async ({ runs, platform }) => {
  await runs.open();
  await expect(runs.heading).toBeVisible();
  const newest = (await platform.runs())[0];
  await expect(runs.rows.first().locator(`a[href="/runs/${newest.run_id}"]`)).toBeVisible();
  const pair = (await platform.runs(`commit_sha=${newest.commit_sha}`)).map((run) => run.run_id);
  expect(pair.length).toBe(2);
  for (const id of pair) await expect(runs.rows.first().locator(`a[href="/runs/${id}"]`)).toBeVisible();
});

test('the root is the list', async ({ page, runs }) => {
  await page.goto('/');
  await expect(runs.heading).toBeVisible();
});

test('filters are a form whose answer is an address', async ({ page, runs, platform }) => {
  await runs.open();
  await page.getByLabel('Status').selectOption('canceled');
  await page.getByLabel('Platform').selectOption('linux');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page).toHaveURL(/status=canceled/);
  await expect(page).toHaveURL(/platform=linux/);
  const total = await platform.total('/runs?status=canceled&platform=linux');
  await expect(runs.pager).toContainText(`${total} run`);
  await expect(runs.rows.locator('.mark:not(.canceled)')).toHaveCount(0);
  await page.getByRole('search').getByRole('link', { name: 'Clear' }).click();
  await expect(page).toHaveURL(/\/runs$/);
});

test('pages lead to older runs and back', async ({ page, runs }) => {
  await runs.open();
  const first = await runs.rows.first().innerText();
  await runs.pager.getByRole('link', { name: 'Older' }).click();
  await expect(page).toHaveURL(/offset=50/);
  await expect(runs.rows.first()).not.toHaveText(first);
  await runs.pager.getByRole('link', { name: 'Newer' }).click();
  await expect.poll(() => runs.rows.first().innerText()).toBe(first);
});

test('a filter that nothing meets says so and offers a way out', async ({ page, runs }) => {
  await runs.open('?branch=no-such-branch');
  await expect(page.getByRole('heading', { name: 'No run is like that' })).toBeVisible();
  await page.getByRole('link', { name: 'Clear the filters' }).click();
  await expect(runs.rows.first()).toBeVisible();
});

test('a filter that is not allowed is named', async ({ page }) => {
  const response = await page.goto('/runs?status=broken');
  expect(response?.status()).toBe(400);
  await expect(page.getByRole('main')).toContainText('status');
  await expect(page.getByRole('main')).toContainText('must be one of pass, fail');
});
