//! A cheap check for new data of a run.

use sea_orm::{DbErr, FromQueryResult};

use super::Store;

/// Row counts of a run: nothing was added to the run between two equal markers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub(crate) struct RunChangeMarker {
    /// Id of the newest progress row.
    newest_progress: Option<i32>,
    results: i64,
    files: i64,
}

impl Store {
    /// Returns the change marker of a run, read from indexes only. `None` if there is no such run.
    pub(crate) async fn run_change_marker(&self, run_id: i32) -> Result<Option<RunChangeMarker>, DbErr> {
        let sql = "SELECT (SELECT MAX(p.id) FROM test_progress p WHERE p.test_id = t.id) AS newest_progress,
                          (SELECT COUNT(*) FROM test_result r WHERE r.test_id = t.id) AS results,
                          (SELECT COUNT(*) FROM test_result_file f WHERE f.test_id = t.id) AS files
                   FROM test t WHERE t.id = ?";
        Ok(self.rows(sql.to_owned(), vec![run_id.into()]).await?.pop())
    }
}
