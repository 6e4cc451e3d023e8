//! The lines of both files, side by side or in one column.

use leptos::prelude::*;
use runlens_api_types::output::{DiffLine, DiffQuery, OutputDiff};

use super::{
    Frame,
    pieces::{Piece, byte_order_mark, end, pieces},
    rows::{Beside, Kind, Row, rows},
};
use crate::{
    format,
    url::output::{OutputView, anchor},
};

/// What a cell needs to know besides its line.
#[derive(Clone, Copy)]
struct Look {
    shows_whitespace: bool,
    /// Whether the first line follows a byte order mark: of the expected file, of the produced one.
    marks: [bool; 2],
}

/// The hunks of a difference.
pub(super) fn table(frame: &Frame, diff: &OutputDiff) -> AnyView {
    let view = frame.view;
    let hunks = diff.hunks.as_deref().unwrap_or_default();
    let rows = rows(
        hunks,
        view.offset == 0,
        diff.next_offset.is_none().then_some(diff.expected.line_count),
    );
    let look = Look {
        shows_whitespace: view.shows_whitespace,
        marks: [diff.expected.byte_order_mark, diff.actual.byte_order_mark],
    };
    let columns = if view.is_unified { 4 } else { 6 };
    let rows: Vec<AnyView> = rows
        .into_iter()
        .flat_map(|row| match row {
            Row::Gap(lines) => vec![gap(frame, lines, columns)],
            Row::Lines(row) if view.is_unified => vec![unified(*row, look)],
            Row::Lines(row) => vec![side_by_side(*row, look)],
        })
        .collect();
    if rows.is_empty() {
        return view! { <p class="nothing">"The difference has no line here. " <a href=frame.link(&view.at(0))>"From its top"</a></p> }
            .into_any();
    }
    let name = diff.filename.clone();
    if view.is_unified {
        return view! {
            <table class="diff unified">
                <caption class="unseen">{format!("Differences of {name}, in one column")}</caption>
                <colgroup><col class="numbers"/><col class="numbers"/><col class="signs"/><col/></colgroup>
                <thead class="unseen">
                    <tr><th scope="col">"Expected"</th><th scope="col">"Produced"</th><th scope="col">"Change"</th><th scope="col">"Text"</th></tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
        .into_any();
    }
    view! {
        <table class="diff side">
            <caption class="unseen">{format!("Differences of {name}, side by side")}</caption>
            <colgroup>
                <col class="numbers"/><col class="signs"/><col/>
                <col class="numbers"/><col class="signs"/><col/>
            </colgroup>
            <thead>
                <tr><th scope="col" colspan="3">"Expected"</th><th scope="col" colspan="3">"Produced"</th></tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

/// What is left out between two hunks, and how to see more of it.
fn gap(frame: &Frame, lines: u64, columns: u8) -> AnyView {
    let view = frame.view.at(0);
    let link = |context: u32, word: &'static str| {
        (view.context < context)
            .then(|| view! { " " <a href=frame.link(&OutputView { context, ..view })>{word}</a> })
    };
    let words = format!(
        "{} without a difference",
        format::pluralize(lines, "line", "lines")
    );
    view! { <tr class="gap"><td colspan=columns.to_string()>{words}{link(10, "10 around")}{link(DiffQuery::MAX_CONTEXT, "all")}</td></tr> }
        .into_any()
}

fn side_by_side(row: Beside, look: Look) -> AnyView {
    let class = class(row.kind);
    let note = row.note.map(note);
    let shows = look.shows_whitespace || row.note.is_some();
    let (expected, actual) = (row.expected, row.actual);
    let sides = (expected.is_some(), actual.is_some());
    view! {
        <tr class=class class:one=sides.0 != sides.1>
            {cells(expected.as_ref(), true, row.kind, shows, look, None)}
            {cells(actual.as_ref(), false, row.kind, shows, look, note)}
        </tr>
    }
    .into_any()
}

/// Number, sign and text of one side.
fn cells(
    line: Option<&DiffLine>,
    is_expected: bool,
    kind: Kind,
    shows: bool,
    look: Look,
    note: Option<AnyView>,
) -> AnyView {
    let side = if is_expected { "expected" } else { "actual" };
    let Some(line) = line else {
        return view! { <td class=format!("{side} none") colspan="3"></td> }.into_any();
    };
    let number = if is_expected {
        line.expected_line
    } else {
        line.actual_line
    };
    view! {
        <td class=format!("{side} number") id=number.map(|number| anchor(is_expected, number))>{numbered(number, is_expected)}</td>
        <td class=format!("{side} sign")>{sign(kind, is_expected)}</td>
        <td class=format!("{side} text")>{text(line, is_expected, shows, look)}{note}</td>
    }
    .into_any()
}

/// The lines of a row one below the other.
fn unified(row: Beside, look: Look) -> AnyView {
    let shows = look.shows_whitespace || row.note.is_some();
    let class = class(row.kind);
    let (expected, actual) = (row.expected, row.actual);
    if row.kind == Kind::Same {
        return expected.map_or_else(
            || ().into_any(),
            |line| {
                view! {
                    <tr class=class>
                        {number_cell(line.expected_line, true)}
                        {number_cell(line.actual_line, false)}
                        <td class="sign">{sign(Kind::Same, true)}</td>
                        <td class="text">{text(&line, true, shows, look)}</td>
                    </tr>
                }
                .into_any()
            },
        );
    }
    let note = row.note.map(note);
    let one = |line: DiffLine, is_expected: bool, note: Option<AnyView>| {
        let side = if is_expected { "expected" } else { "actual" };
        let numbers = if is_expected {
            [line.expected_line, None]
        } else {
            [None, line.actual_line]
        };
        view! {
            <tr class=format!("{class} {side}")>
                {number_cell(numbers[0], true)}
                {number_cell(numbers[1], false)}
                <td class="sign">{sign(row.kind, is_expected)}</td>
                <td class="text">{text(&line, is_expected, shows, look)}{note}</td>
            </tr>
        }
        .into_any()
    };
    (
        expected.map(|line| one(line, true, None)),
        actual.map(|line| one(line, false, note)),
    )
        .into_any()
}

fn number_cell(number: Option<u64>, is_expected: bool) -> AnyView {
    view! { <td class="number" id=number.map(|number| anchor(is_expected, number))>{numbered(number, is_expected)}</td> }.into_any()
}

/// The number of a line, a link to itself.
fn numbered(number: Option<u64>, is_expected: bool) -> Option<AnyView> {
    number.map(|number| {
        // A plain jump within the page is the browser's: it marks the target.
        let href = format!("#{}", anchor(is_expected, number));
        let name = format!(
            "{} line {number}",
            if is_expected { "Expected" } else { "Produced" }
        );
        view! { <a href=href aria-label=name>{number}</a> }.into_any()
    })
}

fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Same => "same",
        Kind::Excused => "excused",
        Kind::Changed => "changed",
    }
}

fn sign(kind: Kind, is_expected: bool) -> AnyView {
    let (sign, name) = match (kind, is_expected) {
        (Kind::Same, _) => return ().into_any(),
        (Kind::Excused, _) => ("~", "differs in what does not count"),
        (Kind::Changed, true) => ("−", "removed"),
        (Kind::Changed, false) => ("+", "added"),
    };
    view! { <span role="img" aria-label=name title=name>{sign}</span> }.into_any()
}

fn note(note: &'static str) -> AnyView {
    view! { <span class="note">{note}</span> }.into_any()
}

fn text(line: &DiffLine, is_expected: bool, shows: bool, look: Look) -> AnyView {
    let number = if is_expected {
        line.expected_line
    } else {
        line.actual_line
    };
    let has_mark = number == Some(1) && look.marks[usize::from(!is_expected)] && look.shows_whitespace;
    let mark = has_mark.then(byte_order_mark);
    let ends = if shows { end(line.line_end) } else { Vec::new() };
    let pieces = mark
        .into_iter()
        .chain(pieces(&line.text, &line.changes, shows))
        .chain(ends);
    pieces.map(piece).collect::<Vec<_>>().into_any()
}

/// A piece of a line: a text node, whatever is in it.
pub(super) fn piece(piece: Piece) -> AnyView {
    let Piece {
        text,
        is_changed,
        name,
    } = piece;
    let class = match (text.starts_with('·'), name.is_some()) {
        (_, false) => None,
        (true, true) => Some("ws"),
        (false, true) => Some("ws sign-for"),
    };
    let inner = match name {
        Some(name) => {
            view! { <span class=class role="img" aria-label=name.clone() title=name>{text}</span> }.into_any()
        }
        None => text.into_any(),
    };
    if is_changed {
        view! { <mark>{inner}</mark> }.into_any()
    } else {
        inner
    }
}
