//! Queries that compare the runs of a page with their reference runs: two, however many runs there are.

use std::collections::HashMap;

use runlens_api_types::comparison::VerdictCounts;
use sea_orm::{DbErr, FromQueryResult, Value};

use super::{
    Store,
    filter::places,
    runs::{DIFFERS, HAS_RESULT, LAST_STATUS, RunRow, WRONG_EXIT, github_address},
};

/// The condition of being a run that others are compared with; it takes the repository's address.
pub(super) fn is_reference() -> String {
    format!(
        "t.test_type = 'commit' AND t.branch = 'master' AND t.fork_id IN (SELECT f.id FROM fork f WHERE f.github = ?)
         AND {LAST_STATUS} = 'completed' AND {HAS_RESULT}"
    )
}

/// Which reference run one of several runs has.
#[derive(FromQueryResult)]
struct Reference {
    /// The run's place among those asked for.
    place: i64,
    id: i32,
}

/// Tests of one run by verdict.
#[derive(FromQueryResult)]
struct Counts {
    run_id: i64,
    broken_here: i64,
    fixed_here: i64,
    failing: i64,
    failing_identically: i64,
    no_reference: i64,
}

impl Store {
    /// The newest run before this one on its platform that tested a commit of a repository's `master`, completed, and has results.
    pub(crate) async fn reference_run(&self, run: &RunRow, repository: &str) -> Result<Option<i32>, DbErr> {
        Ok(self
            .reference_runs(std::slice::from_ref(run), repository)
            .await?
            .remove(&run.id))
    }

    /// The reference run of each of some runs, where it has one.
    pub(crate) async fn reference_runs(
        &self,
        runs: &[RunRow],
        repository: &str,
    ) -> Result<HashMap<i32, i32>, DbErr> {
        if runs.is_empty() {
            return Ok(HashMap::new());
        }
        // Each is found by a few steps down from its run; as one correlated query MariaDB would come down from the newest run each time.
        let condition = is_reference();
        let each = (0..runs.len()).map(|place| {
            format!(
                "SELECT * FROM (SELECT {place} AS place, t.id FROM test t WHERE t.id < ? AND t.platform = ? AND {condition}
                 ORDER BY t.id DESC LIMIT 1) r{place}"
            )
        });
        let github = github_address(repository);
        let values = runs.iter().flat_map(|run| {
            [
                Value::from(run.id),
                run.platform.clone().into(),
                github.clone().into(),
            ]
        });
        let found: Vec<Reference> = self
            .rows(each.collect::<Vec<_>>().join(" UNION ALL "), values.collect())
            .await?;
        Ok(found
            .into_iter()
            .filter_map(|row| Some((runs.get(usize::try_from(row.place).ok()?)?.id, row.id)))
            .collect())
    }

    /// What each of some runs says beside its reference run: the verdicts of `comparison::verdict`, counted. A run without results has no entry.
    pub(crate) async fn verdict_counts(
        &self,
        pairs: &[(i32, Option<i32>)],
    ) -> Result<HashMap<i32, VerdictCounts>, DbErr> {
        if pairs.is_empty() {
            return Ok(HashMap::new());
        }
        let mut ids: Vec<i32> = pairs
            .iter()
            .flat_map(|(run, reference)| std::iter::once(*run).chain(*reference))
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let places = places(ids.len());
        // MariaDB gives a column the type of a value only where it is told so.
        let pair = "SELECT CAST(? AS SIGNED) AS run_id, CAST(? AS SIGNED) AS reference_id";
        let listed = vec![pair; pairs.len()].join(" UNION ALL ");
        // Two results are the same where each has as many files as the other, and as many of them are the same. What a file holds is what
        // was expected where nothing else was produced. SQLite takes the tables of a CROSS JOIN in the order in which they are written: left
        // alone, it begins with all outputs.
        let sql = format!(
            "WITH p AS ({listed}),
             d AS (SELECT r.test_id, r.regression_test_id, r.exit_code, COALESCE(f.files, 0) AS files,
                     CASE WHEN {WRONG_EXIT} OR COALESCE(o.required, 0) > COALESCE(f.required, 0) OR COALESCE(f.differing, 0) > 0
                          THEN 1 ELSE 0 END AS failed
                   FROM test_result r
                   LEFT JOIN (SELECT o.regression_id, COUNT(*) AS required FROM regression_test_output o
                              WHERE o.id > 0 AND COALESCE(o.`ignore`, 0) = 0 GROUP BY o.regression_id) o
                        ON o.regression_id = r.regression_test_id
                   LEFT JOIN (SELECT f.test_id, f.regression_test_id, COUNT(*) AS files,
                                     SUM(CASE WHEN COALESCE(o.`ignore`, 0) = 0 THEN 1 ELSE 0 END) AS required,
                                     SUM(CASE WHEN {DIFFERS} THEN 1 ELSE 0 END) AS differing
                              FROM test_result_file f
                              JOIN regression_test_output o ON o.id = f.regression_test_output_id AND o.regression_id = f.regression_test_id
                              WHERE f.test_id IN ({places}) AND o.id > 0 GROUP BY f.test_id, f.regression_test_id) f
                        ON f.test_id = r.test_id AND f.regression_test_id = r.regression_test_id
                   WHERE r.test_id IN ({places}))
             SELECT run_id,
                CAST(SUM(CASE WHEN here = 1 AND there = 0 THEN 1 ELSE 0 END) AS SIGNED) AS broken_here,
                CAST(SUM(CASE WHEN here = 0 AND there = 1 THEN 1 ELSE 0 END) AS SIGNED) AS fixed_here,
                CAST(SUM(CASE WHEN here = 1 AND there = 1 THEN 1 ELSE 0 END) AS SIGNED) AS failing,
                CAST(SUM(CASE WHEN here = 1 AND there = 1 AND is_same = 1 THEN 1 ELSE 0 END) AS SIGNED) AS failing_identically,
                CAST(SUM(CASE WHEN there IS NULL THEN 1 ELSE 0 END) AS SIGNED) AS no_reference
             FROM (SELECT p.run_id, h.failed AS here, t.failed AS there,
                     CASE WHEN (h.exit_code = t.exit_code OR (h.exit_code IS NULL AND t.exit_code IS NULL))
                           AND h.files = t.files AND h.files = COALESCE(s.same, 0) THEN 1 ELSE 0 END AS is_same
                   FROM p
                   JOIN d h ON h.test_id = p.run_id
                   LEFT JOIN d t ON t.test_id = p.reference_id AND t.regression_test_id = h.regression_test_id
                   LEFT JOIN (SELECT p.run_id, f.regression_test_id, COUNT(*) AS same
                              FROM p
                              CROSS JOIN test_result_file f ON f.test_id = p.run_id
                              CROSS JOIN test_result_file g ON g.test_id = p.reference_id AND g.regression_test_id = f.regression_test_id
                                   AND g.regression_test_output_id = f.regression_test_output_id
                              CROSS JOIN regression_test_output o
                                   ON o.id = f.regression_test_output_id AND o.regression_id = f.regression_test_id
                              WHERE o.id > 0 AND HEX(COALESCE(f.got, f.expected)) = HEX(COALESCE(g.got, g.expected))
                              GROUP BY p.run_id, f.regression_test_id) s
                        ON s.run_id = p.run_id AND s.regression_test_id = h.regression_test_id) c
             GROUP BY run_id"
        );
        let values = pairs
            .iter()
            .flat_map(|(run, reference)| [Value::from(*run), Value::from(*reference)]);
        let values = values.chain(ids.iter().cycle().take(2 * ids.len()).map(|id| Value::from(*id)));
        let counted: Vec<Counts> = self.rows(sql, values.collect()).await?;
        let counts = counted.into_iter().filter_map(|row| {
            let counts = VerdictCounts {
                broken_here: row.broken_here.unsigned_abs(),
                failing_differently: (row.failing - row.failing_identically).unsigned_abs(),
                failing_identically: row.failing_identically.unsigned_abs(),
                fixed_here: row.fixed_here.unsigned_abs(),
                no_reference: row.no_reference.unsigned_abs(),
            };
            Some((i32::try_from(row.run_id).ok()?, counts))
        });
        Ok(counts.collect())
    }
}
