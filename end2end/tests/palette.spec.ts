// Finding anything: the page of the search, and the palette over every page.
import type { Page } from '@playwright/test';
import { expect, test } from '../pages/fixtures';

test('the number of a run leads straight to it', async ({ page, platform }) => {
  const { run_id } = await platform.run('status=fail', async (run) => (await platform.total(`/runs?pull_request=${run.run_id}`)) === 0);
  await page.goto(`/search?q=${run_id}`);
  await expect(page).toHaveURL(new RegExp(`/runs/${run_id}$`));
});

test('the page of the search tells what it found by kind', async ({ page }) => {
  await page.goto('/search');
  await expect(page.getByText('by at least 4 of its first digits')).toBeVisible();
  await page.getByRole('search', { name: 'Search for anything' }).getByRole('searchbox').fill('master');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page).toHaveURL(/q=master/);
  await expect(page.getByRole('region', { name: 'Branches' }).getByRole('link', { name: 'master', exact: true })).toHaveAttribute('href', '/runs?branch=master');
  await page.goto('/search?q=no+such+thing');
  await expect(page.getByRole('heading', { name: 'Nothing has this name or number' })).toBeVisible();
});

test('without JavaScript the field above each page is a form @paged', async ({ page }) => {
  await page.goto('/runs');
  const field = page.getByRole('search', { name: 'Runlens' }).getByRole('searchbox');
  await field.fill('master');
  await field.press('Enter');
  await expect(page).toHaveURL(/\/search\?q=master/);
});

/** Opens the palette by its key, as soon as the browser has taken over the page. */
async function open(page: Page) {
  const field = page.getByRole('dialog', { name: 'Find anything' }).getByRole('combobox');
  await expect(async () => {
    if (!(await field.isVisible())) await page.keyboard.press('Control+k');
    await expect(field).toBeFocused({ timeout: 1_000 });
  }).toPass();
}

test('Ctrl+K finds a run by the keyboard alone, and Escape gives the focus back @javascript', async ({ page, platform }) => {
  const { run_id } = await platform.run('status=fail');
  await page.goto('/runs');
  const link = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Runs' });
  await link.focus();
  await open(page);
  const palette = page.getByRole('dialog', { name: 'Find anything' });
  const field = palette.getByRole('combobox');
  await expect(field).toBeFocused();
  await expect(palette.getByRole('option').first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(palette).toBeHidden();
  await expect(link).toBeFocused();

  await page.keyboard.press('/');
  await expect(field).toBeFocused();
  await field.pressSequentially(String(run_id));
  const first = palette.getByRole('option', { name: new RegExp(`Run ${run_id}`) });
  await expect(first).toHaveAttribute('aria-selected', 'true');
  await expect(field).toHaveAttribute('aria-activedescendant', (await first.getAttribute('id')) ?? '');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`/runs/${run_id}$`));
  await expect(palette).toBeHidden();

  // The page just left is among those offered.
  await page.goto('/runs');
  await open(page);
  await expect(palette.getByRole('group', { name: 'Recent' }).getByRole('option').first()).toContainText(`Run ${run_id}`);
});

test('arrows go through all groups and round @javascript', async ({ page }) => {
  await page.goto('/runs');
  await open(page);
  const palette = page.getByRole('dialog', { name: 'Find anything' });
  const options = palette.getByRole('option');
  await palette.getByRole('combobox').fill('master');
  await expect(palette.getByRole('group', { name: 'Branches' })).toBeVisible();
  const count = await options.count();
  await page.keyboard.press('ArrowUp');
  await expect(options.nth(count - 1)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowDown');
  await expect(options.first()).toHaveAttribute('aria-selected', 'true');
  await options.nth(1).click();
  await expect(palette).toBeHidden();
});

test('what is typed fast asks once at a time @javascript', async ({ page }) => {
  await page.goto('/runs');
  // Slow enough to be overtaken.
  await page.route('**/api/v1/search**', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 400));
    await route.continue().catch(() => {});
  });
  const given: string[] = [];
  page.on('requestfailed', (request) => given.push(request.url()));
  await open(page);
  const field = page.getByRole('dialog', { name: 'Find anything' }).getByRole('combobox');
  await field.pressSequentially('mas', { delay: 200 });
  await expect(page.getByRole('option', { name: /master/ }).first()).toBeVisible();
  await field.fill('');
  await expect(page.getByRole('group', { name: 'Pages' })).toBeVisible();
  // Each question but the last was given up.
  expect(given.length).toBeGreaterThan(0);
});
