//! Checks of the installation, for `runlens check`.

use std::collections::{HashMap, HashSet};

use super::{SystemService, store_name};
use crate::store::schema::{Table, tables};

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckResult {
    /// What was checked: `database`, `table test_progress`, `files`, `bucket`, `redis`.
    pub subject: String,
    /// What is wrong and how to fix it; none if the check passed.
    pub error: Option<String>,
}

impl CheckResult {
    pub fn new(subject: impl Into<String>, error: Option<String>) -> Self {
        Self {
            subject: subject.into(),
            error,
        }
    }
}

impl SystemService {
    /// Checks everything the installation needs, including the columns of each table. For the operator of the server: it needs no
    /// scope.
    pub async fn check(&self) -> Vec<CheckResult> {
        let mut results = match self.store().columns().await {
            Ok(found) => {
                let mut results = vec![CheckResult::new("database", None)];
                results.extend(compare(&tables(), &found));
                results
            }
            Err(error) => vec![CheckResult::new(
                "database",
                Some(format!(
                    "the database does not answer: {error}; check its address and account, and that it runs"
                )),
            )],
        };
        for (name, state) in self.files().check().await {
            results.push(CheckResult::new(
                store_name(name),
                state.err().map(|error| format!("{}: {error}", store_name(name))),
            ));
        }
        results
    }
}

fn compare(expected: &[Table], found: &HashMap<String, HashSet<String>>) -> Vec<CheckResult> {
    const VERSION: &str = "this platform is of another version; bring its database to the newest one (`flask db upgrade` in the platform's directory)";
    let mut results = Vec::new();
    for Table { name, columns } in expected {
        let subject = format!("table {name}");
        let Some(present) = found.get(name) else {
            results.push(CheckResult::new(
                &subject,
                Some(format!("table {name} is missing: {VERSION}")),
            ));
            continue;
        };
        let missing = columns
            .iter()
            .filter(|column| !present.contains(*column))
            .collect::<Vec<_>>();
        if missing.is_empty() {
            results.push(CheckResult::new(&subject, None));
        }
        results.extend(missing.into_iter().map(|column| {
            CheckResult::new(
                &subject,
                Some(format!("table {name} lacks column {column}: {VERSION}")),
            )
        }));
    }
    results
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::{Table, compare};

    #[test]
    fn every_missing_table_and_column_is_named() {
        let expected = [
            Table {
                name: "user".into(),
                columns: vec!["id".into(), "name".into()],
            },
            Table {
                name: "test".into(),
                columns: vec!["id".into()],
            },
            Table {
                name: "fork".into(),
                columns: vec!["id".into()],
            },
        ];
        let found = HashMap::from([
            ("user".to_owned(), HashSet::from(["id".to_owned()])),
            ("fork".to_owned(), HashSet::from(["id".to_owned()])),
        ]);
        let errors = compare(&expected, &found)
            .into_iter()
            .filter_map(|result| result.error)
            .collect::<Vec<_>>();
        assert_eq!(errors.len(), 2);
        assert!(
            errors[0].starts_with("table user lacks column name: "),
            "{}",
            errors[0]
        );
        assert!(errors[1].starts_with("table test is missing: "), "{}", errors[1]);
    }
}
