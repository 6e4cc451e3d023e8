//! The top of a run's page: what it is, what became of it, and how it went.

use leptos::prelude::*;
use runlens_api_types::{
    TextEnum, Timestamp,
    comparison::{Verdict, VerdictCounts},
    live::LiveRun,
    run::{OperatingSystem, ProgressStatus, Run, RunQuery, RunSummary},
    sample::ResultStatus,
    test_error::GroupBy,
    verdict::{RunVerdict, SentenceSpan, SpanLink, baseline_name},
};

use super::stages::{Stage, StageState};
use crate::{
    components::{facts, mark::mark},
    data::runs::{RunPage, Same, Sibling},
    format,
    islands::live::LiveLine,
    pages::runs::change,
    url::{self, RunView, bucket_anchor, compare},
};

/// Lines of a message that are shown; the rest is among the reports.
const MESSAGE_LINES: usize = 12;

/// The top of a run's page.
pub(super) fn overview(page: &RunPage, verdict: RunVerdict, stages: Vec<Stage>, now: Timestamp) -> AnyView {
    let run = &page.run;
    let report = url::report(run.run_id);
    let rest = (!verdict.detail.is_empty()).then(|| view! { <p class="rest">{verdict.detail}</p> });
    let verdict_text = verdict.headline;
    let new = page
        .compared
        .as_ref()
        .ok()
        .and_then(|compared| new_failures(&compared.counts));
    let headline = match new {
        Some(verdict) => {
            let to = RunView::default().address(run.run_id, &bucket_anchor(verdict.as_str()));
            view! { <a href=to>{verdict_text}</a> }.into_any()
        }
        None => verdict_text.into_any(),
    };
    let counts = (!verdict.counts.is_empty()).then(|| counts(run.run_id, verdict.counts));
    let same = page.same.as_ref().map(|same| same_failures(run, same));
    view! {
        <header class="overview">
            <h1>{mark(run.status)} <span>{format!("Run {}", run.run_id)}</span> <span class="on">{facts::platform(run.platform)}</span></h1>
            {facts(run, now)}
            <div class="said">
                <p class="verdict">{headline}</p>
                <a class="copy" href=report.clone() data-copy-from=report>"Copy as Markdown"</a>
            </div>
            {rest}
            {run.status.is_in_progress().then(|| view! { <LiveLine shown=as_shown(run, &page.summary)/> })}
            {verdict.message.map(|message| told(&message))}
            {counts}
            {same}
            <div class="went">{trail(stages)}{others(&page.siblings)}</div>
            {comparisons(page)}
        </header>
    }
    .into_any()
}

/// What the page itself says of a run, in the server's words.
fn as_shown(run: &Run, summary: &RunSummary) -> LiveRun {
    let stage = run.created_at.map(|_| {
        if run.started_at.is_some() {
            ProgressStatus::Testing
        } else {
            ProgressStatus::Preparation
        }
    });
    LiveRun::of(run, summary, stage)
}

/// What is new among a run's failures, the worst first.
fn new_failures(counts: &VerdictCounts) -> Option<Verdict> {
    let kinds = [
        (Verdict::BrokenHere, counts.broken_here),
        (Verdict::FailingDifferently, counts.failing_differently),
    ];
    kinds
        .into_iter()
        .find(|(_, count)| *count > 0)
        .map(|(verdict, _)| verdict)
}

/// The line of facts.
pub(crate) fn facts(run: &Run, now: Timestamp) -> AnyView {
    // With a pull request the branch is a detail; without one it is what the run is of.
    let branch = run
        .revision
        .branch
        .clone()
        .filter(|_| run.revision.pull_request.is_some());
    let branch = branch.map(|branch| view! { <li>"branch " <b>{branch}</b></li> });
    let repository = (!run.revision.repository.is_empty()).then(|| {
        let href = url::runs(&RunQuery {
            repository: Some(run.revision.repository.clone()),
            ..RunQuery::default()
        });
        view! { <li><a href=href>{run.revision.repository.clone()}</a></li> }
    });
    let since = run.created_at.map(|at| view! { <li>{facts::time(at, now)}</li> });
    let took = run
        .duration_ms
        .map(|ms| view! { <li>{format!("took {}", format::duration(ms))}</li> });
    let by = run
        .triggered_by
        .clone()
        .map(|name| view! { <li>"asked for by " <b>{name}</b></li> });
    view! {
        <ul class="facts">
            <li>{change(&run.revision.repository, run.revision.pull_request, run.revision.branch.as_deref())}</li>
            {branch}
            <li>{facts::commit(&run.revision.repository, &run.revision.commit_sha)}</li>
            {repository}
            {since}
            {took}
            {by}
        </ul>
    }
    .into_any()
}

/// The worker's own words.
fn told(message: &str) -> AnyView {
    let total = message.lines().count();
    let shown: String = message.lines().take(MESSAGE_LINES).collect::<Vec<_>>().join("\n");
    let rest = (total > MESSAGE_LINES).then(|| {
        let rest = format::pluralize((total - MESSAGE_LINES) as u64, "more line", "more lines");
        view! { <p class="more"><a href="#progress">{rest}</a></p> }
    });
    view! { <figure class="told"><blockquote>{shown}</blockquote>{rest}</figure> }.into_any()
}

/// The counts, each of which leads to what it counts.
fn counts(run: i32, parts: Vec<SentenceSpan>) -> AnyView {
    let parts: Vec<AnyView> = parts
        .into_iter()
        .map(|SentenceSpan { text, link }| match link {
            Some(to) => view! { <a href=address(run, to)>{text}</a> }.into_any(),
            None => text.into_any(),
        })
        .collect();
    view! { <p class="counts">{parts}</p> }.into_any()
}

fn address(run: i32, to: SpanLink) -> String {
    let view = RunView::default();
    match to {
        SpanLink::Run(other) => url::run(other),
        SpanLink::Tests(verdict) => {
            let key = verdict.to_string();
            view.grouped(GroupBy::Verdict)
                .opened(Some(&key), 0)
                .address(run, &bucket_anchor(&key))
        }
        SpanLink::Passed => view
            .tests(Some(ResultStatus::Pass), None, 0)
            .address(run, "tests"),
        SpanLink::NotStarted => view
            .tests(Some(ResultStatus::NotStarted), None, 0)
            .address(run, "tests"),
    }
}

/// "The same 118 tests fail in the same way in runs 9328, 9330 and 7 more."
fn same_failures(run: &Run, same: &Same) -> AnyView {
    let failing = match same.failing {
        1 => "The same test fails".to_owned(),
        failing => format!("The same {} tests fail", format::number(failing)),
    };
    let looked = format::pluralize(same.compared, "other completed run", "other completed runs");
    if same.total == 0 {
        // Runs were compared by their whole set of failures: others may have these failures among more.
        let set = if same.failing == 1 {
            "exactly this failure and no other".to_owned()
        } else {
            format!("exactly these {} failures", format::number(same.failing))
        };
        return view! { <p class="same">{format!("None of {looked} on {} has {set}.", facts::platform(run.platform))}</p> }.into_any();
    }
    let rest = same.total.saturating_sub(same.newest.len() as u64);
    let last = same.newest.len().saturating_sub(1);
    let runs: Vec<AnyView> = same
        .newest
        .iter()
        .enumerate()
        .map(|(place, id)| {
            let separator = match place {
                0 => "",
                _ if place == last && rest == 0 => " and ",
                _ => ", ",
            };
            view! { {separator}<a href=url::run(*id)>{id.to_string()}</a> }.into_any()
        })
        .collect();
    let rest = if rest > 0 {
        format!(" and {} more", format::number(rest))
    } else {
        String::new()
    };
    let word = if same.total == 1 { "run" } else { "runs" };
    view! { <p class="same">{format!("{failing} in the same way in {word} ")}{runs}{format!("{rest}, of {looked} on {}.", facts::platform(run.platform))}</p> }
        .into_any()
}

fn trail(stages: Vec<Stage>) -> AnyView {
    let items: Vec<AnyView> = stages
        .into_iter()
        .map(|stage| {
            let (symbol, word, class) = match stage.state {
                StageState::Done => ("✓", "done", "done"),
                StageState::Running => ("◐", "going on", "running"),
                StageState::Stopped => ("⊘", "stopped", "stopped"),
                StageState::Ahead => ("○", "to come", "ahead"),
            };
            let took = stage.duration_ms.map(|ms| view! { " " <span class="took">{format::duration(ms)}</span> });
            view! {
                <li class=class>
                    {stage.name} " " <span class="symbol" aria-hidden="true">{symbol}</span><span class="unseen">{word}</span>{took}
                </li>
            }
            .into_any()
        })
        .collect();
    view! { <ol class="trail" aria-label="Stages">{items}</ol> }.into_any()
}

fn others(siblings: &[Sibling]) -> Option<AnyView> {
    let links: Vec<AnyView> = siblings
        .iter()
        .map(|other| {
            // The status stands before it already.
            let short = other.short.trim_start_matches(other.status.as_str()).trim_start_matches(", ");
            let short = (!short.is_empty()).then(|| format!(", {short}"));
            view! { <li>{format!("{}: ", facts::platform(other.platform))} <a href=url::run(other.id)>{mark(other.status)}{format!(" run {}", other.id)}</a>{short}</li> }
                .into_any()
        })
        .collect();
    (!links.is_empty())
        .then(|| view! { <ul class="others" aria-label="Other runs of this commit">{links}</ul> }.into_any())
}

/// Runs that this one may be compared with.
fn comparisons(page: &RunPage) -> AnyView {
    let run = &page.run;
    let reference = page
        .compared
        .as_ref()
        .ok()
        .and_then(|compared| compared.baseline.as_ref());
    let mut named: Vec<(i32, String)> = Vec::new();
    let mut add = |id: i32, words: String| {
        if named.iter().all(|(known, _)| *known != id) {
            named.push((id, words));
        }
    };
    if let Some(reference) = reference {
        let name = baseline_name(run, reference);
        let number = format!("run {}", reference.run_id);
        add(
            reference.run_id,
            if name == number {
                format!("{number}, the one before on this branch")
            } else {
                format!("{name}, {number}")
            },
        );
    }
    for other in page
        .siblings
        .iter()
        .filter(|other| other.platform != run.platform && other.platform != OperatingSystem::Unknown)
    {
        add(
            other.id,
            format!("{}, run {}", facts::platform(other.platform), other.id),
        );
    }
    if let Some(previous) = page.previous {
        let of = run.revision.pull_request.map_or_else(
            || "on this branch".to_owned(),
            |number| format!("of PR #{number}"),
        );
        add(previous, format!("run {previous}, the one before {of}"));
    }
    let links: Vec<AnyView> = named
        .into_iter()
        .map(|(id, words)| view! { <li><a href=compare::compare(run.run_id, id)>{words}</a></li> }.into_any())
        .collect();
    view! {
        <nav class="comparisons" aria-label="Compare with">
            <span>"Compare with"</span>
            <ul>{links}<li><a href=compare::choose(run.run_id)>"another run…"</a></li></ul>
        </nav>
    }
    .into_any()
}
