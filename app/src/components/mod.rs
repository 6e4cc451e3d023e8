//! Pieces that pages share. None of them loads anything.

pub mod ansi;
pub mod facts;
pub mod failure;
pub mod filter;
pub mod head;
pub mod header;
pub mod history;
pub mod live;
pub mod mark;
pub mod page;
pub mod pager;
pub mod palette;
pub mod strip;
