//! The state of the installation.

mod queue;

use std::{
    collections::{HashMap, HashSet},
    fmt::Display,
};

use runlens_api_types::system::{Dependency, Health, HealthStatus};

use crate::{
    Error, Services,
    store::schema::{Table, tables},
};

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at: `database`, `table test_progress`, `files`, `bucket`, `redis`.
    pub subject: String,
    /// What is wrong and what to do; none where nothing is.
    pub problem: Option<String>,
}

impl Finding {
    /// What was found.
    pub fn new(subject: impl Into<String>, problem: Option<String>) -> Self {
        Self {
            subject: subject.into(),
            problem,
        }
    }
}

impl Services {
    /// State of what the platform needs; the layers above add what they need themselves. Anybody may ask; the inside of a
    /// failure goes to the log.
    pub async fn health(&self) -> Health {
        let database = self.store().ping().await.map_err(Error::from);
        let mut dependencies = vec![dependency("database", HealthStatus::Down, database)];
        for (name, state) in self.files().check().await {
            dependencies.push(dependency(part(name), HealthStatus::Degraded, state));
        }
        Health::of(self.clock().now(), dependencies)
    }

    /// Looks at everything the installation needs, columns of tables included.
    pub async fn check(&self) -> Vec<Finding> {
        let mut findings = match self.store().columns().await {
            Ok(found) => {
                let mut findings = vec![Finding::new("database", None)];
                findings.extend(compare(&tables(), &found));
                findings
            }
            Err(error) => vec![Finding::new(
                "database",
                Some(format!(
                    "the database does not answer: {error}; check its address and account, and that it runs"
                )),
            )],
        };
        for (name, state) in self.files().check().await {
            findings.push(Finding::new(
                part(name),
                state.err().map(|error| format!("{}: {error}", part(name))),
            ));
        }
        findings
    }
}

/// A store of files by the name of its setting.
fn part(store: &str) -> &str {
    match store {
        "local" => "files",
        "gcs" => "bucket",
        other => other,
    }
}

/// A part of the installation; `without` is what the installation is where the part does not work.
pub fn dependency(name: &str, without: HealthStatus, state: Result<(), impl Display>) -> Dependency {
    let status = if state.is_ok() { HealthStatus::Ok } else { without };
    let message = state.err().map(|error| {
        tracing::warn!(name, %error, "a dependency does not work");
        format!("`{name}` cannot be used at the moment. `runlens check` says why.")
    });
    Dependency {
        name: name.to_owned(),
        status,
        message,
    }
}

fn compare(expected: &[Table], found: &HashMap<String, HashSet<String>>) -> Vec<Finding> {
    const VERSION: &str = "this platform is of another version; bring its database to the newest one (`flask db upgrade` in the platform's directory)";
    let mut findings = Vec::new();
    for Table { name, columns } in expected {
        let subject = format!("table {name}");
        let Some(present) = found.get(name) else {
            findings.push(Finding::new(
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
            findings.push(Finding::new(&subject, None));
        }
        findings.extend(missing.into_iter().map(|column| {
            Finding::new(
                &subject,
                Some(format!("table {name} lacks column {column}: {VERSION}")),
            )
        }));
    }
    findings
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::{Table, compare};

    #[test]
    fn each_missing_table_and_column_is_named() {
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
        let problems = compare(&expected, &found)
            .into_iter()
            .filter_map(|finding| finding.problem)
            .collect::<Vec<_>>();
        assert_eq!(problems.len(), 2);
        assert!(
            problems[0].starts_with("table user lacks column name: "),
            "{}",
            problems[0]
        );
        assert!(
            problems[1].starts_with("table test is missing: "),
            "{}",
            problems[1]
        );
    }
}
