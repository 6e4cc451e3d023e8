//! The scope of each operation, declared once: the use case checks it and the OpenAPI document publishes it.
//!
//! Constants are named after the `operationId`. To add an operation, add a line here, check the constant first thing in the
//! use case and name it in the handler's `extensions(("x-required-scope" = json!(access::…)))`.

use runlens_api_types::auth::Scope;

macro_rules! operations {
    ($($name:ident = $scope:ident;)+) => {
        $(pub const $name: Scope = Scope::$scope;)+

        /// Every operation that needs a scope, as the name of its constant and the scope.
        pub const OPERATIONS: &[(&str, Scope)] = &[$((stringify!($name), $name)),+];
    };
}

operations! {
    LIST_RUNS = RunsRead;
    GET_RUN = RunsRead;
    GET_RUN_SUMMARY = RunsRead;
    LIST_RUN_PROGRESS = RunsRead;
    LIST_RUN_CATEGORIES = RunsRead;
    GET_RUN_CONFIG = RunsRead;
    LIST_RUN_SAMPLES = RunsRead;
    GET_RUN_SAMPLE = RunsRead;
    GET_RUN_RECENT_RESULTS = RunsRead;
    STREAM_RUN_EVENTS = RunsRead;
    GET_PULL_REQUEST = RunsRead;
    GET_COMMIT = RunsRead;
    LIST_RUN_ERRORS = ResultsRead;
    GET_RUN_ERROR_SUMMARY = ResultsRead;
    COMPARE_RUNS = ResultsRead;
    LIST_RUNS_WITH_SAME_FAILURES = ResultsRead;
    GET_RUN_REPORT = ResultsRead;
    LIST_RUN_INFRASTRUCTURE_ERRORS = SystemRead;
    LIST_RUN_LOGS = SystemRead;
    GET_RUN_LOG_OUTLINE = SystemRead;
    SEARCH_RUN_LOG = SystemRead;
    GET_RAW_RUN_LOG = SystemRead;
    LIST_RUN_ARTIFACTS = ResultsRead;
    GET_OUTPUT = ResultsRead;
    GET_EXPECTED_OUTPUT = ResultsRead;
    GET_ACTUAL_OUTPUT = ResultsRead;
    GET_OUTPUT_DIFF = ResultsRead;
    GET_RAW_EXPECTED_OUTPUT = ResultsRead;
    GET_RAW_ACTUAL_OUTPUT = ResultsRead;
    GET_RAW_OUTPUT_DIFF = ResultsRead;
    LIST_SAMPLES = RunsRead;
    GET_SAMPLE = RunsRead;
    LIST_SAMPLE_HISTORY = RunsRead;
    LIST_REGRESSION_TESTS = RunsRead;
    GET_REGRESSION_TEST = RunsRead;
    GET_REGRESSION_TEST_HEALTH = RunsRead;
    LIST_REGRESSION_TEST_HISTORY = RunsRead;
    GET_RECENT_RESULTS = RunsRead;
    LIST_CATEGORIES = RunsRead;
    SEARCH = RunsRead;
    LIST_QUEUE = SystemRead;
    LIST_TOKENS = TokensManage;
}

/// Also needed for anything that compares a run with its baseline, in operations that answer without it in part.
pub const READ_VERDICTS: Scope = Scope::ResultsRead;

/// Also needed to learn the size of a run's log from its events.
pub const READ_LOG_SIZE: Scope = Scope::SystemRead;
