// An output of a test: expected against produced.
import { expect, test } from '../pages/fixtures';
import { output, outputs } from '../pages/output';
import type { Diff } from '../pages/output';

const has = (kind: string) => (diff: { captions: { changes: { kind: string }[] } | null }) => diff.captions?.changes.some((change) => change.kind === kind) ?? false;

test('an output says in its first lines what it is, what differs, and whether this change did it', async ({ page, outputPage, platform }) => {
  const found = await output(platform, has('dropped'));
  await outputPage.open(found);
  await expect(outputPage.heading).toContainText(found.diff.filename);
  await expect(outputPage.heading).toContainText('differs');
  await expect(outputPage.verdict).toContainText('dropped');
  await expect(page).toHaveTitle(new RegExp(`test ${found.regression_id} · run ${found.run_id}`));
  await expect(page.locator('meta[property="og:description"]')).toHaveAttribute('content', /dropped/);
  await expect(outputPage.heading.getByRole('link', { name: `Test ${found.regression_id}` })).toHaveAttribute('href', `/runs/${found.run_id}?test=${found.regression_id}#tests`);
  const info = await platform.get<{ reference: { run_id: number } | null; is_same_as_reference: boolean | null }>(found.api);
  if (info.is_same_as_reference) await expect(page.locator('p.rest')).toContainText(`run ${info.reference?.run_id}`);
});

test('a dropped caption is one difference by captions, and more by lines', async ({ page, outputPage, platform }) => {
  const found = await output(platform, (diff) => diff.captions?.change_count === 1 && diff.captions.changes[0].kind === 'dropped' && diff.captions.changes[0].count === 1 && diff.captions.renumbered !== null);
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

test('a shift is said once', async ({ outputPage, platform }) => {
  const found = await output(platform, (diff) => diff.captions?.change_count === 1 && diff.captions.changes[0].kind === 'shifted');
  await outputPage.open(found);
  await expect(outputPage.changes).toHaveText([/captions are .* later\./]);
});

test('changed words are marked, side by side and in one column', async ({ page, outputPage, platform }) => {
  const changed = (diff: Diff, kind: string) => diff.hunks?.some(({ lines }) => lines.some((line) => line.kind === kind && line.changes.length > 0)) ?? false;
  const found = await output(platform, (diff) => changed(diff, 'removed') && changed(diff, 'added'));
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

test('white space is shown when asked for, and encodings always', async ({ page, outputPage, platform }) => {
  const found = await output(platform, (diff) => diff.actual.line_endings === 'crlf' && diff.expected.line_endings === 'lf');
  await outputPage.open(found, '?align=lines');
  await expect(outputPage.sides.locator('tbody tr').nth(1).locator('.odd', { hasText: 'CRLF' })).toBeVisible();
  await expect(outputPage.diff.locator('.note').first()).toContainText('only the line end differs');
  await outputPage.choose('White space', 'shown').click();
  await expect(page).toHaveURL(/whitespace=show/);
  await expect(outputPage.diff.getByRole('img', { name: 'carriage return' }).first()).toBeVisible();
  await expect(outputPage.diff.getByRole('img', { name: /^\d+ spaces$|^space$/ }).first()).toBeVisible();
});

test('the next output that differs is one click away, in the same view', async ({ page, outputPage, platform }) => {
  const [first, second] = await outputs(platform, 'diff_mismatch', 1);
  await outputPage.open(first, '?view=unified');
  const next = outputPage.neighbours.locator('a[rel=next]');
  const href = await next.getAttribute('href');
  expect(href).toMatch(/view=unified$/);
  await next.click();
  await expect(page).toHaveURL(new RegExp(`${href?.replaceAll('?', '\\?')}$`));
  expect(second.run_id).toBe(first.run_id);
});

test('an output that was not produced says so and shows what was expected', async ({ page, outputPage, platform }) => {
  const [missing] = await outputs(platform, 'missing_output');
  const response = await page.goto(missing.path);
  expect(response?.status()).toBe(200);
  await expect(outputPage.heading).toContainText('missing');
  await expect(page.getByRole('heading', { name: 'What was expected' })).toBeVisible();
  await expect(outputPage.diff.locator('td.text').first()).toBeVisible();
});

test('files are downloaded as they are', async ({ outputPage, page, platform }) => {
  const found = await output(platform, has('text'));
  await outputPage.open(found);
  for (const name of ['Expected file ↓', 'Produced file ↓', 'Diff file ↓']) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name }).click()]);
    expect(download.suggestedFilename()).toMatch(new RegExp(`^run-${found.run_id}-test-${found.regression_id}-`));
  }
});

test('an output that is none is not found', async ({ page, platform }) => {
  const { run_id } = await platform.run('status=fail');
  expect((await page.goto(`/runs/${run_id}/tests/1/outputs/999999`))?.status()).toBe(404);
  expect((await page.goto(`/runs/${run_id}/tests/1/outputs/1?view=3d`))?.status()).toBe(400);
});
