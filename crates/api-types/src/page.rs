//! Pagination: by offset for lists, by cursor for logs.

use serde::{Deserialize, Serialize};

use crate::query::query;

/// The largest `offset`: the database's signed 32-bit integer.
pub const MAX_OFFSET: u32 = 2_147_483_647;

query! {
    /// The page of a list: `limit` items after the first `offset`.
    #[derive(Copy)]
    pub struct PageQuery {
        /// Maximum number of results to return.
        pub limit: u32 = number(1..=PageQuery::MAX_LIMIT).or(50),
        /// Number of results to skip for pagination.
        pub offset: u32 = number(0..=MAX_OFFSET).or(0),
    }
}

impl PageQuery {
    /// The largest page size.
    pub const MAX_LIMIT: u32 = 100;

    /// The first page with the largest page size.
    pub const FIRST_MAX: Self = Self {
        limit: Self::MAX_LIMIT,
        offset: 0,
    };
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The items of this page.
    pub data: Vec<T>,
    /// Position of this page in the list.
    pub pagination: Pagination,
}

/// Position of a page in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pagination {
    /// Requested page size.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 100))]
    pub limit: u32,
    /// Number of items before this page.
    pub offset: u32,
    /// Number of items in the whole list.
    pub total: u64,
    /// The `offset` of the next page, null on the last one.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub next_offset: Option<u32>,
}

impl<T> Page<T> {
    /// Returns a page whose items were selected by the database.
    pub fn new(data: Vec<T>, query: PageQuery, total: u64) -> Self {
        let end = u64::from(query.offset) + data.len() as u64;
        let next_offset = (!data.is_empty() && end < total)
            .then(|| u32::try_from(end).ok())
            .flatten()
            .filter(|end| *end <= MAX_OFFSET);
        Self {
            data,
            pagination: Pagination {
                limit: query.limit,
                offset: query.offset,
                total,
                next_offset,
            },
        }
    }

    /// Returns a page of a list that is in memory.
    pub fn paginate(all: impl IntoIterator<Item = T, IntoIter: ExactSizeIterator>, query: PageQuery) -> Self {
        let all = all.into_iter();
        let total = all.len() as u64;
        Self::new(
            all.skip(query.offset as usize)
                .take(query.limit as usize)
                .collect(),
            query,
            total,
        )
    }
}

/// Continuation of a page of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CursorPagination {
    /// Requested page size.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 100))]
    pub limit: u32,
    /// The `cursor` of the next page in the requested direction, null if there is none.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub next_cursor: Option<String>,
}
