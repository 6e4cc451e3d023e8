// Closes the run with the number of flaky tests, so that a retry is never silent. On GitHub each flaky test is also a warning.
import type { FullConfig, FullResult, Reporter, Suite, TestCase } from '@playwright/test/reporter';

export default class FlakyReporter implements Reporter {
  private suite: Suite | undefined;

  onBegin(_config: FullConfig, suite: Suite) {
    this.suite = suite;
  }

  onEnd(_result: FullResult) {
    const flaky = this.suite?.allTests().filter((test) => test.outcome() === 'flaky') ?? [];
    console.log(`\nFlaky tests (passed only on a retry): ${flaky.length}`);
    for (const test of flaky) {
      const title = testTitle(test);
      console.log(`  ${title}`);
      if (process.env.GITHUB_ACTIONS) console.log(`::warning file=end2end/tests/${fileName(test)},line=${test.location.line}::Flaky: ${title}`);
    }
  }
}

function testTitle(test: TestCase): string {
  return test.titlePath().filter(Boolean).join(' › ');
}

function fileName(test: TestCase): string {
  return test.location.file.split('/').pop() ?? '';
}
