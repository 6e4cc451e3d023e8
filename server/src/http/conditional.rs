//! Conditional requests (RFC 9110, 13): whether the client has the current content already.

use std::time::SystemTime;

use axum::http::{HeaderMap, header};
use headers::{ETag, HeaderMapExt as _, IfModifiedSince, IfNoneMatch};

/// Suffixes of a tag: of compressed responses (see `etag::add_encoding_to_etag`) and of plain ones.
const TAG_SUFFIXES: [&str; 3] = ["-br", "-gzip", ""];

/// A strong tag. `None` if `opaque` contains characters that a tag must not have.
pub(crate) fn strong_etag(opaque: &str) -> Option<ETag> {
    format!("\"{opaque}\"").parse().ok()
}

/// The form of the tag that the client has, with or without the suffix of an encoding.
pub(crate) fn matching_etag(if_none_match: &IfNoneMatch, opaque: &str) -> Option<ETag> {
    if *if_none_match == IfNoneMatch::any() {
        return strong_etag(opaque);
    }
    TAG_SUFFIXES
        .iter()
        .filter_map(|suffix| strong_etag(&format!("{opaque}{suffix}")))
        .find(|etag| !if_none_match.precondition_passes(etag))
}

/// Whether `If-None-Match` contains the tag in any form.
pub(crate) fn has_etag(headers: &HeaderMap, opaque: &str) -> bool {
    headers
        .typed_get::<IfNoneMatch>()
        .is_some_and(|if_none_match| matching_etag(&if_none_match, opaque).is_some())
}

/// Whether the client has the content. The date is used only without `If-None-Match`, since it has a
/// resolution of a second.
pub(crate) fn is_not_modified(headers: &HeaderMap, opaque: &str, modified: SystemTime) -> bool {
    if headers.contains_key(header::IF_NONE_MATCH) {
        return has_etag(headers, opaque);
    }
    headers
        .typed_get::<IfModifiedSince>()
        .is_some_and(|since| !since.is_modified(modified))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::http::HeaderName;

    use super::*;

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), value.parse().expect("a value")))
            .collect()
    }

    #[test]
    fn etag_matches_with_and_without_the_suffix_of_an_encoding() {
        for (list, expected) in [
            ("\"1a\"", Some("1a")),
            ("W/\"1a\"", Some("1a")),
            ("\"0\" , \"1a-gzip\",\"1a\"", Some("1a-gzip")),
            ("W/\"1a-br\"", Some("1a-br")),
            ("*", Some("1a")),
            ("\"1a-zip\"", None),
            ("\"1ab\"", None),
            ("1a", None),
            ("", None),
        ] {
            let if_none_match = headers(&[(header::IF_NONE_MATCH, list)]).typed_get::<IfNoneMatch>();
            let matching = if_none_match.and_then(|list| matching_etag(&list, "1a"));
            assert_eq!(matching, expected.and_then(strong_etag), "{list}");
        }
    }

    #[test]
    fn tag_takes_precedence_over_date() {
        const TAG: &str = "\"1a\"";
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let (same, earlier) = ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:36 GMT");
        for (pairs, expected) in [
            (&[][..], false),
            (&[(header::IF_NONE_MATCH, TAG)], true),
            (&[(header::IF_NONE_MATCH, "\"0\", W/\"1a\"")], true),
            (&[(header::IF_NONE_MATCH, "*")], true),
            (&[(header::IF_NONE_MATCH, "\"0\"")], false),
            (&[(header::IF_MODIFIED_SINCE, same)], true),
            (&[(header::IF_MODIFIED_SINCE, earlier)], false),
            (&[(header::IF_MODIFIED_SINCE, "yesterday")], false),
            (
                &[
                    (header::IF_NONE_MATCH, "\"0\""),
                    (header::IF_MODIFIED_SINCE, same),
                ],
                false,
            ),
        ] {
            assert_eq!(
                is_not_modified(&headers(pairs), "1a", modified),
                expected,
                "{pairs:?}"
            );
        }
    }
}
