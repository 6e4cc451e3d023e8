//! The log in the browser: takes over the rows that came with the page, and moves through all of them.

mod drawing;
mod finding;
mod keyboard;
mod moving;
mod pointing;
mod reading;

use std::{cell::Cell, sync::Arc, time::Duration};

use leptos::{
    ev,
    html::Div,
    leptos_dom::helpers::TimeoutHandle,
    prelude::*,
    task::spawn_local,
    wasm_bindgen::JsCast,
    web_sys::{self, Element, HtmlElement, KeyboardEvent, MouseEvent},
};
use runlens_api_types::{
    ErrorBody, ErrorCode,
    log::{LineRange, LogFilter, LogLevel, LogMatch, LogOutline, LogSearchQuery},
};

use super::{
    cache::{BLOCK, Cache, Content},
    find::{Find, Nearest, nearest},
    keys::{self, Action, Press},
    lines::{Frame, Row},
    viewport::{ROW, Viewport},
};
use crate::{
    data::logs::{LogStart, fault, log_outline, log_rows, log_search, search},
    format,
    islands::stream::{self, Line},
    url::{
        self,
        log::{LogAddress, fragment, read_fragment, read_typed},
    },
};

/// Lines above one that is gone to.
const BEFORE: u64 = 5;
/// Requests for rows at a time.
const MAX_BUSY: u32 = 3;
/// How long nothing has moved when what is in view is read and said.
const REST: Duration = Duration::from_millis(150);
/// How often a log that is being gone through is looked at.
const GOING_THROUGH: Duration = Duration::from_millis(700);

/// What the viewer knows and does not show.
struct Core {
    viewport: Viewport,
    cache: Cache,
    /// Which search the rows are marked by; an answer of another is dropped.
    search: u32,
    looked_for: Option<LogFilter>,
    /// The line that the search has got to.
    match_line: Option<u64>,
    busy: u32,
    /// Times that wrapped rows have been measured: it comes to rest, and must.
    rounds: u8,
    is_paused: bool,
    is_flung: bool,
    is_watching: bool,
    is_looking: bool,
    is_due: bool,
    /// Whether the server tells how the run goes on.
    is_hearing: bool,
    /// The line that a range begins or ends with.
    anchor: Option<u64>,
    resting: Option<TimeoutHandle>,
    typing: Option<TimeoutHandle>,
}

/// A log in the browser.
#[derive(Clone, Copy)]
pub(super) struct Viewer {
    frame: StoredValue<Arc<Frame>>,
    core: StoredValue<Core>,
    /// Rows that are drawn.
    pub rows: RwSignal<Vec<Row>>,
    /// Rows there are.
    pub total: RwSignal<u64>,
    /// Whether all of them have been counted.
    pub is_counted: RwSignal<bool>,
    /// What is in the log.
    pub outline: RwSignal<LogOutline>,
    /// Lines in view.
    pub view: RwSignal<Option<LineRange>>,
    /// Lines that are pointed at.
    pub chosen: RwSignal<Option<LineRange>>,
    /// What is said to those who hear the page.
    pub spoken: RwSignal<String>,
    /// Whether the end is followed.
    pub is_following: RwSignal<bool>,
    /// The search.
    pub find: RwSignal<Find>,
    /// What scrolls.
    pub scroller: NodeRef<Div>,
    /// What is as high as all rows.
    pub span: NodeRef<Div>,
    /// What the rows are drawn on.
    pub layer: NodeRef<Div>,
    /// The mark of what is in view on the map.
    pub here: NodeRef<Div>,
}

/// A choice of the reader that is kept, as it stands on the page.
pub(super) fn preference(name: &str) -> bool {
    let root = document().document_element();
    root.and_then(|root| root.get_attribute(&format!("data-{name}")))
        .as_deref()
        == Some("on")
}

fn field(name: &str) -> Option<HtmlElement> {
    document().query_selector(name).ok().flatten()?.dyn_into().ok()
}

/// Styles that depend on data are set by property: the page's policy allows no others.
fn put(element: &HtmlElement, name: &str, value: &str) {
    let _ = HtmlElement::style(element).set_property(name, value);
}

fn drawn_rows(layer: &Element) -> impl Iterator<Item = HtmlElement> {
    let first = layer
        .query_selector("tbody")
        .ok()
        .flatten()
        .and_then(|body| body.first_element_child());
    std::iter::successors(first, Element::next_element_sibling).filter_map(|row| row.dyn_into().ok())
}

fn line_of(element: &Element) -> Option<u64> {
    element
        .closest("[data-line]")
        .ok()
        .flatten()?
        .get_attribute("data-line")?
        .parse()
        .ok()
}

fn target(event: &web_sys::Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

impl Viewer {
    pub(super) fn new(start: &LogStart, frame: Arc<Frame>) -> Self {
        let first = start.rows.data.first().map_or(0, |row| row.number - 1);
        let cache = Cache::new(first, start.rows.data.clone());
        let address = &frame.address;
        let looked_for = address.search();
        let search = u32::from(looked_for.is_some());
        let find = Find {
            text: address.find.clone().unwrap_or_default(),
            fault: start.fault.clone(),
            ..Find::default()
        };
        let rows = start.rows.data.iter().enumerate();
        let rows = rows
            .map(|(at, row)| Row {
                index: first + at as u64,
                search: if row.ranges.is_empty() { 0 } else { search },
                content: Content::Line(Arc::new(row.clone())),
            })
            .collect();
        let view = start.rows.data.first().zip(start.rows.data.last());
        let core = Core {
            viewport: Viewport::new(start.rows.total, first, 0.0),
            cache,
            search,
            looked_for,
            match_line: None,
            busy: 0,
            rounds: 0,
            is_paused: false,
            is_flung: false,
            is_watching: false,
            is_looking: false,
            is_due: false,
            is_hearing: false,
            anchor: address.lines.map(|lines| lines.first),
            resting: None,
            typing: None,
        };
        Self {
            core: StoredValue::new(core),
            rows: RwSignal::new(rows),
            total: RwSignal::new(start.rows.total),
            is_counted: RwSignal::new(start.rows.is_complete),
            outline: RwSignal::new(start.outline.clone()),
            view: RwSignal::new(view.map(|(first, last)| LineRange {
                first: first.line.line,
                last: last.line.line,
            })),
            chosen: RwSignal::new(address.lines),
            spoken: RwSignal::new(String::new()),
            is_following: RwSignal::new(false),
            find: RwSignal::new(find),
            scroller: NodeRef::new(),
            span: NodeRef::new(),
            layer: NodeRef::new(),
            here: NodeRef::new(),
            frame: StoredValue::new(frame),
        }
    }

    /// Begins, once the page is there.
    pub(super) fn begin(self) {
        Effect::new(move || {
            if self.scroller.get_untracked().is_some() {
                self.take_over();
                window_event_listener(ev::keydown, move |event| self.key(&event));
                window_event_listener(ev::resize, move |_| self.resized());
                window_event_listener(ev::hashchange, move |_| self.follow_fragment());
            }
        });
    }

    fn frame(self) -> Arc<Frame> {
        self.frame.get_value()
    }

    /// Does something with what is known, unless the page is gone.
    fn with<T>(self, act: impl FnOnce(&mut Core) -> T) -> Option<T> {
        self.core.try_update_value(act)
    }

    fn take_over(self) {
        let Some(scroller) = self.scroller.get_untracked() else {
            return;
        };
        let scrolled = f64::from(scroller.scroll_top());
        let _ = scroller.class_list().add_1("taken");
        self.with(|core| {
            core.viewport.height = f64::from(scroller.client_height());
            core.viewport.is_wrapped = preference("wrap");
            core.viewport.move_by(scrolled);
        });
        self.draw();
        self.place_bar();
        self.follow_fragment();
        self.count(false);
        self.rest();
        self.watch();
    }

    /// Goes to the lines that the address's fragment points at.
    fn follow_fragment(self) {
        let lines = location().hash().ok().as_deref().and_then(read_fragment);
        if let Some(lines) = lines {
            let is_new = self.chosen.get_untracked() != Some(lines);
            self.chosen.set(Some(lines));
            if is_new {
                self.reveal(
                    lines.first,
                    format!("Line {} of {}", format::number(lines.first), self.of()),
                );
            }
            self.mark();
        }
    }

    fn of(self) -> String {
        format::number(self.outline.with_untracked(|outline| outline.lines))
    }
}

/// The nearest line from a line on or back; from the other end where there is none.
async fn around(
    run: i32,
    filters: &[LogFilter],
    from: u64,
    is_forward: bool,
) -> Result<(Nearest, bool), ErrorBody> {
    if from > 0 {
        let found = nearest(run, filters, Some(from), is_forward).await?;
        if found.line.is_some() || !found.is_complete {
            return Ok((found, false));
        }
    }
    Ok((nearest(run, filters, None, is_forward).await?, true))
}

fn focus(name: &str) {
    if let Some(field) = field(name) {
        let _ = field.focus();
        if let Ok(input) = field.dyn_into::<web_sys::HtmlInputElement>() {
            input.select();
        }
    }
}

fn focus_find() {
    focus("#log-find");
}

fn press(name: &str) {
    if let Some(field) = field(name) {
        field.click();
    }
}

/// Opens the explanation of the keys.
pub(super) fn help() {
    if let Some(dialog) =
        field("#log-keys").and_then(|dialog| dialog.dyn_into::<web_sys::HtmlDialogElement>().ok())
    {
        let _ = dialog.show_modal();
    }
}
