//! Results over runs: which runs a strip is of, and a list of results that can be narrowed down.

use leptos::prelude::*;
use runlens_api_types::{
    TextEnum, Timestamp,
    recent::{MAX_RUNS, RunChoice},
    run::RunPlatform,
    sample::ResultStatus,
    suite::{HistoryEntry, HistoryQuery},
};

use super::{facts, filter, mark::mark};
use crate::{format, url::suite};

/// Which runs the strips are of: each a link. `href` is the address of the same view with others.
pub fn run_choice(current: RunChoice, href: &dyn Fn(RunChoice) -> String) -> AnyView {
    let links: Vec<AnyView> = [
        (RunChoice::Master, "master"),
        (RunChoice::All, "all runs"),
        (RunChoice::PullRequests, "pull requests"),
    ]
    .into_iter()
    .map(|(choice, words)| {
        view! { <a href=href(choice) aria-current=(choice == current).then_some("true")>{words}</a> }
            .into_any()
    })
    .collect();
    view! { <nav class="choice" aria-label="Runs of the strips"><span>"Strips of"</span>{links}</nav> }
        .into_any()
}

/// What a strip is made of, and how far it goes back; `most` runs were asked for.
pub fn extent(runs: RunChoice, count: usize, most: u32) -> String {
    let [one, many] = match runs {
        RunChoice::Master => ["completed run of master", "completed runs of master"],
        RunChoice::All => ["run with a result", "runs with a result"],
        RunChoice::PullRequests => [
            "run of a pull request with a result",
            "runs of pull requests with a result",
        ],
    };
    let counted = format::pluralize(count as u64, one, many);
    match count {
        0 => format!("No {one}."),
        _ if count as u64 >= u64::from(most.min(MAX_RUNS)) => {
            format!("The newest {counted}, oldest first. What is older is in the history.")
        }
        1 => format!("Only {counted}."),
        _ => format!("All {counted}, oldest first."),
    }
}

/// Fields that narrow a history down. `more` are further fields, `clear` the address without any of them.
pub fn filters(
    action: String,
    query: &HistoryQuery,
    runs: RunChoice,
    more: Option<AnyView>,
    clear: Option<String>,
) -> AnyView {
    let statuses = ResultStatus::ALL
        .iter()
        .filter(|status| **status != ResultStatus::NotStarted)
        .map(|status| status.as_str());
    let fields = view! {
        {filter::unseen("runs", (runs != RunChoice::Master).then(|| runs.to_string()))}
        {more}
        {filter::choice_of("status", "Status", query.status.map(TextEnum::as_str), statuses.collect())}
        {filter::choice::<RunPlatform>("platform", "Platform", query.platform)}
        {filter::text("branch", "Branch", "", query.branch.clone(), 255)}
        <button type="submit">"Filter"</button>
        {clear.map(|href| view! { <a href=href>"Clear"</a> })}
    };
    filter::filter(action, "Filter the history", fields.into_any())
}

/// Results, one a row, each with a link to its run at the test. `of_many_tests` adds the test.
pub fn table(entries: Vec<HistoryEntry>, of_many_tests: bool, now: Timestamp) -> AnyView {
    let rows: Vec<AnyView> = entries
        .into_iter()
        .map(|entry| row(entry, of_many_tests, now))
        .collect();
    view! {
        <table class="rows history">
            <caption class="unseen">"Results, newest run first"</caption>
            <thead>
                <tr>
                    <th scope="col">"Run"</th>
                    {of_many_tests.then(|| view! { <th scope="col">"Test"</th> })}
                    <th scope="col">"Status"</th>
                    <th scope="col">"Platform"</th>
                    <th scope="col">"Change"</th>
                    <th scope="col">"Commit"</th>
                    <th scope="col">"Exit code"</th>
                    <th scope="col" class="end">"Runtime"</th>
                    <th scope="col" class="end">"When"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(entry: HistoryEntry, of_many_tests: bool, now: Timestamp) -> AnyView {
    let (run, test) = (entry.run_id, entry.regression_test_id);
    let of_test = of_many_tests.then(
        || view! { <td class="test"><a href=suite::regression_test(test)>{format!("#{test}")}</a></td> },
    );
    let is_wrong_exit = entry.exit_code != entry.expected_rc;
    let runtime = entry.runtime_ms.map(|ms| format::duration(i64::from(ms)));
    view! {
        <tr>
            <th scope="row" class="id"><a href=suite::run_at_test(run, test)>{format!("run {run}")}</a></th>
            {of_test}
            <td class="status">{mark(entry.status)}</td>
            <td class="platform">{facts::platform(entry.platform)}</td>
            <td class="change">{facts::change(&entry.revision.repository, entry.revision.pull_request, entry.revision.branch.as_deref())}</td>
            <td class="commit">{facts::commit(&entry.revision.repository, &entry.revision.commit_sha)}</td>
            <td class="exit" class:fail=is_wrong_exit data-label="exit code">{exit(entry.exit_code, entry.expected_rc)}</td>
            <td class="end runtime">{runtime}</td>
            <td class="end when">{entry.created_at.map(|at| facts::time(at, now))}</td>
        </tr>
    }
    .into_any()
}

fn exit(got: Option<i32>, expected: Option<i32>) -> String {
    let code = |code: Option<i32>| code.map_or_else(|| "none".to_owned(), |code| code.to_string());
    if got == expected {
        code(got)
    } else {
        format!("{}, expected {}", code(got), code(expected))
    }
}

#[cfg(test)]
mod tests {
    use runlens_api_types::recent::RunChoice;

    use super::extent;

    #[test]
    fn a_strip_says_how_far_it_goes_back() {
        assert_eq!(extent(RunChoice::Master, 0, 50), "No completed run of master.");
        assert_eq!(extent(RunChoice::All, 1, 50), "Only 1 run with a result.");
        assert_eq!(
            extent(RunChoice::Master, 23, 24),
            "All 23 completed runs of master, oldest first."
        );
        let newest = "The newest 24 runs of pull requests with a result, oldest first. What is older is in the history.";
        assert_eq!(extent(RunChoice::PullRequests, 24, 24), newest);
    }
}
