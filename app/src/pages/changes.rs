//! What the pages of a pull request and of a commit say alike: the verdicts on their newest runs.

use leptos::prelude::*;
use runlens_api_types::{
    change::{ChangeSincePrevious, LatestRun},
    comparison::VerdictCounts,
};

use crate::{
    components::{facts, mark::mark},
    format, url,
};

/// The verdict of each platform: a sentence that leads to its run.
pub(super) fn verdicts(newest: Vec<LatestRun>) -> Option<AnyView> {
    let items: Vec<AnyView> = newest
        .into_iter()
        .map(|said| {
            let class = if is_broken(&said) { "broken" } else { "" };
            let detail = (!said.detail.is_empty()).then(|| view! { <p class="rest">{said.detail}</p> });
            let since = said.since_previous.map(|since| {
                let run = format!("run {}", since.run_id);
                view! { <p class="rest">"Since " <a href=url::run(since.run_id)>{run}</a> " of an earlier commit: " {since_words(since)} "."</p> }
            });
            view! {
                <li class=class>
                    <p class="verdict">
                        <b>{format!("{}:", facts::platform(said.platform))}</b> " " {said.headline} " "
                        <a href=url::run(said.run_id)>{mark(said.status)}{format!(" run {}", said.run_id)}</a>
                    </p>
                    {detail}
                    {since}
                </li>
            }
            .into_any()
        })
        .collect();
    (!items.is_empty())
        .then(|| view! { <ul class="verdicts" aria-label="Newest verdicts">{items}</ul> }.into_any())
}

fn is_broken(run: &LatestRun) -> bool {
    run.counts.is_some_and(|counts| counts.broken_here > 0)
}

/// `fixed 2, broke 1`.
fn since_words(since: ChangeSincePrevious) -> String {
    let VerdictCounts {
        broken_here,
        fixed_here,
        failing_differently,
        ..
    } = since.counts;
    let parts = [
        (fixed_here, format!("fixed {}", format::number(fixed_here))),
        (broken_here, format!("broke {}", format::number(broken_here))),
        (
            failing_differently,
            format!(
                "{} {} differently",
                format::number(failing_differently),
                if failing_differently == 1 { "fails" } else { "fail" }
            ),
        ),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(_, words)| words)
        .collect();
    if parts.is_empty() {
        "no test changed".to_owned()
    } else {
        parts.join(", ")
    }
}

/// `Linux: 2 tests broken by this change. Windows: …`; empty where nothing is said.
fn sentences(newest: &[LatestRun]) -> String {
    let sentences: Vec<String> = newest
        .iter()
        .filter(|said| !said.headline.is_empty())
        .map(|said| format!("{}: {}", facts::platform(said.platform), said.headline))
        .collect();
    sentences.join(" ")
}

/// A page's title: whether tests are broken is its first word.
pub(super) fn title(name: &str, newest: &[LatestRun]) -> String {
    let broken: Vec<&str> = newest
        .iter()
        .filter(|said| is_broken(said))
        .map(|said| facts::platform(said.platform))
        .collect();
    if broken.is_empty() {
        name.to_owned()
    } else {
        format!("broken on {} · {name}", broken.join(" and "))
    }
}

/// What a preview of the page says.
pub(super) fn description(name: &str, newest: &[LatestRun], runs: u64) -> String {
    let said = sentences(newest);
    let runs = format::pluralize(runs, "run", "runs");
    if said.is_empty() {
        format!("{name}: {runs}.")
    } else {
        format!("{said} {name}, {runs}.")
    }
}

#[cfg(test)]
mod tests {
    use runlens_api_types::{
        comparison::VerdictCounts,
        run::{OperatingSystem, RunStatus},
    };

    use super::{ChangeSincePrevious, LatestRun, description, since_words, title};

    #[test]
    fn what_changed_since_the_commit_before_is_told_in_a_sentence() {
        let words = |broken_here, fixed_here, failing_differently| {
            let counts = VerdictCounts {
                broken_here,
                fixed_here,
                failing_differently,
                ..VerdictCounts::default()
            };
            since_words(ChangeSincePrevious {
                run_id: 7,
                commit_sha: String::new(),
                counts,
            })
        };
        assert_eq!(words(0, 0, 0), "no test changed");
        assert_eq!(words(0, 2, 0), "fixed 2");
        assert_eq!(words(1, 2, 0), "fixed 2, broke 1");
        assert_eq!(words(1, 2, 1), "fixed 2, broke 1, 1 fails differently");
    }

    #[test]
    fn the_newest_verdicts_come_first() {
        let said = |platform, headline: &str, broken_here| LatestRun {
            run_id: 7,
            platform,
            status: RunStatus::Fail,
            commit_sha: String::new(),
            headline: headline.to_owned(),
            detail: String::new(),
            baseline_run_id: None,
            counts: Some(VerdictCounts {
                broken_here,
                ..VerdictCounts::default()
            }),
            since_previous: None,
        };
        let newest = [
            said(OperatingSystem::Linux, "2 tests broken by this change.", 2),
            said(OperatingSystem::Windows, "Did not run: no VM.", 0),
        ];
        assert_eq!(
            description("Pull request 2287", &newest, 4),
            "Linux: 2 tests broken by this change. Windows: Did not run: no VM. Pull request 2287, 4 runs."
        );
        assert_eq!(title("PR #2287", &newest), "broken on Linux · PR #2287");
        assert_eq!(title("PR #2287", &newest[1..]), "PR #2287");
        assert_eq!(description("Commit c0ffee1", &[], 1), "Commit c0ffee1: 1 run.");
    }
}
