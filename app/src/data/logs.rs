//! The log of a run.

use futures::join;
use runlens_contract::{
    ErrorBody,
    log::{LogPage, LogQuery},
    run::Run,
};
use serde::{Deserialize, Serialize};

use super::Source;

/// Everything that the page of a log shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogView {
    /// The run.
    pub run: Run,
    /// Lines of its log; none where there is no log, or it may not be read.
    pub lines: Result<LogPage, ErrorBody>,
}

/// A page of a run's log.
///
/// # Errors
/// The domain's: that the run does not exist, or may not be read.
pub async fn log_view(id: i32, query: LogQuery) -> Result<LogView, ErrorBody> {
    let open = Source::new()?.open(id).await?;
    let (run, lines) = join!(open.run(), open.logs(&query));
    Ok(LogView { run: run?, lines })
}
