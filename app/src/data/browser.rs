//! The browser's half: `/api/v1` is asked, with the rights of the page's cookie.

use gloo_net::http::{Request, Response};
use runlens_api_types::{
    ErrorBody, ErrorCode, Query, Timestamp,
    log::{LogOutline, LogOutlineQuery, LogPage, LogQuery, LogSearch, LogSearchQuery},
    search::{Search, SearchQuery},
};
use send_wrapper::SendWrapper;
use serde::de::DeserializeOwned;

/// The time.
pub fn now() -> Timestamp {
    const EPOCH: &str = "1970-01-01T00:00:00Z";
    let seconds = (js_sys::Date::now() / 1000.0) as i64;
    Timestamp::from_unix(seconds)
        .or_else(|| Timestamp::parse(EPOCH))
        .expect("the epoch is a time")
}

/// The page that is open, as the server would make it now; none where it fails, or leads elsewhere.
pub async fn page_again() -> Option<String> {
    SendWrapper::new(async {
        let location = leptos::prelude::location();
        let address = format!("{}{}", location.pathname().ok()?, location.search().ok()?);
        let response = Request::get(&address)
            .header("Accept", "text/html")
            .send()
            .await
            .ok()?;
        if response.ok() && !response.redirected() {
            response.text().await.ok()
        } else {
            None
        }
    })
    .await
}

async fn get<T: DeserializeOwned>(
    path: String,
    signal: Option<web_sys::AbortSignal>,
) -> Result<T, ErrorBody> {
    // A page runs on one thread, which the compiler cannot know.
    let text = SendWrapper::new(ask(path, signal)).await?;
    serde_json::from_str(&text).map_err(|_| unreadable())
}

async fn ask(path: String, signal: Option<web_sys::AbortSignal>) -> Result<String, ErrorBody> {
    let offline = |_| {
        ErrorBody::new(
            ErrorCode::Unavailable,
            "The server cannot be reached. Check the connection and try again.",
        )
    };
    let response = Request::get(&format!("/api/v1{path}"))
        .header("Accept", "application/json")
        .abort_signal(signal.as_ref())
        .send()
        .await
        .map_err(offline)?;
    let text = Response::text(&response).await.map_err(offline)?;
    if response.ok() {
        Ok(text)
    } else {
        Err(serde_json::from_str(&text).unwrap_or_else(|_| unreadable()))
    }
}

fn unreadable() -> ErrorBody {
    ErrorBody::new(
        ErrorCode::InternalError,
        "The server's answer could not be read. Reload the page: it may be of an older version.",
    )
}

/// A question that is given up when this is dropped.
pub struct Asked(SendWrapper<Option<web_sys::AbortController>>);

impl Asked {
    /// A question that is about to be asked.
    pub fn new() -> Self {
        Self(SendWrapper::new(web_sys::AbortController::new().ok()))
    }

    /// What tells the question.
    pub fn signal(&self) -> Signal {
        Signal(SendWrapper::new(
            self.0.as_ref().map(web_sys::AbortController::signal),
        ))
    }
}

impl Default for Asked {
    fn default() -> Self {
        Self::new()
    }
}

/// Tells a question that it was given up.
pub struct Signal(SendWrapper<Option<web_sys::AbortSignal>>);

impl Signal {
    /// For a question that is not given up.
    pub fn none() -> Self {
        Self(SendWrapper::new(None))
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        if let Some(controller) = self.0.as_ref() {
            controller.abort();
        }
    }
}

fn storage() -> Option<web_sys::Storage> {
    leptos::prelude::window().local_storage().ok().flatten()
}

/// What the browser keeps by a name.
pub(super) fn stored(name: &str) -> Option<String> {
    storage()?.get_item(name).ok().flatten()
}

/// Has the browser keep a text by a name. Where it keeps nothing, nothing is lost but convenience.
pub(super) fn store(name: &str, text: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(name, text);
    }
}

pub(super) struct Source;

impl Source {
    pub(super) fn new() -> Result<Self, ErrorBody> {
        Ok(Self)
    }

    pub(super) async fn search(&self, query: &SearchQuery, signal: Signal) -> Result<Search, ErrorBody> {
        get(format!("/search{}", query.to_query_string()), signal.0.take()).await
    }

    pub(super) async fn open(&self, id: i32) -> Result<RunSource, ErrorBody> {
        Ok(RunSource(id))
    }
}

pub(super) struct RunSource(i32);

impl RunSource {
    async fn part<T: DeserializeOwned>(&self, name: &str, query: &impl Query) -> Result<T, ErrorBody> {
        get(format!("/runs/{}{name}{}", self.0, query.to_query_string()), None).await
    }

    pub(super) async fn logs(&self, query: &LogQuery) -> Result<LogPage, ErrorBody> {
        self.part("/logs", query).await
    }

    pub(super) async fn log_outline(&self, query: &LogOutlineQuery) -> Result<LogOutline, ErrorBody> {
        self.part("/logs/outline", query).await
    }

    pub(super) async fn search_log(&self, query: &LogSearchQuery) -> Result<LogSearch, ErrorBody> {
        self.part("/logs/search", query).await
    }
}
