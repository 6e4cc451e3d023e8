//! Answers about files are kept, and never longer than they are true.

use std::{fs, net::SocketAddr, path::PathBuf};

use axum::{Router, extract::ConnectInfo, http::Request};
use runlens_api_types::auth::Scope;
use runlens_domain::{
    files::{FileKey, Files},
    testing::{Backend, RunSpec, TestPlatform, TestSpec},
};
use tower::ServiceExt as _;

use super::*;
use crate::config::{HttpOptions, SecretKey};

/// Seconds by which everything that the test writes has settled.
const LATER: i64 = 10 * 365 * 24 * 3600;

/// What stands in the place of every answer that is kept, so that it is told from one that is made.
const MARK: &str = "\"kept\"";

/// A server with one run that has a log, a program, and an output that differs from what was expected.
struct Served {
    test: TestPlatform,
    state: AppState,
    router: Router,
    token: String,
    run: i32,
    root: tempfile::TempDir,
}

#[derive(Debug, PartialEq)]
struct Told {
    status: u16,
    location: Option<HeaderValue>,
    body: String,
}

impl Served {
    async fn on(backend: Backend) -> Self {
        Self::with(backend, LATER, |files| files).await
    }

    /// With more stores behind the local one, `seconds` after the beginning.
    async fn with(backend: Backend, seconds: i64, more: impl FnOnce(Files) -> Files) -> Self {
        let root = tempfile::tempdir().expect("a directory");
        let test = TestPlatform::new(backend)
            .await
            .with_files(more(Files::none().with_local(root.path())));
        let (id, outputs) = test.regression_test(TestSpec::default()).await;
        let run = test.run(RunSpec::default()).await;
        test.complete(run).await;
        test.result(run, id, Some(0), Some(0)).await;
        test.file(run, id, outputs[0], Some("other")).await;
        test.advance(seconds);
        test.user("contributor", Some("contributor"), "").await;
        let state = state(&test);
        let mut served = Self {
            router: crate::router(state.clone()),
            test,
            state,
            token: String::new(),
            run,
            root,
        };
        served.sign_in().await;
        for name in [
            "TestResults/expected.srt",
            "TestResults/other.srt",
            "LogFiles/RUN.txt",
            "test_artifacts/RUN/ccextractor",
        ] {
            served.write(name, name);
        }
        served
    }

    /// With a token that lasts for 7 days from now on.
    async fn sign_in(&mut self) {
        let (scopes, now) = (
            [Scope::RunsRead, Scope::ResultsRead, Scope::SystemRead],
            self.test.platform.clock().now(),
        );
        let created = self
            .test
            .platform
            .auth
            .create_token_for("contributor", &now.unix().to_string(), &scopes, 7)
            .await;
        self.token = created.expect("a token").token;
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name.replace("RUN", &self.run.to_string()))
    }

    fn write(&self, name: &str, content: &str) {
        tick();
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("made");
        fs::write(path, content).expect("written");
    }

    fn address(&self, name: &str) -> String {
        let run = self.run;
        match name {
            "logs" | "artifacts" => format!("/api/v1/runs/{run}/{name}"),
            _ => format!("/api/v1/runs/{run}/samples/1/regression-tests/1/outputs/1/{name}"),
        }
    }

    async fn ask(&self, name: &str) -> Told {
        self.ask_at(&self.router, name).await
    }

    async fn ask_at(&self, router: &Router, name: &str) -> Told {
        let call = Request::builder()
            .uri(self.address(name))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        let mut request = call.body(Body::empty()).expect("a request");
        request
            .extensions_mut()
            .insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 40_000))));
        let (parts, body) = router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer")
            .into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a body");
        let location = parts.headers.get(header::LOCATION).cloned();
        Told {
            status: parts.status.as_u16(),
            location,
            body: String::from_utf8(body.to_vec()).expect("text"),
        }
    }

    /// What a server says that has kept nothing.
    async fn ask_anew(&self, name: &str) -> Told {
        self.ask_at(&crate::router(state(&self.test)), name).await
    }

    /// Puts [`MARK`] into the place of everything that is kept; how much that is.
    fn mark(&self) -> usize {
        let kept: Vec<_> = self.state.answers.0.iter().collect();
        for (key, answer) in &kept {
            let (header, files) = (answer.header.clone(), answer.files.clone());
            let marked = Answer {
                status: answer.status,
                header,
                body: Bytes::from_static(MARK.as_bytes()),
                files,
            };
            self.state.answers.0.insert(Key::clone(key), Arc::new(marked));
        }
        kept.len()
    }

    /// Whether the answer that is given now comes from what is kept.
    async fn is_kept(&self, name: &str) -> bool {
        self.ask(name).await;
        self.mark();
        self.ask(name).await.body == MARK
    }
}

/// Lets the clock of the file system go on, which ticks some hundred times a second.
fn tick() {
    std::thread::sleep(std::time::Duration::from_millis(20));
}

fn state(test: &TestPlatform) -> AppState {
    let http = HttpOptions::default().resolve().expect("settings");
    AppState::new(
        test.platform.clone(),
        http,
        Default::default(),
        &SecretKey::random(),
    )
}

/// The addresses that read files, each with one whose change it must tell.
const CASES: [(&str, &str); 6] = [
    ("expected", "TestResults/expected.srt"),
    ("actual", "TestResults/other.srt"),
    ("diff", "TestResults/expected.srt"),
    ("diff", "TestResults/other.srt"),
    ("logs", "LogFiles/RUN.txt"),
    ("artifacts", "test_artifacts/RUN/ccextractor"),
];

#[tokio::test]
async fn what_a_file_says_is_kept_until_the_file_is_another() {
    let served = Served::on(Backend::Sqlite).await;
    let rewrite: fn(&Served, &str) =
        |served, file| served.write(file, "another content, as long as it may be");
    let overwrite: fn(&Served, &str) = |served, file| {
        let path = served.path(file);
        let (modified, length) = (
            fs::metadata(&path).expect("there").modified().expect("a time"),
            fs::read(&path).expect("read").len(),
        );
        tick();
        fs::write(&path, "x".repeat(length)).expect("written");
        fs::File::options()
            .write(true)
            .open(&path)
            .and_then(|file| file.set_modified(modified))
            .expect("set back");
    };
    let replace: fn(&Served, &str) = |served, file| {
        let path = served.path(file);
        let (modified, length) = (
            fs::metadata(&path).expect("there").modified().expect("a time"),
            fs::read(&path).expect("read").len(),
        );
        let beside = served.root.path().join("beside");
        fs::write(&beside, "y".repeat(length)).expect("written");
        fs::File::options()
            .write(true)
            .open(&beside)
            .and_then(|file| file.set_modified(modified))
            .expect("set back");
        fs::rename(beside, path).expect("moved");
    };
    let delete: fn(&Served, &str) = |served, file| fs::remove_file(served.path(file)).expect("deleted");
    let changes = [
        ("rewritten", rewrite),
        ("overwritten", overwrite),
        ("replaced", replace),
        ("deleted", delete),
        ("back", rewrite),
    ];
    for (name, file) in CASES {
        // Nobody asks too often.
        served.test.advance(60);
        served.write(file, file);
        for (change, make) in changes {
            let before = served.ask(name).await;
            assert_eq!(
                before,
                served.ask_anew(name).await,
                "{name}, before {file} is {change}"
            );
            if before.status == 200 {
                assert!(served.is_kept(name).await, "{name}, before {file} is {change}");
            }
            make(&served, file);
            let after = served.ask(name).await;
            assert_eq!(
                after,
                served.ask_anew(name).await,
                "{name}, after {file} is {change}"
            );
            // The list of artifacts says of a file no more than its size.
            let is_told = name != "artifacts" || !["overwritten", "replaced"].contains(&change);
            assert_eq!(after != before, is_told, "{name}, after {file} is {change}");
        }
    }
}

#[tokio::test]
async fn what_comes_into_a_directory_is_seen_at_once() {
    let served = Served::on(Backend::Sqlite).await;
    for name in ["coredump", "trace.json"] {
        assert!(served.is_kept("artifacts").await);
        served.write(&format!("test_artifacts/RUN/{name}"), "text");
        assert!(served.ask("artifacts").await.body.contains(name));
    }
    assert!(served.is_kept("artifacts").await);
    fs::remove_dir_all(served.path("test_artifacts")).expect("removed");
    assert!(!served.ask("artifacts").await.body.contains("trace.json"));
    assert!(
        served.is_kept("artifacts").await,
        "that there is nothing is kept too"
    );
    served.write("test_artifacts/RUN/late.txt", "text");
    assert!(served.ask("artifacts").await.body.contains("late.txt"));
}

#[tokio::test]
async fn where_an_answer_is_elsewhere_is_kept() {
    let served = Served::on(Backend::Sqlite).await;
    served.test.sql("UPDATE test_result_file SET got = NULL").await;
    let first = served.ask("actual").await;
    assert_eq!(
        (first.status, &first.location),
        (303, &Some(served.address("expected").parse().expect("a header")))
    );
    assert_eq!(served.mark(), 1);
    assert_eq!(
        served.ask("actual").await,
        Told {
            body: MARK.to_owned(),
            ..first
        }
    );
}

#[tokio::test]
async fn what_has_changed_a_moment_ago_is_not_kept() {
    let mut served = Served::with(Backend::Sqlite, 0, |files| files).await;
    let newest = CASES
        .iter()
        .map(|(_, file)| {
            fs::metadata(served.path(file))
                .expect("there")
                .modified()
                .expect("a time")
        })
        .max();
    let newest = newest
        .and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok())
        .expect("a time")
        .as_secs() as i64;
    for (seconds_later, is_kept) in [(1, false), (2, false), (3, true)] {
        served
            .test
            .advance(newest + seconds_later - served.test.platform.clock().now().unix());
        served.sign_in().await;
        for (name, _) in CASES {
            assert_eq!(
                served.is_kept(name).await,
                is_kept,
                "{name} after {seconds_later} seconds"
            );
        }
    }
}

#[tokio::test]
async fn what_is_long_is_not_kept() {
    let served = Served::on(Backend::Sqlite).await;
    for (length, is_kept) in [(MAX_BODY as usize - 1_000, true), (MAX_BODY as usize, false)] {
        served.write("TestResults/expected.srt", &"x".repeat(length));
        assert_eq!(served.is_kept("expected").await, is_kept, "{length}");
    }
}

#[tokio::test]
async fn what_another_store_was_asked_for_is_not_kept() {
    let served = Served::with(Backend::Sqlite, LATER, Files::with_memory).await;
    for (name, is_kept) in [
        ("expected", true),
        ("actual", true),
        ("diff", true),
        ("logs", true),
        ("artifacts", false),
    ] {
        assert_eq!(served.is_kept(name).await, is_kept, "{name}");
    }
    let elsewhere = Served::with(Backend::Sqlite, LATER, |_| Files::none().with_memory()).await;
    let files = elsewhere.test.platform.files();
    let keys = [
        FileKey::result("expected", ".srt"),
        FileKey::result("other", ".srt"),
        Some(FileKey::log(elsewhere.run)),
    ];
    for key in keys.iter().flatten() {
        files.put(key, "text").await.expect("written");
    }
    for (name, _) in CASES {
        assert_eq!(elsewhere.ask(name).await.status, 200, "{name}");
    }
    assert_eq!(elsewhere.mark(), 0);
}

#[tokio::test]
async fn on_a_database_that_does_not_tell_of_changes_nothing_is_kept() {
    if !Backend::MariaDb.is_available() {
        return;
    }
    let served = Served::on(Backend::MariaDb).await;
    for (name, _) in CASES {
        assert_eq!(served.ask(name).await.status, 200, "{name}");
    }
    assert_eq!(served.mark(), 0);
}
