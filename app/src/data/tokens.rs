//! The tokens of whoever has signed in: listed, made and revoked. Making and revoking are plain forms, which work without JavaScript.

use leptos::prelude::*;
use runlens_api_types::{
    ErrorBody, ErrorCode, Page,
    auth::{CreatedToken, Scope, Token, TokenQuery, TokenRequest},
    params::Params,
};
use runlens_domain::{Caller, Services};

use super::{
    Source,
    server::{ErrorBodyOf, answer, describe_error, request},
};

/// Everything that the page of tokens shows.
#[derive(Clone)]
pub struct TokensPage {
    /// The account's tokens; a new token is shown even where they cannot be.
    pub tokens: Result<Page<Token>, ErrorBody>,
    /// What became of the form; none where none was sent.
    pub answer: Option<TokenAnswer>,
}

/// The form for a token, as it is filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenForm {
    /// Name.
    pub token_name: String,
    /// Days until it expires, as they were typed.
    pub expires_in_days: String,
    /// Rights.
    pub scopes: Vec<Scope>,
}

impl Default for TokenForm {
    fn default() -> Self {
        Self {
            token_name: String::new(),
            expires_in_days: TokenRequest::default_days().to_string(),
            scopes: TokenRequest::default_scopes(),
        }
    }
}

/// What became of a form for a token. The server answers the form with the page itself: a token is in that one answer, never in
/// an address, a cookie or a log.
#[derive(Clone)]
pub struct TokenAnswer {
    /// The form, as it was sent.
    pub form: TokenForm,
    /// The token, or why there is none.
    pub result: Result<CreatedToken, ErrorBody>,
}

/// Tokens of whoever has signed in, and what became of the form that this page answers.
///
/// # Errors
/// The domain's, unless there is a form to answer.
pub async fn tokens_page(query: TokenQuery) -> Result<TokensPage, ErrorBody> {
    let answer = use_context::<TokenAnswer>();
    match (Source::new()?.tokens(&query).await, answer) {
        (Err(body), None) => Err(body),
        (tokens, answer) => Ok(TokensPage { tokens, answer }),
    }
}

impl TokenForm {
    /// Reads the body of the form.
    fn read(params: &mut Params) -> Self {
        let text = |name: &str| params.get(name).unwrap_or_default().trim().to_owned();
        Self {
            token_name: text("token_name"),
            expires_in_days: text("expires_in_days"),
            scopes: params.parse_enums("scopes"),
        }
    }
}

impl TokenAnswer {
    /// Makes a token as a form's body asks for it.
    pub async fn to(body: &str, services: &Services, caller: &Caller, error_body: ErrorBodyOf) -> Self {
        let mut params = Params::new(body);
        let form = TokenForm::read(&mut params);
        let result = match params.finish(()) {
            Err(faults) => Err(faults),
            Ok(()) => {
                // What is no number is out of bounds like 0, and refused with them.
                let days = form.expires_in_days.parse().unwrap_or_default();
                services
                    .auth
                    .create_own_token(caller, &form.token_name, &form.scopes, days)
                    .await
                    .map_err(|error| describe_error(error_body, &error))
            }
        };
        Self { form, result }
    }

    /// Refuses a form, and keeps what was typed.
    pub fn refusal(body: &str, why: ErrorBody) -> Self {
        Self {
            form: TokenForm::read(&mut Params::new(body)),
            result: Err(why),
        }
    }
}

/// Revokes a token and goes back to the list.
#[server(prefix = "/forms", endpoint = "revoke-token")]
pub async fn revoke_token(
    /// Its id.
    token_id: i32,
    /// The query of the page that the form stands on.
    view: Option<String>,
) -> Result<(), ServerFnError> {
    use crate::url::{SignInQuery, TokensView, read, token_anchor};

    // Whatever it says, it leads to this page only.
    let view = read::<TokensView>(view.as_deref().unwrap_or_default()).unwrap_or_default();
    let revoked = match request() {
        Ok(request) => answer(
            request
                .services
                .auth
                .revoke_token(&request.caller, token_id)
                .await,
        ),
        Err(body) => Err(body),
    };
    let way = match revoked {
        Ok(()) => format!(
            "{}#{}",
            TokensView {
                is_refused: false,
                ..view
            }
            .address(),
            token_anchor(token_id)
        ),
        Err(body) if matches!(body.code, ErrorCode::Forbidden | ErrorCode::Unauthorized) => {
            SignInQuery::from_path(&view.address())
        }
        Err(_) => TokensView {
            is_refused: true,
            ..view
        }
        .address(),
    };
    leptos_axum::redirect(&way);
    Ok(())
}

#[cfg(test)]
mod tests {
    use runlens_api_types::{ErrorBody, ErrorCode, auth::Scope};

    use super::{TokenAnswer, TokenForm};

    #[test]
    fn what_was_typed_is_kept() {
        let refused = |body| TokenAnswer::refusal(body, ErrorBody::new(ErrorCode::RateLimited, "Wait.")).form;
        let form = refused(
            "token_name=+a+%C3%A4&expires_in_days=many&scopes=runs%3Aread&scopes=system%3Aread&scopes=x",
        );
        let expected = TokenForm {
            token_name: "a ä".to_owned(),
            expires_in_days: "many".to_owned(),
            scopes: vec![Scope::RunsRead, Scope::SystemRead],
        };
        assert_eq!(form, expected);
        assert_eq!(refused("").scopes, []);
    }
}
