//! Counts the levels and sources of many lines, at about the speed of reading them.

use std::ops::Range;

use runlens_terminal::{Encoding, EscapeStripper};

use super::{level_of_text, worst_level};
use crate::{
    keyword_scan::{self, BLOCK_BYTES, BlockMasks, BlockVisitor, MAX_BATCH_BLOCKS, Vectors},
    level_cache::LevelCache,
    level_rules,
    limits::Limits,
    line::BYTE_ORDER_MARK,
    model::{Counts, Level, Source},
};

/// Counts the lines of a buffer of whole lines. `is_file_start` says that it is the start of the log. Lines
/// are classified by their first [`Limits::max_line_bytes`].
pub(crate) fn tally(buffer: &[u8], encoding: Encoding, is_file_start: bool) -> Tally {
    let has_mark = is_file_start && encoding == Encoding::Utf8;
    let text = match buffer.strip_prefix(BYTE_ORDER_MARK).filter(|_| has_mark) {
        // The only line consists of the byte order mark.
        Some(b"") => b"\n",
        Some(text) => text,
        None => buffer,
    };
    let mut tally = tally_with(Limits::DEFAULT.max_line_bytes as usize, text, encoding);
    tally.is_ascii &= text.len() == buffer.len();
    tally
}

/// Result of [`tally`].
pub(crate) struct Tally {
    pub(crate) counts: Counts,
    pub(crate) is_ascii: bool,
}

fn tally_with(max_line_bytes: usize, text: &[u8], encoding: Encoding) -> Tally {
    let mut counter = LineCounter {
        text,
        encoding,
        max_line_bytes,
        counts: Counts::default(),
        lines: 0,
        non_ascii: 0,
        long_line_start: 0,
        level: LineCarry(false),
        test_runner: LineCarry(false),
        sources: [LineCarry(false); 3],
        escape: LineCarry(false),
        needs_slow_path: text.len() > max_line_bytes,
        ends: [0; (MAX_ENDS + 2) * END_BYTES],
        ends_len: 0,
        batch_start: 0,
        batch_end: 0,
        line_start: 0,
        level_cache: LevelCache::EMPTY,
        visible: Vec::new(),
    };
    keyword_scan::scan(text, &mut counter);
    let LineCounter {
        mut counts,
        lines,
        non_ascii,
        visible,
        ..
    } = counter;
    counts.sources[Source::Web as usize] = lines - counts.sources.iter().sum::<u64>();
    if !visible.is_empty() {
        // These lines are cut already and have no escape sequences.
        counts += tally_with(usize::MAX, &visible, Encoding::Utf8).counts;
    }
    Tally {
        counts,
        is_ascii: non_ascii == 0,
    }
}

/// Whether a line that continues in the next block has a keyword.
#[derive(Clone, Copy)]
struct LineCarry(bool);

impl LineCarry {
    /// Returns the newlines of the lines in which `mask` has a bit. In a sum with ones that are interrupted
    /// by newlines only, the first bit of a line carries to its newline, whatever bits follow.
    #[inline(always)]
    fn ends(&mut self, mask: u64, newline: u64) -> u64 {
        // A keyword before the block counts like one at its first byte.
        let (sum, carry) = (!newline).overflowing_add(mask | u64::from(self.0));
        self.0 = carry;
        sum & newline
    }
}

/// Maximum number of lines in a batch.
const MAX_ENDS: usize = MAX_BATCH_BLOCKS * BLOCK_BYTES;
/// Flag of a line end: the line can have a level word.
const HAS_LEVEL_WORD: u32 = 1;
/// Flag of a line end: the line has escape sequences or is too long, so it is classified by its visible text.
const IS_SPECIAL: u32 = 2;
/// Number of flag bits.
const FLAG_BITS: u32 = 2;
/// Size of an encoded line end: offset in the batch, and flags.
const END_BYTES: usize = 2;

struct LineCounter<'a> {
    text: &'a [u8],
    encoding: Encoding,
    max_line_bytes: usize,
    /// Sources of all lines that are not special, without [`Source::Web`], and their levels.
    counts: Counts,
    /// Number of lines that are not special.
    lines: u64,
    /// Union of the masks of all blocks.
    non_ascii: u64,
    /// Start of the line that the next newline ends. Only updated if lines can be too long.
    long_line_start: usize,
    level: LineCarry,
    test_runner: LineCarry,
    sources: [LineCarry; 3],
    escape: LineCarry,
    /// Whether a source or escape sequence carries into the next block, or lines can be too long.
    needs_slow_path: bool,
    /// Encoded ends of the lines of the batch. Levels are counted after a batch, in a loop of their own,
    /// because the number of lines in a block is unpredictable.
    ends: [u8; (MAX_ENDS + 2) * END_BYTES],
    ends_len: usize,
    batch_start: usize,
    batch_end: usize,
    /// Start of the first line in `ends`.
    line_start: usize,
    level_cache: LevelCache,
    /// Visible text of special lines, in UTF-8.
    visible: Vec<u8>,
}

impl BlockVisitor for LineCounter<'_> {
    /// Counts the sources of the lines that end in a block, and stores their ends.
    #[inline(always)]
    fn visit_block(&mut self, offset: usize, masks: BlockMasks) {
        let newline = masks.newline;
        let has_level_word = self.level.ends(masks.level, newline);
        let mut test_runner = self.test_runner.ends(masks.test_runner, newline);
        let mut special = 0;
        let [orchestrator, worker, build] = masks.sources;
        if self.needs_slow_path || orchestrator | worker | build | masks.escape | masks.non_ascii != 0 {
            special = self.special_ends(offset, &masks);
            test_runner &= !special & !self.count_sources(&masks, special);
        }
        self.lines += u64::from((newline & !special).count_ones());
        self.counts.sources[Source::TestRunner as usize] += u64::from(test_runner.count_ones());

        let (mut rest, mut from) = (newline, self.ends_len);
        let offset_in_batch = (offset - self.batch_start) as u32;
        // Two ends are always written, which avoids a branch: few blocks have more.
        while let Some(ends) = self
            .ends
            .get_mut(from * END_BYTES..)
            .and_then(<[u8]>::first_chunk_mut::<{ 2 * END_BYTES }>)
        {
            let mut two = 0;
            for shift in [0, u16::BITS] {
                let at = rest.trailing_zeros();
                let flags = has_level_word.unbounded_shr(at) as u32 & HAS_LEVEL_WORD;
                two |= ((offset_in_batch + at) << FLAG_BITS | flags) << shift;
                rest &= rest.wrapping_sub(1);
            }
            *ends = two.to_le_bytes();
            if rest == 0 {
                break;
            }
            from += 2;
        }
        while special != 0 {
            let before = newline & (special & special.wrapping_neg()).wrapping_sub(1);
            if let Some(end) = self
                .ends
                .get_mut((self.ends_len + before.count_ones() as usize) * END_BYTES)
            {
                *end |= IS_SPECIAL as u8;
            }
            special &= special - 1;
        }
        self.ends_len += newline.count_ones() as usize;
        self.batch_end = offset + BLOCK_BYTES;
    }

    #[inline(always)]
    fn finish_batch(&mut self, vectors: &impl Vectors) {
        self.count_levels(vectors);
        self.batch_start = self.batch_end;
    }
}

impl LineCounter<'_> {
    /// Returns the newlines of lines that have escape sequences or are too long.
    #[inline(always)]
    fn special_ends(&mut self, offset: usize, masks: &BlockMasks) -> u64 {
        let newline = masks.newline;
        let mut special = self.escape.ends(masks.escape, newline);
        if self.text.len() > self.max_line_bytes && newline != 0 {
            let first = offset + newline.trailing_zeros() as usize;
            if first - self.long_line_start > self.max_line_bytes {
                special |= newline & newline.wrapping_neg();
            }
            self.long_line_start = offset + BLOCK_BYTES - newline.leading_zeros() as usize;
        }
        self.non_ascii |= masks.non_ascii;
        special
    }

    /// Counts the first three sources of lines that are not special. Returns their newlines.
    #[inline(always)]
    fn count_sources(&mut self, masks: &BlockMasks, special: u64) -> u64 {
        let mut counted = 0;
        self.needs_slow_path = self.escape.0 || self.text.len() > self.max_line_bytes;
        for (index, mask) in masks.sources.into_iter().enumerate() {
            let ends = self.sources[index].ends(mask, masks.newline) & !special & !counted;
            self.counts.sources[index] += u64::from(ends.count_ones());
            self.needs_slow_path |= self.sources[index].0;
            counted |= ends;
        }
        counted
    }

    /// Counts the levels of the lines of a batch.
    #[inline(always)]
    fn count_levels(&mut self, vectors: &impl Vectors) {
        for index in 0..self.ends_len {
            let Some(end) = self.ends.as_chunks().0.get(index) else {
                break;
            };
            let end = u32::from(u16::from_le_bytes(*end));
            let line = self.line_start..self.batch_start + (end >> FLAG_BITS) as usize;
            self.line_start = line.end + 1;
            let level = match end & (HAS_LEVEL_WORD | IS_SPECIAL) {
                0 => Level::Info,
                HAS_LEVEL_WORD => {
                    let cached = match self.text.get(line.start..).unwrap_or_default().first_chunk() {
                        Some(bytes) => self.level_cache.level(bytes, vectors),
                        None => None,
                    };
                    match cached {
                        Some(level) => level,
                        None => self.parse_level(line),
                    }
                }
                _ => {
                    self.push_visible(line);
                    continue;
                }
            };
            self.counts.levels[level as usize] += 1;
        }
        self.ends_len = 0;
    }

    /// Returns the level of a line that is not in the level cache, and adds it there.
    #[inline(never)]
    fn parse_level(&mut self, line: Range<usize>) -> Level {
        let (start, line) = (line.start, &self.text[line]);
        if self.encoding != Encoding::Utf8 && !line.is_ascii() {
            return level_of_text(self.encoding.decode(line).as_bytes());
        }
        let Some(explicit) = level_rules::explicit_level(line) else {
            return worst_level(line);
        };
        if let Some(bytes) = self.text[start..].first_chunk() {
            self.level_cache.add(bytes, &explicit);
        }
        explicit.level
    }

    /// Appends the visible text of a special line.
    #[inline(never)]
    fn push_visible(&mut self, line: Range<usize>) {
        let line = &self.text[line];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = self.encoding.decode(&line[..line.len().min(self.max_line_bytes)]);
        EscapeStripper::default().push(text.as_bytes(), &mut self.visible);
        self.visible.push(b'\n');
    }
}
