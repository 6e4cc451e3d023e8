// The log of a run.
import type { Locator, Page } from '@playwright/test';
import { expect } from '@playwright/test';
import type { ApiClient, Run } from './api';

/** Lines of a page of the log. */
export const PAGE_LINES = 100;

export class LogPage {
  readonly lines: Locator;
  readonly numbers: Locator;
  readonly pager: Locator;
  readonly scroller: Locator;
  readonly selected: Locator;
  readonly find: Locator;
  readonly matches: Locator;
  readonly status: Locator;

  constructor(readonly page: Page) {
    this.lines = page.locator('table.log tbody tr');
    this.numbers = this.lines.locator('th.number a');
    this.pager = page.getByRole('navigation', { name: 'Pages of the log', exact: true });
    this.scroller = page.getByRole('region', { name: 'Lines of the log' });
    this.selected = page.locator('table.log tr.chosen');
    this.find = page.getByRole('searchbox', { name: 'Find', exact: true });
    this.matches = page.getByLabel('Matches');
    this.status = page.locator('.log-page > [role=status]');
  }

  async open(runId: number, query = '') {
    await this.page.goto(`/runs/${runId}/logs${query}`);
  }

  /** Opens the log and waits until the viewer is hydrated. */
  async openHydrated(runId: number, query = '') {
    await this.open(runId, query);
    await this.waitUntilHydrated();
  }

  async waitUntilHydrated() {
    await expect(this.scroller).toHaveClass(/taken/, { timeout: 20_000 });
  }

  pagerLink(name: string): Locator {
    return this.pager.getByRole('link', { name });
  }

  line(number: number): Locator {
    return this.page.locator(`#L${number}`);
  }

  number(line: number): Locator {
    return this.line(line).locator('.number a');
  }

  /** Returns the numbers of the lines that are in the document. */
  async renderedNumbers(): Promise<number[]> {
    return (await this.numbers.allTextContents()).map((number) => Number(number.replaceAll(',', '')));
  }

  /** Returns the numbers of the lines that are in the viewport of the log. */
  async visibleNumbers(): Promise<number[]> {
    return this.scroller.evaluate((scroller) => {
      const view = scroller.getBoundingClientRect();
      return [...document.querySelectorAll('table.log tbody tr')]
        .filter((row) => row.getBoundingClientRect().top >= view.top - 1 && row.getBoundingClientRect().bottom <= view.bottom + 1)
        .map((row) => Number(row.querySelector('.number')?.textContent.replaceAll(',', '')));
    });
  }

  /** Presses a key while no element has the focus. */
  async pressUnfocused(key: string) {
    await this.page.evaluate(() => {
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    });
    await this.page.keyboard.press(key);
  }
}

/** Returns a failed run whose log has several pages. */
export function runWithLog(api: ApiClient): Promise<Run> {
  return api.findRun('status=fail', async ({ run_id }) => (await api.log(run_id)).lines.length === PAGE_LINES);
}
