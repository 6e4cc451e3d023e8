//! Files of the site: caching, encodings and paths outside it.

use axum::http::StatusCode;
use runlens_domain::testing::{Backend, TestPlatform};
use runlens_server::config::{HttpConfig, LimitConfig};

use crate::server::{Server, http};

const HASHED: &str = "/pkg/runlens.Zk3vQ2xT9aLw.js";
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
const ONE_HOUR: &str = "public, max-age=3600";

/// A server on a site with one hashed file in three encodings and one plain file, and the directory that
/// holds the site.
async fn server() -> (Server, tempfile::TempDir) {
    let directory = tempfile::tempdir().expect("a directory");
    let site_root = directory.path().join("site");
    std::fs::create_dir_all(site_root.join("pkg")).expect("a directory");
    for (name, content) in [
        (HASHED, "plain"),
        (&format!("{HASHED}.br"), "brotli"),
        (&format!("{HASHED}.gz"), "gzip"),
        ("/theme.js", "theme"),
    ] {
        std::fs::write(site_root.join(&name[1..]), content).expect("written");
    }
    let http = HttpConfig { site_root, ..http() };
    let test = TestPlatform::new(Backend::Sqlite).await;
    (Server::with(test, http, LimitConfig::default()), directory)
}

#[tokio::test]
async fn hashed_files_are_immutable_and_others_are_cached_for_an_hour() {
    let (server, _site) = server().await;
    for (path, content, cache_control) in [(HASHED, "plain", IMMUTABLE), ("/theme.js", "theme", ONE_HOUR)] {
        let response = server.get(path).send().await;
        assert_eq!(
            (response.status, response.text().as_str()),
            (StatusCode::OK, content)
        );
        assert_eq!(response.header("cache-control"), cache_control, "{path}");
        assert!(
            response.header("content-type").starts_with("text/javascript"),
            "{path}"
        );
        assert_eq!(
            response.header("set-cookie"),
            "",
            "{path} is the same for everybody"
        );
        let modified = response.header("last-modified");
        assert_ne!(modified, "", "{path}");
        let known = server
            .get(path)
            .header("if-modified-since", modified)
            .send()
            .await;
        assert_eq!(
            (known.status, known.header("cache-control")),
            (StatusCode::NOT_MODIFIED, cache_control),
            "{path}"
        );
    }
}

#[tokio::test]
async fn missing_files_are_not_cached() {
    let (server, _site) = server().await;
    let missing = server.get("/pkg/runlens.gone.js").send().await;
    assert_eq!(
        (missing.status, missing.header("cache-control")),
        (StatusCode::NOT_FOUND, "")
    );
    let page = server.get("/gone.js").send().await;
    assert_eq!(
        (page.status, page.header("cache-control")),
        (StatusCode::NOT_FOUND, "private, no-cache")
    );
}

#[tokio::test]
async fn precompressed_files_are_sent_unchanged() {
    let (server, _site) = server().await;
    for (accepted, encoding, content) in [
        ("br, gzip", "br", "brotli"),
        ("gzip", "gzip", "gzip"),
        ("gzip;q=1, br;q=0", "gzip", "gzip"),
        ("zstd", "", "plain"),
        ("identity", "", "plain"),
    ] {
        let response = server
            .get(HASHED)
            .header("accept-encoding", accepted)
            .send()
            .await;
        assert_eq!(
            (
                response.status,
                response.header("content-encoding"),
                response.text().as_str()
            ),
            (StatusCode::OK, encoding, content),
            "{accepted}"
        );
        assert_eq!(response.header("cache-control"), IMMUTABLE, "{accepted}");
    }
}

#[tokio::test]
async fn paths_outside_the_site_are_not_found() {
    let (server, directory) = server().await;
    std::fs::write(directory.path().join("outside.txt"), "secret").expect("written");
    for path in [
        "/../outside.txt",
        "/pkg/../../outside.txt",
        "/pkg/%2e%2e/%2e%2e/outside.txt",
        "/pkg/..%2f..%2foutside.txt",
    ] {
        let response = server.get(path).send().await;
        assert_eq!(response.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!response.text().contains("secret"), "{path}");
    }
}
