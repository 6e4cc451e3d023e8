//! Writes from other sites: a browser sends our cookie with them, so they are refused.

use axum::http::{HeaderMap, Method, header};

/// Whether a request may change something, as far as its origin goes. A client that is no browser names no origin; it may,
/// unless it carries a cookie.
pub(crate) fn may_write(method: &Method, headers: &HeaderMap, public_url: &str) -> bool {
    if method.is_safe() {
        return true;
    }
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return !headers.contains_key(header::COOKIE);
    };
    let Ok(origin) = origin.to_str() else { return false };
    let host = text("host");
    origin == public_url
        || host.is_some_and(|host| {
            origin
                .split_once("://")
                .is_some_and(|(_, origin_host)| origin_host == host)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_write_with_a_cookie() {
        let cases: [(&[(&str, &str)], bool); 9] = [
            (&[], true),
            (&[("cookie", "runlens_visitor=x")], false),
            (&[("cookie", "x"), ("sec-fetch-site", "same-origin")], true),
            (&[("cookie", "x"), ("sec-fetch-site", "same-site")], false),
            (
                &[
                    ("cookie", "x"),
                    ("sec-fetch-site", "cross-site"),
                    ("origin", "https://runlens.example.org"),
                ],
                false,
            ),
            (
                &[("cookie", "x"), ("origin", "https://runlens.example.org")],
                true,
            ),
            (
                &[
                    ("cookie", "x"),
                    ("origin", "http://127.0.0.1:3000"),
                    ("host", "127.0.0.1:3000"),
                ],
                true,
            ),
            (
                &[("origin", "https://evil.example.org"), ("host", "127.0.0.1:3000")],
                false,
            ),
            (&[("origin", "null")], false),
        ];
        for (given, expected) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in given {
                headers.insert(*name, value.parse().expect("a header"));
            }
            assert_eq!(
                may_write(&Method::POST, &headers, "https://runlens.example.org"),
                expected,
                "{given:?}"
            );
            assert!(may_write(&Method::GET, &headers, "https://runlens.example.org"));
        }
    }
}
