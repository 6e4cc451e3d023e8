// Two runs side by side.
import { expect, test } from '../pages/fixtures';

test('a run is compared with another run, and the two can be swapped', async ({ page, run, api }) => {
  const [newer, older] = await api.runs('status=fail&platform=linux');
  const counts = (await api.get<{ counts: Record<string, number> }>(`/runs/${newer.run_id}/comparison?against=${older.run_id}&limit=1`)).counts;
  await page.goto(`/runs/${newer.run_id}/compare/${older.run_id}`);
  await expect(run.heading).toContainText(`Run ${newer.run_id}`);
  await expect(run.heading).toContainText(`Run ${older.run_id}`);
  const byVerdict = page.getByRole('navigation', { name: 'Tests by verdict' });
  await byVerdict.getByRole('link', { name: /fails the same/ }).click();
  await expect(page).toHaveURL(/verdict=failing_identically/);
  await expect(page.locator('table.compared tbody tr')).toHaveCount(Math.min(counts.failing_identically, 50));
  await page.getByRole('link', { name: 'Swap the two' }).click();
  await expect(page).toHaveURL(new RegExp(`/runs/${older.run_id}/compare/${newer.run_id}$`));
});

test('the run to compare with is chosen by its number', async ({ page, api }) => {
  const [newer, older] = await api.runs('status=fail');
  await page.goto(`/runs/${newer.run_id}`);
  await page.getByRole('navigation', { name: 'Compare with' }).getByRole('link', { name: 'another run…' }).click();
  await page.getByLabel('Run', { exact: true }).fill(String(older.run_id));
  await page.getByRole('button', { name: 'Compare' }).click();
  await expect(page).toHaveURL(new RegExp(`/runs/${newer.run_id}/compare/${older.run_id}$`));
});

test('a comparison notes different platforms and a run compared with itself', async ({ page, api }) => {
  const linux = await api.findRun('status=fail&platform=linux');
  const windows = await api.findRun('status=fail&platform=windows');
  await page.goto(`/runs/${linux.run_id}/compare/${windows.run_id}`);
  await expect(page.locator('.comparison')).toContainText('different platforms');
  await page.goto(`/runs/${linux.run_id}/compare/${linux.run_id}`);
  await expect(page.getByText('A run is always like itself').first()).toBeVisible();
});
