//! A run as lists show it: its state, what it says beside its reference run, and its number, as one link.

use leptos::prelude::*;
use runlens_api_types::{infrastructure::InfrastructureErrorType, run::RunStatus};

use crate::{components::mark::mark, data::run_lists::RunLine, format, url};

/// A part of the infrastructure, in a word.
fn part(of: InfrastructureErrorType) -> &'static str {
    match of {
        InfrastructureErrorType::Queue => "queue",
        InfrastructureErrorType::VmProvisioning => "VM",
        InfrastructureErrorType::Checkout => "checkout",
        InfrastructureErrorType::Merge => "merge",
        InfrastructureErrorType::Build => "no build",
        InfrastructureErrorType::Worker => "worker",
        InfrastructureErrorType::WebServer => "web server",
        InfrastructureErrorType::Storage => "storage",
    }
}

/// What a run says, with the symbol and the class of it.
fn said(run: &RunLine) -> (&'static str, &'static str, String) {
    let counts = run.counts.filter(|_| run.reference.is_some());
    let total = run.total.max(run.finished);
    let words = match run.status {
        RunStatus::Pass if run.finished == total => format!("all {}", format::number(total)),
        RunStatus::Fail if run.counts.is_some() && run.reference.is_none() => {
            "nothing to compare with".to_owned()
        }
        RunStatus::Canceled if run.finished == 0 => match run.infrastructure {
            Some(of) => format!("did not run: {}", part(of)),
            None => "did not run".to_owned(),
        },
        RunStatus::Queued => String::new(),
        RunStatus::Running if run.finished == 0 => String::new(),
        RunStatus::Incomplete if run.finished == 0 => String::new(),
        // The mark beside it says the first word already.
        _ => run
            .short
            .trim_start_matches("running, ")
            .trim_start_matches("incomplete, ")
            .to_owned(),
    };
    let is_same =
        |counts: &runlens_api_types::comparison::VerdictCounts| counts.failing_identically == run.failed;
    let (symbol, class) = match counts {
        Some(counts) if counts.broken_here > 0 => ("▲", "says broken"),
        Some(counts) if counts.failing_differently > 0 => ("≠", "says different"),
        Some(counts) if run.failed > 0 && is_same(&counts) => ("=", "says"),
        _ => ("", "says"),
    };
    (symbol, class, words)
}

/// What of a completed run's tests failed, where its words do not say so: `118 of 240`.
fn failed(run: &RunLine) -> Option<String> {
    let is_untold = run.status == RunStatus::Fail && run.counts.is_some();
    is_untold.then(|| {
        format!(
            "{} of {}",
            format::number(run.failed),
            format::number(run.total.max(run.finished))
        )
    })
}

/// Everything in words, for who rests on it.
fn title(run: &RunLine) -> String {
    let failed = failed(run)
        .map(|failed| format!(", {failed} tests failed"))
        .unwrap_or_default();
    let beside = run
        .reference
        .map(|reference| format!(", compared with run {reference}"))
        .unwrap_or_default();
    let took = run
        .duration_ms
        .map(|ms| format!(", took {}", format::duration(ms)))
        .unwrap_or_default();
    format!("Run {}{failed}{beside}{took}", run.id)
}

/// A run, as a link to its page.
pub(super) fn run_link(run: &RunLine) -> AnyView {
    let (symbol, class, words) = said(run);
    let symbol =
        (!symbol.is_empty()).then(|| view! { <span class="symbol" aria-hidden="true">{symbol}</span> " " });
    let failed = failed(run).map(
        |failed| view! { <span class="failed">{failed}<span class="unseen">" tests failed"</span></span> },
    );
    view! {
        <a class="run" href=url::run(run.id) title=title(run)>
            {mark(run.status)}
            <span class=class>{symbol}{words}</span>
            {failed}
            <span class="id">{format!("#{}", run.id)}</span>
        </a>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use runlens_api_types::{
        comparison::VerdictCounts,
        infrastructure::InfrastructureErrorType,
        run::{OperatingSystem, RunStatus},
    };

    use super::{failed, said, title};
    use crate::data::run_lists::RunLine;

    fn line(status: RunStatus, finished: u64, failed: u64, short: &str) -> RunLine {
        RunLine {
            id: 9346,
            platform: OperatingSystem::Linux,
            status,
            created_at: None,
            duration_ms: Some(1_560_000),
            failed,
            finished,
            total: 240,
            short: short.to_owned(),
            reference: None,
            counts: None,
            infrastructure: None,
        }
    }

    #[test]
    fn a_run_in_a_list_says_what_it_says_beside_its_reference() {
        let beside = |broken_here, failing_differently, failing_identically, line: RunLine| RunLine {
            reference: Some(9328),
            counts: Some(VerdictCounts {
                broken_here,
                failing_differently,
                failing_identically,
                ..VerdictCounts::default()
            }),
            ..line
        };
        use RunStatus::{Canceled, Fail, Pass, Queued, Running};
        let vm = Some(InfrastructureErrorType::VmProvisioning);
        let cases = [
            (line(Pass, 240, 0, "all pass"), ("", "says", "all 240")),
            (
                line(Pass, 12, 0, "12 of 240 pass"),
                ("", "says", "12 of 240 pass"),
            ),
            (
                beside(2, 1, 115, line(Fail, 240, 118, "2 broken, 1 differs")),
                ("▲", "says broken", "2 broken, 1 differs"),
            ),
            (
                beside(0, 1, 115, line(Fail, 240, 116, "1 differs")),
                ("≠", "says different", "1 differs"),
            ),
            (
                beside(0, 0, 115, line(Fail, 240, 115, "same as master")),
                ("=", "says", "same as master"),
            ),
            (
                RunLine {
                    counts: Some(VerdictCounts::default()),
                    ..line(Fail, 240, 115, "115 of 240 failed")
                },
                ("", "says", "nothing to compare with"),
            ),
            (
                line(Fail, 240, 115, "115 of 240 failed"),
                ("", "says", "115 of 240 failed"),
            ),
            (
                RunLine {
                    infrastructure: vm,
                    ..line(Canceled, 0, 0, "did not run")
                },
                ("", "says", "did not run: VM"),
            ),
            (line(Canceled, 0, 0, "did not run"), ("", "says", "did not run")),
            (
                beside(0, 0, 0, line(Running, 130, 0, "running, 130 of 240: all pass")),
                ("", "says", "130 of 240: all pass"),
            ),
            (line(Queued, 0, 0, "queued"), ("", "says", "")),
        ];
        for (line, (symbol, class, words)) in cases {
            assert_eq!(said(&line), (symbol, class, words.to_owned()));
        }
    }

    #[test]
    fn how_many_failed_is_told_where_the_words_are_of_something_else() {
        let compared = RunLine {
            counts: Some(VerdictCounts::default()),
            reference: Some(9328),
            ..line(RunStatus::Fail, 240, 118, "")
        };
        assert_eq!(failed(&compared).as_deref(), Some("118 of 240"));
        assert_eq!(
            title(&compared),
            "Run 9346, 118 of 240 tests failed, compared with run 9328, took 26 min"
        );
        assert_eq!(
            failed(&line(RunStatus::Fail, 240, 118, "118 of 240 failed")),
            None
        );
    }
}
