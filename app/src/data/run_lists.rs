//! Lists of runs: a page of them, those of one commit together; and those of a pull request or of a commit.

use futures::join;
use runlens_api_types::{
    ErrorBody, Timestamp,
    comparison::VerdictCounts,
    infrastructure::InfrastructureErrorType,
    page::{PageQuery, Pagination},
    run::{OperatingSystem, Run, RunInclude, RunQuery, RunStatus, RunSummary},
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

impl RunLine {
    /// `short` is its verdict in a few words.
    fn new(run: Run, short: String) -> Self {
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
            short,
            reference: run.comparison.and_then(|comparison| comparison.baseline_run_id),
            counts: run.comparison.map(|comparison| comparison.counts),
            infrastructure: run.infrastructure_error_type,
        }
    }
}

impl Commit {
    fn new(run: Run, short: String) -> Self {
        Self {
            repository: run.revision.repository.clone(),
            branch: run.revision.branch.clone(),
            pull_request: run.revision.pull_request,
            sha: run.revision.commit_sha.clone(),
            runs: vec![RunLine::new(run, short)],
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
fn group(runs: Vec<(Run, String)>) -> Vec<Commit> {
    let mut commits: Vec<Commit> = Vec::new();
    for (run, short) in runs {
        match commits.last_mut().filter(|commit| commit.holds(&run)) {
            Some(commit) => commit.runs.push(RunLine::new(run, short)),
            None => commits.push(Commit::new(run, short)),
        }
    }
    commits
}

/// Puts runs of the same commit together, wherever they stand: commits in the order of their newest runs.
pub(super) fn by_commit(source: &Source, runs: Vec<Run>) -> Vec<Commit> {
    group_by_commit(with_short_verdicts(source, runs))
}

/// Each run with its verdict in a few words.
fn with_short_verdicts(source: &Source, runs: Vec<Run>) -> Vec<(Run, String)> {
    runs.into_iter()
        .map(|run| {
            let short = source.short_verdict(&run);
            (run, short)
        })
        .collect()
}

fn group_by_commit(runs: Vec<(Run, String)>) -> Vec<Commit> {
    let mut commits: Vec<Commit> = Vec::new();
    for (run, short) in runs {
        match commits.iter_mut().find(|commit| commit.holds(&run)) {
            Some(commit) => commit.runs.push(RunLine::new(run, short)),
            None => commits.push(Commit::new(run, short)),
        }
    }
    commits
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
            .map(|run| {
                let short = source.short_verdict(&run);
                RunLine::new(run, short)
            })
            .collect())
    };
    let (page, master) = join!(source.runs_with_verdicts(query), master);
    let page = page?;
    Ok(RunList {
        commits: group(with_short_verdicts(&source, page.data)),
        pagination: page.pagination,
        master: master?,
    })
}
#[cfg(test)]
pub(crate) mod tests {
    use runlens_api_types::run::Run;

    use super::{Commit, group, group_by_commit};

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
        let runs: Vec<_> = runs.into_iter().map(|run| (run, String::new())).collect();
        assert_eq!(ids(group(runs.clone())), [vec![9, 8], vec![7], vec![6], vec![5]]);
        assert_eq!(ids(group_by_commit(runs)), [vec![9, 8, 5], vec![7], vec![6]]);
    }

    fn ids(commits: Vec<Commit>) -> Vec<Vec<i32>> {
        commits
            .into_iter()
            .map(|commit| commit.runs.into_iter().map(|run| run.id).collect())
            .collect()
    }
}
