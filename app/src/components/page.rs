//! Showing a page while its data comes and goes.

use std::{future::Future, pin::Pin, time::Duration};

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use runlens_contract::{ErrorBody, ErrorCode};
use serde::{Serialize, de::DeserializeOwned};

use super::{failure::failure, header::with_search};
use crate::data::{pause, recent};

/// How often, and how long apart, a page is asked for that is read again without anybody waiting for it.
const PATIENCE: u32 = 10;
const BETWEEN: Duration = Duration::from_secs(6);

/// Whether something is on its way: the line at the top of the window.
#[derive(Clone, Copy)]
pub struct Pending(pub RwSignal<bool>);

/// Reads a page's data again, at the same address.
#[derive(Clone, Copy)]
pub struct Refresh {
    asked: RwSignal<u32>,
    /// Whether what is on its way was asked for by nobody who waits for it.
    is_quiet: RwSignal<bool>,
}

impl Default for Refresh {
    /// For [`crate::App`], which provides it to its pages.
    fn default() -> Self {
        Self { asked: RwSignal::new(0), is_quiet: RwSignal::new(false) }
    }
}

impl Refresh {
    /// Reads the page's data again. What is shown stays until the new is there; where the reader is, and what has the focus, stays too.
    pub fn now(self) {
        self.asked.update(|asked| *asked += 1);
    }
}

/// The line at the top of the window while something is on its way that somebody waits for.
pub fn progress_line(pending: Pending, refresh: Refresh) -> AnyView {
    view! { <div class="on-its-way" class:on=move || pending.0.get() && !refresh.is_quiet.get() aria-hidden="true"></div> }.into_any()
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
    let refresh = expect_context::<Refresh>();
    let refreshed = StoredValue::new(refresh.asked.get_untracked());
    let data = Resource::new(
        move || (address.get(), refresh.asked.get()),
        move |(address, asked)| {
            let before = refreshed.try_update_value(|refreshed| std::mem::replace(refreshed, asked));
            let is_quiet = before.is_some_and(|before| before != asked);
            refresh.is_quiet.set(is_quiet);
            let data = fetch(address.clone());
            async move {
                let mut data = data.await;
                // What is shown is better than a failure that nobody has asked for, if it passes.
                let mut patience = if is_quiet { PATIENCE } else { 0 };
                while patience > 0 && data.as_ref().is_err_and(passes) {
                    patience -= 1;
                    pause(BETWEEN).await;
                    data = fetch(address.clone()).await;
                }
                (data, address.path, address.search)
            }
        },
    );
    follow_anchor(move || data.with(|data| data.as_ref().map(|(_, path, search)| with_search(path, search))));
    remember(Box::new(move || data.with(|data| data.as_ref().filter(|(data, ..)| data.is_ok()).map(|(_, path, _)| path.clone()))));
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

fn passes(body: &ErrorBody) -> bool {
    matches!(body.code, ErrorCode::Unavailable | ErrorCode::InternalError | ErrorCode::RateLimited)
}

/// Remembers a page that is there, once it has its title. `path` is that of a page without failure.
fn remember(path: Box<dyn Fn() -> Option<String>>) {
    Effect::new(move |_| {
        if let Some(path) = path() {
            request_animation_frame(move || recent::remember(&path, &document().title()));
        }
    });
}

/// Brings the browser to the address's anchor once the content of another address is there: what the browser does itself on a full
/// load. `shown` tells the address that the content is of.
fn follow_anchor(shown: impl Fn() -> Option<String> + 'static) {
    Effect::new(move |before: Option<Option<String>>| {
        let shown = shown();
        // A page that was loaded whole has its content from the beginning.
        if let (Some(before), Some(_)) = (&before, &shown)
            && *before != shown
        {
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
        // What is on its way has no address yet.
        shown.or(before.flatten())
    });
}
