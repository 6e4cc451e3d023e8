// Every page in light and dark, wide and narrow: axe finds nothing, and nothing sticks out.
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '../pages/fixtures';
import { output, outputs } from '../pages/output';
import type { Platform } from '../pages/platform';

const pages: [string, (platform: Platform) => Promise<string>][] = [
  ['runs', async () => '/runs'],
  ['no runs', async () => '/runs?branch=none'],
  ['a pull request', async (platform) => `/pulls/${(await platform.run('', ({ pull_request }) => pull_request !== null)).pull_request}`],
  ['a commit', async (platform) => `/commits/${(await platform.run('status=fail')).commit_sha}`],
  ['a search', async () => '/search?q=10'],
  ['a failed run', async (platform) => `/runs/${(await platform.run('status=fail')).run_id}?group_by=type&bucket=diff_mismatch`],
  ['a failed run by verdict', async (platform) => `/runs/${(await platform.run('status=fail', (run) => run.pull_request !== null)).run_id}?bucket=failing_identically`],
  ['two runs', async (platform) => `/runs/${(await platform.runs('status=fail'))[0].run_id}/compare/${(await platform.runs('status=fail'))[2].run_id}`],
  ['a run to compare with', async (platform) => `/runs/${(await platform.run('status=fail')).run_id}/compare`],
  ['a canceled run', async (platform) => `/runs/${(await platform.run('status=canceled')).run_id}`],
  ['a queued run', async (platform) => `/runs/${(await platform.run('status=queued')).run_id}`],
  ['a log', async (platform) => `/runs/${(await platform.run('status=fail', async ({ run_id }) => (await platform.log(run_id)).body.data?.length === 100)).run_id}/logs`],
  ['an output', async (platform) => (await output(platform, (diff) => diff.captions?.changes.some(({ kind }) => kind === 'text') ?? false)).path],
  ['an output with its white space', async (platform) => `${(await output(platform, (diff) => diff.added > 0)).path}?view=unified&whitespace=show&align=lines`],
  ['a missing output', async (platform) => (await outputs(platform, 'missing_output'))[0].path],
  ['the queue', async () => '/queue'],
  ['an empty queue', async () => '/queue?offset=100'],
  ['samples', async () => '/samples'],
  ['no samples', async () => '/samples?contains=none-is-called-so'],
  ['a sample', async () => '/samples/2'],
  ['tests', async () => '/regression-tests'],
  ['no tests', async () => '/regression-tests?contains=none-is-called-so'],
  ['a test', async () => '/regression-tests/2'],
  ['a test in pull requests', async () => '/regression-tests/2?runs=pull_requests&status=fail'],
  ['sign in', async () => '/sign-in'],
  ['the API', async () => '/api/docs'],
  ['not found', async () => '/nowhere'],
];

for (const [name, address] of pages) {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [390, 1440]) {
      test(`${name}, ${colorScheme}, ${width} px @javascript`, async ({ page, platform }) => {
        // axe looks at each of some thousand elements of the longest page.
        test.slow(name === 'the API');
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        await page.goto(await address(platform));
        const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`)).toEqual([]);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect(overflow).toBeLessThanOrEqual(0);
      });
    }
  }
}
