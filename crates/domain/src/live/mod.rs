//! Live updates of runs that have not ended.
//!
//! All subscribers of a run share one watcher. It starts with the first subscriber, stops when the last one
//! unsubscribes or the run ends, and polls the database, so it also sees what other processes write.

#[cfg(test)]
mod tests;
mod watcher;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
};

use runlens_api_types::live::LiveRun;
use tokio::{sync::watch, task::AbortHandle};

use crate::{
    Caller, LiveSettings, Result, access,
    files::{FileKey, Files},
    runs::{LoadedRun, RunService},
    store::Store,
};

/// Live updates of runs. Cheap to clone.
#[derive(Clone)]
pub struct LiveService {
    inner: Arc<Inner>,
}

struct Inner {
    runs: RunService,
    store: Store,
    files: Files,
    settings: LiveSettings,
    watched: WatchedRuns,
}

/// The runs that have subscribers.
#[derive(Default)]
struct WatchedRuns(Mutex<HashMap<i32, Weak<WatchedRun>>>);

/// A run with its subscribers, which share one watcher.
struct WatchedRun {
    updates: watch::Sender<RunUpdate>,
    /// Number of subscribers that may read the size of its log.
    log_readers: AtomicUsize,
    watcher: Mutex<Option<AbortHandle>>,
}

/// The state of a run that is sent to its subscribers.
#[derive(Clone, Debug, PartialEq, Eq)]
struct RunUpdate {
    run: LiveRun,
    /// Whether the run was deleted.
    is_deleted: bool,
}

impl WatchedRun {
    /// Whether its watcher still polls. After it has stopped, the last update may be outdated.
    fn is_active(&self) -> bool {
        let update = self.updates.borrow();
        !update.is_deleted && !update.run.is_finished()
    }
}

impl Drop for WatchedRun {
    fn drop(&mut self) {
        if let Some(watcher) = self
            .watcher
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
        {
            watcher.abort();
        }
    }
}

/// A subscription to a run's updates. Dropping it unsubscribes.
pub struct RunSubscription {
    /// The update that was returned last.
    last: Option<LiveRun>,
    may_read_logs: bool,
    source: Source,
}

enum Source {
    /// The run had ended before the subscription.
    Ended(LiveRun),
    Watched {
        updates: watch::Receiver<RunUpdate>,
        watched: Arc<WatchedRun>,
    },
}

impl LiveService {
    pub(crate) fn new(runs: RunService, store: Store, files: Files, settings: LiveSettings) -> Self {
        Self {
            inner: Arc::new(Inner {
                runs,
                store,
                files,
                settings,
                watched: WatchedRuns::default(),
            }),
        }
    }

    /// Subscribes to a run. Scope `runs:read`; the size of its log needs `system:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope), [`Error::NotFound`](crate::Error::NotFound),
    /// [`Error::Database`](crate::Error::Database).
    pub async fn subscribe(&self, caller: &Caller, id: i32) -> Result<RunSubscription> {
        caller.require(access::STREAM_RUN_EVENTS)?;
        let may_read_logs = caller.may(access::READ_LOG_SIZE);
        if let Some(watched) = self.inner.watched.find(id) {
            return Ok(RunSubscription::new(watched, may_read_logs));
        }
        let log_bytes = if may_read_logs {
            self.log_bytes(id).await
        } else {
            None
        };
        let run = LiveRun {
            log_bytes,
            ..self.live_run(id).await?
        };
        if run.is_finished() {
            return Ok(RunSubscription {
                last: None,
                may_read_logs,
                source: Source::Ended(run),
            });
        }
        Ok(RunSubscription::new(
            self.inner.watched.find_or_start(self, run),
            may_read_logs,
        ))
    }

    /// Returns the current state of a run, without the size of its log.
    async fn live_run(&self, id: i32) -> Result<LiveRun> {
        // Every subscriber was checked for this scope.
        let caller = Caller::visitor([access::STREAM_RUN_EVENTS]);
        let run = self
            .inner
            .runs
            .load(&caller, access::STREAM_RUN_EVENTS, id)
            .await?;
        to_live_run(&run).await
    }

    async fn log_bytes(&self, id: i32) -> Option<u64> {
        // The failure has been logged. The run is still sent, without the size.
        self.inner
            .files
            .find(&FileKey::log(id))
            .await
            .ok()
            .flatten()
            .map(|file| file.size)
    }
}

async fn to_live_run(run: &LoadedRun) -> Result<LiveRun> {
    Ok(LiveRun::of(&run.run().await?, &run.summary().await?, run.stage()))
}

impl WatchedRuns {
    fn find(&self, id: i32) -> Option<Arc<WatchedRun>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&id)?
            .upgrade()
            .filter(|watched| watched.is_active())
    }

    /// Returns the watched run, after starting a watcher if there is none.
    fn find_or_start(&self, service: &LiveService, run: LiveRun) -> Arc<WatchedRun> {
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(watched) = runs
            .get(&run.run_id)
            .and_then(Weak::upgrade)
            .filter(|watched| watched.is_active())
        {
            return watched;
        }
        runs.retain(|_, watched| watched.strong_count() > 0);
        let id = run.run_id;
        let log_bytes = run.log_bytes;
        let updates = watch::Sender::new(RunUpdate {
            run,
            is_deleted: false,
        });
        let watched = Arc::new(WatchedRun {
            updates,
            log_readers: AtomicUsize::new(0),
            watcher: Mutex::default(),
        });
        let watcher = tokio::spawn(watcher::watch(
            service.clone(),
            id,
            log_bytes,
            Arc::downgrade(&watched),
        ));
        *watched.watcher.lock().unwrap_or_else(PoisonError::into_inner) = Some(watcher.abort_handle());
        runs.insert(id, Arc::downgrade(&watched));
        watched
    }
}

impl RunSubscription {
    fn new(watched: Arc<WatchedRun>, may_read_logs: bool) -> Self {
        if may_read_logs {
            watched.log_readers.fetch_add(1, Ordering::Relaxed);
        }
        Self {
            last: None,
            may_read_logs,
            source: Source::Watched {
                updates: watched.updates.subscribe(),
                watched,
            },
        }
    }

    /// Returns the state of the run: immediately on the first call, then after each change. `None` after the
    /// final state was returned, or if the run was deleted. Cancel safe.
    pub async fn next(&mut self) -> Option<LiveRun> {
        if self.last.as_ref().is_some_and(LiveRun::is_finished) {
            return None;
        }
        let Source::Watched { updates, .. } = &mut self.source else {
            let Source::Ended(run) = &self.source else {
                return None;
            };
            self.last = Some(run.clone());
            return self.last.clone();
        };
        loop {
            let RunUpdate { mut run, is_deleted } = updates.borrow_and_update().clone();
            if is_deleted {
                return None;
            }
            if !self.may_read_logs {
                run.log_bytes = None;
            }
            if self.last.as_ref() != Some(&run) {
                self.last = Some(run);
                return self.last.clone();
            }
            // The sender lives as long as this subscription.
            updates.changed().await.ok()?;
        }
    }

    /// Whether the final state of the run was returned.
    pub fn is_over(&self) -> bool {
        self.last.as_ref().is_some_and(LiveRun::is_finished)
    }
}

impl Drop for RunSubscription {
    fn drop(&mut self) {
        if let (Source::Watched { watched, .. }, true) = (&self.source, self.may_read_logs) {
            watched.log_readers.fetch_sub(1, Ordering::Relaxed);
        }
    }
}
