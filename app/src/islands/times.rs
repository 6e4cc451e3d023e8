//! Times as they pass: told from now, and exact in the reader's own zone.

use std::time::Duration;

use js_sys::{Date, Object, Reflect};
use leptos::{leptos_dom::helpers::set_interval_with_handle, prelude::*, wasm_bindgen::JsValue};
use runlens_api_types::Timestamp;

use super::all;
use crate::{data::now, format};

/// How often times are told anew.
const BETWEEN: Duration = Duration::from_secs(30);
/// A time that is told from now.
pub const TOLD: &str = "ago";

/// Tells the page's times now, and as long as it is open.
pub fn keep() {
    tell();
    let _ = set_interval_with_handle(tell, BETWEEN);
}

/// Tells the page's times as they are now.
pub fn tell() {
    let now = now();
    let Some(body) = document().body() else { return };
    for element in all(&body, &format!("time.{TOLD}")) {
        let Some(at) = element
            .get_attribute("datetime")
            .and_then(|text| Timestamp::parse(&text))
        else {
            continue;
        };
        // A date is that of the reader's day.
        let offset = Date::new(&milliseconds(at)).get_timezone_offset() as i64 * 60;
        let local = |time: Timestamp| Timestamp::from_unix(time.unix() - offset).unwrap_or(time);
        let text = format::relative(local(at), local(now));
        if element.text_content().as_deref() != Some(&text) {
            element.set_text_content(Some(&text));
        }
        let _ = element.set_attribute("title", &exact(at));
    }
}

/// `27 Jun 2026, 14:42:03 CEST`: as the server's [`format::exact`], in the reader's zone.
fn exact(at: Timestamp) -> String {
    let options = Object::new();
    for (name, value) in [
        ("day", "numeric"),
        ("month", "short"),
        ("year", "numeric"),
        ("hour", "2-digit"),
        ("minute", "2-digit"),
        ("second", "2-digit"),
        ("timeZoneName", "short"),
    ] {
        let _ = Reflect::set(&options, &name.into(), &value.into());
    }
    Date::new(&milliseconds(at))
        .to_locale_string("en-GB", &options)
        .into()
}

fn milliseconds(at: Timestamp) -> JsValue {
    (at.unix() as f64 * 1000.0).into()
}
