// Reads the demo platform through the API: tests look for a run with the property they need instead of naming one.
import type { APIRequestContext } from '@playwright/test';

export interface Run {
  run_id: number;
  status: string;
  platform: string;
  created_at: string | null;
  pull_request: number | null;
  commit_sha: string;
  run_errors: string;
}

interface Page<T> {
  data: T[];
  pagination: { total: number; next_offset: number | null };
}

export interface LogLine {
  line: number;
  message: string;
  level: string;
}

export class ApiClient {
  constructor(private readonly request: APIRequestContext) {}

  /** Returns the body of a successful response, and throws on any other. */
  async get<T>(path: string): Promise<T> {
    const response = await this.fetch(path);
    if (!response.ok()) throw new Error(`${path} returned ${response.status()}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** Returns the first 100 runs, newest first. */
  async runs(query = ''): Promise<Run[]> {
    return (await this.get<Page<Run>>(`/runs?limit=100&${query}`)).data;
  }

  /** Returns the newest run that satisfies the predicate. */
  async findRun(query: string, predicate: (run: Run) => boolean | Promise<boolean> = () => true): Promise<Run> {
    for (const run of await this.runs(query)) if (await predicate(run)) return run;
    throw new Error(`the demo platform has no such run: ${query}`);
  }

  /** Returns the number of items of a list. */
  async total(path: string): Promise<number> {
    return (await this.get<Page<unknown>>(path)).pagination.total;
  }

  /** Returns the lines of a run's log; an error response has none. */
  async log(runId: number, query = ''): Promise<{ status: number; lines: LogLine[] }> {
    const response = await this.fetch(`/runs/${runId}/logs?${query}`);
    const body = (await response.json()) as { data?: LogLine[] };
    return { status: response.status(), lines: body.data ?? [] };
  }

  /** Visitors are counted by the cookie that a page sets, so the first request is for a page. */
  private async fetch(path: string) {
    if ((await this.request.storageState()).cookies.length === 0) await this.request.get('/runs');
    return this.request.get(`/api/v1${path}`);
  }
}
