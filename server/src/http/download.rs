//! Files that are sent piece by piece: what a client has already, and which part of it is asked for (RFC 9110, 13 and 14).

use std::{
    future::Future,
    ops::Range,
    time::{Duration, SystemTime},
};

use axum::{
    body::Body,
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode, Version, header},
    response::{IntoResponse as _, Response},
};
use http_range_header::{EndPosition, StartPosition, SyntacticallyCorrectRange, parse_range_header};
use runlens_api_types::{ErrorBody, ErrorCode};
use runlens_domain::files::RawFile;

use crate::{http::error::ApiError, http::etag};

/// Sends a file, or the part of it that is asked for.
///
/// `filename` is what to call it: letters, digits, `.`, `-` and `_`. `content_type` is found out only where bytes are sent; `too_short`
/// is what is said where the file ends before the part.
pub(crate) async fn send(
    file: &RawFile,
    filename: &str,
    content_type: impl Future<Output = runlens_domain::Result<String>>,
    too_short: impl FnOnce(ErrorBody) -> ErrorBody,
    asked: &HeaderMap,
) -> Result<Response, ApiError> {
    let (size, tag) = (file.size(), format!("\"{}\"", file.version()));
    let modified = SystemTime::UNIX_EPOCH
        + Duration::from_secs(u64::try_from(file.last_modified().unix()).unwrap_or_default());
    let validators = [
        (header::ETAG, tag.clone()),
        (header::LAST_MODIFIED, httpdate::fmt_http_date(modified)),
    ];
    if is_known(asked, &tag, modified) {
        return Ok((StatusCode::NOT_MODIFIED, validators).into_response());
    }
    let (status, range) = match part(asked, &tag, size) {
        Part::Whole => (StatusCode::OK, 0..size),
        Part::Bytes(range) => (StatusCode::PARTIAL_CONTENT, range),
        Part::Unsatisfiable => {
            let body = ErrorBody::new(
                ErrorCode::RangeNotSatisfiable,
                format!("The file has {size} bytes."),
            );
            let body = too_short(body).with("size_bytes", size);
            return Ok((
                [(header::CONTENT_RANGE, format!("bytes */{size}"))],
                ApiError::from(body),
            )
                .into_response());
        }
    };
    let description = [
        (header::CONTENT_TYPE, content_type.await?),
        (header::CONTENT_DISPOSITION, attachment(filename)),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::CONTENT_LENGTH, (range.end - range.start).to_string()),
    ];
    let content_range = (status == StatusCode::PARTIAL_CONTENT)
        .then(|| content_range(&range, size))
        .flatten();
    let body = Body::from_stream(file.pieces(range).await?);
    let mut response = (status, validators, description, body).into_response();
    if let Some(value) = content_range {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    Ok(response)
}

/// Says to keep what is sent as a file of this name.
pub(crate) fn attachment(filename: &str) -> String {
    format!("attachment; filename=\"{filename}\"")
}

fn content_range(range: &Range<u64>, size: u64) -> Option<HeaderValue> {
    HeaderValue::try_from(format!("bytes {}-{}/{size}", range.start, range.end - 1)).ok()
}

/// What of a file is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// All of it.
    Whole,
    /// Some bytes, at least one.
    Bytes(Range<u64>),
    /// Something that lies behind its end.
    Unsatisfiable,
}

/// Whether the client has the file as it is. A date counts only where no tag is named: it is exact to the second alone.
fn is_known(headers: &HeaderMap, tag: &str, modified: SystemTime) -> bool {
    if headers.contains_key(header::IF_NONE_MATCH) {
        return etag::knows(headers, tag);
    }
    text(headers, header::IF_MODIFIED_SINCE)
        .and_then(|date| httpdate::parse_http_date(date).ok())
        .is_some_and(|known| modified <= known)
}

/// What of a file is asked for. All of it where several ranges are, where what is asked for cannot be read, and where `If-Range` does
/// not name this very content: by its strong tag, since two contents may have one date.
fn part(headers: &HeaderMap, tag: &str, size: u64) -> Part {
    let is_same = !headers.contains_key(header::IF_RANGE) || text(headers, header::IF_RANGE) == Some(tag);
    let asked = text(headers, header::RANGE)
        .filter(|_| is_same && size > 0)
        .and_then(|range| parse_range_header(range).ok());
    let Some([SyntacticallyCorrectRange { start, end }]) =
        asked.as_ref().map(|asked| asked.ranges.as_slice())
    else {
        return Part::Whole;
    };
    let end = match *end {
        EndPosition::Index(last) => last.saturating_add(1).min(size),
        EndPosition::LastByte => size,
    };
    match *start {
        StartPosition::FromLast(length) => Part::Bytes(size.saturating_sub(length)..end),
        StartPosition::Index(start) if start >= size => Part::Unsatisfiable,
        StartPosition::Index(start) if start < end => Part::Bytes(start..end),
        // From a place to an earlier one.
        StartPosition::Index(_) => Part::Whole,
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// Whether an answer is no such file: one is never compressed, since its parts are asked for by their place in it.
pub(crate) fn is_no_download(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    !headers.contains_key(header::ACCEPT_RANGES)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use axum::http::{HeaderMap, HeaderName, header};

    use super::{Part, is_known, part};

    const TAG: &str = "\"1a\"";

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), value.parse().expect("a value")))
            .collect()
    }

    #[test]
    fn one_range_is_served_and_what_is_no_range_is_not_heeded() {
        for (range, expected) in [
            ("bytes=0-0", Part::Bytes(0..1)),
            ("bytes=0-9", Part::Bytes(0..10)),
            ("bytes=3-", Part::Bytes(3..10)),
            ("bytes=3-99", Part::Bytes(3..10)),
            ("bytes=3-18446744073709551615", Part::Bytes(3..10)),
            ("bytes=-4", Part::Bytes(6..10)),
            ("bytes=-99", Part::Bytes(0..10)),
            ("bytes=10-", Part::Unsatisfiable),
            ("bytes=10-12", Part::Unsatisfiable),
            ("bytes=18446744073709551615-", Part::Unsatisfiable),
            ("bytes=5-3", Part::Whole),
            ("bytes=0-1,3-4", Part::Whole),
            ("bytes=0-1, 90-91", Part::Whole),
            ("bytes=-0", Part::Whole),
            ("bytes=", Part::Whole),
            ("bytes=a-b", Part::Whole),
            ("bytes=18446744073709551616-", Part::Whole),
            ("lines=0-1", Part::Whole),
            ("0-1", Part::Whole),
        ] {
            assert_eq!(
                part(&headers(&[(header::RANGE, range)]), TAG, 10),
                expected,
                "{range}"
            );
        }
        assert_eq!(
            part(&headers(&[(header::RANGE, "bytes=0-")]), TAG, 0),
            Part::Whole,
            "an empty file has no part"
        );
        assert_eq!(part(&HeaderMap::new(), TAG, 10), Part::Whole);
    }

    #[test]
    fn a_part_is_given_only_of_the_content_that_is_known() {
        for (known, expected) in [
            (TAG, Part::Bytes(1..3)),
            ("W/\"1a\"", Part::Whole),
            ("\"1b\"", Part::Whole),
            ("1a", Part::Whole),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Part::Whole),
        ] {
            let headers = headers(&[(header::RANGE, "bytes=1-2"), (header::IF_RANGE, known)]);
            assert_eq!(part(&headers, TAG, 10), expected, "{known}");
        }
    }

    #[test]
    fn a_tag_decides_before_a_date() {
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
            assert_eq!(is_known(&headers(pairs), TAG, modified), expected, "{pairs:?}");
        }
    }
}
