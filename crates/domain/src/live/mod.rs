//! Runs while they go on: how they stand, told to whoever watches.
//!
//! A run has one watcher, however many watch it: it begins with the first, ends with the last or with the run, and asks the database as
//! little as the database allows. What another process writes is seen like what this one does.

#[cfg(test)]
mod tests;
mod watcher;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use runlens_api_types::{auth::Scope, live::LiveRun};
use tokio::{sync::watch, task::AbortHandle};

use crate::{Caller, OpenRun, Result, Services, files::FileKey};

/// How often a run that is watched is looked at.
#[derive(Clone, Copy, Debug)]
pub struct LiveSettings {
    /// How often SQLite is asked whether anything has been written, which costs it nothing, and how a log's size is looked at.
    pub look: Duration,
    /// How often MariaDB, which cannot say so, is asked for a run's counts.
    pub ask: Duration,
    /// How often a log is looked at that lies in a bucket or in no store.
    pub look_afar: Duration,
    /// How often whoever watches must show again who they are.
    pub check: Duration,
}

impl Default for LiveSettings {
    fn default() -> Self {
        Self {
            look: Duration::from_secs(1),
            ask: Duration::from_secs(2),
            look_afar: Duration::from_secs(15),
            check: Duration::from_secs(30),
        }
    }
}

/// The runs that are watched.
#[derive(Default)]
pub(crate) struct LiveRuns(Mutex<HashMap<i32, Weak<Watched>>>);

/// A run that is watched, for as long as somebody does.
struct Watched {
    told: watch::Sender<Told>,
    /// Those who may know the size of its log.
    log_readers: AtomicUsize,
    watcher: Mutex<Option<AbortHandle>>,
}

/// What is told of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Told {
    run: LiveRun,
    /// Whether there is no such run any more.
    is_gone: bool,
}

impl Watched {
    /// Whether there is still a watcher. One that has ended leaves a run behind that may be another by now.
    fn goes_on(&self) -> bool {
        let told = self.told.borrow();
        !told.is_gone && !told.run.is_finished()
    }
}

impl Drop for Watched {
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

/// A run, watched by one caller. To drop it is to stop watching.
pub struct RunWatch {
    /// What was told last.
    last: Option<LiveRun>,
    may_read_logs: bool,
    source: Source,
}

enum Source {
    /// It has ended before it was watched.
    Ended(LiveRun),
    Watched {
        told: watch::Receiver<Told>,
        watched: Arc<Watched>,
    },
}

impl Services {
    /// Watches a run. Scope `runs:read`; the size of its log is told with `system:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::NotFound`], [`Error::Database`].
    pub async fn watch_run(&self, caller: &Caller, id: i32) -> Result<RunWatch> {
        caller.require(Scope::RunsRead)?;
        let may_read_logs = caller.may(Scope::SystemRead);
        if let Some(watched) = self.live().find(id) {
            return Ok(RunWatch::of(watched, may_read_logs));
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
            return Ok(RunWatch {
                last: None,
                may_read_logs,
                source: Source::Ended(run),
            });
        }
        Ok(RunWatch::of(self.live().find_or_begin(self, run), may_read_logs))
    }

    /// How a run stands, without its log.
    async fn live_run(&self, id: i32) -> Result<LiveRun> {
        // Whoever watches has shown this one right.
        let run = self.open_run(&Caller::visitor([Scope::RunsRead]), id).await?;
        run.live().await
    }

    async fn log_bytes(&self, id: i32) -> Option<u64> {
        // A store that does not answer has been logged; the run is told of all the same.
        self.files()
            .find(&FileKey::log(id))
            .await
            .ok()
            .flatten()
            .map(|file| file.size)
    }
}

impl OpenRun {
    /// How it stands, without its log.
    async fn live(&self) -> Result<LiveRun> {
        Ok(LiveRun::of(
            &self.run().await?,
            &self.summary().await?,
            self.stage(),
        ))
    }
}

impl LiveRuns {
    fn find(&self, id: i32) -> Option<Arc<Watched>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&id)?
            .upgrade()
            .filter(|watched| watched.goes_on())
    }

    /// The run as it is watched already, else with a watcher from now on.
    fn find_or_begin(&self, platform: &Services, run: LiveRun) -> Arc<Watched> {
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(watched) = runs
            .get(&run.run_id)
            .and_then(Weak::upgrade)
            .filter(|watched| watched.goes_on())
        {
            return watched;
        }
        runs.retain(|_, watched| watched.strong_count() > 0);
        let id = run.run_id;
        let log_bytes = run.log_bytes;
        let told = watch::Sender::new(Told { run, is_gone: false });
        let watched = Arc::new(Watched {
            told,
            log_readers: AtomicUsize::new(0),
            watcher: Mutex::default(),
        });
        let watcher = tokio::spawn(watcher::watch(
            platform.clone(),
            id,
            log_bytes,
            Arc::downgrade(&watched),
        ));
        *watched.watcher.lock().unwrap_or_else(PoisonError::into_inner) = Some(watcher.abort_handle());
        runs.insert(id, Arc::downgrade(&watched));
        watched
    }
}

impl RunWatch {
    fn of(watched: Arc<Watched>, may_read_logs: bool) -> Self {
        if may_read_logs {
            watched.log_readers.fetch_add(1, Ordering::Relaxed);
        }
        Self {
            last: None,
            may_read_logs,
            source: Source::Watched {
                told: watched.told.subscribe(),
                watched,
            },
        }
    }

    /// How the run stands: the first time at once, then whenever that changes. None once its end has been told, and where the run is
    /// gone. May be called off at any time.
    pub async fn next(&mut self) -> Option<LiveRun> {
        if self.last.as_ref().is_some_and(LiveRun::is_finished) {
            return None;
        }
        let Source::Watched { told, .. } = &mut self.source else {
            let Source::Ended(run) = &self.source else {
                return None;
            };
            self.last = Some(run.clone());
            return self.last.clone();
        };
        loop {
            let Told { mut run, is_gone } = told.borrow_and_update().clone();
            if is_gone {
                return None;
            }
            if !self.may_read_logs {
                run.log_bytes = None;
            }
            if self.last.as_ref() != Some(&run) {
                self.last = Some(run);
                return self.last.clone();
            }
            // The sender lives as long as this watch.
            told.changed().await.ok()?;
        }
    }

    /// Whether the run has come to its end, and that has been told.
    pub fn is_over(&self) -> bool {
        self.last.as_ref().is_some_and(LiveRun::is_finished)
    }
}

impl Drop for RunWatch {
    fn drop(&mut self) {
        if let (Source::Watched { watched, .. }, true) = (&self.source, self.may_read_logs) {
            watched.log_readers.fetch_sub(1, Ordering::Relaxed);
        }
    }
}
