// A pull request, and a commit, with all their runs.
import { expect, test } from '../pages/fixtures';

test('a pull request says first what its newest commit does, then lists its runs', async ({ page, runs, platform }) => {
  const { pull_request } = await platform.run('', (run) => run.pull_request !== null);
  await page.goto(`/pulls/${pull_request}`);
  await expect(page.getByRole('heading', { level: 1, name: `PR #${pull_request}` })).toBeVisible();
  const all = await platform.runs(`pull_request=${pull_request}`);
  for (const { run_id } of all) await expect(runs.run(run_id)).toBeVisible();
  const newest = page.getByRole('list', { name: 'Newest verdicts' });
  await expect(newest.locator(`a[href="/runs/${all[0].run_id}"]`)).toBeVisible();
  await expect(newest).toContainText(/Linux:|Windows:/);
  await expect(page).toHaveTitle(new RegExp(`PR #${pull_request} · Runlens`));
});

test('the list leads to a pull request and to a commit', async ({ page, runs, platform }) => {
  const run = await platform.run('', ({ pull_request }) => pull_request !== null);
  await runs.open(`?pull_request=${run.pull_request}`);
  await runs.rows.first().getByRole('link', { name: `PR #${run.pull_request}`, exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`/pulls/${run.pull_request}$`));
  await runs.rows.first().locator('.commit a[href^="/commits/"]').click();
  await expect(page.getByRole('heading', { level: 1, name: /^Commit/ })).toBeVisible();
});

test('a commit is found by the beginning of its hash', async ({ page, runs, platform }) => {
  const { commit_sha } = await platform.run('status=fail');
  await page.goto(`/commits/${commit_sha.slice(0, 7)}`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText(commit_sha.slice(0, 7));
  for (const { run_id } of await platform.runs(`commit_sha=${commit_sha}`)) await expect(runs.run(run_id)).toBeVisible();
});

test('what was never tested says so', async ({ page }) => {
  expect((await page.goto('/pulls/999999'))?.status()).toBe(404);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('There is no run of PR #999999');
  expect((await page.goto('/commits/ffffffffffff'))?.status()).toBe(404);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('There is no run of commit ffffffffffff');
  expect((await page.goto('/commits/xyz'))?.status()).toBe(400);
  expect((await page.goto('/pulls/0'))?.status()).toBe(400);
});
