use proptest::prelude::*;

use super::{DeclaredQuery, Query as _};
use crate::{
    auth::TokenQuery,
    comparison::ComparisonQuery,
    infrastructure::InfrastructureErrorQuery,
    log::{LogFilter, LogOutlineQuery, LogQuery, LogSearchQuery},
    output::{DiffFileQuery, DiffQuery},
    page::PageQuery,
    recent::{PlatformResultsQuery, RecentResultsQuery},
    run::{ProgressQuery, RunQuery},
    sample::SampleQuery,
    search::SearchQuery,
    suite::{HistoryQuery, RegressionTestQuery, SampleHistoryQuery, SuiteSampleQuery},
    system::QueueQuery,
    test_error::{ErrorQuery, ErrorSummaryQuery},
};

fn round_trip<Q: DeclaredQuery + PartialEq>() {
    proptest!(|(query in Q::strategy())| {
        let address = query.to_query_string();
        prop_assert_eq!(Q::parse(address.trim_start_matches('?')), Ok(query), "{}", address);
    });
}

macro_rules! round_trips {
    ($($test:ident: $query:ty,)+) => {$(
        #[test]
        fn $test() {
            round_trip::<$query>();
        }
    )+};
}

round_trips! {
    comparison_query_round_trips: ComparisonQuery,
    diff_file_query_round_trips: DiffFileQuery,
    diff_query_round_trips: DiffQuery,
    error_query_round_trips: ErrorQuery,
    error_summary_query_round_trips: ErrorSummaryQuery,
    history_query_round_trips: HistoryQuery,
    infrastructure_error_query_round_trips: InfrastructureErrorQuery,
    log_filter_round_trips: LogFilter,
    log_outline_query_round_trips: LogOutlineQuery,
    log_query_round_trips: LogQuery,
    log_search_query_round_trips: LogSearchQuery,
    page_query_round_trips: PageQuery,
    platform_results_query_round_trips: PlatformResultsQuery,
    progress_query_round_trips: ProgressQuery,
    queue_query_round_trips: QueueQuery,
    recent_results_query_round_trips: RecentResultsQuery,
    regression_test_query_round_trips: RegressionTestQuery,
    run_query_round_trips: RunQuery,
    sample_history_query_round_trips: SampleHistoryQuery,
    sample_query_round_trips: SampleQuery,
    search_query_round_trips: SearchQuery,
    suite_sample_query_round_trips: SuiteSampleQuery,
    token_query_round_trips: TokenQuery,
}

/// Every kind of rule, with what it says about a value that is not allowed.
#[test]
fn errors_name_each_parameter_and_what_is_allowed() {
    let query = "status=blue&commit=abc&commit_sha=12&repository=x&pull_request=0&q=&reference=1&created_after=now&include=all&limit=0";
    let body = RunQuery::parse(query).expect_err("ten errors");
    assert_eq!(
        serde_json::to_value(&body.details["fields"]).expect("JSON"),
        serde_json::json!({
            "status": "must be one of pass, fail, error, canceled, running, queued, incomplete",
            "commit": "must be 4 to 40 hexadecimal digits",
            "commit_sha": "must be 40 hexadecimal digits",
            "repository": "must be owner/name",
            "pull_request": "must be a whole number from 1 to 2147483647",
            "q": "must have 1 to 100 characters",
            "reference": "must be true or false",
            "created_after": "must be a time such as 2026-06-27T12:42:03Z",
            "include": "must be one of summary, verdict, or some of them separated by commas",
            "limit": "must be a whole number from 1 to 100",
        })
    );
    let missing = SearchQuery::parse("").expect_err("a required parameter");
    assert_eq!(missing.message, "`q` must be given.");
}

#[test]
fn filters_come_before_the_page_in_a_link() {
    let query = ErrorQuery {
        page: PageQuery {
            limit: 10,
            offset: 20,
        },
        regression_test_id: Some(7),
        new: Some(false),
        ..ErrorQuery::default()
    };
    assert_eq!(
        query.to_query_string(),
        "?regression_id=7&new=false&limit=10&offset=20"
    );
    assert_eq!(ErrorQuery::default().to_query_string(), "");
}
