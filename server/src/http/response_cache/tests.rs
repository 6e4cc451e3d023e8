//! Responses that read files are cached until a file changes.

use std::{fs, net::SocketAddr, path::PathBuf};

use axum::{Router, body::Body, extract::ConnectInfo, http::Request};
use bytes::Bytes;
use runlens_api_types::auth::Scope;
use runlens_domain::{
    files::{FileKey, Files},
    testing::{Backend, RunSpec, TestPlatform, TestSpec, wait_for_file_clock},
};
use tower::ServiceExt as _;

use super::*;
use crate::config::{HttpOptions, SecretKey};

/// Seconds after which no file counts as just modified.
const LATER_SECS: i64 = 10 * 365 * 24 * 3600;

/// Replaces the body of cached responses, to distinguish them from new ones.
const MARK: &str = "\"cached\"";

/// A server with one run that has a log, a program, and an output that differs from the expected one.
struct TestServer {
    test: TestPlatform,
    state: AppState,
    router: Router,
    token: String,
    run: i32,
    root: tempfile::TempDir,
}

#[derive(Debug, PartialEq)]
struct Received {
    status: u16,
    location: Option<HeaderValue>,
    body: String,
}

impl TestServer {
    async fn new(backend: Backend) -> Self {
        Self::with(backend, LATER_SECS, |files| files).await
    }

    /// With additional file stores, and the clock advanced by `seconds`.
    async fn with(backend: Backend, seconds: i64, add_stores: impl FnOnce(Files) -> Files) -> Self {
        let root = tempfile::tempdir().expect("a directory");
        let test = TestPlatform::new(backend)
            .await
            .with_files(add_stores(Files::none().with_local(root.path())));
        let (id, outputs) = test.regression_test(TestSpec::default()).await;
        let run = test.run(RunSpec::default()).await;
        test.complete(run).await;
        test.result(run, id, Some(0), Some(0)).await;
        test.file(run, id, outputs[0], Some("other")).await;
        test.advance(seconds);
        test.user("contributor", Some("contributor"), "").await;
        let state = state(&test);
        let mut server = Self {
            router: crate::router(state.clone()),
            test,
            state,
            token: String::new(),
            run,
            root,
        };
        server.sign_in().await;
        for name in [
            "TestResults/expected.srt",
            "TestResults/other.srt",
            "LogFiles/RUN.txt",
            "test_artifacts/RUN/ccextractor",
        ] {
            server.write(name, name);
        }
        server
    }

    /// Creates a token, valid for 7 days.
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
        wait_for_file_clock();
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        fs::write(path, content).expect("written");
    }

    fn address(&self, name: &str) -> String {
        let run = self.run;
        match name {
            "logs" | "artifacts" => format!("/api/v1/runs/{run}/{name}"),
            _ => format!("/api/v1/runs/{run}/samples/1/regression-tests/1/outputs/1/{name}"),
        }
    }

    async fn get(&self, name: &str) -> Received {
        self.get_from(&self.router, name).await
    }

    async fn get_from(&self, router: &Router, name: &str) -> Received {
        let builder = Request::builder()
            .uri(self.address(name))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        let mut request = builder.body(Body::empty()).expect("a request");
        request
            .extensions_mut()
            .insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 40_000))));
        let (parts, body) = router
            .clone()
            .oneshot(request)
            .await
            .expect("a response")
            .into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a body");
        let location = parts.headers.get(header::LOCATION).cloned();
        Received {
            status: parts.status.as_u16(),
            location,
            body: String::from_utf8(body.to_vec()).expect("text"),
        }
    }

    /// The response of a server with an empty cache.
    async fn get_uncached(&self, name: &str) -> Received {
        self.get_from(&crate::router(state(&self.test)), name).await
    }

    /// Replaces the body of all cached responses by [`MARK`], and returns their number.
    fn mark_cached(&self) -> usize {
        let entries = self.state.responses.entries();
        for (key, cached) in &entries {
            let marked = CachedResponse {
                status: cached.status,
                header: cached.header.clone(),
                body: Bytes::from_static(MARK.as_bytes()),
                file_dependencies: cached.file_dependencies.clone(),
            };
            self.state.responses.insert(key.clone(), Arc::new(marked));
        }
        entries.len()
    }

    /// Whether the response is cached.
    async fn is_cached(&self, name: &str) -> bool {
        self.get(name).await;
        self.mark_cached();
        self.get(name).await.body == MARK
    }
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

/// Paths that read files, each with a file whose changes must be visible in the response.
const CASES: [(&str, &str); 6] = [
    ("expected", "TestResults/expected.srt"),
    ("actual", "TestResults/other.srt"),
    ("diff", "TestResults/expected.srt"),
    ("diff", "TestResults/other.srt"),
    ("logs", "LogFiles/RUN.txt"),
    ("artifacts", "test_artifacts/RUN/ccextractor"),
];

#[tokio::test]
async fn response_is_cached_until_its_file_changes() {
    let server = TestServer::new(Backend::Sqlite).await;
    let rewrite: fn(&TestServer, &str) =
        |server, file| server.write(file, "different content of another length");
    let overwrite: fn(&TestServer, &str) = |server, file| {
        let path = server.path(file);
        let (modified, length) = (
            fs::metadata(&path)
                .expect("the file exists")
                .modified()
                .expect("a time"),
            fs::read(&path).expect("read").len(),
        );
        wait_for_file_clock();
        fs::write(&path, "x".repeat(length)).expect("written");
        fs::File::options()
            .write(true)
            .open(&path)
            .and_then(|file| file.set_modified(modified))
            .expect("the time is reset");
    };
    let replace: fn(&TestServer, &str) = |server, file| {
        let path = server.path(file);
        let (modified, length) = (
            fs::metadata(&path)
                .expect("the file exists")
                .modified()
                .expect("a time"),
            fs::read(&path).expect("read").len(),
        );
        let temporary = server.root.path().join("temporary");
        fs::write(&temporary, "y".repeat(length)).expect("written");
        fs::File::options()
            .write(true)
            .open(&temporary)
            .and_then(|file| file.set_modified(modified))
            .expect("the time is reset");
        fs::rename(temporary, path).expect("moved");
    };
    let delete: fn(&TestServer, &str) = |server, file| fs::remove_file(server.path(file)).expect("deleted");
    let changes = [
        ("rewritten", rewrite),
        ("overwritten", overwrite),
        ("replaced", replace),
        ("deleted", delete),
        ("restored", rewrite),
    ];
    for (name, file) in CASES {
        // Stay below the rate limit.
        server.test.advance(60);
        server.write(file, file);
        for (change, apply) in changes {
            let before = server.get(name).await;
            assert_eq!(
                before,
                server.get_uncached(name).await,
                "{name}, before {file} is {change}"
            );
            if before.status == 200 {
                assert!(server.is_cached(name).await, "{name}, before {file} is {change}");
            }
            apply(&server, file);
            let after = server.get(name).await;
            assert_eq!(
                after,
                server.get_uncached(name).await,
                "{name}, after {file} is {change}"
            );
            // The list of artifacts contains the size only.
            let is_visible = name != "artifacts" || !["overwritten", "replaced"].contains(&change);
            assert_eq!(after != before, is_visible, "{name}, after {file} is {change}");
        }
    }
}

#[tokio::test]
async fn new_file_in_a_directory_is_listed() {
    let server = TestServer::new(Backend::Sqlite).await;
    for name in ["coredump", "trace.json"] {
        assert!(server.is_cached("artifacts").await);
        server.write(&format!("test_artifacts/RUN/{name}"), "text");
        assert!(server.get("artifacts").await.body.contains(name));
    }
    assert!(server.is_cached("artifacts").await);
    fs::remove_dir_all(server.path("test_artifacts")).expect("removed");
    assert!(!server.get("artifacts").await.body.contains("trace.json"));
    assert!(server.is_cached("artifacts").await, "an empty list is cached too");
    server.write("test_artifacts/RUN/late.txt", "text");
    assert!(server.get("artifacts").await.body.contains("late.txt"));
}

#[tokio::test]
async fn redirect_is_cached() {
    let server = TestServer::new(Backend::Sqlite).await;
    server.test.sql("UPDATE test_result_file SET got = NULL").await;
    let first = server.get("actual").await;
    assert_eq!(
        (first.status, &first.location),
        (303, &Some(server.address("expected").parse().expect("a header")))
    );
    assert_eq!(server.mark_cached(), 1);
    assert_eq!(
        server.get("actual").await,
        Received {
            body: MARK.to_owned(),
            ..first
        }
    );
}

#[tokio::test]
async fn response_is_not_cached_if_a_file_was_just_modified() {
    let mut server = TestServer::with(Backend::Sqlite, 0, |files| files).await;
    let newest = CASES
        .iter()
        .map(|(_, file)| {
            fs::metadata(server.path(file))
                .expect("the file exists")
                .modified()
                .expect("a time")
        })
        .max();
    let newest = newest
        .and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok())
        .expect("a time")
        .as_secs() as i64;
    for (seconds_later, is_cached) in [(1, false), (2, false), (3, true)] {
        server
            .test
            .advance(newest + seconds_later - server.test.platform.clock().now().unix());
        server.sign_in().await;
        for (name, _) in CASES {
            assert_eq!(
                server.is_cached(name).await,
                is_cached,
                "{name} after {seconds_later} seconds"
            );
        }
    }
}

#[tokio::test]
async fn long_response_is_not_cached() {
    let server = TestServer::new(Backend::Sqlite).await;
    for (length, is_cached) in [
        (MAX_BODY_BYTES as usize - 1_000, true),
        (MAX_BODY_BYTES as usize, false),
    ] {
        server.write("TestResults/expected.srt", &"x".repeat(length));
        assert_eq!(server.is_cached("expected").await, is_cached, "{length}");
    }
}

#[tokio::test]
async fn response_that_reads_a_remote_store_is_not_cached() {
    let server = TestServer::with(Backend::Sqlite, LATER_SECS, Files::with_memory).await;
    for (name, is_cached) in [
        ("expected", true),
        ("actual", true),
        ("diff", true),
        ("logs", true),
        ("artifacts", false),
    ] {
        assert_eq!(server.is_cached(name).await, is_cached, "{name}");
    }
    let remote = TestServer::with(Backend::Sqlite, LATER_SECS, |_| Files::none().with_memory()).await;
    let files = remote.test.platform.files();
    let keys = [
        FileKey::result("expected", ".srt"),
        FileKey::result("other", ".srt"),
        Some(FileKey::log(remote.run)),
    ];
    for key in keys.iter().flatten() {
        files.put(key, "text").await.expect("written");
    }
    for (name, _) in CASES {
        assert_eq!(remote.get(name).await.status, 200, "{name}");
    }
    assert_eq!(remote.mark_cached(), 0);
}

#[tokio::test]
async fn nothing_is_cached_without_a_data_version() {
    if !Backend::MariaDb.is_available() {
        return;
    }
    let server = TestServer::new(Backend::MariaDb).await;
    for (name, _) in CASES {
        assert_eq!(server.get(name).await.status, 200, "{name}");
    }
    assert_eq!(server.mark_cached(), 0);
}
