//! Showing a page while its data comes and goes.

use std::{future::Future, pin::Pin};

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use runlens_contract::ErrorBody;
use serde::{Serialize, de::DeserializeOwned};

use super::{failure::failure, header::with_search};

/// Whether something is on its way: the line at the top of the window.
#[derive(Clone, Copy)]
pub struct Pending(pub RwSignal<bool>);

/// The line at the top of the window while something is on its way.
pub fn progress_line(pending: Pending) -> AnyView {
    view! { <div class="on-its-way" class:on=move || pending.0.get() aria-hidden="true"></div> }.into_any()
}

/// An address, in the parts that a page reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// Path.
    pub path: String,
    /// Query, without `?`.
    pub search: String,
}

impl Address {
    /// As a link.
    pub fn href(&self) -> String {
        with_search(&self.path, &self.search)
    }
}

/// What is on its way to a page. On the heap, for it holds everything that is asked for at once.
pub type Fetch<T> = Pin<Box<dyn Future<Output = Result<T, ErrorBody>> + Send>>;

/// The page of an address: `fetch` gets what it shows, `show` shows it. What is shown stays until the next is there.
///
/// `is_own` tells the page's addresses: the router tells a page of the next page's address before it is gone.
pub fn page<T>(is_own: fn(&str) -> bool, fetch: fn(Address) -> Fetch<T>, show: fn(T, Address) -> AnyView) -> AnyView
where
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    let location = use_location();
    let address = Memo::new(move |before: Option<&Address>| {
        let path = location.pathname.get();
        match before {
            Some(before) if !is_own(&path) => before.clone(),
            _ => Address { path, search: location.search.get().trim_start_matches('?').to_owned() },
        }
    });
    let data = Resource::new(
        move || address.get(),
        move |address| {
            let data = fetch(address.clone());
            async move { (data.await, address.path, address.search) }
        },
    );
    follow_anchor(move || data.track());
    let pending = expect_context::<Pending>().0;
    view! {
        <Transition set_pending=pending>
            {move || Suspend::new(async move {
                let (data, path, search) = data.await;
                let address = Address { path, search };
                match data {
                    Ok(data) => show(data, address),
                    Err(body) => failure(&body, &address.href()),
                }
            })}
        </Transition>
    }
    .into_any()
}

/// Brings the browser to the address's anchor once new content is there: what the browser does itself on a full load.
fn follow_anchor(track: impl Fn() + 'static) {
    Effect::new(move |before: Option<()>| {
        track();
        if before.is_some() {
            request_animation_frame(|| {
                let location = leptos::prelude::location();
                if let Ok(hash) = location.hash()
                    && hash.len() > 1
                {
                    // Unlike a change of the history, this marks the target.
                    let _ = location.replace(&hash);
                }
            });
        }
    });
}
