// A Runlens server with a demo platform of its own: a copied database, copied files, and a process on a free port.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, cpSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Database } from './database';

/** Names the directory of the filled demo platform; global-setup.ts sets it. */
export const TEMPLATE_VARIABLE = 'RUNLENS_E2E_TEMPLATE';

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;
const HEALTH_POLL_MS = 50;
const START_ATTEMPTS = 3;

export interface Account {
  email: string;
  password: string;
}

/** Path of the program under test: `RUNLENS_BIN`, by default the release build. */
export function defaultBinaryPath(): string {
  return resolve(process.env.RUNLENS_BIN ?? join(__dirname, '../../target/release/runlens'));
}

/** Environment of the program: its platform is in `directory`, and no setting of the caller's shell applies. */
export function environment(directory: string, port?: number): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('RUNLENS_') || name === 'RUNLENS_SITE_ROOT');
  return {
    ...Object.fromEntries(inherited),
    RUNLENS_DATABASE_URL: `sqlite://${databaseFile(directory)}`,
    RUNLENS_FILES_ROOT: join(directory, 'files'),
    RUNLENS_PUBLIC_SCOPES: 'runs:read results:read system:read',
    RUNLENS_RATE_LIMITS: 'off',
    RUNLENS_LOG: 'warn',
    ...(port === undefined ? {} : { RUNLENS_LISTEN: `127.0.0.1:${port}` }),
  };
}

export function accountsFile(directory: string): string {
  return join(directory, 'accounts.txt');
}

function databaseFile(directory: string): string {
  return join(directory, 'runlens.db');
}

export class Deployment {
  readonly database: Database;

  private constructor(
    private readonly directory: string,
    private readonly server: ChildProcess,
    readonly baseURL: string,
  ) {
    this.database = new Database(databaseFile(directory));
  }

  /** Copies the demo platform and serves the copy. */
  static async start(binaryPath: string): Promise<Deployment> {
    const template = process.env[TEMPLATE_VARIABLE];
    if (!template) throw new Error(`${TEMPLATE_VARIABLE} is not set: global-setup.ts did not run`);
    const directory = mkdtempSync(join(tmpdir(), 'runlens-e2e.'));
    try {
      // Times of files are part of the platform: a file modified just now is never answered from the response cache.
      cpSync(template, directory, { recursive: true, preserveTimestamps: true });
      const { server, baseURL } = await serve(binaryPath, directory);
      return new Deployment(directory, server, baseURL);
    } catch (error) {
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  }

  async stop() {
    await endProcess(this.server);
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** An account of the demo platform, as `runlens demo` printed it. */
  account(role: string): Account {
    const lines = readFileSync(accountsFile(this.directory), 'utf8').split('\n');
    for (const [name, email, password] of lines.map((line) => line.trim().split(/\s+/))) {
      if (name === role && email && password) return { email, password };
    }
    throw new Error(`the demo platform has no account ${role}`);
  }

  /** Path of a run's log. */
  logFile(runId: number): string {
    return join(this.directory, 'files', 'LogFiles', `${runId}.txt`);
  }

  /** What the server has logged: warnings and errors. */
  serverLog(): string {
    return readFileSync(serverLogFile(this.directory), 'utf8');
  }
}

function serverLogFile(directory: string): string {
  return join(directory, 'server.log');
}

async function serve(binaryPath: string, directory: string): Promise<{ server: ChildProcess; baseURL: string }> {
  // Another process may take the free port first: then the server exits at once, and another port is tried.
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const log = openSync(serverLogFile(directory), 'w');
    const server = spawn(binaryPath, ['serve'], { env: environment(directory, port), stdio: ['ignore', log, log] });
    closeSync(log);
    const baseURL = `http://127.0.0.1:${port}`;
    try {
      await waitUntilHealthy(server, baseURL);
      return { server, baseURL };
    } catch (error) {
      await endProcess(server);
      if (attempt === START_ATTEMPTS) throw new Error(`${String(error)}\n${readFileSync(serverLogFile(directory), 'utf8')}`);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', listening);
  });
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  return address.port;
}

async function waitUntilHealthy(server: ChildProcess, baseURL: string) {
  let failure: Error | undefined;
  server.once('error', (error) => (failure = error));
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline; await delay(HEALTH_POLL_MS)) {
    if (failure) throw failure;
    if (hasExited(server)) throw new Error(`runlens serve exited with ${server.exitCode ?? server.signalCode}`);
    const response = await fetch(`${baseURL}/api/v1/system/health`).catch(() => undefined);
    if (response?.ok) return;
  }
  throw new Error(`runlens serve was not healthy after ${START_TIMEOUT_MS} ms`);
}

async function endProcess(process: ChildProcess) {
  // A process that could not be started has no id.
  if (process.pid === undefined || hasExited(process)) return;
  const exited = new Promise((resolved) => process.once('exit', resolved));
  process.kill('SIGTERM');
  const timer = setTimeout(() => process.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(timer);
}

function hasExited(process: ChildProcess): boolean {
  return process.exitCode !== null || process.signalCode !== null;
}
