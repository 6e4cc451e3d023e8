//! The worker's reports, with their exact times.

use leptos::prelude::*;
use runlens_api_types::{Page, run::ProgressEntry};

use crate::format;

/// Reports shown without asking.
const SHORT: usize = 8;

/// The worker's reports.
pub(super) fn section(progress: Page<ProgressEntry>) -> AnyView {
    let total = progress.pagination.total;
    let left_out = total.saturating_sub(progress.data.len() as u64);
    let count = format::pluralize(total, "report", "reports");
    let content = if progress.data.is_empty() {
        view! { <p class="nothing">"No worker has reported yet."</p> }.into_any()
    } else {
        let is_long = progress.data.len() > SHORT;
        let rows: Vec<AnyView> = progress.data.into_iter().map(row).collect();
        let rest = (left_out > 0)
            .then(|| view! { <p class="nothing">{format!("and {} more", format::number(left_out))}</p> });
        let table = view! {
            <table class="rows progress">
                <caption class="unseen">"The worker's reports, in their order"</caption>
                <thead><tr><th scope="col">"Time (UTC)"</th><th scope="col">"Stage"</th><th scope="col">"Report"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
            {rest}
        }
        .into_any();
        if is_long {
            view! { <details><summary>{count}</summary>{table}</details> }.into_any()
        } else {
            table
        }
    };
    view! { <section id="progress" aria-labelledby="progress-title"><h2 id="progress-title">"Progress"</h2>{content}</section> }.into_any()
}

fn row(entry: ProgressEntry) -> AnyView {
    let at = entry.timestamp.to_string();
    // `2026-06-27T12:42:03Z` without its letters.
    let shown = at.replace('T', " ").trim_end_matches('Z').to_owned();
    view! {
        <tr>
            <td class="time"><time datetime=at>{shown}</time></td>
            <td class="stage">{entry.status.to_string()}</td>
            <td class="message">{entry.message}</td>
        </tr>
    }
    .into_any()
}
