// Samples and regression tests: the lists and the pages of one.
import type { Locator, Page } from '@playwright/test';

export class SuitePage {
  readonly heading: Locator;
  readonly rows: Locator;
  readonly smallStrips: Locator;
  readonly strips: Locator;
  readonly history: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole('heading', { level: 1 });
    this.rows = page.locator('table.rows tbody tr');
    this.smallStrips = page.locator('a.small-strip');
    this.strips = page.locator('ol.large-strip');
    this.history = page.locator('table.history tbody tr');
  }

  async open(path: string) {
    await this.page.goto(path);
  }

  /** The section about one operating system. */
  on(platform: 'Linux' | 'Windows'): Locator {
    return this.page.locator('.on-platform').filter({ has: this.page.getByRole('heading', { level: 3, name: platform }) });
  }
}
