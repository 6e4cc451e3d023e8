//! The stream of a run's events: what the server tells while the run goes on.

use std::{
    cell::{Cell, OnceCell, RefCell},
    rc::Rc,
    time::Duration,
};

use leptos::{
    leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle, window_event_listener_untyped},
    prelude::*,
    wasm_bindgen::{JsCast, JsValue, closure::Closure},
};
use runlens_api_types::live::LiveRun;
use web_sys::{Event, EventSource, MessageEvent};

/// When a stream that the server refused is asked for again, the first time and at the longest.
const RETRY: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(120));
/// What the server sends, and what the browser says of the stream itself.
const EVENTS: [&str; 4] = ["state", "end", "open", "error"];

/// How it stands with the connection to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// There is none: it is being made, not needed, or not needed any more.
    Down,
    /// The server tells what happens.
    Up,
    /// It broke, and is being made again.
    Lost,
}

struct Stream {
    run: i32,
    line: RwSignal<Line>,
    told: Box<dyn Fn(LiveRun, bool)>,
    source: RefCell<Option<EventSource>>,
    /// What hears the stream: made once.
    listener: OnceCell<JsValue>,
    is_over: Cell<bool>,
    retry: Cell<Option<Duration>>,
    retrying: Cell<Option<TimeoutHandle>>,
}

/// Hears of a run for as long as the page is open and seen: a browser has few connections to a server. `told` hears each state of the run,
/// and whether it is the last.
pub(super) fn hear(run: i32, line: RwSignal<Line>, told: impl Fn(LiveRun, bool) + 'static) {
    let stream = Rc::new(Stream {
        run,
        line,
        told: Box::new(told),
        source: RefCell::default(),
        listener: OnceCell::new(),
        is_over: Cell::new(false),
        retry: Cell::new(None),
        retrying: Cell::new(None),
    });
    stream.open();
    // It lives as long as the page.
    let _ = window_event_listener_untyped("visibilitychange", move |_| {
        if document().hidden() {
            stream.close()
        } else {
            stream.open()
        }
    });
}

impl Stream {
    fn open(self: &Rc<Self>) {
        if self.is_over.get() || self.source.borrow().is_some() || document().hidden() {
            return;
        }
        let Ok(source) = EventSource::new(&format!("/api/v1/runs/{}/events", self.run)) else {
            return;
        };
        let listener = self.listener.get_or_init(|| {
            let stream = self.clone();
            let hear: Box<dyn FnMut(Event)> = Box::new(move |event| stream.hear(&event));
            Closure::wrap(hear).into_js_value()
        });
        for event in EVENTS {
            let _ = source.add_event_listener_with_callback(event, listener.unchecked_ref());
        }
        self.source.replace(Some(source));
    }

    fn close(&self) {
        if let Some(source) = self.source.take() {
            source.close();
        }
        if let Some(retrying) = self.retrying.take() {
            retrying.clear();
        }
        self.line.set(Line::Down);
    }

    fn hear(self: &Rc<Self>, event: &Event) {
        match event.type_().as_str() {
            "open" => {
                self.retry.set(None);
                self.line.set(Line::Up);
            }
            "error" => self.lost(),
            "end" => {
                self.is_over.set(true);
                self.close();
                self.tell(event, true);
            }
            _ => self.tell(event, false),
        }
    }

    fn tell(&self, event: &Event, is_last: bool) {
        let text = event
            .dyn_ref::<MessageEvent>()
            .and_then(|message| message.data().as_string());
        if let Some(run) = text.and_then(|text| serde_json::from_str(&text).ok()) {
            (self.told)(run, is_last);
        }
    }

    /// The browser makes a stream that broke again by itself; one that was refused it does not.
    fn lost(self: &Rc<Self>) {
        self.line.set(Line::Lost);
        let is_refused = self
            .source
            .borrow()
            .as_ref()
            .is_some_and(|source| source.ready_state() == EventSource::CLOSED);
        if is_refused {
            self.source.take();
            let after = self.retry.get().unwrap_or(RETRY.0);
            self.retry.set(Some((after * 2).min(RETRY.1)));
            let stream = self.clone();
            self.retrying
                .set(set_timeout_with_handle(move || stream.open(), after).ok());
        }
    }
}
