//! Queries for the neighboring runs of a run, with which its failures are compared.

use futures::try_join;
use sea_orm::{DbErr, FromQueryResult, Value};

use super::{
    Store,
    filter::{placeholders, values},
    runs::{HAS_RESULT, LAST_STATUS, RUN_COLUMNS, RunRow},
    suite::RunRows,
};

/// A completed run, with the id of its last progress row.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub(crate) struct CompletedRun {
    pub(crate) id: i32,
    pub(crate) last_report: i32,
}

impl Store {
    /// Returns the nearest completed runs with results on the platform of a run, at most `max_each_side`
    /// before it and as many after it.
    pub(crate) async fn completed_runs_around(
        &self,
        run: &RunRow,
        max_each_side: u32,
    ) -> Result<Vec<CompletedRun>, DbErr> {
        let side = |comparison: &str, order: &str| {
            format!(
                "SELECT * FROM (SELECT t.id, (SELECT MAX(p.id) FROM test_progress p WHERE p.test_id = t.id) AS last_report FROM test t
                 WHERE t.id {comparison} ? AND t.platform = ? AND {LAST_STATUS} = 'completed' AND {HAS_RESULT}
                 ORDER BY t.id {order} LIMIT {max_each_side}) side"
            )
        };
        let sql = format!("{} UNION ALL {}", side("<", "DESC"), side(">", "ASC"));
        let side_values = || -> [Value; 2] { [run.id.into(), run.platform.clone().into()] };
        self.rows(sql, side_values().into_iter().chain(side_values()).collect())
            .await
    }

    /// Returns the results of the given runs and their files, in any order.
    pub(crate) async fn results_of(&self, run_ids: &[i32]) -> Result<RunRows, DbErr> {
        if run_ids.is_empty() {
            return Ok(RunRows::default());
        }
        let in_runs = format!("WHERE test_id IN ({})", placeholders(run_ids.len()));
        let files = format!("{in_runs} AND regression_test_output_id > 0");
        let (results, files) = try_join!(
            self.select(&in_runs, values(run_ids)),
            self.select(&files, values(run_ids)),
        )?;
        Ok(RunRows {
            chosen: Vec::new(),
            results,
            files,
        })
    }

    /// Returns the given runs, in any order.
    pub(crate) async fn runs_by_id(&self, run_ids: &[i32]) -> Result<Vec<RunRow>, DbErr> {
        if run_ids.is_empty() {
            return Ok(Vec::new());
        }
        self.rows(
            format!("{RUN_COLUMNS} WHERE t.id IN ({})", placeholders(run_ids.len())),
            values(run_ids),
        )
        .await
    }
}
