//! Summary of a whole log.

use std::sync::Arc;

use runlens_terminal::Encoding;

use crate::{
    blocking::spawn_blocking,
    blocks::{BlockSpan, line_head, lines, require_same_file},
    classify::tally,
    cursor::Position,
    error::{Error, Result},
    file::{LogFile, ReadRange},
    index::LogIndex,
    index_cache::IndexCache,
    limits::Limits,
    model::{Counts, Direction, Level, Outline, OutlineSection},
};

/// Maximum size of a log that is read again if it has fewer blocks than the requested sections.
const MAX_REREAD_BYTES: u64 = 4 << 20;

/// The part of an outline that is taken from the index.
#[derive(Debug)]
struct IndexSummary {
    encoding: Encoding,
    total: Counts,
    end: Position,
    is_complete: bool,
    first_error_block: Option<BlockSpan>,
    last_error_block: Option<BlockSpan>,
    sections: SectionBuilder,
    /// All blocks, if the sections are smaller than blocks and have to be read.
    blocks_to_read: Vec<BlockSpan>,
}

/// Returns the outline of a log with at most `max_sections` sections.
pub(crate) async fn outline(
    indexes: &IndexCache,
    file: &Arc<dyn LogFile>,
    max_sections: u32,
) -> Result<Outline> {
    let index = indexes.index(&**file).await?;
    let limits = indexes.limits;
    index
        .wait(limits.completion_timeout, |index| index.is_complete.then_some(()))
        .await?;
    let summary = index.read(|index| IndexSummary::new(index, max_sections));
    let reader = file.open().await.map_err(Error::Read)?;
    let (encoding, counts, end) = (summary.encoding, summary.total, summary.end);
    let is_complete = summary.is_complete && end.offset == file.version().size;
    let details = spawn_blocking(move || {
        require_same_file(&index, &*reader)?;
        summary.read_details(&*reader, &limits)
    })
    .await??;
    Ok(Outline {
        indexed_bytes: end.offset,
        is_complete,
        encoding,
        counts,
        first_error_line: details.first_error_line,
        last_error_line: details.last_error_line,
        sections: details.sections,
    })
}

/// The part of an outline that is read from the file.
struct Details {
    first_error_line: Option<u64>,
    last_error_line: Option<u64>,
    sections: Vec<OutlineSection>,
}

impl IndexSummary {
    fn new(index: &LogIndex, max_sections: u32) -> Self {
        let blocks = 0..index.blocks.len();
        let has_error = |block: &usize| index.blocks[*block].counts.errors() > 0;
        let mut sections = SectionBuilder::new(index.total.lines(), max_sections);
        let blocks_to_read = if index.end.offset <= MAX_REREAD_BYTES && blocks.len() < max_sections as usize {
            blocks.clone().map(|block| BlockSpan::new(index, block)).collect()
        } else {
            index
                .blocks
                .iter()
                .for_each(|block| sections.add(block.start.line, &block.counts));
            Vec::new()
        };
        let span = |block| BlockSpan::new(index, block);
        Self {
            encoding: index.encoding,
            total: index.total,
            end: index.end,
            is_complete: index.is_complete,
            first_error_block: blocks.clone().find(has_error).map(span),
            last_error_block: blocks.rev().find(has_error).map(span),
            sections,
            blocks_to_read,
        }
    }

    fn read_details(mut self, reader: &dyn ReadRange, limits: &Limits) -> Result<Details> {
        for block in &self.blocks_to_read {
            for_each_line(block, reader, self.encoding, limits, |line, counts| {
                self.sections.add(line, &counts);
            })?;
        }
        let error_line = |block: Option<BlockSpan>, direction| match block {
            Some(block) => find_error(&block, reader, self.encoding, limits, direction),
            None => Ok(None),
        };
        Ok(Details {
            first_error_line: error_line(self.first_error_block, Direction::Forward)?,
            last_error_line: error_line(self.last_error_block, Direction::Backward)?,
            sections: self.sections.sections,
        })
    }
}

/// Returns the first or last line of a block with level error or critical.
fn find_error(
    block: &BlockSpan,
    reader: &dyn ReadRange,
    encoding: Encoding,
    limits: &Limits,
    direction: Direction,
) -> Result<Option<u64>> {
    let mut found = None;
    for_each_line(block, reader, encoding, limits, |line, counts| {
        if counts.errors() > 0 && (found.is_none() || direction == Direction::Backward) {
            found = Some(line);
        }
    })?;
    Ok(found)
}

/// Reads a block, and calls `visit` with the number and the counts of each line.
fn for_each_line(
    block: &BlockSpan,
    reader: &dyn ReadRange,
    encoding: Encoding,
    limits: &Limits,
    mut visit: impl FnMut(u64, Counts),
) -> Result<()> {
    if block.counts.lines() == 1 {
        visit(block.start.line, block.counts);
        return Ok(());
    }
    let buffer = block.read(reader, limits)?;
    for (start, raw) in lines(&buffer, block.start) {
        let text = line_head(raw, encoding, start, limits);
        // An empty text would be counted as no line.
        let text = if text.is_empty() { b"\n" } else { text };
        visit(start.line, tally(text, encoding, false).counts);
    }
    Ok(())
}

/// Groups blocks into sections of about the same number of lines. Section n has the blocks that start in the
/// n-th part of the lines.
#[derive(Debug)]
struct SectionBuilder {
    total_lines: u64,
    max_sections: u64,
    /// Part of the lines to which the last section belongs.
    part: u64,
    sections: Vec<OutlineSection>,
}

impl SectionBuilder {
    fn new(total_lines: u64, max_sections: u32) -> Self {
        Self {
            total_lines,
            max_sections: max_sections.into(),
            part: 0,
            sections: Vec::new(),
        }
    }

    /// Appends the next lines, the first of which is `first_line`.
    fn add(&mut self, first_line: u64, counts: &Counts) {
        if self.max_sections == 0 || counts.lines() == 0 {
            return;
        }
        let part = (first_line - 1).saturating_mul(self.max_sections) / self.total_lines.max(1);
        let worst = Level::ALL
            .iter()
            .copied()
            .find(|level| counts.level(*level) > 0)
            .unwrap_or(Level::Info);
        let added = OutlineSection {
            first_line,
            lines: counts.lines(),
            errors: counts.errors(),
            warnings: counts.level(Level::Warning),
            worst,
        };
        match self.sections.last_mut().filter(|_| part == self.part) {
            Some(section) => {
                section.lines += added.lines;
                section.errors += added.errors;
                section.warnings += added.warnings;
                section.worst = section.worst.min(worst);
            }
            None => self.sections.push(added),
        }
        self.part = part;
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*, sample::select};

    use super::{Counts, Level, OutlineSection, SectionBuilder};
    use crate::model::Source;

    fn block(levels: &[Level]) -> Counts {
        let mut counts = Counts::default();
        levels.iter().for_each(|level| counts.add(*level, Source::Web));
        counts
    }

    fn sections(blocks: &[Vec<Level>], max_sections: u32) -> Vec<OutlineSection> {
        let total = blocks.iter().map(|block| block.len() as u64).sum();
        let mut builder = SectionBuilder::new(total, max_sections);
        let mut first_line = 1;
        for levels in blocks {
            builder.add(first_line, &block(levels));
            first_line += levels.len() as u64;
        }
        builder.sections
    }

    #[test]
    fn a_section_has_the_blocks_that_start_in_its_part_of_the_lines() {
        use Level::{Critical, Debug, Error, Info, Warning};
        let blocks = [
            vec![Info, Error],
            vec![Debug],
            vec![Warning; 3],
            vec![Info, Info],
            vec![Critical, Error],
        ];
        let fields = |max_sections| {
            sections(&blocks, max_sections)
                .iter()
                .map(|s| (s.first_line, s.lines, s.errors, s.warnings, s.worst))
                .collect::<Vec<_>>()
        };
        assert_eq!(fields(0), []);
        assert_eq!(fields(1), [(1, 10, 3, 3, Critical)]);
        assert_eq!(fields(2), [(1, 6, 1, 3, Error), (7, 4, 2, 0, Critical)]);
        assert_eq!(
            fields(10),
            [
                (1, 2, 1, 0, Error),
                (3, 1, 0, 0, Debug),
                (4, 3, 0, 3, Warning),
                (7, 2, 0, 0, Info),
                (9, 2, 2, 0, Critical)
            ]
        );
        assert_eq!(sections(&[], 20), []);
    }

    proptest! {
        #[test]
        fn sections_cover_all_lines_without_gaps(blocks in vec(vec(select(Level::ALL), 1..9), 0..60), max_sections in 1u32..200) {
            let (sections, all) = (sections(&blocks, max_sections), block(&blocks.concat()));
            prop_assert!(sections.len() <= max_sections as usize);
            let mut next = 1;
            for section in &sections {
                prop_assert_eq!(section.first_line, next);
                prop_assert!(section.lines > 0);
                next += section.lines;
            }
            prop_assert_eq!(next - 1, all.lines());
            prop_assert_eq!(sections.iter().map(|section| section.errors).sum::<u64>(), all.errors());
            prop_assert_eq!(sections.iter().map(|section| section.warnings).sum::<u64>(), all.level(Level::Warning));
            prop_assert_eq!(sections.iter().map(|section| section.worst).min(), blocks.concat().into_iter().min());
        }

        #[test]
        fn single_lines_make_sections_of_equal_size(levels in vec(select(Level::ALL), 1..300), max_sections in 1u32..200) {
            let lines: Vec<_> = levels.iter().map(|level| vec![*level]).collect();
            let sections = sections(&lines, max_sections);
            prop_assert_eq!(sections.len(), levels.len().min(max_sections as usize));
            let sizes = sections.iter().map(|section| section.lines);
            prop_assert!(sizes.clone().max().unwrap_or(0) - sizes.min().unwrap_or(0) <= 1);
        }
    }
}
