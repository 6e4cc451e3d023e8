//! Lists of runs: a page of them, those of one commit together; and those of a pull request or of a commit.

use futures::join;
use runlens_api_types::{
    ErrorBody, ErrorCode, Page, Timestamp,
    comparison::VerdictCounts,
    infrastructure::InfrastructureErrorType,
    page::{PageQuery, Pagination},
    run::{OperatingSystem, Run, RunInclude, RunQuery, RunStatus, RunSummary},
    verdict,
};

use super::Source;

/// A page of the list of runs, those of one commit together.
#[derive(Clone, Debug, PartialEq)]
pub struct RunList {
    /// Commits, newest run first.
    pub commits: Vec<Commit>,
    /// Where the runs lie in the whole list.
    pub pagination: Pagination,
    /// The last completed runs of the main repository's `master`, newest first; empty but above the newest of all runs.
    pub master: Vec<RunLine>,
}

/// A commit, and its runs that follow each other in the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Commit {
    /// `OWNER/NAME`; empty where it is not known.
    pub repository: String,
    /// Branch.
    pub branch: Option<String>,
    /// Pull request.
    pub pull_request: Option<i32>,
    /// The whole hash.
    pub sha: String,
    /// Its runs, newest first.
    pub runs: Vec<RunLine>,
}

/// A run as lists show it.
#[derive(Clone, Debug, PartialEq)]
pub struct RunLine {
    /// Numeric run ID.
    pub id: i32,
    /// Operating system.
    pub platform: OperatingSystem,
    /// What became of it.
    pub status: RunStatus,
    /// First report of progress.
    pub created_at: Option<Timestamp>,
    /// Milliseconds of testing.
    pub duration_ms: Option<i64>,
    /// Tests that failed or left out an output.
    pub failed: u64,
    /// Tests with a result.
    pub finished: u64,
    /// Tests it is made of.
    pub total: u64,
    /// What it says in a few words, beside its reference run where that may be known.
    pub short: String,
    /// The run that it is compared with.
    pub reference: Option<i32>,
    /// Its tests by verdict; none where that may not be known.
    pub counts: Option<VerdictCounts>,
    /// What last failed of the infrastructure.
    pub infrastructure: Option<InfrastructureErrorType>,
}

impl From<Run> for RunLine {
    fn from(run: Run) -> Self {
        // A run of master itself is set beside the one before it.
        let name = |reference: i32| match (run.revision.pull_request, run.revision.branch.as_deref()) {
            (None, Some("master")) => format!("run {reference}"),
            _ => "master".to_owned(),
        };
        let compared = run
            .comparison
            .and_then(|comparison| Some((comparison.counts, name(comparison.baseline_run_id?))));
        let compared = compared.as_ref().map(|(counts, name)| (counts, name.as_str()));
        let count = |of: fn(&RunSummary) -> u64| run.summary.as_ref().map_or(0, of);
        Self {
            id: run.run_id,
            platform: run.platform,
            status: run.status,
            created_at: run.created_at,
            duration_ms: run.duration_ms,
            failed: count(|summary| summary.fail_count + summary.missing_output_count),
            finished: count(|summary| summary.pass_count + summary.fail_count + summary.missing_output_count),
            total: count(|summary| summary.total_samples),
            short: run
                .summary
                .as_ref()
                .map(|summary| verdict::short(summary, compared))
                .unwrap_or_default(),
            reference: run.comparison.and_then(|comparison| comparison.baseline_run_id),
            counts: run.comparison.map(|comparison| comparison.counts),
            infrastructure: run.infrastructure_error_type,
        }
    }
}

impl Commit {
    fn of(run: Run) -> Self {
        Self {
            repository: run.revision.repository.clone(),
            branch: run.revision.branch.clone(),
            pull_request: run.revision.pull_request,
            sha: run.revision.commit_sha.clone(),
            runs: vec![run.into()],
        }
    }

    fn holds(&self, run: &Run) -> bool {
        self.sha == run.revision.commit_sha
            && self.repository == run.revision.repository
            && self.pull_request == run.revision.pull_request
            && self.branch == run.revision.branch
    }
}

/// Puts runs together that follow each other and are of the same commit.
fn group(runs: Vec<Run>) -> Vec<Commit> {
    let mut commits: Vec<Commit> = Vec::new();
    for run in runs {
        match commits.last_mut().filter(|commit| commit.holds(&run)) {
            Some(commit) => commit.runs.push(run.into()),
            None => commits.push(Commit::of(run)),
        }
    }
    commits
}

/// Puts runs of the same commit together, wherever they stand: commits in the order of their newest runs.
pub(super) fn by_commit(runs: Vec<Run>) -> Vec<Commit> {
    let mut commits: Vec<Commit> = Vec::new();
    for run in runs {
        match commits.iter_mut().find(|commit| commit.holds(&run)) {
            Some(commit) => commit.runs.push(run.into()),
            None => commits.push(Commit::of(run)),
        }
    }
    commits
}

/// Runs with their counts, and with what they say beside their reference runs where the caller may read that.
pub(super) async fn runs_with_verdicts(source: &Source, query: RunQuery) -> Result<Page<Run>, ErrorBody> {
    let with_verdicts = RunQuery {
        include: vec![RunInclude::Summary, RunInclude::Verdict],
        ..query
    };
    match source.runs(&with_verdicts).await {
        Err(body) if body.code == ErrorCode::Forbidden => {
            source
                .runs(&RunQuery {
                    include: vec![RunInclude::Summary],
                    ..with_verdicts
                })
                .await
        }
        answer => answer,
    }
}

/// How many runs of master are shown above the list, on all platforms together.
const MASTER: u32 = 50;

/// A page of the list of runs.
///
/// # Errors
/// The domain's.
pub async fn run_list(query: RunQuery) -> Result<RunList, ErrorBody> {
    let source = Source::new()?;
    let is_newest_of_all = query == RunQuery::default();
    let master = async {
        if !is_newest_of_all {
            return Ok(Vec::new());
        }
        let query = RunQuery {
            page: PageQuery {
                limit: MASTER,
                offset: 0,
            },
            is_baseline: Some(true),
            include: vec![RunInclude::Summary],
            ..RunQuery::default()
        };
        Ok(source
            .runs(&query)
            .await?
            .data
            .into_iter()
            .map(RunLine::from)
            .collect())
    };
    let (page, master) = join!(runs_with_verdicts(&source, query), master);
    let page = page?;
    Ok(RunList {
        commits: group(page.data),
        pagination: page.pagination,
        master: master?,
    })
}
#[cfg(test)]
pub(crate) mod tests {
    use runlens_api_types::run::Run;

    use super::{Commit, by_commit, group};

    pub(crate) fn run(id: i32, platform: &str, sha: &str, pull_request: Option<i32>) -> Run {
        let names = [
            "self",
            "html",
            "summary",
            "progress",
            "samples",
            "errors",
            "error_summary",
            "infrastructure_errors",
            "logs",
            "artifacts",
        ];
        let links: serde_json::Map<String, serde_json::Value> = names
            .into_iter()
            .map(|name| (name.to_owned(), "".into()))
            .collect();
        serde_json::from_value(serde_json::json!({
            "run_id": id, "status": "pass", "repository": "a/b", "branch": "master", "commit_sha": sha, "commit_short": sha,
            "pull_request": pull_request, "platform": platform, "test_type": "commit", "run_errors": "none", "links": links,
        }))
        .expect("a run")
    }

    #[test]
    fn runs_of_one_commit_stand_together_while_they_follow_each_other() {
        let runs = vec![
            run(9, "linux", "c1", None),
            run(8, "windows", "c1", None),
            run(7, "windows", "c1", Some(3)),
            run(6, "linux", "c2", None),
            run(5, "linux", "c1", None),
        ];
        assert_eq!(ids(group(runs.clone())), [vec![9, 8], vec![7], vec![6], vec![5]]);
        assert_eq!(ids(by_commit(runs)), [vec![9, 8, 5], vec![7], vec![6]]);
    }

    fn ids(commits: Vec<Commit>) -> Vec<Vec<i32>> {
        commits
            .into_iter()
            .map(|commit| commit.runs.into_iter().map(|run| run.id).collect())
            .collect()
    }
}
