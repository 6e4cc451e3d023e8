//! What tells that a run has got on.

use sea_orm::{DbErr, FromQueryResult};

use super::Store;

/// Where two of one run are equal, nothing was reported and nothing came in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub(crate) struct Pulse {
    /// Its newest report.
    report: Option<i32>,
    results: i64,
    files: i64,
}

impl Store {
    /// The pulse of a run; none without the run. Each part is read from an index.
    pub(crate) async fn pulse(&self, run_id: i32) -> Result<Option<Pulse>, DbErr> {
        let sql = "SELECT (SELECT MAX(p.id) FROM test_progress p WHERE p.test_id = t.id) AS report,
                          (SELECT COUNT(*) FROM test_result r WHERE r.test_id = t.id) AS results,
                          (SELECT COUNT(*) FROM test_result_file f WHERE f.test_id = t.id) AS files
                   FROM test t WHERE t.id = ?";
        Ok(self.rows(sql.to_owned(), vec![run_id.into()]).await?.pop())
    }
}
