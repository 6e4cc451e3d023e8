// Tokens: made, used, and revoked, by plain forms.
import AxeBuilder from '@axe-core/playwright';
import type { APIRequestContext, Page } from '@playwright/test';
import { expect, test } from '../pages/fixtures';
import { account } from '../pages/platform';
import { TokensPage } from '../pages/tokens';

/** A name that no other test takes: all share one platform. */
const fresh = (): string => `e2e-${Math.random().toString(36).slice(2, 10)}`;

/** Status of an answer to a program with this token. */
async function ask(request: APIRequestContext, token: string, path = '/runs'): Promise<number> {
  return (await request.get(`/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } })).status();
}

async function signIn(page: Page, name = 'contributor'): Promise<TokensPage> {
  const { email, password } = account(name);
  await page.goto('/tokens');
  await expect(page).toHaveURL(/\/sign-in\?next=\/tokens$/);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(/\/tokens$/);
  return new TokensPage(page);
}

test('a token is made, shown once, used, revoked, and refused', async ({ page, request }) => {
  const tokens = await signIn(page);
  const name = fresh();
  await tokens.make(name, ['system:read']);
  const token = await tokens.secret.innerText();
  expect(token).toMatch(/^spci_[A-Za-z0-9_-]{43}$/);
  expect(page.url()).not.toContain('spci_');
  expect(await ask(request, token)).toBe(200);
  expect(await ask(request, token, '/auth/tokens')).toBe(403);

  await page.goto('/tokens');
  await expect(tokens.row(name)).toContainText(token.slice(0, 16));
  await expect(tokens.secret).toHaveCount(0);
  expect(await page.content()).not.toContain(token);

  await tokens.row(name).getByRole('button', { name: `Revoke ${name}` }).click();
  await expect(tokens.row(name)).toContainText('revoked');
  await expect(tokens.row(name).getByRole('button')).toHaveCount(0);
  expect(await ask(request, token)).toBe(401);
});

test('tokens are narrowed down by their state', async ({ page }) => {
  const tokens = await signIn(page, 'tester');
  const name = fresh();
  await tokens.make(name);
  await page.getByRole('navigation', { name: 'State of tokens' }).getByRole('link', { name: 'revoked' }).click();
  await expect(page).toHaveURL(/\/tokens\?state=revoked$/);
  await expect(tokens.row(name)).toHaveCount(0);
  await page.getByRole('navigation', { name: 'State of tokens' }).getByRole('link', { name: 'active' }).click();
  await expect(tokens.row(name)).toContainText('active');
  // Whoever revokes in a view stays in it.
  await tokens.row(name).getByRole('button').click();
  await expect(page).toHaveURL(/\/tokens\?state=active#token-\d+$/);
  await expect(tokens.row(name)).toHaveCount(0);
});

test('a form that is wrong says so beside the field, and keeps what was typed', async ({ page }) => {
  const tokens = await signIn(page, 'user');
  const name = fresh();
  await tokens.make(name);
  await tokens.make(name, ['system:read']);
  await expect(tokens.name).toHaveValue(name);
  await expect(tokens.name).toHaveAccessibleDescription(/already has a token/);
  await expect(tokens.scope('system:read')).toBeChecked();
  await expect(tokens.secret).toHaveCount(0);

  await tokens.name.fill(fresh());
  for (const scope of ['runs:read', 'results:read', 'system:read']) await tokens.scope(scope).uncheck();
  await page.getByRole('button', { name: 'Make the token' }).click();
  await expect(page.getByRole('group', { name: 'Scopes' })).toHaveAccessibleDescription(/must contain 1 to 7 scopes/);
  // What is for admins is not offered to others.
  await expect(tokens.scope('tokens:manage')).toHaveCount(0);
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [390, 1440]) {
    test(`a new token, ${colorScheme}, ${width} px @javascript`, async ({ page }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      const tokens = await signIn(page, 'admin');
      const name = fresh();
      for (const shown of [tokens.secret, tokens.fault]) {
        await tokens.make(name);
        await expect(shown).toBeVisible();
        const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`)).toEqual([]);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect(overflow).toBeLessThanOrEqual(0);
      }
    });
  }
}

test('a token is not shown again on the way back', async ({ page, runs }) => {
  const tokens = await signIn(page);
  const name = fresh();
  await tokens.make(name);
  await expect(tokens.secret).toBeVisible();
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Runs' }).click();
  await expect(runs.heading).toBeVisible();
  await page.getByRole('banner').getByRole('link', { name: 'Tokens' }).click();
  await expect(tokens.row(name)).toBeVisible();
  await expect(tokens.secret).toHaveCount(0);
});
