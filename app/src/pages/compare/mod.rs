//! Two runs side by side, test by test.

mod choose;
mod tests;

pub use choose::route as choose_route;

use leptos::prelude::*;
use runlens_api_types::{
    ErrorBody, TextEnum, Timestamp,
    comparison::{Verdict, VerdictCounts},
    run::RunStatus,
};

use super::run::title;
use crate::{
    components::{
        facts,
        head::head,
        mark::mark,
        page::{Address, Parts, page},
        pager::pager,
    },
    data::{
        compare::{ComparePage, Side, compare_page},
        now,
    },
    format,
    pages::runs::change,
    url::{
        self,
        compare::{CompareView, choose, compare},
    },
};

/// The page of a comparison.
pub fn route() -> AnyView {
    page(|parts, query| Box::pin(fetch(parts, query)), show)
}

async fn fetch(parts: Parts, query: CompareView) -> Result<ComparePage, ErrorBody> {
    compare_page(
        url::read_id(parts.get("id"))?,
        url::read_id(parts.get("other"))?,
        query,
    )
    .await
}

fn show(page: ComparePage, view: CompareView, address: Address) -> AnyView {
    let now = now();
    let ComparePage {
        here,
        there,
        comparison,
    } = page;
    let (run, other) = (here.run.run_id, there.run.run_id);
    let counts = comparison.counts;
    let sentence = sentence(&here, &there, &counts);
    let heads = view! {
        <table class="rows sides">
            <caption class="unseen">"The two runs"</caption>
            <thead>
                <tr>
                    <th scope="col">"Run"</th>
                    <th scope="col">"Status"</th>
                    <th scope="col">"Platform"</th>
                    <th scope="col">"Change"</th>
                    <th scope="col">"Commit"</th>
                    <th scope="col" class="end">"Failed"</th>
                    <th scope="col" class="end">"Passed"</th>
                    <th scope="col" class="end">"Without result"</th>
                    <th scope="col" class="end">"When"</th>
                </tr>
            </thead>
            <tbody>{side(&here, "here", now)}{side(&there, "there", now)}</tbody>
        </table>
    };
    let content = if run == other {
        view! {
            <div class="empty">
                <h2>"A run is always like itself"</h2>
                <p>"Both numbers are of the same run: there is nothing to compare."</p>
                <p class="ways"><a href=choose(run)>"Compare with another run"</a><a href=url::run(run)>{format!("Run {run}")}</a></p>
            </div>
        }
        .into_any()
    } else {
        let at = comparison.pagination;
        let shown = comparison.data.len();
        let pages = |offset: u32| CompareView { offset, ..view }.address(run, other);
        view! {
            {verdicts(run, other, &counts, view)}
            {tests::table(run, other, comparison.data, view)}
            {pager(at, shown, ["test", "tests"], ["Before", "More"], &pages)}
        }
        .into_any()
    };
    view! {
        {head(format!("Run {run} beside run {other}"), sentence.clone(), &address.path)}
        <header class="comparison">
            <h1>
                <a class="plain" href=url::run(run)>{title(&here.run)}</a>
                <span class="on">" beside "</span>
                <a class="plain" href=url::run(other)>{title(&there.run)}</a>
            </h1>
            <p class="verdict">{sentence}</p>
            {caveats(&here, &there)}
            <p class="ways"><a href=compare(other, run)>"Swap the two"</a><a href=choose(run)>"Compare with another run…"</a></p>
        </header>
        {heads}
        {content}
    }
    .into_any()
}

/// What the comparison comes to.
fn sentence(here: &Side, there: &Side, counts: &VerdictCounts) -> String {
    let (run, other) = (here.run.run_id, there.run.run_id);
    if run == other {
        return "A run is always like itself.".to_owned();
    }
    let fail = |n: u64| if n == 1 { "fails" } else { "fail" };
    let mut parts = Vec::new();
    if counts.broken_here > 0 {
        parts.push(format!(
            "{} here and not in run {other}",
            say(counts.broken_here, fail)
        ));
    }
    if counts.failing_differently > 0 {
        parts.push(format!("{} differently", say(counts.failing_differently, fail)));
    }
    if counts.fixed_here > 0 {
        parts.push(format!("{} in run {other} alone", say(counts.fixed_here, fail)));
    }
    let same = counts.failing_identically;
    match (parts.is_empty(), same) {
        (true, 0) if counts.no_baseline > 0 => {
            format!(
                "Run {other} has no result of {}.",
                format::pluralize(counts.no_baseline, "test", "tests")
            )
        }
        (true, 0) => "Nothing fails in either run.".to_owned(),
        (true, 1) => "The one failure is the same in both runs.".to_owned(),
        (true, _) => format!("All {} failures are the same in both runs.", format::number(same)),
        (false, 0) => format!("{}.", parts.join(", ")),
        (false, _) => format!("{}; {} the same in both.", parts.join(", "), say(same, fail)),
    }
}

fn say(n: u64, verb: fn(u64) -> &'static str) -> String {
    format!("{} {}", format::pluralize(n, "test", "tests"), verb(n))
}

/// Why the comparison may say less than it seems to.
fn caveats(here: &Side, there: &Side) -> AnyView {
    let mut said = Vec::new();
    if here.run.platform != there.run.platform {
        let platforms = [
            facts::platform(here.run.platform),
            facts::platform(there.run.platform),
        ];
        said.push(format!(
            "The runs are of different platforms, {} and {}: a test may rightly end differently.",
            platforms[0], platforms[1]
        ));
    }
    for side in [here, there] {
        let why = match side.run.status {
            RunStatus::Queued => "has not begun",
            RunStatus::Running => "is still going on",
            RunStatus::Canceled => "was stopped before its end",
            RunStatus::Error => "completed without a result",
            RunStatus::Incomplete => "has not come to its end",
            RunStatus::Pass | RunStatus::Fail if side.summary.skipped_count > 0 => "left tests out",
            RunStatus::Pass | RunStatus::Fail => continue,
        };
        let missing = format::pluralize(side.summary.skipped_count, "test has", "tests have");
        said.push(format!(
            "Run {} {why}: {missing} no result in it.",
            side.run.run_id
        ));
    }
    let said: Vec<AnyView> = said
        .into_iter()
        .map(|text| view! { <p class="notice">{text}</p> }.into_any())
        .collect();
    said.into_any()
}

fn side(side: &Side, word: &'static str, now: Timestamp) -> AnyView {
    let Side { run, summary } = side;
    let failed = summary.fail_count + summary.missing_output_count;
    view! {
        <tr>
            <th scope="row" class="name"><a href=url::run(run.run_id)>{format!("Run {}", run.run_id)}</a> " " <span class="muted">{word}</span></th>
            <td class="status">{mark(run.status)}</td>
            <td>{facts::platform(run.platform)}</td>
            <td>{change(&run.revision.repository, run.revision.pull_request, run.revision.branch.as_deref())}</td>
            <td>{facts::commit(&run.revision.repository, &run.revision.commit_sha)}</td>
            <td class="end" data-label="failed">{format::number(failed)}</td>
            <td class="end" data-label="passed">{format::number(summary.pass_count)}</td>
            <td class="end" data-label="without result">{format::number(summary.skipped_count)}</td>
            <td class="end when">{run.created_at.map(|at| facts::time(at, now))}</td>
        </tr>
    }
    .into_any()
}

/// How many tests have which verdict: each count leads to its tests.
fn verdicts(run: i32, other: i32, counts: &VerdictCounts, view: CompareView) -> AnyView {
    let count = |verdict: Verdict| match verdict {
        Verdict::BrokenHere => counts.broken_here,
        Verdict::FailingDifferently => counts.failing_differently,
        Verdict::FailingIdentically => counts.failing_identically,
        Verdict::FixedHere => counts.fixed_here,
        Verdict::NoBaseline => counts.no_baseline,
    };
    let total: u64 = Verdict::ALL.iter().map(|verdict| count(*verdict)).sum();
    let link = |verdict: Option<Verdict>, name: AnyView, count: u64| {
        let to = CompareView { verdict, offset: 0 }.address(run, other);
        let is_current = view.verdict == verdict;
        view! { <a href=to aria-current=is_current.then_some("true")>{name} " " <span class="count">{format::number(count)}</span></a> }
            .into_any()
    };
    let all = link(None, "all".into_any(), total);
    let links: Vec<AnyView> = Verdict::ALL
        .iter()
        .filter(|verdict| count(**verdict) > 0 || view.verdict == Some(**verdict))
        .map(|verdict| link(Some(*verdict), mark(*verdict), count(*verdict)))
        .collect();
    view! { <div class="toolbar"><nav class="choice" aria-label="Tests by verdict">{all}{links}</nav></div> }
        .into_any()
}

#[cfg(test)]
mod sentences {
    use runlens_api_types::{
        comparison::VerdictCounts,
        run::{RunStatus, RunSummary},
    };

    use super::{Side, sentence};

    fn side(id: i32) -> Side {
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
        let run = serde_json::from_value(serde_json::json!({
            "run_id": id, "status": "fail", "repository": "a/b", "commit_sha": "c0ffee", "commit_short": "c0ffee", "platform": "linux",
            "test_type": "commit", "run_errors": "none", "links": links,
        }))
        .expect("a run");
        let summary = RunSummary {
            run_id: id,
            status: RunStatus::Fail,
            total_samples: 0,
            pass_count: 0,
            fail_count: 0,
            skipped_count: 0,
            missing_output_count: 0,
            error_count: 0,
            duration_ms: None,
        };
        Side { run, summary }
    }

    #[test]
    fn a_comparison_is_told_in_a_sentence() {
        let of = |[
            broken_here,
            failing_differently,
            failing_identically,
            fixed_here,
            no_baseline,
        ]: [u64; 5]| {
            let counts = VerdictCounts {
                broken_here,
                failing_differently,
                failing_identically,
                fixed_here,
                no_baseline,
            };
            sentence(&side(9), &side(7), &counts)
        };
        assert_eq!(
            of([2, 1, 115, 1, 0]),
            "2 tests fail here and not in run 7, 1 test fails differently, 1 test fails in run 7 alone; 115 tests fail the same in both."
        );
        assert_eq!(
            of([0, 0, 118, 0, 0]),
            "All 118 failures are the same in both runs."
        );
        assert_eq!(of([0, 0, 0, 0, 0]), "Nothing fails in either run.");
        assert_eq!(of([0, 0, 0, 0, 240]), "Run 7 has no result of 240 tests.");
        assert_eq!(
            sentence(&side(7), &side(7), &VerdictCounts::default()),
            "A run is always like itself."
        );
    }
}
