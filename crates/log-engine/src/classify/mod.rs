//! Level and source of lines.

mod tally;
#[cfg(test)]
mod tests;

pub(crate) use self::tally::{Tally, tally};
use crate::{
    keyword_scan::{self, BlockMasks, BlockVisitor, Vectors},
    level_rules,
    model::{Level, Source},
};

/// Returns the level of a line by its visible text: the level word at its start, otherwise the most severe
/// level word in it.
pub(crate) fn level(line: &str) -> Level {
    level_of_text(line.as_bytes())
}

fn level_of_text(line: &[u8]) -> Level {
    level_rules::explicit_level(line).map_or_else(|| worst_level(line), |explicit| explicit.level)
}

/// Returns the level of a line that does not start with a level word.
fn worst_level(line: &[u8]) -> Level {
    may_be_severe(line)
        .then(|| level_rules::worst_level(line))
        .flatten()
        .unwrap_or(Level::Info)
}

/// Returns whether a line can have a level above info. A fast check with false positives.
fn may_be_severe(line: &[u8]) -> bool {
    let mut severe = SevereMask(0);
    keyword_scan::scan(line, &mut severe);
    severe.0 != 0
}

/// Union of the severe masks of all blocks.
struct SevereMask(u64);

impl BlockVisitor for SevereMask {
    #[inline(always)]
    fn visit_block(&mut self, _: usize, masks: BlockMasks) {
        self.0 |= masks.severe;
    }

    fn finish_batch(&mut self, _: &impl Vectors) {}
}

/// Returns the source of a line by its visible text.
pub(crate) fn source(line: &str) -> Source {
    let mut masks = SourceMasks([0; 4]);
    keyword_scan::scan(line.as_bytes(), &mut masks);
    masks
        .0
        .iter()
        .position(|mask| *mask != 0)
        .map_or(Source::Web, |index| Source::ALL[index])
}

/// Unions of the source masks of all blocks, in the order of [`Source::ALL`].
struct SourceMasks([u64; 4]);

impl BlockVisitor for SourceMasks {
    #[inline(always)]
    fn visit_block(&mut self, _: usize, masks: BlockMasks) {
        let [orchestrator, worker, build] = masks.sources;
        for (all, mask) in self
            .0
            .iter_mut()
            .zip([orchestrator, worker, build, masks.test_runner])
        {
            *all |= mask;
        }
    }

    fn finish_batch(&mut self, _: &impl Vectors) {}
}
