//! Pages of lists: offset pages for everything that can be counted, cursor pages for logs.

use serde::{Deserialize, Serialize};

use crate::params::{Params, Query};

/// The largest `offset`, and the largest id: the database's signed 32-bit integer.
pub const MAX_OFFSET: u32 = 2_147_483_647;

/// Which part of a list: `limit` items after the first `offset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct PageQuery {
    /// Maximum number of results to return.
    #[cfg_attr(
        feature = "openapi",
        param(minimum = 1, maximum = 100, default = 50, required = false)
    )]
    pub limit: u32,
    /// Number of results to skip for pagination.
    #[cfg_attr(
        feature = "openapi",
        param(minimum = 0, maximum = 2_147_483_647_u32, default = 0, required = false)
    )]
    pub offset: u32,
}

impl PageQuery {
    /// The largest page.
    pub const MAX_LIMIT: u32 = 100;

    /// The first page of the largest size.
    pub const FIRST_MAX: Self = Self {
        limit: Self::MAX_LIMIT,
        offset: 0,
    };
}

impl Default for PageQuery {
    fn default() -> Self {
        Self { limit: 50, offset: 0 }
    }
}

impl Query for PageQuery {
    fn read(params: &mut Params) -> Self {
        let default = Self::default();
        Self {
            limit: params
                .number("limit", 1, Self::MAX_LIMIT)
                .unwrap_or(default.limit),
            offset: params.number("offset", 0, MAX_OFFSET).unwrap_or(default.offset),
        }
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        let default = Self::default();
        if self.limit != default.limit {
            out.push(("limit", self.limit.to_string()));
        }
        if self.offset != default.offset {
            out.push(("offset", self.offset.to_string()));
        }
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The items of this page.
    pub data: Vec<T>,
    /// Where this page lies in the list.
    pub pagination: Pagination,
}

/// Where a page lies in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pagination {
    /// The page's size as asked for.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 100))]
    pub limit: u32,
    /// Items before this page.
    pub offset: u32,
    /// Items in the whole list.
    pub total: u64,
    /// The `offset` of the next page, null on the last one.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub next_offset: Option<u32>,
}

impl<T> Page<T> {
    /// A page that the database has cut already.
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

    /// Cuts a page out of a whole list.
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

/// How to go on from a page of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CursorPagination {
    /// The page's size as asked for.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 100))]
    pub limit: u32,
    /// The `cursor` that goes on in the direction asked for, null where there is nothing more.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub next_cursor: Option<String>,
}
