//! Addresses of the suite's pages and of the queue, and the state of their views.

use runlens_api_types::{
    Query, TextEnum,
    params::Params,
    recent::RunChoice,
    suite::{HistoryQuery, RegressionTestQuery, SampleHistoryQuery, SuiteSampleQuery},
    system::QueueQuery,
};

use super::RunView;

/// Address of a list of samples.
pub fn samples(query: &SuiteSampleQuery) -> String {
    format!("/samples{}", query.to_query_string())
}

/// Address of a sample.
pub fn sample(id: i32) -> String {
    format!("/samples/{id}")
}

/// Address of a list of regression tests.
pub fn regression_tests(query: &RegressionTestQuery) -> String {
    format!("/regression-tests{}", query.to_query_string())
}

/// Address of the regression tests of a category.
pub fn category(name: &str) -> String {
    regression_tests(&RegressionTestQuery {
        category: Some(name.to_owned()),
        ..RegressionTestQuery::default()
    })
}

/// Address of a regression test.
pub fn regression_test(id: i32) -> String {
    format!("/regression-tests/{id}")
}

/// Address of the queue.
pub fn queue(query: &QueueQuery) -> String {
    format!("/queue{}", query.to_query_string())
}

/// Address of a run, at one of its tests.
pub fn run_at_test(run: i32, test: i32) -> String {
    RunView::default()
        .test(test)
        .address(run, &format!("test-{test}"))
}

fn read_choice(params: &mut Params) -> RunChoice {
    params.parse_enum("runs").unwrap_or(RunChoice::Master)
}

fn write_choice(runs: RunChoice, out: &mut Vec<(&'static str, String)>) {
    if runs != RunChoice::Master {
        out.push(("runs", runs.as_str().to_owned()));
    }
}

/// What the page of a regression test shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestView {
    /// Which runs its strips are of.
    pub runs: RunChoice,
    /// Which results its history lists.
    pub history: HistoryQuery,
}

impl Query for TestView {
    fn read(params: &mut Params) -> Self {
        Self {
            runs: read_choice(params),
            history: HistoryQuery::read(params),
        }
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        write_choice(self.runs, out);
        self.history.write(out);
    }
}

/// What the page of a sample shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleView {
    /// Which runs its strips are of.
    pub runs: RunChoice,
    /// Which results its history lists.
    pub history: SampleHistoryQuery,
}

impl Query for SampleView {
    fn read(params: &mut Params) -> Self {
        Self {
            runs: read_choice(params),
            history: SampleHistoryQuery::read(params),
        }
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        write_choice(self.runs, out);
        self.history.write(out);
    }
}

impl TestView {
    /// The page of a test, in this view, at a part of it.
    pub fn address(&self, test: i32, part: &str) -> String {
        format!("/regression-tests/{test}{}#{part}", self.to_query_string())
    }

    /// With strips of other runs.
    pub fn with_runs(&self, runs: RunChoice) -> Self {
        Self { runs, ..self.clone() }
    }

    /// With another part of its history.
    pub fn at(&self, offset: u32) -> Self {
        let mut view = self.clone();
        view.history.page.offset = offset;
        view
    }
}

impl SampleView {
    /// The page of a sample, in this view, at a part of it.
    pub fn address(&self, sample: i32, part: &str) -> String {
        format!("/samples/{sample}{}#{part}", self.to_query_string())
    }

    /// With strips of other runs.
    pub fn with_runs(&self, runs: RunChoice) -> Self {
        Self { runs, ..self.clone() }
    }

    /// With another part of its history.
    pub fn at(&self, offset: u32) -> Self {
        let mut view = self.clone();
        view.history.history.page.offset = offset;
        view
    }
}

#[cfg(test)]
mod tests {
    use runlens_api_types::{Query, recent::RunChoice};

    use super::{SampleView, TestView, category, run_at_test};
    use crate::url::read;

    #[test]
    fn a_view_of_a_history_survives_the_way_through_its_address() {
        let view = read::<SampleView>(
            "?runs=all&regression_test_id=7&status=fail&platform=windows&branch=master&offset=50",
        )
        .expect("a view");
        assert_eq!(read::<SampleView>(&view.to_query_string()), Ok(view.clone()));
        assert_eq!(view.runs, RunChoice::All);
        let plain = read::<TestView>("?runs=master&status=&offset=").expect("a view");
        assert_eq!(plain.address(7, "history"), "/regression-tests/7#history");
        assert_eq!(
            plain
                .with_runs(RunChoice::PullRequests)
                .at(100)
                .address(7, "history"),
            "/regression-tests/7?runs=pull_requests&offset=100#history"
        );
        assert!(read::<TestView>("?runs=some").is_err());
    }

    #[test]
    fn a_link_leads_to_the_test_in_its_run() {
        assert_eq!(run_at_test(9346, 151), "/runs/9346?test=151#test-151");
        assert_eq!(
            category("DVB & more"),
            "/regression-tests?category=DVB%20%26%20more"
        );
    }
}
