//! The watcher of one run.

use std::{
    sync::{Weak, atomic::Ordering},
    time::Duration,
};

use runlens_api_types::live::LiveRun;
use tokio::time::{Instant, sleep};

use super::{Told, Watched};
use crate::{
    Error, Result, Services,
    files::FileKey,
    store::{data_version::DataVersion, live::RunChangeMarker},
};

/// Looks at a run again and again, until it ends or nobody watches.
pub(super) async fn watch(platform: Services, id: i32, log_bytes: Option<u64>, watched: Weak<Watched>) {
    let mut watcher = Watcher {
        platform,
        id,
        version: None,
        change_marker: None,
        log: LogLook {
            bytes: log_bytes,
            next: Instant::now(),
        },
    };
    let every = watcher.every();
    loop {
        sleep(every).await;
        let Some(watched) = watched.upgrade() else { return };
        let told = watched.told.borrow().clone();
        let reads_log = watched.log_readers.load(Ordering::Relaxed) > 0;
        let told = match watcher.look(&told.run, reads_log).await {
            Ok(run) => Told { run, is_gone: false },
            Err(Error::NotFound { .. }) => Told {
                is_gone: true,
                ..told
            },
            Err(error) => {
                tracing::warn!(run = id, %error, "a run that is watched cannot be looked at");
                continue;
            }
        };
        let is_over = told.is_gone || told.run.is_finished();
        watched.told.send_if_modified(|before| {
            let is_new = *before != told;
            *before = told;
            is_new
        });
        if is_over {
            return;
        }
    }
}

struct Watcher {
    platform: Services,
    id: i32,
    /// The data version that `change_marker` was read at. `None` if the database has none.
    version: Option<DataVersion>,
    change_marker: Option<RunChangeMarker>,
    log: LogLook,
}

/// What is known of a log's size.
struct LogLook {
    bytes: Option<u64>,
    next: Instant,
}

impl Watcher {
    fn every(&self) -> Duration {
        let settings = self.platform.settings().live;
        if self.platform.store().is_embedded() {
            settings.look
        } else {
            settings.ask
        }
    }

    /// How the run stands now, from how it stood: little is asked where little can have changed.
    async fn look(&mut self, before: &LiveRun, reads_log: bool) -> Result<LiveRun> {
        if reads_log {
            self.look_at_log().await;
        }
        let log_bytes = self.log.bytes;
        // Older than what is read with it, never newer: what is written in between is seen the next time.
        let version = self.platform.store().data_version().await;
        if version.is_some() && version == self.version {
            return Ok(LiveRun {
                log_bytes,
                ..before.clone()
            });
        }
        let marker = self
            .platform
            .store()
            .run_change_marker(self.id)
            .await?
            .ok_or(Error::NotFound {
                resource: "run",
                id: self.id,
            })?;
        let run = if self.change_marker == Some(marker) {
            before.clone()
        } else {
            self.platform.live_run(self.id).await?
        };
        (self.version, self.change_marker) = (version, Some(marker));
        Ok(LiveRun { log_bytes, ..run })
    }

    async fn look_at_log(&mut self) {
        let now = Instant::now();
        if now < self.log.next {
            return;
        }
        let settings = self.platform.settings().live;
        // A store that does not answer has been logged, and may have the same log as before.
        let Ok(found) = self.platform.files().find(&FileKey::log(self.id)).await else {
            self.log.next = now + settings.look_afar;
            return;
        };
        let is_near = found.as_ref().is_some_and(|file| file.is_local());
        self.log = LogLook {
            bytes: found.map(|file| file.size),
            next: if is_near { now } else { now + settings.look_afar },
        };
    }
}
