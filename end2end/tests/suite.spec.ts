// Lists and pages of samples and regression tests, with their histories.
import { expect, test } from '../pages/fixtures';
import type { ApiClient } from '../pages/api';

interface Health {
  platforms: {
    platform: string;
    run_count: number;
    failing: { since: { run_id: number }; passed_before: { run_id: number } | null; changes_link: string | null } | null;
    latest: { status: string } | null;
    flip_count: number;
  }[];
}

interface Test {
  regression_test_id: number;
  sample_id: number;
  sample_name: string;
  command: string;
  categories: string[];
  active: boolean;
}

async function tests(api: ApiClient, query = ''): Promise<Test[]> {
  return (await api.get<{ data: Test[] }>(`/regression-tests?limit=100&${query}`)).data;
}

/** Returns a test whose health on Linux satisfies the predicate. */
async function findTest(api: ApiClient, predicate: (linux: Health['platforms'][0]) => boolean) {
  const total = await api.total('/regression-tests?limit=1');
  const pages = Array.from({ length: Math.ceil(total / 100) }, (_, page) => `offset=${100 * page}`);
  for (const test of (await Promise.all(pages.map((page) => tests(api, page)))).flat()) {
    const health = await api.get<Health>(`/regression-tests/${test.regression_test_id}/health`);
    if (predicate(health.platforms[0])) return { test, linux: health.platforms[0] };
  }
  throw new Error('the demo platform has no such test');
}

test('each listed test has a strip per platform that links to its page', async ({ suite, api }) => {
  await suite.open('/regression-tests');
  await expect(suite.heading).toHaveText('Regression tests');
  const [first] = await tests(api);
  const row = suite.rows.first();
  await expect(row).toContainText(first.command);
  await expect(row.locator('a.small-strip')).toHaveCount(2);
  await expect(row.getByRole('link', { name: `Test ${first.regression_test_id} on Linux` })).toHaveAttribute('href', `/regression-tests/${first.regression_test_id}`);
  await row.locator('a.small-strip').first().click();
  await expect(suite.heading).toContainText(`Test ${first.regression_test_id}`);
});

test('the filter form of tests sets the URL and can be cleared', async ({ page, suite, api }) => {
  const category = (await tests(api)).flatMap((test) => test.categories)[0];
  await suite.open('/regression-tests');
  await page.getByLabel('Category').selectOption(category);
  await page.getByLabel('Active').selectOption('true');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page).toHaveURL(/active=true/);
  const total = await api.total(`/regression-tests?active=true&category=${encodeURIComponent(category)}`);
  await expect(page.getByRole('navigation', { name: 'Pages of tests' })).toContainText(`${total} test`);
  await page.getByRole('search').getByRole('link', { name: 'Clear' }).click();
  await expect(page).toHaveURL(/\/regression-tests$/);
});

test('a test page shows since when it fails and links to the changes', async ({ suite, api }) => {
  const { test, linux } = await findTest(api, ({ failing }) => failing?.passed_before != null);
  await suite.open(`/regression-tests/${test.regression_test_id}`);
  const part = suite.on('Linux');
  await expect(part).toContainText(`it fails since run ${linux.failing?.since.run_id}`);
  await expect(part).toContainText(`It last passed in run ${linux.failing?.passed_before?.run_id}`);
  await expect(part.getByRole('link', { name: 'what changed in between' })).toHaveAttribute('href', linux.failing?.changes_link ?? '');
  await expect(part).toContainText(new RegExp(`${linux.flip_count} flips? between pass and failure`));
});

test('a failure older than the history window has no first failing run', async ({ suite, api }) => {
  const { test, linux } = await findTest(api, ({ failing }) => failing != null && failing.passed_before == null);
  await suite.open(`/regression-tests/${test.regression_test_id}`);
  await expect(suite.on('Linux')).toContainText(`it fails at least since run ${linux.failing?.since.run_id}`);
  await expect(suite.on('Linux')).toContainText(`as far back as looked: ${linux.run_count} completed run`);
});

test('each cell of a strip links to the test in its run', async ({ page, suite }) => {
  await suite.open('/regression-tests/2');
  const cell = suite.strips.first().getByRole('link').last();
  const name = await cell.getAttribute('aria-label');
  const [, run, word] = /^run (\d+), ([a-z ]+),/.exec(name ?? '') ?? [];
  expect(['pass', 'fail', 'fails differently', 'missing output', 'no result']).toContain(word);
  await cell.click();
  await expect(page).toHaveURL(new RegExp(`/runs/${run}\\?.*test=2#test-2$`));
});

test('the choice of runs in the strips is kept in the URL', async ({ page, suite }) => {
  await suite.open('/regression-tests/2');
  await page.getByRole('navigation', { name: 'Runs of the strips' }).getByRole('link', { name: 'pull requests' }).click();
  await expect(page).toHaveURL(/runs=pull_requests/);
  await expect(suite.on('Linux')).toContainText(/runs of pull requests with a result/);
  await expect(suite.strips.first().getByRole('link').first()).toHaveAttribute('aria-label', /^run \d+ of PR #\d+, /);
});

test('filtering the history keeps the choice of runs', async ({ page, suite, api }) => {
  await suite.open('/regression-tests/2?runs=all');
  await page.getByLabel('Platform').selectOption('windows');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page).toHaveURL(/runs=all/);
  await expect(page).toHaveURL(/platform=windows/);
  const total = await api.total('/regression-tests/2/history?platform=windows');
  await expect(page.getByRole('navigation', { name: 'Pages of results' })).toContainText(`${total} result`);
  await expect(suite.history.filter({ hasText: 'Linux' })).toHaveCount(0);
});

test('samples link to their tests, and a test to its sample', async ({ page, suite, api }) => {
  const [first] = await tests(api, 'active=true');
  await suite.open('/samples');
  await expect(suite.rows.filter({ hasText: first.sample_name }).first()).toBeVisible();
  await suite.open(`/samples/${first.sample_id}`);
  await expect(suite.heading).toContainText(first.sample_name);
  await page.getByRole('heading', { level: 3 }).getByRole('link', { name: `Test ${first.regression_test_id}`, exact: true }).click();
  await expect(suite.heading).toContainText(`Test ${first.regression_test_id}`);
  await page.getByRole('link', { name: first.sample_name }).first().click();
  await expect(page).toHaveURL(new RegExp(`/samples/${first.sample_id}$`));
});

test('the full hash is copied @javascript', async ({ page, suite, context, api }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const sample = await api.get<{ sha: string }>('/samples/2');
  await suite.open('/samples/2');
  await page.getByRole('button', { name: /^Copy the hash of/ }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(sample.sha);
});

test('a filter without matches offers to clear it', async ({ page, suite }) => {
  for (const [path, words] of [
    ['/samples?contains=none-is-called-so', 'No sample is like that'],
    ['/regression-tests?contains=none-is-called-so', 'No test is like that'],
  ]) {
    await suite.open(path);
    await expect(page.getByRole('heading', { name: words })).toBeVisible();
    await page.getByRole('link', { name: 'Clear the filters' }).click();
    await expect(suite.rows.first()).toBeVisible();
  }
});
