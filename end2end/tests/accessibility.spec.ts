// Every page in light and dark, wide and narrow: axe finds no violations, and nothing overflows horizontally.
import { COLOR_SCHEMES, expectNoHorizontalOverflow, expectNoViolations, WIDTHS_PX } from '../pages/accessibility';
import { test } from '../pages/fixtures';
import { findOutput, findOutputs } from '../pages/output';
import type { ApiClient } from '../pages/api';

const pages: [string, (api: ApiClient) => Promise<string>][] = [
  ['runs', async () => '/runs'],
  ['no runs', async () => '/runs?branch=none'],
  ['a pull request', async (api) => `/pulls/${(await api.findRun('', ({ pull_request }) => pull_request !== null)).pull_request}`],
  ['a commit', async (api) => `/commits/${(await api.findRun('status=fail')).commit_sha}`],
  ['a search', async () => '/search?q=10'],
  ['a failed run', async (api) => `/runs/${(await api.findRun('status=fail')).run_id}?group_by=type&bucket=diff_mismatch`],
  ['a failed run by verdict', async (api) => `/runs/${(await api.findRun('status=fail', (run) => run.pull_request !== null)).run_id}?bucket=failing_identically`],
  ['two runs', async (api) => `/runs/${(await api.runs('status=fail'))[0].run_id}/compare/${(await api.runs('status=fail'))[2].run_id}`],
  ['a run to compare with', async (api) => `/runs/${(await api.findRun('status=fail')).run_id}/compare`],
  ['a canceled run', async (api) => `/runs/${(await api.findRun('status=canceled')).run_id}`],
  ['a queued run', async (api) => `/runs/${(await api.findRun('status=queued')).run_id}`],
  ['a log', async (api) => `/runs/${(await api.findRun('status=fail', async ({ run_id }) => (await api.log(run_id)).lines.length === 100)).run_id}/logs`],
  ['an output', async (api) => (await findOutput(api, (diff) => diff.captions?.changes.some(({ kind }) => kind === 'text') ?? false)).path],
  ['an output with its white space', async (api) => `${(await findOutput(api, (diff) => diff.added > 0)).path}?view=unified&whitespace=show&align=lines`],
  ['a missing output', async (api) => (await findOutputs(api, 'missing_output'))[0].path],
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
  for (const colorScheme of COLOR_SCHEMES) {
    for (const width of WIDTHS_PX) {
      test(`${name}, ${colorScheme}, ${width} px @javascript`, async ({ page, api }) => {
        // The longest page has some thousand elements.
        test.slow(name === 'the API');
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        await page.goto(await address(api));
        await expectNoViolations(page);
        await expectNoHorizontalOverflow(page);
      });
    }
  }
}
