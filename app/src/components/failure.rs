//! What is said when there is nothing to show: what is missing, why, and what to do.

use leptos::prelude::*;
use runlens_api_types::{ErrorBody, ErrorCode, auth::Me};

use crate::{
    components::head::head,
    url::{self, SignInQuery},
};

/// What a failure says.
struct Words {
    title: String,
    explanation: String,
    /// Where to go, and the words for it.
    way: Option<(String, &'static str)>,
}

/// A page that is not there: `path` is its address.
pub fn failure(body: &ErrorBody, path: &str) -> AnyView {
    set_status(body.code.status());
    let Words {
        title,
        explanation,
        way,
    } = words(body, path);
    let may_pass = matches!(
        body.code,
        ErrorCode::Unavailable | ErrorCode::InternalError | ErrorCode::RateLimited | ErrorCode::Unauthorized
    );
    view! {
        {head(title.clone(), explanation.clone(), path)}
        <div class="failure">
            <p class="code">{body.code.status()}</p>
            <h1>{title}</h1>
            <p>{explanation}</p>
            {faults(body)}
            <p class="ways">
                {may_pass.then(|| view! { <a href=path.to_owned()>"Try again"</a> })}
                {way.map(|(href, label)| view! { <a href=href>{label}</a> })}
                <a href="/runs">"All runs"</a>
            </p>
        </div>
    }
    .into_any()
}

/// A part of a page that is not there; `what` names it.
pub fn missing_part(what: &str, body: &ErrorBody, path: &str) -> AnyView {
    let Words {
        title,
        explanation,
        way,
    } = words(body, path);
    view! {
        <p class="notice">
            <strong>{format!("{what}: {}. ", lower_first(&title))}</strong>
            {explanation}
            {way.map(|(href, label)| view! { " " <a href=href>{label}</a> })}
        </p>
    }
    .into_any()
}

/// A part of a page that is not there, as the page's own failure.
pub fn failed_part(body: &ErrorBody, path: &str) -> AnyView {
    set_status(body.code.status());
    let Words {
        title,
        explanation,
        way,
    } = words(body, path);
    view! {
        <div class="failure part">
            <h2>{title}</h2>
            <p>{explanation}</p>
            {faults(body)}
            {way.map(|(href, label)| view! { <p class="ways"><a href=href>{label}</a></p> })}
        </div>
    }
    .into_any()
}

fn words(body: &ErrorBody, path: &str) -> Words {
    let text = |name: &str| body.details.get(name).and_then(|value| value.as_str());
    let is_signed_in = use_context::<Me>().is_some_and(|me| me.user.is_some());
    let sign_in = (!is_signed_in).then(|| (SignInQuery::from_path(path), "Sign in"));
    let (title, explanation, way) = match body.code {
        ErrorCode::NotFound if text("resource") == Some("run") => {
            let id = body
                .details
                .get("id")
                .map(ToString::to_string)
                .unwrap_or_default();
            let explanation = "No run has this number: it may be mistyped, or of another installation.";
            (format!("There is no run {id}"), explanation.to_owned(), None)
        }
        ErrorCode::NotFound
            if text("resource") == Some("regression_test") && path.starts_with("/regression-tests/") =>
        {
            let id = body
                .details
                .get("id")
                .map(ToString::to_string)
                .unwrap_or_default();
            let explanation =
                "No regression test has this number: it may be mistyped, or gone from the suite.";
            (
                format!("There is no test {id}"),
                explanation.to_owned(),
                Some(("/regression-tests".to_owned(), "All tests")),
            )
        }
        ErrorCode::NotFound if text("resource") == Some("regression_test") => (
            "There is no such test in this run".to_owned(),
            body.message.clone(),
            None,
        ),
        ErrorCode::NotFound if text("resource") == Some("output") => (
            "There is no such output of this test".to_owned(),
            body.message.clone(),
            None,
        ),
        ErrorCode::NotFound if text("resource") == Some("sample") => {
            let id = body
                .details
                .get("id")
                .map(ToString::to_string)
                .unwrap_or_default();
            let explanation = "No sample has this number: it may be mistyped, or gone from the suite.";
            (
                format!("There is no sample {id}"),
                explanation.to_owned(),
                Some(("/samples".to_owned(), "All samples")),
            )
        }
        ErrorCode::NotFound if text("resource") == Some("pull_request") => {
            let number = body
                .details
                .get("id")
                .map(ToString::to_string)
                .unwrap_or_default();
            let explanation = "The platform has tested no commit of it: it may be mistyped, or so new that no run was started yet.";
            (
                format!("There is no run of PR #{number}"),
                explanation.to_owned(),
                None,
            )
        }
        ErrorCode::NotFound if text("resource") == Some("commit") => {
            let sha = text("id").unwrap_or_default();
            let explanation = "The platform has tested no commit that begins so: it may be mistyped, or so new that no run was started yet.";
            (
                format!("There is no run of commit {sha}"),
                explanation.to_owned(),
                None,
            )
        }
        ErrorCode::NotFound => (
            "There is no such page".to_owned(),
            "The address may be mistyped, or the page has moved.".to_owned(),
            None,
        ),
        ErrorCode::LogNotFound => {
            let stores = body
                .details
                .get("checked")
                .and_then(|checked| checked.as_array())
                .into_iter()
                .flatten();
            let stores: Vec<&str> = stores.filter_map(|store| store.as_str()).map(store).collect();
            let explanation = format!(
                "Looked in {}. A log is written when a worker finishes: a run that has not begun, or whose machine was never made, has none.",
                stores.join(" and ")
            );
            let run = body
                .details
                .get("run_id")
                .and_then(|id| id.as_i64())
                .and_then(|id| i32::try_from(id).ok());
            (
                "This run has no log".to_owned(),
                explanation,
                run.map(|id| (url::run(id), "Back to the run")),
            )
        }
        ErrorCode::Unauthorized => {
            let explanation = "This page has been open for long. Trying again goes on as a visitor; signing in, with your rights.";
            (
                "Your session has ended".to_owned(),
                explanation.to_owned(),
                sign_in,
            )
        }
        ErrorCode::Forbidden => {
            let right = text("required_scope")
                .map(|scope| format!("the right {scope}"))
                .unwrap_or_else(|| "more rights".to_owned());
            if is_signed_in {
                let explanation =
                    format!("Reading this takes {right}. An admin of the platform can give it to you.");
                ("Not visible to your account".to_owned(), explanation, None)
            } else {
                let explanation =
                    format!("Reading this takes {right}, which an account of the platform may have.");
                ("Not visible to visitors".to_owned(), explanation, sign_in)
            }
        }
        ErrorCode::RateLimited => (
            "Too many requests".to_owned(),
            "Wait a minute, then try again.".to_owned(),
            None,
        ),
        ErrorCode::Unavailable => (
            "Out of reach at the moment".to_owned(),
            body.message.clone(),
            None,
        ),
        ErrorCode::ValidationError => {
            let way = path
                .split_once('?')
                .map(|(plain, _)| (plain.to_owned(), "Without filters"));
            (
                "This address is not valid".to_owned(),
                "A part of it is not allowed:".to_owned(),
                way,
            )
        }
        ErrorCode::MethodNotAllowed
        | ErrorCode::RangeNotSatisfiable
        | ErrorCode::Unprocessable
        | ErrorCode::InternalError => ("This page is broken".to_owned(), body.message.clone(), None),
    };
    Words {
        title,
        explanation,
        way,
    }
}

/// A store of files, in words.
fn store(name: &str) -> &str {
    match name {
        "local" => "the platform's disk (local)",
        "gcs" => "its storage bucket (gcs)",
        other => other,
    }
}

/// The faults of an address, each with its parameter.
fn faults(body: &ErrorBody) -> Option<AnyView> {
    let fields = body.details.get("fields")?.as_object()?;
    let items: Vec<AnyView> = fields
        .iter()
        .map(|(name, fault)| {
            view! { <li><code>{name.clone()}</code> " " {fault.as_str().unwrap_or_default().to_owned()}</li> }
                .into_any()
        })
        .collect();
    Some(view! { <ul class="faults">{items}</ul> }.into_any())
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_lowercase().chain(chars).collect())
        .unwrap_or_default()
}

/// The answer's status.
pub fn set_status(status: u16) {
    if let (Some(response), Ok(status)) = (
        use_context::<leptos_axum::ResponseOptions>(),
        http::StatusCode::from_u16(status),
    ) {
        response.set_status(status);
    }
}
