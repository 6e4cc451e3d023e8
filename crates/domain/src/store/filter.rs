//! What of a list was asked for, as SQL: its conditions and its page.

use runlens_api_types::page::PageQuery;
use sea_orm::Value;

/// Conditions that must all hold, as SQL and the values in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Filter {
    /// Adds a condition and the value of each `?` in it.
    pub(super) fn add(&mut self, condition: impl Into<String>, values: impl IntoIterator<Item = Value>) {
        self.conditions.push(condition.into());
        self.values.extend(values);
    }

    /// Asks that a column equal what was asked for, if anything was.
    pub(super) fn equals(&mut self, column: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.add(format!("{column} = ?"), [value.into()]);
        }
    }

    /// Asks that a column contain a text, whatever the case of its letters.
    pub(super) fn contains(&mut self, column: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.add(
                format!("{column} LIKE ? ESCAPE '!'"),
                [format!("%{}%", escape(text)).into()],
            );
        }
    }

    /// Asks that one of some conditions hold, each with its value.
    pub(super) fn any(&mut self, conditions: &[(&str, Value)]) {
        let either: Vec<&str> = conditions.iter().map(|(condition, _)| *condition).collect();
        self.add(
            format!("({})", either.join(" OR ")),
            conditions.iter().map(|(_, value)| value.clone()),
        );
    }

    /// ` WHERE …`; empty without conditions.
    pub(super) fn sql(&self) -> String {
        if self.conditions.is_empty() {
            String::new()
        } else {
            format!(" WHERE {}", self.conditions())
        }
    }

    /// The conditions, to stand within others; there must be one.
    pub(super) fn conditions(&self) -> String {
        self.conditions.join(" AND ")
    }

    /// The values, in the order of their places.
    pub(super) fn values(&self) -> Vec<Value> {
        self.values.clone()
    }
}

/// A text as a part of a pattern of `LIKE … ESCAPE '!'`: `!` escapes on both databases, MariaDB takes a backslash for the beginning
/// of something else.
pub(super) fn escape(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

/// The part of a list. Both are numbers, bound by the contract.
pub(super) fn limit(page: PageQuery) -> String {
    format!("LIMIT {} OFFSET {}", page.limit, page.offset)
}

/// Places for so many values, as in `IN (?, ?)`.
pub(super) fn places(count: usize) -> String {
    vec!["?"; count].join(", ")
}

/// Ids as the values in such places.
pub(super) fn values(ids: &[i32]) -> Vec<Value> {
    ids.iter().map(|id| (*id).into()).collect()
}
