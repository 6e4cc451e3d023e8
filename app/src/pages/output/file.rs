//! One file alone: where nothing was produced, where the expected file was, and where files are missing.

use leptos::prelude::*;
use runlens_api_types::{ErrorBody, page::Pagination};

use super::{Frame, pieces::pieces, table::piece};
use crate::{
    components::{failure::missing_part, pager::pager},
    data::outputs::FilePart,
    format,
    url::{
        RunView,
        log::LogAddress,
        output::{LINES, anchor},
    },
};

/// The expected file was produced.
pub(super) fn same(frame: &Frame, part: FilePart) -> AnyView {
    view! {
        <section id="diff" aria-labelledby="diff-title">
            <h2 id="diff-title">"The file"</h2>
            {lines(frame, part)}
        </section>
    }
    .into_any()
}

/// Nothing was produced.
pub(super) fn not_produced(frame: &Frame, part: Result<Box<FilePart>, ErrorBody>, path: &str) -> AnyView {
    let content = match part {
        Ok(part) => lines(frame, *part),
        Err(body) => missing_part("The expected file", &body, path),
    };
    let log = crate::url::log(frame.run, &LogAddress::default());
    let test = RunView::default().test(frame.test).address(frame.run, "tests");
    view! {
        <p class="notice">
            <strong>"There is nothing to compare. "</strong>
            "A program that ends early produces no file: " <a href=test>"its exit code"</a> " and " <a href=log>"the log"</a> " say more."
        </p>
        <section id="diff" aria-labelledby="diff-title">
            <h2 id="diff-title">"What was expected"</h2>
            {content}
        </section>
    }
    .into_any()
}

/// A file is in none of the stores.
pub(super) fn missing(frame: &Frame, body: &ErrorBody) -> AnyView {
    let text = |name: &str| body.details.get(name).and_then(|value| value.as_str());
    let (side, other) = if text("side") == Some("expected") {
        ("expected", "actual")
    } else {
        ("produced", "expected")
    };
    let stores: Vec<&str> = body
        .details
        .get("checked")
        .and_then(|checked| checked.as_array())
        .into_iter()
        .flatten()
        .filter_map(|store| store.as_str())
        .collect();
    let looked = format!("Looked in {}.", stores.join(" and "));
    let download = format!("{}/{other}/raw", frame.api);
    let again = frame.view.address(frame.run, frame.test, frame.output);
    view! {
        <section id="diff" class="empty part" aria-labelledby="diff-title">
            <h2 id="diff-title">{format!("The {side} file is missing")}</h2>
            <p>{looked} " The platform's database knows it by its hash, and its stores do not have it: it was removed, or never arrived. An admin of the platform can put it back."</p>
            <p class="ways">
                <a href=again>"Try again"</a>
                <a href=download download="">{format!("The {} file ↓", if other == "actual" { "produced" } else { "expected" })}</a>
            </p>
        </section>
    }
    .into_any()
}

/// Some lines of the expected file.
fn lines(frame: &Frame, part: FilePart) -> AnyView {
    let download = view! { <p><a href=format!("{}/expected/raw", frame.api) download="">{format!("The file ({}) ↓", format::size(part.size_bytes))}</a></p> };
    if part.is_binary {
        return view! { <p class="nothing">"The file is no text."</p> {download} }.into_any();
    }
    if part.total == 0 {
        return view! { <p class="nothing">"The file is empty."</p> {download} }.into_any();
    }
    let shown = part.lines.len();
    let next = u64::from(part.offset) + shown as u64;
    let at = Pagination {
        limit: LINES,
        offset: part.offset,
        total: part.total,
        next_offset: u32::try_from(next)
            .ok()
            .filter(|_| next < part.total && shown > 0),
    };
    let pages = (at.offset > 0 || at.next_offset.is_some()).then(|| {
        pager(at, shown, ["line", "lines"], ["Before", "More"], &|offset| {
            frame.link(&frame.view.at(offset))
        })
    });
    let cut = part.is_truncated.then(
        || view! { <p class="notice">"Only the first 1 MiB is shown. The rest is in the file itself."</p> },
    );
    let rows: Vec<AnyView> = (u64::from(part.offset) + 1..)
        .zip(part.lines)
        .map(|(number, line)| {
            let id = anchor(true, number);
            let text: Vec<AnyView> = pieces(&line, &[], frame.view.shows_whitespace).into_iter().map(piece).collect();
            view! {
                <tr class="same">
                    <td class="number" id=id.clone()><a href=format!("#{id}") aria-label=format!("Line {number}")>{number}</a></td>
                    <td class="text">{text}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    view! {
        {download}
        <table class="diff alone">
            <caption class="unseen">"Lines of the expected file"</caption>
            <colgroup><col class="numbers"/><col/></colgroup>
            <thead class="unseen"><tr><th scope="col">"Line"</th><th scope="col">"Text"</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
        {pages}
        {cut}
    }
    .into_any()
}
