//! Query parameters: read strictly, with every fault named, and written back as an address.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::json;

use crate::{ErrorBody, ErrorCode, TextEnum, Timestamp};

/// What a list or view is asked for, as the query part of an address.
pub trait Query: Sized {
    /// Takes its parameters from an address; a fault is noted in `params` and leaves a default behind.
    fn read(params: &mut Params) -> Self;

    /// Writes the parameters that differ from their defaults.
    fn write(&self, out: &mut Vec<(&'static str, String)>);

    /// Reads the query part of an address (without `?`). Unknown parameters are ignored.
    ///
    /// # Errors
    /// `validation_error` with `details.fields` naming each parameter that is not allowed, and why.
    fn parse(query: &str) -> Result<Self, ErrorBody> {
        let mut params = Params::new(query);
        let value = Self::read(&mut params);
        params.finish(value)
    }

    /// The query part of an address with its `?`, empty where everything is at its default.
    fn to_query_string(&self) -> String {
        let mut pairs = Vec::new();
        self.write(&mut pairs);
        query_string(&pairs)
    }
}

// What may stand unescaped in a query value: readable addresses, nothing that could end the value.
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/').remove(b':');

/// Writes parameters as the query part of an address, with its `?`; empty for none.
pub fn query_string<K: AsRef<str>, V: AsRef<str>>(pairs: &[(K, V)]) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        let separator = if out.is_empty() { '?' } else { '&' };
        // Writing to a String cannot fail.
        let _ = write!(out, "{separator}{}={}", name.as_ref(), utf8_percent_encode(value.as_ref(), QUERY_VALUE));
    }
    out
}

/// The parameters of one address, and the faults found in them so far.
#[derive(Debug)]
pub struct Params {
    pairs: Vec<(String, String)>,
    faults: Vec<(&'static str, String)>,
}

impl Params {
    /// Splits the query part of an address (without `?`).
    pub fn new(query: &str) -> Self {
        let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
        let pairs = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').map_or_else(|| (decode(pair), String::new()), |(name, value)| (decode(name), decode(value))))
            .collect();
        Self { pairs, faults: Vec::new() }
    }

    /// Leaves out parameters without a value: what an HTML form sends for a field that was left empty.
    pub fn without_empty(mut self) -> Self {
        self.pairs.retain(|(_, value)| !value.is_empty());
        self
    }

    /// The value of a parameter; the last one where it is given twice.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Notes that a parameter is not allowed, and why.
    pub fn fault(&mut self, name: &'static str, message: impl Into<String>) {
        self.faults.push((name, message.into()));
    }

    /// A whole number within bounds.
    pub fn number(&mut self, name: &'static str, min: u32, max: u32) -> Option<u32> {
        let text = self.get(name)?;
        let number =
            text.parse::<u32>().ok().filter(|number| text.bytes().all(|byte| byte.is_ascii_digit()) && (min..=max).contains(number));
        if number.is_none() {
            self.fault(name, format!("must be a whole number from {min} to {max}"));
        }
        number
    }

    /// An id of the database.
    pub fn id(&mut self, name: &'static str) -> Option<i32> {
        self.number(name, 1, crate::page::MAX_OFFSET).and_then(|id| i32::try_from(id).ok())
    }

    /// One of an enumeration's words.
    pub fn word<E: TextEnum>(&mut self, name: &'static str) -> Option<E> {
        let value = E::from_word(self.get(name)?);
        if value.is_none() {
            self.fault(name, one_of(E::ALL));
        }
        value
    }

    /// Any number of an enumeration's words: a parameter that is given once for each.
    pub fn words<E: TextEnum>(&mut self, name: &'static str) -> Vec<E> {
        let given = self.pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| E::from_word(value));
        let known: Vec<Option<E>> = given.collect();
        if known.contains(&None) {
            self.fault(name, one_of(E::ALL));
        }
        known.into_iter().flatten().collect()
    }

    /// `true` or `false`.
    pub fn flag(&mut self, name: &'static str) -> Option<bool> {
        let value = self.get(name)?.parse::<bool>().ok();
        if value.is_none() {
            self.fault(name, "must be true or false");
        }
        value
    }

    /// A text of 1 to `max` characters.
    pub fn text(&mut self, name: &'static str, max: usize) -> Option<String> {
        let text = self.get(name)?;
        if (1..=max).contains(&text.chars().count()) {
            return Some(text.to_owned());
        }
        self.fault(name, format!("must have 1 to {max} characters"));
        None
    }

    /// A text that meets a rule; the rule is what the caller of the API is told.
    pub fn text_where(&mut self, name: &'static str, rule: &str, holds: impl Fn(&str) -> bool) -> Option<String> {
        let text = self.get(name)?;
        if holds(text) {
            return Some(text.to_owned());
        }
        self.fault(name, format!("must be {rule}"));
        None
    }

    /// A point in time.
    pub fn timestamp(&mut self, name: &'static str) -> Option<Timestamp> {
        let value = Timestamp::parse(self.get(name)?);
        if value.is_none() {
            self.fault(name, "must be a time such as 2026-06-27T12:42:03Z");
        }
        value
    }

    /// The value read, or the faults found on the way.
    ///
    /// # Errors
    /// `validation_error` naming each parameter.
    pub fn finish<T>(self, value: T) -> Result<T, ErrorBody> {
        match self.faults.as_slice() {
            [] => Ok(value),
            faults => Err(invalid(faults)),
        }
    }
}

/// "must be one of …" for an enumeration.
pub fn one_of<E: TextEnum>(all: &[E]) -> String {
    format!("must be one of {}", all.iter().map(|value| value.as_str()).collect::<Vec<_>>().join(", "))
}

/// The error body for faults in named fields of a request.
pub fn invalid<N: AsRef<str>>(faults: &[(N, String)]) -> ErrorBody {
    let message = faults.iter().map(|(name, fault)| format!("`{}` {fault}", name.as_ref())).collect::<Vec<_>>().join("; ");
    let fields: serde_json::Map<_, _> = faults.iter().map(|(name, fault)| (name.as_ref().to_owned(), json!(fault))).collect();
    ErrorBody::new(ErrorCode::ValidationError, message + ".").with("fields", fields)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Params, query_string};
    use crate::auth::Scope;

    #[test]
    fn a_number_out_of_bounds_is_named_with_its_bounds() {
        for value in ["0", "101", "-1", "+5", "1e2", "", "4294967296", "５"] {
            let mut params = Params::new(&query_string(&[("limit", value)])[1..]);
            assert_eq!(params.number("limit", 1, 100), None, "{value}");
            let body = params.finish(()).expect_err(value);
            assert_eq!(body.details["fields"]["limit"], "must be a whole number from 1 to 100");
        }
    }

    #[test]
    fn a_parameter_may_be_given_once_for_each_of_its_words() {
        let mut params = Params::new("scopes=runs%3Aread&days=7&scopes=system:read");
        assert_eq!(params.words::<Scope>("scopes"), [Scope::RunsRead, Scope::SystemRead]);
        assert_eq!(params.words::<Scope>("others"), []);
        let mut params = Params::new("scopes=runs:read&scopes=runs:fly");
        assert_eq!(params.words::<Scope>("scopes"), [Scope::RunsRead]);
        assert!(params.finish(()).is_err());
    }

    proptest! {
        #[test]
        fn any_value_survives_the_way_through_an_address(value in ".{0,40}") {
            let address = query_string(&[("contains", &value)]);
            let params = Params::new(&address[1..]);
            prop_assert_eq!(params.get("contains"), Some(value.as_str()));
        }
    }
}
