// What the browser's own part adds.
import { expect, test } from '../pages/fixtures';

test('navigation asks /api/v1 and loads no page anew @javascript', async ({ page, runs, run, platform }) => {
  const failed = await platform.run('status=fail');
  await runs.open('?status=fail');
  await page.waitForLoadState('networkidle');
  const documents: string[] = [];
  const calls: string[] = [];
  page.on('request', (request) => {
    if (request.resourceType() === 'document') documents.push(request.url());
    if (request.url().includes('/api/v1/')) calls.push(request.url());
  });
  await runs.run(failed.run_id).click();
  await expect(run.heading).toContainText(`Run ${failed.run_id}`);
  await run.groupBy('category').click();
  await expect(page).toHaveURL(/group_by=category/);
  await expect(run.groups.first()).toBeVisible();
  await page.goBack();
  await page.goBack();
  await expect(runs.heading).toBeVisible();
  expect(documents).toEqual([]);
  expect(calls.length).toBeGreaterThan(0);
});

test('a theme is chosen, kept, and applied before the page is painted @javascript', async ({ page, runs }) => {
  await runs.open();
  const toggle = page.getByRole('button', { name: /colours/ });
  await toggle.click();
  const theme = await page.locator('html').getAttribute('data-theme');
  expect(theme).toMatch(/light|dark/);
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', theme ?? '');
});

test('a run page is all keyboard @javascript', async ({ page, run, platform }) => {
  const failed = await platform.run('status=fail');
  await run.open(failed.run_id);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
  await run.groups.first().locator('a.opener').focus();
  await page.keyboard.press('Enter');
  await expect(run.inside.first()).toBeVisible();
});
