// The log of a run.
import { expect, test } from '../pages/fixtures';
import type { Platform, Run } from '../pages/platform';

/** A run whose log has several pages. */
const withLog = (platform: Platform): Promise<Run> =>
  platform.run('status=fail', async ({ run_id }) => (await platform.log(run_id)).body.data?.length === 100);

test('a log is paged forward, to its end, and back to its start @paged', async ({ page, log, platform }) => {
  const { run_id } = await withLog(platform);
  await log.open(run_id, '?from_line=1');
  const first = await log.shown();
  expect(first[0]).toBe(1);
  expect(first.length).toBe(100);
  await log.way('Next').click();
  await expect(log.numbers.first()).toHaveText('101');
  await log.way('Previous').click();
  await expect(log.numbers.first()).toHaveText('1');
  await log.way('Last').click();
  await expect(log.way('Next')).toHaveCount(0);
  const last = await log.shown();
  expect(last.length).toBe(100);
  await log.way('Previous').click();
  await expect(log.numbers.last()).toHaveText((last[0] - 1).toLocaleString('en-US'));
  await log.way('First').click();
  await expect(log.numbers.first()).toHaveText('1');
  await expect(page.getByRole('link', { name: 'Raw' })).toHaveAttribute('href', `/api/v1/runs/${run_id}/logs/raw`);
});

test('a log opens at its first error, and says so', async ({ page, log, platform }) => {
  const { run_id } = await withLog(platform);
  const outline = await platform.get<{ first_error_line: number; lines: number }>(`/runs/${run_id}/logs/outline`);
  await log.open(run_id);
  await expect(log.line(outline.first_error_line)).toBeInViewport();
  await expect(log.line(outline.first_error_line).locator('.level')).toHaveText(/error|critical/);
  await expect(page.locator('.log-counts')).toContainText(`${outline.lines.toLocaleString('en-US')} lines`);
  await expect(page.locator('meta[name=description]')).toHaveAttribute('content', new RegExp(`first on line ${outline.first_error_line.toLocaleString('en-US')}`));
  await page.getByRole('link', { name: 'From the start' }).click();
  await expect(log.numbers.first()).toHaveText('1');
});

test('an address shows its lines, marked', async ({ page, log, platform }) => {
  const { run_id } = await withLog(platform);
  await log.open(run_id, '?line=120-123');
  await expect(log.chosen.locator('.number')).toHaveText(['120', '121', '122', '123']);
  await expect(log.line(120)).toBeInViewport();
  await expect(page).toHaveTitle(/lines 120–123/);
});

test('lines are filtered by level, source and text, each with a way to those around it', async ({ page, log, platform }) => {
  const { run_id } = await withLog(platform);
  await log.open(run_id);
  await page.getByLabel('Level').selectOption('warning');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page).toHaveURL(/level=warning/);
  const expected = (await platform.log(run_id, 'level=warning')).body.data.map((line) => line.line);
  expect(expected.length).toBeGreaterThan(0);
  await expect(log.numbers.first()).toHaveText(expected[0].toLocaleString('en-US'));
  const shown = await log.shown();
  expect(shown).toEqual(expected.slice(0, shown.length));
  await log.lines.nth(3).getByRole('link', { name: 'in context' }).click();
  await expect(page).toHaveURL(new RegExp(`/logs\\?line=${expected[3]}#L${expected[3]}$`));
  await expect(log.chosen.locator('.number')).toHaveText([expected[3].toLocaleString('en-US')]);
  await expect(log.chosen).toBeInViewport();
  await expect(log.line(expected[3] - 1)).toBeVisible();

  await log.open(run_id, '?contains=WORKER');
  await expect(log.lines.first().locator('mark').first()).toHaveText(/worker/i);
});

test('what is no regular expression is told at the field', async ({ page, log, platform }) => {
  const { run_id } = await withLog(platform);
  await log.open(run_id, `?contains=${encodeURIComponent('a(b')}&mode=regex`);
  await expect(page.getByRole('alert')).toContainText('character 2');
  await expect(log.find).toHaveValue('a(b');
});

test('colours are classes, and no escape sequence is seen', async ({ page, log, platform }) => {
  const coloured = await platform.run('', async ({ run_id }) => ((await platform.log(run_id, 'contains=warning')).body.data ?? []).some((line) => line.message.includes('\u001b[')));
  await log.open(coloured.run_id, '?contains=warning');
  await expect(log.lines.locator('.message span[class]').first()).toBeVisible();
  expect(await page.getByRole('main').innerText()).not.toMatch(/\u001b|\[0m/);
});

test('what a log says is text, whatever it looks like', async ({ log, platform }) => {
  const { run_id } = await withLog(platform);
  await log.open(run_id, `?contains=${encodeURIComponent('<script>alert(1)</script>')}`);
  await expect(log.page.getByRole('heading', { name: 'No line is like that' })).toBeVisible();
  await expect(log.find).toHaveValue('<script>alert(1)</script>');
});

test('a missing log says where it was looked for', async ({ page, platform }) => {
  const missing = await platform.run('status=queued', async ({ run_id }) => (await platform.log(run_id)).status === 404);
  const response = await page.goto(`/runs/${missing.run_id}/logs`);
  expect(response?.status()).toBe(404);
  await expect(page.getByRole('heading', { name: 'This run has no log' })).toBeVisible();
  await expect(page.getByRole('main')).toContainText('local');
  await expect(page.getByRole('main')).toContainText('gcs');
});

test('an empty log says that it is empty', async ({ page, log, platform }) => {
  const empty = await platform.run('', async ({ run_id }) => {
    const { status, body } = await platform.log(run_id);
    return status === 200 && body.data.length === 0;
  });
  await log.open(empty.run_id);
  await expect(page.getByRole('heading', { name: 'The log is empty' })).toBeVisible();
});

test('a line can be linked to', async ({ page, log, platform }) => {
  const { run_id } = await withLog(platform);
  await log.open(run_id, '?line=42#L42');
  await expect(page.locator('#L42')).toBeInViewport();
  await expect(log.chosen).toHaveCount(1);
});
