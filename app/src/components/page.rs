//! Showing a page, or why it cannot be shown.

use std::{future::Future, pin::Pin};

use leptos::{prelude::*, tachys::reactive_graph::OwnedView};
use leptos_router::hooks::use_location;
use runlens_contract::ErrorBody;

use super::failure::failure;

/// An address, in the parts that a page reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// Path.
    pub path: String,
    /// Query, without `?`.
    pub search: String,
}

impl Address {
    /// That of the page that is being made.
    pub fn of_page() -> Self {
        let location = use_location();
        Self {
            path: location.pathname.get_untracked(),
            search: location.search.with_untracked(|search| search.trim_start_matches('?').to_owned()),
        }
    }

    /// As a link.
    pub fn href(&self) -> String {
        if self.search.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.search) }
    }
}

/// What is on its way to a page. On the heap, for it holds everything that is asked for at once.
pub type Fetch<T> = Pin<Box<dyn Future<Output = Result<T, ErrorBody>> + Send>>;

/// The page of the address: `fetch` gets what it shows, `show` shows it.
pub fn page<T: Send + 'static>(fetch: fn(Address) -> Fetch<T>, show: fn(T, Address) -> AnyView) -> AnyView {
    let address = Address::of_page();
    Suspend::new(async move {
        let shown = match fetch(address.clone()).await {
            Ok(data) => show(data, address),
            Err(body) => failure(&body, &address.href()),
        };
        // What a page says of itself is told to its request when it is written out, by when other requests have been at work.
        OwnedView::new(shown)
    })
    .into_any()
}
