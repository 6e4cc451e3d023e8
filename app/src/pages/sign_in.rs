//! Signing in with an account of the platform.

use leptos::prelude::*;
use runlens_api_types::auth::Me;

use crate::{
    components::{head::head, page::Address},
    url::{self, SignInQuery, SignInRefusal},
};

/// The page with the form. It is a plain form: the server answers it with a way on.
pub fn route() -> AnyView {
    // A query is never refused here: what is no local path is no way on.
    let query = url::read::<SignInQuery>(&Address::of_page().search).unwrap_or_default();
    let me = expect_context::<Me>();
    let next = query.next.clone().unwrap_or_else(|| "/".to_owned());
    let refusal = query
        .refused
        .map(|refusal| view! { <p class="refusal" id="refusal" role="alert">{words(refusal)}</p> });
    let (is_refused, described_by) = (query.refused.is_some(), query.refused.map(|_| "refusal"));
    let invalid = (query.refused == Some(SignInRefusal::Password)).then_some("true");
    let already = me.user.map(|account| {
        view! { <p class="notice">{format!("You are signed in as {}. Signing in again changes the account.", account.name)}</p> }
    });
    view! {
        {head("Sign in".to_owned(), "Sign in with your account of the platform.".to_owned(), "/sign-in")}
        <div class="sign-in">
            <h1>"Sign in"</h1>
            <p class="muted">"With your account of the platform. Runs and results can be read without one; logs and infrastructure errors may need it."</p>
            {already}
            {refusal}
            <form method="post" action="/forms/sign-in">
                <label><span>"E-mail address"</span><input name="email" type="email" required=true maxlength="255" autocomplete="username" autofocus=is_refused aria-invalid=invalid aria-describedby=described_by/></label>
                <label><span>"Password"</span><input name="password" type="password" required=true maxlength="1024" autocomplete="current-password" aria-invalid=invalid aria-describedby=described_by/></label>
                <input type="hidden" name="next" value=next/>
                <button type="submit" class="primary">"Sign in"</button>
            </form>
        </div>
    }
    .into_any()
}

fn words(refusal: SignInRefusal) -> &'static str {
    match refusal {
        SignInRefusal::Password => "E-mail address or password is wrong.",
        SignInRefusal::TooMany => "Too many attempts. Wait a quarter of an hour, then try again.",
        SignInRefusal::Unavailable => "Accounts cannot be checked at the moment. Try again in a minute.",
    }
}
