//! Rows that have been read, by blocks of as many as the API gives at once.

use std::{collections::HashMap, ops::Range, sync::Arc};

use runlens_api_types::{ErrorBody, log::LogMatch, page::PageQuery};

/// Rows of a block.
pub(super) const BLOCK: u64 = PageQuery::MAX_LIMIT as u64;
/// Blocks that are kept: far more than are in view.
const MAX_BLOCKS: usize = 40;

/// What is known of a row.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    /// Nothing yet.
    Waiting,
    /// It could not be read.
    Failed(String),
    /// Its line.
    Line(Arc<LogMatch>),
}

#[derive(Debug)]
enum State {
    Asked {
        of: u64,
    },
    Failed(String),
    Have {
        rows: Vec<Arc<LogMatch>>,
        /// Rows there were in all when they were asked for.
        of: u64,
    },
}

#[derive(Debug)]
struct Block {
    state: State,
    used: u64,
}

/// Rows that have been read, and those that are on their way.
#[derive(Debug, Default)]
pub(super) struct Cache {
    blocks: HashMap<u64, Block>,
    /// Rows that came with the page, and the index of the first.
    first: (u64, Vec<Arc<LogMatch>>),
    /// Whether those are shown only until they have been read again.
    is_stale: bool,
    clock: u64,
}

impl Cache {
    /// With the rows that came with the page.
    pub(super) fn new(first: u64, rows: Vec<LogMatch>) -> Self {
        Self {
            first: (first, rows.into_iter().map(Arc::new).collect()),
            ..Self::default()
        }
    }

    /// What is known of a row.
    pub(super) fn row(&mut self, row: u64) -> Content {
        self.clock += 1;
        let seed = self.seed(row);
        if let Some(block) = self.blocks.get_mut(&(row / BLOCK)) {
            block.used = self.clock;
            match &block.state {
                State::Have { rows, of } => match rows.get((row % BLOCK) as usize) {
                    Some(line) => return Content::Line(line.clone()),
                    None if row < *of => return Content::Failed("The log has become shorter.".to_owned()),
                    None => {}
                },
                State::Failed(message) => return seed.unwrap_or_else(|| Content::Failed(message.clone())),
                State::Asked { .. } => {}
            }
        }
        seed.unwrap_or(Content::Waiting)
    }

    fn seed(&self, row: u64) -> Option<Content> {
        let (first, rows) = &self.first;
        rows.get(row.checked_sub(*first)? as usize)
            .cloned()
            .map(Content::Line)
    }

    /// The first block that is to be asked for so that these rows are known, out of `rows` in all.
    pub(super) fn missing(&self, wanted: Range<u64>, rows: u64) -> Option<u64> {
        let wanted = wanted.start..wanted.end.min(rows);
        if wanted.is_empty() {
            return None;
        }
        (wanted.start / BLOCK..=(wanted.end - 1) / BLOCK).find(|block| {
            let from = (block * BLOCK).max(wanted.start);
            let to = ((block + 1) * BLOCK).min(wanted.end);
            match self.blocks.get(block).map(|block| &block.state) {
                Some(State::Asked { .. } | State::Failed(_)) => false,
                // The last rows are read again once there are more; others do not come back.
                Some(State::Have { rows: have, of }) => {
                    block * BLOCK + (have.len() as u64) < to && rows > *of
                }
                None => !self.is_seeded(from..to),
            }
        })
    }

    fn is_seeded(&self, rows: Range<u64>) -> bool {
        let (first, seed) = &self.first;
        !self.is_stale && rows.start >= *first && rows.end <= first + seed.len() as u64
    }

    /// A block has been asked for, while there were so many rows in all.
    pub(super) fn asked(&mut self, block: u64, of: u64) {
        self.clock += 1;
        // What is there already is shown until the answer comes.
        if let Some(Block {
            state: State::Have { rows, .. },
            ..
        }) = self.blocks.get(&block)
            && !rows.is_empty()
        {
            self.first = (block * BLOCK, rows.clone());
        }
        self.blocks.insert(
            block,
            Block {
                state: State::Asked { of },
                used: self.clock,
            },
        );
    }

    /// What is looked for has changed: everything is to be read again, and these rows are shown until then.
    pub(super) fn renew(&mut self, shown: Range<u64>) {
        let rows = shown
            .clone()
            .map_while(|row| match self.row(row) {
                Content::Line(line) => Some(Arc::new(LogMatch {
                    ranges: Vec::new(),
                    ..(*line).clone()
                })),
                _ => None,
            })
            .collect();
        self.first = (shown.start, rows);
        self.is_stale = true;
        self.blocks.clear();
    }

    /// The answer for a block is here. One that nobody waits for any more is dropped.
    pub(super) fn answered(&mut self, block: u64, answer: Result<Vec<LogMatch>, ErrorBody>) {
        let Some(entry) = self.blocks.get_mut(&block) else {
            return;
        };
        let of = if let State::Asked { of } = entry.state {
            of
        } else {
            0
        };
        entry.state = match answer {
            Ok(rows) => State::Have {
                rows: rows.into_iter().map(Arc::new).collect(),
                of,
            },
            Err(body) => State::Failed(body.message),
        };
        while self.blocks.len() > MAX_BLOCKS {
            let Some(oldest) = self
                .blocks
                .iter()
                .min_by_key(|(_, block)| block.used)
                .map(|(block, _)| *block)
            else {
                break;
            };
            self.blocks.remove(&oldest);
        }
    }

    /// Forgets that blocks are on their way or have failed: they may be asked for again.
    pub(super) fn retry(&mut self) {
        self.blocks
            .retain(|_, block| matches!(block.state, State::Have { .. }));
    }

    /// Forgets one block.
    pub(super) fn forget(&mut self, block: u64) {
        self.blocks.remove(&block);
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.blocks.len()
    }
}

#[cfg(test)]
mod tests {
    use runlens_api_types::{ErrorBody, ErrorCode, log::LogMatch};

    use super::{BLOCK, Cache, Content};
    use crate::data::logs::samples::row;

    fn rows(numbers: std::ops::Range<u64>) -> Vec<LogMatch> {
        numbers.map(|number| row(number, number)).collect()
    }

    fn number(content: Content) -> Option<u64> {
        match content {
            Content::Line(line) => Some(line.number),
            _ => None,
        }
    }

    #[test]
    fn the_rows_of_the_page_need_not_be_asked_for() {
        let mut cache = Cache::new(150, rows(151..251));
        assert_eq!(number(cache.row(150)), Some(151));
        assert_eq!(
            [cache.row(149), cache.row(250)],
            [Content::Waiting, Content::Waiting]
        );
        assert_eq!(cache.missing(160..240, 1_000), None);
        assert_eq!(cache.missing(140..240, 1_000), Some(1));
        assert_eq!(cache.missing(240..260, 1_000), Some(2));
    }

    #[test]
    fn a_block_is_asked_for_once_and_again_only_after_it_has_failed() {
        let mut cache = Cache::default();
        assert_eq!(cache.missing(90..210, 1_000), Some(0));
        cache.asked(0, 1_000);
        assert_eq!(cache.missing(90..210, 1_000), Some(1));
        cache.asked(1, 1_000);
        cache.asked(2, 1_000);
        assert_eq!(cache.missing(90..210, 1_000), None);
        cache.answered(0, Ok(rows(1..101)));
        cache.answered(1, Err(ErrorBody::new(ErrorCode::Unavailable, "gone")));
        assert_eq!(
            (number(cache.row(99)), cache.row(100)),
            (Some(100), Content::Failed("gone".to_owned()))
        );
        assert_eq!(cache.missing(90..210, 1_000), None);
        cache.retry();
        assert_eq!(cache.missing(90..210, 1_000), Some(1));
        // The answer to what was given up is dropped.
        cache.answered(2, Ok(rows(201..301)));
        assert_eq!(cache.row(200), Content::Waiting);
    }

    #[test]
    fn the_last_block_is_asked_for_again_once_the_log_has_grown() {
        let mut cache = Cache::default();
        cache.asked(0, 30);
        cache.answered(0, Ok(rows(1..31)));
        assert_eq!(cache.missing(0..30, 30), None);
        assert_eq!(cache.missing(0..40, 40), Some(0));
        cache.asked(0, 40);
        assert_eq!(
            number(cache.row(29)),
            Some(30),
            "what is there is shown until the answer comes"
        );
        cache.answered(0, Ok(rows(1..41)));
        assert_eq!(cache.missing(0..40, 40), None);
        assert_eq!(number(cache.row(39)), Some(40));
    }

    #[test]
    fn rows_that_are_gone_are_not_asked_for_for_ever() {
        let mut cache = Cache::default();
        cache.asked(0, 100);
        cache.answered(0, Ok(rows(1..31)));
        assert_eq!(cache.missing(0..100, 100), None);
        assert!(matches!(cache.row(40), Content::Failed(_)));
    }

    #[test]
    fn what_is_read_again_is_shown_until_then() {
        let mut cache = Cache::new(0, rows(1..101));
        cache.renew(10..40);
        assert_eq!(
            (number(cache.row(10)), cache.row(50)),
            (Some(11), Content::Waiting)
        );
        assert_eq!(cache.missing(10..40, 1_000), Some(0));
        cache.asked(0, 1_000);
        assert_eq!(number(cache.row(39)), Some(40));
    }

    #[test]
    fn few_blocks_are_kept_and_those_in_view_among_them() {
        let mut cache = Cache::default();
        for block in 0..500 {
            cache.asked(block, 1_000);
            cache.answered(block, Ok(rows(block * BLOCK + 1..(block + 1) * BLOCK + 1)));
            assert_eq!(number(cache.row(5)), Some(6));
        }
        assert!(cache.len() <= 40);
        assert_eq!(cache.row(300 * BLOCK), Content::Waiting);
        assert_eq!(number(cache.row(499 * BLOCK)), Some(499 * BLOCK + 1));
    }
}
