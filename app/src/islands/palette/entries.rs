//! What the palette offers, and what it found. Pure.

use runlens_api_types::{
    run::{RunQuery, RunStatus, RunTestType},
    search::{Search, SearchKind},
    suite::{RegressionTestQuery, SuiteSampleQuery},
    system::QueueQuery,
};

use crate::{
    data::recent::Visit,
    url::{self, suite},
};

/// One line of the palette.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) title: String,
    pub(super) detail: String,
    /// A run's.
    pub(super) status: Option<RunStatus>,
    /// Where it leads.
    pub(super) path: String,
}

/// Lines with something in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) name: &'static str,
    pub(super) entries: Vec<Entry>,
}

/// Pages offered whatever was found.
pub(super) const ALWAYS: usize = 2;

impl Entry {
    fn page(title: impl Into<String>, detail: impl Into<String>, path: String) -> Self {
        Self {
            title: title.into(),
            detail: detail.into(),
            status: None,
            path,
        }
    }
}

/// Before anything is typed: where the reader was, and the main pages.
pub(super) fn offered(visits: Vec<Visit>) -> Vec<Group> {
    let recent: Vec<Entry> = visits
        .into_iter()
        .map(|visit| Entry::page(visit.title, visit.path.clone(), visit.path))
        .collect();
    let runs = |query: RunQuery| url::runs(&query);
    let pages = vec![
        Entry::page("Runs", "the newest first", runs(RunQuery::default())),
        Entry::page(
            "Runs of master",
            "",
            runs(RunQuery {
                branch: Some("master".to_owned()),
                ..RunQuery::default()
            }),
        ),
        Entry::page(
            "Failures of pull requests",
            "",
            runs(RunQuery {
                status: Some(RunStatus::Fail),
                test_type: Some(RunTestType::Pr),
                ..RunQuery::default()
            }),
        ),
        Entry::page(
            "Runs that go on",
            "",
            runs(RunQuery {
                status: Some(RunStatus::Running),
                ..RunQuery::default()
            }),
        ),
        Entry::page(
            "Queue",
            "what runs and what waits",
            suite::queue(&QueueQuery::default()),
        ),
        Entry::page("Samples", "", suite::samples(&SuiteSampleQuery::default())),
        Entry::page(
            "Regression tests",
            "",
            suite::regression_tests(&RegressionTestQuery::default()),
        ),
        Entry::page("API", "its operations and schemas", "/api/docs".to_owned()),
    ];
    let groups = [
        Group {
            name: "Recent",
            entries: recent,
        },
        Group {
            name: "Pages",
            entries: pages,
        },
    ];
    groups
        .into_iter()
        .filter(|group| !group.entries.is_empty())
        .collect()
}

/// What a kind's group is called.
pub(crate) fn group_name(kind: SearchKind) -> &'static str {
    match kind {
        SearchKind::Run => "Run",
        SearchKind::PullRequest => "Pull requests",
        SearchKind::Commit => "Commits",
        SearchKind::Branch => "Branches",
        SearchKind::RegressionTest => "Regression tests",
        SearchKind::Sample => "Samples",
    }
}

/// What was found for a text, and where else to look.
pub(super) fn found(search: Search, text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = search
        .groups
        .into_iter()
        .map(|group| Group {
            name: group_name(group.kind),
            entries: group
                .results
                .into_iter()
                .map(|result| Entry {
                    title: result.title,
                    detail: result.detail,
                    status: result.status,
                    path: result.path,
                })
                .collect(),
        })
        .collect();
    let runs = url::runs(&RunQuery {
        q: Some(text.to_owned()),
        ..RunQuery::default()
    });
    groups.push(Group {
        name: "More",
        entries: vec![
            Entry::page(
                format!("Runs with “{text}”"),
                "in branch, repository, commit or PR",
                runs,
            ),
            Entry::page(format!("All results for “{text}”"), "", url::search(text)),
        ],
    });
    groups
}

#[cfg(test)]
mod tests {
    use runlens_api_types::{
        run::RunStatus,
        search::{Search, SearchGroup, SearchKind, SearchResult},
    };

    use super::{ALWAYS, found, offered};
    use crate::data::recent::Visit;

    #[test]
    fn recent_pages_come_before_the_main_ones() {
        assert_eq!(
            offered(Vec::new())
                .iter()
                .map(|group| group.name)
                .collect::<Vec<_>>(),
            ["Pages"]
        );
        let visit = Visit {
            path: "/runs/7".to_owned(),
            title: "fail Run 7 · Linux".to_owned(),
        };
        let groups = offered(vec![visit]);
        assert_eq!(groups[0].entries[0].path, "/runs/7");
        assert_eq!(groups.len(), 2);
    }

    #[test]
    fn what_was_found_comes_before_where_else_to_look() {
        let result = SearchResult {
            id: Some(7),
            title: "Run 7".to_owned(),
            detail: "Linux".to_owned(),
            status: Some(RunStatus::Fail),
            path: "/runs/7".to_owned(),
        };
        let search = Search {
            groups: vec![SearchGroup {
                kind: SearchKind::Run,
                results: vec![result],
                has_more: false,
            }],
        };
        let groups = found(search, "7 & 8");
        let paths: Vec<_> = groups
            .iter()
            .flat_map(|group| &group.entries)
            .map(|entry| entry.path.as_str())
            .collect();
        assert_eq!(paths, ["/runs/7", "/runs?q=7%20%26%208", "/search?q=7%20%26%208"]);
        assert_eq!(
            found(Search::default(), "x")
                .iter()
                .map(|group| group.entries.len())
                .sum::<usize>(),
            ALWAYS
        );
    }
}
