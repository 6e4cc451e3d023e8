//! What the pages of a pull request and of a commit say alike: the verdicts on their newest runs.

use leptos::prelude::*;
use runlens_api_types::comparison::VerdictCounts;

use crate::{
    components::{facts, mark::mark},
    data::changes::{Said, Since},
    format, url,
};

/// The verdict of each platform: a sentence that leads to its run.
pub(super) fn verdicts(newest: Vec<Said>) -> Option<AnyView> {
    let items: Vec<AnyView> = newest
        .into_iter()
        .map(|said| {
            let class = if said.is_broken { "broken" } else { "" };
            let detail = (!said.detail.is_empty()).then(|| view! { <p class="rest">{said.detail}</p> });
            let since = said.since.map(|since| {
                let run = format!("run {}", since.run);
                view! { <p class="rest">"Since " <a href=url::run(since.run)>{run}</a> " of an earlier commit: " {since_words(since)} "."</p> }
            });
            view! {
                <li class=class>
                    <p class="verdict">
                        <b>{format!("{}:", facts::platform(said.platform))}</b> " " {said.headline} " "
                        <a href=url::run(said.run)>{mark(said.status)}{format!(" run {}", said.run)}</a>
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

/// `fixed 2, broke 1`.
fn since_words(since: Since) -> String {
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
fn sentences(newest: &[Said]) -> String {
    let sentences: Vec<String> = newest
        .iter()
        .filter(|said| !said.headline.is_empty())
        .map(|said| format!("{}: {}", facts::platform(said.platform), said.headline))
        .collect();
    sentences.join(" ")
}

/// A page's title: whether tests are broken is its first word.
pub(super) fn title(name: &str, newest: &[Said]) -> String {
    let broken: Vec<&str> = newest
        .iter()
        .filter(|said| said.is_broken)
        .map(|said| facts::platform(said.platform))
        .collect();
    if broken.is_empty() {
        name.to_owned()
    } else {
        format!("broken on {} · {name}", broken.join(" and "))
    }
}

/// What a preview of the page says.
pub(super) fn description(name: &str, newest: &[Said], runs: u64) -> String {
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

    use super::{description, since_words, title};
    use crate::data::changes::{Said, Since};

    #[test]
    fn what_changed_since_the_commit_before_is_told_in_a_sentence() {
        let words = |broken_here, fixed_here, failing_differently| {
            let counts = VerdictCounts {
                broken_here,
                fixed_here,
                failing_differently,
                ..VerdictCounts::default()
            };
            since_words(Since { run: 7, counts })
        };
        assert_eq!(words(0, 0, 0), "no test changed");
        assert_eq!(words(0, 2, 0), "fixed 2");
        assert_eq!(words(1, 2, 0), "fixed 2, broke 1");
        assert_eq!(words(1, 2, 1), "fixed 2, broke 1, 1 fails differently");
    }

    #[test]
    fn the_newest_verdicts_come_first() {
        let said = |platform, headline: &str, is_broken| Said {
            run: 7,
            platform,
            status: RunStatus::Fail,
            headline: headline.to_owned(),
            detail: String::new(),
            is_broken,
            since: None,
        };
        let newest = [
            said(OperatingSystem::Linux, "2 tests broken by this change.", true),
            said(OperatingSystem::Windows, "Did not run: no VM.", false),
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
