//! The document around every page, and which page an address leads to.

use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

use crate::{components::header::header, data, pages};

/// The document around every page.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                {document_head(&options)}
                <AutoReload options=options.clone()/>
                <HydrationScripts options islands=true/>
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
    let mode = SsrMode::Async;
    view! {
        <Router>
            <a class="skip" href="#main">"Skip to the content"</a>
            {header(&me)}
            <main id="main" tabindex="-1">
                <FlatRoutes fallback=pages::not_found::route>
                    <Route path=path!("/") view=pages::runs::route ssr=mode.clone()/>
                    <Route path=path!("/runs") view=pages::runs::route ssr=mode.clone()/>
                    <Route path=path!("/runs/:id") view=pages::run::route ssr=mode.clone()/>
                    <Route path=path!("/runs/:id/compare") view=pages::compare::choose_route ssr=mode.clone()/>
                    <Route path=path!("/runs/:id/compare/:other") view=pages::compare::route ssr=mode.clone()/>
                    <Route path=path!("/runs/:id/logs") view=pages::log::route ssr=mode.clone()/>
                    <Route path=path!("/runs/:id/tests/:test/outputs/:output") view=pages::output::route ssr=mode.clone()/>
                    <Route path=path!("/pulls/:number") view=pages::pull::route ssr=mode.clone()/>
                    <Route path=path!("/commits/:sha") view=pages::commit::route ssr=mode.clone()/>
                    <Route path=path!("/search") view=pages::search::route ssr=mode.clone()/>
                    <Route path=path!("/queue") view=pages::queue::route ssr=mode.clone()/>
                    <Route path=path!("/samples") view=pages::samples::route ssr=mode.clone()/>
                    <Route path=path!("/samples/:id") view=pages::sample::route ssr=mode.clone()/>
                    <Route path=path!("/regression-tests") view=pages::regression_tests::route ssr=mode.clone()/>
                    <Route path=path!("/regression-tests/:id") view=pages::regression_test::route ssr=mode.clone()/>
                    <Route path=path!("/tokens") view=pages::tokens::route ssr=mode.clone()/>
                    <Route path=path!("/sign-in") view=pages::sign_in::route ssr=mode/>
                </FlatRoutes>
            </main>
            // What the page's scripts say to those who hear it: it outlives what they change.
            <p id="said" class="unseen" role="status"></p>
        </Router>
    }
}
