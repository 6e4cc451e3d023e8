//! What the infrastructure did to a run.

use leptos::prelude::*;
use runlens_api_types::{ErrorBody, Page, Timestamp, infrastructure::InfrastructureError};

use crate::{
    components::{facts, failure::missing_part, mark::mark},
    format,
};

/// Failures of the infrastructure.
pub(super) fn section(
    errors: Result<Page<InfrastructureError>, ErrorBody>,
    path: &str,
    now: Timestamp,
) -> AnyView {
    let content = match errors {
        Err(body) => missing_part("Infrastructure errors", &body, path),
        Ok(page) if page.data.is_empty() => {
            view! { <p class="nothing">"The infrastructure reported no failure."</p> }.into_any()
        }
        Ok(page) => {
            let left_out = page.pagination.total.saturating_sub(page.data.len() as u64);
            let rows: Vec<AnyView> = page.data.into_iter().map(|error| row(error, now)).collect();
            let rest = (left_out > 0)
                .then(|| view! { <p class="nothing">{format!("and {} more", format::number(left_out))}</p> });
            view! {
                <table class="rows infrastructure">
                    <caption class="unseen">"Infrastructure errors in the order of the worker's reports"</caption>
                    <thead>
                        <tr><th scope="col">"Part"</th><th scope="col">"Severity"</th><th scope="col">"Message"</th><th scope="col" class="end">"When"</th></tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
                {rest}
            }
            .into_any()
        }
    };
    view! {
        <section id="infrastructure" aria-labelledby="infrastructure-title">
            <h2 id="infrastructure-title">"Infrastructure"</h2>
            {content}
        </section>
    }
    .into_any()
}

fn row(error: InfrastructureError, now: Timestamp) -> AnyView {
    view! {
        <tr id=error.error_id>
            <th scope="row" class="name">{format::words(&error.kind.to_string())}</th>
            <td class="worst">{mark(error.severity)}</td>
            <td class="message">{error.message}</td>
            <td class="when end">{facts::time(error.occurred_at, now)}</td>
        </tr>
    }
    .into_any()
}
