//! Parsing of URL-encoded parameters, with all errors collected, and writing them.

use std::{borrow::Cow, fmt::Write as _};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::json;

use crate::{ErrorBody, ErrorCode, TextEnum, Timestamp, text_enum::UnknownValue};

/// The largest id: the database's signed 32-bit integer.
pub const MAX_ID: i32 = i32::MAX;

/// Types of numeric parameters.
pub trait WholeNumber: Copy + Eq + std::fmt::Display + std::fmt::Debug + 'static {
    /// Returns the number; 0 for a negative one, which no parameter allows.
    fn to_u64(self) -> u64;

    /// Returns the number if the type can hold it.
    fn from_u64(number: u64) -> Option<Self>;
}

macro_rules! whole_number {
    ($($number:ty),+) => {$(
        impl WholeNumber for $number {
            fn to_u64(self) -> u64 {
                u64::try_from(self).unwrap_or(0)
            }

            fn from_u64(number: u64) -> Option<Self> {
                Self::try_from(number).ok()
            }
        }
    )+};
}

whole_number!(i32, u32, u64);

// Characters that are not escaped in a value: URLs stay readable, and none of these ends a value.
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'/')
    .remove(b':')
    .remove(b',');

/// Formats parameters as the query part of a URL with its `?`; empty if there are none.
pub fn query_string<K: AsRef<str>, V: AsRef<str>>(pairs: &[(K, V)]) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        let separator = if out.is_empty() { '?' } else { '&' };
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "{separator}{}={}",
            name.as_ref(),
            utf8_percent_encode(value.as_ref(), QUERY_VALUE)
        );
    }
    out
}

/// The longest name of a malformed parameter in an error message, in characters.
const MAX_NAME_CHARS: usize = 100;

/// Decodes a name or a value; the error is the text with replacement characters.
fn decode(text: &str) -> Result<String, String> {
    let text = text.replace('+', " ");
    let is_escape = |escape: &str| {
        escape
            .as_bytes()
            .get(..2)
            .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    match percent_decode_str(&text).decode_utf8() {
        Ok(decoded) if text.split('%').skip(1).all(is_escape) => Ok(decoded.into_owned()),
        _ => Err(percent_decode_str(&text).decode_utf8_lossy().into_owned()),
    }
}

/// The parameters of a URL and the errors found so far.
#[derive(Debug)]
pub struct Params {
    pairs: Vec<(String, String)>,
    errors: Vec<(Cow<'static, str>, String)>,
}

impl Params {
    /// Splits the query part of a URL (without `?`). Anything that is not percent-encoded UTF-8 is an error, even in an unknown
    /// parameter.
    pub fn new(query: &str) -> Self {
        let mut params = Self {
            pairs: Vec::new(),
            errors: Vec::new(),
        };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (decode(name), decode(value)) {
                (Ok(name), Ok(value)) => params.pairs.push((name, value)),
                (Ok(name) | Err(name), _) => params.error(
                    name.chars().take(MAX_NAME_CHARS).collect::<String>(),
                    "must be UTF-8 in percent-encoding",
                ),
            }
        }
        params
    }

    /// Removes parameters without a value, which HTML forms send for empty fields.
    pub fn without_empty(mut self) -> Self {
        self.pairs.retain(|(_, value)| !value.is_empty());
        self
    }

    /// Returns the value of a parameter; the last one if it is given more than once.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Adds an error. Only the first error of a parameter is reported.
    pub fn error(&mut self, name: impl Into<Cow<'static, str>>, message: impl Into<String>) {
        let name = name.into();
        if self.errors.iter().all(|(known, _)| *known != name) {
            self.errors.push((name, message.into()));
        }
    }

    /// Parses a whole number within bounds.
    pub fn number<N: WholeNumber>(&mut self, name: &'static str, min: N, max: N) -> Option<N> {
        let (text, bounds) = (self.get(name)?, min.to_u64()..=max.to_u64());
        let number = text
            .parse::<u64>()
            .ok()
            .filter(|number| text.bytes().all(|byte| byte.is_ascii_digit()) && bounds.contains(number))
            .and_then(N::from_u64);
        if number.is_none() {
            self.error(name, format!("must be a whole number from {min} to {max}"));
        }
        number
    }

    /// Parses an id of the database.
    pub fn id(&mut self, name: &'static str) -> Option<i32> {
        self.number(name, 1, MAX_ID)
    }

    /// Parses 1 to `max` ids of the database; returns them ascending, each once.
    pub fn ids(&mut self, name: &'static str, max: usize) -> Vec<i32> {
        let parse = |text: &str| {
            text.parse::<i32>()
                .ok()
                .filter(|id| *id > 0 && text.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let ids: Option<Vec<i32>> = self.get(name).unwrap_or_default().split(',').map(parse).collect();
        match ids.filter(|ids| ids.len() <= max) {
            Some(mut ids) => {
                ids.sort_unstable();
                ids.dedup();
                ids
            }
            None => {
                let bound = MAX_ID;
                self.error(
                    name,
                    format!("must be 1 to {max} whole numbers from 1 to {bound}, separated by commas"),
                );
                Vec::new()
            }
        }
    }

    /// Parses a value of an enumeration.
    pub fn parse_enum<E: TextEnum>(&mut self, name: &'static str) -> Option<E> {
        match self.get(name)?.parse::<E>() {
            Ok(value) => Some(value),
            Err(error) => {
                self.error(name, error.to_string());
                None
            }
        }
    }

    /// Parses values of an enumeration, each in a parameter of its own.
    pub fn parse_enums<E: TextEnum>(&mut self, name: &'static str) -> Vec<E> {
        let values: Vec<Result<E, UnknownValue>> = self
            .pairs
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.parse())
            .collect();
        if let Some(error) = values.iter().find_map(|value| value.as_ref().err()) {
            self.error(name, error.to_string());
        }
        values.into_iter().flatten().collect()
    }

    /// Parses values of an enumeration in one parameter, separated by commas; each once, in the enumeration's order.
    pub fn list<E: TextEnum>(&mut self, name: &'static str) -> Vec<E> {
        let Some(text) = self.get(name) else {
            return Vec::new();
        };
        let values: Result<Vec<E>, UnknownValue> = text.split(',').map(str::parse).collect();
        match values {
            Ok(values) => E::ALL
                .iter()
                .copied()
                .filter(|value| values.contains(value))
                .collect(),
            Err(error) => {
                self.error(name, format!("{error}, or some of them separated by commas"));
                Vec::new()
            }
        }
    }

    /// Parses `true` or `false`.
    pub fn flag(&mut self, name: &'static str) -> Option<bool> {
        let value = self.get(name)?.parse::<bool>().ok();
        if value.is_none() {
            self.error(name, "must be true or false");
        }
        value
    }

    /// Parses a text of 1 to `max` characters.
    pub fn text(&mut self, name: &'static str, max: usize) -> Option<String> {
        let text = self.get(name)?;
        if (1..=max).contains(&text.chars().count()) {
            return Some(text.to_owned());
        }
        self.error(name, format!("must have 1 to {max} characters"));
        None
    }

    /// Parses a text that meets a condition; `rule` describes it in the error message.
    pub fn text_where(
        &mut self,
        name: &'static str,
        rule: &str,
        holds: impl Fn(&str) -> bool,
    ) -> Option<String> {
        let text = self.get(name)?;
        if holds(text) {
            return Some(text.to_owned());
        }
        self.error(name, format!("must be {rule}"));
        None
    }

    /// Parses a point in time.
    pub fn timestamp(&mut self, name: &'static str) -> Option<Timestamp> {
        let value = Timestamp::parse(self.get(name)?);
        if value.is_none() {
            self.error(name, "must be a time such as 2026-06-27T12:42:03Z");
        }
        value
    }

    /// Returns the value, or the collected errors.
    ///
    /// # Errors
    /// `validation_error` naming each parameter.
    pub fn finish<T>(self, value: T) -> Result<T, ErrorBody> {
        match self.errors.as_slice() {
            [] => Ok(value),
            errors => Err(invalid(errors)),
        }
    }
}

/// Joins values of an enumeration as [`Params::list`] parses them.
pub fn join<E: TextEnum>(values: &[E]) -> String {
    values
        .iter()
        .map(|value| value.as_str())
        .collect::<Vec<_>>()
        .join(",")
}

/// Returns the body for errors in named fields of a request.
pub fn invalid<N: AsRef<str>>(errors: &[(N, String)]) -> ErrorBody {
    let message = errors
        .iter()
        .map(|(name, error)| format!("`{}` {error}", name.as_ref()))
        .collect::<Vec<_>>()
        .join("; ");
    let fields: serde_json::Map<_, _> = errors
        .iter()
        .map(|(name, error)| (name.as_ref().to_owned(), json!(error)))
        .collect();
    ErrorBody::new(ErrorCode::ValidationError, message + ".").with("fields", fields)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use serde_json::json;

    use super::{Params, query_string};
    use crate::auth::Scope;

    #[test]
    fn number_out_of_bounds_is_an_error_with_the_bounds() {
        for value in ["0", "101", "-1", "+5", "1e2", "", "4294967296", "５"] {
            let mut params = Params::new(&query_string(&[("limit", value)])[1..]);
            assert_eq!(params.number("limit", 1_u32, 100), None, "{value}");
            let body = params.finish(()).expect_err(value);
            assert_eq!(
                body.details["fields"]["limit"],
                "must be a whole number from 1 to 100"
            );
        }
    }

    #[test]
    fn parameter_may_be_repeated_for_several_values() {
        let mut params = Params::new("scopes=runs%3Aread&days=7&scopes=system:read");
        assert_eq!(
            params.parse_enums::<Scope>("scopes"),
            [Scope::RunsRead, Scope::SystemRead]
        );
        assert_eq!(params.parse_enums::<Scope>("others"), []);
        let mut params = Params::new("scopes=runs:read&scopes=runs:fly");
        assert_eq!(params.parse_enums::<Scope>("scopes"), [Scope::RunsRead]);
        assert!(params.finish(()).is_err());
    }

    #[test]
    fn list_is_one_parameter() {
        let read = |query: &str| {
            let mut params = Params::new(query);
            let words = params.list::<Scope>("scopes");
            params.finish(words)
        };
        assert_eq!(
            read("scopes=results:read,runs:read,results:read"),
            Ok(vec![Scope::RunsRead, Scope::ResultsRead])
        );
        assert_eq!(
            read("scopes=results%3Aread%2Cruns%3Aread"),
            Ok(vec![Scope::RunsRead, Scope::ResultsRead])
        );
        assert_eq!(read("other=1"), Ok(vec![]));
        for wrong in [
            "scopes=",
            "scopes=runs:read,",
            "scopes=runs:read,runs:fly",
            "scopes=runs:read;results:read",
        ] {
            assert!(
                read(wrong).expect_err(wrong).details["fields"]["scopes"]
                    .as_str()
                    .is_some_and(|error| error.contains("commas")),
                "{wrong}"
            );
        }
    }

    #[test]
    fn malformed_parameter_is_named() {
        for (query, name) in [
            ("branch=%ff", "branch"),
            ("limit=%zz", "limit"),
            ("limit=5%", "limit"),
            ("limit=%e4%b", "limit"),
            ("%ff=5", "\u{fffd}"),
            ("limit=5&x=%c3%28", "x"),
        ] {
            let mut params = Params::new(query);
            params.number("limit", 1_u32, 100);
            let body = params.finish(()).expect_err(query);
            assert_eq!(
                body.details["fields"],
                json!({name: "must be UTF-8 in percent-encoding"}),
                "{query}"
            );
        }
        assert_eq!(
            Params::new("branch=%C3%A4+%2B&a=100%25").get("branch"),
            Some("ä +")
        );
    }

    proptest! {
        #[test]
        fn any_value_round_trips(value in ".{0,40}") {
            let address = query_string(&[("contains", &value)]);
            let params = Params::new(&address[1..]);
            prop_assert_eq!(params.get("contains"), Some(value.as_str()));
        }
    }
}
