//! The page of an address that leads nowhere.

use leptos::prelude::*;
use runlens_api_types::{ErrorBody, ErrorCode};

use crate::components::{failure::failure, page::Address};

/// The page of an address that leads nowhere.
pub fn route() -> AnyView {
    failure(
        &ErrorBody::new(ErrorCode::NotFound, "There is no such page."),
        &Address::of_page().path,
    )
}
