//! The log of a run: a window onto its lines, and everything to find one's way in them.

use leptos::prelude::*;
use runlens_api_types::{
    ErrorBody, ErrorCode,
    log::{LineRange, LogOutline},
};

use crate::{
    components::{
        failure::{failed_part, failure},
        head::head,
        mark::mark,
        page::{Address, Parts, page},
    },
    data::{
        log_page::{LogView, log_view},
        now,
    },
    format,
    islands::log::LogViewer,
    pages::run::{facts, subject, title},
    url::{self, log::LogAddress},
};

/// The page of a log.
pub fn route() -> AnyView {
    page(|parts, query| Box::pin(fetch(parts, query)), show)
}

async fn fetch(parts: Parts, query: LogAddress) -> Result<LogView, ErrorBody> {
    let id = url::read_id(parts.get("id"))?;
    log_view(id, &query).await
}

fn show(page: LogView, at: LogAddress, address: Address) -> AnyView {
    let LogView { run, log } = page;
    let id = run.run_id;
    let (words, content) = match log {
        Err(body)
            if matches!(
                body.code,
                ErrorCode::ValidationError | ErrorCode::InternalError | ErrorCode::Unavailable
            ) =>
        {
            return failure(&body, &address.href());
        }
        Err(body) => (None, failed_part(&body, &address.href())),
        Ok(start) => {
            let words = words(&start.outline, at.lines);
            (
                Some(words),
                view! { <LogViewer run=id search=address.search.clone() start/> }.into_any(),
            )
        }
    };
    let (place, description) = words.unwrap_or_default();
    view! {
        {head(format!("Log of run {id}{place}"), format!("{description}Build log of {}.", subject(&run)), &address.href())}
        <header class="overview log-head">
            <h1><a href=url::run(id)>{title(&run)}</a> <span class="step" aria-hidden="true">"›"</span> " Log" <span class="state">{mark(run.status)}</span></h1>
            {facts(&run, now())}
        </header>
        {content}
    }
    .into_any()
}

/// What a preview of the page says: an addition to its title, and the beginning of its description.
fn words(outline: &LogOutline, lines: Option<LineRange>) -> (String, String) {
    let place = match lines {
        Some(lines) if lines.first == lines.last => format!(", line {}", format::number(lines.first)),
        Some(lines) => format!(
            ", lines {}–{}",
            format::number(lines.first),
            format::number(lines.last)
        ),
        None => String::new(),
    };
    let so_far = if outline.is_complete { "" } else { " so far" };
    let errors = match (
        outline.levels.error + outline.levels.critical,
        outline.first_error_line,
    ) {
        (0, _) | (_, None) => "no errors".to_owned(),
        (count, Some(line)) => format!(
            "{}, the first on line {}",
            format::pluralize(count, "error", "errors"),
            format::number(line)
        ),
    };
    (
        place,
        format!(
            "{}{so_far}, {errors}. ",
            format::pluralize(outline.lines, "line", "lines")
        ),
    )
}

#[cfg(test)]
mod tests {
    use runlens_api_types::log::{LevelCounts, LineRange, LogOutline};

    use super::words;
    use crate::data::logs::samples::outline;

    #[test]
    fn a_preview_says_how_long_the_log_is_and_where_its_first_error() {
        let levels = LevelCounts {
            critical: 2,
            error: 310,
            ..LevelCounts::default()
        };
        let outline = LogOutline {
            levels,
            ..outline(184_203, Some(118_403))
        };
        let (place, description) = words(
            &outline,
            Some(LineRange {
                first: 120,
                last: 140,
            }),
        );
        assert_eq!(place, ", lines 120–140");
        assert_eq!(
            description,
            "184,203 lines, 312 errors, the first on line 118,403. "
        );
        let calm = LogOutline {
            is_complete: false,
            lines: 1,
            levels: LevelCounts::default(),
            first_error_line: None,
            ..outline
        };
        assert_eq!(
            words(&calm, None),
            (String::new(), "1 line so far, no errors. ".to_owned())
        );
    }
}
