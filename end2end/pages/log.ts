// The log of a run.
import type { Locator, Page } from '@playwright/test';
import { expect } from '@playwright/test';

export class LogPage {
  readonly lines: Locator;
  readonly numbers: Locator;
  readonly pager: Locator;
  readonly scroller: Locator;
  readonly chosen: Locator;
  readonly find: Locator;
  readonly matches: Locator;
  readonly spoken: Locator;

  constructor(readonly page: Page) {
    this.lines = page.locator('table.log tbody tr');
    this.numbers = this.lines.locator('th.number a');
    this.pager = page.getByRole('navigation', { name: 'Pages of the log', exact: true });
    this.scroller = page.getByRole('region', { name: 'Lines of the log' });
    this.chosen = page.locator('table.log tr.chosen');
    this.find = page.getByRole('searchbox', { name: 'Find', exact: true });
    this.matches = page.getByLabel('Matches');
    this.spoken = page.locator('.log-page > [role=status]');
  }

  async open(id: number, query = '') {
    await this.page.goto(`/runs/${id}/logs${query}`);
  }

  /** Opens the log, and waits until the browser has taken over its window. */
  async enter(id: number, query = '') {
    await this.open(id, query);
    await this.taken();
  }

  async taken() {
    await expect(this.scroller).toHaveClass(/taken/, { timeout: 20_000 });
  }

  way(name: string): Locator {
    return this.pager.getByRole('link', { name });
  }

  line(number: number): Locator {
    return this.page.locator(`#L${number}`);
  }

  number(line: number): Locator {
    return this.line(line).locator('.number a');
  }

  /** Numbers of the lines that are drawn. */
  async shown(): Promise<number[]> {
    return (await this.numbers.allTextContents()).map((number) => Number(number.replaceAll(',', '')));
  }

  /** Numbers of the lines in view. */
  async seen(): Promise<number[]> {
    return this.page.evaluate(() => {
      const view = document.querySelector('.scroller')!.getBoundingClientRect();
      return [...document.querySelectorAll<HTMLElement>('table.log tbody tr')]
        .filter((row) => row.getBoundingClientRect().top >= view.top - 1 && row.getBoundingClientRect().bottom <= view.bottom + 1)
        .map((row) => Number(row.querySelector('.number')!.textContent!.replaceAll(',', '')));
    });
  }

  /** Presses a key where nothing has the focus. */
  async key(key: string) {
    await this.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await this.page.keyboard.press(key);
  }
}
