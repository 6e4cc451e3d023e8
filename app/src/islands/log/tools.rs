//! What a reader of a log has at hand: finding, filtering, going somewhere, and the keys for it.

use leptos::{
    ev::{Event, KeyboardEvent, SubmitEvent},
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::HtmlInputElement,
};
use runlens_api_types::{
    TextEnum,
    log::{LogFilter, LogLevel, LogSource},
};

use super::{
    keys,
    lines::{Frame, Pages},
    viewer::{self, Viewer},
};
use crate::{
    components::filter,
    format,
    url::{self, log::LogAddress},
};

fn input(name: &str) -> Option<HtmlInputElement> {
    document().get_element_by_id(name)?.dyn_into().ok()
}

/// The form that finds and filters. Without JavaScript it filters.
pub(super) fn tools(frame: &Frame, viewer: Viewer) -> AnyView {
    let LogAddress {
        contains,
        find,
        is_regex,
        level,
        source,
        ..
    } = frame.address.clone();
    let all = url::log(frame.run, &LogAddress::default());
    let clear = frame
        .is_filtered
        .then(|| view! { <a href=all.clone()>"All lines"</a> });
    let is_by_text = contains.is_some();
    let text = contains.or(find).unwrap_or_default();
    let typed = move || {
        if let (Some(field), Some(mode)) = (input("log-find"), input("log-regex")) {
            viewer.typed(field.value(), mode.checked());
        }
    };
    let enter = move |event: KeyboardEvent| {
        // The button filters; the key finds.
        if event.key() == "Enter" && !is_by_text && !event.is_composing() {
            event.prevent_default();
            viewer.next_match(!event.shift_key());
        }
    };
    let (levels, sources) = viewer.outline.with_untracked(|outline| {
        let number = |count: u64| format::number(count);
        let levels: Vec<_> = LogLevel::ALL
            .iter()
            .map(|level| (level.as_str(), number(outline.levels.of(*level))))
            .collect();
        let sources: Vec<_> = LogSource::ALL
            .iter()
            .map(|source| (source.as_str(), number(outline.sources.of(*source))))
            .collect();
        (levels, sources)
    });
    let fault = move || {
        viewer
            .find
            .with(|find| find.fault.clone())
            .map(|fault| view! { <p class="fault" id="log-fault" role="alert">{fault}</p> })
    };
    let is_faulty = move || viewer.find.with(|find| find.fault.is_some()).then_some("true");
    let fields = view! {
        <label class="wide">
            <span>"Find"</span>
            <input
                id="log-find"
                name="contains"
                type="search"
                value=text
                maxlength=(LogFilter::MAX_REGEX as u32).to_string()
                autocomplete="off"
                spellcheck="false"
                autocapitalize="none"
                aria-invalid=is_faulty
                aria-describedby="log-fault"
                on:input=move |_| typed()
                on:keydown=enter
            />
        </label>
        <label class="check" title="The text is a regular expression">
            <input id="log-regex" name="mode" type="checkbox" value="regex" checked=is_regex on:change=move |_| typed()/>
            <span>"Regex"</span>
        </label>
        <span class="found scripted">
            <output class="matches" aria-label="Matches">{move || viewer.find.with(|find| find.words())}</output>
            <button type="button" class="quiet" aria-label="Match before" title="Match before (N)" on:click=move |_| viewer.next_match(false)>"‹"</button>
            <button type="button" class="quiet" aria-label="Next match" title="Next match (n)" on:click=move |_| viewer.next_match(true)>"›"</button>
        </span>
        {choice("level", "Level", level.map(TextEnum::as_str), levels)}
        {choice("source", "Source", source.map(TextEnum::as_str), sources)}
        <button type="submit">"Filter"</button>
        {clear}
    };
    view! { {filter::filter(all, "Find and filter lines", fields.into_any())} {fault} }.into_any()
}

fn choice(
    name: &'static str,
    label: &'static str,
    chosen: Option<&'static str>,
    words: Vec<(&'static str, String)>,
) -> AnyView {
    let options: Vec<AnyView> = words
        .into_iter()
        .map(|(word, count)| {
            let text = format!("{} ({count})", format::words(word));
            view! { <option value=word selected=chosen == Some(word)>{text}</option> }.into_any()
        })
        .collect();
    view! { <label><span>{label}</span><select name=name><option value="">"all"</option>{options}</select></label> }.into_any()
}

/// Where one is, and the ways from there.
pub(super) fn bar(frame: &Frame, viewer: Viewer, pages: Pages) -> AnyView {
    let run = frame.run;
    let is_filtered = frame.is_filtered;
    let opened = (frame.address == LogAddress::default()
        && viewer
            .outline
            .with_untracked(|outline| outline.first_error_line.is_some()))
    .then(|| {
        let start = url::log(
            run,
            &LogAddress {
                from_line: Some(1),
                ..LogAddress::default()
            },
        );
        view! { <span class="opened">"Opened at the first error. " <a href=start>"From the start"</a></span> }
    });
    let range = move || {
        let (view, total) = (viewer.view.get(), viewer.total.get());
        let of = viewer.outline.with(|outline| outline.lines);
        let lines = view.map_or_else(
            || "no lines".to_owned(),
            |view| {
                format!(
                    "lines {}–{} of {}",
                    format::number(view.first),
                    format::number(view.last),
                    format::number(of.max(view.last))
                )
            },
        );
        let so_far = if viewer.is_counted.get() { "" } else { " so far" };
        if is_filtered {
            format!(
                "{lines}, {} shown{so_far}",
                format::pluralize(total, "line", "lines")
            )
        } else {
            lines
        }
    };
    let chosen = move || {
        viewer.chosen.get().map(|lines| {
            let words = if lines.first == lines.last {
                format!("line {}", format::number(lines.first))
            } else {
                format!("lines {}–{}", format::number(lines.first), format::number(lines.last))
            };
            let link = LogAddress::permalink(run, lines);
            view! {
                <span class="chosen-lines scripted">
                    <b>{words}</b>
                    <button type="button" class="quiet" data-copy=link>"Copy link"</button>
                    <button type="button" class="quiet" aria-label="Select nothing" on:click=move |_| viewer.unchoose()>"✕"</button>
                </span>
            }
        })
    };
    let go = move |event: SubmitEvent| {
        let Some(field) = input("log-line") else { return };
        event.prevent_default();
        if viewer.go(&field.value()) {
            let _ = field.blur();
        } else {
            field.select();
            viewer.spoken.set("That is not the number of a line".to_owned());
        }
    };
    let follow = move || {
        viewer.outline.with(|outline| outline.is_growing).then(|| {
            let change = move |event: Event| viewer.follow(event_target_checked(&event));
            view! {
                <label class="check scripted" title="Stay at the end (f)">
                    <input id="log-follow" type="checkbox" prop:checked=move || viewer.is_following.get() on:change=change/>
                    <span>"Follow"</span>
                </label>
            }
        })
    };
    let way =
        |href: Option<String>, rel: Option<&'static str>, label: &'static str, act: fn(Viewer)| match href {
            Some(href) => {
                let click = move |event: leptos::ev::MouseEvent| {
                    if !event.ctrl_key() && !event.meta_key() && !event.shift_key() {
                        event.prevent_default();
                        act(viewer);
                    }
                };
                view! { <a href=href rel=rel on:click=click>{label}</a> }.into_any()
            }
            // There is more than was sent as soon as one can move in it.
            None => view! { <span class="off" aria-hidden="true">{label}</span> }.into_any(),
        };
    view! {
        <div class="log-bar">
            <p class="range"><span class="where">{range}</span> {opened} {chosen}</p>
            <form class="goto" method="get" action=url::log(run, &LogAddress::default()) on:submit=go>
                <label><span>"Line"</span> <input id="log-line" name="line" type="text" inputmode="numeric" autocomplete="off" size="9" title="Go to a line (g)"/></label>
            </form>
            <span class="errors scripted" role="group" aria-label="Errors">
                <button type="button" class="quiet" aria-label="Error before" title="Error before (E)" on:click=move |_| viewer.next_error(false)>"‹"</button>
                <span aria-hidden="true" class="fail symbol">"✕"</span>
                <button type="button" class="quiet" aria-label="Next error" title="Next error (e)" on:click=move |_| viewer.next_error(true)>"›"</button>
            </span>
            {follow}
            {preference("wrap", "Wrap", "Wrap long lines (w)", move |on| viewer.wrap(on))}
            {preference("times", "Times", "Show times (t)", |_| ())}
            <button type="button" class="quiet scripted" title="Keys (?)" on:click=move |_| viewer::help()>"Keys"</button>
            <nav class="pager" aria-label="Pages of the log">
                <span class="ways">
                    {way(pages.first, None, "« First", |viewer| viewer.show_end(false))}
                    {way(pages.previous, Some("prev"), "‹ Previous", |viewer| viewer.step(-1, true))}
                    {way(pages.next, Some("next"), "Next ›", |viewer| viewer.step(1, true))}
                    {way(pages.last, None, "Last »", |viewer| viewer.show_end(true))}
                </span>
            </nav>
        </div>
    }
    .into_any()
}

/// A choice of the reader that is kept: the page's script applies it.
fn preference(
    name: &'static str,
    label: &'static str,
    title: &'static str,
    chosen: impl Fn(bool) + 'static + Send,
) -> AnyView {
    let is_on = RwSignal::new(false);
    Effect::new(move |_| is_on.set(viewer::preference(name)));
    let change = move |event: Event| {
        let on = event_target_checked(&event);
        is_on.set(on);
        chosen(on);
    };
    view! {
        <label class=format!("check scripted {name}") title=title>
            <input id=format!("log-{name}") type="checkbox" data-preference=name prop:checked=move || is_on.get() on:change=change/>
            <span>{label}</span>
        </label>
    }
    .into_any()
}

/// The explanation of the keys.
pub(super) fn help() -> AnyView {
    let rows: Vec<AnyView> = keys::EXPLAINED
        .iter()
        .map(|(names, does)| {
            let names: Vec<AnyView> = names
                .iter()
                .map(|name| view! { <kbd>{*name}</kbd> }.into_any())
                .collect();
            view! { <div><dt>{names}</dt><dd>{*does}</dd></div> }.into_any()
        })
        .collect();
    view! {
        <dialog id="log-keys" class="keys" aria-labelledby="log-keys-title">
            <h2 id="log-keys-title">"Keys"</h2>
            <dl>{rows}</dl>
            {preference("letters", "Keys of one letter act", "Turn off where they get in the way of speech input", |_| ())}
            <form method="dialog"><button>"Close"</button></form>
        </dialog>
    }
    .into_any()
}
