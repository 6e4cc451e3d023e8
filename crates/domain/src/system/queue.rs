//! The queue: runs that have not ended.

use futures::try_join;
use runlens_api_types::{
    Page,
    run::OperatingSystem,
    system::{Queue, QueueEntry, QueueMeta, QueueQuery, QueueStatus},
};

use super::SystemService;
use crate::{
    Caller, Result, access,
    runs::RunState,
    store::columns::{parse_column, revision},
};

impl SystemService {
    /// Returns a page of the runs that have not ended: running ones by id, then queued ones by id. Scope `system:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope), [`Error::Database`](crate::Error::Database).
    pub async fn queue(&self, caller: &Caller, query: &QueueQuery) -> Result<Queue> {
        caller.require(access::LIST_QUEUE)?;
        let store = self.store();
        let (rows, counts) = try_join!(store.queue(query), store.queue_counts(query))?;
        let running: Vec<i32> = rows
            .iter()
            .filter(|row| row.position.is_none())
            .map(|row| row.id)
            .collect();
        let mut progress = store.progress(&running).await?;
        let entries = rows.into_iter().map(|row| {
            let state = RunState::of(&progress.remove(&row.id).unwrap_or_default(), false, false);
            QueueEntry {
                run_id: row.id,
                status: if row.position.is_some() {
                    QueueStatus::Queued
                } else {
                    QueueStatus::Running
                },
                platform: parse_column(&row.platform).unwrap_or(OperatingSystem::Unknown),
                revision: revision(row.github, row.branch, row.commit, row.pr_nr),
                created_at: state.created_at,
                started_at: state.started_at,
                position: row.position.map(i64::unsigned_abs),
            }
        });
        let meta = QueueMeta {
            queue_depth: counts.queued.unsigned_abs(),
            running_count: counts.running.unsigned_abs(),
        };
        Ok(Queue::new(
            Page::new(entries.collect(), query.page, counts.total.unsigned_abs()),
            meta,
        ))
    }
}
