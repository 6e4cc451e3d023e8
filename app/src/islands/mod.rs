//! What a browser takes over of a page. An island is made on the server too, and reads without JavaScript.

#![expect(unreachable_pub, reason = "what the macro of islands adds is public")]

pub(crate) mod live;
pub(crate) mod log;
pub(crate) mod palette;
mod stream;
pub mod times;
