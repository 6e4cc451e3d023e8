//! Addresses of comparisons of two runs.

use runlens_api_types::{
    Query,
    comparison::{ComparisonQuery, Verdict},
    params::Params,
};

/// What the page of a comparison shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CompareView {
    /// Only tests with this verdict.
    pub verdict: Option<Verdict>,
    /// Tests before the first one shown.
    pub offset: u32,
}

impl Query for CompareView {
    fn read(params: &mut Params) -> Self {
        let ComparisonQuery { page, verdict, .. } = ComparisonQuery::read(params);
        Self {
            verdict,
            offset: page.offset,
        }
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        self.question(None).write(out);
    }
}

impl CompareView {
    /// The question that the page asks of a run.
    pub fn question(&self, against: Option<i32>) -> ComparisonQuery {
        let mut query = ComparisonQuery {
            against,
            verdict: self.verdict,
            ..ComparisonQuery::default()
        };
        query.page.offset = self.offset;
        query
    }

    /// Address of the comparison of a run with another.
    pub fn address(&self, run: i32, other: i32) -> String {
        format!("/runs/{run}/compare/{other}{}", self.to_query_string())
    }
}

/// Address of the comparison of a run with another.
pub fn compare(run: i32, other: i32) -> String {
    CompareView::default().address(run, other)
}

/// What the form asks for that chooses a run to compare with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChosenRun(pub Option<i32>);

impl Query for ChosenRun {
    fn read(params: &mut Params) -> Self {
        Self(params.id("with"))
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        out.extend(self.0.map(|run| ("with", run.to_string())));
    }
}

/// Address of the page that asks what to compare a run with; with a number it leads to that comparison.
pub fn choose(run: i32) -> String {
    format!("/runs/{run}/compare")
}

#[cfg(test)]
mod tests {
    use runlens_api_types::comparison::Verdict;

    use super::{super::read, ChosenRun, CompareView, compare};

    #[test]
    fn a_view_of_a_comparison_survives_the_way_through_its_address() {
        let view = CompareView {
            verdict: Some(Verdict::FixedHere),
            offset: 50,
        };
        assert_eq!(
            view.address(7, 5),
            "/runs/7/compare/5?verdict=fixed_here&offset=50"
        );
        assert_eq!(read::<CompareView>("?verdict=fixed_here&offset=50"), Ok(view));
        assert_eq!(compare(7, 5), "/runs/7/compare/5");
        assert_eq!(read::<ChosenRun>("?with=5"), Ok(ChosenRun(Some(5))));
        assert!(read::<ChosenRun>("?with=five").is_err());
    }
}
