//! Decodes columns whose text differs between installations.

use std::str::FromStr;

use runlens_api_types::run::Revision;

/// Parses an enumerated column, ignoring the case and the padding, which differ between installations.
pub(crate) fn parse_column<E: FromStr>(text: &str) -> Option<E> {
    text.trim().to_ascii_lowercase().parse().ok()
}

/// Returns the revision that a run tested, from the columns of its row.
pub(crate) fn revision(github: Option<String>, branch: String, commit_sha: String, pr_nr: i32) -> Revision {
    Revision {
        repository: repository(&github.unwrap_or_default()),
        branch: (!branch.is_empty()).then_some(branch),
        commit_sha,
        pull_request: (pr_nr > 0).then_some(pr_nr),
    }
}

/// Returns `OWNER/NAME` of a URL such as `https://github.com/OWNER/NAME.git`, or an empty string.
pub(crate) fn repository(github: &str) -> String {
    let url = github.trim().trim_end_matches('/').trim_end_matches(".git");
    // The host of `git@github.com:OWNER/NAME` ends in a colon, every other in a slash.
    let path = url.split_once("://").map_or(url, |(_, rest)| rest);
    let mut parts = path.split(['/', ':']).skip(1).filter(|part| !part.is_empty());
    match (parts.next(), parts.next()) {
        (Some(owner), Some(name)) => format!("{owner}/{name}"),
        _ => String::new(),
    }
}
