// Browser tests of the built product. Each worker starts a server of its own on a copy of the demo platform: server/deployment.ts.
import { defineConfig } from '@playwright/test';

const launchOptions = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

export default defineConfig({
  testDir: 'tests',
  globalSetup: './server/global-setup.ts',
  fullyParallel: true,
  workers: 2,
  forbidOnly: true,
  timeout: 60_000,
  // A shared CI machine may stall. A test that passes only on its retry is listed as flaky by both reporters.
  retries: process.env.CI ? 1 : 0,
  reporter: [['list'], ['./reporters/flaky.ts']],
  use: { launchOptions, trace: 'retain-on-failure' },
  // Every page must work without JavaScript. Tests of the islands are tagged @javascript; tests of what an island replaces are tagged
  // @no-javascript.
  projects: [
    { name: 'with JavaScript', use: { javaScriptEnabled: true }, grepInvert: /@no-javascript/ },
    { name: 'without JavaScript', use: { javaScriptEnabled: false }, grepInvert: /@javascript/ },
  ],
});
