//! Tests that subscribers see each change of a run and share one watcher.

use std::{path::Path, time::Duration};

use runlens_api_types::{
    auth::Scope,
    run::{ProgressStatus, RunStatus},
};
use tokio::time::timeout;

use super::*;
use crate::{
    each_backend,
    files::Files,
    testing::{RunSpec, TestPlatform, TestSpec},
};

/// Poll interval of these tests.
const POLL_INTERVAL: Duration = Duration::from_millis(40);
/// How long one update may take on a busy machine.
const STEP_TIMEOUT: Duration = Duration::from_secs(20);

fn with_fast_polling(test: TestPlatform) -> TestPlatform {
    test.with_live(LiveSettings {
        sqlite_poll_interval: POLL_INTERVAL,
        mysql_poll_interval: POLL_INTERVAL,
        remote_log_poll_interval: POLL_INTERVAL,
        reauthenticate_interval: POLL_INTERVAL,
    })
}

fn visitor() -> Caller {
    Caller::visitor([Scope::RunsRead])
}

async fn next(subscription: &mut RunSubscription) -> Option<LiveRun> {
    timeout(STEP_TIMEOUT, subscription.next())
        .await
        .expect("an update in time")
}

/// The watched run of a subscription to a run in progress.
fn watched(subscription: &RunSubscription) -> &Arc<WatchedRun> {
    match &subscription.source {
        Source::Watched { watched, .. } => watched,
        Source::Ended(_) => panic!("the run has ended"),
    }
}

/// Replaces the log of a run with one of this size, atomically, so that a poll never sees a partial log.
fn write_log(root: &Path, run: i32, bytes: usize) {
    let directory = root.join("LogFiles");
    std::fs::create_dir_all(&directory).expect("a directory");
    let new = root.join("new.txt");
    std::fs::write(&new, "x".repeat(bytes)).expect("a log");
    std::fs::rename(new, directory.join(format!("{run}.txt"))).expect("a log");
}

/// Returns the number of change markers read since the last call.
fn marker_reads(test: &TestPlatform) -> usize {
    test.take_queries()
        .iter()
        .filter(|sql| sql.contains("AS newest_progress"))
        .count()
}

each_backend! {
    async fn subscribers_see_a_run_progress_to_its_end(test) {
        let test = with_fast_polling(test);
        let (first, second) = (test.regression_test(TestSpec::default()).await, test.regression_test(TestSpec::default()).await);
        let run = test.run(RunSpec::default()).await;
        let mut subscriptions = Vec::new();
        for _ in 0..3 {
            subscriptions.push(test.platform.live.subscribe(&visitor(), run).await.expect("a subscription"));
        }
        let mut states = Vec::new();
        for step in 0..6 {
            match step {
                0 => {}
                1 => drop(test.progress(run, "preparation", 0, "").await),
                2 => drop(test.progress(run, "testing", 60, "").await),
                3 => test.pass(run, &first).await,
                4 => test.result(run, second.0, Some(1), Some(0)).await,
                _ => drop(test.progress(run, "completed", 600, "").await),
            }
            let mut seen = Vec::new();
            for subscription in &mut subscriptions {
                // A result of two rows may arrive in two updates.
                let mut run = next(subscription).await.expect("the run");
                while step == 3 && (run.finished_count, run.failed_count) != (1, 0) {
                    run = next(subscription).await.expect("the run");
                }
                seen.push(run);
            }
            assert!(seen.iter().all(|run| *run == seen[0]), "{seen:?}");
            let LiveRun { status, stage, total_samples, finished_count, failed_count, log_bytes, .. } = seen.remove(0);
            assert_eq!((total_samples, log_bytes), (2, None));
            states.push((status, stage, finished_count, failed_count));
        }
        use ProgressStatus::{Completed, Preparation, Testing};
        assert_eq!(states, [
            (RunStatus::Queued, None, 0, 0),
            (RunStatus::Running, Some(Preparation), 0, 0),
            (RunStatus::Running, Some(Testing), 0, 0),
            (RunStatus::Running, Some(Testing), 1, 0),
            (RunStatus::Running, Some(Testing), 2, 1),
            (RunStatus::Fail, Some(Completed), 2, 1),
        ]);
        for mut subscription in subscriptions {
            assert!(subscription.is_over());
            assert_eq!(next(&mut subscription).await, None);
        }
    }

    async fn subscribers_share_a_watcher_that_ends_with_the_last_subscriber(test) {
        let directory = tempfile::tempdir().expect("a directory");
        let test = with_fast_polling(test.with_files(Files::none().with_local(directory.path())));
        let run = test.run(RunSpec::default()).await;
        let reader = Caller::visitor([Scope::RunsRead, Scope::SystemRead]);
        let mut reader = test.platform.live.subscribe(&reader, run).await.expect("a subscription");
        next(&mut reader).await.expect("the run");
        let mut subscriptions = Vec::new();
        for _ in 0..7 {
            let mut subscription = test.platform.live.subscribe(&visitor(), run).await.expect("a subscription");
            next(&mut subscription).await.expect("the run");
            assert!(Arc::ptr_eq(watched(&subscription), watched(&reader)));
            subscriptions.push(subscription);
        }
        // A log that grows without a write to the database shows that the run was polled.
        write_log(directory.path(), run, 1);
        assert_eq!(next(&mut reader).await.expect("the run").log_bytes, Some(1));
        marker_reads(&test);
        for bytes in 2..=4 {
            write_log(directory.path(), run, bytes);
            assert_eq!(next(&mut reader).await.expect("the run").log_bytes, Some(bytes as u64));
        }
        let reads = marker_reads(&test);
        if test.platform.store().is_embedded() {
            assert_eq!(reads, 0, "no change marker is read while the database is unchanged");
        } else {
            assert!(reads >= 1, "{reads}");
        }
        test.progress(run, "preparation", 0, "").await;
        subscriptions.push(reader);
        for subscription in &mut subscriptions {
            assert_eq!(next(subscription).await.expect("the run").status, RunStatus::Running);
        }
        if test.platform.store().is_embedded() {
            assert_eq!(marker_reads(&test), 1);
        }
        let watcher = watched(&subscriptions[0])
            .watcher
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .expect("a watcher");
        assert!(!watcher.is_finished());
        drop(subscriptions);
        let ended = async {
            while !watcher.is_finished() {
                tokio::task::yield_now().await;
            }
        };
        timeout(STEP_TIMEOUT, ended).await.expect("the watcher ends");
        // A later subscription starts a new watcher.
        test.progress(run, "testing", 60, "").await;
        let mut subscription = test.platform.live.subscribe(&visitor(), run).await.expect("a subscription");
        assert_eq!(next(&mut subscription).await.expect("the run").stage, Some(ProgressStatus::Testing));
    }

    async fn the_size_of_the_log_requires_system_read(test) {
        let directory = tempfile::tempdir().expect("a directory");
        let test = with_fast_polling(test.with_files(Files::none().with_local(directory.path())));
        let run = test.run(RunSpec::default()).await;
        write_log(directory.path(), run, 4);
        let reader = Caller::visitor([Scope::RunsRead, Scope::SystemRead]);
        let (mut reader, mut visitor) =
            (test.platform.live.subscribe(&reader, run).await.expect("a subscription"), test.platform.live.subscribe(&visitor(), run).await.expect("a subscription"));
        assert_eq!(next(&mut reader).await.expect("the run").log_bytes, Some(4));
        assert_eq!(next(&mut visitor).await.expect("the run").log_bytes, None);
        write_log(directory.path(), run, 8);
        assert_eq!(next(&mut reader).await.expect("the run").log_bytes, Some(8));
        test.progress(run, "preparation", 0, "").await;
        let update = next(&mut visitor).await.expect("the run");
        assert_eq!((update.status, update.log_bytes), (RunStatus::Running, None), "log growth must not cause an update");
    }

    async fn a_subscription_ends_when_its_run_is_deleted(test) {
        let test = with_fast_polling(test);
        let run = test.run(RunSpec::default()).await;
        let mut subscription = test.platform.live.subscribe(&visitor(), run).await.expect("a subscription");
        next(&mut subscription).await.expect("the run");
        test.sql(&format!("DELETE FROM test WHERE id = {run}")).await;
        assert_eq!(next(&mut subscription).await, None);
        assert!(!subscription.is_over());
        assert!(matches!(test.platform.live.subscribe(&visitor(), run).await.err(), Some(crate::Error::NotFound { .. })));
        assert!(matches!(test.platform.live.subscribe(&Caller::visitor([]), run).await.err(), Some(crate::Error::MissingScope(Scope::RunsRead))));
    }
}
