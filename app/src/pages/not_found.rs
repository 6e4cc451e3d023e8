//! The page of an address that leads nowhere.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use runlens_contract::{ErrorBody, ErrorCode};

use crate::components::failure::failure;

/// The page of an address that leads nowhere.
pub fn route() -> AnyView {
    let path = use_location().pathname.get_untracked();
    failure(&ErrorBody::new(ErrorCode::NotFound, "There is no such page."), &path)
}
