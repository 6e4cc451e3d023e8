//! A run that goes on: how far it is, kept up to date by the server's stream of events.

#[cfg(feature = "hydrate")]
mod connection;
#[cfg(not(feature = "hydrate"))]
#[path = "live/no_connection.rs"]
mod connection;

use std::time::Duration;

use leptos::{leptos_dom::helpers::set_interval_with_handle, prelude::*};
use runlens_contract::{
    Timestamp,
    live::LiveRun,
    run::{ProgressStatus, Run, RunStatus, RunSummary},
};

use super::page::Refresh;
use crate::{data::now, format};
use connection::{Kept, kept};

/// How it stands with the connection to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// There is none: it has not been asked for, or is being made.
    Down,
    /// The server tells what happens.
    Up,
    /// It broke, and is being made again.
    Lost,
}

/// The run that the page in view is about, as the server tells it. There is one for all pages: a page that is read again goes on with it.
#[derive(Clone, Copy)]
pub struct Live {
    run: RwSignal<Option<LiveRun>>,
    line: RwSignal<Line>,
    #[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only a browser has a connection"))]
    core: Kept,
    #[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only a browser reads a page again"))]
    refresh: Refresh,
}

/// What a page shows of a run's progress: where it differs, the page is out of date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Progress {
    status: RunStatus,
    finished: u64,
    failed: u64,
}

impl From<&LiveRun> for Progress {
    fn from(run: &LiveRun) -> Self {
        Self { status: run.status, finished: run.finished_count, failed: run.failed_count }
    }
}

impl Live {
    /// For [`crate::App`], which provides it to its pages.
    pub fn new(refresh: Refresh) -> Self {
        Self { run: RwSignal::new(None), line: RwSignal::new(Line::Down), core: kept(), refresh }
    }

    /// What the server said last of a run; none where it has said nothing of this one.
    pub fn said(self, run_id: i32) -> Option<LiveRun> {
        self.run.get().filter(|run| run.run_id == run_id)
    }
}

/// The progress of a run that goes on; nothing for one that has ended. While it is shown, the page is read again when the run has got on.
pub fn watch(run: &Run, summary: &RunSummary) -> AnyView {
    if !run.status.is_going_on() {
        return ().into_any();
    }
    let live = expect_context::<Live>();
    let shown = as_shown(run, summary);
    let (run_id, progress) = (run.run_id, Progress::from(&shown));
    live.hold(run_id, Some(progress));
    let run = Signal::derive(move || live.said(run_id).unwrap_or_else(|| shown.clone()));
    let time = RwSignal::new(now());
    Effect::new(move || {
        let ticking = set_interval_with_handle(move || _ = time.try_set(now()), Duration::from_secs(1)).ok();
        on_cleanup(move || {
            if let Some(ticking) = ticking {
                ticking.clear();
            }
        });
    });
    let spoken = Memo::new(move |_| {
        // Nothing of what is there from the beginning is said again, and no count: somebody may be reading.
        let words = run.with(words);
        match live.line.get() {
            Line::Lost => "The connection to the server is lost. It is tried again.".to_owned(),
            Line::Down => String::new(),
            Line::Up => format!("Live: {}.", words.to_lowercase()),
        }
    });
    view! {
        <div class="live" class:up=move || live.line.get() == Line::Up class:lost=move || live.line.get() == Line::Lost>
            <b>{move || run.with(words)}</b>
            <progress aria-label="Tests with a result" max=move || run.with(|run| run.total_samples.max(1).to_string()) value=move || run.with(|run| run.finished_count.to_string())></progress>
            <span class="counts">{move || run.with(counts)}</span>
            <span class="elapsed">{move || run.with(|run| elapsed(run, time.get()))}</span>
            // Last: it may become longer without moving anything.
            <span class="line">
                <span class="symbol" aria-hidden="true">{move || if live.line.get() == Line::Lost { "○" } else { "●" }}</span>
                {move || if live.line.get() == Line::Lost { "connection lost, trying again" } else { "live" }}
            </span>
            <span class="asleep">"Load the page again to see how it goes on."</span>
            <span class="unseen" role="status" aria-live="polite">{move || spoken.get()}</span>
        </div>
    }
    .into_any()
}

/// What the page itself says of a run, in the server's words.
fn as_shown(run: &Run, summary: &RunSummary) -> LiveRun {
    let stage = run.created_at.map(|_| if run.started_at.is_some() { ProgressStatus::Testing } else { ProgressStatus::Preparation });
    let failed_count = summary.fail_count + summary.missing_output_count;
    LiveRun {
        run_id: run.run_id,
        status: run.status,
        stage,
        created_at: run.created_at,
        started_at: run.started_at,
        completed_at: run.completed_at,
        total_samples: summary.total_samples,
        finished_count: summary.pass_count + failed_count,
        failed_count,
        log_bytes: None,
    }
}

fn words(run: &LiveRun) -> &'static str {
    match (run.status, run.stage) {
        (RunStatus::Queued, _) => "Waiting for a worker",
        (RunStatus::Running, Some(ProgressStatus::Testing)) => "Testing",
        (RunStatus::Running, _) => "Preparing",
        _ => "Finished",
    }
}

fn counts(run: &LiveRun) -> String {
    let done = format!("{} of {}", format::number(run.finished_count), format::counted(run.total_samples, "test", "tests"));
    if run.failed_count == 0 { done } else { format!("{done}, {} failed", format::number(run.failed_count)) }
}

/// How long the stage has gone on.
fn elapsed(run: &LiveRun, now: Timestamp) -> String {
    let (Some(since), RunStatus::Running) = (run.started_at.or(run.created_at), run.status) else { return String::new() };
    let seconds = (now.unix() - since.unix()).max(0);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use runlens_contract::{
        Timestamp,
        live::LiveRun,
        run::{ProgressStatus, RunStatus},
    };

    use super::{counts, elapsed, words};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(1_782_561_600 + seconds).expect("a time")
    }

    fn run(status: RunStatus, stage: Option<ProgressStatus>, started_at: Option<Timestamp>) -> LiveRun {
        LiveRun {
            run_id: 7,
            status,
            stage,
            created_at: Some(at(0)),
            started_at,
            completed_at: None,
            total_samples: 240,
            finished_count: 12,
            failed_count: 2,
            log_bytes: None,
        }
    }

    #[test]
    fn a_run_says_what_it_is_at_how_far_it_is_and_for_how_long() {
        let testing = run(RunStatus::Running, Some(ProgressStatus::Testing), Some(at(60)));
        assert_eq!((words(&testing), counts(&testing).as_str()), ("Testing", "12 of 240 tests, 2 failed"));
        assert_eq!(elapsed(&testing, at(60 + 3_725)), "1:02:05");
        assert_eq!(elapsed(&testing, at(0)), "0:00", "clocks differ");
        let preparing = run(RunStatus::Running, Some(ProgressStatus::Preparation), None);
        assert_eq!((words(&preparing), elapsed(&preparing, at(65)).as_str()), ("Preparing", "1:05"));
        let queued = LiveRun { finished_count: 0, failed_count: 0, total_samples: 1, ..run(RunStatus::Queued, None, None) };
        assert_eq!(
            (words(&queued), counts(&queued).as_str(), elapsed(&queued, at(65)).as_str()),
            ("Waiting for a worker", "0 of 1 test", "")
        );
    }
}
