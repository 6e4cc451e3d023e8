//! Streamed files with range requests (RFC 9110, 14).

use std::{
    future::Future,
    ops::Range,
    time::{Duration, SystemTime},
};

use axum::{
    body::Body,
    http::{Extensions, HeaderMap, HeaderValue, StatusCode, Version, header},
    response::{IntoResponse as _, Response},
};
use headers::{AcceptRanges, ContentLength, ContentRange, ETag, HeaderMapExt as _, IfRange, LastModified};
// Not `headers::Range`: it drops suffixes longer than the file (`bytes=-99` of 10 bytes), which are valid,
// and does not distinguish an invalid range from an unsatisfiable one.
use http_range_header::{EndPosition, StartPosition, SyntacticallyCorrectRange, parse_range_header};
use runlens_api_types::{ErrorBody, ErrorCode};
use runlens_domain::files::RawFile;

use super::{
    conditional::{is_not_modified, strong_etag},
    error::ApiError,
};

/// Sends a file or the requested part of it.
///
/// `filename` may contain letters, digits, `.`, `-` and `_`. `content_type` is awaited only if bytes are
/// sent. `add_details` extends the body of a 416.
pub(crate) async fn send(
    file: &RawFile,
    filename: &str,
    content_type: impl Future<Output = runlens_domain::Result<String>>,
    add_details: impl FnOnce(ErrorBody) -> ErrorBody,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    let (size, version) = (file.size(), file.version());
    let etag = strong_etag(&version);
    let modified = SystemTime::UNIX_EPOCH
        + Duration::from_secs(u64::try_from(file.last_modified().unix()).unwrap_or_default());
    let mut validators = HeaderMap::new();
    if let Some(etag) = &etag {
        validators.typed_insert(etag.clone());
    }
    validators.typed_insert(LastModified::from(modified));
    if is_not_modified(headers, &version, modified) {
        return Ok((StatusCode::NOT_MODIFIED, validators).into_response());
    }
    let (status, range) = match requested_part(headers, etag.as_ref(), size) {
        Part::Whole => (StatusCode::OK, 0..size),
        Part::Bytes(range) => (StatusCode::PARTIAL_CONTENT, range),
        Part::Unsatisfiable => {
            let body = ErrorBody::new(
                ErrorCode::RangeNotSatisfiable,
                format!("Range starts behind the end of the file ({size} bytes)."),
            );
            let body = add_details(body).with("size_bytes", size);
            let mut response = ApiError::from(body).into_response();
            response
                .headers_mut()
                .typed_insert(ContentRange::unsatisfied_bytes(size));
            return Ok(response);
        }
    };
    let mut description = HeaderMap::new();
    description.typed_insert(AcceptRanges::bytes());
    description.typed_insert(ContentLength(range.end - range.start));
    if status == StatusCode::PARTIAL_CONTENT
        && let Ok(content_range) = ContentRange::bytes(range.clone(), size)
    {
        description.typed_insert(content_range);
    }
    for (name, value) in [
        (header::CONTENT_TYPE, content_type.await?),
        (header::CONTENT_DISPOSITION, attachment(filename)),
    ] {
        let value = HeaderValue::try_from(value).map_err(|error| ApiError::internal(error.to_string()))?;
        description.insert(name, value);
    }
    let body = Body::from_stream(file.pieces(range).await?);
    Ok((status, validators, description, body).into_response())
}

/// `Content-Disposition` that saves the response under a name.
pub(crate) fn attachment(filename: &str) -> String {
    format!("attachment; filename=\"{filename}\"")
}

/// Compression predicate: downloads are never compressed, since ranges refer to the plain bytes.
pub(crate) fn is_no_download(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    !headers.contains_key(header::ACCEPT_RANGES)
}

/// Requested part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Whole,
    /// Not empty.
    Bytes(Range<u64>),
    /// Starts beyond the end of the file.
    Unsatisfiable,
}

/// The whole file if the range is invalid, if there are several, or if `If-Range` does not contain the strong
/// tag of the current content. A date in `If-Range` never matches, since two versions may have the same date.
fn requested_part(headers: &HeaderMap, etag: Option<&ETag>, size: u64) -> Part {
    let is_current = match headers.typed_try_get::<IfRange>() {
        Ok(None) => true,
        Ok(Some(if_range)) => !if_range.is_modified(etag, None),
        Err(_) => false,
    };
    let ranges = headers
        .get(header::RANGE)
        .filter(|_| is_current && size > 0)
        .and_then(|value| parse_range_header(value.to_str().ok()?).ok());
    let Some([SyntacticallyCorrectRange { start, end }]) =
        ranges.as_ref().map(|ranges| ranges.ranges.as_slice())
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
        // The range ends before it starts.
        StartPosition::Index(_) => Part::Whole,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, header};

    use super::{Part, requested_part, strong_etag};

    fn part(pairs: &[(HeaderName, &str)], size: u64) -> Part {
        let headers: HeaderMap = pairs
            .iter()
            .map(|(name, value)| (name.clone(), value.parse().expect("a value")))
            .collect();
        requested_part(&headers, strong_etag("1a").as_ref(), size)
    }

    #[test]
    fn single_range_is_served_and_invalid_ranges_are_ignored() {
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
            assert_eq!(part(&[(header::RANGE, range)], 10), expected, "{range}");
        }
        assert_eq!(
            part(&[(header::RANGE, "bytes=0-")], 0),
            Part::Whole,
            "an empty file has no parts"
        );
        assert_eq!(part(&[], 10), Part::Whole);
    }

    #[test]
    fn range_is_served_only_if_if_range_matches() {
        for (if_range, expected) in [
            ("\"1a\"", Part::Bytes(1..3)),
            ("W/\"1a\"", Part::Whole),
            ("\"1b\"", Part::Whole),
            ("1a", Part::Whole),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Part::Whole),
        ] {
            let headers = [(header::RANGE, "bytes=1-2"), (header::IF_RANGE, if_range)];
            assert_eq!(part(&headers, 10), expected, "{if_range}");
        }
    }
}
