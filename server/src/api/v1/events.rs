//! A run while it goes on.

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
use runlens_api_types::{ErrorBody, live::LiveRun};
use runlens_domain::{Caller, Error, access, live::RunSubscription};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use xxhash_rust::xxh3::xxh3_64;

use crate::{
    http::error::ApiError,
    http::extract::{CurrentCaller, RunId},
    http::{authentication, client_address::ClientAddress},
    limits::RateLimitKey,
    limits::streams::{StreamLimiter, StreamPermit},
    state::AppState,
};

/// What a client that lost the connection waits before it asks again.
const RETRY: Duration = Duration::from_secs(2);
/// How often something is sent in any case: a proxy ends a connection that says nothing.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// What is behind the id of the event that is the last.
const END: &str = "-end";
/// Tells nginx not to collect what is meant to arrive at once.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Follow a run while it goes on
///
/// A stream of server-sent events (`EventSource` in a browser, `curl --no-buffer`). The event `state` says how the run stands, in JSON: one comes
/// at once, and one whenever status, stage, counts or the size of the log have changed. When the run has come to its end, a last `state`
/// is followed by the event `end` with the same data, and the stream is closed; a run that has ended before has these two events only.
///
/// Whoever loses the connection connects again and is told how the run stands by then: nothing is kept back for those who are away. An
/// `EventSource` that connects again after `end` is answered by 204, which tells it to stop.
///
/// Comments keep the connection alive. A token that is revoked ends its streams within 30 seconds. A client may have 32 streams open.
#[utoipa::path(
    get, path = "/runs/{run_id}/events", tag = "runs", operation_id = "stream_run_events",
    params(
        ("run_id" = i32, Path, description = "Numeric run ID", minimum = 1),
        ("Last-Event-ID" = Option<String>, Header, description = "Id of the last event that was received, which an `EventSource` sends by itself")
    ),
    responses(
        (status = OK, description = "Events; the data of each is a `LiveRun`", body = LiveRun, content_type = "text/event-stream"),
        (status = NO_CONTENT, description = "`Last-Event-ID` is the end of this run: there is nothing to wait for"),
        (status = NOT_FOUND, description = "Run not found", body = ErrorBody)
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
    let place = state
        .streams
        .acquire(client(&caller, RateLimitKey::at(address)))?;
    let mut watch = state.services.live.subscribe(&caller, id).await?;
    let Some(first) = watch.next().await else {
        return Err(Error::NotFound { resource: "run", id }.into());
    };
    if watch.is_over()
        && headers
            .get("last-event-id")
            .is_some_and(|known| known.as_bytes() == format!("{}{END}", event_id(&first)).as_bytes())
    {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let events = Events::new(state, headers, caller, watch, first, place);
    let mut response = Sse::new(events.into_stream())
        .keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
        .into_response();
    response
        .headers_mut()
        .insert(X_ACCEL_BUFFERING, HeaderValue::from_static("no"));
    Ok(response)
}

/// Whose streams are counted together: the same whose requests are.
fn client(caller: &Caller, address: RateLimitKey) -> RateLimitKey {
    match (caller.token_info(), caller.account()) {
        (Some(token), _) => RateLimitKey::Token(token.token_id),
        (None, Some(account)) => RateLimitKey::User(account.user_id),
        (None, None) => address,
    }
}

/// Where two are equal, so is what they say.
fn event_id(run: &LiveRun) -> String {
    // All of it is written as JSON without fail.
    format!("{:016x}", xxh3_64(&serde_json::to_vec(run).unwrap_or_default()))
}

/// What is sent, one after the other.
struct Events {
    state: AppState,
    /// Who asks, as the request says it.
    headers: HeaderMap,
    caller: Caller,
    check: Interval,
    watch: RunSubscription,
    /// What is to be sent next, where that is known.
    next: Option<LiveRun>,
    last: Option<LiveRun>,
    is_ended: bool,
    _place: StreamPermit,
}

impl Events {
    fn new(
        state: AppState,
        headers: HeaderMap,
        caller: Caller,
        watch: RunSubscription,
        first: LiveRun,
        place: StreamPermit,
    ) -> Self {
        let every = state.services.settings().live.reauthenticate_interval;
        let mut check = interval_at(Instant::now() + every, every);
        check.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            state,
            headers,
            caller,
            check,
            watch,
            next: Some(first),
            last: None,
            is_ended: false,
            _place: place,
        }
    }

    fn into_stream(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, |mut events| async move {
            let event = events.next().await?;
            Some((Ok(event), events))
        })
    }

    async fn next(&mut self) -> Option<Event> {
        let streams: StreamLimiter = self.state.streams.clone();
        let run = match self.next.take() {
            Some(first) => Some(first),
            None if self.is_ended => return None,
            None => loop {
                tokio::select! {
                    biased;
                    () = streams.stopped() => return None,
                    _ = self.check.tick() => if !self.may_go_on().await { return None },
                    run = self.watch.next() => break run,
                }
            },
        };
        match run {
            Some(run) => {
                let event = event("state", &run, "")?;
                let is_first = self.last.replace(run).is_none();
                Some(if is_first { event.retry(RETRY) } else { event })
            }
            None => {
                self.is_ended = true;
                // Without an end the run is gone, which whoever connects again is told.
                self.last
                    .as_ref()
                    .filter(|_| self.watch.is_over())
                    .and_then(|run| event("end", run, END))
            }
        }
    }

    /// Whether who asked would be let in today, with the same rights. Others are to ask again.
    async fn may_go_on(&self) -> bool {
        match authentication::authenticate(&self.state, &self.headers).await {
            Ok(caller) => caller.is_some_and(|caller| caller == self.caller),
            // Nothing is known to be wrong.
            Err(error) => {
                tracing::warn!(%error, "who follows a run could not be looked up");
                true
            }
        }
    }
}

fn event(name: &str, run: &LiveRun, of_id: &str) -> Option<Event> {
    Event::default()
        .event(name)
        .id(format!("{}{of_id}", event_id(run)))
        .json_data(run)
        .ok()
}
