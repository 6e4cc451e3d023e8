//! Text written for a terminal: escape sequences, colors and encodings.
//!
//! Two functions read escape sequences, and they do not agree on every sequence yet: [`visible_text`], which
//! the log engine uses for searches, levels and character ranges, and [`styled_spans`], which the log page
//! uses for display. They differ in how nested, unfinished and character set sequences end, so a range found
//! in one text can be off in the other. Both live in this crate so that a single parser can replace them.

mod encoding;
mod escape;
mod styled;

pub use encoding::Encoding;
pub use escape::{ESCAPE, EscapeStripper, visible_text};
pub use styled::{StyledSpan, fold_spans, styled_spans};
