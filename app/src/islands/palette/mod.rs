//! The command palette: from anywhere to anything, by the keyboard.
//!
//! It is a dialog over every page. Without JavaScript the field above each page leads to the page of the search instead.

pub(crate) mod entries;

use std::time::Duration;

use leptos::{
    ev::KeyboardEvent,
    html,
    prelude::*,
    reactive::spawn_local,
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlElement},
};

use crate::{
    components::mark,
    data::{
        recent,
        search::{Asked, search},
    },
    url,
};
use entries::{Entry, Group, found, offered};

/// How long typing must pause before something is asked.
const PAUSE: Duration = Duration::from_millis(120);
/// The longest text that can be looked for.
pub(crate) const MAX_TEXT: u32 = 100;

/// What the palette knows.
#[derive(Clone, Copy)]
pub(crate) struct State {
    dialog: NodeRef<html::Dialog>,
    field: NodeRef<html::Input>,
    /// What is typed.
    text: RwSignal<String>,
    groups: RwSignal<Vec<Group>>,
    /// The text that the groups are of.
    answered: RwSignal<String>,
    /// Why nothing could be found out.
    fault: RwSignal<Option<String>>,
    /// Place of the chosen entry among all.
    chosen: RwSignal<usize>,
    /// What is being asked, and what is about to be.
    asked: StoredValue<Option<Asked>>,
    typing: StoredValue<Option<TimeoutHandle>>,
}

impl State {
    /// Of one that is closed.
    fn new() -> Self {
        Self {
            dialog: NodeRef::new(),
            field: NodeRef::new(),
            text: RwSignal::default(),
            groups: RwSignal::default(),
            answered: RwSignal::default(),
            fault: RwSignal::default(),
            chosen: RwSignal::default(),
            asked: StoredValue::new(None),
            typing: StoredValue::new(None),
        }
    }

    /// Opens it with a text in its field.
    fn open(self, text: &str) {
        let (Some(dialog), Some(field)) = (self.dialog.get_untracked(), self.field.get_untracked()) else {
            return;
        };
        if !dialog.open() && dialog.show_modal().is_err() {
            return;
        }
        field.set_value(text);
        let _ = field.focus();
        self.typed(text.to_owned());
    }

    fn close(self) {
        self.give_up();
        if let Some(dialog) = self.dialog.get_untracked() {
            dialog.close();
        }
    }

    fn go(self, path: &str) {
        self.close();
        _ = location().set_href(path);
    }

    fn is_open(self) -> bool {
        self.dialog.get_untracked().is_some_and(|dialog| dialog.open())
    }

    /// Nothing that is asked, or about to be, matters any more.
    fn give_up(self) {
        self.asked.set_value(None);
        if let Some(Some(handle)) = self.typing.try_update_value(Option::take) {
            handle.clear();
        }
    }

    fn typed(self, text: String) {
        self.give_up();
        let is_empty = text.trim().is_empty();
        self.text.set(text);
        if is_empty {
            self.show(String::new(), offered(recent::visits()));
        } else {
            let handle = set_timeout_with_handle(move || self.ask(), PAUSE).ok();
            self.typing.set_value(handle);
        }
    }

    fn ask(self) {
        let text = self.text.get_untracked();
        // One question at a time: the one before is given up with its place.
        let asked = Asked::new();
        let signal = asked.signal();
        self.asked.set_value(Some(asked));
        spawn_local(async move {
            let answer = search(text.trim().to_owned(), signal).await;
            if self.text.try_get_untracked().as_ref() != Some(&text) {
                return;
            }
            self.asked.set_value(None);
            match answer {
                Ok(answer) => self.show(text.clone(), found(answer, text.trim())),
                Err(body) => {
                    self.show(text, Vec::new());
                    self.fault.set(Some(body.message));
                }
            }
        });
    }

    fn show(self, text: String, groups: Vec<Group>) {
        self.answered.set(text);
        self.groups.set(groups);
        self.chosen.set(0);
        self.fault.set(None);
    }

    /// The entry at a place, counted over all groups.
    fn entry(self, place: usize) -> Option<String> {
        self.groups.with_untracked(|groups| {
            groups
                .iter()
                .flat_map(|group| &group.entries)
                .nth(place)
                .map(|entry| entry.path.clone())
        })
    }

    fn total(self) -> usize {
        self.groups
            .with(|groups| groups.iter().map(|group| group.entries.len()).sum())
    }

    fn choose(self, place: usize) {
        self.chosen.set(place);
        if let Some(entry) = document().get_element_by_id(&id(place)) {
            // Within the list only: the page must not move.
            if let (Some(list), Ok(entry)) = (
                entry.closest(".found").ok().flatten(),
                entry.dyn_into::<HtmlElement>(),
            ) {
                let (top, bottom) = (entry.offset_top(), entry.offset_top() + entry.offset_height());
                if top < list.scroll_top() {
                    list.set_scroll_top(top);
                } else if bottom > list.scroll_top() + list.client_height() {
                    list.set_scroll_top(bottom - list.client_height());
                }
            }
        }
    }

    /// What a key in the field does; whether that is all it does.
    fn key(self, key: &str) -> bool {
        let total = untrack(|| self.total());
        let chosen = self.chosen.get_untracked();
        match key {
            "ArrowDown" if total > 0 => self.choose((chosen + 1) % total),
            "ArrowUp" if total > 0 => self.choose((chosen + total - 1) % total),
            "Enter" => {
                let text = self.text.get_untracked();
                // What is shown may be the answer to less than was typed.
                let is_answered = self.answered.with_untracked(|answered| *answered == text);
                match self
                    .entry(chosen)
                    .filter(|_| is_answered || text.trim().is_empty())
                {
                    Some(path) => self.go(&path),
                    None if !text.trim().is_empty() => self.go(&url::search(text.trim())),
                    None => {}
                }
            }
            _ => return false,
        }
        true
    }
}

fn id(place: usize) -> String {
    format!("palette-{place}")
}

/// Whether the keys of letters belong to what has the focus.
fn takes_letters(element: &Element) -> bool {
    element
        .closest("input, select, textarea, [contenteditable]")
        .ok()
        .flatten()
        .is_some()
}

/// The palette, and the field that opens it.
#[island]
pub(crate) fn Palette() -> impl IntoView {
    let palette = State::new();
    Effect::new(remember);
    view! {
        {field(Some(palette))}
        {dialog(palette)}
    }
}

/// Remembers the page among those visited last, unless it says why it is not there.
fn remember() {
    let is_there = document()
        .query_selector("main > .failure:not(.part)")
        .is_ok_and(|failure| failure.is_none());
    if let (true, Ok(path)) = (is_there, location().pathname()) {
        recent::remember(&path, &document().title());
    }
}

/// The dialog, and the keys that open it.
fn dialog(palette: State) -> AnyView {
    window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        let is_command = (event.ctrl_key() || event.meta_key())
            && !event.alt_key()
            && !event.shift_key()
            && event.key().eq_ignore_ascii_case("k");
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        // A log has a search of its own, and another dialog its own keys.
        let is_slash = || {
            event.key() == "/"
                && !(event.ctrl_key() || event.meta_key() || event.alt_key())
                && !target.as_ref().is_some_and(takes_letters)
                && document()
                    .query_selector("dialog[open], .log")
                    .ok()
                    .flatten()
                    .is_none()
        };
        if is_command && palette.is_open() {
            event.prevent_default();
            palette.close();
        } else if is_command || is_slash() {
            event.prevent_default();
            palette.open("");
        }
    });
    let pressed = move |event: KeyboardEvent| {
        let is_plain = !(event.ctrl_key() || event.meta_key() || event.alt_key() || event.is_composing());
        if is_plain && palette.key(&event.key()) {
            event.prevent_default();
        }
    };
    // A click beside the content is one on the dialog itself.
    let clicked = move |event: leptos::ev::MouseEvent| {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        let Some(target) = target else { return };
        if target.tag_name() == "DIALOG"
            || (target.closest("a").ok().flatten().is_some()
                && !(event.ctrl_key() || event.meta_key() || event.shift_key()))
        {
            palette.close();
        }
    };
    let has_entries = move || palette.total() > 0;
    let said = move || match palette.fault.get() {
        Some(fault) => fault,
        None if palette.text.with(|text| text.trim().is_empty()) => String::new(),
        None if palette.answered.get() != palette.text.get() => String::new(),
        // The last two are always there.
        None => match palette.total().saturating_sub(entries::ALWAYS) {
            0 => "Nothing has this name or number.".to_owned(),
            1 => "1 result".to_owned(),
            many => format!("{many} results"),
        },
    };
    let is_loud =
        move || palette.fault.with(Option::is_some) || (has_entries() && palette.total() == entries::ALWAYS);
    view! {
        <dialog node_ref=palette.dialog class="palette" aria-label="Find anything" on:click=clicked on:close=move |_| palette.give_up()>
            <div class="sheet">
                <input
                    node_ref=palette.field
                    type="text"
                    role="combobox"
                    aria-label="Find a run, pull request, commit, branch, test or sample"
                    aria-autocomplete="list"
                    aria-controls="palette-found"
                    aria-expanded=move || has_entries().to_string()
                    aria-activedescendant=move || has_entries().then(|| id(palette.chosen.get()))
                    placeholder="Run, PR, commit, branch, test or sample"
                    maxlength=MAX_TEXT
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    enterkeyhint="go"
                    on:input=move |event| palette.typed(event_target_value(&event))
                    on:keydown=pressed
                />
                <div class="found" id="palette-found" role="listbox" aria-label="Results" hidden=move || !has_entries()>
                    {move || groups(palette)}
                </div>
                <p class="said" role="status" class:loud=is_loud>{said}</p>
                <p class="hint" aria-hidden="true"><span><kbd>"↑"</kbd> <kbd>"↓"</kbd> " choose"</span><span><kbd>"Enter"</kbd> " go"</span><span><kbd>"Esc"</kbd> " close"</span></p>
            </div>
        </dialog>
    }
    .into_any()
}

fn groups(palette: State) -> Vec<AnyView> {
    let mut place = 0;
    palette.groups.with(|groups| {
        groups
            .iter()
            .map(|group| {
                let entries: Vec<AnyView> = group
                    .entries
                    .iter()
                    .map(|entry| {
                        place += 1;
                        option(palette, entry, place - 1)
                    })
                    .collect();
                view! { <div role="group" aria-label=group.name><p aria-hidden="true">{group.name}</p>{entries}</div> }.into_any()
            })
            .collect()
    })
}

fn option(palette: State, entry: &Entry, place: usize) -> AnyView {
    let Entry {
        title,
        detail,
        status,
        path,
    } = entry.clone();
    view! {
        <a
            role="option"
            id=id(place)
            href=path
            tabindex="-1"
            aria-selected=move || (palette.chosen.get() == place).to_string()
            on:mousemove=move |_| {
                if palette.chosen.get_untracked() != place {
                    palette.chosen.set(place);
                }
            }
        >
            {status.map(mark::symbol)}
            <span class="title">{title}</span>
            <span class="detail">{detail}</span>
        </a>
    }
    .into_any()
}

/// The field above every page. Where there is no JavaScript it is a form that leads to the page of the search.
pub(crate) fn field(palette: Option<State>) -> AnyView {
    let open = move |text: String| {
        if let Some(palette) = palette {
            palette.open(&text);
        }
    };
    let submitted = move |event: leptos::ev::SubmitEvent| {
        if palette.is_some() {
            event.prevent_default();
            open(String::new());
        }
    };
    let typed = move |event: leptos::ev::Event| {
        let text = event_target_value(&event);
        if let Some(field) = event
            .target()
            .and_then(|target| target.dyn_into::<leptos::web_sys::HtmlInputElement>().ok())
        {
            field.set_value("");
        }
        open(text);
    };
    view! {
        <form class="find" method="get" action="/search" role="search" aria-label="Runlens" on:submit=submitted>
            <input
                name="q"
                type="search"
                aria-label="Find a run, pull request, commit, test or sample"
                placeholder="Find a run, PR, commit, test…"
                maxlength=MAX_TEXT
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                on:input=typed
                on:click=move |_| open(String::new())
            />
            <kbd aria-hidden="true">"Ctrl K"</kbd>
            <button type="submit" class="quiet" aria-label="Find">
                <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true"><circle cx="7" cy="7" r="4.5"/><path d="m10.5 10.5 3.5 3.5"/></svg>
            </button>
        </form>
    }
    .into_any()
}
