//! The line above every page.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use runlens_contract::auth::Me;

use super::palette::{Palette, find_field};
use crate::url::SignInQuery;

/// The line above every page.
pub fn header(me: &Me, palette: Palette) -> AnyView {
    let location = use_location();
    let (path, search) = (location.pathname, location.search);
    // The list is the root page too.
    let current = move |href| (*path.read() == href || (href == "/runs" && *path.read() == "/")).then_some("page");
    let account = match &me.user {
        Some(account) => view! {
            <form class="account" method="post" action="/forms/sign-out">
                <a href="/tokens" aria-current=move || current("/tokens")>"Tokens"</a>
                <span class="name" title=format!("Signed in with the role {}", account.role)>{account.name.clone()}</span>
                <button type="submit" class="quiet">"Sign out"</button>
            </form>
        }
        .into_any(),
        None => {
            let href = move || SignInQuery::from_path(&with_search(&path.read(), &search.read()));
            view! { <a class="account" href=href>"Sign in"</a> }.into_any()
        }
    };
    line(current, find_field(Some(palette)), account)
}

/// The line above a page that is no part of the app, and the same for everybody.
pub fn plain_header(path: &'static str) -> AnyView {
    line(move |href| (href == path).then_some("page"), find_field(None), ().into_any())
}

fn line(current: impl Fn(&'static str) -> Option<&'static str> + Copy + Send + 'static, find: AnyView, account: AnyView) -> AnyView {
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
                <a href="/runs" aria-current=move || current("/runs")>"Runs"</a>
                <a href="/queue" aria-current=move || current("/queue")>"Queue"</a>
                <a href="/samples" aria-current=move || current("/samples")>"Samples"</a>
                <a href="/regression-tests" aria-current=move || current("/regression-tests")>"Tests"</a>
                // The router leads to pages of the app only.
                <a href="/api/docs" rel="external" aria-current=move || current("/api/docs")>"API"</a>
            </nav>
            {find}
            <button type="button" class="quiet theme" data-theme-toggle="" aria-label="Change the colours: automatic, light or dark">
                <span class="auto">"◐ Auto"</span>
                <span class="light">"○ Light"</span>
                <span class="dark">"● Dark"</span>
            </button>
            {account}
        </header>
    }
    .into_any()
}

/// A path with its query.
pub fn with_search(path: &str, search: &str) -> String {
    let search = search.trim_start_matches('?');
    if search.is_empty() { path.to_owned() } else { format!("{path}?{search}") }
}
