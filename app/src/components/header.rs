//! The line above every page.

use leptos::prelude::*;
use runlens_api_types::auth::Me;

use super::page::Address;
use crate::{
    islands::palette::{Palette, field},
    url::SignInQuery,
};

/// The line above every page.
pub fn header(me: &Me) -> AnyView {
    let address = Address::of_page();
    let account = match &me.user {
        Some(account) => view! {
            <form class="account" method="post" action="/forms/sign-out">
                <a href="/tokens" aria-current=(address.path == "/tokens").then_some("page")>"Tokens"</a>
                <span class="name" title=format!("Signed in with the role {}", account.role)>{account.name.clone()}</span>
                <button type="submit" class="quiet">"Sign out"</button>
            </form>
        }
        .into_any(),
        None => view! { <a class="account" href=SignInQuery::from_path(&address.href())>"Sign in"</a> }.into_any(),
    };
    line(&address.path, view! { <Palette/> }.into_any(), account)
}

/// The line above a page that is no part of the app, and the same for everybody.
pub fn plain_header(path: &'static str) -> AnyView {
    line(path, field(None), ().into_any())
}

fn line(path: &str, find: AnyView, account: AnyView) -> AnyView {
    // The list is the root page too.
    let current = |href: &str| (path == href || (href == "/runs" && path == "/")).then_some("page");
    view! {
        <header class="site">
            <a class="brand" href="/">
                <svg class="glyph" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
                    <circle cx="7" cy="7" r="5.25"/>
                    <path d="M4.6 7.2 6.4 9 9.6 5.2M11 11l3.5 3.5"/>
                </svg>
                "Runlens"
            </a>
            <nav aria-label="Main">
                <a href="/runs" aria-current=current("/runs")>"Runs"</a>
                <a href="/queue" aria-current=current("/queue")>"Queue"</a>
                <a href="/samples" aria-current=current("/samples")>"Samples"</a>
                <a href="/regression-tests" aria-current=current("/regression-tests")>"Tests"</a>
                <a href="/api/docs" aria-current=current("/api/docs")>"API"</a>
            </nav>
            {find}
            <button type="button" class="quiet theme" data-theme-toggle="" title="Change the colours: automatic, light or dark">
                <span class="unseen">"Colours: "</span>
                <span class="auto">"◐ Auto"</span>
                <span class="light">"○ Light"</span>
                <span class="dark">"● Dark"</span>
            </button>
            {account}
        </header>
    }
    .into_any()
}
