//! Lists of runs: a page of them, those of one commit together.

use runlens_contract::{
    ErrorBody, Timestamp,
    page::Pagination,
    run::{Platform, Run, RunInclude, RunQuery, RunStatus, RunSummary},
};
use serde::{Deserialize, Serialize};

use super::Source;

/// A page of the list of runs, those of one commit together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunList {
    /// Commits, newest run first.
    pub commits: Vec<Commit>,
    /// Where the runs lie in the whole list.
    pub pagination: Pagination,
}

/// A commit, and its runs that follow each other in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

/// A run as the list shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunLine {
    /// Numeric run ID.
    pub id: i32,
    /// Operating system.
    pub platform: Platform,
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
}

impl From<Run> for RunLine {
    fn from(run: Run) -> Self {
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
        }
    }
}

/// Puts runs together that follow each other and are of the same commit.
fn group(runs: Vec<Run>) -> Vec<Commit> {
    let mut commits: Vec<Commit> = Vec::new();
    for run in runs {
        let is_same = |commit: &&mut Commit| {
            commit.sha == run.commit_sha
                && commit.repository == run.repository
                && commit.pull_request == run.pull_request
                && commit.branch == run.branch
        };
        if let Some(commit) = commits.last_mut().filter(is_same) {
            commit.runs.push(run.into());
            continue;
        }
        commits.push(Commit {
            repository: run.repository.clone(),
            branch: run.branch.clone(),
            pull_request: run.pull_request,
            sha: run.commit_sha.clone(),
            runs: vec![run.into()],
        });
    }
    commits
}

/// A page of the list of runs.
///
/// # Errors
/// The domain's.
pub async fn run_list(query: RunQuery) -> Result<RunList, ErrorBody> {
    let query = RunQuery { include: vec![RunInclude::Summary, RunInclude::Verdict], ..query };
    let page = Source::new()?.runs(&query).await?;
    Ok(RunList { commits: group(page.data), pagination: page.pagination })
}

#[cfg(test)]
mod tests {
    use runlens_contract::run::Run;

    use super::group;

    fn run(id: i32, platform: &str, sha: &str, pull_request: Option<i32>) -> Run {
        let names =
            ["self", "html", "summary", "progress", "samples", "errors", "error_summary", "infrastructure_errors", "logs", "artifacts"];
        let links: serde_json::Map<String, serde_json::Value> = names.into_iter().map(|name| (name.to_owned(), "".into())).collect();
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
        let ids: Vec<Vec<i32>> = group(runs).into_iter().map(|commit| commit.runs.into_iter().map(|run| run.id).collect()).collect();
        assert_eq!(ids, [vec![9, 8], vec![7], vec![6], vec![5]]);
    }
}
