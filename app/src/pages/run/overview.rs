//! The top of a run's page: what it is, what became of it, and how it went.

use leptos::prelude::*;
use runlens_contract::{
    Timestamp,
    run::{Run, RunQuery},
};

use super::{
    stages::{Stage, StageState},
    verdict::Verdict,
};
use crate::{
    components::{facts, mark::mark},
    data::runs::Sibling,
    format,
    pages::runs::change,
    url,
};

/// The top of a run's page.
pub(super) fn overview(run: &Run, verdict: Verdict, siblings: &[Sibling], stages: Vec<Stage>, now: Timestamp) -> AnyView {
    let rest = (!verdict.rest.is_empty()).then(|| view! { <p class="rest">{verdict.rest}</p> });
    view! {
        <header class="overview">
            <h1>{mark(run.status)} <span>{format!("Run {}", run.run_id)}</span> <span class="on">{facts::platform(run.platform)}</span></h1>
            {facts(run, now)}
            <p class="verdict">{verdict.main}</p>
            {rest}
            <div class="went">{trail(stages)}{others(siblings)}</div>
        </header>
    }
    .into_any()
}

/// The line of facts.
pub(crate) fn facts(run: &Run, now: Timestamp) -> AnyView {
    // With a pull request the branch is a detail; without one it is what the run is of.
    let branch = run.branch.clone().filter(|_| run.pull_request.is_some());
    let branch = branch.map(|branch| view! { <li>"branch " <b>{branch}</b></li> });
    let repository = (!run.repository.is_empty()).then(|| {
        let href = url::runs(&RunQuery { repository: Some(run.repository.clone()), ..RunQuery::default() });
        view! { <li><a href=href>{run.repository.clone()}</a></li> }
    });
    let since = run.created_at.map(|at| view! { <li>{facts::time(at, now)}</li> });
    let took = run.duration_ms.map(|ms| view! { <li>{format!("took {}", format::duration(ms))}</li> });
    let by = run.triggered_by.clone().map(|name| view! { <li>"asked for by " <b>{name}</b></li> });
    view! {
        <ul class="facts">
            <li>{change(&run.repository, run.pull_request, run.branch.as_deref())}</li>
            {branch}
            <li>{facts::commit(&run.repository, &run.commit_sha)}</li>
            {repository}
            {since}
            {took}
            {by}
        </ul>
    }
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
            view! { <li>{format!("{}: ", facts::platform(other.platform))} <a href=url::run(other.id)>{mark(other.status)}{format!(" run {}", other.id)}</a></li> }
                .into_any()
        })
        .collect();
    (!links.is_empty()).then(|| view! { <ul class="others" aria-label="Other runs of this commit">{links}</ul> }.into_any())
}
