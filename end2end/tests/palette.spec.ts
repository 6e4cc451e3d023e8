// The search page, and the command palette of every page.
import type { Page, Route } from '@playwright/test';
import { expect, test } from '../pages/fixtures';

test('searching for a run number opens the run', async ({ page, api }) => {
  const { run_id } = await api.findRun('status=fail', async (run) => (await api.total(`/runs?pull_request=${run.run_id}`)) === 0);
  await page.goto(`/search?q=${run_id}`);
  await expect(page).toHaveURL(new RegExp(`/runs/${run_id}$`));
});

test('the search page groups its results by kind', async ({ page }) => {
  await page.goto('/search');
  await expect(page.getByText('by at least 4 of its first digits')).toBeVisible();
  await page.getByRole('search', { name: 'Search for anything' }).getByRole('searchbox').fill('master');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page).toHaveURL(/q=master/);
  await expect(page.getByRole('region', { name: 'Branches' }).getByRole('link', { name: 'master', exact: true })).toHaveAttribute('href', '/runs?branch=master');
  await page.goto('/search?q=no+such+thing');
  await expect(page.getByRole('heading', { name: 'Nothing has this name or number' })).toBeVisible();
});

test('without JavaScript the search field of each page is a form @no-javascript', async ({ page }) => {
  await page.goto('/runs');
  const field = page.getByRole('search', { name: 'Runlens' }).getByRole('searchbox');
  await field.fill('master');
  await field.press('Enter');
  await expect(page).toHaveURL(/\/search\?q=master/);
});

/** Opens the palette with its shortcut, which works as soon as the palette is hydrated. */
async function openPalette(page: Page) {
  const field = page.getByRole('dialog', { name: 'Find anything' }).getByRole('combobox');
  await expect(async () => {
    if (!(await field.isVisible())) await page.keyboard.press('Control+k');
    await expect(field).toBeFocused({ timeout: 1_000 });
  }).toPass();
}

test('the palette finds a run with the keyboard alone, and Escape restores the focus @javascript', async ({ page, api }) => {
  const { run_id } = await api.findRun('status=fail');
  await page.goto('/runs');
  const link = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Runs' });
  await link.focus();
  await openPalette(page);
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

  // The page visited last is offered.
  await page.goto('/runs');
  await openPalette(page);
  await expect(palette.getByRole('group', { name: 'Recent' }).getByRole('option').first()).toContainText(`Run ${run_id}`);
});

test('arrow keys move through all groups and wrap around @javascript', async ({ page }) => {
  await page.goto('/runs');
  await openPalette(page);
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

test('a new search aborts the previous one @javascript', async ({ page }) => {
  await page.goto('/runs');
  // No search is answered until the test says so.
  const held: Route[] = [];
  await page.route('**/api/v1/search**', (route) => {
    held.push(route);
  });
  const aborted: string[] = [];
  page.on('requestfailed', (request) => aborted.push(request.url()));
  await openPalette(page);
  const field = page.getByRole('dialog', { name: 'Find anything' }).getByRole('combobox');
  for (const [typed, text] of ['m', 'ma', 'mas'].entries()) {
    await field.fill(text);
    await expect.poll(() => held.length).toBe(typed + 1);
    await expect.poll(() => aborted.length).toBe(typed);
  }
  await held[2].continue();
  await expect(page.getByRole('option', { name: /master/ }).first()).toBeVisible();
  await field.fill('');
  await expect(page.getByRole('group', { name: 'Pages' })).toBeVisible();
  expect(aborted).toHaveLength(2);
});
