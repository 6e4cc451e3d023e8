//! Queries for other runs that fail in the same way: which to look at, and their results in bulk.

use sea_orm::{DbErr, EntityTrait, FromQueryResult, QueryFilter, Value, prelude::*};

use super::{
    Store,
    entity::{test_result, test_result_file},
    filter::{places, values},
    runs::{HAS_RESULT, LAST_STATUS, RUN_COLUMNS, RunRow},
    suite::RunRows,
};

/// A completed run, and its last report.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub(crate) struct CompletedRun {
    pub(crate) id: i32,
    pub(crate) last_report: i32,
}

impl Store {
    /// The nearest runs before a run and after it, at most `each` of both, that completed on its platform and have results.
    pub(crate) async fn completed_runs_around(
        &self,
        run: &RunRow,
        each: u32,
    ) -> Result<Vec<CompletedRun>, DbErr> {
        let side = |comparison: &str, order: &str| {
            format!(
                "SELECT * FROM (SELECT t.id, (SELECT MAX(p.id) FROM test_progress p WHERE p.test_id = t.id) AS last_report FROM test t
                 WHERE t.id {comparison} ? AND t.platform = ? AND {LAST_STATUS} = 'completed' AND {HAS_RESULT}
                 ORDER BY t.id {order} LIMIT {each}) side"
            )
        };
        let sql = format!("{} UNION ALL {}", side("<", "DESC"), side(">", "ASC"));
        let place = || -> [Value; 2] { [run.id.into(), run.platform.clone().into()] };
        self.rows(sql, place().into_iter().chain(place()).collect()).await
    }

    /// Results of some runs, with their files, in any order.
    pub(crate) async fn results_of(&self, run_ids: &[i32]) -> Result<RunRows, DbErr> {
        if run_ids.is_empty() {
            return Ok(RunRows::default());
        }
        let results = test_result::Entity::find()
            .filter(test_result::Column::TestId.is_in(run_ids.iter().copied()))
            .all(&self.db);
        let files = test_result_file::Entity::find()
            .filter(test_result_file::Column::TestId.is_in(run_ids.iter().copied()))
            .filter(test_result_file::Column::RegressionTestOutputId.gt(0))
            .all(&self.db);
        let (results, files) = futures::try_join!(results, files)?;
        Ok(RunRows {
            chosen: Vec::new(),
            results,
            files,
        })
    }

    /// Some runs, in any order.
    pub(crate) async fn runs_by_id(&self, run_ids: &[i32]) -> Result<Vec<RunRow>, DbErr> {
        if run_ids.is_empty() {
            return Ok(Vec::new());
        }
        self.rows(
            format!("{RUN_COLUMNS} WHERE t.id IN ({})", places(run_ids.len())),
            values(run_ids),
        )
        .await
    }
}
