//! On the server nothing is heard of a run: its page is made once.

use super::{Live, Progress};

#[derive(Default)]
pub(super) struct Core;

impl Live {
    /// Hears of a run, in the browser.
    pub(crate) fn hold(self, _run_id: i32, _shown: Option<Progress>) {}
}
