// Preferences that public/theme.js stores in the browser.
import { expect, test } from '../pages/fixtures';
import { runWithLog } from '../pages/log';

test('the theme survives a reload and applies before the first paint @javascript', async ({ page, runs }) => {
  // The first paint must find the stored theme: it is recorded before any content of the body exists.
  await page.addInitScript(() => {
    const observer = new MutationObserver(() => {
      if (!document.body) return;
      Object.assign(window, { themeAtBody: document.documentElement.dataset.theme });
      observer.disconnect();
    });
    observer.observe(document, { childList: true, subtree: true });
  });
  await runs.open();
  const root = page.locator('html');
  await expect(root).toHaveAttribute('data-theme', 'auto');
  await page.getByRole('button', { name: /^Colours/ }).click();
  await expect(root).toHaveAttribute('data-theme', 'light');
  await page.getByRole('button', { name: /^Colours/ }).click();
  await expect(root).toHaveAttribute('data-theme', 'dark');
  await page.reload();
  await expect(root).toHaveAttribute('data-theme', 'dark');
  expect(await page.evaluate(() => (window as unknown as { themeAtBody?: string }).themeAtBody)).toBe('dark');
  await page.getByRole('button', { name: /^Colours/ }).click();
  await expect(root).toHaveAttribute('data-theme', 'auto');
});

test('the theme of one tab applies to the others @javascript', async ({ context, page, runs }) => {
  await runs.open();
  const other = await context.newPage();
  await other.goto('/runs');
  await page.getByRole('button', { name: /^Colours/ }).click();
  await expect(other.locator('html')).toHaveAttribute('data-theme', 'light');
});

for (const [label, preference, initial] of [
  ['Wrap', 'wrap', 'off'],
  ['Times', 'times', 'on'],
] as const) {
  test(`the preference ${label} of logs survives a reload @javascript`, async ({ page, log, api }) => {
    const { run_id } = await runWithLog(api);
    await page.setViewportSize({ width: 1440, height: 900 });
    await log.openHydrated(run_id);
    const root = page.locator('html');
    await expect(root).toHaveAttribute(`data-${preference}`, initial);
    const checkbox = page.getByLabel(label, { exact: true });
    await expect(checkbox).toBeChecked({ checked: initial === 'on' });
    await checkbox.setChecked(initial !== 'on');
    const chosen = initial === 'on' ? 'off' : 'on';
    await expect(root).toHaveAttribute(`data-${preference}`, chosen);
    await page.reload();
    await log.waitUntilHydrated();
    await expect(root).toHaveAttribute(`data-${preference}`, chosen);
    await expect(page.getByLabel(label, { exact: true })).toBeChecked({ checked: chosen === 'on' });
  });
}

test('logs wrap by default in a narrow window @javascript', async ({ page, runs }) => {
  await page.setViewportSize({ width: 500, height: 700 });
  await runs.open();
  await expect(page.locator('html')).toHaveAttribute('data-wrap', 'on');
});
