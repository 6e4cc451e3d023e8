//! The pages that a reader was at last. The browser keeps them; the server never hears of them.

use serde::{Deserialize, Serialize};

/// A page that was visited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// Its path.
    pub path: String,
    /// What it was called.
    pub title: String,
}

/// How many are kept.
const KEPT: usize = 8;
const KEY: &str = "recent";
/// Whose pages are worth coming back to: all but the lists, which are a click away.
const KINDS: [&str; 5] = [
    "/runs/",
    "/pulls/",
    "/commits/",
    "/samples/",
    "/regression-tests/",
];

/// What every page's title ends with.
pub const TITLE_END: &str = " · Runlens";

/// The pages visited last, newest first.
pub fn visits() -> Vec<Visit> {
    super::stored(KEY)
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

/// Remembers a page.
pub fn remember(path: &str, title: &str) {
    let name = title.strip_suffix(TITLE_END).unwrap_or(title).to_owned();
    if let Some(visits) = with(visits(), path, name)
        && let Ok(text) = serde_json::to_string(&visits)
    {
        super::store(KEY, &text);
    }
}

/// Visits with one more; none where it is not to be kept.
fn with(mut visits: Vec<Visit>, path: &str, title: String) -> Option<Vec<Visit>> {
    let is_kept = KINDS
        .iter()
        .any(|kind| path.len() > kind.len() && path.starts_with(kind));
    if !is_kept || title.is_empty() {
        return None;
    }
    visits.retain(|visit| visit.path != path);
    visits.insert(
        0,
        Visit {
            path: path.to_owned(),
            title,
        },
    );
    visits.truncate(KEPT);
    Some(visits)
}

#[cfg(test)]
mod tests {
    use super::{KEPT, with};

    #[test]
    fn the_pages_visited_last_come_first_each_once() {
        let mut visits = Vec::new();
        for path in [
            "/runs/1",
            "/pulls/2",
            "/runs/1",
            "/runs",
            "/",
            "/runs/",
            "/search",
            "/runs/3/logs",
        ] {
            visits = with(visits.clone(), path, format!("Page {path}")).unwrap_or(visits);
        }
        let paths: Vec<_> = visits.iter().map(|visit| visit.path.as_str()).collect();
        assert_eq!(paths, ["/runs/3/logs", "/runs/1", "/pulls/2"]);
        for id in 0..20 {
            visits = with(visits, &format!("/runs/{id}"), "x".to_owned()).unwrap_or_default();
        }
        assert_eq!(visits.len(), KEPT);
    }
}
