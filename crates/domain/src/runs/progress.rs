//! The CI worker's progress reports.

use runlens_api_types::{
    Page, Timestamp,
    run::{ProgressEntry, ProgressQuery, ProgressStatus},
};

use super::{LoadedRun, state::stage};
use crate::{Result, access};

impl LoadedRun {
    /// Returns a page of the reports, in the order of their ids. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope).
    pub fn progress(&self, query: &ProgressQuery) -> Result<Page<ProgressEntry>> {
        self.caller.require(access::LIST_RUN_PROGRESS)?;
        let entries: Vec<ProgressEntry> = self
            .snapshot
            .progress
            .iter()
            .map(|row| ProgressEntry {
                timestamp: Timestamp::from_utc(row.timestamp),
                status: stage(row),
                message: row.message.clone(),
            })
            .filter(|entry| query.status.is_none_or(|status| entry.status == status))
            .collect();
        Ok(Page::paginate(entries, query.page))
    }

    /// Returns the stage of the last report.
    pub(crate) fn stage(&self) -> Option<ProgressStatus> {
        self.snapshot.progress.last().map(stage)
    }
}
