// The pages of a pull request and of a commit.
import { expect, test } from '../pages/fixtures';

test('a pull request page starts with the verdicts of its newest commit, then lists its runs', async ({ page, runs, api }) => {
  const { pull_request } = await api.findRun('', (run) => run.pull_request !== null);
  await page.goto(`/pulls/${pull_request}`);
  await expect(page.getByRole('heading', { level: 1, name: `PR #${pull_request}` })).toBeVisible();
  const all = await api.runs(`pull_request=${pull_request}`);
  for (const { run_id } of all) await expect(runs.run(run_id)).toBeVisible();
  const newest = page.getByRole('list', { name: 'Newest verdicts' });
  await expect(newest.locator(`a[href="/runs/${all[0].run_id}"]`)).toBeVisible();
  await expect(newest).toContainText(/Linux:|Windows:/);
  await expect(page).toHaveTitle(new RegExp(`PR #${pull_request} · Runlens`));
});

test('the run list links to pull requests and commits', async ({ page, runs, api }) => {
  const run = await api.findRun('', ({ pull_request }) => pull_request !== null);
  await runs.open(`?pull_request=${run.pull_request}`);
  await runs.rows.first().getByRole('link', { name: `PR #${run.pull_request}`, exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`/pulls/${run.pull_request}$`));
  await runs.rows.first().locator('.commit a[href^="/commits/"]').click();
  await expect(page.getByRole('heading', { level: 1, name: /^Commit/ })).toBeVisible();
});

test('a commit is found by a prefix of its hash', async ({ page, runs, api }) => {
  const { commit_sha } = await api.findRun('status=fail');
  await page.goto(`/commits/${commit_sha.slice(0, 7)}`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText(commit_sha.slice(0, 7));
  for (const { run_id } of await api.runs(`commit_sha=${commit_sha}`)) await expect(runs.run(run_id)).toBeVisible();
});

test('an unknown pull request or commit is not found', async ({ page }) => {
  expect((await page.goto('/pulls/999999'))?.status()).toBe(404);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('There is no run of PR #999999');
  expect((await page.goto('/commits/ffffffffffff'))?.status()).toBe(404);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('There is no run of commit ffffffffffff');
  expect((await page.goto('/commits/xyz'))?.status()).toBe(400);
  expect((await page.goto('/pulls/0'))?.status()).toBe(400);
});
