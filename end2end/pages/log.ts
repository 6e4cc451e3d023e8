// The log of a run.
import type { Locator, Page } from '@playwright/test';

export class LogPage {
  readonly lines: Locator;
  readonly numbers: Locator;
  readonly pager: Locator;

  constructor(readonly page: Page) {
    this.lines = page.locator('table.log tbody tr');
    this.numbers = this.lines.locator('th.number a');
    this.pager = page.getByRole('navigation', { name: 'Pages of the log', exact: true });
  }

  async open(id: number, query = '') {
    await this.page.goto(`/runs/${id}/logs${query}`);
  }

  way(name: string): Locator {
    return this.pager.getByRole('link', { name });
  }

  /** Numbers of the lines shown. */
  async shown(): Promise<number[]> {
    return (await this.numbers.allTextContents()).map((number) => Number(number.replaceAll(',', '')));
  }
}
