// The token page of an account.
import type { Locator, Page } from '@playwright/test';

export class TokensPage {
  readonly name: Locator;
  readonly secret: Locator;
  readonly error: Locator;

  constructor(readonly page: Page) {
    this.name = page.getByLabel('Name');
    this.secret = page.locator('.new-token code');
    this.error = page.locator('.make-token .refusal');
  }

  row(name: string): Locator {
    return this.page.locator('table.own-tokens tbody tr').filter({ has: this.page.getByRole('rowheader', { name, exact: true }) });
  }

  scope(name: string): Locator {
    return this.page.getByRole('checkbox', { name });
  }

  /** Fills in the form, adds scopes to the preselected ones, and submits it. */
  async create(name: string, scopes: string[] = []) {
    await this.name.fill(name);
    for (const scope of scopes) await this.scope(scope).check();
    await this.page.getByRole('button', { name: 'Make the token' }).click();
  }
}
