//! Two runs side by side.

use futures::join;
use runlens_api_types::{
    ErrorBody,
    comparison::Comparison,
    run::{Run, RunSummary},
};

use super::{RunSource, Source};
use crate::url::compare::CompareView;

/// Everything that the page of a comparison shows.
#[derive(Clone, Debug, PartialEq)]
pub struct ComparePage {
    /// The run that is looked at.
    pub here: Side,
    /// The run that it is set beside.
    pub there: Side,
    /// Their tests.
    pub comparison: Comparison,
}

/// One of the two runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// The run.
    pub run: Run,
    /// Counts of its results.
    pub summary: RunSummary,
}

/// Everything that the page of a comparison shows.
///
/// # Errors
/// The domain's: that one of the runs does not exist, or may not be compared.
pub async fn compare_page(id: i32, other: i32, view: CompareView) -> Result<ComparePage, ErrorBody> {
    let source = Source::new()?;
    let (here, there) = (source.open(id).await?, source.open(other).await?);
    let question = view.question(Some(other));
    let (comparison, here, there) = join!(here.comparison(&question), side(&here), side(&there));
    Ok(ComparePage {
        here: here?,
        there: there?,
        comparison: comparison?,
    })
}

/// The run that is to be compared with another.
///
/// # Errors
/// The domain's: that the run does not exist, or may not be read.
pub async fn run_to_compare(id: i32) -> Result<Run, ErrorBody> {
    Source::new()?.open(id).await?.run().await
}

async fn side(open: &RunSource) -> Result<Side, ErrorBody> {
    let (run, summary) = join!(open.run(), open.summary());
    Ok(Side {
        run: run?,
        summary: summary?,
    })
}
