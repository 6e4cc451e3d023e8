//! The pages of Runlens: the document around them, and which page an address leads to.

pub mod components;
pub mod data;
pub mod format;
pub mod pages;
mod parts;
pub mod url;

use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    hooks::use_location,
    path,
};

use components::{
    header::header,
    live::Live,
    page::{Pending, Refresh, progress_line},
    palette::{Palette, palette},
};

/// The document around every page.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                {document_head(&options)}
                <AutoReload options=options.clone()/>
                <HydrationScripts options/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// What every document's head begins with.
pub fn document_head(options: &LeptosOptions) -> impl IntoView + use<> {
    view! {
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="color-scheme" content="light dark"/>
        // Before anything is painted, so that a chosen theme does not flash.
        <script src="/theme.js" nonce=leptos::nonce::use_nonce()></script>
        <HashedStylesheet options=options.clone()/>
        <link rel="preload" href="/fonts/inter.woff2" r#as="font" type="font/woff2" crossorigin="anonymous"/>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
    }
}

/// The pages.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let me = data::auth::me();
    provide_context(me.clone());
    let pending = Pending(RwSignal::new(false));
    provide_context(pending);
    let refresh = Refresh::default();
    provide_context(refresh);
    provide_context(Live::new(refresh));
    let finder = Palette::new();
    let mode = SsrMode::Async;
    view! {
        <Router set_is_routing=pending.0>
            <a class="skip" href="#main" rel="external">"Skip to the content"</a>
            {progress_line(pending, refresh)}
            {header(&me, finder)}
            {palette(finder)}
            <main id="main" tabindex="-1">
                {focus_on_change()}
                <FlatRoutes fallback=pages::not_found::route>
                    <Route path=path!("/") view=parts::Runs::lazy() ssr=mode.clone()/>
                    <Route path=path!("/runs") view=parts::Runs::lazy() ssr=mode.clone()/>
                    <Route path=path!("/runs/:id") view=parts::Run::lazy() ssr=mode.clone()/>
                    <Route path=path!("/runs/:id/compare") view=parts::CompareChoose::lazy() ssr=mode.clone()/>
                    <Route path=path!("/runs/:id/compare/:other") view=parts::Compare::lazy() ssr=mode.clone()/>
                    <Route path=path!("/runs/:id/logs") view=parts::Log::lazy() ssr=mode.clone()/>
                    <Route path=path!("/runs/:id/tests/:test/outputs/:output") view=parts::Output::lazy() ssr=mode.clone()/>
                    <Route path=path!("/pulls/:number") view=parts::Pull::lazy() ssr=mode.clone()/>
                    <Route path=path!("/commits/:sha") view=parts::Commit::lazy() ssr=mode.clone()/>
                    <Route path=path!("/search") view=parts::Search::lazy() ssr=mode.clone()/>
                    <Route path=path!("/queue") view=parts::Queue::lazy() ssr=mode.clone()/>
                    <Route path=path!("/samples") view=parts::Samples::lazy() ssr=mode.clone()/>
                    <Route path=path!("/samples/:id") view=parts::Sample::lazy() ssr=mode.clone()/>
                    <Route path=path!("/regression-tests") view=parts::RegressionTests::lazy() ssr=mode.clone()/>
                    <Route path=path!("/regression-tests/:id") view=parts::RegressionTest::lazy() ssr=mode.clone()/>
                    <Route path=path!("/tokens") view=parts::Tokens::lazy() ssr=mode.clone()/>
                    <Route path=path!("/sign-in") view=parts::SignIn::lazy() ssr=mode/>
                </FlatRoutes>
            </main>
        </Router>
    }
}

/// Another page begins where a full load would: with the focus on its content, not on the link that led to it.
fn focus_on_change() {
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        if before.is_some_and(|before| before != path)
            && let Some(main) = document().get_element_by_id("main")
        {
            use leptos::wasm_bindgen::JsCast;
            if let Some(main) = main.dyn_ref::<leptos::web_sys::HtmlElement>() {
                let _ = main.focus();
            }
        }
        path
    });
}
