//! Query parameters, declared once.
//!
//! [`query!`] takes one line per parameter: its name, its type and its rule ([`rules`]). That line gives the strict parser with its
//! error messages, the writer of links, the default value, the parameter of the OpenAPI document, and in tests a generator of
//! allowed values. To add a parameter, add a field with a rule; nothing else names it or its bounds.
//!
//! Why not a library: `serde_html_form` stops at the first parameter that is wrong and reports it in serde's words, while the API
//! names every wrong parameter and what is allowed. `garde` checks values only after they were parsed, and neither writes
//! links or describes parameters for utoipa, so the bounds would still be written twice. A derive of our own would do the same as
//! the macro, at the price of a proc-macro crate in every build. See `docs/decisions/0002-query-parameters.md`.

pub mod rules;
#[cfg(test)]
mod tests;

use crate::{
    ErrorBody,
    params::{Params, query_string},
};

/// Parameters that are parsed from a URL and written to one.
pub trait Query: Sized {
    /// Takes the parameters from a URL. Errors are collected in `params`; the field then has its default.
    fn read(params: &mut Params) -> Self;

    /// Appends the parameters that differ from their defaults.
    fn write(&self, out: &mut Vec<(&'static str, String)>);

    /// Parses the query part of a URL (without `?`). Unknown parameters are ignored.
    ///
    /// # Errors
    /// `validation_error` with `details.fields` naming each parameter that is not allowed, and why.
    fn parse(query: &str) -> Result<Self, ErrorBody> {
        let mut params = Params::new(query);
        let value = Self::read(&mut params);
        params.finish(value)
    }

    /// Returns the query part of a URL with its `?`, empty if every parameter has its default.
    fn to_query_string(&self) -> String {
        let mut pairs = Vec::new();
        self.write(&mut pairs);
        query_string(&pairs)
    }
}

/// For operations and pages without parameters.
impl Query for () {
    fn read(_: &mut Params) -> Self {}

    fn write(&self, _: &mut Vec<(&'static str, String)>) {}
}

/// A query that was declared with [`query!`], so that another one can contain it.
pub trait DeclaredQuery: Query + Clone + std::fmt::Debug + 'static {
    /// Returns the parameters for the OpenAPI document.
    #[cfg(feature = "openapi")]
    fn parameters() -> Vec<utoipa::openapi::path::Parameter>;

    /// Generates every query that can be parsed.
    #[cfg(test)]
    fn strategy() -> proptest::strategy::BoxedStrategy<Self>;
}

/// Declares a query: `pub FIELD [as "NAME ON THE WIRE"]: TYPE = RULE`, with a doc comment that is also the description in the
/// OpenAPI document. `check(FUNCTION)` behind the struct adds rules between parameters; it runs before they are parsed.
///
/// Parameters are parsed and documented in the order of the fields. Links have those of nested queries last, so that
/// filters come before the page.
macro_rules! query {
    (
        $(#[$meta:meta])*
        pub struct $query:ident {
            $($(#[doc = $doc:literal])* pub $field:ident $(as $wire:literal)?: $type:ty = $rule:expr),+ $(,)?
        }
        $(check($check:path))?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $query {
            $($(#[doc = $doc])* pub $field: $type),+
        }

        impl $crate::Query for $query {
            fn read(params: &mut $crate::params::Params) -> Self {
                #[allow(clippy::wildcard_imports)]
                use $crate::query::rules::*;
                $($check(params);)?
                Self {
                    $($field: rule_for::<$type, _>($rule).read(query!(@name $field $($wire)?), params)),+
                }
            }

            fn write(&self, out: &mut $crate::query::rules::Pairs) {
                #[allow(clippy::wildcard_imports)]
                use $crate::query::rules::*;
                for is_nested in [false, true] {
                    $(
                        let rule = rule_for::<$type, _>($rule);
                        if is_nested == rule.is_nested() {
                            rule.write(query!(@name $field $($wire)?), &self.$field, out);
                        }
                    )+
                }
            }
        }

        /// What the query means without any parameter.
        impl Default for $query {
            fn default() -> Self {
                $crate::Query::read(&mut $crate::params::Params::new(""))
            }
        }

        impl $crate::query::DeclaredQuery for $query {
            #[cfg(feature = "openapi")]
            fn parameters() -> Vec<utoipa::openapi::path::Parameter> {
                #[allow(clippy::wildcard_imports)]
                use $crate::query::rules::*;
                let mut parameters = Vec::new();
                $(
                    let description = doc_text(&[$($doc),*]);
                    let rule = rule_for::<$type, _>($rule);
                    parameters.extend(rule.describe(query!(@name $field $($wire)?), &description));
                )+
                parameters
            }

            #[cfg(test)]
            fn strategy() -> proptest::strategy::BoxedStrategy<Self> {
                #[allow(clippy::wildcard_imports)]
                use $crate::query::rules::*;
                use proptest::strategy::Strategy as _;
                let queries = proptest::strategy::Just(Self::default()).boxed();
                $(
                    let queries = (queries, rule_for::<$type, _>($rule).strategy())
                        .prop_map(|(mut query, $field): (Self, _)| {
                            query.$field = $field;
                            query
                        })
                        .boxed();
                )+
                $(
                    let queries = queries
                        .prop_filter("parameters that exclude each other", |query| {
                            let address = $crate::Query::to_query_string(query);
                            let mut params = $crate::params::Params::new(address.trim_start_matches('?'));
                            $check(&mut params);
                            params.finish(()).is_ok()
                        })
                        .boxed();
                )?
                queries
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::IntoParams for $query {
            fn into_params(
                _: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>,
            ) -> Vec<utoipa::openapi::path::Parameter> {
                <Self as $crate::query::DeclaredQuery>::parameters()
            }
        }
    };
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $wire:literal) => { $wire };
}

pub(crate) use query;
