// One run.
import { expect, test } from '../pages/fixtures';

test('a run says in its first lines what it is and what failed', async ({ page, run, platform }) => {
  const failed = await platform.run('status=fail');
  const summary = await platform.get<{ total_samples: number; fail_count: number; missing_output_count: number }>(`/runs/${failed.run_id}/summary`);
  await run.open(failed.run_id);
  await expect(run.heading).toContainText(`Run ${failed.run_id}`);
  await expect(run.heading).toContainText('fail');
  await expect(run.verdict).toContainText(`${summary.fail_count + summary.missing_output_count} of ${summary.total_samples} tests`);
  await expect(page).toHaveTitle(new RegExp(`Run ${failed.run_id}`));
  await expect(page.locator('meta[property="og:description"]')).toHaveAttribute('content', /tests/);
});

for (const [word, query] of [
  ['type', 'type'],
  ['sample', 'sample_id'],
  ['test', 'regression_id'],
  ['category', 'category'],
  ['severity', 'severity'],
]) {
  test(`errors are grouped by ${word}, and the grouping is an address`, async ({ page, run, platform }) => {
    const failed = await platform.run('status=fail');
    await run.open(failed.run_id);
    await run.groupBy(word).click();
    if (query !== 'type') await expect(page).toHaveURL(new RegExp(`group_by=${query}`));
    const summary = await platform.get<{ data: { label: string; count: number }[] }>(`/runs/${failed.run_id}/error-summary?group_by=${query}`);
    await expect(run.groups.first()).toContainText(summary.data[0].label);
    await expect(run.groups.first().locator('.total')).toHaveText(String(summary.data[0].count));
  });
}

test('a group opens to its errors, each with its command, and closes again', async ({ page, run, platform }) => {
  const failed = await platform.run('status=fail');
  await run.open(failed.run_id);
  const first = run.groups.first().locator('a.opener');
  await first.click();
  await expect(page).toHaveURL(/bucket=/);
  await expect(run.inside.first().locator('code')).toBeVisible();
  await expect(run.groups.first().locator('a.opener')).toHaveAttribute('aria-expanded', 'true');
  // The address alone shows the same.
  await page.goto(page.url());
  await expect(run.inside.first()).toBeVisible();
  await run.groups.first().locator('a.opener').click();
  await expect(run.inside).toHaveCount(0);
});

test('a category leads to its tests', async ({ page, run, platform }) => {
  const failed = await platform.run('status=fail');
  const categories = await platform.get<{ data: { category: string; total: number }[] }>(`/runs/${failed.run_id}/categories`);
  const { category, total } = categories.data[0];
  await run.open(failed.run_id);
  await page.locator('#categories').getByRole('link', { name: category, exact: true }).first().click();
  await expect(page).toHaveURL(/category=/);
  await expect(run.tests).toContainText(`only ${category}`);
  await expect(run.tests.locator('tbody tr')).toHaveCount(Math.min(total, 50));
});

test('a failure of the infrastructure takes the place of a verdict', async ({ page, run, platform }) => {
  const broken = await platform.run('status=canceled', (run) => run.run_errors === 'infrastructure');
  const errors = await platform.get<{ data: { message: string }[] }>(`/runs/${broken.run_id}/infrastructure-errors`);
  await run.open(broken.run_id);
  await expect(run.infrastructure).toContainText(errors.data[0].message);
  await expect(page.locator('.overview')).toContainText('says anything about the code');
});

for (const status of ['pass', 'fail', 'error', 'canceled', 'running', 'queued', 'incomplete']) {
  test(`a run that is ${status} has a page`, async ({ run, platform }) => {
    const found = await platform.run(`status=${status}`);
    await run.open(found.run_id);
    await expect(run.heading).toContainText(status);
    await expect(run.verdict).not.toBeEmpty();
  });
}

test('links of the platform lead to the run', async ({ page, platform }) => {
  const { run_id } = await platform.run('status=fail');
  await page.goto(`/test/${run_id}?group_by=category`);
  await expect(page).toHaveURL(new RegExp(`/runs/${run_id}\\?group_by=category$`));
});
