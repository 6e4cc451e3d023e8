//! Small facts: times, hashes, repositories, pull requests.

use leptos::prelude::*;
use runlens_api_types::{
    Timestamp,
    run::{OperatingSystem, RunQuery},
};

use crate::{format, islands::times::TOLD, url};

/// A point in time: told from now, exact on hover. The browser keeps it true.
pub fn time(at: Timestamp, now: Timestamp) -> AnyView {
    view! { <time class=TOLD datetime=at.to_string() title=format::exact(at)>{format::relative(at, now)}</time> }.into_any()
}

/// A hash: short to the eye, whole when copied.
pub fn hash(sha: &str) -> AnyView {
    let cut = sha.char_indices().nth(7).map_or(sha.len(), |(index, _)| index);
    let (short, rest) = sha.split_at(cut);
    view! { <code class="hash" title=sha.to_owned()>{short.to_owned()}<span class="rest" aria-hidden="true">{rest.to_owned()}</span></code> }.into_any()
}

/// A hash with a button that copies all of it; `what` names it to those who hear the page.
pub fn copied_hash(sha: &str, what: &str) -> AnyView {
    let label = format!("Copy the hash of {what}");
    view! {
        <span class="copied">
            {hash(sha)}
            <button type="button" class="quiet copy" data-copy-text=sha.to_owned() aria-label=label title="Copy all of it">"Copy"</button>
        </span>
    }
    .into_any()
}

/// A commit, which leads to its runs, and to GitHub where its repository is known.
pub fn commit(repository: &str, sha: &str) -> AnyView {
    let is_hash = url::read_commit(sha).is_ok();
    let github = (is_hash && !repository.is_empty()).then(|| {
        out(
            format!("https://github.com/{repository}/commit/{sha}"),
            format!("Commit {} on GitHub", short(sha)),
        )
    });
    if is_hash {
        view! { <a href=url::commit(sha)>{hash(sha)}</a> {github} }.into_any()
    } else {
        hash(sha)
    }
}

/// The first digits of a hash.
pub fn short(sha: &str) -> String {
    sha.chars().take(7).collect()
}

/// A small link to another site; `words` say where it leads.
pub fn out(href: String, words: String) -> AnyView {
    let title = words.clone();
    view! { <a class="out" href=href title=title><span aria-hidden="true">"↗"</span><span class="unseen">{words}</span></a> }.into_any()
}

/// What a run is of: a pull request, or a branch; each leads to its runs.
pub fn change(repository: &str, pull_request: Option<i32>, branch: Option<&str>) -> AnyView {
    if let Some(number) = pull_request {
        let github = (!repository.is_empty()).then(|| {
            out(
                format!("https://github.com/{repository}/pull/{number}"),
                format!("Pull request {number} on GitHub"),
            )
        });
        return view! { <a href=url::pull(number)>{format!("PR #{number}")}</a> {github} }.into_any();
    }
    match branch {
        Some(branch) => {
            let runs = url::runs(&RunQuery {
                branch: Some(branch.to_owned()),
                ..RunQuery::default()
            });
            view! { <a href=runs>{branch.to_owned()}</a> }.into_any()
        }
        None => view! { <span class="muted">"–"</span> }.into_any(),
    }
}

/// An operating system's name.
pub fn platform(platform: OperatingSystem) -> &'static str {
    platform.display_name()
}
