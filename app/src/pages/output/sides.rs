//! What is true of each of the two files, the differing facts emphasised.

use leptos::prelude::*;
use runlens_api_types::output::{DiffSide, FileEncoding, LineEndings, OutputDiff};

use super::Frame;
use crate::{components::facts, format};

/// Both files in a row each.
pub(super) fn table(frame: &Frame, diff: &OutputDiff) -> AnyView {
    let row = |name: &'static str, what: &str, side: &DiffSide, other: &DiffSide| {
        let fact = |label: &'static str, text: String, is_same: bool| {
            let differs = (!is_same).then(|| view! { <span class="differs" title="differs"><span class="symbol" aria-hidden="true">"≠"</span><span class="unseen">"differs: "</span></span> " " });
            view! { <td data-label=label class:odd=!is_same>{differs}{text}</td> }.into_any()
        };
        let lines = if diff.binary {
            "–".to_owned()
        } else {
            format!(
                "{}{}",
                format::number(side.line_count),
                if side.truncated { " compared" } else { "" }
            )
        };
        let mark = if side.byte_order_mark { "yes" } else { "no" };
        let hash = side.sha256.as_deref().map_or_else(|| "–".into_any(), facts::hash);
        let download = format!("{}/{what}/raw", frame.api);
        view! {
            <tr>
                <th scope="row" class="name">{name}</th>
                {fact("", exact_size(side.size_bytes), side.size_bytes == other.size_bytes)}
                {fact("lines", lines, side.line_count == other.line_count)}
                {fact("", encoding(side.encoding).to_owned(), side.encoding == other.encoding)}
                {fact("byte order mark", mark.to_owned(), side.byte_order_mark == other.byte_order_mark)}
                {fact("line ends", line_endings(side.line_endings).to_owned(), side.line_endings == other.line_endings)}
                <td data-label="SHA-256">{hash}</td>
                <td class="end"><a href=download download="">{format!("{name} file ↓")}</a></td>
            </tr>
        }
        .into_any()
    };
    view! {
        <table class="rows sides">
            <caption class="unseen">"The two files"</caption>
            <thead>
                <tr>
                    <th scope="col">"File"</th>
                    <th scope="col">"Size"</th>
                    <th scope="col">"Lines"</th>
                    <th scope="col">"Encoding"</th>
                    <th scope="col">"Byte order mark"</th>
                    <th scope="col">"Line ends"</th>
                    <th scope="col">"SHA-256"</th>
                    <th scope="col" class="end">"Download"</th>
                </tr>
            </thead>
            <tbody>
                {row("Expected", "expected", &diff.expected, &diff.actual)}
                {row("Produced", "actual", &diff.actual, &diff.expected)}
            </tbody>
        </table>
    }
    .into_any()
}

/// `1,465 bytes`, `2.0 MB (2,097,152 bytes)`.
fn exact_size(bytes: u64) -> String {
    let exact = format::pluralize(bytes, "byte", "bytes");
    if bytes < 100_000 {
        exact
    } else {
        format!("{} ({exact})", format::size(bytes))
    }
}

fn encoding(encoding: FileEncoding) -> &'static str {
    match encoding {
        FileEncoding::Utf8 => "UTF-8",
        FileEncoding::Utf16Le => "UTF-16, least byte first",
        FileEncoding::Utf16Be => "UTF-16, most byte first",
        FileEncoding::Windows1252 => "Windows-1252",
        FileEncoding::Base64 => "no text",
    }
}

fn line_endings(endings: LineEndings) -> &'static str {
    match endings {
        LineEndings::Lf => "LF",
        LineEndings::CrLf => "CRLF",
        LineEndings::Mixed => "LF and CRLF",
        LineEndings::None => "none",
    }
}
