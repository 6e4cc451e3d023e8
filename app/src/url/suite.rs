//! Addresses of the suite's pages.

use super::RunView;

/// Address of a sample.
pub fn sample(id: i32) -> String {
    format!("/samples/{id}")
}

/// Address of a regression test.
pub fn regression_test(id: i32) -> String {
    format!("/regression-tests/{id}")
}

/// Address of a run, at one of its tests.
pub fn run_at_test(run: i32, test: i32) -> String {
    RunView::default().test(test).address(run, &format!("test-{test}"))
}
