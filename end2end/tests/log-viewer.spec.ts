// The log viewer, which renders a window of a log of any length.
import { appendFileSync, writeFileSync } from 'node:fs';
import { COLOR_SCHEMES, expectNoViolations, WIDTHS_PX } from '../pages/accessibility';
import type { ApiClient, Run } from '../pages/api';
import { expect, isolatedTest, test } from '../pages/fixtures';
import { PAGE_LINES } from '../pages/log';

interface Outline {
  lines: number;
  is_complete: boolean;
  first_error_line: number;
  levels: { error: number; critical: number };
}

const outline = (api: ApiClient, run: number) => api.get<Outline>(`/runs/${run}/logs/outline`);

/** Returns a run whose log has several hundred lines, with errors. */
const runWithLongLog = (api: ApiClient): Promise<Run> =>
  api.findRun('status=fail', async ({ run_id }) => (await api.log(run_id)).lines.length === PAGE_LINES && (await outline(api, run_id)).lines > 400);

const MAX_RENDERED_LINES = 300;
const LINE_HEIGHT_PX = 24;

/** Returns `count` log lines, numbered in their messages. */
const logLines = (count: number) => Array.from({ length: count }, (_, line) => `2026-06-27 12:00:00 [INFO] worker: line ${line + 1}\n`).join('');

test.describe('log viewer @javascript', () => {
  test('hydration of the viewer shifts no layout', async ({ page, log, api }) => {
    const { run_id } = await runWithLongLog(api);
    await page.addInitScript(() => {
      const shifts: PerformanceEntryList = [];
      const observer = new PerformanceObserver((list) => shifts.push(...list.getEntries()));
      observer.observe({ type: 'layout-shift', buffered: true });
      Object.assign(window, { layoutShifts: () => [...shifts, ...observer.takeRecords()] });
    });
    await log.openHydrated(run_id, '?line=200');
    await expect(log.line(200)).toBeInViewport();
    // All code is loaded, and what it has changed is painted.
    await page.waitForLoadState('networkidle');
    const shifts = await page.evaluate(async () => {
      for (let frame = 0; frame < 2; frame += 1) await new Promise((painted) => requestAnimationFrame(painted));
      return (window as unknown as { layoutShifts: () => PerformanceEntryList }).layoutShifts().length;
    });
    expect(shifts).toBe(0);
    expect((await log.visibleNumbers())[0]).toBe(190);
  });

  test('clicks on line numbers select a line or a range, and the URL names it', async ({ page, log, api }) => {
    const { run_id } = await runWithLongLog(api);
    await log.openHydrated(run_id, '?line=200');
    await log.number(195).click();
    await expect(page).toHaveURL(/\?line=195#L195$/);
    await log.number(203).click({ modifiers: ['Shift'] });
    await expect(page).toHaveURL(/\?line=195-203#L195-L203$/);
    await expect(log.selected).toHaveCount(9);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy link' }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(new RegExp(`/runs/${run_id}/logs\\?line=195-203#L195-L203$`));
    await page.reload();
    await log.waitUntilHydrated();
    await expect(log.selected).toHaveCount(9);
    await page.keyboard.press('Escape');
    await expect(log.selected).toHaveCount(0);
  });

  test('a URL fragment alone selects its lines', async ({ log, api }) => {
    const { run_id } = await runWithLongLog(api);
    await log.openHydrated(run_id, '#L301-L303');
    await expect(log.selected).toHaveCount(3);
    await expect(log.line(301)).toBeInViewport();
  });

  test('matches are counted, highlighted and stepped through', async ({ page, log, api }) => {
    const { run_id } = await runWithLongLog(api);
    const { matches } = await api.get<{ matches: number }>(`/runs/${run_id}/logs/search?contains=differs&limit=0`);
    expect(matches).toBeGreaterThan(2);
    await log.openHydrated(run_id, '?from_line=1');
    await log.pressUnfocused('/');
    await expect(log.find).toBeFocused();
    await page.keyboard.type('DIFFERS');
    await expect(log.matches).toHaveText(`1 of ${matches.toLocaleString('en-US')}`);
    await expect(page).toHaveURL(/find=DIFFERS/);
    await page.keyboard.press('Enter');
    await expect(log.matches).toHaveText(`2 of ${matches.toLocaleString('en-US')}`);
    await expect(page.locator('tr.current mark')).toHaveText('differs');
    await expect(page.locator('tr.current')).toBeInViewport();
    await log.pressUnfocused('n');
    await expect(log.matches).toHaveText(/^3 of/);
    await log.pressUnfocused('N');
    await log.pressUnfocused('N');
    await expect(log.matches).toHaveText(/^[12] of/);
    await page.getByLabel('Regex').check();
    await log.find.fill('a(b');
    await expect(page.getByRole('alert')).toContainText('character 2');
    await page.keyboard.press('Escape');
    await expect(log.find).toHaveValue('');
    await expect(page).not.toHaveURL(/find=/);
  });

  test('keys step through errors and go to a line number', async ({ page, log, api }) => {
    const { run_id } = await runWithLongLog(api);
    const { first_error_line, lines, levels } = await outline(api, run_id);
    await log.openHydrated(run_id, '?from_line=1');
    await log.pressUnfocused('e');
    await expect(page).toHaveURL(new RegExp(`#L${first_error_line}$`));
    await expect(log.status).toHaveText(new RegExp(`^Error 1 of ${(levels.error + levels.critical).toLocaleString('en-US')}, line`));
    await log.pressUnfocused('e');
    await expect(log.status).toHaveText(/^Error 2 of/);
    await log.pressUnfocused('E');
    await expect(log.status).toHaveText(/^Error 1 of/);
    await log.pressUnfocused('g');
    await page.keyboard.type(String(lines - 3));
    await page.keyboard.press('Enter');
    await expect(log.line(lines - 3)).toBeInViewport();
    await expect(page).toHaveURL(new RegExp(`#L${lines - 3}$`));
    await log.pressUnfocused('Home');
    await expect(log.line(1)).toBeInViewport();
    await log.pressUnfocused('End');
    await expect(log.line(lines)).toBeInViewport();
  });

  test('the lines are one tab stop, and arrow keys move between them', async ({ page, log, api }) => {
    const { run_id } = await runWithLongLog(api);
    await log.openHydrated(run_id, '?line=200');
    await expect(log.lines.locator('.number a[tabindex="0"]')).toHaveCount(1);
    await log.scroller.focus();
    await page.keyboard.press('Tab');
    await expect(log.number(200)).toBeFocused();
    await page.keyboard.press('ArrowDown');
    await expect(log.number(201)).toBeFocused();
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Shift+Enter');
    await expect(page).toHaveURL(/#L201-L202$/);
  });

  test('single-key shortcuts can be turned off, and a second Ctrl+F opens the browser’s search', async ({ page, log, api }) => {
    const { run_id } = await runWithLongLog(api);
    await log.openHydrated(run_id);
    await page.evaluate(() => {
      const prevented: boolean[] = [];
      Object.assign(window, { prevented });
      window.addEventListener('keydown', (event) => {
        if (event.key === 'f') prevented.push(event.defaultPrevented);
      });
    });
    await log.pressUnfocused('Control+f');
    await expect(log.find).toBeFocused();
    await page.keyboard.press('Control+f');
    expect(await page.evaluate(() => (window as unknown as { prevented: boolean[] }).prevented)).toEqual([true, false]);
    await log.pressUnfocused('?');
    const dialog = page.getByRole('dialog', { name: 'Keys' });
    await dialog.getByRole('checkbox').uncheck();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await log.pressUnfocused('?');
    await expect(dialog).toBeHidden();
    await page.reload();
    await log.waitUntilHydrated();
    await log.pressUnfocused('g');
    await expect(page.getByLabel('Line', { exact: true })).not.toBeFocused();
  });

  test('wrapped lines scroll to the end of the log', async ({ page, log, api }) => {
    const { run_id } = await runWithLongLog(api);
    const { lines } = await outline(api, run_id);
    await page.setViewportSize({ width: 500, height: 700 });
    await log.openHydrated(run_id, '?line=200');
    await expect(page.getByLabel('Wrap')).toBeChecked();
    expect((await log.line(200).boundingBox())?.height).toBeGreaterThanOrEqual(LINE_HEIGHT_PX);
    await log.scroller.hover();
    for (let notch = 0; notch < 10; notch += 1) await page.mouse.wheel(0, 120);
    await expect.poll(async () => (await log.visibleNumbers())[0]).toBeGreaterThan(200);
    await log.pressUnfocused('End');
    await expect(log.line(lines)).toBeInViewport();
    await page.getByLabel('Wrap').uncheck();
    expect((await log.lines.first().boundingBox())?.height).toBe(LINE_HEIGHT_PX);
  });

  test('copied text is the text of the log', async ({ page, log, api }) => {
    const { run_id } = await runWithLongLog(api);
    await log.openHydrated(run_id, '?from_line=1');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const { lines } = await api.log(run_id, 'limit=3');
    await page.evaluate(() => {
      const [first, last] = [1, 3].map((line) => document.querySelector(`#L${line} .message`));
      if (first && last) getSelection()?.setBaseAndExtent(first, 0, last, last.childNodes.length);
    });
    await page.keyboard.press('Control+c');
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied.trim().split(/\s*\n\s*/)).toEqual(lines.map((line) => line.message.replaceAll(/\u001b\[[0-9;]*m/g, '').trim()));
  });

  isolatedTest('a log of 200,000 lines renders at most 300 rows at a time', async ({ log, api, deployment }) => {
    isolatedTest.slow();
    const { run_id } = await api.findRun('status=running');
    writeFileSync(deployment.logFile(run_id), logLines(200_000));
    await expect.poll(async () => (await outline(api, run_id)).lines, { timeout: 30_000 }).toBe(200_000);
    await log.openHydrated(run_id, '?from_line=1');
    let most = 0;
    for (let step = 1; step <= 20; step += 1) {
      await log.scroller.evaluate((element, share) => {
        element.scrollTo(0, element.scrollHeight * share);
      }, step / 20);
      await expect.poll(async () => (await log.visibleNumbers()).length).toBeGreaterThan(5);
      most = Math.max(most, await log.lines.count());
    }
    expect(most).toBeLessThanOrEqual(MAX_RENDERED_LINES);
    await expect(log.line(200_000)).toBeInViewport();
    await log.scroller.evaluate((element, top) => {
      element.scrollTo(0, top);
    }, 99_999 * LINE_HEIGHT_PX);
    await expect(log.line(100_000).locator('.message')).toHaveText(/line 100000$/);
    expect((await log.visibleNumbers())[0]).toBe(100_000);
  });

  isolatedTest('a growing log is followed until the user scrolls up', async ({ page, log, api, deployment }) => {
    const { run_id } = await api.findRun('status=running');
    const file = deployment.logFile(run_id);
    writeFileSync(file, logLines(2_000));
    await expect.poll(async () => (await outline(api, run_id)).lines).toBe(2_000);
    await log.openHydrated(run_id, '?from_line=1');
    await page.getByLabel('Follow').check();
    await expect(log.line(2_000)).toBeInViewport();
    appendFileSync(file, '2026-06-27 12:00:01 [ERROR] worker: one more\n');
    await expect(log.line(2_001)).toBeInViewport({ timeout: 15_000 });
    await expect(page.locator('.log-counts')).toContainText('2,001 lines');
    await log.scroller.hover();
    await page.mouse.wheel(0, -500);
    await expect(page.getByLabel('Follow')).not.toBeChecked();
  });

  for (const colorScheme of COLOR_SCHEMES) {
    for (const width of WIDTHS_PX) {
      test(`axe finds no violations, ${colorScheme}, ${width} px`, async ({ page, log, api }) => {
        test.slow();
        const { run_id } = await runWithLongLog(api);
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        for (const query of ['?line=200-203', '?level=warning', '?find=differs']) {
          await log.openHydrated(run_id, query);
          await expectNoViolations(page);
        }
      });
    }
  }
});
