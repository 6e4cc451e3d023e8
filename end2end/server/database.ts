// Writes to a demo database from outside the server, as the platform's own processes do.
import { execFileSync } from 'node:child_process';

type Value = string | number | null;

// Python's standard library has SQLite; that of Node 20 has not.
const EXECUTE = `
import json, sqlite3, sys
path, statement, values = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
with sqlite3.connect(path, timeout=10) as database:
    print(database.execute(statement, values).lastrowid)
`;

export class Database {
  constructor(private readonly path: string) {}

  /** Executes one statement with bound values; returns the id of the inserted row. */
  execute(statement: string, ...values: Value[]): number {
    const output = execFileSync('python3', ['-c', EXECUTE, this.path, statement, JSON.stringify(values)], { encoding: 'utf8' });
    return Number(output);
  }

  /** Inserts a run that waits for a worker; returns its id. */
  insertQueuedRun(): number {
    return this.execute(
      `INSERT INTO test (platform, test_type, token, fork_id, branch, "commit", pr_nr)
       SELECT platform, test_type, 'e2e' || hex(randomblob(8)), fork_id, branch, "commit", pr_nr FROM test ORDER BY id LIMIT 1`,
    );
  }

  /** Inserts a worker's progress report. */
  insertProgress(runId: number, status: string, message = 'reported by a browser test') {
    this.execute(
      `INSERT INTO test_progress (test_id, status, timestamp, message) VALUES (?, ?, datetime('now'), ?)`,
      runId,
      status,
      message,
    );
  }

  /** Inserts a passing result for the first active regression test that has none in this run. */
  insertPassingResult(runId: number) {
    this.execute(
      `INSERT INTO test_result (test_id, regression_test_id, runtime, exit_code, expected_rc)
       SELECT ?1, id, 100, 0, 0 FROM regression_test
       WHERE active = 1 AND id NOT IN (SELECT regression_test_id FROM test_result WHERE test_id = ?1) ORDER BY id LIMIT 1`,
      runId,
    );
  }
}
