//! `runlens openapi`.

use super::{CommandError, print};
use crate::openapi;

pub(super) fn run() -> Result<(), CommandError> {
    print(openapi::document())
}
