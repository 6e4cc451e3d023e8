//! Rules of parameters: which values are allowed, how they are parsed, written and documented.

use std::{fmt::Display, marker::PhantomData, ops::RangeInclusive};

#[cfg(test)]
use proptest::{collection, option, prelude::*, sample};
#[cfg(feature = "openapi")]
use utoipa::ToSchema as _;
#[cfg(feature = "openapi")]
use utoipa::openapi::{
    KnownFormat, ObjectBuilder, Ref, RefOr, Required, Schema, SchemaFormat,
    path::{Parameter, ParameterBuilder, ParameterIn, ParameterStyle},
    schema::{ArrayBuilder, Type},
};

use crate::{
    TextEnum, Timestamp,
    params::{MAX_ID, Params, WholeNumber, join},
    query::DeclaredQuery,
};

/// The rule of one field of a query.
pub trait Rule {
    /// Type of the field.
    type Value;

    /// Parses the parameter; an error is noted in `params` and leaves the default.
    fn read(&self, name: &'static str, params: &mut Params) -> Self::Value;

    /// Appends the parameter unless it has its default.
    fn write(&self, name: &'static str, value: &Self::Value, out: &mut Pairs);

    /// Whether the field holds the parameters of another query.
    fn is_nested(&self) -> bool {
        false
    }

    /// Returns the parameters for the OpenAPI document.
    #[cfg(feature = "openapi")]
    fn describe(&self, name: &str, description: &str) -> Vec<Parameter>;

    /// Generates every allowed value.
    #[cfg(test)]
    fn strategy(&self) -> BoxedStrategy<Self::Value>;
}

/// Names and values of parameters.
pub(crate) type Pairs = Vec<(&'static str, String)>;

fn push(name: &'static str, value: Option<impl ToString>, out: &mut Pairs) {
    out.extend(value.map(|value| (name, value.to_string())));
}

/// Returns `rule`; fixes the type of its value where nothing else does.
pub(crate) fn rule_for<T, R: Rule<Value = T>>(rule: R) -> R {
    rule
}

/// Joins the lines of a doc comment.
#[cfg(feature = "openapi")]
pub(crate) fn doc_text(lines: &[&str]) -> String {
    lines
        .iter()
        .map(|line| line.trim())
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(feature = "openapi")]
fn optional(name: &str, description: &str, schema: impl Into<RefOr<Schema>>) -> ParameterBuilder {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(schema))
}

/// A list in one parameter, with commas between its items.
#[cfg(feature = "openapi")]
fn comma_separated(name: &str, description: &str, list: ArrayBuilder) -> ParameterBuilder {
    optional(name, description, list.build())
        .style(Some(ParameterStyle::Form))
        .explode(Some(false))
}

#[cfg(feature = "openapi")]
fn whole_number<N: WholeNumber>(min: N, max: N) -> ObjectBuilder {
    let format = if size_of::<N>() > 4 {
        KnownFormat::Int64
    } else {
        KnownFormat::Int32
    };
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(format)))
        .minimum(Some(min.to_u64()))
        .maximum(Some(max.to_u64()))
}

#[cfg(feature = "openapi")]
fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

#[cfg(feature = "openapi")]
fn string_up_to(max_chars: usize) -> ObjectBuilder {
    string().min_length(Some(1)).max_length(Some(max_chars))
}

#[cfg(test)]
fn numbers<N: WholeNumber>(min: N, max: N) -> BoxedStrategy<N> {
    (min.to_u64()..=max.to_u64())
        .prop_filter_map("out of range", N::from_u64)
        .boxed()
}

#[cfg(test)]
fn texts(max_chars: usize) -> BoxedStrategy<String> {
    collection::vec(any::<char>(), 1..=max_chars)
        .prop_map(String::from_iter)
        .boxed()
}

/// See [`number`].
pub struct Number<N> {
    min: N,
    max: N,
}

/// A whole number within bounds.
pub fn number<N: WholeNumber>(bounds: RangeInclusive<N>) -> Number<N> {
    let (min, max) = bounds.into_inner();
    Number { min, max }
}

/// An id of the database.
pub fn id() -> Number<i32> {
    number(1..=MAX_ID)
}

impl<N: WholeNumber> Number<N> {
    /// With a default.
    pub fn or(self, default: N) -> NumberOr<N> {
        NumberOr {
            number: self,
            default,
        }
    }
}

impl<N: WholeNumber> Rule for Number<N> {
    type Value = Option<N>;

    fn read(&self, name: &'static str, params: &mut Params) -> Self::Value {
        params.number(name, self.min, self.max)
    }

    fn write(&self, name: &'static str, value: &Self::Value, out: &mut Pairs) {
        push(name, value.as_ref(), out);
    }

    #[cfg(feature = "openapi")]
    fn describe(&self, name: &str, description: &str) -> Vec<Parameter> {
        vec![optional(name, description, whole_number(self.min, self.max)).build()]
    }

    #[cfg(test)]
    fn strategy(&self) -> BoxedStrategy<Self::Value> {
        option::of(numbers(self.min, self.max)).boxed()
    }
}

/// See [`Number::or`].
pub struct NumberOr<N> {
    number: Number<N>,
    default: N,
}

impl<N: WholeNumber> Rule for NumberOr<N> {
    type Value = N;

    fn read(&self, name: &'static str, params: &mut Params) -> N {
        self.number.read(name, params).unwrap_or(self.default)
    }

    fn write(&self, name: &'static str, value: &N, out: &mut Pairs) {
        push(name, (*value != self.default).then_some(value), out);
    }

    #[cfg(feature = "openapi")]
    fn describe(&self, name: &str, description: &str) -> Vec<Parameter> {
        let schema =
            whole_number(self.number.min, self.number.max).default(Some(self.default.to_u64().into()));
        vec![optional(name, description, schema).build()]
    }

    #[cfg(test)]
    fn strategy(&self) -> BoxedStrategy<N> {
        numbers(self.number.min, self.number.max)
    }
}

/// See [`ids`].
pub struct Ids {
    max_count: usize,
}

/// 1 to `max_count` ids of the database, separated by commas: required; ascending, each once.
pub fn ids(max_count: usize) -> Ids {
    Ids { max_count }
}

impl Rule for Ids {
    type Value = Vec<i32>;

    fn read(&self, name: &'static str, params: &mut Params) -> Vec<i32> {
        params.ids(name, self.max_count)
    }

    fn write(&self, name: &'static str, value: &Vec<i32>, out: &mut Pairs) {
        push(name, Some(comma_joined(value)), out);
    }

    #[cfg(feature = "openapi")]
    fn describe(&self, name: &str, description: &str) -> Vec<Parameter> {
        let id = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(MAX_ID))
            .build();
        let ids = ArrayBuilder::new()
            .items(id)
            .min_items(Some(1))
            .max_items(Some(self.max_count));
        vec![
            comma_separated(name, description, ids)
                .required(Required::True)
                .build(),
        ]
    }

    #[cfg(test)]
    fn strategy(&self) -> BoxedStrategy<Vec<i32>> {
        collection::btree_set(1..=MAX_ID, 1..=self.max_count)
            .prop_map(|ids| ids.into_iter().collect())
            .boxed()
    }
}

fn comma_joined<T: Display>(items: &[T]) -> String {
    items
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(",")
}

/// See [`text`].
pub struct Text {
    max_chars: usize,
}

/// A text of 1 to `max_chars` characters.
pub fn text(max_chars: usize) -> Text {
    Text { max_chars }
}

impl Text {
    /// Makes the parameter mandatory.
    pub fn required(self) -> RequiredText {
        RequiredText { text: self }
    }
}

impl Rule for Text {
    type Value = Option<String>;

    fn read(&self, name: &'static str, params: &mut Params) -> Self::Value {
        params.text(name, self.max_chars)
    }

    fn write(&self, name: &'static str, value: &Self::Value, out: &mut Pairs) {
        push(name, value.as_ref(), out);
    }

    #[cfg(feature = "openapi")]
    fn describe(&self, name: &str, description: &str) -> Vec<Parameter> {
        vec![optional(name, description, string_up_to(self.max_chars)).build()]
    }

    #[cfg(test)]
    fn strategy(&self) -> BoxedStrategy<Self::Value> {
        option::of(texts(self.max_chars)).boxed()
    }
}

/// See [`Text::required`].
pub struct RequiredText {
    text: Text,
}

impl Rule for RequiredText {
    type Value = String;

    fn read(&self, name: &'static str, params: &mut Params) -> String {
        if params.get(name).is_none() {
            params.error(name, "must be given");
        }
        self.text.read(name, params).unwrap_or_default()
    }

    fn write(&self, name: &'static str, value: &String, out: &mut Pairs) {
        push(name, Some(value), out);
    }

    #[cfg(feature = "openapi")]
    fn describe(&self, name: &str, description: &str) -> Vec<Parameter> {
        vec![
            optional(name, description, string_up_to(self.text.max_chars))
                .required(Required::True)
                .build(),
        ]
    }

    #[cfg(test)]
    fn strategy(&self) -> BoxedStrategy<String> {
        texts(self.text.max_chars)
    }
}

/// See [`hex_digits`].
pub struct HexDigits {
    min: usize,
    max: usize,
}

/// Hexadecimal digits of either case, so many of them.
pub fn hex_digits(count: RangeInclusive<usize>) -> HexDigits {
    let (min, max) = count.into_inner();
    HexDigits { min, max }
}

impl HexDigits {
    /// Returns the bounds with something between them; only the number if they are equal.
    fn bounds(&self, separator: &str) -> String {
        if self.min == self.max {
            self.max.to_string()
        } else {
            format!("{}{separator}{}", self.min, self.max)
        }
    }
}

impl Rule for HexDigits {
    type Value = Option<String>;

    fn read(&self, name: &'static str, params: &mut Params) -> Self::Value {
        let expected = format!("{} hexadecimal digits", self.bounds(" to "));
        params.text_where(name, &expected, |text| {
            (self.min..=self.max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
    }

    fn write(&self, name: &'static str, value: &Self::Value, out: &mut Pairs) {
        push(name, value.as_ref(), out);
    }

    #[cfg(feature = "openapi")]
    fn describe(&self, name: &str, description: &str) -> Vec<Parameter> {
        let pattern = format!("^[0-9a-fA-F]{{{}}}$", self.bounds(","));
        vec![optional(name, description, string().pattern(Some(pattern))).build()]
    }

    #[cfg(test)]
    fn strategy(&self) -> BoxedStrategy<Self::Value> {
        let digit = sample::select(b"0123456789abcdefABCDEF".to_vec()).prop_map(char::from);
        option::of(collection::vec(digit, self.min..=self.max).prop_map(String::from_iter)).boxed()
    }
}

/// See [`repository`].
pub struct Repository;

/// A repository on GitHub, `owner/name`.
pub fn repository() -> Repository {
    Repository
}

impl Repository {
    /// The longest owner, and the longest name, in bytes.
    const MAX_NAME_BYTES: usize = 100;
}

impl Rule for Repository {
    type Value = Option<String>;

    fn read(&self, name: &'static str, params: &mut Params) -> Self::Value {
        let is_name = |name: &str| {
            (1..=Self::MAX_NAME_BYTES).contains(&name.len())
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        };
        params.text_where(name, "owner/name", |text| {
            text.split_once('/')
                .is_some_and(|(owner, name)| is_name(owner) && is_name(name))
        })
    }

    fn write(&self, name: &'static str, value: &Self::Value, out: &mut Pairs) {
        push(name, value.as_ref(), out);
    }

    #[cfg(feature = "openapi")]
    fn describe(&self, name: &str, description: &str) -> Vec<Parameter> {
        let part = format!("[A-Za-z0-9_.-]{{1,{}}}", Self::MAX_NAME_BYTES);
        let schema = string().pattern(Some(format!("^{part}/{part}$")));
        vec![optional(name, description, schema).build()]
    }

    #[cfg(test)]
    fn strategy(&self) -> BoxedStrategy<Self::Value> {
        option::of("[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}").boxed()
    }
}

/// See [`choice`].
pub struct Choice<E> {
    is_inline: bool,
    values: PhantomData<E>,
}

/// One value of an enumeration.
pub fn choice<E: TextEnum>() -> Choice<E> {
    Choice {
        is_inline: false,
        values: PhantomData,
    }
}

impl<E> Choice<E> {
    /// Puts the values into the parameter's schema, for an enumeration that is no component of the document.
    pub fn inline(mut self) -> Self {
        self.is_inline = true;
        self
    }
}

impl<E: TextEnum> Rule for Choice<E> {
    type Value = Option<E>;

    fn read(&self, name: &'static str, params: &mut Params) -> Self::Value {
        params.parse_enum(name)
    }

    fn write(&self, name: &'static str, value: &Self::Value, out: &mut Pairs) {
        push(name, value.as_ref(), out);
    }

    #[cfg(feature = "openapi")]
    fn describe(&self, name: &str, description: &str) -> Vec<Parameter> {
        let schema = if self.is_inline {
            E::schema()
        } else {
            Ref::from_schema_name(E::name()).into()
        };
        vec![optional(name, description, schema).build()]
    }

    #[cfg(test)]
    fn strategy(&self) -> BoxedStrategy<Self::Value> {
        option::of(sample::select(E::ALL)).boxed()
    }
}

/// See [`list`].
pub struct List<E>(PhantomData<E>);

/// Values of an enumeration, separated by commas: each once, in the enumeration's order.
pub fn list<E: TextEnum>() -> List<E> {
    List(PhantomData)
}

impl<E: TextEnum> Rule for List<E> {
    type Value = Vec<E>;

    fn read(&self, name: &'static str, params: &mut Params) -> Vec<E> {
        params.list(name)
    }

    fn write(&self, name: &'static str, value: &Vec<E>, out: &mut Pairs) {
        push(name, (!value.is_empty()).then(|| join(value)), out);
    }

    #[cfg(feature = "openapi")]
    fn describe(&self, name: &str, description: &str) -> Vec<Parameter> {
        let values = ArrayBuilder::new().items(E::schema()).min_items(Some(1));
        vec![comma_separated(name, description, values).build()]
    }

    #[cfg(test)]
    fn strategy(&self) -> BoxedStrategy<Vec<E>> {
        sample::subsequence(E::ALL, 0..=E::ALL.len()).boxed()
    }
}

/// See [`timestamp`].
pub struct Time;

/// A point in time.
pub fn timestamp() -> Time {
    Time
}

impl Rule for Time {
    type Value = Option<Timestamp>;

    fn read(&self, name: &'static str, params: &mut Params) -> Self::Value {
        params.timestamp(name)
    }

    fn write(&self, name: &'static str, value: &Self::Value, out: &mut Pairs) {
        push(name, value.as_ref(), out);
    }

    #[cfg(feature = "openapi")]
    fn describe(&self, name: &str, description: &str) -> Vec<Parameter> {
        let schema = Ref::from_schema_name(Timestamp::name());
        vec![optional(name, description, schema).build()]
    }

    #[cfg(test)]
    fn strategy(&self) -> BoxedStrategy<Self::Value> {
        // Years 0 to 9999.
        let times =
            (-62_167_219_200_i64..=253_402_300_799).prop_filter_map("not a time", Timestamp::from_unix);
        option::of(times).boxed()
    }
}

/// See [`flag`].
pub struct Flag;

/// `true` or `false`; `None` if it is not given.
pub fn flag() -> Flag {
    Flag
}

impl Rule for Flag {
    type Value = Option<bool>;

    fn read(&self, name: &'static str, params: &mut Params) -> Self::Value {
        params.flag(name)
    }

    fn write(&self, name: &'static str, value: &Self::Value, out: &mut Pairs) {
        push(name, value.as_ref(), out);
    }

    #[cfg(feature = "openapi")]
    fn describe(&self, name: &str, description: &str) -> Vec<Parameter> {
        let schema = ObjectBuilder::new().schema_type(Type::Boolean);
        vec![optional(name, description, schema).build()]
    }

    #[cfg(test)]
    fn strategy(&self) -> BoxedStrategy<Self::Value> {
        option::of(any::<bool>()).boxed()
    }
}

/// See [`switch`].
pub struct Switch;

/// `true` or `false`; `false` if it is not given.
pub fn switch() -> Switch {
    Switch
}

impl Rule for Switch {
    type Value = bool;

    fn read(&self, name: &'static str, params: &mut Params) -> bool {
        params.flag(name).unwrap_or(false)
    }

    fn write(&self, name: &'static str, value: &bool, out: &mut Pairs) {
        push(name, value.then_some(true), out);
    }

    #[cfg(feature = "openapi")]
    fn describe(&self, name: &str, description: &str) -> Vec<Parameter> {
        Flag.describe(name, description)
    }

    #[cfg(test)]
    fn strategy(&self) -> BoxedStrategy<bool> {
        any::<bool>().boxed()
    }
}

/// See [`nested`].
pub struct Nested<Q>(PhantomData<Q>);

/// The parameters of another query.
pub fn nested<Q: DeclaredQuery>() -> Nested<Q> {
    Nested(PhantomData)
}

impl<Q: DeclaredQuery> Rule for Nested<Q> {
    type Value = Q;

    fn read(&self, _: &'static str, params: &mut Params) -> Q {
        Q::read(params)
    }

    fn write(&self, _: &'static str, value: &Q, out: &mut Pairs) {
        value.write(out);
    }

    fn is_nested(&self) -> bool {
        true
    }

    #[cfg(feature = "openapi")]
    fn describe(&self, _: &str, _: &str) -> Vec<Parameter> {
        Q::parameters()
    }

    #[cfg(test)]
    fn strategy(&self) -> BoxedStrategy<Q> {
        Q::strategy()
    }
}
