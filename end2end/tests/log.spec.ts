// The log of a run.
import { expect, test } from '../pages/fixtures';
import { runWithLog } from '../pages/log';

test('a log is paged forward, to its end, and back to its start @no-javascript', async ({ page, log, api }) => {
  const { run_id } = await runWithLog(api);
  await log.open(run_id, '?from_line=1');
  const first = await log.renderedNumbers();
  expect(first[0]).toBe(1);
  expect(first.length).toBe(100);
  await log.pagerLink('Next').click();
  await expect(log.numbers.first()).toHaveText('101');
  await log.pagerLink('Previous').click();
  await expect(log.numbers.first()).toHaveText('1');
  await log.pagerLink('Last').click();
  await expect(log.pagerLink('Next')).toHaveCount(0);
  const last = await log.renderedNumbers();
  expect(last.length).toBe(100);
  await log.pagerLink('Previous').click();
  await expect(log.numbers.last()).toHaveText((last[0] - 1).toLocaleString('en-US'));
  await log.pagerLink('First').click();
  await expect(log.numbers.first()).toHaveText('1');
  await expect(page.getByRole('link', { name: 'Raw' })).toHaveAttribute('href', `/api/v1/runs/${run_id}/logs/raw`);
});

test('a log opens at its first error', async ({ page, log, api }) => {
  const { run_id } = await runWithLog(api);
  const outline = await api.get<{ first_error_line: number; lines: number }>(`/runs/${run_id}/logs/outline`);
  await log.open(run_id);
  await expect(log.line(outline.first_error_line)).toBeInViewport();
  await expect(log.line(outline.first_error_line).locator('.level')).toHaveText(/error|critical/);
  await expect(page.locator('.log-counts')).toContainText(`${outline.lines.toLocaleString('en-US')} lines`);
  await expect(page.locator('meta[name=description]')).toHaveAttribute('content', new RegExp(`first on line ${outline.first_error_line.toLocaleString('en-US')}`));
  await page.getByRole('link', { name: 'From the start' }).click();
  await expect(log.numbers.first()).toHaveText('1');
});

test('a URL selects its lines', async ({ page, log, api }) => {
  const { run_id } = await runWithLog(api);
  await log.open(run_id, '?line=120-123');
  await expect(log.selected.locator('.number')).toHaveText(['120', '121', '122', '123']);
  await expect(log.line(120)).toBeInViewport();
  await expect(page).toHaveTitle(/lines 120–123/);
});

test('lines are filtered by level and text, and each links to its context', async ({ page, log, api }) => {
  const { run_id } = await runWithLog(api);
  await log.open(run_id);
  await page.getByLabel('Level').selectOption('warning');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page).toHaveURL(/level=warning/);
  const expected = (await api.log(run_id, 'level=warning')).lines.map((line) => line.line);
  expect(expected.length).toBeGreaterThan(0);
  await expect(log.numbers.first()).toHaveText(expected[0].toLocaleString('en-US'));
  const shown = await log.renderedNumbers();
  expect(shown).toEqual(expected.slice(0, shown.length));
  await log.lines.nth(3).getByRole('link', { name: 'in context' }).click();
  await expect(page).toHaveURL(new RegExp(`/logs\\?line=${expected[3]}#L${expected[3]}$`));
  await expect(log.selected.locator('.number')).toHaveText([expected[3].toLocaleString('en-US')]);
  await expect(log.selected).toBeInViewport();
  await expect(log.line(expected[3] - 1)).toBeVisible();

  await log.open(run_id, '?contains=WORKER');
  await expect(log.lines.first().locator('mark').first()).toHaveText(/worker/i);
});

test('an invalid regular expression is reported at the field', async ({ page, log, api }) => {
  const { run_id } = await runWithLog(api);
  await log.open(run_id, `?contains=${encodeURIComponent('a(b')}&mode=regex`);
  await expect(page.getByRole('alert')).toContainText('character 2');
  await expect(log.find).toHaveValue('a(b');
});

test('colours become classes, and no escape sequence is visible', async ({ page, log, api }) => {
  const coloured = await api.findRun('', async ({ run_id }) => (await api.log(run_id, 'contains=warning')).lines.some((line) => line.message.includes('\u001b[')));
  await log.open(coloured.run_id, '?contains=warning');
  await expect(log.lines.locator('.message span[class]').first()).toBeVisible();
  expect(await page.getByRole('main').innerText()).not.toMatch(/\u001b|\[0m/);
});

test('markup in a search term is shown as text', async ({ log, api }) => {
  const { run_id } = await runWithLog(api);
  await log.open(run_id, `?contains=${encodeURIComponent('<script>alert(1)</script>')}`);
  await expect(log.page.getByRole('heading', { name: 'No line is like that' })).toBeVisible();
  await expect(log.find).toHaveValue('<script>alert(1)</script>');
});

test('the page of a missing log names the stores that were searched', async ({ page, api }) => {
  const missing = await api.findRun('status=queued', async ({ run_id }) => (await api.log(run_id)).status === 404);
  const response = await page.goto(`/runs/${missing.run_id}/logs`);
  expect(response?.status()).toBe(404);
  await expect(page.getByRole('heading', { name: 'This run has no log' })).toBeVisible();
  await expect(page.getByRole('main')).toContainText('local');
  await expect(page.getByRole('main')).toContainText('gcs');
});

test('an empty log is reported as empty', async ({ page, log, api }) => {
  const empty = await api.findRun('', async ({ run_id }) => {
    const { status, lines } = await api.log(run_id);
    return status === 200 && lines.length === 0;
  });
  await log.open(empty.run_id);
  await expect(page.getByRole('heading', { name: 'The log is empty' })).toBeVisible();
});

test('a permalink selects its line', async ({ page, log, api }) => {
  const { run_id } = await runWithLog(api);
  await log.open(run_id, '?line=42#L42');
  await expect(page.locator('#L42')).toBeInViewport();
  await expect(log.selected).toHaveCount(1);
});
