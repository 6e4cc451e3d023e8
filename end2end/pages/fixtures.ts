// What every browser test starts with: the page objects, and a page on which nothing may go wrong unseen.
import { test as base, expect } from '@playwright/test';
import { LogPage } from './log';
import { OutputPage } from './output';
import { Platform } from './platform';
import { RunPage } from './run';
import { RunsPage } from './runs';
import { SuitePage } from './suite';

interface Fixtures {
  platform: Platform;
  runs: RunsPage;
  run: RunPage;
  log: LogPage;
  outputPage: OutputPage;
  suite: SuitePage;
  faults: string[];
}

export const test = base.extend<Fixtures>({
  platform: async ({ request }, use) => use(new Platform(request)),
  runs: async ({ page }, use) => use(new RunsPage(page)),
  run: async ({ page }, use) => use(new RunPage(page)),
  log: async ({ page }, use) => use(new LogPage(page)),
  outputPage: async ({ page }, use) => use(new OutputPage(page)),
  suite: async ({ page }, use) => use(new SuitePage(page)),
  // Errors in the console and requests to other hosts fail a test that does not expect them.
  faults: [
    async ({ page, baseURL }, use) => {
      const faults: string[] = [];
      page.on('pageerror', (error) => faults.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error' && !/status of (4|5)\d\d/.test(message.text())) faults.push(message.text());
      });
      page.on('request', (request) => {
        if (!request.url().startsWith(baseURL ?? '') && !request.url().startsWith('data:')) faults.push(`request to ${request.url()}`);
      });
      await use(faults);
      expect(faults).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
