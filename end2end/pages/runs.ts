// The list of runs.
import type { Locator, Page } from '@playwright/test';

export class RunsPage {
  readonly heading: Locator;
  readonly rows: Locator;
  readonly pager: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole('heading', { level: 1, name: 'Runs' });
    this.rows = page.locator('table.runs tbody tr');
    this.pager = page.getByRole('navigation', { name: 'Pages of runs' });
  }

  async open(query = '') {
    await this.page.goto(`/runs${query}`);
  }

  run(id: number): Locator {
    return this.page.locator(`table.runs a[href="/runs/${id}"]`);
  }
}
