// Error pages.
import { expect, test } from '../pages/fixtures';

for (const [path, status, words] of [
  ['/runs/2147483647', 404, 'There is no run 2147483647'],
  ['/runs/2147483647/logs', 404, 'There is no run 2147483647'],
  ['/samples/2147483647', 404, 'There is no sample 2147483647'],
  ['/regression-tests/2147483647', 404, 'There is no test 2147483647'],
  ['/regression-tests/zero', 400, 'must be a whole number'],
  ['/regression-tests/1?runs=some', 400, 'must be one of master, all, pull_requests'],
  ['/samples?limit=0', 400, 'must be a whole number'],
  ['/queue?platform=amiga', 400, 'must be one of linux, windows'],
  ['/no/such/page', 404, 'There is no such page'],
  ['/runs/zero', 400, 'must be a whole number'],
  ['/runs/0', 400, 'must be a whole number'],
  ['/runs/1?group_by=colour', 400, 'must be one of type, sample_id'],
  ['/runs/1/logs?line=junk', 400, 'must be the number of a line'],
  ['/runs/1/logs?level=loud', 400, 'must be one of critical'],
] as const) {
  test(`${path} returns ${status} and names the reason`, async ({ page }) => {
    const response = await page.goto(path);
    expect(response?.status()).toBe(status);
    await expect(page.getByRole('main')).toContainText(words);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.getByRole('link', { name: 'All runs' })).toBeVisible();
  });
}
