//! The log in the browser: takes over the rows that came with the page, and moves through all of them.

use std::{sync::Arc, time::Duration};

use leptos::{
    ev,
    html::Div,
    leptos_dom::helpers::TimeoutHandle,
    prelude::*,
    task::spawn_local,
    wasm_bindgen::JsCast,
    web_sys::{self, Element, HtmlElement, KeyboardEvent, MouseEvent},
};
use runlens_contract::{
    ErrorBody, ErrorCode,
    log::{LineRange, LogFilter, LogLevel, LogMatch, LogOutline, LogSearchQuery},
};

use super::{
    cache::{BLOCK, Cache, Content},
    find::{Find, Nearest, nearest},
    keys::{self, Action, Press},
    lines::{Frame, Row},
    viewport::Viewport,
};
use crate::{
    data::logs::{LogStart, fault, log_outline, log_rows, log_search, search},
    format,
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
/// How often a log that is followed is looked at.
const FOLLOWING: Duration = Duration::from_secs(2);

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
    root.and_then(|root| root.get_attribute(&format!("data-{name}"))).as_deref() == Some("on")
}

fn field(name: &str) -> Option<HtmlElement> {
    document().query_selector(name).ok().flatten()?.dyn_into().ok()
}

/// Styles that depend on data are set by property: the page's policy allows no others.
fn put(element: &HtmlElement, name: &str, value: &str) {
    let _ = HtmlElement::style(element).set_property(name, value);
}

fn drawn_rows(layer: &Element) -> impl Iterator<Item = HtmlElement> {
    let first = layer.query_selector("tbody").ok().flatten().and_then(|body| body.first_element_child());
    std::iter::successors(first, Element::next_element_sibling).filter_map(|row| row.dyn_into().ok())
}

fn line_of(element: &Element) -> Option<u64> {
    element.closest("[data-line]").ok().flatten()?.get_attribute("data-line")?.parse().ok()
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
        let find = Find { text: address.find.clone().unwrap_or_default(), fault: start.fault.clone(), ..Find::default() };
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
            anchor: address.lines.map(|lines| lines.first),
            resting: None,
            typing: None,
        };
        Self {
            core: StoredValue::new(core),
            rows: RwSignal::new(rows),
            total: RwSignal::new(start.rows.total),
            outline: RwSignal::new(start.outline.clone()),
            view: RwSignal::new(view.map(|(first, last)| LineRange { first: first.line.line, last: last.line.line })),
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
        Effect::new(move |before: Option<()>| {
            if before.is_none() && self.scroller.get_untracked().is_some() {
                self.take_over(10);
                let keys = window_event_listener(ev::keydown, move |event| self.key(&event));
                let resize = window_event_listener(ev::resize, move |_| self.resized());
                let hash = window_event_listener(ev::hashchange, move |_| self.follow_fragment());
                on_cleanup(move || {
                    keys.remove();
                    resize.remove();
                    hash.remove();
                });
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

    fn take_over(self, patience: u8) {
        let Some(scroller) = self.scroller.get_untracked() else { return };
        // A page that was not loaded but come to is built before it is part of the document.
        if scroller.client_height() == 0 {
            if let Some(patience) = patience.checked_sub(1) {
                request_animation_frame(move || self.take_over(patience));
            }
            return;
        }
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
                self.reveal(lines.first, format!("Line {} of {}", format::number(lines.first), self.of()));
            }
            self.mark();
        }
    }

    fn of(self) -> String {
        format::number(self.outline.with_untracked(|outline| outline.lines))
    }

    // What is drawn.

    /// Draws the rows in view.
    fn draw(self) {
        let drawn = self.with(|core| {
            let drawn = core.viewport.drawn();
            let search = core.search;
            let rows: Vec<Row> = drawn
                .map(|index| {
                    let content = core.cache.row(index);
                    let is_marked = matches!(&content, Content::Line(line) if !line.ranges.is_empty());
                    Row { index, content, search: if is_marked { search } else { 0 } }
                })
                .collect();
            (rows, core.viewport.span(), core.viewport.lead(), core.viewport.is_wrapped, core.viewport.visible())
        });
        let Some((rows, span, lead, is_wrapped, visible)) = drawn else { return };
        if let Some(element) = self.span.get_untracked() {
            put(&element, "height", &format!("{span}px"));
        }
        let is_same = self.rows.with_untracked(|old| old.iter().map(Row::key).eq(rows.iter().map(Row::key)));
        let is_filtered = self.frame().is_filtered;
        let line = |index: u64| rows.iter().find(|row| row.index == index).and_then(|row| row.line(is_filtered));
        let view = line(visible.start).zip(visible.end.checked_sub(1).and_then(line)).map(|(first, last)| LineRange { first, last });
        if view.is_some() && view != self.view.get_untracked() {
            self.view.set(view);
        }
        if !is_same {
            self.keep_focus(&rows);
            self.rows.set(rows);
        }
        if !is_wrapped {
            self.place_layer(lead);
        }
        self.place_mark();
        // The rows are there once what waits for them has run.
        spawn_local(async move { self.drawn() });
    }

    /// The rows have been drawn.
    fn drawn(self) {
        if self.with(|core| core.viewport.is_wrapped) == Some(true) {
            self.measure();
        }
        self.mark();
        self.ask();
    }

    /// Puts wrapped rows where their heights say.
    fn measure(self) {
        let Some(layer) = self.layer.get_untracked() else { return };
        let places: Vec<(f64, f64)> = drawn_rows(&layer).map(|row| (f64::from(row.offset_top()), f64::from(row.offset_height()))).collect();
        let first = self.rows.with_untracked(|rows| (rows.first().map_or(0, |row| row.index), rows.len()));
        let (first, is_drawn) = (first.0, first.1 == places.len());
        let heights: Vec<f64> = places.iter().map(|(_, height)| *height).collect();
        let settled = self.with(|core| {
            let before = core.viewport.drawn();
            if is_drawn {
                core.viewport.settle(first, &heights);
            }
            core.rounds = core.rounds.wrapping_add(1);
            (core.viewport.row, core.viewport.within, before != core.viewport.drawn() && core.rounds % 8 > 0)
        });
        let Some((row, within, has_moved)) = settled else { return };
        let top = row.checked_sub(first).and_then(|at| places.get(at as usize)).map_or(0.0, |(top, _)| *top);
        self.place_layer(top + within);
        if has_moved {
            self.draw();
        }
    }

    fn place_layer(self, lead: f64) {
        if let Some(layer) = self.layer.get_untracked()
            && let Some(table) = layer.first_element_child().and_then(|table| table.dyn_into::<HtmlElement>().ok())
        {
            put(&table, "transform", &format!("translateY({}px)", -lead));
        }
    }

    /// Shows on the map what is in view.
    fn place_mark(self) {
        let lines = self.outline.with_untracked(|outline| outline.lines).max(1) as f64;
        if let (Some(here), Some(view)) = (self.here.get_untracked(), self.view.get_untracked()) {
            let share = |lines_before: u64| (lines_before as f64 / lines * 100.0).min(100.0);
            let top = share(view.first - 1);
            put(&here, "top", &format!("{top}%"));
            put(&here, "height", &format!("{}%", share(view.last) - top));
        }
    }

    /// Puts the scroll bar where it belongs; what is in view stays.
    fn place_bar(self) {
        let Some(scroller) = self.scroller.get_untracked() else { return };
        if let Some(scroll) = self.with(|core| core.viewport.true_scroll()) {
            if (f64::from(scroller.scroll_top()) - scroll).abs() >= 1.0 {
                scroller.set_scroll_top(scroll as i32);
            }
            self.with(|core| core.viewport.scroll = f64::from(scroller.scroll_top()));
        }
    }

    /// Marks the lines that are pointed at and the match that the search has got to, and leaves the keyboard one stop among the rows.
    fn mark(self) {
        let Some(layer) = self.layer.get_untracked() else { return };
        let chosen = self.chosen.try_get_untracked().flatten();
        let found = self.with(|core| core.match_line).flatten();
        let view = self.view.try_get_untracked().flatten();
        let stop = chosen.map(|lines| lines.first).filter(|line| view.is_some_and(|view| (view.first..=view.last).contains(line)));
        let stop = stop.or(view.map(|view| view.first));
        for row in drawn_rows(&layer) {
            let line = line_of(&row);
            let is_chosen = chosen.zip(line).is_some_and(|(chosen, line)| (chosen.first..=chosen.last).contains(&line));
            let _ = row.class_list().toggle_with_force("chosen", is_chosen);
            let _ = row.class_list().toggle_with_force("current", line.is_some() && line == found);
            if let Ok(Some(link)) = row.query_selector(".number a") {
                let _ = link.set_attribute("tabindex", if line == stop { "0" } else { "-1" });
            }
        }
    }

    /// The focus does not get lost with a row that is left behind.
    fn keep_focus(self, rows: &[Row]) {
        let (Some(layer), Some(scroller)) = (self.layer.get_untracked(), self.scroller.get_untracked()) else { return };
        let Some(active) = document().active_element().filter(|active| layer.contains(Some(active))) else { return };
        let is_filtered = self.frame().is_filtered;
        let line = line_of(&active);
        if line.is_none() || rows.iter().all(|row| row.line(is_filtered) != line) {
            let _ = scroller.focus();
        }
    }

    // What moves.

    /// The scroll bar has moved.
    pub(super) fn scrolled(self) {
        let Some(scroller) = self.scroller.get_untracked() else { return };
        let (scroll, height) = (f64::from(scroller.scroll_top()), f64::from(scroller.client_height()));
        let moved = self.with(|core| {
            let step = scroll - core.viewport.scroll;
            core.viewport.height = height;
            // Sideways, or what has been put right here.
            if step.abs() < 1.0 {
                return None;
            }
            core.viewport.scrolled(scroll);
            core.is_flung = step.abs() > 3.0 * height;
            Some((step < 0.0 && !core.viewport.is_at_end(), core.viewport.is_stuck()))
        });
        let Some((is_back, is_stuck)) = moved.flatten() else { return };
        if is_back && self.is_following.get_untracked() {
            self.is_following.set(false);
        }
        self.draw();
        if is_stuck {
            self.place_bar();
        }
        self.rest();
    }

    /// Waits until nothing moves any more.
    fn rest(self) {
        let handle = set_timeout_with_handle(move || self.rested(), REST).ok();
        if let Some(Some(earlier)) = self.with(|core| std::mem::replace(&mut core.resting, handle)) {
            earlier.clear();
        }
    }

    fn rested(self) {
        if self.with(|core| core.is_flung = false).is_none() {
            return;
        }
        self.place_bar();
        self.ask();
        if let Some(view) = self.view.get_untracked() {
            let lines = [view.first, view.last].map(format::number);
            self.say(format!("Lines {} to {} of {}", lines[0], lines[1], self.of()));
        }
    }

    fn say(self, text: String) {
        if self.spoken.with_untracked(|spoken| *spoken != text) {
            self.spoken.set(text);
        }
    }

    fn resized(self) {
        let Some(scroller) = self.scroller.get_untracked() else { return };
        self.with(|core| core.viewport.height = f64::from(scroller.client_height()));
        self.draw();
        self.place_bar();
    }

    /// Lines are wrapped from now on, or not.
    pub(super) fn wrap(self, is_wrapped: bool) {
        self.with(|core| {
            core.viewport.is_wrapped = is_wrapped;
            core.viewport.within = 0.0;
        });
        self.draw();
        self.place_bar();
    }

    /// Shows a row.
    fn show(self, row: u64, words: String) {
        self.with(|core| {
            if !core.viewport.shows(row) {
                core.viewport.show(row, BEFORE);
            }
        });
        self.draw();
        self.place_bar();
        self.rest_saying(words);
    }

    fn rest_saying(self, words: String) {
        if let Some(Some(earlier)) = self.with(|core| core.resting.take()) {
            earlier.clear();
        }
        self.say(words);
    }

    /// Shows a line.
    fn reveal(self, line: u64, words: String) {
        let frame = self.frame();
        if !frame.is_filtered {
            self.show(line - 1, words);
            return;
        }
        let filter = frame.address.filter();
        spawn_local(async move {
            if let Ok(Nearest { line: Some(row), .. }) = nearest(frame.run, &[filter], Some(line), true).await {
                self.show(row.number - 1, words);
            }
        });
    }

    /// Shows the first rows, or the last.
    pub(super) fn show_end(self, is_last: bool) {
        let rows = self.total.get_untracked();
        self.with(|core| if is_last { core.viewport.show_end() } else { core.viewport.show(0, 0) });
        self.draw();
        self.place_bar();
        let line = if is_last { rows } else { 1 };
        self.rest_saying(format!("Row {} of {}", format::number(line), format::number(rows)));
    }

    /// Moves by rows, or windows.
    pub(super) fn step(self, count: i8, is_window: bool) {
        self.with(|core| {
            let rows = if is_window { (core.viewport.height / super::viewport::ROW - 1.0).max(1.0) } else { 1.0 };
            core.viewport.move_by(f64::from(count) * rows * super::viewport::ROW);
        });
        if count < 0 {
            self.is_following.set(false);
        }
        self.draw();
        self.place_bar();
        self.rest();
    }

    // What is read.

    /// Asks for the rows in view that are not there, then for those around them.
    fn ask(self) {
        while let Some(Some((block, looked_for, search))) = self.with(|core| {
            if core.is_paused || core.is_flung || core.busy >= MAX_BUSY || core.viewport.height == 0.0 {
                return None;
            }
            let (drawn, rows) = (core.viewport.drawn(), core.viewport.rows);
            let around = drawn.start.saturating_sub(BLOCK)..drawn.end + BLOCK;
            let around = Some(around).filter(|_| core.busy == 0);
            let block = core.cache.missing(drawn, rows).or_else(|| core.cache.missing(around?, rows))?;
            core.cache.asked(block, rows);
            core.busy += 1;
            Some((block, core.looked_for.clone(), core.search))
        }) {
            let frame = self.frame();
            let filter = frame.address.filter();
            spawn_local(async move {
                let answer = log_rows(frame.run, filter, looked_for, block * BLOCK + 1).await;
                self.answered(block, search, answer);
            });
        }
    }

    fn answered(self, block: u64, search: u32, answer: Result<Vec<LogMatch>, ErrorBody>) {
        let pause = answer.as_ref().err().filter(|body| body.code == ErrorCode::RateLimited).map(retry_after);
        let is_shown = self.with(|core| {
            core.busy = core.busy.saturating_sub(1);
            if search != core.search {
                return false;
            }
            if pause.is_some() {
                core.is_paused = true;
                core.cache.forget(block);
                return false;
            }
            core.cache.answered(block, answer);
            true
        });
        if let Some(seconds) = pause {
            self.say(format!("Too many requests: going on in {}.", format::counted(seconds, "second", "seconds")));
            set_timeout(
                move || {
                    self.with(|core| core.is_paused = false);
                    self.ask();
                },
                Duration::from_secs(seconds),
            );
        }
        match is_shown {
            Some(true) => self.draw(),
            Some(false) => self.ask(),
            None => {}
        }
    }

    /// Asks again for what could not be read.
    fn retry(self) {
        self.with(|core| core.cache.retry());
        self.draw();
    }

    /// Looks at the log again after a while, as long as there is something to look for.
    fn watch(self) {
        let after = if !self.outline.with_untracked(|outline| outline.is_complete) {
            GOING_THROUGH
        } else if self.is_following.get_untracked() {
            FOLLOWING
        } else {
            return;
        };
        if self.with(|core| std::mem::replace(&mut core.is_watching, true)) != Some(false) {
            return;
        }
        set_timeout(
            move || {
                if self.with(|core| core.is_watching = false).is_none() {
                    return;
                }
                if document().hidden() {
                    self.watch();
                    return;
                }
                let frame = self.frame();
                spawn_local(async move {
                    let outline = log_outline(frame.run).await;
                    let rows = match frame.is_filtered {
                        true => log_search(frame.run, LogSearchQuery { limit: 0, ..search(frame.address.filter()) })
                            .await
                            .ok()
                            .map(|found| found.matches),
                        false => outline.as_ref().ok().map(|outline| outline.lines),
                    };
                    if self.with(|_| ()).is_some() {
                        if let Ok(outline) = outline {
                            self.outlined(outline, rows);
                        }
                        self.watch();
                    }
                });
            },
            after,
        );
    }

    fn outlined(self, outline: LogOutline, rows: Option<u64>) {
        let is_growing = outline.is_growing;
        if self.outline.with_untracked(|old| *old != outline) {
            self.outline.set(outline);
        }
        if let Some(rows) = rows.filter(|rows| *rows > self.total.get_untracked()) {
            self.total.set(rows);
            self.with(|core| core.viewport.rows = rows);
            if self.is_following.get_untracked() {
                self.show_end(true);
            } else {
                self.draw();
                self.place_bar();
            }
        }
        if self.is_following.get_untracked() && !is_growing {
            self.is_following.set(false);
            self.say("The run has finished: the log is whole.".to_owned());
        }
    }

    /// Follows the end from now on, or not.
    pub(super) fn follow(self, is_following: bool) {
        self.is_following.set(is_following);
        if is_following {
            self.show_end(true);
            self.watch();
        }
    }

    // What is pointed at.

    /// Points at lines, and says so in the address.
    fn choose(self, lines: Option<LineRange>) {
        self.chosen.set(lines);
        self.mark();
        self.write_address();
    }

    fn write_address(self) {
        let frame = self.frame();
        let find = self.find.with_untracked(|find| (find.text.clone(), frame.address.is_regex));
        let looked_for = self.with(|core| core.looked_for.clone()).flatten();
        let place = frame.address.placeless();
        let address = LogAddress {
            find: Some(find.0).filter(|text| !text.is_empty() && place.contains.is_none()),
            is_regex: looked_for.map_or(find.1, |looked_for| looked_for.regex.is_some()),
            lines: self.chosen.get_untracked(),
            ..place
        };
        let hash = address.lines.map(fragment).unwrap_or_default();
        let href = format!("{}{hash}", url::log(frame.run, &address));
        if let Ok(history) = window().history() {
            let state = history.state().unwrap_or_default();
            let _ = history.replace_state_with_url(&state, "", Some(&href));
        }
    }

    /// Something was clicked among the rows.
    pub(super) fn clicked(self, event: &MouseEvent) {
        let Some(element) = target(event) else { return };
        if element.closest(".retry").ok().flatten().is_some() {
            self.retry();
            return;
        }
        let is_number = element.closest(".number a").ok().flatten().is_some();
        let Some(line) = line_of(&element).filter(|_| is_number && !event.ctrl_key() && !event.meta_key() && event.button() == 0) else {
            return;
        };
        event.prevent_default();
        let anchor = self.with(|core| core.anchor).flatten().filter(|_| event.shift_key());
        let other = anchor.unwrap_or(line);
        self.with(|core| core.anchor = Some(other));
        let lines = LineRange { first: line.min(other), last: line.max(other) };
        self.choose(Some(lines));
        self.say(match lines.last - lines.first {
            0 => format!("Line {} selected", format::number(line)),
            more => format!("{} selected", format::counted(more + 1, "line", "lines")),
        });
    }

    /// Points at nothing.
    pub(super) fn unchoose(self) {
        self.with(|core| core.anchor = None);
        self.choose(None);
    }

    /// The map was clicked.
    pub(super) fn clicked_map(self, event: &MouseEvent) {
        let Some(link) = target(event).and_then(|element| element.dyn_into::<HtmlElement>().ok()) else { return };
        let Some(first) = line_of(&link).filter(|_| !event.ctrl_key() && !event.meta_key()) else { return };
        event.prevent_default();
        let lines = link.get_attribute("data-lines").and_then(|lines| lines.parse::<u64>().ok()).unwrap_or(1);
        let share = f64::from(event.offset_y()) / f64::from(link.offset_height().max(1));
        let line = first + (share.clamp(0.0, 1.0) * lines.saturating_sub(1) as f64) as u64;
        self.with(|core| core.is_flung = false);
        self.reveal(line, format!("Line {} of {}", format::number(line), self.of()));
    }

    /// Goes to the line that somebody has typed; whether it is one.
    pub(super) fn go(self, text: &str) -> bool {
        let Some(lines) = read_typed(text) else { return false };
        let last = self.outline.with_untracked(|outline| if outline.is_complete { outline.lines } else { u64::MAX }).max(1);
        let lines = LineRange { first: lines.first.min(last), last: lines.last.min(last) };
        self.go_to(lines, format!("Line {} of {}", format::number(lines.first), self.of()));
        true
    }

    fn go_to(self, lines: LineRange, words: String) {
        self.with(|core| core.anchor = Some(lines.first));
        self.choose(Some(lines));
        self.reveal(lines.first, words);
    }

    /// The line that the next is looked for from: one that has been got to, where it is in view.
    fn from(self, place: Option<u64>, is_forward: bool) -> u64 {
        let view = self.view.get_untracked();
        match (place.filter(|line| view.is_none_or(|view| (view.first..=view.last).contains(line))), view) {
            (Some(line), _) if is_forward => line + 1,
            (Some(line), _) => line.saturating_sub(1),
            (None, Some(view)) if is_forward => view.first,
            (None, Some(view)) => view.first.saturating_sub(1),
            (None, None) => 1,
        }
    }

    /// The next error, or the one before.
    pub(super) fn next_error(self, is_forward: bool) {
        let frame = self.frame();
        let mut filters = Vec::new();
        for level in [LogLevel::Error, LogLevel::Critical] {
            let filter = frame.address.filter();
            let has_any = self.outline.with_untracked(|outline| !outline.is_complete || outline.levels.of(level) > 0);
            if has_any && filter.level.is_none_or(|only| only == level) {
                filters.push(LogFilter { level: Some(level), ..filter });
            }
        }
        if filters.is_empty() {
            self.say("No errors among these lines.".to_owned());
            return;
        }
        let from = self.from(self.chosen.get_untracked().map(|lines| lines.first), is_forward);
        spawn_local(async move {
            let words = match around(frame.run, &filters, from, is_forward).await {
                Ok((Nearest { line: Some(row), number, matches, is_complete }, is_again)) => {
                    let more = if is_complete { "" } else { "+" };
                    let again = if is_again { ", from the other end" } else { "" };
                    let line = row.line.line;
                    let words = format!(
                        "Error {} of {}{more}, line {}{again}",
                        format::number(number),
                        format::number(matches),
                        format::number(line)
                    );
                    self.go_to(LineRange { first: line, last: line }, words);
                    return;
                }
                Ok((Nearest { is_complete: true, .. }, _)) => "No errors among these lines.".to_owned(),
                Ok(_) => "No error as far as the log has been gone through.".to_owned(),
                Err(body) => body.message,
            };
            self.say(words);
        });
    }

    // What is looked for.

    /// Something is typed into the field that searches.
    pub(super) fn typed(self, text: String, is_regex: bool) {
        let handle = set_timeout_with_handle(move || self.look(text, is_regex), Duration::from_millis(250)).ok();
        if let Some(Some(earlier)) = self.with(|core| std::mem::replace(&mut core.typing, handle)) {
            earlier.clear();
        }
    }

    fn look(self, text: String, is_regex: bool) {
        let frame = self.frame();
        if frame.address.contains.is_some() {
            return;
        }
        let is_sought = !text.is_empty();
        let address = LogAddress { find: Some(text.clone()).filter(|_| is_sought), is_regex, ..frame.address.clone() };
        let changed = self.with(|core| {
            let looked_for = address.search();
            if core.looked_for == looked_for && self.find.with_untracked(|find| find.text == text) {
                return false;
            }
            core.looked_for = looked_for;
            core.search += 1;
            core.match_line = None;
            core.cache.renew(core.viewport.drawn());
            true
        });
        if changed != Some(true) {
            return;
        }
        self.find.set(Find { text, ..Find::default() });
        self.write_address();
        if is_sought {
            self.count(true);
        } else {
            self.draw();
        }
    }

    /// Counts the matches until all have been; `is_first` goes to one of them.
    fn count(self, is_first: bool) {
        let frame = self.frame();
        let Some(Some((filter, generation))) = self.with(|core| Some((core.looked_for.clone()?, core.search))) else { return };
        spawn_local(async move {
            let answer = log_search(frame.run, LogSearchQuery { limit: 0, ..search(filter) }).await;
            if self.with(|core| core.search) != Some(generation) {
                return;
            }
            match answer {
                Ok(found) => {
                    let was_complete = self.find.with_untracked(|find| find.is_complete);
                    self.find.update(|find| (find.matches, find.is_complete, find.fault) = (found.matches, found.is_complete, None));
                    if is_first {
                        self.draw();
                        self.next_match(true);
                    } else if found.is_complete && !was_complete {
                        // Rows that were read while the search had not got to them are not marked.
                        self.with(|core| core.cache.renew(core.viewport.drawn()));
                        self.draw();
                    }
                    if !found.is_complete {
                        set_timeout(move || self.count(false), GOING_THROUGH);
                    }
                }
                Err(body) => {
                    // What cannot be looked for is not asked for again with every row.
                    self.with(|core| core.looked_for = None);
                    self.find.update(|find| find.fault = Some(fault(&body).unwrap_or(body.message)));
                    self.draw();
                }
            }
        });
    }

    /// The next match, or the one before. Where only lines with a text are shown, that is the next of them.
    pub(super) fn next_match(self, is_forward: bool) {
        let frame = self.frame();
        let state = self.with(|core| (core.looked_for.clone(), core.search, core.match_line));
        let Some((looked_for, generation, place)) = state else { return };
        let by_text = frame.address.filter().has_text();
        let Some(filter) = looked_for.or_else(|| by_text.then(|| frame.address.filter())) else {
            focus_find();
            return;
        };
        let from = self.from(place, is_forward);
        spawn_local(async move {
            let answer = around(frame.run, &[filter], from, is_forward).await;
            if self.with(|core| core.search) != Some(generation) {
                return;
            }
            match answer {
                Ok((Nearest { line: Some(row), number, matches, is_complete }, is_again)) => {
                    let line = row.line.line;
                    self.with(|core| core.match_line = Some(line));
                    self.find.update(|find| {
                        (find.number, find.matches, find.is_complete) = (Some(number), matches.max(find.matches), is_complete);
                    });
                    let again = if is_again { ", from the other end" } else { "" };
                    let matches = format::number(matches);
                    let words = format!("Match {} of {matches}, line {}{again}", format::number(number), format::number(line));
                    self.reveal(line, words);
                    self.mark();
                }
                Ok((nearest, _)) => {
                    self.find.update(|find| (find.matches, find.is_complete) = (nearest.matches, nearest.is_complete));
                    if nearest.is_complete {
                        self.say("No match".to_owned());
                    } else {
                        set_timeout(move || self.next_match(is_forward), GOING_THROUGH);
                    }
                }
                Err(body) => {
                    let fault = fault(&body).unwrap_or(body.message);
                    self.find.update(|find| find.fault = Some(fault));
                }
            }
        });
    }

    // Keys.

    fn key(self, event: &KeyboardEvent) {
        let Some(element) = target(event) else { return };
        if document().query_selector("dialog[open]").ok().flatten().is_some() {
            return;
        }
        let kind = element.get_attribute("type").unwrap_or_default();
        let name = element.tag_name();
        let is_body = matches!(name.as_str(), "BODY" | "MAIN" | "HTML");
        let key = event.key();
        let is_link = element.matches(".log .number a").unwrap_or(false);
        if is_link && matches!(key.as_str(), "ArrowDown" | "ArrowUp") && !event.shift_key() {
            event.prevent_default();
            self.next_number(&element, key == "ArrowDown");
            return;
        }
        let action = keys::action(Press {
            key: &key,
            is_control: event.ctrl_key() || event.meta_key(),
            is_alt: event.alt_key(),
            in_field: matches!(name.as_str(), "SELECT" | "TEXTAREA") || (name == "INPUT" && kind != "checkbox"),
            in_find: element.id() == "log-find",
            is_free: is_body,
            letters: preference("letters"),
        });
        let Some(action) = action else { return };
        if action != Action::Close {
            event.prevent_default();
        }
        self.act(action);
    }

    fn act(self, action: Action) {
        match action {
            Action::Find => focus_find(),
            Action::NextMatch => self.next_match(true),
            Action::PreviousMatch => self.next_match(false),
            Action::NextError => self.next_error(true),
            Action::PreviousError => self.next_error(false),
            Action::GoTo => focus("#log-line"),
            Action::Follow => press("#log-follow"),
            Action::Wrap => press("#log-wrap"),
            Action::Times => press("#log-times"),
            Action::Help => help(),
            Action::Close => self.close(),
            Action::Start => self.show_end(false),
            Action::End => self.show_end(true),
            Action::Pages(count) => self.step(count, true),
            Action::Lines(count) => self.step(count, false),
        }
    }

    /// Ends the search, or the selection.
    fn close(self) {
        let is_searching = self.find.with_untracked(|find| !find.text.is_empty());
        if is_searching && let Some(input) = field("#log-find").and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok()) {
            input.set_value("");
            self.look(String::new(), false);
        } else if self.chosen.get_untracked().is_some() {
            self.unchoose();
        }
        if let Some(scroller) = self.scroller.get_untracked() {
            let _ = scroller.focus();
        }
    }

    /// From the number of a line to the next.
    fn next_number(self, link: &Element, is_forward: bool) {
        let Some(line) = line_of(link) else { return };
        let is_filtered = self.frame().is_filtered;
        let index = self.rows.with_untracked(|rows| rows.iter().find(|row| row.line(is_filtered) == Some(line)).map(|row| row.index));
        let rows = self.total.get_untracked();
        let Some(next) =
            index.and_then(|index| if is_forward { Some(index + 1).filter(|next| *next < rows) } else { index.checked_sub(1) })
        else {
            return;
        };
        self.with(|core| {
            if !core.viewport.shows(next) {
                core.viewport.move_by(if is_forward { super::viewport::ROW } else { -super::viewport::ROW });
            }
        });
        self.draw();
        self.place_bar();
        spawn_local(async move {
            let link = field(&format!(".log tr[aria-rowindex=\"{}\"] .number a", next + 2));
            if let Some(link) = link {
                let _ = link.set_attribute("tabindex", "0");
                // The browser need not move anything: the row is in view.
                let _ = link.focus();
            }
        });
    }
}

/// The nearest line from a line on or back; from the other end where there is none.
async fn around(run: i32, filters: &[LogFilter], from: u64, is_forward: bool) -> Result<(Nearest, bool), ErrorBody> {
    if from > 0 {
        let found = nearest(run, filters, Some(from), is_forward).await?;
        if found.line.is_some() || !found.is_complete {
            return Ok((found, false));
        }
    }
    Ok((nearest(run, filters, None, is_forward).await?, true))
}

fn retry_after(body: &ErrorBody) -> u64 {
    body.details.get("retry_after").and_then(|seconds| seconds.as_u64()).unwrap_or(5).clamp(1, 120)
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
    if let Some(dialog) = field("#log-keys").and_then(|dialog| dialog.dyn_into::<web_sys::HtmlDialogElement>().ok()) {
        let _ = dialog.show_modal();
    }
}
