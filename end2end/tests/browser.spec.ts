// What the browser's own part adds.
import type { Page } from '@playwright/test';
import { expect, test } from '../pages/fixtures';

/** The code that a page has the browser fetch: bytes as they are sent, by the end of the name, and the names. */
async function fetched(page: Page, address: string) {
  const code = { wasm: 0, js: 0, names: new Set<string>() };
  const done: Promise<void>[] = [];
  page.on('requestfinished', (request) => {
    const { pathname } = new URL(request.url());
    const kind = /\.(wasm|js)$/.exec(pathname)?.[1] as 'wasm' | 'js' | undefined;
    if (!kind) return;
    code.names.add(pathname);
    done.push(request.sizes().then(({ responseBodySize }) => void (code[kind] += responseBodySize)));
  });
  await page.goto(address, { waitUntil: 'networkidle' });
  await Promise.all(done);
  return code;
}

test('a run page brings less than 200 kB of code, and only a log the code of its viewer @javascript', async ({ page, platform }) => {
  const { run_id } = await platform.run('status=fail');
  const { wasm, js, names } = await fetched(page, `/runs/${run_id}`);
  expect(wasm).toBeGreaterThan(10_000);
  expect(wasm + js).toBeLessThan(200_000);
  const more = await fetched(await page.context().newPage(), `/runs/${run_id}/logs`);
  expect([...more.names].filter((name) => !names.has(name) && name.endsWith('.wasm'))).toHaveLength(1);
});

test.describe('far from the server', () => {
  test.use({ timezoneId: 'Asia/Kolkata' });
  test('the exact time is told in the zone of the reader @javascript', async ({ page, runs, platform }) => {
    const { created_at } = await platform.run('status=fail');
    await runs.open('?status=fail');
    const time = page.locator(`time[datetime="${created_at}"]`).first();
    await expect(time).toHaveAttribute('title', /, \d\d:\d\d:\d\d GMT\+5:30$/);
    await expect(time).toHaveText(/ago$|^\d+ \w+/);
  });
});

test('a theme is chosen, kept, and applied before the page is painted @javascript', async ({ page, runs }) => {
  await runs.open();
  const toggle = page.getByRole('button', { name: /^Colours/ });
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
