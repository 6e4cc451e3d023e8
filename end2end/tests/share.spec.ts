// Link previews and badges.
import { expect, test } from '../pages/fixtures';

test('every page has a title, a description and a canonical link for link previews', async ({ page, api }) => {
  const failed = await api.findRun('status=fail');
  const titles = new Set<string>();
  for (const path of ['/runs', `/runs/${failed.run_id}`, `/runs/${failed.run_id}/logs`, '/sign-in']) {
    const response = await page.goto(path);
    titles.add(await page.title());
    for (const property of ['og:title', 'og:description', 'og:url']) {
      await expect(page.locator(`meta[property="${property}"]`)).toHaveAttribute('content', /./);
    }
    await expect(page.locator('meta[name="twitter:card"]')).toHaveAttribute('content', /^summary/);
    expect(response?.headers().link ?? '').toContain('rel="canonical"');
  }
  expect(titles.size).toBe(4);
});

test('a run has a preview image', async ({ page, request, api }) => {
  const failed = await api.findRun('status=fail');
  await page.goto(`/runs/${failed.run_id}`);
  await expect(page.locator('meta[name="twitter:card"]')).toHaveAttribute('content', 'summary_large_image');
  const address = await page.locator('meta[property="og:image"]').getAttribute('content');
  const response = await request.get(new URL(address ?? '').pathname);
  expect(response.headers()['content-type']).toBe('image/png');
  const png = await response.body();
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1200, 630]);
});

test('a badge is an image with an accessible name', async ({ request, api }) => {
  const failed = await api.findRun('status=fail&platform=linux');
  const badge = await request.get(`/runs/${failed.run_id}/badge.svg`);
  expect(badge.headers()['content-type']).toMatch(/^image\/svg\+xml/);
  expect(await badge.text()).toMatch(new RegExp(`aria-label="Run ${failed.run_id} on linux: .+"><title>.+</title>`));
  const newest = await request.get('/badge.svg?branch=master&platform=linux');
  expect(newest.status()).toBe(200);
  expect(newest.headers()['cross-origin-resource-policy']).toBe('cross-origin');
});
