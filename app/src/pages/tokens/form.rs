//! The form that makes a token. It is answered with the page itself.

use leptos::prelude::*;
use runlens_api_types::{
    ErrorBody, ErrorCode,
    auth::{Me, Scope},
};

use crate::data::tokens::TokenForm;

/// The form, as it was filled in; `refused` says what was wrong with it.
pub(super) fn section(form: TokenForm, refused: Option<&ErrorBody>) -> AnyView {
    let faults = Faults::of(refused);
    let TokenForm {
        token_name,
        expires_in_days,
        scopes,
    } = form;
    let choices: Vec<AnyView> = expect_context::<Me>()
        .scopes
        .into_iter()
        .map(|scope| choice(scope, scopes.contains(&scope)))
        .collect();
    let described = |fault: &Option<String>, id: &'static str| fault.as_ref().map(|_| id);
    view! {
        <section class="make-token" aria-labelledby="make-token-title">
            <h2 id="make-token-title">"New token"</h2>
            {faults.whole.clone().map(|words| view! { <p class="refusal" role="alert">{words}</p> })}
            <form method="post" action="/tokens">
                <div class="field">
                    <label>
                        <span>"Name"</span>
                        <input
                            name="token_name" type="text" value=token_name required=true maxlength="50" pattern="[a-zA-Z0-9_\\-]+"
                            title="Letters, digits, _ and -" autocomplete="off" autocapitalize="none" spellcheck="false"
                            aria-invalid=faults.name.as_ref().map(|_| "true") aria-describedby=described(&faults.name, "name-fault")
                            autofocus=faults.name.is_some()
                        />
                    </label>
                    {shown("name-fault", &faults.name)}
                </div>
                <div class="field">
                    <label>
                        <span>"Days until it expires"</span>
                        <input
                            name="expires_in_days" type="number" value=expires_in_days required=true min="1" max="30"
                            aria-invalid=faults.days.as_ref().map(|_| "true") aria-describedby=described(&faults.days, "days-fault")
                            autofocus=faults.name.is_none() && faults.days.is_some()
                        />
                    </label>
                    {shown("days-fault", &faults.days)}
                </div>
                <fieldset aria-describedby=described(&faults.scopes, "scopes-fault")>
                    <legend>"Scopes"</legend>
                    {choices}
                    {shown("scopes-fault", &faults.scopes)}
                </fieldset>
                <button type="submit" class="primary">"Make the token"</button>
            </form>
        </section>
    }
    .into_any()
}

fn choice(scope: Scope, is_chosen: bool) -> AnyView {
    view! {
        <label class="scope">
            <input type="checkbox" name="scopes" value=scope.to_string() checked=is_chosen/>
            <code>{scope.to_string()}</code>
            <span>{purpose(scope)}</span>
        </label>
    }
    .into_any()
}

fn shown(id: &'static str, fault: &Option<String>) -> Option<AnyView> {
    let words = fault.clone()?;
    Some(view! { <p class="refusal" id=id>{words}</p> }.into_any())
}

/// What a token with the scope may do.
fn purpose(scope: Scope) -> &'static str {
    match scope {
        Scope::RunsRead => "read runs, their progress and the results of their tests",
        Scope::RunsWrite => "start and stop runs",
        Scope::ResultsRead => "read errors, outputs and artifacts",
        Scope::BaselinesWrite => "change what is expected of a test",
        Scope::SystemRead => "read logs, failures of the infrastructure and the queue",
        Scope::SystemWrite => "change the system",
        Scope::TokensManage => "list your tokens",
    }
}

/// What is wrong with a form, each said beside its field.
#[derive(Debug, Default, PartialEq, Eq)]
struct Faults {
    name: Option<String>,
    days: Option<String>,
    scopes: Option<String>,
    whole: Option<String>,
}

impl Faults {
    fn of(refused: Option<&ErrorBody>) -> Self {
        let Some(body) = refused else {
            return Self::default();
        };
        let fault = |field: &str, subject: &str| {
            let fault = body.details.get("fields")?.get(field)?.as_str()?;
            Some(format!("{subject} {}.", fault.replace('`', "")))
        };
        let faults = Self {
            name: fault("token_name", "The name"),
            days: fault("expires_in_days", "The number of days"),
            scopes: fault("scopes", "The token"),
            whole: None,
        };
        match body.code {
            // All that can stand in a token's way is another of its name.
            ErrorCode::Unprocessable => Self {
                name: Some(body.message.replace('`', "")),
                ..faults
            },
            _ if faults == Self::default() => Self {
                whole: Some(body.message.clone()),
                ..faults
            },
            _ => faults,
        }
    }
}

#[cfg(test)]
mod tests {
    use runlens_api_types::{ErrorBody, ErrorCode, params::invalid};

    use super::Faults;

    #[test]
    fn each_fault_is_said_beside_its_field() {
        let rule = |rule: &str| rule.to_owned();
        let body = invalid(&[
            ("token_name", rule("must be `_`")),
            ("expires_in_days", rule("must be 1")),
            ("scopes", rule("must name one")),
        ]);
        let expected = Faults {
            name: Some(rule("The name must be _.")),
            days: Some(rule("The number of days must be 1.")),
            scopes: Some(rule("The token must name one.")),
            whole: None,
        };
        assert_eq!(Faults::of(Some(&body)), expected);
        let taken = ErrorBody::new(ErrorCode::Unprocessable, "There is a `ci`.");
        assert_eq!(
            Faults::of(Some(&taken)),
            Faults {
                name: Some(rule("There is a ci.")),
                ..Faults::default()
            }
        );
        let limited = ErrorBody::new(ErrorCode::RateLimited, "Wait.");
        assert_eq!(
            Faults::of(Some(&limited)),
            Faults {
                whole: Some(rule("Wait.")),
                ..Faults::default()
            }
        );
        assert_eq!(Faults::of(None), Faults::default());
    }
}
