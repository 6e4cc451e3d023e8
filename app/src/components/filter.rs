//! Forms that narrow a view down: their fields are the query of the address that they lead to.

use leptos::prelude::*;
use runlens_api_types::TextEnum;

use crate::format;

/// A form that leads to `action` with its fields as the query.
pub fn filter(action: String, label: &'static str, fields: AnyView) -> AnyView {
    view! { <form class="filter" method="get" role="search" aria-label=label action=action>{fields}</form> }
        .into_any()
}

/// A choice among an enumeration's words, or all of them.
pub fn choice<E: TextEnum>(name: &'static str, label: &'static str, chosen: Option<E>) -> AnyView {
    choice_of(
        name,
        label,
        chosen.map(TextEnum::as_str),
        E::ALL.iter().map(|value| value.as_str()).collect(),
    )
}

/// A choice among some of an enumeration's words, or all of them.
pub fn choice_of(
    name: &'static str,
    label: &'static str,
    chosen: Option<&'static str>,
    words: Vec<&'static str>,
) -> AnyView {
    let options: Vec<AnyView> = words
        .into_iter()
        .map(|word| {
            view! { <option value=word selected=chosen == Some(word)>{format::words(word)}</option> }
                .into_any()
        })
        .collect();
    view! { <label><span>{label}</span><select name=name><option value="">"all"</option>{options}</select></label> }.into_any()
}

/// A choice among texts, each with the words for it, or all of them.
pub fn choice_among(
    name: &'static str,
    label: &'static str,
    chosen: Option<&str>,
    choices: Vec<(String, String)>,
) -> AnyView {
    let options: Vec<AnyView> = choices
        .into_iter()
        .map(|(value, words)| {
            let is_chosen = chosen == Some(value.as_str());
            view! { <option value=value selected=is_chosen>{words}</option> }.into_any()
        })
        .collect();
    view! { <label><span>{label}</span><select name=name><option value="">"all"</option>{options}</select></label> }.into_any()
}

/// What a form sends along unseen.
pub fn unseen(name: &'static str, value: Option<String>) -> Option<AnyView> {
    value.map(|value| view! { <input type="hidden" name=name value=value/> }.into_any())
}

/// A field for a text.
pub fn text(
    name: &'static str,
    label: &'static str,
    class: &'static str,
    value: Option<String>,
    max: u32,
) -> AnyView {
    let value = value.unwrap_or_default();
    view! {
        <label class=class>
            <span>{label}</span>
            <input name=name type="text" value=value maxlength=max autocomplete="off" spellcheck="false" autocapitalize="none"/>
        </label>
    }
    .into_any()
}
