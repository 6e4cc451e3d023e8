// An output of a test.
import type { Locator, Page } from '@playwright/test';
import type { ApiClient } from './api';

export interface Output {
  run_id: number;
  sample_id: number;
  regression_id: number;
  output_id: number;
  path: string;
  api: string;
}

export interface Diff {
  filename: string;
  identical: boolean;
  alignment: string;
  added: number;
  removed: number;
  hunk_count: number;
  hunks: { lines: { kind: string; changes: unknown[] }[] }[] | null;
  captions: { change_count: number; changes: { kind: string; count: number }[]; renumbered: unknown } | null;
  expected: { byte_order_mark: boolean; line_endings: string };
  actual: { byte_order_mark: boolean; line_endings: string };
}

export class OutputPage {
  readonly heading: Locator;
  readonly verdict: Locator;
  readonly sides: Locator;
  readonly captions: Locator;
  readonly changes: Locator;
  readonly diff: Locator;
  readonly tools: Locator;
  readonly neighbours: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole('heading', { level: 1 });
    this.verdict = page.locator('.verdict');
    this.sides = page.locator('table.sides');
    this.captions = page.getByRole('region', { name: 'Captions' });
    this.changes = this.captions.locator('.changes li');
    this.diff = page.locator('table.diff');
    this.tools = page.locator('#diff .toolbar');
    this.neighbours = page.getByRole('navigation', { name: 'Outputs that are not as expected' });
  }

  async open(output: Output, query = '') {
    await this.page.goto(`${output.path}${query}`);
  }

  choose(what: string, word: string): Locator {
    return this.tools.getByRole('navigation', { name: what }).getByRole('link', { name: word, exact: true });
  }
}

/** Returns the outputs of the newest failed runs with an error of this type. */
export async function findOutputs(api: ApiClient, type: string, runs = 4): Promise<Output[]> {
  const found: Output[] = [];
  for (const { run_id } of (await api.runs('status=fail')).slice(0, runs)) {
    const errors = await api.get<{ data: { regression_id: number; sample_id: number }[] }>(`/runs/${run_id}/errors?type=${type}&limit=100`);
    for (const test of new Set(errors.data.map((error) => error.regression_id))) {
      const sample = await api.get<{ sample_id: number; outputs: { output_id: number; status: string }[] }>(`/runs/${run_id}/samples/${test}`);
      for (const { output_id } of sample.outputs.filter(({ status }) => status === (type === 'missing_output' ? 'missing_output' : 'fail'))) {
        const api = `/runs/${run_id}/samples/${sample.sample_id}/regression-tests/${test}/outputs/${output_id}`;
        found.push({ run_id, sample_id: sample.sample_id, regression_id: test, output_id, path: `/runs/${run_id}/tests/${test}/outputs/${output_id}`, api });
      }
    }
  }
  return found;
}

/** Returns the first differing output whose diff satisfies the predicate. */
export async function findOutput(api: ApiClient, predicate: (diff: Diff) => boolean): Promise<Output & { diff: Diff }> {
  for (const candidate of await findOutputs(api, 'diff_mismatch')) {
    const diff = await api.get<Diff>(`${candidate.api}/diff?align=captions`);
    if (predicate(diff)) return { ...candidate, diff };
  }
  throw new Error('the demo platform has no such output');
}
