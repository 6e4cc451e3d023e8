// What hydration adds to the pages.
import type { Page } from '@playwright/test';
import { expect, test } from '../pages/fixtures';

/** Loads a page and returns the code it fetched: bytes as sent, by file extension, and the paths. */
async function loadedCode(page: Page, address: string) {
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

test('a run page loads less than 200 kB of code, and only a log page loads the log viewer @javascript', async ({ page, api }) => {
  const { run_id } = await api.findRun('status=fail');
  const { wasm, js, names } = await loadedCode(page, `/runs/${run_id}`);
  expect(wasm).toBeGreaterThan(10_000);
  expect(wasm + js).toBeLessThan(200_000);
  const more = await loadedCode(await page.context().newPage(), `/runs/${run_id}/logs`);
  expect([...more.names].filter((name) => !names.has(name) && name.endsWith('.wasm'))).toHaveLength(1);
});

test.describe('far from the server', () => {
  test.use({ timezoneId: 'Asia/Kolkata' });
  test('exact times use the time zone of the browser @javascript', async ({ page, runs, api }) => {
    const { created_at } = await api.findRun('status=fail');
    await runs.open('?status=fail');
    const time = page.locator(`time[datetime="${created_at}"]`).first();
    await expect(time).toHaveAttribute('title', /, \d\d:\d\d:\d\d GMT\+5:30$/);
    await expect(time).toHaveText(/ago$|^\d+ \w+/);
  });
});

test('a run page is usable with the keyboard alone @javascript', async ({ page, run, api }) => {
  const failed = await api.findRun('status=fail');
  await run.open(failed.run_id);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
  await run.groups.first().locator('a.opener').focus();
  await page.keyboard.press('Enter');
  await expect(run.inside.first()).toBeVisible();
});
