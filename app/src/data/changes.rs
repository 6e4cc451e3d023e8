//! A pull request, or a commit, with all its runs.

use futures::{future::join_all, join};
use runlens_api_types::{
    ErrorBody, ErrorCode,
    comparison::{ComparisonQuery, VerdictCounts},
    page::{PageQuery, Pagination},
    run::{OperatingSystem, ProgressQuery, ProgressStatus, Run, RunQuery, RunStatus},
    verdict::{self, Baseline, Stop, VerdictKind},
};

use super::{
    Source,
    run_lists::{Commit, by_commit, runs_with_verdicts},
};

/// How many runs are shown at once.
const LIMIT: u32 = PageQuery::MAX_LIMIT;

/// A pull request, with its runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Pull {
    /// Its number.
    pub number: i32,
    /// Its commits that were tested, newest run first.
    pub commits: Vec<Commit>,
    /// Where the runs lie among all of the pull request.
    pub pagination: Pagination,
    /// What its newest commit's runs say; empty but on the first page.
    pub newest: Vec<Said>,
}

/// A commit, with its runs.
#[derive(Clone, Debug, PartialEq)]
pub struct CommitRuns {
    /// The commits that begin as was asked for, newest run first, one for each thing that it was tested for. Mostly these are one commit.
    pub commits: Vec<Commit>,
    /// How many runs there are in all.
    pub total: u64,
    /// What its newest runs say; empty where several commits begin so.
    pub newest: Vec<Said>,
}

impl CommitRuns {
    /// Whether more than one commit begins as was asked for.
    pub fn is_ambiguous(&self) -> bool {
        self.commits
            .iter()
            .any(|commit| commit.sha != self.commits[0].sha)
    }
}

/// What one run says.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// Numeric run ID.
    pub run: i32,
    /// Operating system.
    pub platform: OperatingSystem,
    /// What became of it.
    pub status: RunStatus,
    /// The sentence that matters.
    pub headline: String,
    /// What it does not say; may be empty.
    pub detail: String,
    /// Whether tests are broken.
    pub is_broken: bool,
    /// What it says beside the run of the commit before, on the same platform.
    pub since: Option<Since>,
}

/// What a run says beside an earlier one of the same pull request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Since {
    /// The earlier run.
    pub run: i32,
    /// Tests by verdict.
    pub counts: VerdictCounts,
}

/// A pull request, with a page of its runs.
///
/// # Errors
/// The domain's; `not_found` where it has no run.
pub async fn pull(number: i32, offset: u32) -> Result<Pull, ErrorBody> {
    let source = Source::new()?;
    let query = RunQuery {
        page: PageQuery { limit: LIMIT, offset },
        pull_request: Some(number),
        ..RunQuery::default()
    };
    let page = runs_with_verdicts(&source, query).await?;
    if page.pagination.total == 0 {
        let message = format!("Pull request {number} not found.");
        return Err(ErrorBody::new(ErrorCode::NotFound, message)
            .with("resource", "pull_request")
            .with("id", number));
    }
    let newest = if offset == 0 {
        newest(&source, &page.data).await?
    } else {
        Vec::new()
    };
    Ok(Pull {
        number,
        commits: by_commit(page.data),
        pagination: page.pagination,
        newest,
    })
}

/// The commit that begins so, with its newest runs; or all commits that do.
///
/// # Errors
/// The domain's; `not_found` where no run is of such a commit.
pub async fn commit(prefix: String) -> Result<CommitRuns, ErrorBody> {
    let source = Source::new()?;
    let query = RunQuery {
        page: PageQuery {
            limit: LIMIT,
            offset: 0,
        },
        commit: Some(prefix.clone()),
        ..RunQuery::default()
    };
    let page = runs_with_verdicts(&source, query).await?;
    let Some(first) = page.data.first() else {
        let message = format!("Commit {prefix} not found.");
        return Err(ErrorBody::new(ErrorCode::NotFound, message)
            .with("resource", "commit")
            .with("id", prefix));
    };
    let is_one = page
        .data
        .iter()
        .all(|run| run.revision.commit_sha == first.revision.commit_sha);
    let newest = if is_one {
        newest(&source, &page.data).await?
    } else {
        Vec::new()
    };
    Ok(CommitRuns {
        commits: by_commit(page.data),
        total: page.pagination.total,
        newest,
    })
}

/// What the newest run on each platform of the newest commit says. `runs` are the newest first.
async fn newest(source: &Source, runs: &[Run]) -> Result<Vec<Said>, ErrorBody> {
    let picked = pick(runs);
    join_all(
        picked
            .into_iter()
            .map(|(run, earlier)| said(source, run, earlier)),
    )
    .await
    .into_iter()
    .collect()
}

/// The newest run on each platform of the newest commit, each with the newest run on its platform of another commit that has results.
fn pick(runs: &[Run]) -> Vec<(&Run, Option<&Run>)> {
    let Some(newest) = runs.first() else {
        return Vec::new();
    };
    let of_platform = |platform: OperatingSystem| {
        let run = runs
            .iter()
            .find(|run| run.revision.commit_sha == newest.revision.commit_sha && run.platform == platform)?;
        let is_earlier = |earlier: &&Run| {
            earlier.platform == platform
                && earlier.revision.commit_sha != run.revision.commit_sha
                && earlier.revision.pull_request == run.revision.pull_request
                && matches!(earlier.status, RunStatus::Pass | RunStatus::Fail)
        };
        Some((run, runs.iter().find(is_earlier)))
    };
    [
        OperatingSystem::Linux,
        OperatingSystem::Windows,
        OperatingSystem::Unknown,
    ]
    .into_iter()
    .filter_map(of_platform)
    .collect()
}

async fn said(source: &Source, run: &Run, earlier: Option<&Run>) -> Result<Said, ErrorBody> {
    let open = source.open(run.run_id).await?;
    let none = PageQuery { limit: 1, offset: 0 };
    let against = ComparisonQuery {
        page: none,
        ..ComparisonQuery::default()
    };
    let compared = open.comparison(&against);
    let since = async {
        // What has no results is not set beside anything.
        let earlier = earlier.filter(|_| matches!(run.status, RunStatus::Pass | RunStatus::Fail))?;
        let against = ComparisonQuery {
            page: none,
            against: Some(earlier.run_id),
            ..ComparisonQuery::default()
        };
        Some((earlier.run_id, open.comparison(&against).await))
    };
    let stop = async {
        if run.status != RunStatus::Canceled {
            return Ok(None);
        }
        let query = ProgressQuery {
            page: PageQuery::FIRST_MAX,
            status: Some(ProgressStatus::Canceled),
        };
        Ok::<_, ErrorBody>(
            open.progress(&query)
                .await?
                .data
                .pop()
                .map(|report| report.message),
        )
    };
    let (compared, since, stop) = join!(compared, since, stop);
    let (stop, summary) = (stop?, run.summary.as_ref());
    let compared = unless_hidden(compared)?;
    let since = match since {
        Some((run, compared)) => unless_hidden(compared)?.map(|compared| Since {
            run,
            counts: compared.counts,
        }),
        None => None,
    };
    let beside = match &compared {
        None => Baseline::Forbidden,
        Some(compared) => compared.baseline.as_ref().map_or(Baseline::Missing, |reference| {
            Baseline::Run(reference, &compared.counts)
        }),
    };
    let stop = stop.as_deref().map(|message| Stop { message });
    let verdict = summary.map(|summary| verdict::verdict(run, summary, beside, stop));
    Ok(Said {
        run: run.run_id,
        platform: run.platform,
        status: run.status,
        is_broken: verdict
            .as_ref()
            .is_some_and(|verdict| verdict.kind == VerdictKind::Broken),
        headline: verdict
            .as_ref()
            .map(|verdict| verdict.headline.clone())
            .unwrap_or_default(),
        detail: verdict.map(|verdict| verdict.detail).unwrap_or_default(),
        since,
    })
}

/// Nothing for what the caller may not read.
fn unless_hidden<T>(answer: Result<T, ErrorBody>) -> Result<Option<T>, ErrorBody> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(body) if body.code == ErrorCode::Forbidden => Ok(None),
        Err(body) => Err(body),
    }
}

#[cfg(test)]
mod tests {
    use super::pick;
    use crate::data::run_lists::tests::run;

    #[test]
    fn the_newest_commit_speaks_beside_the_one_before_that_has_results() {
        let mut runs = vec![
            run(9, "linux", "c3", Some(7)),
            run(8, "windows", "c3", Some(7)),
            run(7, "linux", "c3", Some(7)),
            run(6, "linux", "c2", Some(7)),
            run(5, "linux", "c1", Some(7)),
        ];
        runs[3].status = runlens_api_types::run::RunStatus::Canceled;
        let picked: Vec<_> = pick(&runs)
            .into_iter()
            .map(|(run, earlier)| (run.run_id, earlier.map(|run| run.run_id)))
            .collect();
        assert_eq!(picked, [(9, Some(5)), (8, None)]);
        assert!(pick(&[]).is_empty());
    }
}
