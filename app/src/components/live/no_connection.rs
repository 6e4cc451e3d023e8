//! On the server nothing is heard of a run: its page is made once.

use super::{Live, Progress};

/// Nothing is kept. On the server a page may end on another thread than it began on, so nothing of one thread alone may be kept either.
pub(super) type Kept = ();

pub(super) fn kept() -> Kept {}

impl Live {
    /// Hears of a run, in the browser.
    pub(crate) fn hold(self, _run_id: i32, _shown: Option<Progress>) {}
}
