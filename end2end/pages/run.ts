// One run.
import type { Locator, Page } from '@playwright/test';

export class RunPage {
  readonly heading: Locator;
  readonly verdict: Locator;
  readonly errors: Locator;
  readonly groups: Locator;
  readonly inside: Locator;
  readonly tests: Locator;
  readonly infrastructure: Locator;
  readonly progress: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole('heading', { level: 1 });
    this.verdict = page.locator('.verdict');
    this.errors = page.getByRole('region', { name: 'Errors' });
    this.groups = this.errors.locator('table.buckets > tbody');
    this.inside = this.errors.locator('table.errors tbody tr');
    this.tests = page.getByRole('region', { name: 'Tests' });
    this.infrastructure = page.getByRole('region', { name: 'Infrastructure' });
    this.progress = page.getByRole('region', { name: 'Progress' });
  }

  async open(id: number, query = '') {
    await this.page.goto(`/runs/${id}${query}`);
  }

  groupBy(word: string): Locator {
    return this.page.getByRole('navigation', { name: 'Group errors by' }).getByRole('link', { name: word, exact: true });
  }
}
