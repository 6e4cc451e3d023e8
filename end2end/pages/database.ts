// A run that goes on, made by hand in the demo's database: the tests are another process that writes it.
import { execFileSync } from 'node:child_process';

/** The database of the demo, which scripts/with-demo tells of. */
function database(): string {
  return (process.env.RUNLENS_DATABASE_URL ?? '').replace(/^sqlite:\/\//, '').replace(/\?.*$/, '');
}

const write = `
import sqlite3, sys
with sqlite3.connect(sys.argv[1], timeout=10) as db:
    cursor = db.execute(sys.argv[2])
    print(cursor.lastrowid)
`;

/** Runs SQL in a process of its own, and answers the id of what it has inserted. */
export function sql(text: string): number {
  return Number(execFileSync('python3', ['-c', write, database(), text], { encoding: 'utf8' }).trim());
}

/** A run that waits for a worker. */
export function queuedRun(): number {
  return sql(
    `INSERT INTO test (platform, test_type, token, fork_id, branch, "commit", pr_nr)
     SELECT platform, test_type, 'e2e' || hex(randomblob(8)), fork_id, branch, "commit", pr_nr FROM test ORDER BY id LIMIT 1`,
  );
}

export function report(run: number, status: string, message = 'told by a test') {
  sql(`INSERT INTO test_progress (test_id, status, timestamp, message) VALUES (${run}, '${status}', datetime('now'), '${message}')`);
}

/** The run was never there: other tests look at the newest. */
export function forget(run: number) {
  for (const table of ['test_result', 'test_progress']) sql(`DELETE FROM ${table} WHERE test_id = ${run}`);
  sql(`DELETE FROM test WHERE id = ${run}`);
}

/** The next active test of the suite passes. */
export function pass(run: number) {
  sql(
    `INSERT INTO test_result (test_id, regression_test_id, runtime, exit_code, expected_rc)
     SELECT ${run}, id, 100, 0, 0 FROM regression_test
     WHERE active = 1 AND id NOT IN (SELECT regression_test_id FROM test_result WHERE test_id = ${run}) ORDER BY id LIMIT 1`,
  );
}
