//! The browser's entry.

use wasm_bindgen::prelude::wasm_bindgen;

/// What was built, as `scripts/build` names it. The names of the browser's files are hashes of what is in them, taken before this file is told
/// the name of the one that loads the parts: of another build, it must be another file.
const BUILD: Option<&str> = option_env!("RUNLENS_BUILD");

/// Makes the page ready for its islands, which the page's own script then has taken over, and says which build does.
#[wasm_bindgen]
pub fn hydrate() -> String {
    leptos::mount::hydrate_islands();
    runlens_app::islands::times::keep();
    BUILD.unwrap_or_default().to_owned()
}
