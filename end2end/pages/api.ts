// What the demo platform holds, asked of the API: tests look for a run that has what they are about, not for a number.
import { readFileSync } from 'node:fs';
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

export class Platform {
  constructor(private readonly request: APIRequestContext) {}

  /** Asks the API as a visitor's browser does: with the cookie that a page gives. */
  async get<T>(path: string): Promise<T> {
    if ((await this.request.storageState()).cookies.length === 0) await this.request.get('/runs');
    const response = await this.request.get(`/api/v1${path}`);
    if (!response.ok()) throw new Error(`${path} answered ${response.status()}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  async runs(query = ''): Promise<Run[]> {
    return (await this.get<Page<Run>>(`/runs?limit=100&${query}`)).data;
  }

  async total(path: string): Promise<number> {
    return (await this.get<Page<unknown>>(path)).pagination.total;
  }

  /** The newest run that is so. */
  async run(query: string, holds: (run: Run) => boolean | Promise<boolean> = () => true): Promise<Run> {
    for (const run of await this.runs(query)) if (await holds(run)) return run;
    throw new Error(`the demo platform has no such run: ${query}`);
  }

  /** Answer to a question about a run's log, whatever its status. */
  async log(run: number, query = ''): Promise<{ status: number; body: { data: { line: number; message: string; level: string }[] } }> {
    if ((await this.request.storageState()).cookies.length === 0) await this.request.get('/runs');
    const response = await this.request.get(`/api/v1/runs/${run}/logs?${query}`);
    return { status: response.status(), body: await response.json() };
  }
}

/** An account of the demo platform, as `runlens demo` printed it. */
export function account(name: string): { email: string; password: string } {
  const line = readFileSync(process.env.ACCOUNTS ?? '', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find(([first]) => first === name);
  if (!line) throw new Error(`no account ${name}`);
  return { email: line[1], password: line[2] };
}
