// One run.
import { expect, test } from '../pages/fixtures';
import type { ApiClient } from '../pages/api';

interface Comparison {
  reference: { run_id: number } | null;
  counts: { broken_here: number; failing_differently: number; failing_identically: number; fixed_here: number };
  data: { regression_test_id: number; verdict: string; command: string }[];
}

const compare = (api: ApiClient, run: number, query = '') => api.get<Comparison>(`/runs/${run}/comparison?${query}`);

/** Returns the newest failed run of a pull request whose comparison with its baseline satisfies the predicate. */
const pullRequest = (api: ApiClient, predicate: (counts: Comparison['counts']) => boolean) =>
  api.findRun('status=fail', async (run) => {
    if (run.pull_request === null) return false;
    const { reference, counts } = await compare(api, run.run_id, 'limit=1');
    return reference !== null && predicate(counts);
  });

test('a run page starts with the run, its verdict and its counts', async ({ page, run, api }) => {
  const failed = await api.findRun('status=fail');
  const summary = await api.get<{ total_samples: number; fail_count: number; missing_output_count: number }>(`/runs/${failed.run_id}/summary`);
  await run.open(failed.run_id);
  await expect(run.heading).toContainText(`Run ${failed.run_id}`);
  await expect(run.heading).toContainText('fail');
  await expect(run.counts).toContainText(`${summary.total_samples - summary.fail_count - summary.missing_output_count} pass`);
  await expect(page).toHaveTitle(new RegExp(`Run ${failed.run_id}`));
  await expect(page.locator('meta[property="og:description"]')).toHaveAttribute('content', /fail|broken|compare/);
});

test('the verdict of a pull request that broke a test says so, and the errors name the test', async ({ run, api }) => {
  const broken = await pullRequest(api, (counts) => counts.broken_here > 0);
  const { reference, counts, data } = await compare(api, broken.run_id, 'verdict=broken_here&limit=100');
  await run.open(broken.run_id);
  await expect(run.verdict).toContainText(`${counts.broken_here} test${counts.broken_here === 1 ? '' : 's'} broken by this change`);
  await expect(run.counts.getByRole('link', { name: `run ${reference?.run_id}` })).toHaveAttribute('href', `/runs/${reference?.run_id}`);
  const group = run.verdictGroup('broken_here');
  await expect(group).toContainText('broken here');
  for (const { regression_test_id } of data.slice(0, 3)) await expect(run.failure(regression_test_id)).toBeVisible();
  await expect(run.failure(data[0].regression_test_id)).toContainText(data[0].command);
  await expect(run.failure(data[0].regression_test_id).getByRole('link', { name: 'Log of test' })).toHaveAttribute('href', /\/logs\?contains=/);
});

test('the verdict of a pull request that broke nothing says that its failures are those of master', async ({ run, api }) => {
  const innocent = await pullRequest(api, (counts) => counts.broken_here + counts.failing_differently === 0 && counts.failing_identically > 0);
  await run.open(innocent.run_id);
  await expect(run.verdict).toContainText(/Nothing broken by this change: (all [\d,]+ failures are|the one failure is) the same as on master\./);
  await expect(run.verdictGroup('failing_identically').locator('a.opener')).toHaveAttribute('aria-expanded', 'false');
});

test('the counts link to known failures and to fixed tests', async ({ run, api }) => {
  const fixing = await api.findRun('status=fail', async ({ run_id }) => (await compare(api, run_id, 'limit=1')).counts.fixed_here > 0);
  const { counts, data } = await compare(api, fixing.run_id, 'verdict=fixed_here&limit=1');
  await run.open(fixing.run_id);
  await run.counts.getByRole('link', { name: `${counts.fixed_here} fixed here` }).click();
  await expect(run.failure(data[0].regression_test_id)).toBeVisible();
  await run.counts.getByRole('link', { name: /exactly as/ }).click();
  await expect(run.verdictGroup('failing_identically').locator('a.opener')).toHaveAttribute('aria-expanded', 'true');
});

test('the permalink of a failing test opens its group and targets it', async ({ page, run, api }) => {
  const failed = await pullRequest(api, (counts) => counts.failing_identically > 0);
  const { data } = await compare(api, failed.run_id, 'verdict=failing_identically&limit=100');
  const last = data[data.length - 1].regression_test_id;
  await page.goto(`/runs/${failed.run_id}?test=${last}#error-${last}`);
  await expect(run.failure(last)).toBeVisible();
  expect(await page.evaluate((id) => document.querySelector(':target')?.id === id, `error-${last}`)).toBe(true);
});

test('groups are sorted by their columns, and the URL keeps the order', async ({ page, run, api }) => {
  const failed = await api.findRun('status=fail');
  await run.open(failed.run_id, '?group_by=category');
  await run.errors.getByRole('columnheader', { name: 'Category' }).getByRole('link').click();
  await expect(page).toHaveURL(/sort=key/);
  const names = await run.groups.locator('.name').allTextContents();
  expect(names).toEqual([...names].sort());
  await run.errors.getByRole('columnheader', { name: 'Category' }).getByRole('link').click();
  await expect(page).toHaveURL(/sort=-key/);
  await expect(run.errors.getByRole('columnheader', { name: 'Category' })).toHaveAttribute('aria-sort', 'descending');
});

test('errors can be limited to new ones', async ({ page, run, api }) => {
  const broken = await pullRequest(api, (counts) => counts.broken_here > 0);
  const summary = await api.get<{ data: { count: number }[] }>(`/runs/${broken.run_id}/error-summary?new=true`);
  await run.open(broken.run_id, '?group_by=type');
  await run.errors.getByRole('link', { name: 'only new' }).click();
  await expect(page).toHaveURL(/new=true/);
  await expect(run.groups.first().locator('.total')).toHaveText(String(summary.data[0].count));
});

test('the report is linked', async ({ run, api }) => {
  const failed = await api.findRun('status=fail');
  await run.open(failed.run_id);
  await expect(run.copy).toHaveAttribute('href', `/api/v1/runs/${failed.run_id}/report.md`);
});

test('the report is copied @javascript', async ({ page, run, api, context }) => {
  const failed = await api.findRun('status=fail');
  await run.open(failed.run_id);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await run.copy.click();
  await expect(page.getByRole('link', { name: 'Copied', exact: true })).toBeVisible();
  await expect(page.locator('#said')).toHaveText('Copied');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(`[Run ${failed.run_id} on `);
});

for (const [word, query] of [
  ['type', 'type'],
  ['sample', 'sample_id'],
  ['test', 'regression_id'],
  ['category', 'category'],
  ['severity', 'severity'],
]) {
  test(`errors are grouped by ${word}, and the URL keeps the grouping`, async ({ page, run, api }) => {
    const failed = await api.findRun('status=fail');
    await run.open(failed.run_id);
    await run.groupBy(word).click();
    await expect(page).toHaveURL(new RegExp(`group_by=${query}`));
    const summary = await api.get<{ data: { label: string; count: number }[] }>(`/runs/${failed.run_id}/error-summary?group_by=${query}`);
    await expect(run.groups.first()).toContainText(summary.data[0].label);
    await expect(run.groups.first().locator('.total')).toHaveText(String(summary.data[0].count));
  });
}

test('a group expands to its errors with their commands, and collapses', async ({ page, run, api }) => {
  const failed = await api.findRun('status=fail');
  await run.open(failed.run_id, '?group_by=type');
  const first = run.groups.first().locator('a.opener');
  await first.click();
  await expect(page).toHaveURL(/bucket=/);
  await expect(run.inside.first().locator('.command code')).toBeVisible();
  await expect(run.groups.first().locator('a.opener')).toHaveAttribute('aria-expanded', 'true');
  // The URL alone shows the same.
  await page.goto(page.url());
  await expect(run.inside.first()).toBeVisible();
  await run.groups.first().locator('a.opener').click();
  await expect(run.inside).toHaveCount(0);
});

test('a category links to its tests', async ({ page, run, api }) => {
  const failed = await api.findRun('status=fail');
  const categories = await api.get<{ data: { category: string; total: number }[] }>(`/runs/${failed.run_id}/categories`);
  const { category, total } = categories.data[0];
  await run.open(failed.run_id);
  await page.locator('#categories').getByRole('link', { name: category, exact: true }).first().click();
  await expect(page).toHaveURL(/category=/);
  await expect(run.tests).toContainText(`only ${category}`);
  await expect(run.tests.locator('tbody tr')).toHaveCount(Math.min(total, 50));
});

test('an infrastructure failure replaces the verdict', async ({ run, api }) => {
  const broken = await api.findRun('status=canceled', (run) => run.run_errors === 'infrastructure');
  const errors = await api.get<{ data: { message: string }[] }>(`/runs/${broken.run_id}/infrastructure-errors`);
  await run.open(broken.run_id);
  await expect(run.infrastructure).toContainText(errors.data[0].message);
  await expect(run.verdict).toContainText('Did not run');
});

for (const status of ['pass', 'fail', 'error', 'canceled', 'running', 'queued', 'incomplete']) {
  test(`a run with status ${status} has a page`, async ({ run, api }) => {
    const found = await api.findRun(`status=${status}`);
    await run.open(found.run_id);
    await expect(run.heading).toContainText(status);
    await expect(run.verdict).not.toBeEmpty();
  });
}

test('links of the Sample Platform redirect to the run', async ({ page, api }) => {
  const { run_id } = await api.findRun('status=fail');
  await page.goto(`/test/${run_id}?group_by=category`);
  await expect(page).toHaveURL(new RegExp(`/runs/${run_id}\\?group_by=category$`));
});
