// Tokens: created, used and revoked.
import type { APIRequestContext, Page } from '@playwright/test';
import { COLOR_SCHEMES, expectNoHorizontalOverflow, expectNoViolations, WIDTHS_PX } from '../pages/accessibility';
import { expect, isolatedTest as test } from '../pages/fixtures';
import type { Account } from '../server/deployment';
import { TokensPage } from '../pages/tokens';

const NAME = 'ci';

/** Returns the status of a request with this token. */
async function statusWithToken(request: APIRequestContext, token: string, path = '/runs'): Promise<number> {
  return (await request.get(`/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } })).status();
}

async function signIn(page: Page, { email, password }: Account): Promise<TokensPage> {
  await page.goto('/tokens');
  await expect(page).toHaveURL(/\/sign-in\?next=\/tokens$/);
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(/\/tokens$/);
  return new TokensPage(page);
}

test('a token is created, shown once, used, revoked and rejected', async ({ page, request, deployment }) => {
  const tokens = await signIn(page, deployment.account('contributor'));
  await tokens.create(NAME, ['system:read']);
  const token = await tokens.secret.innerText();
  expect(token).toMatch(/^spci_[A-Za-z0-9_-]{43}$/);
  expect(page.url()).not.toContain('spci_');
  expect(await statusWithToken(request, token)).toBe(200);
  expect(await statusWithToken(request, token, '/auth/tokens')).toBe(403);

  await page.goto('/tokens');
  await expect(tokens.row(NAME)).toContainText(token.slice(0, 16));
  await expect(tokens.secret).toHaveCount(0);
  expect(await page.content()).not.toContain(token);

  await tokens.row(NAME).getByRole('button', { name: `Revoke ${NAME}` }).click();
  await expect(tokens.row(NAME)).toContainText('revoked');
  await expect(tokens.row(NAME).getByRole('button')).toHaveCount(0);
  expect(await statusWithToken(request, token)).toBe(401);
});

test('tokens are filtered by state', async ({ page, deployment }) => {
  const tokens = await signIn(page, deployment.account('tester'));
  await tokens.create(NAME);
  await page.getByRole('navigation', { name: 'State of tokens' }).getByRole('link', { name: 'revoked' }).click();
  await expect(page).toHaveURL(/\/tokens\?state=revoked$/);
  await expect(tokens.row(NAME)).toHaveCount(0);
  await page.getByRole('navigation', { name: 'State of tokens' }).getByRole('link', { name: 'active' }).click();
  await expect(tokens.row(NAME)).toContainText('active');
  // Revoking keeps the filter.
  await tokens.row(NAME).getByRole('button').click();
  await expect(page).toHaveURL(/\/tokens\?state=active#token-\d+$/);
  await expect(tokens.row(NAME)).toHaveCount(0);
});

test('an invalid form reports errors at its fields and keeps its values', async ({ page, deployment }) => {
  const tokens = await signIn(page, deployment.account('user'));
  await tokens.create(NAME);
  await tokens.create(NAME, ['system:read']);
  await expect(tokens.name).toHaveValue(NAME);
  await expect(tokens.name).toHaveAccessibleDescription(/already has an active token/);
  await expect(tokens.scope('system:read')).toBeChecked();
  await expect(tokens.secret).toHaveCount(0);

  await tokens.name.fill('another-name');
  for (const scope of ['runs:read', 'results:read', 'system:read']) await tokens.scope(scope).uncheck();
  await page.getByRole('button', { name: 'Make the token' }).click();
  await expect(page.getByRole('group', { name: 'Scopes' })).toHaveAccessibleDescription(/must contain 1 to 7 scopes/);
  // Scopes of admins are not offered to others.
  await expect(tokens.scope('tokens:manage')).toHaveCount(0);
});

for (const colorScheme of COLOR_SCHEMES) {
  for (const width of WIDTHS_PX) {
    test(`a new token, ${colorScheme}, ${width} px @javascript`, async ({ page, deployment }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      const tokens = await signIn(page, deployment.account('admin'));
      for (const shown of [tokens.secret, tokens.error]) {
        await tokens.create(NAME);
        await expect(shown).toBeVisible();
        await expectNoViolations(page);
        await expectNoHorizontalOverflow(page);
      }
    });
  }
}

test('a token is not shown again after leaving the page', async ({ page, runs, deployment }) => {
  const tokens = await signIn(page, deployment.account('contributor'));
  await tokens.create(NAME);
  await expect(tokens.secret).toBeVisible();
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Runs' }).click();
  await expect(runs.heading).toBeVisible();
  await page.getByRole('banner').getByRole('link', { name: 'Tokens' }).click();
  await expect(tokens.row(NAME)).toBeVisible();
  await expect(tokens.secret).toHaveCount(0);
});
