//! The stream of a run's events in the browser: one for whatever is in view, opened with the first that needs it and closed with the last.

use std::time::Duration;

use leptos::{
    leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle, window_event_listener_untyped},
    prelude::*,
    wasm_bindgen::{JsCast, JsValue, closure::Closure},
};
use runlens_contract::live::LiveRun;
use web_sys::{Event, EventSource, MessageEvent};

use super::{Line, Live, Progress};

/// The shortest time between two readings of a page.
const BETWEEN: Duration = Duration::from_secs(5);
/// How long a stream outlives what needed it: a page that is read again is built anew.
const LINGER: Duration = Duration::from_secs(10);
/// When a stream that the server refused is asked for again, the first time and at the longest.
const RETRY: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(120));
/// What the server sends, and what the browser says of the stream itself.
const EVENTS: [&str; 4] = ["state", "end", "open", "error"];

/// Where it is kept: by the one thread that there is.
pub(super) type Kept = StoredValue<Core, LocalStorage>;

pub(super) fn kept() -> Kept {
    StoredValue::new_local(Core::default())
}

/// What is known of the stream and not shown.
#[derive(Default)]
pub(super) struct Core {
    run: Option<i32>,
    holders: u32,
    source: Option<EventSource>,
    /// What hears the stream, and whether it is visible: made once.
    listener: Option<JsValue>,
    is_over: bool,
    retry: Option<Duration>,
    retrying: Option<TimeoutHandle>,
    /// What the page shows, or will show when it has been read again; none where it is not to be read again.
    shown: Option<Progress>,
    /// Whether the page was read a moment ago.
    is_resting: bool,
    is_due: bool,
}

impl Live {
    /// Hears of a run for as long as the owner of this call lives. `shown` is what the page shows of it: the page is read again when that
    /// is no longer so. None where the page keeps itself up to date.
    pub(crate) fn hold(self, run_id: i32, shown: Option<Progress>) {
        Effect::new(move || {
            let is_new = self.with(|core| {
                core.holders += 1;
                let is_new = core.run.replace(run_id) != Some(run_id);
                if is_new || shown.is_none() {
                    core.shown = shown;
                }
                core.shown = core.shown.or(shown);
                is_new
            });
            if is_new == Some(true) {
                self.close();
                self.with(|core| (core.is_over, core.is_due) = (false, false));
                self.run.set(None);
            }
            self.open();
            self.read_page();
            on_cleanup(move || {
                self.with(|core| core.holders = core.holders.saturating_sub(1));
                set_timeout(move || self.let_go(), LINGER);
            });
        });
    }

    fn with<T>(self, act: impl FnOnce(&mut Core) -> T) -> Option<T> {
        self.core.try_update_value(act)
    }

    fn let_go(self) {
        if self.with(|core| core.holders == 0) == Some(true) {
            self.close();
            self.with(|core| core.run = None);
        }
    }

    fn close(self) {
        self.with(|core| {
            if let Some(source) = core.source.take() {
                source.close();
            }
            if let Some(retrying) = core.retrying.take() {
                retrying.clear();
            }
        });
        self.line.try_set(Line::Down);
    }

    /// Opens the stream where there is none. A page that nobody sees needs none, and a browser has few connections to a server.
    fn open(self) {
        let Some(listener) = self.listener() else { return };
        let run = self.with(|core| core.run.filter(|_| core.source.is_none() && !core.is_over && core.holders > 0)).flatten();
        let Some(run) = run.filter(|_| !document().hidden()) else { return };
        let Ok(source) = EventSource::new(&format!("/api/v1/runs/{run}/events")) else { return };
        for event in EVENTS {
            let _ = source.add_event_listener_with_callback(event, listener.unchecked_ref());
        }
        self.with(|core| core.source = Some(source));
    }

    fn listener(self) -> Option<JsValue> {
        self.with(|core| {
            let is_new = core.listener.is_none();
            if is_new {
                // It lives as long as the page.
                let hear: Box<dyn FnMut(Event)> = Box::new(move |event| self.hear(&event));
                core.listener = Some(Closure::wrap(hear).into_js_value());
            }
            (core.listener.clone(), is_new)
        })
        .and_then(|(listener, is_new)| {
            if is_new {
                window_event_listener_untyped("visibilitychange", move |_| if document().hidden() { self.close() } else { self.open() });
            }
            listener
        })
    }

    fn hear(self, event: &Event) {
        match event.type_().as_str() {
            "open" => {
                self.with(|core| core.retry = None);
                self.line.set(Line::Up);
            }
            "error" => self.lost(),
            "end" => {
                self.close();
                self.with(|core| core.is_over = true);
                self.told(event);
                // Once, and for what is in view: also where the last counts were not new.
                self.with(|core| core.is_due = core.shown.is_some());
                self.read_page();
            }
            _ => self.told(event),
        }
    }

    fn told(self, event: &Event) {
        let text = event.dyn_ref::<MessageEvent>().and_then(|message| message.data().as_string());
        let Some(run) = text.and_then(|text| serde_json::from_str::<LiveRun>(&text).ok()) else { return };
        let progress = Progress::from(&run);
        self.run.set(Some(run));
        self.with(|core| {
            if core.shown.is_some_and(|shown| shown != progress) {
                core.shown = Some(progress);
                core.is_due = true;
            }
        });
        self.read_page();
    }

    /// Has the page read again where it is due, now or when it has rested.
    fn read_page(self) {
        let is_due = self.with(|core| {
            let is_due = core.is_due && !core.is_resting && core.holders > 0;
            if is_due {
                (core.is_due, core.is_resting) = (false, true);
            }
            is_due
        });
        if is_due == Some(true) {
            self.refresh.now();
            set_timeout(
                move || {
                    self.with(|core| core.is_resting = false);
                    self.read_page();
                },
                BETWEEN,
            );
        }
    }

    /// The browser makes a stream that broke again by itself; one that was refused it does not.
    fn lost(self) {
        self.line.set(Line::Lost);
        self.with(|core| {
            let is_refused = core.source.as_ref().is_some_and(|source| source.ready_state() == EventSource::CLOSED);
            if is_refused {
                core.source = None;
                let after = core.retry.unwrap_or(RETRY.0);
                core.retry = Some((after * 2).min(RETRY.1));
                core.retrying = set_timeout_with_handle(move || self.open(), after).ok();
            }
        });
    }
}
