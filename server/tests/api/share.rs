//! /runs/{run_id}/preview.png, /runs/{run_id}/badge.svg, /badge.svg

use axum::http::StatusCode;
use runlens_api_types::auth::Scope;
use runlens_domain::{
    Settings, each_backend,
    testing::{Backend, RunSpec, TestPlatform, TestSpec},
};
use runlens_server::config::LimitConfig;

use crate::server::{Server, TestResponse, http};

/// Returns the width and height of a PNG.
fn size(png: &[u8]) -> (u32, u32) {
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().expect("4 bytes"));
    (number(16), number(20))
}

/// Returns the title of a badge.
fn badge_title(badge: &TestResponse) -> String {
    assert_eq!(
        (badge.status, badge.header("content-type")),
        (StatusCode::OK, "image/svg+xml"),
        "{}",
        badge.text()
    );
    let text = badge.text();
    let title = text
        .split("<title>")
        .nth(1)
        .and_then(|rest| rest.split("</title>").next());
    title.expect("a title").to_owned()
}

each_backend! {
    async fn a_badge_shows_the_newest_completed_run(test) {
        let (good, bad) = (test.regression_test(TestSpec::default()).await, test.regression_test(TestSpec::default()).await);
        let mut runs = Vec::new();
        for (spec, breaks) in [
            (RunSpec::default(), true),
            (RunSpec { platform: "windows", ..RunSpec::default() }, false),
            (RunSpec { branch: "a<b>", pr_nr: 7, test_type: "pr", github: Some("https://github.com/ada/ccextractor.git"), ..RunSpec::default() }, true),
            (RunSpec { branch: "master", github: Some("https://github.com/ada/ccextractor.git"), ..RunSpec::default() }, false),
        ] {
            let run = test.run(spec).await;
            test.pass(run, &good).await;
            match breaks {
                true => test.result(run, bad.0, Some(1), Some(0)).await,
                false => test.pass(run, &bad).await,
            }
            if breaks {
                test.file(run, bad.0, bad.1[0], None).await;
            }
            test.complete(run).await;
            runs.push(run);
        }
        // A run in progress is not the newest completed one.
        let running = test.run(RunSpec::default()).await;
        test.progress(running, "testing", 0, "").await;
        let server = Server::new(test);
        let badge = async |address: &str| badge_title(&server.get(address).send().await);
        assert_eq!(badge("/badge.svg").await, format!("Run {} on windows: all pass", runs[1]));
        assert_eq!(badge("/badge.svg?branch=master&platform=linux").await, format!("Run {} on linux: 1/2 pass", runs[0]));
        assert_eq!(badge("/badge.svg?pull_request=7").await, format!("Run {} on linux: same as master", runs[2]));
        assert_eq!(badge("/badge.svg?branch=a%3Cb%3E&repository=ada/ccextractor").await, format!("Run {} on linux: same as master", runs[2]));
        assert_eq!(badge("/badge.svg?branch=none&platform=windows").await, "windows: no matching completed run");
        assert_eq!(badge(&format!("/runs/{}/badge.svg", runs[3])).await, format!("Run {} on linux: all pass", runs[3]));
        assert_eq!(badge(&format!("/runs/{running}/badge.svg")).await, format!("Run {running} on linux: running"));
        assert_eq!(badge("/runs/9317/badge.svg").await, "Run 9317 not found");
        // Changed results change the badge.
        server.test.sql("UPDATE test_result SET exit_code = 0").await;
        assert_eq!(badge("/badge.svg?pull_request=7").await, format!("Run {} on linux: all pass", runs[2]));
    }

    async fn a_preview_image_is_public(test) {
        let run = test.run(RunSpec { branch: "a\"><script>alert(1)</script>&\u{202e}", ..RunSpec::default() }).await;
        test.complete(run).await;
        let server = Server::new(test);
        let path = format!("/runs/{run}/preview.png");
        let picture = server.get(&path).send().await;
        assert_eq!((picture.status, picture.header("content-type")), (StatusCode::OK, "image/png"), "{}", picture.text());
        assert_eq!(size(&picture.body), (1200, 630));
        assert!(picture.body.len() < 120_000, "{}", picture.body.len());
        assert_eq!(picture.header("cache-control"), "public, max-age=600");
        assert_eq!(picture.header("cross-origin-resource-policy"), "cross-origin");
        assert_eq!(picture.header("set-cookie"), "");
        let known = server.get(&path).header("if-none-match", picture.header("etag")).send().await;
        assert_eq!((known.status, known.body.len(), known.header("etag")), (StatusCode::NOT_MODIFIED, 0, picture.header("etag")));
        server.test.progress(run, "testing", 900, "").await;
        let running = server.get(&path).header("if-none-match", picture.header("etag")).send().await;
        assert_eq!((running.status, running.header("cache-control")), (StatusCode::OK, "public, max-age=30"));
        for (address, status, words) in [
            ("/runs/9317/preview.png", 404, "Run 9317 not found."),
            ("/runs/x/preview.png", 400, "`run_id` must be a whole number"),
            ("/runs/0/badge.svg", 400, "`run_id` must be a whole number"),
            ("/badge.svg?platform=beos", 400, "`platform` must be one of linux, windows"),
            ("/badge.svg?pull_request=x", 400, "`pull_request` must be a whole number"),
        ] {
            let response = server.get(address).send().await;
            assert_eq!((response.status.as_u16(), response.header("content-type")), (status, "text/plain; charset=utf-8"), "{address}");
            assert!(response.text().starts_with(words), "{address}: {}", response.text());
        }
    }
}

#[tokio::test]
async fn a_run_page_links_its_preview_image_and_shows_progress() {
    let (server, run) = server(Settings::default(), LimitConfig::default()).await;
    let page = server.get(&format!("/runs/{run}")).send().await;
    for part in [
        format!("<meta property=\"og:image\" content=\"http://127.0.0.1:3000/runs/{run}/preview.png\">"),
        "<meta name=\"twitter:card\" content=\"summary_large_image\">".to_owned(),
        "<meta property=\"og:image:width\" content=\"1200\">".to_owned(),
    ] {
        assert!(page.text().contains(&part), "{part}");
    }
    assert_eq!(
        page.header("link"),
        format!("<http://127.0.0.1:3000/runs/{run}>; rel=\"canonical\"")
    );
    assert!(!page.text().contains("class=\"live"), "the run has finished");
    server.test.progress(run, "testing", 900, "").await;
    let page = server.get(&format!("/runs/{run}")).send().await.text();
    assert!(
        page.contains("class=\"live") && page.contains("<progress") && page.contains("1 of 1 test"),
        "{page}"
    );
    let list = server.get("/runs").send().await;
    assert!(
        list.text()
            .contains("<meta name=\"twitter:card\" content=\"summary\">")
            && !list.text().contains("og:image")
    );
}

async fn server(settings: Settings, limits: LimitConfig) -> (Server, i32) {
    let test = TestPlatform::with(Backend::Sqlite, settings).await;
    let regression_test = test.regression_test(TestSpec::default()).await;
    for _ in 0..2 {
        let run = test.run(RunSpec::default()).await;
        test.pass(run, &regression_test).await;
        test.complete(run).await;
    }
    (Server::with(test, http(), limits), 2)
}

#[tokio::test]
async fn a_badge_can_be_embedded_and_is_cached_briefly() {
    let (server, run) = server(Settings::default(), LimitConfig::default()).await;
    let badge = server.get(&format!("/runs/{run}/badge.svg")).send().await;
    for (name, value) in [
        ("cache-control", "public, max-age=60"),
        ("cross-origin-resource-policy", "cross-origin"),
        (
            "content-security-policy",
            "default-src 'none'; sandbox; frame-ancestors 'none'",
        ),
        ("set-cookie", ""),
    ] {
        assert_eq!(badge.header(name), value, "{name}");
    }
    let text = badge.text();
    assert!(
        text.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\"")
            && text.contains("role=\"img\"")
            && text.contains("textLength"),
        "{text}"
    );
    let known = server
        .get(&format!("/runs/{run}/badge.svg"))
        .header("if-none-match", badge.header("etag"))
        .send()
        .await;
    assert_eq!((known.status, known.body.len()), (StatusCode::NOT_MODIFIED, 0));
}

#[tokio::test]
async fn images_show_only_what_visitors_may_see() {
    let (server, run) = server(
        Settings {
            public_scopes: Vec::new(),
            ..Settings::default()
        },
        LimitConfig::default(),
    )
    .await;
    let token = server.reader().await;
    for path in [
        format!("/runs/{run}/preview.png"),
        format!("/runs/{run}/badge.svg"),
        "/badge.svg".to_owned(),
    ] {
        for call in [server.get(&path), server.get(&path).token(&token)] {
            assert_eq!(call.send().await.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
    let (server, run) = self::server(
        Settings {
            public_scopes: vec![Scope::RunsRead],
            ..Settings::default()
        },
        LimitConfig::default(),
    )
    .await;
    assert_eq!(
        badge_title(&server.get(&format!("/runs/{run}/badge.svg")).send().await),
        "Run 2 on linux: all pass"
    );
    assert_eq!(
        server
            .get(&format!("/runs/{run}/preview.png"))
            .send()
            .await
            .status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn images_count_as_reads_of_a_visitor() {
    let (server, run) = server(
        Settings::default(),
        LimitConfig {
            browser_reads: 2,
            ..LimitConfig::default()
        },
    )
    .await;
    for _ in 0..2 {
        assert_eq!(
            server.get(&format!("/runs/{run}/badge.svg")).send().await.status,
            StatusCode::OK
        );
    }
    let refused = server.get("/badge.svg").send().await;
    assert_eq!(
        (refused.status, refused.header("retry-after")),
        (StatusCode::TOO_MANY_REQUESTS, "60")
    );
    assert_eq!(refused.text(), "Too many requests. Try again in 60 seconds.\n");
    assert_eq!(
        server.get("/badge.svg").from([10, 0, 0, 1]).send().await.status,
        StatusCode::OK
    );
}
