//! Which run to compare a run with.

use leptos::prelude::*;
use runlens_api_types::{ErrorBody, run::Run};

use crate::{
    components::{
        filter,
        head::head,
        page::{Address, Parts, go, page},
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
    page(|parts, query| Box::pin(fetch(parts, query)), show)
}

async fn fetch(parts: Parts, _: ChosenRun) -> Result<Run, ErrorBody> {
    run_to_compare(url::read_id(parts.get("id"))?).await
}

fn show(run: Run, ChosenRun(chosen): ChosenRun, address: Address) -> AnyView {
    let id = run.run_id;
    if let Some(other) = chosen {
        return go(&compare(id, other));
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
