//! /api/v1/runs/{run_id}/samples/{sample_id}/regression-tests/{regression_id}/outputs/{output_id}

use runlens_api_types::auth::Scope;
use runlens_domain::{
    each_backend,
    files::{FileKey, Files},
    testing::{OutputSpec, RunSpec, TestPlatform, TestSpec},
};
use serde_json::{Value, json};

use crate::server::Server;

const EXPECTED: &str = "1\n00:00:01,000 --> 00:00:02,000\nGood evening.\n\n2\n00:00:03,000 --> 00:00:04,000\nHere is the news.\n";
const ACTUAL: &str = "1\r\n00:00:01,000 --> 00:00:02,000\nGood evening.\n\n2\n00:00:03,033 --> 00:00:04,033\nHere is the news.";

/// SHA-256 of `EXPECTED` and `ACTUAL`.
const EXPECTED_HASH: &str = "9559985e2919c63fc0f0dc935129297a1c68ab40a7f62bf191a472651ba2a125";
const ACTUAL_HASH: &str = "df9322d12769db8b82de10f0f1ebf2b3767e59206aae231c8d20c59c51e97a48";

async fn put(test: &TestPlatform, hash: &str, content: impl Into<Vec<u8>>) {
    let key = FileKey::result(hash, ".srt").expect("a name");
    test.platform
        .files()
        .put(&key, content.into())
        .await
        .expect("written");
}

/// Creates a run with one test of sample 1, whose only output has the hash `got`, or is as expected.
async fn run_with(test: &TestPlatform, got: Option<&str>) -> i32 {
    let (id, outputs) = test.regression_test(TestSpec::default()).await;
    let run = test.run(RunSpec::default()).await;
    test.complete(run).await;
    test.result(run, id, Some(0), Some(0)).await;
    test.file(run, id, outputs[0], got).await;
    run
}

fn path(run: i32, file: &str) -> String {
    format!("/api/v1/runs/{run}/samples/1/regression-tests/1/outputs/1/{file}")
}

/// Returns the diff of an output with these contents.
async fn diff(test: TestPlatform, expected: Vec<u8>, actual: Vec<u8>, query: &str) -> Value {
    put(&test, "expected", expected).await;
    put(&test, "other", actual).await;
    let run = run_with(&test, Some("other")).await;
    let server = Server::new(test);
    let token = server.reader().await;
    server
        .get(&path(run, &format!("diff{query}")))
        .token(&token)
        .send()
        .await
        .ok()
}

each_backend! {
    async fn a_differing_output_is_returned_completely(test) {
        put(&test, EXPECTED_HASH, EXPECTED).await;
        put(&test, ACTUAL_HASH, ACTUAL).await;
        let run = run_with(&test, Some(ACTUAL_HASH)).await;
        test.sql(&format!("UPDATE test_result_file SET expected = '{EXPECTED_HASH}'")).await;
        let server = Server::new(test);
        let token = server.reader().await;
        let get = async |file: &str| server.get(&path(run, file)).token(&token).send().await.ok();
        insta::assert_json_snapshot!("expected", get("expected").await);
        insta::assert_json_snapshot!("actual", get("actual").await);
        insta::assert_json_snapshot!("diff", get("diff?context=1").await);
        insta::assert_json_snapshot!("unified_diff", get("diff?format=unified&context=1").await);
        assert_eq!(get("diff").await, get("diff?format=structured&context=3").await);
        let invalid = server.get(&path(run, "diff?context=5001&format=html")).token(&token).send().await.failure(400, "validation_error");
        assert_eq!(invalid["details"]["fields"], json!({"context": "must be a whole number from 0 to 5000", "format": "must be one of structured, unified"}));
    }

    async fn an_output_as_expected_redirects_to_the_expected_file(test) {
        put(&test, "expected", EXPECTED).await;
        let run = run_with(&test, None).await;
        let server = Server::new(test);
        let token = server.reader().await;
        let response = server.get(&path(run, "actual")).token(&token).send().await;
        assert_eq!((response.status.as_u16(), response.header("location")), (303, path(run, "expected").as_str()));
        let expected = server.get(response.header("location")).token(&token).send().await.ok();
        assert_eq!((&expected["content"], &expected["sha256"]), (&json!(EXPECTED), &Value::Null));
        let diff = server.get(&path(run, "diff")).token(&token).send().await.ok();
        assert_eq!(diff["expected"], diff["actual"]);
        assert_eq!([&diff["identical"], &diff["added"], &diff["hunks"], &diff["truncated"]], [&json!(true), &json!(0), &json!([]), &json!(false)]);
    }

    async fn an_accepted_variant_passes_and_still_has_a_diff(test) {
        let spec = OutputSpec { variants: &["variant"], ..OutputSpec::SRT };
        let output = test.regression_test(TestSpec { outputs: &[], ..TestSpec::default() }).await.0;
        let output = test.output(output, spec).await;
        let run = test.run(RunSpec::default()).await;
        test.result(run, 1, Some(0), Some(0)).await;
        test.file(run, 1, output, Some("variant")).await;
        put(&test, "expected", "a\n").await;
        put(&test, "variant", "a\r\n").await;
        let server = Server::new(test);
        let token = server.reader().await;
        let diff = server.get(&path(run, "diff")).token(&token).send().await.ok();
        assert_eq!([&diff["status"], &diff["identical"], &diff["added"], &diff["removed"]], [&json!("pass"), &json!(false), &json!(1), &json!(1)]);
        let endings = |side: &str| diff[side]["line_endings"].clone();
        assert_eq!((endings("expected"), endings("actual")), (json!("lf"), json!("crlf")));
    }

    async fn missing_outputs_are_404_and_name_the_missing_resource(test) {
        let run = run_with(&test, Some("other")).await;
        let (missing, outputs) = test.regression_test(TestSpec { sample: Some("other.ts"), ..TestSpec::default() }).await;
        test.result(run, missing, Some(1), Some(0)).await;
        let server = Server::new(test);
        let token = server.reader().await;
        let details = async |path: &str| {
            let body = server.get(&format!("/api/v1/runs/{run}/samples/{path}")).token(&token).send().await.failure(404, "not_found");
            (body["message"].clone(), body["details"].clone())
        };
        let not_found = |name: &str, resource: &str, id: i32| (json!(format!("{name} {id} not found.")), json!({"resource": resource, "id": id}));
        for file in ["expected", "actual", "diff", "expected/raw", "actual/raw", "diff/raw"] {
            assert_eq!(details(&format!("1/regression-tests/99/outputs/1/{file}")).await, not_found("Regression test", "regression_test", 99));
            assert_eq!(details(&format!("2/regression-tests/1/outputs/1/{file}")).await, not_found("Sample", "sample", 2));
            assert_eq!(details(&format!("1/regression-tests/1/outputs/{}/{file}", outputs[0])).await, not_found("Output", "output", outputs[0]));
        }
        for (file, side) in
            [("expected", "expected"), ("actual", "actual"), ("diff", "expected"), ("expected/raw", "expected"), ("actual/raw", "actual"), ("diff/raw", "expected")]
        {
            let gone = json!({"resource": "file", "output_id": 1, "side": side, "checked": ["local", "gcs"]});
            assert_eq!(details(&format!("1/regression-tests/1/outputs/1/{file}")).await.1, gone, "{file}");
        }
        for file in ["actual", "diff", "actual/raw", "diff/raw"] {
            let (message, nothing) = details(&format!("2/regression-tests/{missing}/outputs/{}/{file}", outputs[0])).await;
            assert_eq!(message, format!("The test did not produce output {}: there is no file.", outputs[0]));
            assert_eq!(nothing, json!({"resource": "file", "output_id": outputs[0], "side": "actual", "output_status": "missing_output"}));
        }
        put(&server.test, "expected", "what should have been").await;
        let expected = server.get(&format!("/api/v1/runs/{run}/samples/2/regression-tests/{missing}/outputs/{}/expected", outputs[0]));
        assert_eq!(expected.token(&token).send().await.ok()["content"], "what should have been");
        let invalid = server.get("/api/v1/runs/0/samples/x/regression-tests/-1/outputs/2147483648/diff").token(&token).send().await;
        let fields = invalid.failure(400, "validation_error")["details"]["fields"].as_object().map(|fields| fields.keys().cloned().collect::<Vec<_>>());
        assert_eq!(fields, Some(["output_id", "regression_id", "run_id", "sample_id"].map(str::to_owned).to_vec()));
    }

    async fn outputs_require_results_read(test) {
        let run = run_with(&test, None).await;
        let server = Server::new(test);
        let token = server.token("tester", &[Scope::RunsRead]).await;
        for file in ["expected", "actual", "diff", "expected/raw", "actual/raw", "diff/raw"] {
            let refused = server.get(&path(run, file)).token(&token).send().await.failure(403, "forbidden");
            assert_eq!(refused["details"]["required_scope"], "results:read");
        }
    }

    async fn captions_are_aligned_by_time_and_text(test) {
        let cue = |number: u32, start: u32, text: &str| format!("{number}\n00:00:{start:02},000 --> 00:00:{:02},500\n{text}\n\n", start + 1);
        let expected = [cue(1, 1, "Good evening."), cue(2, 3, "Here is the news."), cue(3, 5, "A bridge has reopened."), cue(4, 7, "And the weather.")].concat();
        let actual = [cue(1, 1, "Good evening."), cue(2, 5, "A bridge has closed."), cue(3, 7, "And the weather.")].concat();
        let diff = diff(test, expected.into_bytes(), actual.into_bytes(), "?align=captions&context=1").await;
        insta::assert_json_snapshot!("caption_diff", diff);
    }

    async fn files_without_captions_are_compared_by_lines(test) {
        let diff = diff(test, b"one\n".to_vec(), b"two\n".to_vec(), "?align=captions").await;
        assert_eq!([&diff["alignment"], &diff["captions"], &diff["added"]], [&json!("lines"), &Value::Null, &json!(1)]);
    }

    async fn a_diff_is_paged(test) {
        let expected: String = (0..30).map(|line| format!("{line}\n")).collect();
        let actual: String = (0..30).map(|line| if line % 10 == 0 { format!("{line}!\n") } else { format!("{line}\n") }).collect();
        put(&test, "expected", expected).await;
        put(&test, "other", actual).await;
        let run = run_with(&test, Some("other")).await;
        let server = Server::new(test);
        let token = server.reader().await;
        let page = async |query: &str| server.get(&path(run, &format!("diff?context=1&{query}"))).token(&token).send().await.ok();
        let whole = page("").await;
        assert_eq!([&whole["hunk_line_count"], &whole["next_offset"], &whole["truncated"]], [&json!(11), &Value::Null, &json!(false)]);
        let lines = |diff: &Value| {
            let hunks = diff["hunks"].as_array().expect("hunks");
            hunks.iter().flat_map(|hunk| hunk["lines"].as_array().expect("lines").clone()).collect::<Vec<_>>()
        };
        let (mut offset, mut found) = (json!(0), Vec::new());
        while !offset.is_null() {
            let page = page(&format!("limit=4&offset={offset}")).await;
            assert_eq!([&page["hunk_line_count"], &page["added"]], [&json!(11), &json!(3)]);
            found.extend(lines(&page));
            offset = page["next_offset"].clone();
        }
        assert_eq!(found, lines(&whole));
    }

    async fn an_output_is_compared_with_that_of_the_baseline(test) {
        let (id, outputs) = test.regression_test(TestSpec { outputs: &[OutputSpec::SRT, OutputSpec { correct: "expected-2", ..OutputSpec::SRT }], ..TestSpec::default() }).await;
        let baseline = test.run(RunSpec::default()).await;
        test.complete(baseline).await;
        test.result(baseline, id, Some(0), Some(0)).await;
        test.file(baseline, id, outputs[0], Some("other")).await;
        test.file(baseline, id, outputs[1], None).await;
        let run = test.run(RunSpec::default()).await;
        test.complete(run).await;
        test.result(run, id, Some(0), Some(0)).await;
        test.file(run, id, outputs[0], Some("other")).await;
        let server = Server::new(test);
        let token = server.reader().await;
        let get = async |run: i32, output: i32| server.get(&format!("/api/v1/runs/{run}/samples/1/regression-tests/{id}/outputs/{output}")).token(&token).send().await.ok();
        let first = get(run, outputs[0]).await;
        let facts = ["status", "verdict", "reference_status", "is_same_as_reference", "differing_count", "differing_place"].map(|name| first[name].clone());
        assert_eq!(facts, [json!("fail"), json!("failing_differently"), json!("fail"), json!(true), json!(2), json!(1)]);
        assert_eq!([&first["reference"]["run_id"], &first["previous"], &first["next"]["output_id"]], [&json!(baseline), &Value::Null, &json!(outputs[1])]);
        let second = get(run, outputs[1]).await;
        let facts = ["status", "reference_status", "is_same_as_reference", "differing_place"].map(|name| second[name].clone());
        assert_eq!(facts, [json!("missing_output"), json!("pass"), json!(false), json!(2)]);
        let without_baseline = get(baseline, outputs[1]).await;
        assert_eq!([&without_baseline["reference"], &without_baseline["verdict"], &without_baseline["differing_place"], &without_baseline["is_accepted_variant"]], [&Value::Null, &Value::Null, &Value::Null, &json!(false)]);
        assert_eq!(without_baseline["previous"]["output_id"], json!(outputs[0]));
    }

    async fn raw_outputs_are_sent_unchanged(test) {
        put(&test, "expected", "caf\u{e9}\n").await;
        put(&test, "other", b"caf\xe9 au lait\r\n".to_vec()).await;
        let run = run_with(&test, Some("other")).await;
        test.sql("UPDATE regression_test_output SET expected_filename = 'a \"b\"/../\u{e9}'").await;
        let server = Server::new(test);
        let token = server.reader().await;
        let request = |file: &str| server.get(&path(run, file)).token(&token);
        let response = request("actual/raw").header("accept-encoding", "gzip, br").send().await;
        assert_eq!((response.status.as_u16(), &response.body[..]), (200, &b"caf\xe9 au lait\r\n"[..]));
        for (name, value) in [
            ("content-type", "application/x-subrip; charset=windows-1252"),
            ("content-length", "14"),
            ("content-encoding", ""),
            ("content-disposition", &format!("attachment; filename=\"run-{run}-test-1-actual-a__b__.._..srt\"")),
            ("accept-ranges", "bytes"),
            ("x-content-type-options", "nosniff"),
        ] {
            if name == "content-disposition" {
                let plain = response.header(name).trim_start_matches("attachment; filename=\"").trim_end_matches('"').to_owned();
                assert!(plain.starts_with(&format!("run-{run}-test-1-actual-a__b_")), "{plain}");
                assert!(plain.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte)), "{plain}");
                continue;
            }
            assert_eq!(response.header(name), value, "{name}");
        }
        let part = request("expected/raw").header("range", "bytes=0-2").send().await;
        assert_eq!((part.status.as_u16(), part.text(), part.header("content-range")), (206, "caf".to_owned(), "bytes 0-2/6"));
        assert_eq!(part.header("content-type"), "application/x-subrip; charset=utf-8");
        let known = request("expected/raw").header("if-none-match", part.header("etag")).send().await;
        assert_eq!(known.status.as_u16(), 304);
        let beyond = request("expected/raw").header("range", "bytes=99-").send().await;
        assert_eq!(beyond.failure(416, "range_not_satisfiable")["details"], json!({"size_bytes": 6}));
        let diff = request("diff/raw").send().await;
        assert_eq!((diff.status.as_u16(), diff.header("content-type")), (200, "text/x-diff; charset=utf-8"));
        assert!(diff.header("content-disposition").ends_with(".diff\""), "{}", diff.header("content-disposition"));
        assert!(diff.text().ends_with("@@ -1 +1 @@\n-caf\u{e9}\n+caf\u{e9} au lait\r\n"), "{}", diff.text());
    }

    async fn a_large_file_is_truncated(test) {
        // The first MiB ends inside a character and inside a line.
        let large = format!("{}{}", "é♪!\n".repeat(200_000), "end");
        put(&test, "expected", large.clone()).await;
        put(&test, "other", large.replacen("é♪!\n", "é♪?\n", 1)).await;
        let run = run_with(&test, Some("other")).await;
        let server = Server::new(test);
        let token = server.reader().await;
        let get = async |file: &str| server.get(&path(run, file)).token(&token).send().await.ok();
        let file = get("expected").await;
        let content = file["content"].as_str().expect("text");
        assert!(large.starts_with(content) && (1 << 20) - content.len() < 4, "{}", content.len());
        assert_eq!([&file["truncated"], &file["size_bytes"], &file["encoding"]], [&json!(true), &json!(large.len()), &json!("utf-8")]);
        let diff = get("diff").await;
        assert_eq!([&diff["added"], &diff["removed"], &diff["truncated"], &diff["expected"]["truncated"]], [&json!(1), &json!(1), &json!(true), &json!(true)]);
        assert_eq!(diff["expected"]["line_count"], json!((1 << 20) / "é♪!\n".len()));
    }
}

#[tokio::test]
async fn omitted_hunks_are_counted() {
    let test = TestPlatform::new(runlens_domain::testing::Backend::Sqlite).await;
    let expected: String = (0..20_000).map(|line| format!("{line}\n")).collect();
    let actual: String = (0..20_000)
        .map(|line| {
            if line % 10 == 0 {
                format!("{line}!\n")
            } else {
                format!("{line}\n")
            }
        })
        .collect();
    let diff = diff(test, expected.into_bytes(), actual.into_bytes(), "?context=1").await;
    assert_eq!(
        [&diff["added"], &diff["removed"], &diff["hunk_count"]],
        [&json!(2_000), &json!(2_000), &json!(2_000)]
    );
    let hunks = diff["hunks"].as_array().expect("hunks");
    let lines: usize = hunks
        .iter()
        .map(|hunk| hunk["lines"].as_array().map_or(0, Vec::len))
        .sum();
    assert_eq!(
        (lines, &diff["truncated"], &diff["actual"]["truncated"]),
        (5_000, &json!(true), &json!(false))
    );
}

#[tokio::test]
async fn binary_files_are_base64_and_have_no_hunks() {
    let test = TestPlatform::new(runlens_domain::testing::Backend::Sqlite).await;
    let diff = diff(test, b"\x89PNG\0".to_vec(), b"text\n".to_vec(), "").await;
    assert_eq!(
        [
            &diff["binary"],
            &diff["identical"],
            &diff["hunks"],
            &diff["added"]
        ],
        [&json!(true), &json!(false), &json!([]), &json!(0)]
    );
    assert_eq!(
        [&diff["expected"]["encoding"], &diff["actual"]["encoding"]],
        [&json!("base64"), &json!("utf-8")]
    );
    assert_eq!(
        diff["bytes"],
        json!({"first_difference": 0, "start": 0, "expected": "89504e4700", "actual": "746578740a"})
    );
}

#[tokio::test]
async fn files_that_differ_only_in_encoding_are_not_identical() {
    let test = TestPlatform::new(runlens_domain::testing::Backend::Sqlite).await;
    let diff = diff(
        test,
        b"caf\xe9\n".to_vec(),
        b"\xef\xbb\xbfcaf\xc3\xa9\n".to_vec(),
        "?format=unified",
    )
    .await;
    assert_eq!(
        [
            &diff["identical"],
            &diff["added"],
            &diff["unified"],
            &diff["hunks"]
        ],
        [&json!(false), &json!(0), &json!(""), &Value::Null]
    );
    assert_eq!(
        [&diff["expected"]["encoding"], &diff["actual"]["byte_order_mark"]],
        [&json!("windows-1252"), &json!(true)]
    );
    assert_eq!(diff["bytes"]["first_difference"], 0);
}

#[tokio::test]
async fn a_failing_store_is_503() {
    let test = TestPlatform::new(runlens_domain::testing::Backend::Sqlite).await;
    let run = run_with(&test, Some("other")).await;
    let directory = tempfile::tempdir().expect("a directory");
    // A file in place of the directory makes the store fail.
    std::fs::write(directory.path().join("TestResults"), "").expect("written");
    let server = Server::new(test.with_files(Files::none().with_local(directory.path())));
    let token = server.reader().await;
    for file in [
        "expected",
        "actual",
        "diff",
        "expected/raw",
        "actual/raw",
        "diff/raw",
    ] {
        server
            .get(&path(run, file))
            .token(&token)
            .send()
            .await
            .failure(503, "unavailable");
    }
}
