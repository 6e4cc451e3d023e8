//! Enumerations with a fixed text for each value: one declaration serves JSON, query parameters, labels and the OpenAPI document.
//!
//! A macro of our own rather than `strum`: strum and serde would each need the text of a value (`runs:read`, `-created_at`) in an
//! attribute of their own, and utoipa reads serde's.

use std::{fmt, str::FromStr};

/// An enumeration with a fixed text for each value, such as `missing_output`.
pub trait TextEnum:
    Copy + Eq + fmt::Debug + fmt::Display + FromStr<Err = UnknownValue> + Documented + 'static
{
    /// Every value, in the order in which they are listed to people.
    const ALL: &'static [Self];

    /// Returns the text on the wire.
    fn as_str(self) -> &'static str;
}

/// What the OpenAPI document needs of an enumeration; nothing without the feature `openapi`.
#[cfg(feature = "openapi")]
pub trait Documented: utoipa::ToSchema {}

#[cfg(feature = "openapi")]
impl<T: utoipa::ToSchema> Documented for T {}

/// What the OpenAPI document needs of an enumeration; nothing without the feature `openapi`.
#[cfg(not(feature = "openapi"))]
pub trait Documented {}

#[cfg(not(feature = "openapi"))]
impl<T> Documented for T {}

/// Error of parsing an enumeration: the text is none of its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownValue {
    /// The values that are allowed.
    pub allowed: &'static [&'static str],
}

impl fmt::Display for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "must be one of {}", self.allowed.join(", "))
    }
}

impl std::error::Error for UnknownValue {}

// `tt`, not `literal`: the compiler wraps a `literal` for a derive macro, and utoipa does not look into the wrapping.
macro_rules! text_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $text:tt),+ $(,)? }) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        $(#[$meta])*
        pub enum $name { $($(#[$variant_meta])* #[serde(rename = $text)] $variant),+ }

        impl $crate::TextEnum for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownValue;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($crate::UnknownValue { allowed: &[$($text),+] }),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::TextEnum::as_str(*self))
            }
        }
    };
}

pub(crate) use text_enum;
