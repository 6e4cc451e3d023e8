//! Search results on every database.

use runlens_api_types::{
    auth::Scope,
    search::{SearchKind, SearchQuery},
};

use crate::{
    Caller, Error, each_backend,
    testing::{RunSpec, TestPlatform, TestSpec},
};

async fn found(test: &TestPlatform, text: &str) -> Vec<(SearchKind, String, String)> {
    let query = SearchQuery { q: text.to_owned() };
    let search = test
        .platform
        .search
        .find(&test.platform.visitor(), &query)
        .await
        .expect("a search");
    let results = search.groups.into_iter().flat_map(|group| {
        assert!(!group.results.is_empty());
        let kind = group.kind;
        group
            .results
            .into_iter()
            .map(move |result| (kind, result.title, result.path))
    });
    results.collect()
}

fn kinds_and_paths(found: &[(SearchKind, String, String)]) -> Vec<(SearchKind, &str)> {
    found
        .iter()
        .map(|(kind, _, path)| (*kind, path.as_str()))
        .collect()
}

each_backend! {
    async fn a_text_finds_matches_of_every_interpretation(test) {
        use SearchKind::{Branch, Commit, PullRequest, RegressionTest, Run, Sample};
        let first = test.run(RunSpec { pr_nr: 1, test_type: "pr", branch: "fix-teletext", commit: "abcd1".to_owned() + &"0".repeat(35), ..RunSpec::default() }).await;
        let second = test.run(RunSpec { pr_nr: 12, test_type: "pr", branch: "teletext_2", commit: "ABCD2".to_owned() + &"0".repeat(35), ..RunSpec::default() }).await;
        test.run(RunSpec { pr_nr: 2, test_type: "pr", branch: "fix_it", ..RunSpec::default() }).await;
        let regression_test = test.regression_test(TestSpec { command: "-teletext -out=srt", sample: Some("dvb_teletext.ts"), ..TestSpec::default() }).await.0;
        test.sql(&format!("UPDATE sample SET sha = 'abcd3f' WHERE id = (SELECT sample_id FROM regression_test WHERE id = {regression_test})")).await;
        assert_eq!((first, regression_test), (1, 1));

        assert_eq!(kinds_and_paths(&found(&test, "1").await), [
            (Run, "/runs/1"),
            (PullRequest, "/pulls/1"),
            (PullRequest, "/pulls/12"),
            (RegressionTest, "/regression-tests/1"),
            (Sample, "/samples/1"),
        ]);
        assert_eq!(kinds_and_paths(&found(&test, "#12").await), [(PullRequest, "/pulls/12")]);
        assert_eq!(kinds_and_paths(&found(&test, "pr 1").await), [(PullRequest, "/pulls/1"), (PullRequest, "/pulls/12")]);
        assert_eq!(kinds_and_paths(&found(&test, "run 2").await), [(Run, "/runs/2")]);
        assert_eq!(second, 2);
        let upper = format!("/commits/ABCD2{}", "0".repeat(35));
        let lower = format!("/commits/abcd1{}", "0".repeat(35));
        assert_eq!(kinds_and_paths(&found(&test, "AbCd").await), [(Commit, upper.as_str()), (Commit, lower.as_str()), (Sample, "/samples/1")]);
        assert_eq!(kinds_and_paths(&found(&test, "abcd3").await), [(Sample, "/samples/1")]);
        assert_eq!(kinds_and_paths(&found(&test, "TELETEXT").await), [
            (Branch, "/runs?branch=teletext_2"),
            (Branch, "/runs?branch=fix-teletext"),
            (RegressionTest, "/regression-tests/1"),
            (Sample, "/samples/1"),
        ]);
        assert_eq!(kinds_and_paths(&found(&test, "srt tele").await), [(RegressionTest, "/regression-tests/1")]);
        assert_eq!(kinds_and_paths(&found(&test, "x_i").await), [(Branch, "/runs?branch=fix_it")]);
        for unmatched in ["nowhere", "x-i", "%", "'", "  ", "#", "run 9", "2147483647", "99999999999"] {
            assert_eq!(found(&test, unmatched).await, [], "{unmatched:?}");
        }
    }

    async fn at_most_four_results_per_kind_are_returned(test) {
        for number in 0..6 {
            test.run(RunSpec { branch: ["a1", "a2", "a3", "a4", "a5", "a6"][number], ..RunSpec::default() }).await;
        }
        let query = SearchQuery { q: "a".to_owned() };
        let search = test.platform.search.find(&test.platform.visitor(), &query).await.expect("a search");
        assert_eq!((search.groups[0].results.len(), search.groups[0].has_more), (4, true));
        let query = SearchQuery { q: "a1".to_owned() };
        assert!(!test.platform.search.find(&test.platform.visitor(), &query).await.expect("a search").groups[0].has_more);
    }

    async fn search_requires_a_scope_and_takes_a_fixed_number_of_queries(test) {
        let run = test.run(RunSpec::default()).await;
        let without_scope = Caller::visitor([Scope::SystemRead]);
        let query = SearchQuery { q: run.to_string() };
        assert!(matches!(test.platform.search.find(&without_scope, &query).await, Err(Error::MissingScope(Scope::RunsRead))));
        let visitor = test.platform.visitor();
        test.take_queries();
        test.platform.search.find(&visitor, &SearchQuery { q: "dead".to_owned() }).await.expect("a search");
        let queries = test.take_queries();
        assert_eq!(queries.len(), 4, "{queries:#?}");
        assert!(queries.iter().all(|query| !query.contains("test_result")), "{queries:#?}");
    }
}
