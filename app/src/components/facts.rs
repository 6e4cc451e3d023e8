//! Small facts: times, hashes, repositories, pull requests.

use leptos::prelude::*;
use runlens_contract::{Timestamp, run::Platform};

use crate::format;

/// A point in time: told from now, exact on hover.
pub fn time(at: Timestamp, now: Timestamp) -> AnyView {
    view! { <time datetime=at.to_string() title=format::exact(at)>{format::relative(at, now)}</time> }.into_any()
}

/// A hash: short to the eye, whole when copied.
pub fn hash(sha: &str) -> AnyView {
    let cut = sha.char_indices().nth(7).map_or(sha.len(), |(index, _)| index);
    let (short, rest) = sha.split_at(cut);
    view! { <code class="hash" title=sha.to_owned()>{short.to_owned()}<span class="rest" aria-hidden="true">{rest.to_owned()}</span></code> }.into_any()
}

/// A commit, linked to GitHub where its repository is known.
pub fn commit(repository: &str, sha: &str) -> AnyView {
    if repository.is_empty() {
        return hash(sha);
    }
    view! { <a href=format!("https://github.com/{repository}/commit/{sha}")>{hash(sha)}</a> }.into_any()
}

/// An operating system's name.
pub fn platform(platform: Platform) -> &'static str {
    match platform {
        Platform::Linux => "Linux",
        Platform::Windows => "Windows",
        Platform::Unknown => "other platform",
    }
}
