//! What a picture or a badge says of a run.

use runlens_api_types::{
    auth::Scope,
    comparison::{Comparison, ComparisonQuery},
    page::PageQuery,
    run::{ProgressQuery, ProgressStatus, Run, RunSummary},
    verdict::{Beside, RunVerdict, Stop, verdict},
};
use runlens_domain::{Caller, Result, Services};

/// A run, as its caller may see it.
pub(crate) struct Facts {
    pub(crate) run: Run,
    pub(crate) summary: RunSummary,
    pub(crate) comparison: Option<Comparison>,
    pub(crate) verdict: RunVerdict,
}

impl Facts {
    /// # Errors
    /// [`runlens_domain::Error::NotFound`], [`runlens_domain::Error::Database`].
    pub(crate) async fn of(services: &Services, caller: &Caller, id: i32) -> Result<Self> {
        let opened = services.open_run(caller, id).await?;
        let (run, summary) = (opened.run().await?, opened.summary().await?);
        // Its counts are those of all tests.
        let comparison = match caller.may(Scope::ResultsRead) {
            true => Some(
                opened
                    .comparison(&ComparisonQuery {
                        page: PageQuery { limit: 1, offset: 0 },
                        ..ComparisonQuery::default()
                    })
                    .await?,
            ),
            false => None,
        };
        let stops = opened.progress(&ProgressQuery {
            status: Some(ProgressStatus::Canceled),
            page: PageQuery::FIRST_MAX,
        })?;
        Ok(Self::put_together(
            run,
            summary,
            comparison,
            stops.data.last().map(|stop| stop.message.as_str()),
        ))
    }

    /// `stop` is the last cancellation that was reported.
    pub(crate) fn put_together(
        run: Run,
        summary: RunSummary,
        comparison: Option<Comparison>,
        stop: Option<&str>,
    ) -> Self {
        let beside = match &comparison {
            None => Beside::Unknown,
            Some(Comparison { reference: None, .. }) => Beside::Nothing,
            Some(Comparison {
                reference: Some(reference),
                counts,
                ..
            }) => Beside::Run(reference, counts),
        };
        let verdict = verdict(&run, &summary, beside, stop.map(|message| Stop { message }));
        Self {
            run,
            summary,
            comparison,
            verdict,
        }
    }
}
