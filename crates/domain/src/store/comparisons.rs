//! Compares the runs of a page with their baselines, in two queries for any number of runs.

use std::collections::HashMap;

use runlens_api_types::comparison::VerdictCounts;
use sea_orm::{DbErr, FromQueryResult, Value};

use super::{
    Store,
    filter::placeholders,
    result_sql::classified_results,
    runs::{HAS_RESULT, LAST_STATUS, RunRow, github_address},
};

/// Returns the SQL condition for a run `t` to be a baseline. Its placeholder takes the URL of the repository.
pub(super) fn is_reference() -> String {
    format!(
        "t.test_type = 'commit' AND t.branch = 'master' AND t.fork_id IN (SELECT f.id FROM fork f WHERE f.github = ?)
         AND {LAST_STATUS} = 'completed' AND {HAS_RESULT}"
    )
}

/// A run and its baseline.
#[derive(FromQueryResult)]
struct BaselineRow {
    /// Index of the run in the given list.
    run_index: i64,
    id: i32,
}

/// The number of tests of one run by verdict.
#[derive(FromQueryResult)]
struct VerdictCountsRow {
    run_id: i64,
    broken_here: i64,
    fixed_here: i64,
    failing: i64,
    failing_identically: i64,
    no_reference: i64,
}

impl Store {
    /// Returns the baseline of a run: the newest earlier run on its platform that tested a commit of the
    /// repository's `master`, completed, and has results.
    pub(crate) async fn reference_run(&self, run: &RunRow, repository: &str) -> Result<Option<i32>, DbErr> {
        Ok(self
            .reference_runs(std::slice::from_ref(run), repository)
            .await?
            .remove(&run.id))
    }

    /// Returns the baselines of several runs, keyed by run. A run without a baseline has no entry.
    pub(crate) async fn reference_runs(
        &self,
        runs: &[RunRow],
        repository: &str,
    ) -> Result<HashMap<i32, i32>, DbErr> {
        if runs.is_empty() {
            return Ok(HashMap::new());
        }
        // Each subquery scans down from its run and stops after a few rows. In one correlated query, MariaDB
        // would scan from the newest run each time.
        let condition = is_reference();
        let subqueries = (0..runs.len()).map(|index| {
            format!(
                "SELECT * FROM (SELECT {index} AS run_index, t.id FROM test t WHERE t.id < ? AND t.platform = ? AND {condition}
                 ORDER BY t.id DESC LIMIT 1) r{index}"
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
        let found: Vec<BaselineRow> = self
            .rows(
                subqueries.collect::<Vec<_>>().join(" UNION ALL "),
                values.collect(),
            )
            .await?;
        Ok(found
            .into_iter()
            .filter_map(|row| Some((runs.get(usize::try_from(row.run_index).ok()?)?.id, row.id)))
            .collect())
    }

    /// Counts the verdicts of `comparison::verdict` for the given runs and their baselines. A run without
    /// results has no entry.
    pub(crate) async fn verdict_counts(
        &self,
        pairs: &[(i32, Option<i32>)],
    ) -> Result<HashMap<i32, VerdictCounts>, DbErr> {
        if pairs.is_empty() {
            return Ok(HashMap::new());
        }
        let mut ids: Vec<i32> = pairs
            .iter()
            .flat_map(|(run, baseline)| std::iter::once(*run).chain(*baseline))
            .collect();
        ids.sort_unstable();
        ids.dedup();
        // Without CAST, MariaDB does not infer integer columns from the bound values.
        let pair = "SELECT CAST(? AS SIGNED) AS run_id, CAST(? AS SIGNED) AS reference_id";
        let pair_rows = vec![pair; pairs.len()].join(" UNION ALL ");
        // Two results are identical if they have the same number of files and all of these are identical.
        // `got` is NULL if the file is the expected one. SQLite joins the tables of a CROSS JOIN in the given
        // order; otherwise it starts with all outputs.
        let sql = format!(
            "WITH p AS ({pair_rows}),
             classified AS ({})
             SELECT run_id,
                CAST(SUM(CASE WHEN here = 1 AND there = 0 THEN 1 ELSE 0 END) AS SIGNED) AS broken_here,
                CAST(SUM(CASE WHEN here = 0 AND there = 1 THEN 1 ELSE 0 END) AS SIGNED) AS fixed_here,
                CAST(SUM(CASE WHEN here = 1 AND there = 1 THEN 1 ELSE 0 END) AS SIGNED) AS failing,
                CAST(SUM(CASE WHEN here = 1 AND there = 1 AND is_same = 1 THEN 1 ELSE 0 END) AS SIGNED) AS failing_identically,
                CAST(SUM(CASE WHEN there IS NULL THEN 1 ELSE 0 END) AS SIGNED) AS no_reference
             FROM (SELECT p.run_id,
                     CASE WHEN h.wrong_exit + h.missing + h.differing > 0 THEN 1 ELSE 0 END AS here,
                     CASE WHEN t.test_id IS NULL THEN NULL WHEN t.wrong_exit + t.missing + t.differing > 0 THEN 1 ELSE 0 END AS there,
                     CASE WHEN (h.exit_code = t.exit_code OR (h.exit_code IS NULL AND t.exit_code IS NULL))
                           AND h.files = t.files AND h.files = COALESCE(s.same, 0) THEN 1 ELSE 0 END AS is_same
                   FROM p
                   JOIN classified h ON h.test_id = p.run_id
                   LEFT JOIN classified t ON t.test_id = p.reference_id AND t.regression_test_id = h.regression_test_id
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
             GROUP BY run_id",
            classified_results(&placeholders(ids.len()))
        );
        let values = pairs
            .iter()
            .flat_map(|(run, baseline)| [Value::from(*run), Value::from(*baseline)]);
        let values = values.chain(ids.iter().cycle().take(2 * ids.len()).map(|id| Value::from(*id)));
        let counted: Vec<VerdictCountsRow> = self.rows(sql, values.collect()).await?;
        let counts = counted.into_iter().filter_map(|row| {
            let counts = VerdictCounts {
                broken_here: row.broken_here.unsigned_abs(),
                failing_differently: (row.failing - row.failing_identically).unsigned_abs(),
                failing_identically: row.failing_identically.unsigned_abs(),
                fixed_here: row.fixed_here.unsigned_abs(),
                no_baseline: row.no_reference.unsigned_abs(),
            };
            Some((i32::try_from(row.run_id).ok()?, counts))
        });
        Ok(counts.collect())
    }
}
