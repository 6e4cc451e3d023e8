// Browser tests against a running Runlens: scripts/e2e starts one on a demo platform and says where it is.
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
  fullyParallel: true,
  workers: 2,
  forbidOnly: true,
  timeout: 30_000,
  // A machine of others may be too slow once; what fails twice is broken, and what fails once is reported as flaky.
  retries: process.env.CI ? 1 : 0,
  reporter: [['list']],
  use: { baseURL: process.env.BASE_URL, launchOptions, trace: 'retain-on-failure' },
  // Every page must read without JavaScript; what is about the browser's own part is tagged, and left out there. So is, the other way
  // round, what the browser's own part takes the place of.
  projects: [
    { name: 'with JavaScript', use: { javaScriptEnabled: true }, grepInvert: /@paged/ },
    { name: 'without JavaScript', use: { javaScriptEnabled: false }, grepInvert: /@javascript/ },
  ],
});
