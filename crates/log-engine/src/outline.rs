//! What is in a log as a whole.

use std::time::Duration;

use runlens_api_types::{
    TextEnum as _,
    log::{
        LevelCounts, LogDensity, LogDirection, LogLevel, LogOutline, LogOutlineQuery, LogSource, SourceCounts,
    },
};

use super::{
    Limits, LogCache, LogService,
    blocks::{Stretch, find_log, head, lines, open, require_same},
    classify::tally,
    cursor::Position,
    encoding::Encoding,
    index::{Counts, LogIndex},
};
use crate::{
    blocking::spawn_blocking,
    error::Result,
    files::{FileReader, FoundFile, mark_uncacheable},
};

/// How long an outline waits until a log has been gone through.
const PATIENCE: Duration = Duration::from_secs(1);
/// Bytes of a log that is read again where it has fewer blocks than pieces are asked for.
const SMALL: u64 = 4 << 20;

/// What the index alone tells.
#[derive(Debug)]
struct Summary {
    encoding: Encoding,
    total: Counts,
    end: Position,
    is_complete: bool,
    first_error: Option<Stretch>,
    last_error: Option<Stretch>,
    pieces: Pieces,
    /// All blocks, where the pieces are finer than those.
    finer: Vec<Stretch>,
}

/// The outline of a run's log.
///
/// # Errors
/// [`Error::LogNotFound`](crate::Error::LogNotFound), [`Error::Files`](crate::Error::Files).
pub(crate) async fn log_outline(
    service: &LogService,
    run_id: i32,
    is_growing: bool,
    query: &LogOutlineQuery,
) -> Result<LogOutline> {
    let file = find_log(service, run_id).await?;
    outline(service.logs(), &file, run_id, is_growing, query).await
}

/// The same for a file that has been found.
pub(super) async fn outline(
    logs: &LogCache,
    file: &FoundFile,
    run_id: i32,
    is_growing: bool,
    query: &LogOutlineQuery,
) -> Result<LogOutline> {
    let indexing = logs.index(file).await?;
    indexing
        .wait(PATIENCE, |index| index.is_complete.then_some(()))
        .await?;
    let summary = indexing.look(|index| Summary::of(index, query.buckets));
    let limits = logs.limits;
    let reader = open(file, run_id).await?;
    let (encoding, total, end) = (summary.encoding, summary.total, summary.end);
    let is_complete = summary.is_complete && end.offset == file.size;
    if !is_complete {
        mark_uncacheable();
    }
    let found = spawn_blocking(move || {
        require_same(&indexing, &reader)?;
        summary.read(&reader, &limits)
    });
    let found = found.await??;
    Ok(LogOutline {
        run_id,
        store: file.store.to_owned(),
        size_bytes: file.size,
        last_modified: file.last_modified,
        is_growing,
        indexed_bytes: end.offset,
        is_complete,
        encoding: encoding.into(),
        lines: total.lines(),
        levels: levels(&total),
        sources: sources(&total),
        first_error_line: found.first_error_line,
        last_error_line: found.last_error_line,
        density: found.density,
    })
}

/// What had to be read.
struct Found {
    first_error_line: Option<u64>,
    last_error_line: Option<u64>,
    density: Vec<LogDensity>,
}

impl Summary {
    fn of(index: &LogIndex, buckets: u32) -> Self {
        let blocks = 0..index.blocks.len();
        let has_error = |block: &usize| index.blocks[*block].counts.errors() > 0;
        let mut pieces = Pieces::new(index.total.lines(), buckets);
        let finer = if index.end.offset <= SMALL && blocks.len() < buckets as usize {
            blocks.clone().map(|block| Stretch::of(index, block)).collect()
        } else {
            index
                .blocks
                .iter()
                .for_each(|block| pieces.add(block.start.line, &block.counts));
            Vec::new()
        };
        Self {
            encoding: index.encoding,
            total: index.total,
            end: index.end,
            is_complete: index.is_complete,
            first_error: blocks
                .clone()
                .find(has_error)
                .map(|block| Stretch::of(index, block)),
            last_error: blocks
                .rev()
                .find(has_error)
                .map(|block| Stretch::of(index, block)),
            pieces,
            finer,
        }
    }

    /// Reads the blocks that it takes to say more.
    fn read(mut self, reader: &FileReader, limits: &Limits) -> Result<Found> {
        for stretch in &self.finer {
            each_line(stretch, reader, self.encoding, limits, |line, counts| {
                self.pieces.add(line, &counts)
            })?;
        }
        Ok(Found {
            first_error_line: error_line(
                self.first_error,
                reader,
                self.encoding,
                limits,
                LogDirection::Forward,
            )?,
            last_error_line: error_line(
                self.last_error,
                reader,
                self.encoding,
                limits,
                LogDirection::Backward,
            )?,
            density: self.pieces.done,
        })
    }
}

/// The first error in a block, or the last.
fn error_line(
    stretch: Option<Stretch>,
    reader: &FileReader,
    encoding: Encoding,
    limits: &Limits,
    direction: LogDirection,
) -> Result<Option<u64>> {
    let Some(stretch) = stretch else { return Ok(None) };
    let mut found = None;
    each_line(&stretch, reader, encoding, limits, |line, counts| {
        if counts.errors() > 0 && (found.is_none() || direction == LogDirection::Backward) {
            found = Some(line);
        }
    })?;
    Ok(found)
}

/// Reads a block, and tells of each line its number and what it counts as.
fn each_line(
    stretch: &Stretch,
    reader: &FileReader,
    encoding: Encoding,
    limits: &Limits,
    mut tell: impl FnMut(u64, Counts),
) -> Result<()> {
    if stretch.counts.lines() == 1 {
        tell(stretch.start.line, stretch.counts);
        return Ok(());
    }
    let buffer = stretch.read(reader, limits)?;
    for (start, raw) in lines(&buffer, stretch.start) {
        let text = head(raw, encoding, start, limits);
        // An empty line is one too.
        tell(
            start.line,
            tally(if text.is_empty() { b"\n" } else { text }, encoding, false).counts,
        );
    }
    Ok(())
}

/// A log in pieces of about the same number of lines: the n-th has what begins in the n-th part of the lines.
#[derive(Debug)]
struct Pieces {
    lines: u64,
    buckets: u64,
    /// The bucket of the last piece.
    bucket: u64,
    done: Vec<LogDensity>,
}

impl Pieces {
    fn new(lines: u64, buckets: u32) -> Self {
        Self {
            lines,
            buckets: buckets.into(),
            bucket: 0,
            done: Vec::new(),
        }
    }

    /// Adds the lines that come next, of which the first has this number.
    fn add(&mut self, first_line: u64, counts: &Counts) {
        if self.buckets == 0 || counts.lines() == 0 {
            return;
        }
        let bucket = (first_line - 1).saturating_mul(self.buckets) / self.lines.max(1);
        let worst = LogLevel::ALL
            .iter()
            .copied()
            .find(|level| counts.level(*level) > 0)
            .unwrap_or(LogLevel::Info);
        let more = LogDensity {
            first_line,
            lines: counts.lines(),
            errors: counts.errors(),
            warnings: counts.level(LogLevel::Warning),
            worst,
        };
        match self.done.last_mut().filter(|_| bucket == self.bucket) {
            Some(piece) => {
                piece.lines += more.lines;
                piece.errors += more.errors;
                piece.warnings += more.warnings;
                piece.worst = piece.worst.min(worst);
            }
            None => self.done.push(more),
        }
        self.bucket = bucket;
    }
}

fn levels(counts: &Counts) -> LevelCounts {
    LevelCounts {
        critical: counts.level(LogLevel::Critical),
        error: counts.level(LogLevel::Error),
        warning: counts.level(LogLevel::Warning),
        info: counts.level(LogLevel::Info),
        debug: counts.level(LogLevel::Debug),
    }
}

fn sources(counts: &Counts) -> SourceCounts {
    SourceCounts {
        orchestrator: counts.source(LogSource::Orchestrator),
        worker: counts.source(LogSource::Worker),
        build: counts.source(LogSource::Build),
        test_runner: counts.source(LogSource::TestRunner),
        web: counts.source(LogSource::Web),
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*, sample::select};
    use runlens_api_types::{
        TextEnum as _,
        log::{LogDensity, LogLevel, LogSource},
    };

    use super::{Counts, Pieces};

    fn block(levels: &[LogLevel]) -> Counts {
        let mut counts = Counts::default();
        levels.iter().for_each(|level| counts.add(*level, LogSource::Web));
        counts
    }

    fn pieces(blocks: &[Vec<LogLevel>], buckets: u32) -> Vec<LogDensity> {
        let mut pieces = Pieces::new(blocks.iter().map(|block| block.len() as u64).sum(), buckets);
        let mut first_line = 1;
        for levels in blocks {
            pieces.add(first_line, &block(levels));
            first_line += levels.len() as u64;
        }
        pieces.done
    }

    #[test]
    fn a_piece_has_the_blocks_that_begin_in_its_part_of_the_lines() {
        use LogLevel::{Critical, Debug, Error, Info, Warning};
        let blocks = [
            vec![Info, Error],
            vec![Debug],
            vec![Warning; 3],
            vec![Info, Info],
            vec![Critical, Error],
        ];
        let said = |buckets| {
            pieces(&blocks, buckets)
                .iter()
                .map(|p| (p.first_line, p.lines, p.errors, p.warnings, p.worst))
                .collect::<Vec<_>>()
        };
        assert_eq!(said(0), []);
        assert_eq!(said(1), [(1, 10, 3, 3, Critical)]);
        assert_eq!(said(2), [(1, 6, 1, 3, Error), (7, 4, 2, 0, Critical)]);
        assert_eq!(
            said(10),
            [
                (1, 2, 1, 0, Error),
                (3, 1, 0, 0, Debug),
                (4, 3, 0, 3, Warning),
                (7, 2, 0, 0, Info),
                (9, 2, 2, 0, Critical)
            ]
        );
        assert_eq!(pieces(&[], 20), []);
    }

    proptest! {
        #[test]
        fn pieces_cover_all_lines_without_gaps(blocks in vec(vec(select(LogLevel::ALL), 1..9), 0..60), buckets in 1u32..200) {
            let (pieces, all) = (pieces(&blocks, buckets), block(&blocks.concat()));
            prop_assert!(pieces.len() <= buckets as usize);
            let mut next = 1;
            for piece in &pieces {
                prop_assert_eq!(piece.first_line, next);
                prop_assert!(piece.lines > 0);
                next += piece.lines;
            }
            prop_assert_eq!(next - 1, all.lines());
            prop_assert_eq!(pieces.iter().map(|piece| piece.errors).sum::<u64>(), all.errors());
            prop_assert_eq!(pieces.iter().map(|piece| piece.warnings).sum::<u64>(), all.level(LogLevel::Warning));
            prop_assert_eq!(pieces.iter().map(|piece| piece.worst).min(), blocks.concat().into_iter().min());
        }

        #[test]
        fn single_lines_make_pieces_of_equal_size(levels in vec(select(LogLevel::ALL), 1..300), buckets in 1u32..200) {
            let lines: Vec<_> = levels.iter().map(|level| vec![*level]).collect();
            let pieces = pieces(&lines, buckets);
            prop_assert_eq!(pieces.len(), levels.len().min(buckets as usize));
            let sizes = pieces.iter().map(|piece| piece.lines);
            prop_assert!(sizes.clone().max().unwrap_or(0) - sizes.min().unwrap_or(0) <= 1);
        }
    }
}
