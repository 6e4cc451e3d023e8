//! Reads the page again, and puts what is new in the place of what is shown.

use std::{cell::Cell, rc::Rc, time::Duration};

use leptos::{
    prelude::*,
    task::spawn_local,
    wasm_bindgen::JsCast,
    web_sys::{Document, Element, HtmlDetailsElement, HtmlElement},
};
use web_sys::{DomParser, FocusOptions, SupportedType};

use super::Progress;
use crate::{
    data::{page_again, recent::TITLE_END},
    islands::{all, times},
};

/// The shortest time between two readings.
const BETWEEN: Duration = Duration::from_secs(5);
/// How often in a row a page that cannot be read is asked for: what is shown is better than a failure that nobody has asked for.
const PATIENCE: u8 = 10;

/// Reads the page again when its run has got on.
#[derive(Clone)]
pub(super) struct Reader(Rc<State>);

struct State {
    /// What the page shows, or will show when it has been read again.
    shown: Cell<Progress>,
    is_due: Cell<bool>,
    /// Whether it was read a moment ago.
    is_resting: Cell<bool>,
    patience: Cell<u8>,
}

impl Reader {
    /// For a page that shows so much.
    pub(super) fn new(shown: Progress) -> Self {
        Self(Rc::new(State {
            shown: Cell::new(shown),
            is_due: Cell::new(false),
            is_resting: Cell::new(false),
            patience: Cell::new(PATIENCE),
        }))
    }

    /// The run has got on, perhaps to its end: then the page is read even where its counts are those that are shown.
    pub(super) fn got_on(&self, progress: Progress, is_end: bool) {
        if self.0.shown.replace(progress) != progress || is_end {
            self.0.is_due.set(true);
            self.0.patience.set(PATIENCE);
        }
        self.read();
    }

    fn read(&self) {
        if !self.0.is_due.get() || self.0.is_resting.replace(true) {
            return;
        }
        self.0.is_due.set(false);
        let reader = self.clone();
        spawn_local(async move {
            let is_waiting = is_in_use();
            let is_read = !is_waiting && page_again().await.is_some_and(|text| show(&text).is_some());
            let state = &reader.0;
            let patience = if is_read {
                PATIENCE
            } else {
                state.patience.get().saturating_sub(u8::from(!is_waiting))
            };
            state.patience.set(patience);
            if !is_read && patience > 0 {
                state.is_due.set(true);
            }
            let reader = reader.clone();
            set_timeout(
                move || {
                    reader.0.is_resting.set(false);
                    reader.read();
                },
                BETWEEN,
            );
        });
    }
}

/// Whether somebody is typing into the page, or copying from it.
fn is_in_use() -> bool {
    let is_typing = document()
        .active_element()
        .is_some_and(|element| element.matches("main :is(input, select, textarea)") == Ok(true));
    let selects = || {
        window()
            .get_selection()
            .ok()
            .flatten()
            .is_some_and(|selection| !selection.is_collapsed())
    };
    is_typing || selects()
}

/// Shows a page in the place of the one that is shown. This island goes on in it, if it is still there; what has the focus, and what is
/// open, stays so.
fn show(text: &str) -> Option<()> {
    let new = DomParser::new()
        .ok()?
        .parse_from_string(text, SupportedType::TextHtml)
        .ok()?;
    let (old_main, new_main) = (main(&document())?, main(&new)?);
    let focused = document()
        .active_element()
        .filter(|element| old_main.contains(Some(element)));
    let focused = focused.map(|element| Place::of(&old_main, &element));
    let open: Vec<Place> = all(&old_main, "details[open]")
        .filter_map(|element| Place::of(&old_main, &element))
        .collect();
    let here = island(&old_main);
    // What is taken out and put in would have the browser scroll to what it takes for the same place.
    let (x, y) = (window().page_x_offset().ok()?, window().page_y_offset().ok()?);
    old_main.replace_with_with_node_1(&new_main).ok()?;
    match here.zip(island(&new_main)) {
        Some((here, place)) => place.replace_with_with_node_1(&here).ok()?,
        None => say(&new.title(), &new_main),
    }
    document().set_title(&new.title());
    for details in open
        .iter()
        .filter_map(|place| place.find(&new_main)?.dyn_into::<HtmlDetailsElement>().ok())
    {
        details.set_open(true);
    }
    // Where what had the focus is gone, its page still has it.
    let focused = focused.map(|place| {
        place
            .and_then(|place| place.find(&new_main))
            .unwrap_or_else(|| new_main.clone())
    });
    if let Some(element) = focused.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = element.focus_with_options(&options);
    }
    // What the address points at is marked by the browser only where it has gone there itself.
    let pointed_at = location()
        .hash()
        .ok()
        .and_then(|hash| document().get_element_by_id(hash.strip_prefix('#')?));
    if let Some(element) = pointed_at {
        let _ = element.class_list().add_1("target");
    }
    window().scroll_to_with_x_and_y(x, y);
    times::tell();
    Some(())
}

/// Says what became of the run, to those who hear the page.
fn say(title: &str, main: &Element) {
    let verdict = main
        .query_selector(".verdict")
        .ok()
        .flatten()
        .and_then(|verdict| verdict.text_content())
        .unwrap_or_default();
    let name = title.strip_suffix(TITLE_END).unwrap_or(title);
    if let Some(said) = document().get_element_by_id("said") {
        said.set_text_content(Some(&format!("{name}: {verdict}")));
    }
}

fn main(document: &Document) -> Option<Element> {
    document.get_element_by_id("main")
}

fn island(main: &Element) -> Option<Element> {
    main.query_selector("leptos-island").ok().flatten()
}

/// Which of the elements of its kind an element is: by what it leads to, and the how-manieth of those.
struct Place {
    tag: String,
    href: Option<String>,
    number: usize,
}

impl Place {
    /// None where the element is elsewhere.
    fn of(root: &Element, element: &Element) -> Option<Self> {
        let (tag, href) = (element.tag_name(), element.get_attribute("href"));
        let number = Self::like(root, &tag, href.clone()).position(|like| like == *element)?;
        Some(Self { tag, href, number })
    }

    fn find(&self, root: &Element) -> Option<Element> {
        Self::like(root, &self.tag, self.href.clone()).nth(self.number)
    }

    fn like(root: &Element, tag: &str, href: Option<String>) -> impl Iterator<Item = Element> + use<> {
        all(root, tag).filter(move |element| element.get_attribute("href") == href)
    }
}
