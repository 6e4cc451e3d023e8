//! The watcher of one run.

use std::{
    sync::{Weak, atomic::Ordering},
    time::Duration,
};

use runlens_api_types::live::LiveRun;
use tokio::time::{Instant, sleep};

use super::{LiveService, RunUpdate, WatchedRun};
use crate::{
    Error, Result,
    files::FileKey,
    store::{data_version::DataVersion, live::RunChangeMarker},
};

/// Polls a run until it ends, is deleted, or has no subscriber.
pub(super) async fn watch(service: LiveService, id: i32, log_bytes: Option<u64>, watched: Weak<WatchedRun>) {
    let mut watcher = Watcher {
        service,
        id,
        version: None,
        change_marker: None,
        log: LogSize {
            bytes: log_bytes,
            next_check: Instant::now(),
        },
    };
    let interval = watcher.interval();
    loop {
        sleep(interval).await;
        let Some(watched) = watched.upgrade() else { return };
        let last = watched.updates.borrow().clone();
        let reads_log = watched.log_readers.load(Ordering::Relaxed) > 0;
        let update = match watcher.poll(&last.run, reads_log).await {
            Ok(run) => RunUpdate {
                run,
                is_deleted: false,
            },
            Err(Error::NotFound { .. }) => RunUpdate {
                is_deleted: true,
                ..last
            },
            Err(error) => {
                tracing::warn!(run = id, %error, "watched run could not be read");
                continue;
            }
        };
        let is_over = update.is_deleted || update.run.is_finished();
        watched.updates.send_if_modified(|last| {
            let has_changed = *last != update;
            *last = update;
            has_changed
        });
        if is_over {
            return;
        }
    }
}

struct Watcher {
    service: LiveService,
    id: i32,
    /// The data version that `change_marker` was read at. `None` if the database has none.
    version: Option<DataVersion>,
    change_marker: Option<RunChangeMarker>,
    log: LogSize,
}

struct LogSize {
    bytes: Option<u64>,
    next_check: Instant,
}

impl Watcher {
    fn interval(&self) -> Duration {
        let settings = self.service.inner.settings;
        if self.service.inner.store.is_embedded() {
            settings.sqlite_poll_interval
        } else {
            settings.mysql_poll_interval
        }
    }

    /// Reads the run, or returns its last state if nothing was written since.
    async fn poll(&mut self, last: &LiveRun, reads_log: bool) -> Result<LiveRun> {
        if reads_log {
            self.check_log_size().await;
        }
        let log_bytes = self.log.bytes;
        let store = &self.service.inner.store;
        // Taken before the read, so a write in between is seen by the next poll.
        let version = store.data_version().await;
        if version.is_some() && version == self.version {
            return Ok(LiveRun {
                log_bytes,
                ..last.clone()
            });
        }
        let marker = store.run_change_marker(self.id).await?.ok_or(Error::NotFound {
            resource: "run",
            id: self.id,
        })?;
        let run = if self.change_marker == Some(marker) {
            last.clone()
        } else {
            self.service.live_run(self.id).await?
        };
        (self.version, self.change_marker) = (version, Some(marker));
        Ok(LiveRun { log_bytes, ..run })
    }

    async fn check_log_size(&mut self) {
        let now = Instant::now();
        if now < self.log.next_check {
            return;
        }
        let remote_interval = self.service.inner.settings.remote_log_poll_interval;
        // The failure has been logged. The last known size stays.
        let Ok(found) = self.service.inner.files.find(&FileKey::log(self.id)).await else {
            self.log.next_check = now + remote_interval;
            return;
        };
        let is_local = found.as_ref().is_some_and(|file| file.is_local());
        self.log = LogSize {
            bytes: found.map(|file| file.size),
            next_check: if is_local { now } else { now + remote_interval },
        };
    }
}
