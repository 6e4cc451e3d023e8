// The queue.
import { expect, test } from '../pages/fixtures';

interface Queue {
  data: { run_id: number; status: string; position: number | null }[];
  meta: { queue_depth: number; running_count: number };
}

test('running runs come before queued ones, each linked', async ({ page, api }) => {
  const queue = await api.get<Queue>('/system/queue');
  expect(queue.data.length).toBeGreaterThan(1);
  await page.goto('/queue');
  const rows = page.locator('table.queue tbody tr');
  await expect(rows).toHaveCount(queue.data.length);
  for (const [place, entry] of queue.data.entries()) {
    await expect(rows.nth(place)).toContainText(entry.status);
    await expect(rows.nth(place).getByRole('link', { name: `run ${entry.run_id}` })).toHaveAttribute('href', `/runs/${entry.run_id}`);
  }
  await expect(page.getByRole('main')).toContainText(`${queue.meta.running_count} run`);
});

test('the queue is filtered by platform', async ({ page, api }) => {
  await page.goto('/queue');
  await page.getByRole('navigation', { name: 'Platform' }).getByRole('link', { name: 'Windows' }).click();
  await expect(page).toHaveURL(/platform=windows/);
  const total = await api.total('/system/queue?platform=windows');
  await expect(page.locator('table.queue tbody tr')).toHaveCount(total);
});

test('an offset past the end of the queue links to its start', async ({ page }) => {
  await page.goto('/queue?offset=100');
  await expect(page.getByRole('heading', { name: 'The queue is not that long' })).toBeVisible();
  await page.getByRole('link', { name: 'The whole queue' }).click();
  await expect(page.locator('table.queue')).toBeVisible();
});
