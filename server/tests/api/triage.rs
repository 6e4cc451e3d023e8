//! Triage of a run: /api/v1/runs/{run_id}/same-failures, /report.md, the run page and the comparison page.

use axum::http::StatusCode;
use runlens_api_types::auth::Scope;
use runlens_domain::{
    each_backend,
    testing::{RunSpec, TestPlatform, TestSpec},
};
use serde_json::json;

use crate::{errors::compared_runs, server::Server};

/// Returns the text of the first paragraph with this class, without markup.
fn element(html: &str, class: &str) -> String {
    let start = html
        .find(&format!("<p class=\"{class}\""))
        .unwrap_or_else(|| panic!("no {class} in {html}"));
    let inside = html[start..].split_once('>').map_or("", |(_, rest)| rest);
    let inside = inside.split_once("</p>").map_or(inside, |(inside, _)| inside);
    let mut text = String::new();
    let mut is_markup = false;
    for char in inside.chars() {
        match char {
            '<' => is_markup = true,
            '>' => is_markup = false,
            char if !is_markup => text.push(char),
            _ => {}
        }
    }
    text
}

/// Creates a run of a pull request with this number of failing tests that pass on master.
async fn broken_run(test: &TestPlatform, failures: usize, command: &'static str) -> i32 {
    let mut tests = Vec::new();
    for _ in 0..failures {
        tests.push(
            test.regression_test(TestSpec {
                command,
                ..TestSpec::default()
            })
            .await,
        );
    }
    let master = test.run(RunSpec::default()).await;
    let run = test
        .run(RunSpec {
            test_type: "pr",
            pr_nr: 1547,
            branch: "fix",
            ..RunSpec::default()
        })
        .await;
    for run in [master, run] {
        test.complete(run).await;
    }
    for created in &tests {
        test.pass(master, created).await;
        test.result(run, created.0, Some(0), Some(0)).await;
        test.file(run, created.0, created.1[0], Some("other")).await;
    }
    run
}

each_backend! {
    async fn runs_with_the_same_failures_are_listed(test) {
        let (master, _) = compared_runs(&test).await;
        let server = Server::new(test);
        let token = server.reader().await;
        let get = async |path: &str| server.get(&format!("/api/v1/runs/{path}")).token(&token).send().await;
        let same = get(&format!("{master}/same-failures")).await.ok();
        assert_eq!((&same["failing_count"], &same["runs_compared"], &same["pagination"]["total"]), (&json!(3), &json!(1), &json!(0)));
        get("9317/same-failures").await.failure(404, "not_found");
        let runs_only = server.token("tester", &[Scope::RunsRead]).await;
        server.get(&format!("/api/v1/runs/{master}/same-failures")).token(&runs_only).send().await.failure(403, "forbidden");
    }

    async fn a_report_is_markdown_with_links(test) {
        let (master, run) = compared_runs(&test).await;
        let server = Server::new(test);
        let token = server.reader().await;
        let response = server.get(&format!("/api/v1/runs/{run}/report.md")).token(&token).send().await;
        assert_eq!((response.status, response.header("content-type")), (StatusCode::OK, "text/markdown; charset=utf-8"));
        insta::assert_snapshot!("report", response.text());
        let without_baseline = server.get(&format!("/api/v1/runs/{master}/report.md")).token(&token).send().await.text();
        assert!(without_baseline.starts_with("**No baseline: no earlier finished master run on Linux.** 3 of 6 tests failed."), "{without_baseline}");
        assert_eq!(without_baseline.matches("? not compared").count(), 3, "{without_baseline}");
        let runs_only = server.token("tester", &[Scope::RunsRead]).await;
        server.get(&format!("/api/v1/runs/{run}/report.md")).token(&runs_only).send().await.failure(403, "forbidden");
    }

    async fn a_report_is_bounded_and_counts_omitted_tests(test) {
        // Markup of Markdown and HTML, as long as the column of the database allows.
        const COMMAND: &str = "-x | `tee` <b> ``` [a](b) ``` |``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``|``";
        let run = broken_run(&test, 53, COMMAND).await;
        let server = Server::new(test);
        let token = server.reader().await;
        let report = server.get(&format!("/api/v1/runs/{run}/report.md")).token(&token).send().await.text();
        assert!(report.len() <= 60_000, "{}", report.len());
        assert_eq!(report.lines().filter(|line| line.starts_with("| [#")).count(), 50, "{report}");
        assert!(report.contains(&format!("3 more: [all of them](http://127.0.0.1:3000/runs/{run}#errors).")), "{report}");
        // A row has five cells whatever they contain: every other pipe is escaped.
        let row = report.lines().find(|line| line.starts_with("| [#")).expect("a row");
        assert_eq!(row.replace("\\|", "").matches('|').count(), 6, "{row}");
    }

    async fn errors_and_groups_are_filtered_by_verdict_and_sorted(test) {
        let (master, run) = compared_runs(&test).await;
        let server = Server::new(test);
        let token = server.reader().await;
        let get = async |path: &str| server.get(&format!("/api/v1/runs/{path}")).token(&token).send().await;
        for (query, total) in [("new=true", 2), ("new=false", 1), ("verdict=broken_here", 1), ("verdict=no_reference", 1), ("verdict=fixed_here", 0)] {
            assert_eq!(get(&format!("{run}/errors?{query}")).await.ok()["pagination"]["total"], total, "{query}");
        }
        let error = &get(&format!("{run}/errors?verdict=broken_here")).await.ok()["data"][0];
        assert_eq!((&error["filename"], &error["exit_code"], &error["expected_rc"]), (&json!("sample.srt"), &json!(0), &json!(0)));
        assert!(error["output_id"].is_i64());
        let groups = get(&format!("{run}/error-summary?group_by=verdict&sort=key")).await.ok();
        let keys: Vec<_> = groups["data"].as_array().expect("groups").iter().map(|group| group["key"].clone()).collect();
        assert_eq!(keys, ["broken_here", "failing_differently", "failing_identically", "no_reference"]);
        let backwards = get(&format!("{run}/error-summary?group_by=regression_id&sort=-key&new=true")).await.ok();
        let keys: Vec<_> = backwards["data"].as_array().expect("groups").iter().map(|group| group["key"].clone()).collect();
        assert_eq!(keys, ["3", "1"]);
        let without_baseline = get(&format!("{master}/error-summary?group_by=verdict")).await.ok();
        assert_eq!((&without_baseline["data"][0]["key"], &without_baseline["data"][0]["new_count"]), (&json!("no_reference"), &json!(null)));
        let bad = get(&format!("{run}/error-summary?sort=odd&new=maybe&verdict=odd&type=odd")).await.failure(400, "validation_error");
        assert_eq!(bad["details"]["fields"].as_object().expect("fields").len(), 4, "{bad}");
        // Parameters of other operations are ignored.
        get(&format!("{run}/error-summary?sample_id=odd")).await.ok();
    }

    async fn a_run_page_starts_with_the_verdict_and_expands_new_failures(test) {
        let (master, run) = compared_runs(&test).await;
        let server = Server::new(test);
        let page = server.get(&format!("/runs/{run}")).send().await;
        assert_eq!(page.status, StatusCode::OK);
        let html = page.text();
        assert_eq!(element(&html, "verdict"), "1 test broken by this change, 1 failing differently.");
        assert_eq!(element(&html, "rest"), "1 more fails and has no result on master.");
        assert_eq!(element(&html, "counts"), format!("1 fails exactly as on master (run {master}, c0ffee0) · 1 fixed here · 2 pass"));
        assert!(html.contains(&format!("href=\"/runs/{master}\"")));
        assert!(html.contains("id=\"error-1\"") && html.contains("id=\"error-3\""), "new failures are expanded");
        assert!(!html.contains("id=\"error-2\""), "known failures are collapsed");
        assert!(html.contains("aria-expanded=\"false\"") && html.contains("fixed here"));
        assert!(html.contains(&format!("href=\"/api/v1/runs/{run}/report.md\"")));
        // A permalink expands the group of its failure.
        let linked = server.get(&format!("/runs/{run}?test=2")).send().await.text();
        assert!(linked.contains("id=\"error-2\""), "{linked}");
        let by_type = server.get(&format!("/runs/{run}?group_by=type")).send().await.text();
        assert!(!by_type.contains("id=\"error-1\"") && by_type.contains("id=\"bucket-diff-mismatch\""));
        let new = server.get(&format!("/runs/{run}?group_by=type&new=true&bucket=diff_mismatch")).send().await.text();
        assert!(new.contains("id=\"error-1\"") && !new.contains("id=\"error-2\""));
        let fixed = server.get(&format!("/runs/{run}?bucket=fixed_here")).send().await.text();
        assert!(fixed.contains("id=\"error-4\""), "{fixed}");
        let without_baseline = server.get(&format!("/runs/{master}")).send().await.text();
        assert_eq!(element(&without_baseline, "verdict"), "No baseline: no earlier finished master run on Linux.");
        assert!(without_baseline.contains("id=\"bucket-diff-mismatch\""), "without a baseline, errors are grouped by type");
    }

    async fn the_page_of_a_canceled_run_starts_with_the_reason(test) {
        let run = test.run(RunSpec::default()).await;
        test.progress(run, "canceled", 5, "VM creation failed (ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS). The zone is full.\n<at run.py>").await;
        let server = Server::new(test);
        let html = server.get(&format!("/runs/{run}")).send().await.text();
        assert_eq!(element(&html, "verdict"), "Did not run: the virtual machine could not be created (zone exhausted).");
        assert_eq!(element(&html, "rest"), "This says nothing about your code.");
        assert!(html.contains("The zone is full.\n&lt;at run.py&gt;</blockquote>"), "{html}");
    }

    async fn any_two_runs_can_be_compared_on_a_page(test) {
        let (master, run) = compared_runs(&test).await;
        let windows = test.run(RunSpec { platform: "windows", ..RunSpec::default() }).await;
        let server = Server::new(test);
        let get = async |path: String| server.get(&path).send().await;
        let html = get(format!("/runs/{run}/compare/{master}")).await.text();
        assert!(element(&html, "verdict").starts_with(&format!("1 test fails here and not in run {master}, 1 test fails differently")), "{html}");
        assert!(html.contains(&format!("href=\"/runs/{master}/compare/{run}\"")), "the comparison can be swapped");
        assert!(html.contains("not as in the other run") && !html.contains("id=\"error-6\""));
        let one = get(format!("/runs/{run}/compare/{master}?verdict=fixed_here")).await.text();
        assert!(one.contains("id=\"error-4\"") && !one.contains("id=\"error-1\""));
        let other = get(format!("/runs/{run}/compare/{windows}")).await.text();
        assert!(other.contains("different platforms") && other.contains("has not begun"), "{other}");
        let same = get(format!("/runs/{run}/compare/{run}")).await;
        assert_eq!(same.status, StatusCode::OK);
        assert!(same.text().contains("A run is always like itself"));
        assert_eq!(get(format!("/runs/{run}/compare/9317")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(get(format!("/runs/{run}/compare/none")).await.status, StatusCode::BAD_REQUEST);
        assert_eq!(get(format!("/runs/{run}/compare")).await.status, StatusCode::OK);
        let chosen = server.get(&format!("/runs/{run}/compare?with={master}")).header("accept", "text/html").send().await;
        assert_eq!((chosen.status, chosen.header("location")), (StatusCode::FOUND, format!("/runs/{run}/compare/{master}").as_str()));
    }

    async fn the_number_of_queries_of_a_run_page_is_constant(test) {
        let mut counts = Vec::new();
        let small = broken_run(&test, 2, "-out=srt").await;
        let large = broken_run(&test, 30, "-out=srt").await;
        let server = Server::new(test);
        for run in [small, large] {
            // The first request fills caches that never expire; the write invalidates the others.
            server.get(&format!("/runs/{run}")).send().await;
            server.test.sql(&format!("INSERT INTO category (name, description) VALUES ('of run {run}', '')")).await;
            server.test.take_queries();
            let page = server.get(&format!("/runs/{run}")).send().await;
            assert_eq!(page.status, StatusCode::OK);
            counts.push(server.test.take_queries().len());
        }
        assert_eq!(counts[0], counts[1]);
        assert!(counts[0] <= 40, "{counts:?}");
    }
}
