// The log in the browser: a window onto any number of lines.
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '../pages/fixtures';
import type { Platform, Run } from '../pages/platform';

interface Outline {
  lines: number;
  is_complete: boolean;
  first_error_line: number;
  levels: { error: number; critical: number };
}

const outline = (platform: Platform, run: number) => platform.get<Outline>(`/runs/${run}/logs/outline`);

/** A run whose log has some thousand lines, with errors. */
const long = (platform: Platform): Promise<Run> =>
  platform.run('status=fail', async ({ run_id }) => (await platform.log(run_id)).body.data?.length === 100 && (await outline(platform, run_id)).lines > 400);

const path = (run: number) => join(process.env.FILES_ROOT ?? '', 'LogFiles', `${run}.txt`);

test.describe('the viewer @javascript', () => {
  test('the browser takes over the window of the server without moving anything', async ({ page, log, platform }) => {
    const { run_id } = await long(platform);
    await page.addInitScript(() => {
      const moved: number[] = ((window as unknown as { moved: number[] }).moved = []);
      new PerformanceObserver((list) => list.getEntries().forEach((entry) => moved.push((entry as unknown as { value: number }).value))).observe({
        type: 'layout-shift',
        buffered: true,
      });
    });
    await log.enter(run_id, '?line=200');
    await expect(log.line(200)).toBeInViewport();
    await page.waitForTimeout(500);
    expect(await page.evaluate(() => (window as unknown as { moved: number[] }).moved)).toEqual([]);
    expect((await log.seen())[0]).toBe(190);
  });

  test('a click on a number selects, with shift up to there, and the address says so', async ({ page, log, platform }) => {
    const { run_id } = await long(platform);
    await log.enter(run_id, '?line=200');
    await log.number(195).click();
    await expect(page).toHaveURL(/\?line=195#L195$/);
    await log.number(203).click({ modifiers: ['Shift'] });
    await expect(page).toHaveURL(/\?line=195-203#L195-L203$/);
    await expect(log.chosen).toHaveCount(9);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy link' }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(new RegExp(`/runs/${run_id}/logs\\?line=195-203#L195-L203$`));
    await page.reload();
    await log.taken();
    await expect(log.chosen).toHaveCount(9);
    await page.keyboard.press('Escape');
    await expect(log.chosen).toHaveCount(0);
  });

  test('a fragment alone leads to its lines', async ({ log, platform }) => {
    const { run_id } = await long(platform);
    await log.enter(run_id, '#L301-L303');
    await expect(log.chosen).toHaveCount(3);
    await expect(log.line(301)).toBeInViewport();
  });

  test('what is looked for is counted, marked and gone through', async ({ page, log, platform }) => {
    const { run_id } = await long(platform);
    const { matches } = await platform.get<{ matches: number }>(`/runs/${run_id}/logs/search?contains=differs&limit=0`);
    expect(matches).toBeGreaterThan(2);
    await log.enter(run_id, '?from_line=1');
    await log.key('/');
    await expect(log.find).toBeFocused();
    await page.keyboard.type('DIFFERS');
    await expect(log.matches).toHaveText(`1 of ${matches.toLocaleString('en-US')}`);
    await expect(page).toHaveURL(/find=DIFFERS/);
    await page.keyboard.press('Enter');
    await expect(log.matches).toHaveText(`2 of ${matches.toLocaleString('en-US')}`);
    await expect(page.locator('tr.current mark')).toHaveText('differs');
    await expect(page.locator('tr.current')).toBeInViewport();
    await log.key('n');
    await expect(log.matches).toHaveText(/^3 of/);
    await log.key('N');
    await log.key('N');
    await expect(log.matches).toHaveText(/^[12] of/);
    await page.getByLabel('Regex').check();
    await log.find.fill('a(b');
    await expect(page.getByRole('alert')).toContainText('character 2');
    await page.keyboard.press('Escape');
    await expect(log.find).toHaveValue('');
    await expect(page).not.toHaveURL(/find=/);
  });

  test('errors are gone through by key, and a line is gone to by its number', async ({ page, log, platform }) => {
    const { run_id } = await long(platform);
    const { first_error_line, lines, levels } = await outline(platform, run_id);
    await log.enter(run_id, '?from_line=1');
    await log.key('e');
    await expect(page).toHaveURL(new RegExp(`#L${first_error_line}$`));
    await expect(log.spoken).toHaveText(new RegExp(`^Error 1 of ${(levels.error + levels.critical).toLocaleString('en-US')}, line`));
    await log.key('e');
    await expect(log.spoken).toHaveText(/^Error 2 of/);
    await log.key('E');
    await expect(log.spoken).toHaveText(/^Error 1 of/);
    await log.key('g');
    await page.keyboard.type(String(lines - 3));
    await page.keyboard.press('Enter');
    await expect(log.line(lines - 3)).toBeInViewport();
    await expect(page).toHaveURL(new RegExp(`#L${lines - 3}$`));
    await log.key('Home');
    await expect(log.line(1)).toBeInViewport();
    await log.key('End');
    await expect(log.line(lines)).toBeInViewport();
  });

  test('the rows are one stop of the keyboard, from which arrows lead on', async ({ page, log, platform }) => {
    const { run_id } = await long(platform);
    await log.enter(run_id, '?line=200');
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

  test('keys of one letter can be turned off, and a second Ctrl+F is the browser’s', async ({ page, log, platform }) => {
    const { run_id } = await long(platform);
    await log.enter(run_id);
    await page.evaluate(() => {
      const own: boolean[] = ((window as unknown as { own: boolean[] }).own = []);
      window.addEventListener('keydown', (event) => event.key === 'f' && own.push(event.defaultPrevented));
    });
    await log.key('Control+f');
    await expect(log.find).toBeFocused();
    await page.keyboard.press('Control+f');
    expect(await page.evaluate(() => (window as unknown as { own: boolean[] }).own)).toEqual([true, false]);
    await log.key('?');
    const dialog = page.getByRole('dialog', { name: 'Keys' });
    await dialog.getByRole('checkbox').uncheck();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await log.key('?');
    await expect(dialog).toBeHidden();
    await page.reload();
    await log.taken();
    await log.key('g');
    await expect(page.getByLabel('Line', { exact: true })).not.toBeFocused();
  });

  test('long lines wrap, and the window still moves through all of them', async ({ page, log, platform }) => {
    const { run_id } = await long(platform);
    const { lines } = await outline(platform, run_id);
    await page.setViewportSize({ width: 500, height: 700 });
    await log.enter(run_id, '?line=200');
    await expect(page.getByLabel('Wrap')).toBeChecked();
    expect((await log.line(200).boundingBox())?.height).toBeGreaterThanOrEqual(24);
    await log.scroller.hover();
    for (let at = 0; at < 10; at += 1) await page.mouse.wheel(0, 120);
    await expect.poll(async () => (await log.seen())[0]).toBeGreaterThan(200);
    await log.key('End');
    await expect(log.line(lines)).toBeInViewport();
    await page.getByLabel('Wrap').uncheck();
    expect((await log.lines.first().boundingBox())?.height).toBe(24);
  });

  test('what is copied is what the log says', async ({ page, log, platform }) => {
    const { run_id } = await long(platform);
    await log.enter(run_id, '?from_line=1');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const { data } = (await platform.log(run_id, 'limit=3')).body;
    await page.evaluate(() => {
      const message = (line: number) => document.querySelector(`#L${line} .message`)!;
      getSelection()!.setBaseAndExtent(message(1), 0, message(3), message(3).childNodes.length);
    });
    await page.keyboard.press('Control+c');
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    // eslint-disable-next-line no-control-regex
    expect(copied.trim().split(/\s*\n\s*/)).toEqual(data.map((line) => line.message.replaceAll(/\u001b\[[0-9;]*m/g, '').trim()));
  });

  test('a log of 200,000 lines is scrolled through with few rows at a time', async ({ page, log, platform }) => {
    test.slow();
    const { run_id } = await platform.run('status=running');
    writeFileSync(path(run_id), Array.from({ length: 200_000 }, (_, line) => `2026-06-27 12:00:00 [INFO] worker: line ${line + 1}\n`).join(''));
    await expect.poll(async () => (await outline(platform, run_id)).lines, { timeout: 30_000 }).toBe(200_000);
    await log.enter(run_id, '?from_line=1');
    let most = 0;
    for (let at = 1; at <= 20; at += 1) {
      await log.scroller.evaluate((element, share) => element.scrollTo(0, element.scrollHeight * share), at / 20);
      await page.waitForTimeout(50);
      most = Math.max(most, await log.lines.count());
      expect((await log.seen()).length).toBeGreaterThan(5);
    }
    expect(most).toBeLessThanOrEqual(300);
    await expect(log.line(200_000)).toBeInViewport();
    await log.scroller.evaluate((element) => element.scrollTo(0, 99_999 * 24));
    await expect(log.line(100_000).locator('.message')).toHaveText(/line 100000$/);
    expect((await log.seen())[0]).toBe(100_000);
  });

  test('a log that grows is followed until the reader turns back', async ({ page, log, platform }) => {
    const running = await platform.runs('status=running');
    const { run_id } = running[running.length - 1];
    writeFileSync(path(run_id), Array.from({ length: 2_000 }, (_, line) => `2026-06-27 12:00:00 [INFO] worker: line ${line + 1}\n`).join(''));
    await expect.poll(async () => (await outline(platform, run_id)).lines).toBe(2_000);
    await log.enter(run_id, '?from_line=1');
    await page.getByLabel('Follow').check();
    await expect(log.line(2_000)).toBeInViewport();
    appendFileSync(path(run_id), '2026-06-27 12:00:01 [ERROR] worker: one more\n');
    await expect(log.line(2_001)).toBeInViewport({ timeout: 15_000 });
    await expect(page.locator('.log-counts')).toContainText('2,001 lines');
    await log.scroller.hover();
    await page.mouse.wheel(0, -500);
    await expect(page.getByLabel('Follow')).not.toBeChecked();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [390, 1440]) {
      test(`nothing is in the way of anybody, ${colorScheme}, ${width} px`, async ({ page, log, platform }) => {
        test.slow();
        const { run_id } = await long(platform);
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        for (const query of ['?line=200-203', '?level=warning', '?find=differs']) {
          await log.enter(run_id, query);
          const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
          expect(violations.map(({ id, nodes }) => `${query} ${id}: ${nodes.map(({ target }) => target).join(', ')}`)).toEqual([]);
        }
      });
    }
  }
});
