//! The list of runs, newest first.

use leptos::prelude::*;
use runlens_contract::{
    ErrorBody, Timestamp,
    run::{Platform, RunPlatform, RunQuery, RunStatus},
};

use crate::{
    components::{
        facts, filter,
        head::head,
        mark::mark,
        page::{Address, page},
        pager::pager,
    },
    data::{
        now,
        run_lists::{Commit, RunLine, RunList, run_list},
    },
    format, url,
};

/// The list of runs.
pub fn route() -> AnyView {
    page(|path| matches!(path, "/" | "/runs"), |address| Box::pin(fetch(address)), show)
}

async fn fetch(address: Address) -> Result<RunList, ErrorBody> {
    run_list(url::read::<RunQuery>(&address.search)?).await
}

fn show(list: RunList, address: Address) -> AnyView {
    // It has been read once already, to get the list.
    let query = url::read::<RunQuery>(&address.search).unwrap_or_default();
    let now = now();
    let at = list.pagination;
    let shown = list.commits.iter().map(|commit| commit.runs.len()).sum();
    let more = |offset: u32| {
        let mut query = query.clone();
        query.page.offset = offset;
        url::runs(&query)
    };
    let description = format!("{} of the regression test platform, newest first.", format::counted(at.total, "run", "runs"));
    let content = if list.commits.is_empty() { empty(is_filtered(&query), at.offset > 0) } else { table(list.commits, now) };
    view! {
        {head("Runs".to_owned(), description, &address.path)}
        <div class="above">
            <h1>"Runs"</h1>
            {filters(&query)}
        </div>
        {content}
        {pager(at, shown, ["run", "runs"], ["Newer", "Older"], &more)}
    }
    .into_any()
}

fn is_filtered(query: &RunQuery) -> bool {
    RunQuery { page: query.page, sort: query.sort, include: query.include.clone(), ..RunQuery::default() } != *query
}

fn filters(query: &RunQuery) -> AnyView {
    let clear = is_filtered(query).then(|| view! { <a href="/runs">"Clear"</a> });
    let fields = view! {
        {filter::choice::<RunStatus>("status", "Status", query.status)}
        {filter::choice::<RunPlatform>("platform", "Platform", query.platform)}
        {filter::text("pull_request", "PR", "short", query.pull_request.map(|number| number.to_string()), 10)}
        {filter::text("branch", "Branch", "", query.branch.clone(), 255)}
        {filter::text("repository", "Repository", "", query.repository.clone(), 201)}
        <button type="submit">"Filter"</button>
        {clear}
    };
    filter::filter("/runs".to_owned(), "Filter runs", fields.into_any())
}

fn empty(is_filtered: bool, is_beyond: bool) -> AnyView {
    let (title, text, way) = match (is_filtered, is_beyond) {
        (_, true) => ("There are no runs this far back", "The list is shorter than its address says.", "Newest runs"),
        (true, false) => ("No run is like that", "No run has all of these properties. Fewer filters find more.", "Clear the filters"),
        (false, false) => {
            ("There are no runs yet", "A run appears here when the platform takes up a commit or a pull request.", "Look again")
        }
    };
    view! { <div class="empty"><h2>{title}</h2><p>{text}</p><p class="ways"><a href="/runs">{way}</a></p></div> }.into_any()
}

fn table(commits: Vec<Commit>, now: Timestamp) -> AnyView {
    let mut platforms = vec![Platform::Linux, Platform::Windows];
    if commits.iter().flat_map(|commit| &commit.runs).any(|run| run.platform == Platform::Unknown) {
        platforms.push(Platform::Unknown);
    }
    let heads: Vec<AnyView> =
        platforms.iter().map(|platform| view! { <th scope="col">{capitalized(facts::platform(*platform))}</th> }.into_any()).collect();
    let rows: Vec<AnyView> = commits.into_iter().map(|commit| row(commit, &platforms, now)).collect();
    view! {
        <table class="rows runs">
            <caption class="unseen">"Runs by commit, newest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"Change"</th>
                    <th scope="col">"Commit"</th>
                    {heads}
                    <th scope="col">"Repository"</th>
                    <th scope="col" class="end">"When"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(commit: Commit, platforms: &[Platform], now: Timestamp) -> AnyView {
    let Commit { repository, branch, pull_request, sha, runs } = commit;
    let cells: Vec<AnyView> = platforms
        .iter()
        .map(|platform| {
            let runs: Vec<AnyView> = runs.iter().filter(|run| run.platform == *platform).map(run_link).collect();
            let label = capitalized(facts::platform(*platform));
            if runs.is_empty() {
                return view! { <td class="result none" data-label=label><span class="muted" title="No run on this platform">"–"</span></td> }.into_any();
            }
            view! { <td class="result" data-label=label>{runs}</td> }.into_any()
        })
        .collect();
    let when = runs.iter().find_map(|run| run.created_at).map(|at| facts::time(at, now));
    let from_repository = (!repository.is_empty()).then(|| {
        let href = url::runs(&RunQuery { repository: Some(repository.clone()), ..RunQuery::default() });
        view! { <a class="plain" href=href>{repository.clone()}</a> }
    });
    view! {
        <tr>
            <td class="change">{change(&repository, pull_request, branch.as_deref())}</td>
            <td class="commit">{facts::commit(&repository, &sha)}</td>
            {cells}
            <td class="repository">{from_repository}</td>
            <td class="when end">{when}</td>
        </tr>
    }
    .into_any()
}

/// What a run is of: a pull request, or a branch; each leads to its other runs.
pub fn change(repository: &str, pull_request: Option<i32>, branch: Option<&str>) -> AnyView {
    if let Some(number) = pull_request {
        let runs = url::runs(&RunQuery { pull_request, ..RunQuery::default() });
        let github = (!repository.is_empty()).then(|| {
            let href = format!("https://github.com/{repository}/pull/{number}");
            view! { <a class="out" href=href title="On GitHub"><span aria-hidden="true">"↗"</span><span class="unseen">{format!("Pull request {number} on GitHub")}</span></a> }
        });
        return view! { <a href=runs>{format!("PR #{number}")}</a> {github} }.into_any();
    }
    match branch {
        Some(branch) => {
            let runs = url::runs(&RunQuery { branch: Some(branch.to_owned()), ..RunQuery::default() });
            view! { <a href=runs>{branch.to_owned()}</a> }.into_any()
        }
        None => view! { <span class="muted">"–"</span> }.into_any(),
    }
}

fn run_link(run: &RunLine) -> AnyView {
    let took = run.duration_ms.map(|ms| format!(", took {}", format::duration(ms))).unwrap_or_default();
    view! {
        <a class="run" href=url::run(run.id) title=format!("Run {}{took}", run.id)>
            {mark(run.status)}
            <span class="counts">{outcome(run)}</span>
            <span class="id">{format!("#{}", run.id)}</span>
        </a>
    }
    .into_any()
}

/// How far a run came, and how it went.
fn outcome(run: &RunLine) -> String {
    let total = run.total.max(run.finished);
    let of_all = |n: u64| format!("{} of {}", format::number(n), format::number(total));
    match run.status {
        RunStatus::Pass if run.finished < total => format!("{} pass", of_all(run.finished)),
        RunStatus::Pass => format!("all {}", format::number(total)),
        RunStatus::Fail => format!("{} failed", of_all(run.failed)),
        RunStatus::Error => "no results".to_owned(),
        RunStatus::Canceled if run.finished == 0 => "did not run".to_owned(),
        RunStatus::Canceled => format!("after {}", of_all(run.finished)),
        RunStatus::Running if run.failed > 0 => format!("{}, {} failed", of_all(run.finished), format::number(run.failed)),
        RunStatus::Running => of_all(run.finished),
        RunStatus::Queued | RunStatus::Incomplete => String::new(),
    }
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use runlens_contract::run::{Platform, RunQuery, RunStatus};

    use super::{RunLine, is_filtered, outcome};

    #[test]
    fn a_run_in_the_list_says_how_far_it_came() {
        let line = |status, finished, failed| {
            outcome(&RunLine {
                id: 1,
                platform: Platform::Linux,
                status,
                created_at: None,
                duration_ms: None,
                failed,
                finished,
                total: 240,
            })
        };
        let cases = [
            (RunStatus::Pass, 240, 0, "all 240"),
            (RunStatus::Pass, 12, 0, "12 of 240 pass"),
            (RunStatus::Fail, 240, 118, "118 of 240 failed"),
            (RunStatus::Fail, 1241, 7, "7 of 1,241 failed"),
            (RunStatus::Canceled, 0, 0, "did not run"),
            (RunStatus::Canceled, 12, 3, "after 12 of 240"),
            (RunStatus::Running, 130, 0, "130 of 240"),
            (RunStatus::Running, 130, 2, "130 of 240, 2 failed"),
            (RunStatus::Queued, 0, 0, ""),
        ];
        for (status, finished, failed, text) in cases {
            assert_eq!(line(status, finished, failed), text);
        }
    }

    #[test]
    fn a_page_of_the_list_is_not_a_filter() {
        let mut query = RunQuery::default();
        query.page.offset = 50;
        assert!(!is_filtered(&query));
        assert!(is_filtered(&RunQuery { branch: Some("master".to_owned()), ..query }));
    }
}
