//! The demo covers every status and error type, is reproducible, and does not overwrite data.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    sync::Mutex,
};

use bytes::Bytes;
use runlens_api_types::{
    TextEnum, Timestamp,
    artifact::{ArtifactType, StorageStatus},
    auth::{Account, Role, Scope},
    infrastructure::{InfrastructureErrorQuery, InfrastructureErrorType},
    page::PageQuery,
    run::{Run, RunErrors, RunQuery, RunStatus},
    test_error::{ErrorQuery, TestErrorType},
};

use super::{
    DemoOptions, DemoProgress, DemoReport, captions::Content, captions::Rendition, fill, scripts::SCRIPTS,
    suite::Suite,
};
use crate::{
    Caller, Clock, Error, Services, Settings,
    files::{FileKey, Files},
    store::{
        Store,
        tables::{
            CategoryRow, CustomizedTestRow, ForkRow, GeneralDataRow, RegressionTestOutputFileRow,
            RegressionTestOutputRow, RegressionTestRow, SampleRow, Table, TestForkRow, TestProgressRow,
            TestResultFileRow, TestResultRow, TestRow, UserRow, select,
        },
    },
    testing::{Backend, TestPlatform},
};

const OPTIONS: DemoOptions = DemoOptions {
    runs: 48,
    seed: 1,
    log_lines: Some(20_000),
    password_rounds: 1_000,
};

async fn filled_platform(options: &DemoOptions) -> (TestPlatform, DemoReport) {
    let test = TestPlatform::new(Backend::Sqlite).await;
    let report = fill(&test.platform, options, &|_| {})
        .await
        .expect("a filled platform");
    (test, report)
}

fn admin(platform: &Services) -> Caller {
    let account = Account {
        user_id: 1,
        name: "admin".to_owned(),
        role: Role::Admin,
    };
    let caller = Caller::signed_in(account);
    assert!(caller.may(Scope::SystemRead), "{:?}", platform.settings());
    caller
}

async fn runs(platform: &Services, status: Option<RunStatus>) -> Vec<Run> {
    let query = RunQuery {
        status,
        page: PageQuery {
            limit: 100,
            offset: 0,
        },
        ..RunQuery::default()
    };
    platform
        .runs
        .list(&admin(platform), &query)
        .await
        .expect("runs")
        .data
}

async fn bytes(platform: &Services, key: &FileKey) -> Option<Bytes> {
    let file = platform.files().find(key).await.expect("an answer")?;
    Some(file.read(0..file.size).await.expect("the file"))
}

async fn read_rows<T: Table>(platform: &Services, clauses: &str) -> Vec<T> {
    select(platform.store().db(), clauses, Vec::new())
        .await
        .expect("rows")
}

/// Returns all rows and files, except for accounts.
async fn contents(platform: &Services) -> (Vec<String>, BTreeMap<String, Bytes>) {
    let mut tables = Vec::new();
    macro_rules! tables {
        ($($row:ident by $columns:literal;)+) => {$(
            let rows: Vec<$row> = read_rows(platform, concat!("ORDER BY ", $columns)).await;
            assert!(!rows.is_empty(), "{} is empty", $row::NAME);
            tables.push(format!("{rows:?}"));
        )+};
    }
    tables! {
        ForkRow by "id"; CategoryRow by "id"; SampleRow by "id"; RegressionTestRow by "id"; RegressionTestOutputRow by "id";
        RegressionTestOutputFileRow by "id"; TestRow by "id"; TestProgressRow by "id"; CustomizedTestRow by "id";
        TestForkRow by "id"; GeneralDataRow by "id"; TestResultRow by "test_id, regression_test_id";
        TestResultFileRow by "test_id, regression_test_id, regression_test_output_id";
    }
    let mut files = BTreeMap::new();
    for run in read_rows::<TestRow>(platform, "").await {
        let artifacts = ["combined_stdout.log", "coredump"]
            .into_iter()
            .filter_map(|name| FileKey::artifact(run.id, name));
        for key in std::iter::once(FileKey::log(run.id)).chain(artifacts) {
            files.extend(bytes(platform, &key).await.map(|bytes| (key.to_string(), bytes)));
        }
    }
    let outputs: BTreeMap<i32, String> = read_rows::<RegressionTestOutputRow>(platform, "")
        .await
        .into_iter()
        .map(|output| (output.id, output.correct_extension))
        .collect();
    for row in read_rows::<TestResultFileRow>(platform, "")
        .await
        .into_iter()
        .filter(|row| row.regression_test_output_id > 0)
    {
        for hash in std::iter::once(row.expected).chain(row.got) {
            let key = FileKey::result(&hash, &outputs[&row.regression_test_output_id]).expect("a name");
            if let Entry::Vacant(entry) = files.entry(key.to_string()) {
                entry.insert(
                    bytes(platform, &key)
                        .await
                        .unwrap_or_else(|| panic!("{key} is missing")),
                );
            }
        }
    }
    (tables, files)
}

#[tokio::test]
async fn equal_seeds_produce_equal_rows_and_files() {
    let options = DemoOptions {
        runs: 24,
        log_lines: None,
        ..OPTIONS
    };
    let ((first, first_report), (second, second_report)) =
        (filled_platform(&options).await, filled_platform(&options).await);
    let (first_rows, first_files) = contents(&first.platform).await;
    let (second_rows, second_files) = contents(&second.platform).await;
    assert!(first_rows == second_rows, "rows differ");
    assert!(first_files == second_files, "files differ");
    let passwords = |report: DemoReport| {
        report
            .accounts
            .into_iter()
            .map(|account| account.password)
            .collect::<BTreeSet<_>>()
    };
    assert!(passwords(first_report).is_disjoint(&passwords(second_report)));

    let (other, _) = filled_platform(&DemoOptions { seed: 2, ..options }).await;
    assert!(
        contents(&other.platform).await.0 != first_rows,
        "another seed produces other rows"
    );
}

#[tokio::test]
async fn every_status_and_error_type_occurs() {
    let (test, report) = filled_platform(&OPTIONS).await;
    let platform = &test.platform;
    let caller = admin(platform);
    for status in RunStatus::ALL {
        assert!(
            !runs(platform, Some(*status)).await.is_empty(),
            "no run is {status}"
        );
    }
    let all = runs(platform, None).await;
    assert_eq!((all.len(), report.runs), (48, 48));
    let now = platform.clock().now();
    assert!(
        all.iter()
            .filter_map(|run| run.created_at)
            .all(|created| created <= now)
    );
    assert!(
        all.iter()
            .filter_map(|run| run.completed_at)
            .all(|completed| completed <= now)
    );
    let created: Vec<Timestamp> = all
        .iter()
        .rev()
        .filter(|run| run.run_id % 2 == 1)
        .filter_map(|run| run.created_at)
        .collect();
    assert!(created.is_sorted(), "pairs start one after the other");
    assert!(all.iter().any(|run| run.triggered_by.is_some()));
    assert!(all.iter().any(
        |run| run.revision.pull_request.is_none() && run.revision.repository != "CCExtractor/ccextractor"
    ));

    let (mut infrastructure, mut errors, mut run_errors) =
        (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for run in &all {
        let open = platform
            .runs
            .load(&caller, Scope::RunsRead, run.run_id)
            .await
            .expect("a run");
        let query = InfrastructureErrorQuery {
            include_stack: true,
            ..InfrastructureErrorQuery::default()
        };
        infrastructure.extend(
            open.infrastructure_errors(&query)
                .expect("errors")
                .data
                .into_iter()
                .map(|error| error.kind),
        );
        run_errors.insert(run.run_errors.as_str());
        let query = ErrorQuery {
            page: PageQuery {
                limit: 100,
                offset: 0,
            },
            ..ErrorQuery::default()
        };
        errors.extend(
            open.errors(&query)
                .await
                .expect("errors")
                .data
                .into_iter()
                .map(|error| error.kind),
        );
    }
    assert_eq!(
        infrastructure,
        InfrastructureErrorType::ALL.iter().copied().collect()
    );
    assert_eq!(errors, TestErrorType::ALL.iter().copied().collect());
    assert_eq!(
        run_errors,
        RunErrors::ALL.iter().map(|value| value.as_str()).collect()
    );

    let roles: BTreeSet<String> = read_rows::<UserRow>(platform, "")
        .await
        .into_iter()
        .filter_map(|user| user.role)
        .collect();
    assert_eq!(roles, Role::ALL.iter().map(Role::to_string).collect());
    let account = &report.accounts[0];
    platform
        .auth
        .sign_in(&account.email, &account.password)
        .await
        .expect("the password is accepted");
}

#[tokio::test]
async fn nearly_half_of_master_fails_and_every_log_anomaly_occurs() {
    let (test, report) = filled_platform(&OPTIONS).await;
    let platform = &test.platform;
    let caller = admin(platform);
    let masters = runs(platform, None)
        .await
        .into_iter()
        .filter(|run| run.revision.branch.as_deref() == Some("master") && run.status == RunStatus::Fail);
    for run in masters {
        let summary = platform
            .runs
            .load(&caller, Scope::RunsRead, run.run_id)
            .await
            .expect("a run")
            .summary()
            .await
            .expect("a summary");
        let failed = (summary.fail_count + summary.missing_output_count) * 100 / summary.total_samples;
        assert!(
            (40..=56).contains(&failed),
            "{failed} % of run {} fail",
            run.run_id
        );
    }

    let mut kinds = BTreeMap::<ArtifactType, u64>::new();
    for run in runs(platform, None).await {
        let open = platform
            .runs
            .load(&caller, Scope::RunsRead, run.run_id)
            .await
            .expect("a run");
        let artifacts = platform
            .outputs
            .artifacts(&open, PageQuery::default())
            .await
            .expect("artifacts")
            .data;
        for artifact in artifacts
            .into_iter()
            .filter(|artifact| artifact.storage_status == StorageStatus::Ok)
        {
            assert!(
                matches!(run.status, RunStatus::Pass | RunStatus::Fail),
                "run {} is {}",
                run.run_id,
                run.status
            );
            *kinds.entry(artifact.kind).or_default() += 1;
        }
    }
    assert!(
        kinds[&ArtifactType::Stdout] > kinds[&ArtifactType::Coredump],
        "{kinds:?}"
    );
    assert_eq!(kinds.values().sum::<u64>(), report.artifacts);

    let mut logs = Vec::new();
    for id in 1..=48 {
        logs.extend(bytes(platform, &FileKey::log(id)).await.map(|log| (id, log)));
    }
    assert_eq!(logs.len() as u64, report.logs);
    let has_log: BTreeSet<i32> = logs.iter().map(|(id, _)| *id).collect();
    let completed = runs(platform, None)
        .await
        .into_iter()
        .filter(|run| matches!(run.status, RunStatus::Pass | RunStatus::Fail));
    assert!(
        completed.into_iter().any(|run| !has_log.contains(&run.run_id)),
        "no log of a completed run is missing"
    );
    let lines = |log: &Bytes| log.iter().filter(|byte| **byte == b'\n').count();
    let long = report.long_log.expect("a long log");
    let ordinary: Vec<usize> = logs
        .iter()
        .filter(|(id, log)| *id != long && !log.is_empty())
        .map(|(_, log)| lines(log))
        .collect();
    assert!(
        ordinary.iter().all(|count| (500..=5_000).contains(count)),
        "{ordinary:?}"
    );
    assert!(logs.iter().any(|(id, log)| *id == long && lines(log) == 20_000));
    assert!(logs.iter().any(|(_, log)| log.is_empty()));
    assert!(
        logs.iter()
            .any(|(_, log)| log.windows(2).any(|pair| pair == b"\r\n"))
    );
    assert!(logs.iter().any(|(_, log)| log.contains(&0x1b)));
    assert!(logs.iter().any(|(_, log)| std::str::from_utf8(log).is_err()));
    assert!(
        logs.iter()
            .any(|(_, log)| log.split(|byte| *byte == b'\n').any(|line| line.len() == 300_000))
    );
}

#[tokio::test]
async fn nonempty_platform_is_not_changed() {
    let (test, _) = filled_platform(&DemoOptions {
        runs: 2,
        log_lines: None,
        ..OPTIONS
    })
    .await;
    let before = user_rows(&test.platform).await;
    let result = fill(&test.platform, &OPTIONS, &|_| {}).await;
    assert!(
        matches!(&result, Err(Error::Unprocessable(message)) if message.contains("already holds 2 runs")),
        "{result:?}"
    );
    assert_eq!(user_rows(&test.platform).await, before);

    let test = TestPlatform::new(Backend::Sqlite).await;
    let result = fill(
        &test.platform,
        &DemoOptions {
            password_rounds: 1,
            ..OPTIONS
        },
        &|_| {},
    )
    .await;
    assert!(matches!(result, Err(Error::Unprocessable(_))), "{result:?}");
    assert!(user_rows(&test.platform).await.is_empty());
}

#[tokio::test]
async fn mariadb_is_rejected() {
    let store = Store::open("mysql://nobody:nothing@127.0.0.1:1/sample_platform")
        .await
        .expect("an address");
    let platform = Services::new(
        store,
        Files::none().with_memory(),
        Clock::system(),
        Settings::default(),
    );
    let result = fill(&platform, &OPTIONS, &|_| {}).await;
    assert!(
        matches!(&result, Err(Error::Unprocessable(message)) if message.contains("MariaDB")),
        "{result:?}"
    );
}

async fn user_rows(platform: &Services) -> Vec<UserRow> {
    read_rows::<UserRow>(platform, "").await
}

#[tokio::test]
async fn progress_is_reported_per_run() {
    let test = TestPlatform::new(Backend::Sqlite).await;
    let steps = Mutex::new(Vec::new());
    let options = DemoOptions {
        runs: 5,
        log_lines: None,
        ..OPTIONS
    };
    fill(&test.platform, &options, &|step: DemoProgress| {
        steps.lock().expect("a lock").push(step)
    })
    .await
    .expect("a filled platform");
    let steps = steps.into_inner().expect("steps");
    let runs: Vec<(u64, u64)> = steps
        .iter()
        .filter(|step| step.stage == "runs")
        .map(|step| (step.done, step.total))
        .collect();
    assert_eq!(runs, (0..=5).map(|done| (done, 5)).collect::<Vec<_>>());
}

#[test]
fn wrong_renditions_differ_and_are_reproducible() {
    for extension in [".srt", ".vtt", ".ttxt", ".txt", ".xml"] {
        for seed in 0..40 {
            let content = Content {
                seed,
                script: seed as usize % SCRIPTS.len(),
                extension,
                is_latin1: seed % 3 == 0,
            };
            let (expected, accepted, wrong) = (
                content.render(Rendition::Expected),
                content.render(Rendition::Accepted),
                content.render(Rendition::Wrong(1)),
            );
            assert!(
                wrong != expected && wrong != accepted && expected != accepted,
                "{content:?}"
            );
            assert_eq!(wrong, content.render(Rendition::Wrong(1)));
        }
    }
}

#[test]
fn suite_has_tests_of_every_kind() {
    let suite = Suite::new(1);
    assert_eq!(
        (suite.categories.len(), suite.samples.len(), suite.tests.len()),
        (12, 180, 240)
    );
    let used: BTreeSet<usize> = suite.tests.iter().map(|test| test.sample).collect();
    assert_eq!(used.len(), 180, "every sample is used");
    for (kind, exists) in [
        (
            "without outputs",
            suite.tests.iter().any(|test| test.outputs.is_empty()),
        ),
        (
            "with three outputs",
            suite.tests.iter().any(|test| test.outputs.len() == 3),
        ),
        (
            "with an ignored output",
            suite
                .tests
                .iter()
                .any(|test| test.required().count() < test.outputs.len()),
        ),
        ("inactive", suite.tests.iter().any(|test| !test.is_active)),
        (
            "in two categories",
            suite.tests.iter().any(|test| test.categories.len() == 2),
        ),
        (
            "in no category",
            suite.tests.iter().any(|test| test.categories.is_empty()),
        ),
        (
            "with an accepted variant",
            suite
                .tests
                .iter()
                .any(|test| test.outputs.iter().any(|output| output.has_accepted_variant)),
        ),
    ] {
        assert!(exists, "no test is {kind}");
    }
}
