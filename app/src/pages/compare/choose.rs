//! Which run to compare a run with.

use leptos::prelude::*;
use leptos_router::{NavigateOptions, components::Redirect};
use runlens_contract::{ErrorBody, run::Run};

use crate::{
    components::{
        filter,
        head::head,
        page::{Address, page},
    },
    data::compare::run_to_compare,
    pages::run::{subject, title},
    url::{
        self,
        compare::{ChosenRun, choose, compare},
    },
};

/// The page that asks which run to compare with.
pub fn route() -> AnyView {
    page(|address| Box::pin(fetch(address)), show)
}

/// The id in the page's address.
fn id(path: &str) -> Option<&str> {
    path.strip_prefix("/runs/")?.strip_suffix("/compare").filter(|id| !id.is_empty() && !id.contains('/'))
}

async fn fetch(address: Address) -> Result<Run, ErrorBody> {
    let id = url::read_id(id(&address.path).unwrap_or_default())?;
    // Wrong numbers are refused before anything is asked.
    url::read::<ChosenRun>(&address.search)?;
    run_to_compare(id).await
}

fn show(run: Run, address: Address) -> AnyView {
    let id = run.run_id;
    if let ChosenRun(Some(other)) = url::read(&address.search).unwrap_or_default() {
        let options = NavigateOptions { replace: true, ..NavigateOptions::default() };
        return view! { <Redirect path=compare(id, other) options=options/> }.into_any();
    }
    let what = subject(&run);
    let fields = view! {
        <label class="short"><span>"Run"</span><input name="with" type="text" inputmode="numeric" pattern="[0-9]{1,10}" required autocomplete="off"/></label>
        <button type="submit" class="primary">"Compare"</button>
    };
    view! {
        {head(format!("Compare run {id}"), format!("{}, {what}, beside another run.", title(&run)), &address.path)}
        <div class="above"><h1>{format!("Compare run {id} with another")}</h1></div>
        <p>{what}</p>
        {filter::filter(choose(id), "Run to compare with", fields.into_any())}
        <p class="nothing">"Numbers stand in the " <a href="/runs">"list of runs"</a> ". What the run would be compared with by itself is linked from " <a href=url::run(id)>{format!("run {id}")}</a> "."</p>
    }
    .into_any()
}
