//! What was found for a text. It reads without JavaScript; the palette asks the same.

use leptos::prelude::*;
use runlens_api_types::{
    ErrorBody, Query,
    params::Params,
    run::RunQuery,
    search::{Search, SearchGroup, SearchKind, SearchResult},
    suite::{RegressionTestQuery, SuiteSampleQuery},
};

use crate::{
    components::{
        filter,
        head::head,
        mark::symbol,
        page::{Address, Parts, go, page},
    },
    data::search::{Signal, search},
    islands::palette::entries::group_name,
    url::{self, suite},
};

/// The page of the search.
pub fn route() -> AnyView {
    page(|parts, query| Box::pin(fetch(parts, query)), show)
}

/// What is looked for; nothing before anything is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct View(Option<String>);

impl Query for View {
    fn read(params: &mut Params) -> Self {
        Self(params.text("q", 100))
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        out.extend(self.0.clone().map(|text| ("q", text)));
    }
}

async fn fetch(_: Parts, View(text): View) -> Result<Search, ErrorBody> {
    match text {
        Some(text) => search(text, Signal::none()).await,
        None => Ok(Search::default()),
    }
}

/// The only thing that a number can be meant for: the run of that number, where no pull request has it too.
fn only_run<'a>(text: &str, search: &'a Search) -> Option<&'a SearchResult> {
    let number = text.trim().parse::<i32>().ok()?;
    let has_pull = search.groups.iter().any(|group| {
        group.kind == SearchKind::PullRequest && group.results.iter().any(|result| result.id == Some(number))
    });
    let run = search
        .groups
        .iter()
        .find(|group| group.kind == SearchKind::Run)?
        .results
        .first()?;
    (!has_pull).then_some(run)
}

fn show(search: Search, View(text): View, address: Address) -> AnyView {
    if let Some(run) = text.as_deref().and_then(|text| only_run(text, &search)) {
        return go(&run.path);
    }
    let title = text
        .as_ref()
        .map_or_else(|| "Search".to_owned(), |text| format!("{text} · Search"));
    let description =
        "Find a run, a pull request, a commit, a branch, a regression test or a sample.".to_owned();
    let fields = view! {
        <label class="wide">
            <span class="unseen">"Text"</span>
            <input name="q" type="search" value=text.clone().unwrap_or_default() maxlength="100" autocomplete="off" autocapitalize="none" spellcheck="false"/>
        </label>
        <button type="submit">"Search"</button>
    };
    let content = match &text {
        None => hints(),
        Some(text) if search.groups.is_empty() => nothing(text),
        Some(text) => search
            .groups
            .into_iter()
            .map(|group| section(group, text))
            .collect::<Vec<_>>()
            .into_any(),
    };
    view! {
        {head(title, description, &address.path)}
        <div class="above">
            <h1>"Search"</h1>
            {filter::filter("/search".to_owned(), "Search for anything", fields.into_any())}
        </div>
        <div class="results">{content}</div>
    }
    .into_any()
}

fn section(group: SearchGroup, text: &str) -> AnyView {
    let name = group_name(group.kind);
    let more = group.has_more.then(|| more(group.kind, text)).flatten();
    let items: Vec<AnyView> = group
        .results
        .into_iter()
        .map(|result| {
            let SearchResult { title, detail, status, path, .. } = result;
            view! { <li>{status.map(symbol)} " " <a href=path>{title}</a> " " <span class="muted">{detail}</span></li> }.into_any()
        })
        .collect();
    view! { <section aria-label=name><h2>{name}</h2><ul>{items}</ul>{more}</section> }.into_any()
}

/// Where the rest of a kind's matches is.
fn more(kind: SearchKind, text: &str) -> Option<AnyView> {
    let contains = || Some(text.to_owned());
    let (href, words) = match kind {
        SearchKind::Branch | SearchKind::Commit => (
            url::runs(&RunQuery {
                q: contains(),
                ..RunQuery::default()
            }),
            "All runs with this text",
        ),
        SearchKind::RegressionTest => {
            let query = RegressionTestQuery {
                contains: contains(),
                ..RegressionTestQuery::default()
            };
            (
                suite::regression_tests(&query),
                "All regression tests with this text",
            )
        }
        SearchKind::Sample => (
            suite::samples(&SuiteSampleQuery {
                contains: contains(),
                ..SuiteSampleQuery::default()
            }),
            "All samples with this text",
        ),
        SearchKind::Run | SearchKind::PullRequest => {
            return Some(
                view! { <p class="muted">"There are more; a longer number finds fewer."</p> }.into_any(),
            );
        }
    };
    Some(view! { <p class="more"><a href=href>{words}</a></p> }.into_any())
}

fn nothing(text: &str) -> AnyView {
    let runs = url::runs(&RunQuery {
        q: Some(text.to_owned()),
        ..RunQuery::default()
    });
    view! {
        <div class="empty">
            <h2>"Nothing has this name or number"</h2>
            <p>{format!("No run, pull request, commit, branch, test or sample is found for “{text}”.")}</p>
            <p class="ways"><a href=runs>"Look among the runs"</a> <a href="/runs">"All runs"</a></p>
        </div>
    }
    .into_any()
}

/// What can be looked for.
fn hints() -> AnyView {
    let hint = |text: &'static str, words: &'static str| {
        view! { <li><code>{text}</code> " " <span class="muted">{words}</span></li> }.into_any()
    };
    view! {
        <section aria-label="What can be looked for">
            <ul>
                {hint("9346", "a run, a pull request, a regression test or a sample, by its number")}
                {hint("pr 2287", "only a pull request; so with run, commit, branch, test and sample")}
                {hint("11b348e", "a commit, by at least 4 of its first digits")}
                {hint("teletext", "a branch, a test's command, or a sample's name with this word in it")}
            </ul>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use runlens_api_types::search::{Search, SearchGroup, SearchKind, SearchResult};

    use super::only_run;

    #[test]
    fn a_number_that_only_a_run_has_leads_straight_there() {
        let group = |kind, id: i32, path: &str| SearchGroup {
            kind,
            results: vec![SearchResult {
                id: Some(id),
                title: String::new(),
                detail: String::new(),
                status: None,
                path: path.to_owned(),
            }],
            has_more: false,
        };
        let path = |text: &str, groups| only_run(text, &Search { groups }).map(|run| run.path.clone());
        let run = || group(SearchKind::Run, 93, "/runs/93");
        assert_eq!(path(" 93 ", vec![run()]).as_deref(), Some("/runs/93"));
        assert_eq!(
            path(
                "93",
                vec![run(), group(SearchKind::PullRequest, 930, "/pulls/930")]
            )
            .as_deref(),
            Some("/runs/93")
        );
        assert_eq!(
            path("93", vec![run(), group(SearchKind::PullRequest, 93, "/pulls/93")]),
            None
        );
        assert_eq!(path("run 93", vec![run()]), None);
        assert_eq!(path("93", vec![]), None);
    }
}
