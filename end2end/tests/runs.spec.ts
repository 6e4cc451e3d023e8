// The list of runs.
import { expect, test } from '../pages/fixtures';

interface ComparedRun {
  run_id: number;
  comparison: { counts: { broken_here: number } } | null;
}

test('the newest runs come first, Linux and Windows of a commit in one row', async ({ runs, api }) => {
  await runs.open();
  await expect(runs.heading).toBeVisible();
  const newest = (await api.runs())[0];
  await expect(runs.rows.first().locator(`a[href="/runs/${newest.run_id}"]`)).toBeVisible();
  const pair = (await api.runs(`commit_sha=${newest.commit_sha}`)).map((run) => run.run_id);
  expect(pair.length).toBe(2);
  for (const id of pair) await expect(runs.rows.first().locator(`a[href="/runs/${id}"]`)).toBeVisible();
});

test('the root page is the run list', async ({ page, runs }) => {
  await page.goto('/');
  await expect(runs.heading).toBeVisible();
});

test('the filter form sets the URL and can be cleared', async ({ page, runs, api }) => {
  await runs.open();
  await page.getByLabel('Status').selectOption('canceled');
  await page.getByLabel('Platform').selectOption('linux');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page).toHaveURL(/status=canceled/);
  await expect(page).toHaveURL(/platform=linux/);
  const total = await api.total('/runs?status=canceled&platform=linux');
  await expect(runs.pager).toContainText(`${total} run`);
  await expect(runs.rows.locator('.mark:not(.canceled)')).toHaveCount(0);
  await page.getByRole('search', { name: 'Filter runs' }).getByRole('link', { name: 'Clear' }).click();
  await expect(page).toHaveURL(/\/runs$/);
});

test('the pager moves to older runs and back', async ({ page, runs }) => {
  await runs.open();
  const first = await runs.rows.first().innerText();
  await runs.pager.getByRole('link', { name: 'Older' }).click();
  await expect(page).toHaveURL(/offset=50/);
  await expect(runs.rows.first()).not.toHaveText(first);
  await runs.pager.getByRole('link', { name: 'Newer' }).click();
  await expect.poll(() => runs.rows.first().innerText()).toBe(first);
});

test('a filter without matches offers to clear it', async ({ page, runs }) => {
  await runs.open('?branch=no-such-branch');
  await expect(page.getByRole('heading', { name: 'No run is like that' })).toBeVisible();
  await page.getByRole('link', { name: 'Clear the filters' }).click();
  await expect(runs.rows.first()).toBeVisible();
});

test('an invalid filter is named', async ({ page }) => {
  const response = await page.goto('/runs?status=broken');
  expect(response?.status()).toBe(400);
  await expect(page.getByRole('main')).toContainText('status');
  await expect(page.getByRole('main')).toContainText('must be one of pass, fail');
});

test('each run shows its comparison with master', async ({ runs, api }) => {
  await runs.open();
  const compared = (await api.get<{ data: ComparedRun[] }>('/runs?include=summary,verdict')).data;
  const broken = compared.find(({ comparison }) => (comparison?.counts.broken_here ?? 0) > 0);
  if (!broken?.comparison) throw new Error('the demo platform has no run with a broken test');
  await expect(runs.run(broken.run_id).first()).toContainText(`${broken.comparison.counts.broken_here} broken`);
});

test('the latest master results are shown above the unfiltered list only', async ({ page, runs, api }) => {
  await runs.open();
  const master = page.getByRole('region', { name: 'Last results of master' });
  const [newest] = await api.runs('reference=true&platform=linux');
  await expect(master.getByRole('link', { name: new RegExp(`^Run ${newest.run_id}:`) })).toHaveAttribute('href', `/runs/${newest.run_id}`);
  await runs.open('?status=fail');
  await expect(runs.rows.first()).toBeVisible();
  await expect(master).toHaveCount(0);
});

test('a shortcut link sets filters that submitting the form keeps', async ({ page, runs, api }) => {
  await runs.open();
  await page.getByRole('navigation', { name: 'Runs often asked for' }).getByRole('link', { name: 'Failures of PRs' }).click();
  await expect(page).toHaveURL(/status=fail/);
  await expect(page).toHaveURL(/test_type=pr/);
  await expect(runs.pager).toContainText(`${await api.total('/runs?status=fail&test_type=pr')} run`);
  await page.getByLabel('Platform').selectOption('linux');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page).toHaveURL(/platform=linux/);
  await expect(page).toHaveURL(/test_type=pr/);
});

test('runs are found by text and by a prefix of a commit', async ({ page, runs, api }) => {
  const { run_id, commit_sha } = await api.findRun('status=fail');
  await runs.open();
  await page.getByLabel('Commit', { exact: true }).fill(commit_sha.slice(0, 7));
  await page.getByLabel('Text', { exact: true }).fill('ccextractor');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page).toHaveURL(/q=ccextractor/);
  await expect(runs.run(run_id)).toBeVisible();
  await expect(runs.rows).toHaveCount(1);
});
