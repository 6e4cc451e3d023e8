//! Tests of the suite's lists, and of histories against the runs in them.

use runlens_api_types::{
    Page, TextEnum,
    auth::Scope,
    page::PageQuery,
    run::RunPlatform,
    sample::ResultStatus,
    suite::{HistoryEntry, HistoryQuery, RegressionTestQuery, SampleHistoryQuery, SuiteSampleQuery},
};

use crate::{
    each_backend,
    testing::{OutputSpec, RunSpec, TestPlatform, TestSpec},
};

const OUTPUTS: &[OutputSpec] = &[
    OutputSpec {
        correct: "correct",
        variants: &["variant"],
        ..OutputSpec::SRT
    },
    OutputSpec {
        correct: "correct",
        ignore: true,
        ..OutputSpec::SRT
    },
];

/// States of an output: no row, identical, or a differing hash. The last three equal an accepted hash only if
/// a collation ignores case and trailing spaces.
const FILES: [Option<Option<&str>>; 8] = [
    None,
    Some(None),
    Some(Some("other")),
    Some(Some("variant")),
    Some(Some("correct")),
    Some(Some("EXPECTED")),
    Some(Some("Variant ")),
    Some(Some("CORRECT")),
];

/// Creates a test for each state of a file, all with the same sample, and two runs for each pair of exit
/// codes: without and with a difference in an ignored output. Returns the 10 runs and the 8 tests.
async fn create_every_result(test: &TestPlatform) -> (Vec<i32>, Vec<i32>) {
    let codes = [
        (Some(0), Some(0)),
        (Some(1), Some(0)),
        (None, None),
        (None, Some(0)),
        (Some(0), None),
    ];
    let mut tests = Vec::new();
    for _ in FILES {
        tests.push(
            test.regression_test(TestSpec {
                outputs: OUTPUTS,
                ..TestSpec::default()
            })
            .await,
        );
    }
    let other = test
        .regression_test(TestSpec {
            sample: Some("other.ts"),
            ..TestSpec::default()
        })
        .await;
    let mut runs = Vec::new();
    for (ignored_differs, (exit_code, expected_rc)) in [false, true]
        .into_iter()
        .flat_map(|differs| codes.map(|codes| (differs, codes)))
    {
        let run = match runs.len() % 3 {
            0 => RunSpec::default(),
            1 => RunSpec {
                platform: "windows",
                test_type: "pr",
                pr_nr: 1547,
                branch: "fix",
                ..RunSpec::default()
            },
            _ => RunSpec {
                platform: "bsd",
                github: None,
                branch: "",
                ..RunSpec::default()
            },
        };
        let run = test.run(run).await;
        if runs.len() % 2 == 0 {
            test.complete(run).await;
        }
        test.pass(run, &other).await;
        for ((id, outputs), file) in tests.iter().zip(FILES) {
            test.result(run, *id, exit_code, expected_rc).await;
            if let Some(got) = file {
                test.file(run, *id, outputs[0], got).await;
            }
            if ignored_differs {
                test.file(run, *id, outputs[1], Some("other")).await;
            }
        }
        runs.push(run);
    }
    (runs, tests.into_iter().map(|(id, _)| id).collect())
}

async fn history(
    test: &TestPlatform,
    history: HistoryQuery,
    regression_test_id: Option<i32>,
) -> Page<HistoryEntry> {
    let query = SampleHistoryQuery {
        history,
        regression_test_id,
    };
    test.platform
        .suite
        .sample_history(&test.platform.visitor(), 1, &query)
        .await
        .expect("a history")
}

const UNFILTERED: HistoryQuery = HistoryQuery {
    page: PageQuery::FIRST_MAX,
    status: None,
    platform: None,
    branch: None,
};

/// Reads a list in pages of several sizes and checks that every item comes once, in the order of the whole
/// list.
async fn assert_pages<T: PartialEq + std::fmt::Debug>(list: impl AsyncFn(PageQuery) -> Page<T>) {
    let whole = list(PageQuery::FIRST_MAX).await;
    assert_eq!(whole.data.len() as u64, whole.pagination.total);
    assert!(whole.data.len() > 4, "{whole:?}");
    for limit in [1, 3, 7] {
        let mut read = Vec::new();
        let mut next = Some(0);
        while let Some(offset) = next {
            let page = list(PageQuery { limit, offset }).await;
            assert_eq!(page.pagination.total, whole.pagination.total);
            assert!(page.data.len() <= limit as usize);
            read.extend(page.data);
            next = page.pagination.next_offset;
        }
        assert_eq!(read, whole.data, "in pages of {limit}");
    }
    let past_end = list(PageQuery {
        limit: 7,
        offset: 1000,
    })
    .await;
    assert_eq!(
        (past_end.data.len(), past_end.pagination.total),
        (0, whole.pagination.total)
    );
}

each_backend! {
    async fn a_history_agrees_with_its_runs(test) {
        let (runs, tests) = create_every_result(&test).await;
        let whole = history(&test, UNFILTERED, None).await;
        assert_eq!(whole.pagination.total, (runs.len() * tests.len()) as u64);
        let visitor = test.platform.visitor();
        let mut entries = whole.data.iter();
        for run in runs.iter().rev() {
            let loaded = test.platform.runs.load(&visitor, Scope::RunsRead, *run).await.expect("a run");
            let run_response = loaded.run().await.expect("run");
            for regression_test in &tests {
                let result = loaded.test_result(*regression_test).await.expect("a result");
                let expected = HistoryEntry {
                    run_id: *run,
                    regression_test_id: *regression_test,
                    platform: run_response.platform,
                    test_type: run_response.test_type,
                    revision: run_response.revision.clone(),
                    created_at: run_response.created_at,
                    status: result.status,
                    runtime_ms: result.runtime_ms,
                    exit_code: result.exit_code,
                    expected_rc: result.expected_rc,
                };
                assert_eq!(entries.next(), Some(&expected), "newest run first, then by test: {result:?}");
            }
        }
        assert_eq!(entries.next(), None);
    }

    async fn history_filters_find_exactly_the_matching_results(test) {
        let (runs, tests) = create_every_result(&test).await;
        let whole = history(&test, UNFILTERED, None).await.data;
        let found = async |query: HistoryQuery, regression_test: Option<i32>, expected: &dyn Fn(&HistoryEntry) -> bool| {
            let page = history(&test, query.clone(), regression_test).await;
            let expected: Vec<_> = whole.iter().filter(|entry| expected(entry)).cloned().collect();
            assert_eq!(page.pagination.total, expected.len() as u64, "{query:?} {regression_test:?}");
            assert_eq!(page.data, expected, "{query:?} {regression_test:?}");
            expected.len()
        };
        for status in ResultStatus::ALL {
            let count = found(HistoryQuery { status: Some(*status), ..UNFILTERED }, None, &|entry| entry.status == *status).await;
            assert_eq!(count == 0, *status == ResultStatus::NotStarted, "{status}");
        }
        let windows = HistoryQuery { platform: Some(RunPlatform::Windows), ..UNFILTERED };
        assert_eq!(found(windows.clone(), None, &|entry| entry.platform.as_str() == "windows").await, 3 * tests.len());
        let master = HistoryQuery { branch: Some("master".to_owned()), ..UNFILTERED };
        assert_eq!(found(master, None, &|entry| entry.revision.branch.as_deref() == Some("master")).await, 4 * tests.len());
        assert_eq!(found(UNFILTERED, Some(tests[2]), &|entry| entry.regression_test_id == tests[2]).await, runs.len());
        let failing = HistoryQuery { status: Some(ResultStatus::Fail), ..windows };
        found(failing, Some(tests[2]), &|entry| {
            entry.platform.as_str() == "windows" && entry.status == ResultStatus::Fail && entry.regression_test_id == tests[2]
        }).await;
        assert_eq!(found(UNFILTERED, Some(9999), &|_| false).await, 0);
        let visitor = test.platform.visitor();
        let one = test.platform.suite.regression_test_history(&visitor, tests[2], &UNFILTERED).await.expect("a history");
        assert_eq!(one, history(&test, UNFILTERED, Some(tests[2])).await);
    }

    async fn suite_lists_are_the_same_at_any_page_size(test) {
        create_every_result(&test).await;
        let names: [&[&str]; 5] = [&["DVB"], &["dvd", "XDS"], &["CEA-708"], &["Teletext"], &["x"]];
        for (sample, categories) in ["a.ts", "b.ts", "c.ts", "d.ts", "e.ts"].into_iter().zip(names) {
            test.regression_test(TestSpec { sample: Some(sample), categories, ..TestSpec::default() }).await;
        }
        let (platform, visitor) = (&test.platform, test.platform.visitor());
        assert_pages(async |page| platform.suite.samples(&visitor, &SuiteSampleQuery { page, ..Default::default() }).await.expect("samples")).await;
        assert_pages(async |page| platform.suite.regression_tests(&visitor, &RegressionTestQuery { page, ..Default::default() }).await.expect("tests")).await;
        assert_pages(async |page| platform.suite.categories(&visitor, page).await.expect("categories")).await;
        assert_pages(async |page| history(&test, HistoryQuery { page, ..UNFILTERED }, None).await).await;
        assert_pages(async |page| history(&test, HistoryQuery { page, status: Some(ResultStatus::Fail), ..UNFILTERED }, None).await).await;
    }

    async fn lists_take_a_fixed_number_of_queries(test) {
        let visitor = test.platform.visitor();
        let mut counts = Vec::new();
        for size in [1, 20] {
            for _ in 0..size {
                let regression_test = test.regression_test(TestSpec { categories: &["General"], outputs: OUTPUTS, ..TestSpec::default() }).await;
                let run = test.run(RunSpec::default()).await;
                test.complete(run).await;
                test.pass(run, &regression_test).await;
            }
            test.take_queries();
            let mut taken = Vec::new();
            test.platform.suite.samples(&visitor, &SuiteSampleQuery::default()).await.expect("samples");
            taken.push(test.take_queries().len());
            test.platform.suite.regression_tests(&visitor, &RegressionTestQuery::default()).await.expect("tests");
            taken.push(test.take_queries().len());
            test.platform.suite.categories(&visitor, PageQuery::default()).await.expect("categories");
            taken.push(test.take_queries().len());
            history(&test, UNFILTERED, None).await;
            taken.push(test.take_queries().len());
            counts.push(taken);
        }
        assert_eq!(counts, [[3, 5, 2, 2], [3, 5, 2, 2]]);
    }

    async fn a_category_counts_its_tests(test) {
        for categories in [&["DVB", "Teletext"][..], &["DVB"], &[], &["Uncategorized"]] {
            test.regression_test(TestSpec { categories, ..TestSpec::default() }).await;
        }
        test.regression_test(TestSpec { categories: &["DVB"], active: false, ..TestSpec::default() }).await;
        test.sql("INSERT INTO regression_test_category (regression_id, category_id) VALUES (1, 1)").await;
        let visitor = test.platform.visitor();
        let tests_in = async |category: &str| {
            let query = RegressionTestQuery { category: Some(category.to_owned()), ..RegressionTestQuery::default() };
            let page = test.platform.suite.regression_tests(&visitor, &query).await.expect("tests");
            page.data.iter().map(|test| test.regression_test_id).collect::<Vec<_>>()
        };
        let categories = test.platform.suite.categories(&visitor, PageQuery::default()).await.expect("categories").data;
        let counts: Vec<_> = categories.iter().map(|category| (category.name.as_str(), category.regression_test_count)).collect();
        assert_eq!(counts, [("DVB", 3), ("Teletext", 1), ("Uncategorized", 1)]);
        assert_eq!(tests_in("DVB").await, [1, 2, 5]);
        assert_eq!(tests_in("teletext").await, [1]);
        assert_eq!(tests_in("uncategorized").await, [3, 4], "tests without a category and tests in a category of that name, as in the counts of a run");
        assert_eq!(tests_in("no such category").await, [0; 0]);
        let first = test.platform.suite.regression_test(&visitor, 1).await.expect("a test");
        assert_eq!(first.categories, ["DVB", "Teletext"]);
    }

    async fn lists_tolerate_dangling_references(test) {
        test.regression_test(TestSpec { sample: None, outputs: &[], ..TestSpec::default() }).await;
        let unchecked = if test.platform.store().is_embedded() { "" } else { "SET FOREIGN_KEY_CHECKS = 0;" };
        let checked = if test.platform.store().is_embedded() { "" } else { "; SET FOREIGN_KEY_CHECKS = 1" };
        for sql in [
            "INSERT INTO test_result (test_id, regression_test_id) VALUES (99, 1)",
            "INSERT INTO category (description) VALUES ('')",
            "INSERT INTO regression_test_category (regression_id, category_id) VALUES (1, 1)",
            "INSERT INTO regression_test_category (regression_id, category_id) VALUES (1, 98)",
            "INSERT INTO regression_test_output (regression_id, correct_extension) VALUES (1, '')",
            "INSERT INTO regression_test_output_files (regression_test_output_id) VALUES (1)",
            "INSERT INTO sample (extension, original_name) VALUES ('', '')",
            "INSERT INTO regression_test (sample_id, command) VALUES (97, '')",
        ] {
            test.sql(&format!("{unchecked} {sql}{checked}")).await;
        }
        let visitor = test.platform.visitor();
        let tests = test.platform.suite.regression_tests(&visitor, &RegressionTestQuery::default()).await.expect("tests").data;
        let summaries: Vec<_> = tests.iter().map(|test| (test.active, test.categories.len(), test.outputs.len(), test.sample_id)).collect();
        assert_eq!(summaries, [(true, 0, 1, None), (false, 0, 0, Some(97))]);
        assert_eq!((tests[0].outputs[0].filename.as_str(), tests[0].outputs[0].variants.len()), ("output", 0));
        assert_eq!(test.platform.suite.categories(&visitor, PageQuery::default()).await.expect("categories").pagination.total, 0);
        assert_eq!(test.platform.suite.samples(&visitor, &SuiteSampleQuery::default()).await.expect("samples").data[0].regression_test_ids, [0; 0]);
        let history = test.platform.suite.regression_test_history(&visitor, 1, &UNFILTERED).await.expect("a history");
        assert_eq!(history.data.iter().map(|entry| (entry.run_id, entry.status, entry.platform.as_str())).collect::<Vec<_>>(), [(99, ResultStatus::MissingOutput, "unknown")]);
    }
}
