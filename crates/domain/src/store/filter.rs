//! Builds the WHERE and LIMIT clauses of a list query.

use runlens_api_types::page::PageQuery;
use sea_orm::Value;

/// SQL conditions that must all hold, with their values.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Filter {
    /// Adds a condition, with a value for each `?` in it.
    pub(super) fn add(&mut self, condition: impl Into<String>, values: impl IntoIterator<Item = Value>) {
        self.conditions.push(condition.into());
        self.values.extend(values);
    }

    /// Requires a column to equal `value`, unless it is `None`.
    pub(super) fn equals(&mut self, column: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.add(format!("{column} = ?"), [value.into()]);
        }
    }

    /// Requires a column to contain `text`, ignoring case, unless it is `None`.
    pub(super) fn contains(&mut self, column: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.add(
                format!("{column} LIKE ? ESCAPE '!'"),
                [format!("%{}%", escape(text)).into()],
            );
        }
    }

    /// Requires at least one of the conditions, each with the value of its `?`.
    pub(super) fn any(&mut self, conditions: &[(&str, Value)]) {
        let either: Vec<&str> = conditions.iter().map(|(condition, _)| *condition).collect();
        self.add(
            format!("({})", either.join(" OR ")),
            conditions.iter().map(|(_, value)| value.clone()),
        );
    }

    /// Returns ` WHERE …`, or nothing without conditions.
    pub(super) fn sql(&self) -> String {
        if self.conditions.is_empty() {
            String::new()
        } else {
            format!(" WHERE {}", self.conditions())
        }
    }

    /// Returns the conditions without `WHERE`. There must be at least one.
    pub(super) fn conditions(&self) -> String {
        self.conditions.join(" AND ")
    }

    /// Returns the values, in the order of their placeholders.
    pub(super) fn values(&self) -> Vec<Value> {
        self.values.clone()
    }
}

/// Escapes a text for a pattern of `LIKE … ESCAPE '!'`. A backslash would need different quoting on MariaDB
/// and SQLite.
pub(super) fn escape(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

/// Returns the LIMIT clause of a page. Both numbers were validated with the query.
pub(super) fn limit(page: PageQuery) -> String {
    format!("LIMIT {} OFFSET {}", page.limit, page.offset)
}

/// Returns `?, ?` for `count` values.
pub(super) fn placeholders(count: usize) -> String {
    vec!["?"; count].join(", ")
}

/// Converts ids to values for [`placeholders`].
pub(super) fn values(ids: &[i32]) -> Vec<Value> {
    ids.iter().map(|id| (*id).into()).collect()
}
