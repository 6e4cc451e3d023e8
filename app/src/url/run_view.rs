//! What the page of a run shows.

use runlens_api_types::{
    Query,
    page::MAX_OFFSET,
    params::Params,
    sample::ResultStatus,
    test_error::{BucketSort, ErrorQuery, ErrorSummaryQuery, GroupBy, Severity, TestErrorType},
};

/// What the page of a run shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunView {
    /// What the errors are grouped by; by verdict where there is a reference run, else by type, where nothing is said.
    pub group_by: Option<GroupBy>,
    /// Order of the groups.
    pub sort: Option<BucketSort>,
    /// Only errors of this severity.
    pub severity: Option<Severity>,
    /// Only errors of this type.
    pub kind: Option<TestErrorType>,
    /// Only errors that the reference run does not have.
    pub is_new: bool,
    /// Groups of errors before the first one shown.
    pub groups_offset: u32,
    /// Key of the group that is open.
    pub bucket: Option<String>,
    /// Errors before the first one shown of it.
    pub errors_offset: u32,
    /// Only tests of this status.
    pub status: Option<ResultStatus>,
    /// Only errors and tests of this category.
    pub category: Option<String>,
    /// Only this test; the group that its errors are in is open.
    pub test: Option<i32>,
    /// Tests before the first one shown.
    pub tests_offset: u32,
}

impl Query for RunView {
    fn read(params: &mut Params) -> Self {
        let mut offset = |name| params.number(name, 0, MAX_OFFSET).unwrap_or(0);
        let (groups_offset, errors_offset, tests_offset) = (
            offset("groups_offset"),
            offset("errors_offset"),
            offset("tests_offset"),
        );
        Self {
            group_by: params.parse_enum("group_by"),
            sort: params.parse_enum("sort"),
            severity: params.parse_enum("severity"),
            kind: params.parse_enum("type"),
            is_new: params.flag("new").unwrap_or(false),
            groups_offset,
            bucket: params.text("bucket", 255),
            errors_offset,
            status: params.parse_enum("status"),
            category: params.text("category", 64),
            test: params.id("test"),
            tests_offset,
        }
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        let offset = |offset: u32| (offset > 0).then(|| offset.to_string());
        let pairs = [
            ("group_by", self.group_by.map(|v| v.to_string())),
            ("sort", self.sort.map(|v| v.to_string())),
            ("severity", self.severity.map(|v| v.to_string())),
            ("type", self.kind.map(|v| v.to_string())),
            ("new", self.is_new.then(|| "true".to_owned())),
            ("groups_offset", offset(self.groups_offset)),
            ("bucket", self.bucket.clone()),
            ("errors_offset", offset(self.errors_offset)),
            ("status", self.status.map(|v| v.to_string())),
            ("category", self.category.clone()),
            ("test", self.test.map(|v| v.to_string())),
            ("tests_offset", offset(self.tests_offset)),
        ];
        out.extend(pairs.into_iter().filter_map(|(name, value)| Some((name, value?))));
    }
}

impl RunView {
    /// What the errors are grouped by, given whether there is a run to compare with.
    pub fn grouping(&self, has_reference: bool) -> GroupBy {
        self.group_by.unwrap_or(if has_reference {
            GroupBy::Verdict
        } else {
            GroupBy::Type
        })
    }

    /// Order of the groups: verdicts in theirs, what is broken first; others by their errors.
    pub fn order(&self, grouping: GroupBy) -> BucketSort {
        let default = if grouping == GroupBy::Verdict {
            BucketSort::KeyAscending
        } else {
            BucketSort::CountDescending
        };
        self.sort.unwrap_or(default)
    }

    /// Address of this view of a run, at a part of the page.
    pub fn address(&self, run: i32, part: &str) -> String {
        format!("/runs/{run}{}#{part}", self.to_query_string())
    }

    /// With other groups of errors, none of them opened.
    fn regrouped(&self) -> Self {
        Self {
            groups_offset: 0,
            bucket: None,
            errors_offset: 0,
            test: None,
            ..self.clone()
        }
    }

    /// With errors grouped by something else.
    pub fn grouped(&self, group_by: GroupBy) -> Self {
        Self {
            group_by: Some(group_by),
            sort: None,
            ..self.regrouped()
        }
    }

    /// With the groups in another order.
    pub fn sorted(&self, sort: BucketSort) -> Self {
        Self {
            sort: Some(sort),
            ..self.regrouped()
        }
    }

    /// With another part of the groups.
    pub fn groups_at(&self, groups_offset: u32) -> Self {
        Self {
            groups_offset,
            ..self.regrouped()
        }
    }

    /// With errors of a severity only, or of all.
    pub fn of_severity(&self, severity: Option<Severity>) -> Self {
        Self {
            severity,
            ..self.regrouped()
        }
    }

    /// With errors of a type only, or of all.
    pub fn of_kind(&self, kind: Option<TestErrorType>) -> Self {
        Self {
            kind,
            ..self.regrouped()
        }
    }

    /// With new errors only, or all.
    pub fn only_new(&self, is_new: bool) -> Self {
        Self {
            is_new,
            ..self.regrouped()
        }
    }

    /// With errors and tests of a category only, or of all.
    pub fn of_category(&self, category: Option<String>) -> Self {
        Self {
            category,
            tests_offset: 0,
            ..self.regrouped()
        }
    }

    /// With a group of errors opened, or closed.
    pub fn opened(&self, bucket: Option<&str>, errors_offset: u32) -> Self {
        Self {
            bucket: bucket.map(str::to_owned),
            errors_offset,
            test: None,
            ..self.clone()
        }
    }

    /// With other tests.
    pub fn tests(&self, status: Option<ResultStatus>, category: Option<String>, tests_offset: u32) -> Self {
        Self {
            status,
            category,
            tests_offset,
            test: None,
            ..self.clone()
        }
    }

    /// With one test only.
    pub fn test(&self, test: i32) -> Self {
        Self {
            test: Some(test),
            ..self.tests(None, None, 0)
        }
    }

    /// The lasting address of a failure of a run: whatever the groups are, its own is opened.
    pub fn failure(run: i32, test: i32) -> String {
        Self::default().test(test).address(run, &error_anchor(test))
    }

    /// The groups, given what they are by.
    pub fn summary_query(&self, grouping: GroupBy) -> ErrorSummaryQuery {
        let ErrorQuery {
            severity,
            kind,
            category,
            new,
            ..
        } = self.error_query();
        let mut query = ErrorSummaryQuery {
            group_by: Some(grouping),
            severity,
            kind,
            category,
            new,
            sort: Some(self.order(grouping)),
            ..ErrorSummaryQuery::default()
        };
        query.page.offset = self.groups_offset;
        query
    }

    fn error_query(&self) -> ErrorQuery {
        let new = self.is_new.then_some(true);
        ErrorQuery {
            severity: self.severity,
            kind: self.kind,
            category: self.category.clone(),
            new,
            ..ErrorQuery::default()
        }
    }

    /// The errors of a group from its first on; none where its errors cannot be asked for.
    pub fn bucket_query(&self, grouping: GroupBy, key: &str) -> Option<ErrorQuery> {
        let mut query = self.error_query();
        match grouping {
            GroupBy::Type => query.kind = Some(key.parse().ok()?),
            GroupBy::SampleId => query.sample_id = Some(key.parse().ok()?),
            GroupBy::RegressionId => query.regression_test_id = Some(key.parse().ok()?),
            GroupBy::Category => query.category = Some(key.to_owned()),
            GroupBy::Severity => query.severity = Some(key.parse().ok()?),
            GroupBy::Verdict => query.verdict = Some(key.parse().ok()?),
        }
        Some(query)
    }
}

/// The id of a failing test among the errors of its run's page.
pub fn error_anchor(test: i32) -> String {
    format!("error-{test}")
}

#[cfg(test)]
mod tests {
    use runlens_api_types::{
        Query,
        comparison::Verdict,
        sample::ResultStatus,
        test_error::{BucketSort, GroupBy, Severity, TestErrorType},
    };

    use super::{super::read, RunView};

    #[test]
    fn a_view_of_a_run_survives_the_way_through_its_address() {
        let view = RunView {
            group_by: Some(GroupBy::Category),
            sort: Some(BucketSort::NewDescending),
            severity: Some(Severity::Error),
            kind: Some(TestErrorType::MissingOutput),
            is_new: true,
            groups_offset: 50,
            bucket: Some("Teletext & more".to_owned()),
            errors_offset: 100,
            status: Some(ResultStatus::MissingOutput),
            category: Some("DVB".to_owned()),
            test: Some(7),
            tests_offset: 50,
        };
        assert_eq!(read::<RunView>(&view.to_query_string()), Ok(view.clone()));
        assert_eq!(RunView::default().address(7, "errors"), "/runs/7#errors");
        assert_eq!(RunView::failure(7, 151), "/runs/7?test=151#error-151");
    }

    #[test]
    fn other_groups_are_closed_and_begin_at_the_first() {
        let view = RunView {
            bucket: Some("x".to_owned()),
            errors_offset: 50,
            groups_offset: 50,
            test: Some(7),
            is_new: true,
            sort: Some(BucketSort::KeyDescending),
            ..RunView::default()
        };
        let grouped = RunView {
            group_by: Some(GroupBy::Type),
            is_new: true,
            ..RunView::default()
        };
        assert_eq!(view.grouped(GroupBy::Type), grouped);
        assert_eq!(
            view.only_new(false),
            RunView {
                sort: Some(BucketSort::KeyDescending),
                ..RunView::default()
            }
        );
        assert_eq!(
            view.opened(None, 0),
            RunView {
                bucket: None,
                errors_offset: 0,
                test: None,
                ..view.clone()
            }
        );
    }

    #[test]
    fn errors_are_grouped_by_verdict_where_there_is_something_to_compare_with() {
        let view = RunView::default();
        assert_eq!(
            [view.grouping(true), view.grouping(false)],
            [GroupBy::Verdict, GroupBy::Type]
        );
        assert_eq!(view.grouped(GroupBy::Type).grouping(true), GroupBy::Type);
        assert_eq!(
            [view.order(GroupBy::Verdict), view.order(GroupBy::Type)],
            [BucketSort::KeyAscending, BucketSort::CountDescending]
        );
    }

    #[test]
    fn the_errors_of_a_group_are_asked_for_by_its_key_and_the_filters() {
        let view = RunView {
            is_new: true,
            category: Some("DVB".to_owned()),
            ..RunView::default()
        };
        let by_type = view.bucket_query(GroupBy::Type, "diff_mismatch").expect("a type");
        assert_eq!(
            (by_type.kind, by_type.new, by_type.category.as_deref()),
            (Some(TestErrorType::DiffMismatch), Some(true), Some("DVB"))
        );
        assert_eq!(
            view.bucket_query(GroupBy::SampleId, "12")
                .expect("an id")
                .sample_id,
            Some(12)
        );
        assert_eq!(view.bucket_query(GroupBy::SampleId, "unknown"), None);
        assert_eq!(
            view.bucket_query(GroupBy::Severity, "error")
                .expect("a severity")
                .severity,
            Some(Severity::Error)
        );
        assert_eq!(
            view.bucket_query(GroupBy::Verdict, "broken_here")
                .expect("a verdict")
                .verdict,
            Some(Verdict::BrokenHere)
        );
        assert_eq!(
            view.bucket_query(GroupBy::Category, "Teletext")
                .expect("a category")
                .category
                .as_deref(),
            Some("Teletext")
        );
        assert_eq!(view.summary_query(GroupBy::Verdict).new, Some(true));
    }
}
