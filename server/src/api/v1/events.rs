//! Server-sent events of a run in progress.

use std::{convert::Infallible, time::Duration};

use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::{Stream, stream};
use runlens_api_types::live::LiveRun;
use runlens_domain::{Caller, Error, access, live::RunSubscription};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use xxhash_rust::xxh3::xxh3_64;

use crate::{
    http::{
        authentication, client_address::ClientAddress, error::ApiError, extract::CurrentCaller,
        params::RunId, responses::RunNotFound,
    },
    limits::{RateLimitKey, StreamPermit},
    state::AppState,
};

/// Time after which an `EventSource` reconnects.
const RECONNECT_AFTER: Duration = Duration::from_secs(2);
/// Interval of comments, so that proxies do not close an idle connection.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(15);
/// Suffix of the ID of the last event.
const END_SUFFIX: &str = "-end";
/// Disables buffering in nginx.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Follow a run in progress
///
/// A stream of server-sent events (`EventSource` in a browser, `curl --no-buffer`). The event `state` contains the state
/// of the run as JSON: it is sent at once, and whenever status, stage, counts or log size change. When the run ends, the
/// last `state` is followed by the event `end` with the same data, and the stream closes. For a finished run the stream
/// consists of these two events.
///
/// After a reconnect the stream starts with the current state; missed events are not repeated. An `EventSource` that
/// reconnects after `end` is answered by 204, which stops it.
///
/// Comments keep the connection alive. Revoking a token ends its streams within 30 seconds. A client may have 32 streams
/// open.
#[utoipa::path(
    get, path = "/runs/{run_id}/events", tag = "runs", operation_id = "stream_run_events",
    params(
        RunId,
        ("Last-Event-ID" = Option<String>, Header,
            description = "ID of the last received event, which an `EventSource` sends when it reconnects")
    ),
    responses(
        (status = OK, description = "Events; the data of each is a `LiveRun`", body = LiveRun,
            content_type = "text/event-stream"),
        (status = NO_CONTENT, description = "`Last-Event-ID` is the `end` of this run: no more events will follow"),
        RunNotFound
    ),
    extensions(("x-required-scope" = json!(access::STREAM_RUN_EVENTS)))
)]
pub(crate) async fn stream_run_events(
    State(state): State<AppState>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    CurrentCaller(caller): CurrentCaller,
    RunId(id): RunId,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let address = RateLimitKey::from_address(address);
    let permit = state.streams.acquire(stream_key(&caller, address))?;
    let mut subscription = state.services.live.subscribe(&caller, id).await?;
    let Some(first) = subscription.next().await else {
        return Err(Error::NotFound { resource: "run", id }.into());
    };
    let end_id = format!("{}{END_SUFFIX}", event_id(&first));
    if subscription.is_over()
        && headers
            .get("last-event-id")
            .is_some_and(|last_id| last_id.as_bytes() == end_id.as_bytes())
    {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let events = RunEvents::new(state, headers, caller, subscription, first, permit);
    let mut response = Sse::new(events.into_stream())
        .keep_alive(KeepAlive::new().interval(KEEP_ALIVE_INTERVAL))
        .into_response();
    response
        .headers_mut()
        .insert(X_ACCEL_BUFFERING, HeaderValue::from_static("no"));
    Ok(response)
}

/// The key that limits the caller's streams; their requests are counted by the same one.
fn stream_key(caller: &Caller, address: RateLimitKey) -> RateLimitKey {
    match (caller.token_info(), caller.account()) {
        (Some(token), _) => RateLimitKey::Token(token.token_id),
        (None, Some(account)) => RateLimitKey::User(account.user_id),
        (None, None) => address,
    }
}

/// Hash of the state, so that a reconnecting client is recognized by what it received.
fn event_id(run: &LiveRun) -> String {
    // Serializing this type cannot fail.
    format!("{:016x}", xxh3_64(&serde_json::to_vec(run).unwrap_or_default()))
}

/// The events of one stream.
struct RunEvents {
    state: AppState,
    /// Credentials of the request, to authenticate it again.
    headers: HeaderMap,
    caller: Caller,
    reauthenticate: Interval,
    subscription: RunSubscription,
    /// State that has not been sent yet.
    pending: Option<LiveRun>,
    last_sent: Option<LiveRun>,
    is_ended: bool,
    _permit: StreamPermit,
}

impl RunEvents {
    fn new(
        state: AppState,
        headers: HeaderMap,
        caller: Caller,
        subscription: RunSubscription,
        first: LiveRun,
        permit: StreamPermit,
    ) -> Self {
        let interval = state.services.settings().live.reauthenticate_interval;
        let mut reauthenticate = interval_at(Instant::now() + interval, interval);
        reauthenticate.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            state,
            headers,
            caller,
            reauthenticate,
            subscription,
            pending: Some(first),
            last_sent: None,
            is_ended: false,
            _permit: permit,
        }
    }

    fn into_stream(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, |mut events| async move {
            let event = events.next().await?;
            Some((Ok(event), events))
        })
    }

    async fn next(&mut self) -> Option<Event> {
        let streams = self.state.streams.clone();
        let run = match self.pending.take() {
            Some(first) => Some(first),
            None if self.is_ended => return None,
            None => loop {
                tokio::select! {
                    biased;
                    () = streams.shutdown() => return None,
                    _ = self.reauthenticate.tick() => if !self.is_still_authorized().await { return None },
                    run = self.subscription.next() => break run,
                }
            },
        };
        match run {
            Some(run) => {
                let event = event("state", &run, "")?;
                let is_first = self.last_sent.replace(run).is_none();
                Some(if is_first {
                    event.retry(RECONNECT_AFTER)
                } else {
                    event
                })
            }
            None => {
                self.is_ended = true;
                // Without `end` the run was deleted: the client reconnects and receives a 404.
                self.last_sent
                    .as_ref()
                    .filter(|_| self.subscription.is_over())
                    .and_then(|run| event("end", run, END_SUFFIX))
            }
        }
    }

    /// Whether the request would be authenticated now, as the same caller.
    async fn is_still_authorized(&self) -> bool {
        match authentication::reauthenticate(&self.state, &self.headers).await {
            Ok(caller) => caller.is_some_and(|caller| caller == self.caller),
            // An outage must not end all streams.
            Err(error) => {
                tracing::warn!(%error, "reauthenticating an event stream failed");
                true
            }
        }
    }
}

fn event(name: &str, run: &LiveRun, id_suffix: &str) -> Option<Event> {
    Event::default()
        .event(name)
        .id(format!("{}{id_suffix}", event_id(run)))
        .json_data(run)
        .ok()
}
