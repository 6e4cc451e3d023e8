//! A run as the API returns it, from its row.

use runlens_api_types::run::{OperatingSystem, Run, RunErrors, RunLinks, RunStatus, RunSummary, TestType};

use super::RunState;
use crate::{
    Settings,
    store::{
        columns::{parse_column, revision},
        runs::{ResultCounts, RunRow},
    },
};

/// Builds a summary from counts that the database made.
pub(super) fn summary_of_counts(
    run_id: i32,
    status: RunStatus,
    total: u64,
    counts: &ResultCounts,
) -> RunSummary {
    let count = |value: i64| value.unsigned_abs();
    RunSummary {
        run_id,
        status,
        total_samples: total,
        pass_count: count(counts.results - counts.missing_output - counts.failed),
        fail_count: count(counts.failed),
        skipped_count: total.saturating_sub(count(counts.chosen_results)),
        missing_output_count: count(counts.missing_output),
        error_count: count(counts.errors),
        duration_ms: counts.runtime.filter(|runtime| *runtime != 0),
    }
}

pub(super) fn to_run(row: RunRow, state: &RunState, summary: Option<RunSummary>, settings: &Settings) -> Run {
    let revision = revision(row.github, row.branch, row.commit, row.pr_nr);
    let repository = &revision.repository;
    let github_link = (!repository.is_empty()).then(|| match revision.pull_request {
        Some(number) => format!("https://github.com/{repository}/pull/{number}"),
        None => format!("https://github.com/{repository}/commit/{}", revision.commit_sha),
    });
    Run {
        run_id: row.id,
        status: state.status,
        commit_short: revision.commit_sha.chars().take(7).collect(),
        pr_number: revision.pull_request,
        revision,
        platform: parse_column(&row.platform).unwrap_or(OperatingSystem::Unknown),
        test_type: parse_column(&row.test_type).unwrap_or(TestType::Unknown),
        run_errors: run_errors(state),
        triggered_by: row.triggered_by,
        created_at: state.created_at,
        queued_at: state.created_at,
        started_at: state.started_at,
        completed_at: state.completed_at,
        duration_ms: state.duration_ms(),
        links: links(row.id, github_link.clone(), settings),
        github_link,
        summary,
        comparison: None,
        infrastructure_error_type: None,
    }
}

fn run_errors(state: &RunState) -> RunErrors {
    match (state.has_test_errors, state.has_infrastructure_errors) {
        (false, false) => RunErrors::None,
        (true, false) => RunErrors::Test,
        (false, true) => RunErrors::Infrastructure,
        (true, true) => RunErrors::Both,
    }
}

fn links(id: i32, github: Option<String>, settings: &Settings) -> RunLinks {
    let html = format!("{}/runs/{id}", settings.public_url);
    let this = format!("{}/api/v1/runs/{id}", settings.public_url);
    let below = |name: &str| format!("{this}/{name}");
    RunLinks {
        html,
        github,
        summary: below("summary"),
        progress: below("progress"),
        samples: below("samples"),
        errors: below("errors"),
        error_summary: below("error-summary"),
        infrastructure_errors: below("infrastructure-errors"),
        logs: below("logs"),
        artifacts: below("artifacts"),
        this,
    }
}
