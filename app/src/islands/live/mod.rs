//! A run that goes on: how far it is, kept up to date by the server's stream of events, and the page with it.

mod again;

use std::time::Duration;

use leptos::{leptos_dom::helpers::set_interval_with_handle, prelude::*};
use runlens_api_types::{
    Timestamp,
    live::LiveRun,
    run::{ProgressStatus, RunStatus},
};

use super::stream::{self, Line};
use crate::{data::now, format};
use again::Reader;

/// What a page shows of a run's progress: where it differs, the page is out of date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Progress {
    status: RunStatus,
    finished: u64,
    failed: u64,
}

impl From<&LiveRun> for Progress {
    fn from(run: &LiveRun) -> Self {
        Self {
            status: run.status,
            finished: run.finished_count,
            failed: run.failed_count,
        }
    }
}

/// The progress of a run that goes on. The page is read again when the run has got on.
#[island]
pub(crate) fn LiveLine(shown: LiveRun) -> impl IntoView {
    let run = RwSignal::new(shown.clone());
    let line = RwSignal::new(Line::Down);
    let time = RwSignal::new(now());
    let is_paused = RwSignal::new(false);
    // What was told last, and whether it is the last that will be.
    let told = RwSignal::new(None);
    Effect::new(move || {
        stream::hear(shown.run_id, line, move |run, is_last| {
            told.set(Some((run, is_last)))
        });
        let reader = Reader::new(Progress::from(&shown));
        Effect::new(move || {
            if let (Some((now, is_last)), false) = (told.get(), is_paused.get()) {
                let progress = Progress::from(&now);
                run.set(now);
                reader.got_on(progress, is_last);
            }
        });
        let tick = move || {
            if !is_paused.get_untracked() {
                time.set(now());
            }
        };
        let _ = set_interval_with_handle(tick, Duration::from_secs(1));
    });
    let spoken = Memo::new(move |_| {
        // Nothing of what is there from the beginning is said again, and no count: somebody may be reading.
        let words = run.with(words);
        match line.get() {
            Line::Lost => "The connection to the server is lost. It is tried again.".to_owned(),
            Line::Down => String::new(),
            Line::Up => format!("Live: {}.", words.to_lowercase()),
        }
    });
    view! {
        <div class="live" class:up=move || line.get() == Line::Up class:lost=move || line.get() == Line::Lost>
            <b>{move || run.with(words)}</b>
            <progress aria-label="Tests with a result" max=move || run.with(|run| run.total_samples.max(1).to_string()) value=move || run.with(|run| run.finished_count.to_string())></progress>
            <span class="counts">{move || run.with(counts)}</span>
            <span class="elapsed">{move || run.with(|run| elapsed(run, time.get()))}</span>
            <button type="button" class="quiet scripted" title="Whether this page updates by itself" on:click=move |_| is_paused.update(|is_paused| *is_paused = !*is_paused)>
                {move || if is_paused.get() { "Resume" } else { "Pause" }}
            </button>
            // Last: it may become longer without moving anything.
            <span class="line">
                <span class="symbol" aria-hidden="true">{move || if line.get() == Line::Lost || is_paused.get() { "○" } else { "●" }}</span>
                {move || match line.get() {
                    Line::Lost => "connection lost, trying again",
                    _ if is_paused.get() => "paused",
                    _ => "live",
                }}
            </span>
            <span class="asleep">"Load the page again to see how it goes on."</span>
            <span class="unseen" role="status" aria-live="polite">{move || spoken.get()}</span>
        </div>
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
    let done = format!(
        "{} of {}",
        format::number(run.finished_count),
        format::pluralize(run.total_samples, "test", "tests")
    );
    if run.failed_count == 0 {
        done
    } else {
        format!("{done}, {} failed", format::number(run.failed_count))
    }
}

/// How long the stage has gone on.
fn elapsed(run: &LiveRun, now: Timestamp) -> String {
    let (Some(since), RunStatus::Running) = (run.started_at.or(run.created_at), run.status) else {
        return String::new();
    };
    let seconds = (now.unix() - since.unix()).max(0);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use runlens_api_types::{
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
        assert_eq!(
            (words(&testing), counts(&testing).as_str()),
            ("Testing", "12 of 240 tests, 2 failed")
        );
        assert_eq!(elapsed(&testing, at(60 + 3_725)), "1:02:05");
        assert_eq!(elapsed(&testing, at(0)), "0:00", "clocks differ");
        let preparing = run(RunStatus::Running, Some(ProgressStatus::Preparation), None);
        assert_eq!(
            (words(&preparing), elapsed(&preparing, at(65)).as_str()),
            ("Preparing", "1:05")
        );
        let queued = LiveRun {
            finished_count: 0,
            failed_count: 0,
            total_samples: 1,
            ..run(RunStatus::Queued, None, None)
        };
        assert_eq!(
            (
                words(&queued),
                counts(&queued).as_str(),
                elapsed(&queued, at(65)).as_str()
            ),
            ("Waiting for a worker", "0 of 1 test", "")
        );
    }
}
