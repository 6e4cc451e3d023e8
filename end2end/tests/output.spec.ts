// An output of a test: the expected and the produced file.
import { expect, test } from '../pages/fixtures';
import { findOutput, findOutputs } from '../pages/output';
import type { Diff } from '../pages/output';

const has = (kind: string) => (diff: { captions: { changes: { kind: string }[] } | null }) => diff.captions?.changes.some((change) => change.kind === kind) ?? false;

test('an output page starts with the file, the difference and whether this change caused it', async ({ page, outputPage, api }) => {
  const found = await findOutput(api, has('dropped'));
  await outputPage.open(found);
  await expect(outputPage.heading).toContainText(found.diff.filename);
  await expect(outputPage.heading).toContainText('differs');
  await expect(outputPage.verdict).toContainText('dropped');
  await expect(page).toHaveTitle(new RegExp(`test ${found.regression_id} · run ${found.run_id}`));
  await expect(page.locator('meta[property="og:description"]')).toHaveAttribute('content', /dropped/);
  await expect(outputPage.heading.getByRole('link', { name: `Test ${found.regression_id}` })).toHaveAttribute('href', `/runs/${found.run_id}?test=${found.regression_id}#tests`);
  const info = await api.get<{ reference: { run_id: number } | null; is_same_as_reference: boolean | null }>(found.api);
  if (info.is_same_as_reference) await expect(page.locator('p.rest')).toContainText(`run ${info.reference?.run_id}`);
});

test('a missing caption is one difference by captions and several by lines', async ({ page, outputPage, api }) => {
  const found = await findOutput(api, (diff) => diff.captions?.change_count === 1 && diff.captions.changes[0].kind === 'dropped' && diff.captions.changes[0].count === 1 && diff.captions.renumbered !== null);
  await outputPage.open(found);
  await expect(outputPage.changes).toHaveText([/Caption \d+ is dropped\./]);
  await expect(outputPage.captions).toContainText('another number');
  const place = outputPage.changes.first().getByRole('link');
  await place.click();
  await expect(page).toHaveURL(/#[EL]\d+$/);
  await expect(page.locator(':target')).toBeInViewport();
  const few = await outputPage.diff.locator('tr.changed').count();
  await outputPage.choose('What is compared', 'lines').click();
  await expect(page).toHaveURL(/align=lines/);
  await expect(outputPage.captions).toHaveCount(0);
  expect(await outputPage.diff.locator('tr.changed').count()).toBeGreaterThan(few);
});

test('a uniform time shift is one difference', async ({ outputPage, api }) => {
  const found = await findOutput(api, (diff) => diff.captions?.change_count === 1 && diff.captions.changes[0].kind === 'shifted');
  await outputPage.open(found);
  await expect(outputPage.changes).toHaveText([/captions are .* later\./]);
});

test('changed words are highlighted in the split and in the unified view', async ({ page, outputPage, api }) => {
  const changed = (diff: Diff, kind: string) => diff.hunks?.some(({ lines }) => lines.some((line) => line.kind === kind && line.changes.length > 0)) ?? false;
  const found = await findOutput(api, (diff) => changed(diff, 'removed') && changed(diff, 'added'));
  await outputPage.open(found);
  await expect(outputPage.diff).toHaveClass(/side/);
  await expect(outputPage.diff.locator('td.expected mark').first()).toBeVisible();
  await outputPage.choose('Columns', 'unified').click();
  await expect(page).toHaveURL(/view=unified/);
  await expect(outputPage.diff.locator('tr.actual mark').first()).toBeVisible();
  await outputPage.choose('Lines around', 'all').click();
  await expect(page).toHaveURL(/view=unified&context=5000/);
  await expect(outputPage.diff.locator('tr.gap')).toHaveCount(0);
});

test('white space is shown on request, encodings always', async ({ page, outputPage, api }) => {
  const found = await findOutput(api, (diff) => diff.actual.line_endings === 'crlf' && diff.expected.line_endings === 'lf');
  await outputPage.open(found, '?align=lines');
  await expect(outputPage.sides.locator('tbody tr').nth(1).locator('.odd', { hasText: 'CRLF' })).toBeVisible();
  await expect(outputPage.diff.locator('.note').first()).toContainText('only the line end differs');
  await outputPage.choose('White space', 'shown').click();
  await expect(page).toHaveURL(/whitespace=show/);
  await expect(outputPage.diff.getByRole('img', { name: 'carriage return' }).first()).toBeVisible();
  await expect(outputPage.diff.getByRole('img', { name: /^\d+ spaces$|^space$/ }).first()).toBeVisible();
});

test('the next differing output is linked and opens in the same view', async ({ page, outputPage, api }) => {
  const [first, second] = await findOutputs(api, 'diff_mismatch', 1);
  await outputPage.open(first, '?view=unified');
  const next = outputPage.neighbours.locator('a[rel=next]');
  const href = await next.getAttribute('href');
  expect(href).toMatch(/view=unified$/);
  await next.click();
  await expect(page).toHaveURL(new RegExp(`${href?.replaceAll('?', '\\?')}$`));
  expect(second.run_id).toBe(first.run_id);
});

test('a missing output shows the expected file', async ({ page, outputPage, api }) => {
  const [missing] = await findOutputs(api, 'missing_output');
  const response = await page.goto(missing.path);
  expect(response?.status()).toBe(200);
  await expect(outputPage.heading).toContainText('missing');
  await expect(page.getByRole('heading', { name: 'What was expected' })).toBeVisible();
  await expect(outputPage.diff.locator('td.text').first()).toBeVisible();
});

test('the files and the diff can be downloaded', async ({ outputPage, page, api }) => {
  const found = await findOutput(api, has('text'));
  await outputPage.open(found);
  for (const name of ['Expected file ↓', 'Produced file ↓', 'Diff file ↓']) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name }).click()]);
    expect(download.suggestedFilename()).toMatch(new RegExp(`^run-${found.run_id}-test-${found.regression_id}-`));
  }
});

test('an unknown output is not found, an invalid view is rejected', async ({ page, api }) => {
  const { run_id } = await api.findRun('status=fail');
  expect((await page.goto(`/runs/${run_id}/tests/1/outputs/999999`))?.status()).toBe(404);
  expect((await page.goto(`/runs/${run_id}/tests/1/outputs/1?view=3d`))?.status()).toBe(400);
});
