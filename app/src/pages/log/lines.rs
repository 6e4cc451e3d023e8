//! Lines of a log as a table. What a log says is text, whatever it looks like.

use leptos::prelude::*;
use runlens_contract::log::{LogLevel, LogLine};

use crate::{
    components::{ansi, mark::symbol},
    format,
};

/// Lines, with what was searched for marked.
pub(super) fn table(lines: Vec<LogLine>, search: Option<&str>) -> AnyView {
    let rows: Vec<AnyView> = lines.into_iter().map(|line| row(line, search)).collect();
    view! {
        <table class="log">
            <caption class="unseen">"Lines of the log"</caption>
            <thead class="unseen">
                <tr><th scope="col">"Level"</th><th scope="col">"Line"</th><th scope="col">"Time"</th><th scope="col">"Source"</th><th scope="col">"Message"</th></tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(line: LogLine, search: Option<&str>) -> AnyView {
    let class = match line.level {
        LogLevel::Critical | LogLevel::Error => "bad",
        LogLevel::Warning => "doubtful",
        LogLevel::Info => "",
        LogLevel::Debug => "minor",
    };
    let id = format!("L{}", line.line);
    let time = line.timestamp.map(|at| view! { <time datetime=at.to_string() title=format::exact(at)>{format::clock(at)}</time> });
    let pieces: Vec<AnyView> = ansi::pieces(&line.message, search).into_iter().map(piece).collect();
    let cut = line.truncated.then(|| view! { <span class="cut">"… line cut at 4,000 characters"</span> });
    view! {
        <tr id=id.clone() class=class>
            <td class="level">{symbol(line.level)}</td>
            <th scope="row" class="number"><a href=format!("#{id}") rel="external">{format::number(line.line)}</a></th>
            <td class="time">{time}</td>
            <td class="source">{format::words(&line.source.to_string())}</td>
            <td class="message">{pieces}{cut}</td>
        </tr>
    }
    .into_any()
}

fn piece(piece: ansi::Piece) -> AnyView {
    match (piece.found, piece.class.is_empty()) {
        (true, _) => view! { <mark class=piece.class>{piece.text}</mark> }.into_any(),
        (false, true) => piece.text.into_any(),
        (false, false) => view! { <span class=piece.class>{piece.text}</span> }.into_any(),
    }
}
