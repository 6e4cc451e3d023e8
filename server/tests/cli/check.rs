//! `runlens check`.

use runlens_domain::testing::{Backend, TestPlatform, TestServer};

use crate::installation::Installation;

/// Standard output and exit code of `runlens check`.
fn check(installation: &Installation, settings: &[(&str, &str)]) -> (Vec<String>, Option<i32>) {
    let output = installation.run(&["check"], settings);
    let lines = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(str::to_owned)
        .collect();
    (lines, output.status.code())
}

#[tokio::test]
async fn a_working_installation_passes_every_check() {
    let (lines, code) = check(&Installation::new().await, &[]);
    assert_eq!(code, Some(0), "{lines:?}");
    assert!(lines.iter().all(|line| line.starts_with("OK   ")), "{lines:?}");
    for subject in ["database", "table test", "table test_progress", "files"] {
        assert!(lines.contains(&format!("OK   {subject}")), "{subject}: {lines:?}");
    }
    assert!(lines.iter().all(|line| !line.contains("redis")), "{lines:?}");
}

#[tokio::test]
async fn each_failed_check_is_reported_and_the_others_still_run() {
    let test = TestPlatform::new(Backend::Sqlite).await;
    test.sql("DROP TABLE customized_test").await;
    let installation = Installation::of(&test).await;
    std::fs::remove_dir(installation.path("files")).expect("removed");
    let (lines, code) = check(&installation, &[]);
    assert_eq!(code, Some(1), "{lines:?}");
    let failures: Vec<_> = lines
        .iter()
        .filter_map(|line| line.strip_prefix("FAIL "))
        .collect();
    assert_eq!(failures.len(), 2, "{lines:?}");
    assert!(
        failures[0].starts_with("table customized_test is missing: "),
        "{lines:?}"
    );
    assert!(failures[1].starts_with("files: "), "{lines:?}");
    assert!(lines.contains(&"OK   table test".to_owned()), "{lines:?}");
}

#[tokio::test]
async fn an_unreachable_database_fails_the_check_without_its_password() {
    let settings = [("RUNLENS_DATABASE_URL", "mysql://runlens:hunter2@127.0.0.1:9/none")];
    let (lines, code) = check(&Installation::new().await, &settings);
    assert_eq!(code, Some(1), "{lines:?}");
    assert!(lines[0].starts_with("FAIL the database "), "{lines:?}");
    assert!(!lines.join("\n").contains("hunter2"), "{lines:?}");
}

#[tokio::test]
async fn an_unreachable_redis_fails_the_check_without_its_password() {
    // No process listens on port 9.
    let settings = [("RUNLENS_REDIS_URL", "redis://:hunter2@127.0.0.1:9")];
    let (lines, code) = check(&Installation::new().await, &settings);
    assert_eq!(code, Some(1), "{lines:?}");
    let last = lines.last().expect("a line");
    assert!(last.starts_with("FAIL redis: "), "{lines:?}");
    assert!(!lines.join("\n").contains("hunter2"), "{lines:?}");
}

#[tokio::test]
async fn a_reachable_redis_passes_the_check() {
    let Some(url) = TestServer::Redis.locate() else {
        return;
    };
    let (lines, code) = check(&Installation::new().await, &[("RUNLENS_REDIS_URL", &url)]);
    assert_eq!(
        (lines.last().map(String::as_str), code),
        (Some("OK   redis"), Some(0)),
        "{lines:?}"
    );
}
