//! The tokens of whoever has signed in.

mod form;
mod list;

use leptos::prelude::*;
use runlens_api_types::{
    ErrorBody,
    auth::{CreatedToken, Me},
};

use crate::{
    components::{
        facts,
        failure::{missing_part, set_status},
        head::head,
        page::{Address, Parts, go, page},
    },
    data::{
        now,
        tokens::{TokenAnswer, TokensPage, tokens_page},
    },
    url::{SignInQuery, TokensView},
};

const DESCRIPTION: &str = "Tokens with which programs ask the API in the name of an account.";

/// The tokens of whoever has signed in; anybody else is led to where that is done, and back.
pub fn route() -> AnyView {
    if expect_context::<Me>().user.is_none() {
        return go(&SignInQuery::from_path(&Address::of_page().href()));
    }
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.insert_header(
            http::header::CACHE_CONTROL,
            http::HeaderValue::from_static("no-store"),
        );
    }
    page(|parts, query| Box::pin(fetch(parts, query)), show)
}

async fn fetch(_: Parts, query: TokensView) -> Result<TokensPage, ErrorBody> {
    tokens_page(query.tokens).await
}

fn show(page: TokensPage, view: TokensView, address: Address) -> AnyView {
    let TokensPage { tokens, answer } = page;
    let (form, made, refused) = match answer {
        None => (None, None, None),
        Some(TokenAnswer {
            form,
            result: Err(body),
        }) => {
            set_status(body.code.status());
            (Some(form), None, Some(body))
        }
        // The next token is another one: its form begins anew.
        Some(TokenAnswer { result: Ok(made), .. }) => {
            set_status(201);
            (None, Some(made), None)
        }
    };
    let not_revoked = view.is_refused.then(|| {
        view! { <p class="refusal" role="alert">"The token could not be revoked: it may be gone, or accounts are out of reach. Look below, then try again."</p> }
    });
    let list = match tokens {
        Ok(tokens) => list::section(tokens, &view, now()),
        Err(body) => missing_part("Your tokens", &body, &address.href()),
    };
    view! {
        {head("Tokens".to_owned(), DESCRIPTION.to_owned(), "/tokens")}
        <div class="tokens">
            <h1>"Tokens"</h1>
            <p class="muted">
                "A program that asks "<code>"/api/v1"</code>" with one of your tokens has your rights, as far as the token names them. \
                Make one for each program: what is lost can then be revoked alone."
            </p>
            {made.map(new_token)}
            {not_revoked}
            {list}
            {form::section(form.unwrap_or_default(), refused.as_ref())}
        </div>
    }
    .into_any()
}

/// The token, this once.
fn new_token(made: CreatedToken) -> AnyView {
    view! {
        <section class="new-token" role="status" aria-labelledby="new-token-title">
            <h2 id="new-token-title">{format!("Token {} is made", made.token_name)}</h2>
            <p>"Copy it now. It is shown this once: only its fingerprint is stored."</p>
            <p><code class="secret" translate="no">{made.token}</code></p>
            <p class="muted">"It stops working " {facts::time(made.expires_at, now())} "."</p>
        </section>
    }
    .into_any()
}
