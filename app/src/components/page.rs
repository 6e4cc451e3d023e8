//! Showing a page, or why it cannot be shown.

use std::{future::Future, pin::Pin};

use leptos::{prelude::*, tachys::reactive_graph::OwnedView};
use leptos_router::{
    hooks::{use_location, use_params_map},
    params::ParamsMap,
};
use runlens_api_types::{ErrorBody, Query};

use super::failure::{failure, set_status};
use crate::url;

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
            search: location
                .search
                .with_untracked(|search| search.trim_start_matches('?').to_owned()),
        }
    }

    /// As a link.
    pub fn href(&self) -> String {
        if self.search.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{}", self.path, self.search)
        }
    }
}

/// What is on its way to a page. On the heap, for it holds everything that is asked for at once.
pub type Fetch<T> = Pin<Box<dyn Future<Output = Result<T, ErrorBody>> + Send>>;

/// Goes on to another page, by the answer's status.
pub fn go(path: &str) -> AnyView {
    leptos_axum::redirect(path);
    // Also for who does not say that it reads pages.
    set_status(302);
    ().into_any()
}

/// The parts of a path that its route names.
#[derive(Clone, Debug)]
pub struct Parts(ParamsMap);

impl Parts {
    /// A part by its name.
    pub fn get(&self, name: &str) -> &str {
        self.0.get_str(name).unwrap_or_default()
    }
}

/// The page of the address: `fetch` gets what it shows, by the parts of its path and by its query; `show` shows it.
pub fn page<Q, T>(fetch: fn(Parts, Q) -> Fetch<T>, show: fn(T, Q, Address) -> AnyView) -> AnyView
where
    Q: Query + Clone + Send + 'static,
    T: Send + 'static,
{
    let (address, parts) = (Address::of_page(), Parts(use_params_map().get_untracked()));
    Suspend::new(async move {
        let found = async {
            let query = url::read::<Q>(&address.search)?;
            Ok((fetch(parts, query.clone()).await?, query))
        };
        let shown = match found.await {
            Ok((data, query)) => show(data, query, address),
            Err(body) => failure(&body, &address.href()),
        };
        // What a page says of itself is told to its request when it is written out, by when other requests have been at work.
        OwnedView::new(shown)
    })
    .into_any()
}
