// Signing in and out.
import { expect, test } from '../pages/fixtures';

test('an account signs in and out', async ({ page, deployment }) => {
  const { email, password } = deployment.account('contributor');
  await page.goto('/sign-in?next=/runs?status=fail');
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(/\/runs\?status=fail$/);
  await expect(page.getByRole('banner')).toContainText('contributor');
  const cookie = (await page.context().cookies()).find(({ name }) => name === 'runlens_session');
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('banner').getByRole('link', { name: 'Sign in' })).toBeVisible();
});

test('a wrong password is reported on the form', async ({ page, deployment }) => {
  await page.goto('/sign-in');
  await page.getByLabel('E-mail address').fill(deployment.account('tester').email);
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('wrong');
  await expect(page.getByRole('banner').getByRole('link', { name: 'Sign in' })).toBeVisible();
});

test('the redirect after signing in stays on this site', async ({ page, baseURL, deployment }) => {
  const { email, password } = deployment.account('user');
  await page.goto('/sign-in?next=//evil.example.org/');
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('banner')).toContainText('user');
  expect(page.url().startsWith(baseURL ?? '-')).toBe(true);
});
