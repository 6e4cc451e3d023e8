//! Who watches a run sees it get on, and one watcher is enough for all.

use std::time::Duration;

use runlens_api_types::{
    auth::Scope,
    run::{ProgressStatus, RunStatus},
};
use tokio::time::{sleep, timeout};

use super::*;
use crate::{
    each_backend,
    files::Files,
    testing::{RunSpec, TestPlatform, TestSpec},
};

/// How often these tests have a run looked at.
const EVERY: Duration = Duration::from_millis(40);

fn quick(test: TestPlatform) -> TestPlatform {
    test.with_live(LiveSettings {
        sqlite_poll_interval: EVERY,
        mysql_poll_interval: EVERY,
        remote_log_poll_interval: EVERY,
        reauthenticate_interval: EVERY,
    })
}

fn visitor() -> Caller {
    Caller::visitor([Scope::RunsRead])
}

async fn next(watch: &mut RunSubscription) -> Option<LiveRun> {
    timeout(Duration::from_secs(20), watch.next())
        .await
        .expect("something is told in time")
}

/// How often the run was looked at since it was last asked.
fn looks(test: &TestPlatform) -> usize {
    test.take_queries()
        .iter()
        .filter(|sql| sql.contains("AS newest_progress"))
        .count()
}

each_backend! {
    async fn whoever_watches_a_run_sees_it_get_on_to_its_end(test) {
        let test = quick(test);
        let (first, second) = (test.regression_test(TestSpec::default()).await, test.regression_test(TestSpec::default()).await);
        let run = test.run(RunSpec::default()).await;
        let mut watches = Vec::new();
        for _ in 0..3 {
            watches.push(test.platform.live.subscribe(&visitor(), run).await.expect("a watch"));
        }
        let mut told = Vec::new();
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
            for watch in &mut watches {
                // What comes in two rows may be seen in two steps.
                let mut run = next(watch).await.expect("the run");
                while step == 3 && (run.finished_count, run.failed_count) != (1, 0) {
                    run = next(watch).await.expect("the run");
                }
                seen.push(run);
            }
            assert!(seen.iter().all(|run| *run == seen[0]), "{seen:?}");
            let LiveRun { status, stage, total_samples, finished_count, failed_count, log_bytes, .. } = seen.remove(0);
            assert_eq!((total_samples, log_bytes), (2, None));
            told.push((status, stage, finished_count, failed_count));
        }
        use ProgressStatus::{Completed, Preparation, Testing};
        assert_eq!(told, [
            (RunStatus::Queued, None, 0, 0),
            (RunStatus::Running, Some(Preparation), 0, 0),
            (RunStatus::Running, Some(Testing), 0, 0),
            (RunStatus::Running, Some(Testing), 1, 0),
            (RunStatus::Running, Some(Testing), 2, 1),
            (RunStatus::Fail, Some(Completed), 2, 1),
        ]);
        for mut watch in watches {
            assert!(watch.is_over());
            assert_eq!(next(&mut watch).await, None);
        }
    }

    async fn a_run_has_one_watcher_however_many_watch_it_and_none_when_nobody_does(test) {
        let test = quick(test);
        let run = test.run(RunSpec::default()).await;
        let mut watches = Vec::new();
        for _ in 0..8 {
            let mut watch = test.platform.live.subscribe(&visitor(), run).await.expect("a watch");
            next(&mut watch).await.expect("the run");
            watches.push(watch);
        }
        sleep(EVERY * 3).await;
        looks(&test);
        sleep(EVERY * 10).await;
        let count = looks(&test);
        if test.platform.store().is_embedded() {
            assert_eq!(count, 0, "nothing has been written");
        } else {
            assert!((1..=11).contains(&count), "{count}");
        }
        test.progress(run, "preparation", 0, "").await;
        for watch in &mut watches {
            assert_eq!(next(watch).await.expect("the run").status, RunStatus::Running);
        }
        if test.platform.store().is_embedded() {
            assert_eq!(looks(&test), 1);
        }
        drop(watches);
        sleep(EVERY * 2).await;
        test.take_queries();
        test.progress(run, "testing", 60, "").await;
        sleep(EVERY * 5).await;
        assert_eq!(looks(&test), 0, "nobody watches any more");
        // Whoever comes then begins anew.
        let mut watch = test.platform.live.subscribe(&visitor(), run).await.expect("a watch");
        assert_eq!(next(&mut watch).await.expect("the run").stage, Some(ProgressStatus::Testing));
    }

    async fn the_size_of_the_log_is_for_those_who_may_read_it(test) {
        let directory = tempfile::tempdir().expect("a directory");
        let test = quick(test.with_files(Files::none().with_local(directory.path())));
        let run = test.run(RunSpec::default()).await;
        let log = directory.path().join("LogFiles").join(format!("{run}.txt"));
        std::fs::create_dir_all(log.parent().expect("a parent")).expect("a directory");
        std::fs::write(&log, "one\n").expect("a log");
        let reader = Caller::visitor([Scope::RunsRead, Scope::SystemRead]);
        let (mut reader, mut visitor) =
            (test.platform.live.subscribe(&reader, run).await.expect("a watch"), test.platform.live.subscribe(&visitor(), run).await.expect("a watch"));
        assert_eq!(next(&mut reader).await.expect("the run").log_bytes, Some(4));
        assert_eq!(next(&mut visitor).await.expect("the run").log_bytes, None);
        std::fs::write(&log, "one\ntwo\n").expect("a log");
        assert_eq!(next(&mut reader).await.expect("the run").log_bytes, Some(8));
        test.progress(run, "preparation", 0, "").await;
        let told = next(&mut visitor).await.expect("the run");
        assert_eq!((told.status, told.log_bytes), (RunStatus::Running, None), "that the log has grown was not told");
    }

    async fn a_run_that_is_gone_is_watched_no_more(test) {
        let test = quick(test);
        let run = test.run(RunSpec::default()).await;
        let mut watch = test.platform.live.subscribe(&visitor(), run).await.expect("a watch");
        next(&mut watch).await.expect("the run");
        test.sql(&format!("DELETE FROM test WHERE id = {run}")).await;
        assert_eq!(next(&mut watch).await, None);
        assert!(!watch.is_over());
        assert!(matches!(test.platform.live.subscribe(&visitor(), run).await.err(), Some(crate::Error::NotFound { .. })));
        assert!(matches!(test.platform.live.subscribe(&Caller::visitor([]), run).await.err(), Some(crate::Error::MissingScope(Scope::RunsRead))));
    }
}
