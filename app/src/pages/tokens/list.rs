//! The account's tokens, newest first.

use leptos::prelude::*;
use runlens_api_types::{
    Page, Query, TextEnum, Timestamp,
    auth::{Token, TokenState},
};

use crate::{
    components::{facts, mark::mark, pager::pager},
    url::{TokensView, token_anchor},
};

/// The account's tokens.
pub(super) fn section(tokens: Page<Token>, view: &TokensView, now: Timestamp) -> AnyView {
    let (at, shown) = (tokens.pagination, tokens.data.len());
    let is_narrowed = view.tokens.state.is_some() || at.offset > 0;
    if shown == 0 && !is_narrowed {
        return view! { <p class="nothing">"You have no tokens yet. The form below makes one."</p> }
            .into_any();
    }
    let content = if shown == 0 {
        view! { <p class="nothing">"No token is like that. " <a href="/tokens">"All tokens"</a></p> }
            .into_any()
    } else {
        table(tokens.data, view, now)
    };
    view! {
        {states(view)}
        {content}
        {pager(at, shown, ["token", "tokens"], ["Newer", "Older"], &|offset| view.at(offset).address())}
    }
    .into_any()
}

fn states(view: &TokensView) -> AnyView {
    let links: Vec<AnyView> = std::iter::once(None)
        .chain(TokenState::ALL.iter().copied().map(Some))
        .map(|state| {
            let is_current = (state == view.tokens.state).then_some("true");
            let href = view.of_state(state).address();
            view! { <a href=href aria-current=is_current>{state.map_or("all", TextEnum::as_str)}</a> }
                .into_any()
        })
        .collect();
    view! { <div class="toolbar"><nav class="choice" aria-label="State of tokens"><span>"State"</span>{links}</nav></div> }.into_any()
}

fn table(tokens: Vec<Token>, view: &TokensView, now: Timestamp) -> AnyView {
    let rows: Vec<AnyView> = tokens.into_iter().map(|token| row(token, view, now)).collect();
    view! {
        <table class="rows own-tokens">
            <caption class="unseen">"Your tokens, newest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"Name"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Begins with"</th>
                    <th scope="col">"Scopes"</th>
                    <th scope="col">"Created"</th>
                    <th scope="col">"Expires"</th>
                    <th scope="col" class="end"><span class="unseen">"Action"</span></th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(token: Token, view: &TokensView, now: Timestamp) -> AnyView {
    let revoked = token
        .revoked_at
        .map(|at| view! { " " <span class="muted">{facts::time(at, now)}</span> });
    // What is revoked no longer waits for its end.
    let expires = match token.state {
        TokenState::Active => Some("expires"),
        TokenState::Expired => Some("expired"),
        TokenState::Revoked => None,
    };
    let revoke = (token.state == TokenState::Active).then(|| revoke(&token, view));
    let scopes = token
        .scopes
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(" ");
    view! {
        <tr id=token_anchor(token.token_id)>
            <th scope="row" class="name">{token.token_name}</th>
            <td class="state">{mark(token.state)}{revoked}</td>
            <td class="prefix"><code>{token.token_prefix}<span class="muted">"…"</span></code></td>
            <td class="scopes">{scopes}</td>
            <td class="time" data-label="created">{facts::time(token.created_at, now)}</td>
            <td class="time" data-label=expires>{expires.map(|_| facts::time(token.expires_at, now))}</td>
            <td class="end act">{revoke}</td>
        </tr>
    }
    .into_any()
}

/// A plain form: it works before, and without, JavaScript.
fn revoke(token: &Token, view: &TokensView) -> AnyView {
    view! {
        <form method="post" action="/forms/revoke-token">
            <input type="hidden" name="token_id" value=token.token_id/>
            <input type="hidden" name="view" value=view.to_query_string()/>
            <button type="submit">"Revoke"<span class="unseen">{format!(" {}", token.token_name)}</span></button>
        </form>
    }
    .into_any()
}
