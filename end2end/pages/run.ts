// One run.
import type { Locator, Page } from '@playwright/test';

export class RunPage {
  readonly heading: Locator;
  readonly verdict: Locator;
  readonly counts: Locator;
  readonly copy: Locator;
  readonly errors: Locator;
  readonly groups: Locator;
  readonly inside: Locator;
  readonly tests: Locator;
  readonly infrastructure: Locator;
  readonly progress: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole('heading', { level: 1 });
    this.verdict = page.locator('.verdict');
    this.counts = page.locator('.overview .counts');
    this.copy = page.getByRole('link', { name: 'Copy as Markdown' });
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

  verdictGroup(verdict: string): Locator {
    return this.errors.locator(`#bucket-${verdict.replaceAll('_', '-')}`);
  }

  /** The row of a failing test in the errors section. */
  failure(test: number): Locator {
    return this.page.locator(`#error-${test}`);
  }

  groupBy(word: string): Locator {
    return this.page.getByRole('navigation', { name: 'Group errors by' }).getByRole('link', { name: word, exact: true });
  }
}
