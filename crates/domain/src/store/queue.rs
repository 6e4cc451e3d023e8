//! Queries for running and queued runs.

use runlens_api_types::{TextEnum, system::QueueQuery};
use sea_orm::{DbErr, FromQueryResult};

use super::{
    Store,
    filter::{Filter, limit},
};

/// A running or queued run.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct QueueRow {
    pub(crate) id: i32,
    pub(crate) platform: String,
    pub(crate) github: Option<String>,
    pub(crate) branch: String,
    pub(crate) commit: String,
    pub(crate) pr_nr: i32,
    /// Position among the queued runs, from 1. `None` while running.
    pub(crate) position: Option<i64>,
}

/// Counts of running and queued runs.
#[derive(Clone, Debug, Default, FromQueryResult)]
pub(crate) struct QueueCounts {
    /// Running and queued runs that match the query.
    pub(crate) total: i64,
    pub(crate) queued: i64,
    pub(crate) running: i64,
}

// The last progress row alone shows whether a run has ended: one index lookup and one row per run.
const UNFINISHED_RUNS: &str = "
SELECT t.id, t.platform, CASE WHEN p.id IS NULL THEN 1 ELSE 0 END AS queued
FROM test t LEFT JOIN test_progress p ON p.id = (SELECT MAX(l.id) FROM test_progress l WHERE l.test_id = t.id)
WHERE p.id IS NULL OR LOWER(TRIM(p.status)) IN ('preparation', 'testing')";

impl Store {
    /// Returns a page of unfinished runs: the running ones by id, then the queued ones by id.
    pub(crate) async fn queue(&self, query: &QueueQuery) -> Result<Vec<QueueRow>, DbErr> {
        let mut filter = Filter::default();
        filter.equals("q.platform", query.platform.map(TextEnum::as_str));
        let sql = format!(
            "SELECT q.id, q.platform, q.position, f.github, t.branch, t.`commit`, t.pr_nr
             FROM (SELECT i.id, i.platform, i.queued,
                       CASE WHEN i.queued = 1 THEN ROW_NUMBER() OVER (PARTITION BY i.queued ORDER BY i.id) END AS position
                   FROM ({UNFINISHED_RUNS}) i) q JOIN test t ON t.id = q.id LEFT JOIN fork f ON f.id = t.fork_id{} ORDER BY q.queued, q.id {}",
            filter.sql(),
            limit(query.page)
        );
        self.rows(sql, filter.values()).await
    }

    /// Counts the unfinished runs that match the query, and the running and queued runs on all platforms.
    pub(crate) async fn queue_counts(&self, query: &QueueQuery) -> Result<QueueCounts, DbErr> {
        let (matching, values) = match query.platform {
            Some(platform) => (
                "CASE WHEN i.platform = ? THEN 1 END",
                vec![platform.as_str().into()],
            ),
            None => ("1", Vec::new()),
        };
        let sql = format!(
            "SELECT COUNT({matching}) AS total, COUNT(CASE WHEN i.queued = 1 THEN 1 END) AS queued,
                COUNT(CASE WHEN i.queued = 0 THEN 1 END) AS running
             FROM ({UNFINISHED_RUNS}) i"
        );
        Ok(self.rows(sql, values).await?.pop().unwrap_or_default())
    }
}
