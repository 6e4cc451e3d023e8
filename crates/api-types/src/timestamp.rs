//! Points in time in the format of the API.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset, format_description::well_known::Rfc3339};

/// A point in time in UTC with whole seconds, written `2026-06-27T12:42:03Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(OffsetDateTime);

impl Timestamp {
    /// Converts a DATETIME of the database, which is UTC without a zone.
    pub fn from_utc(naive: PrimitiveDateTime) -> Self {
        Self::from(naive.assume_utc())
    }

    /// Converts seconds since 1970-01-01T00:00:00Z; `None` outside the years 0 to 9999.
    pub fn from_unix(seconds: i64) -> Option<Self> {
        OffsetDateTime::from_unix_timestamp(seconds).ok().map(Self)
    }

    /// Returns the seconds since 1970-01-01T00:00:00Z.
    pub fn unix(self) -> i64 {
        self.0.unix_timestamp()
    }

    /// Returns the milliseconds since `earlier`; negative if this time is before it.
    pub fn millis_since(self, earlier: Self) -> i64 {
        (self.unix() - earlier.unix()) * 1000
    }

    /// Returns a DATETIME of the database: UTC without a zone.
    pub fn to_utc(self) -> PrimitiveDateTime {
        PrimitiveDateTime::new(self.0.date(), self.0.time())
    }

    /// Parses RFC 3339 with any offset; fractions of a second are dropped.
    pub fn parse(text: &str) -> Option<Self> {
        OffsetDateTime::parse(text, &Rfc3339).ok().map(Self::from)
    }
}

impl From<OffsetDateTime> for Timestamp {
    fn from(value: OffsetDateTime) -> Self {
        let utc = value
            .checked_to_offset(UtcOffset::UTC)
            .unwrap_or_else(|| value.replace_offset(UtcOffset::UTC));
        Self(utc.replace_nanosecond(0).unwrap_or(utc))
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (date, time) = (self.0.date(), self.0.time());
        let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
            time.hour(),
            time.minute(),
            time.second()
        )
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("expected a time such as 2026-06-27T12:42:03Z"))
    }
}

#[cfg(feature = "openapi")]
mod openapi {
    use utoipa::openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, schema::Type};

    impl utoipa::ToSchema for super::Timestamp {}
    impl utoipa::PartialSchema for super::Timestamp {
        fn schema() -> RefOr<Schema> {
            ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
                .description(Some("UTC, whole seconds."))
                .examples(["2026-06-27T12:42:03Z"])
                .into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn timestamp_is_formatted_in_utc_without_fraction() {
        let cases = [
            ("2026-06-27T12:42:03Z", "2026-06-27T12:42:03Z"),
            ("2026-06-27T14:42:03.987+02:00", "2026-06-27T12:42:03Z"),
            ("2026-01-01T00:00:00-00:30", "2026-01-01T00:30:00Z"),
        ];
        for (input, expected) in cases {
            let parsed = Timestamp::parse(input).expect(input);
            assert_eq!(parsed.to_string(), expected);
            assert_eq!(serde_json::to_value(parsed).expect("json"), expected);
        }
        assert_eq!(Timestamp::parse("yesterday"), None);
    }
}
