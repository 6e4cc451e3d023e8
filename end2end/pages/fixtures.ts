// Fixtures of every browser test: a deployment, the API, the page objects, and a check for errors in the browser.
import { test as base, expect, type TestInfo } from '@playwright/test';
import { defaultBinaryPath, Deployment } from '../server/deployment';
import { ApiClient } from './api';
import { LogPage } from './log';
import { OutputPage } from './output';
import { RunPage } from './run';
import { RunsPage } from './runs';
import { SuitePage } from './suite';

interface WorkerFixtures {
  binaryPath: string;
  /** Serves all tests of a worker that only read. */
  workerDeployment: Deployment;
}

interface Fixtures {
  deployment: Deployment;
  api: ApiClient;
  runs: RunsPage;
  run: RunPage;
  log: LogPage;
  outputPage: OutputPage;
  suite: SuitePage;
  /** Errors in the browser and requests to other hosts. A test that expects some empties it. */
  browserErrors: string[];
}

/** For tests that only read: they share the deployment of their worker. */
export const test = base.extend<Fixtures, WorkerFixtures>({
  binaryPath: [defaultBinaryPath(), { option: true, scope: 'worker' }],
  workerDeployment: [
    async ({ binaryPath }, use) => {
      const deployment = await Deployment.start(binaryPath);
      await use(deployment);
      await deployment.stop();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  deployment: async ({ workerDeployment }, use, testInfo) => {
    await use(workerDeployment);
    await attachServerLog(workerDeployment, testInfo);
  },
  baseURL: ({ deployment }, use) => use(deployment.baseURL),
  api: ({ request }, use) => use(new ApiClient(request)),
  runs: ({ page }, use) => use(new RunsPage(page)),
  run: ({ page }, use) => use(new RunPage(page)),
  log: ({ page }, use) => use(new LogPage(page)),
  outputPage: ({ page }, use) => use(new OutputPage(page)),
  suite: ({ page }, use) => use(new SuitePage(page)),
  browserErrors: [
    async ({ page, baseURL }, use) => {
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error' && !/status of (4|5)\d\d/.test(message.text())) errors.push(message.text());
      });
      page.on('request', (request) => {
        if (!request.url().startsWith(baseURL ?? '') && !request.url().startsWith('data:')) errors.push(`request to ${request.url()}`);
      });
      await use(errors);
      expect(errors).toEqual([]);
    },
    { auto: true },
  ],
});

/** For tests that write rows, files or tokens: each has a deployment of its own. */
export const isolatedTest = test.extend({
  deployment: [
    async ({ binaryPath }, use, testInfo) => {
      const deployment = await Deployment.start(binaryPath);
      await use(deployment);
      await attachServerLog(deployment, testInfo);
      await deployment.stop();
    },
    { scope: 'test', timeout: 60_000 },
  ],
});

async function attachServerLog(deployment: Deployment, testInfo: TestInfo) {
  if (testInfo.status === testInfo.expectedStatus) return;
  await testInfo.attach('server log', { body: deployment.serverLog(), contentType: 'text/plain' });
}

export { expect };
