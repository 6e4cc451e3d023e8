//! How bad lines are and who wrote them: of one line, and counted for many at the speed at which they are read.

#[cfg(test)]
mod tests;

use std::ops::Range;

use runlens_api_types::{
    TextEnum as _,
    log::{LogLevel, LogSource},
};

use super::{
    Limits,
    ansi::Stripper,
    encoding::Encoding,
    index::Counts,
    level,
    line::BYTE_ORDER_MARK,
    shapes::Shapes,
    words::{self, Masks, Vectors, Visit},
};

/// How bad a line of visible text is: the level word it starts with, else the worst word in it that is not counted as none.
pub(super) fn level(line: &str) -> LogLevel {
    level_of(line.as_bytes())
}

fn level_of(line: &[u8]) -> LogLevel {
    level::explicit(line).map_or_else(|| worst(line), |explicit| explicit.level)
}

/// The level of a line that says none at its start.
fn worst(line: &[u8]) -> LogLevel {
    may_be_bad(line)
        .then(|| level::worst(line))
        .flatten()
        .unwrap_or(LogLevel::Info)
}

/// Whether a word that is worse than none is in a line: a quick look that can be wrong only by yes.
fn may_be_bad(line: &[u8]) -> bool {
    let mut severe = Severe(0);
    words::scan(line, &mut severe);
    severe.0 != 0
}

/// Where what is worse than none may begin, in any block.
struct Severe(u64);

impl Visit for Severe {
    #[inline(always)]
    fn block(&mut self, _: usize, masks: Masks) {
        self.0 |= masks.severe;
    }

    fn pause(&mut self, _: &impl Vectors) {}
}

/// The first source in the list that a line of visible text names anywhere, whatever its case; `web` where it names none.
pub(super) fn source(line: &str) -> LogSource {
    let mut named = Named([0; 4]);
    words::scan(line.as_bytes(), &mut named);
    named
        .0
        .iter()
        .position(|mask| *mask != 0)
        .map_or(LogSource::Web, |index| LogSource::ALL[index])
}

/// Where sources are named, in any block.
struct Named([u64; 4]);

impl Visit for Named {
    #[inline(always)]
    fn block(&mut self, _: usize, masks: Masks) {
        let [orchestrator, worker, build] = masks.sources;
        for (all, mask) in self
            .0
            .iter_mut()
            .zip([orchestrator, worker, build, masks.test_runner])
        {
            *all |= mask;
        }
    }

    fn pause(&mut self, _: &impl Vectors) {}
}

/// Counts the lines of a piece of a log that begins where a line begins, at the log's start where `is_first`, and ends where
/// a line or the log ends. As much of a line counts as is shown of it.
pub(super) fn tally(buffer: &[u8], encoding: Encoding, is_first: bool) -> Tallied {
    let has_mark = is_first && encoding == Encoding::Utf8;
    let text = match buffer.strip_prefix(BYTE_ORDER_MARK).filter(|_| has_mark) {
        // A line that has nothing but the mark.
        Some(b"") => b"\n",
        Some(text) => text,
        None => buffer,
    };
    let mut tallied = tally_up_to(Limits::DEFAULT.max_line as usize, text, encoding);
    tallied.is_ascii &= text.len() == buffer.len();
    tallied
}

/// What was counted, and whether there was nothing but ASCII.
pub(super) struct Tallied {
    pub(super) counts: Counts,
    pub(super) is_ascii: bool,
}

fn tally_up_to(max_line: usize, text: &[u8], encoding: Encoding) -> Tallied {
    let mut tally = Tally {
        text,
        encoding,
        max_line,
        counts: Counts::default(),
        lines: 0,
        foreign: 0,
        begin: 0,
        level: Pending(false),
        test_runner: Pending(false),
        sources: [Pending(false); 3],
        escape: Pending(false),
        begun: text.len() > max_line,
        ends: [0; (HELD + 2) * END],
        held: 0,
        base: 0,
        next: 0,
        start: 0,
        shapes: Shapes::NONE,
        visible: Vec::new(),
    };
    words::scan(text, &mut tally);
    let Tally {
        mut counts,
        lines,
        foreign,
        visible,
        ..
    } = tally;
    counts.sources[LogSource::Web as usize] = lines - counts.sources.iter().sum::<u64>();
    if !visible.is_empty() {
        // Without escape sequences, and cut already.
        counts += tally_up_to(usize::MAX, &visible, Encoding::Utf8).counts;
    }
    Tallied {
        counts,
        is_ascii: foreign == 0,
    }
}

/// Whether the line that goes on over a block's end has had what is looked for.
#[derive(Clone, Copy)]
struct Pending(bool);

impl Pending {
    /// The newlines that end lines in which a bit of the mask lies. Added to ones that are broken by newlines only, the first
    /// bit in a line carries to the line's end, whatever bits lie between.
    #[inline(always)]
    fn ends(&mut self, mask: u64, newline: u64) -> u64 {
        // What lies before the block might as well lie at its first byte.
        let (sum, carry) = (!newline).overflowing_add(mask | u64::from(self.0));
        self.0 = carry;
        sum & newline
    }
}

/// Ends of lines that are held, at most, before their levels are settled.
const HELD: usize = words::STRETCH * words::BLOCK;
/// Beside an end: the line has what may be a level word.
const WORDED: u32 = 1;
/// Beside an end: the line is not classified as it is, but as it is seen.
const SPECIAL: u32 = 2;
/// Bits of these.
const BESIDE: u32 = 2;
/// Bytes of an end.
const END: usize = 2;

struct Tally<'a> {
    text: &'a [u8],
    encoding: Encoding,
    max_line: usize,
    /// Sources of lines that are classified as they are, but for `web`.
    counts: Counts,
    /// How many these lines are.
    lines: u64,
    /// What is not ASCII, in any block.
    foreign: u64,
    /// Where the line begins that the next newline ends; known where lines can be too long.
    begin: usize,
    level: Pending,
    test_runner: Pending,
    sources: [Pending; 3],
    escape: Pending,
    /// Whether one of the last two has begun, or lines can be too long.
    begun: bool,
    /// Ends of lines behind the stretch's start, with what is known of them. Levels are settled many lines at a time, since the number of
    /// lines in a block cannot be foreseen.
    ends: [u8; (HELD + 2) * END],
    held: usize,
    /// Where the stretch begins.
    base: usize,
    /// Where it has come to.
    next: usize,
    /// Where the first of these lines begins.
    start: usize,
    shapes: Shapes,
    /// Special lines as they are seen, in UTF-8.
    visible: Vec<u8>,
}

impl Visit for Tally<'_> {
    /// Counts the sources of the lines that end in a block, and holds these.
    #[inline(always)]
    fn block(&mut self, offset: usize, masks: Masks) {
        let newline = masks.newline;
        let worded = self.level.ends(masks.level, newline);
        let mut test_runner = self.test_runner.ends(masks.test_runner, newline);
        let mut special = 0;
        let [orchestrator, worker, build] = masks.sources;
        if self.begun || orchestrator | worker | build | masks.escape | masks.foreign != 0 {
            special = self.special(offset, &masks);
            test_runner &= !special & !self.named(&masks, special);
        }
        self.lines += u64::from((newline & !special).count_ones());
        self.counts.sources[LogSource::TestRunner as usize] += u64::from(test_runner.count_ones());

        let (mut rest, mut from) = (newline, self.held);
        let within = (offset - self.base) as u32;
        // Rarely do more than these end in a block; written always, they need no guess.
        while let Some(ends) = self
            .ends
            .get_mut(from * END..)
            .and_then(<[u8]>::first_chunk_mut::<{ 2 * END }>)
        {
            let mut two = 0;
            for shift in [0, u16::BITS] {
                let at = rest.trailing_zeros();
                two |= ((within + at) << BESIDE | worded.unbounded_shr(at) as u32 & WORDED) << shift;
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
                .get_mut((self.held + before.count_ones() as usize) * END)
            {
                *end |= SPECIAL as u8;
            }
            special &= special - 1;
        }
        self.held += newline.count_ones() as usize;
        self.next = offset + words::BLOCK;
    }

    #[inline(always)]
    fn pause(&mut self, vectors: &impl Vectors) {
        self.settle(vectors);
        self.base = self.next;
    }
}

impl Tally<'_> {
    /// The ends of lines that are not classified as they are: they have escape sequences, or are too long.
    #[inline(always)]
    fn special(&mut self, offset: usize, masks: &Masks) -> u64 {
        let newline = masks.newline;
        let mut special = self.escape.ends(masks.escape, newline);
        if self.text.len() > self.max_line && newline != 0 {
            let first = offset + newline.trailing_zeros() as usize;
            if first - self.begin > self.max_line {
                special |= newline & newline.wrapping_neg();
            }
            self.begin = offset + words::BLOCK - newline.leading_zeros() as usize;
        }
        self.foreign |= masks.foreign;
        special
    }

    /// Counts what other lines that end in a block name before all others; the ends of these.
    #[inline(always)]
    fn named(&mut self, masks: &Masks, special: u64) -> u64 {
        let mut all = 0;
        self.begun = self.escape.0 || self.text.len() > self.max_line;
        for (index, mask) in masks.sources.into_iter().enumerate() {
            let named = self.sources[index].ends(mask, masks.newline) & !special & !all;
            self.counts.sources[index] += u64::from(named.count_ones());
            self.begun |= self.sources[index].0;
            all |= named;
        }
        all
    }

    /// Counts the levels of the lines held.
    #[inline(always)]
    fn settle(&mut self, vectors: &impl Vectors) {
        for index in 0..self.held {
            let Some(end) = self.ends.as_chunks().0.get(index) else {
                break;
            };
            let end = u32::from(u16::from_le_bytes(*end));
            let line = self.start..self.base + (end >> BESIDE) as usize;
            self.start = line.end + 1;
            let level = match end & (WORDED | SPECIAL) {
                0 => LogLevel::Info,
                WORDED => {
                    let known = match self.text.get(line.start..).unwrap_or_default().first_chunk() {
                        Some(bytes) => self.shapes.level(bytes, vectors),
                        None => None,
                    };
                    match known {
                        Some(level) => level,
                        None => self.learn(line),
                    }
                }
                _ => {
                    self.keep_visible(line);
                    continue;
                }
            };
            self.counts.levels[level as usize] += 1;
        }
        self.held = 0;
    }

    /// The level of a line of a shape that is not known.
    #[inline(never)]
    fn learn(&mut self, line: Range<usize>) -> LogLevel {
        let (start, line) = (line.start, &self.text[line]);
        if self.encoding != Encoding::Utf8 && !line.is_ascii() {
            return level_of(self.encoding.decode(line).as_bytes());
        }
        let Some(explicit) = level::explicit(line) else {
            return worst(line);
        };
        if let Some(bytes) = self.text[start..].first_chunk() {
            self.shapes.add(bytes, &explicit);
        }
        explicit.level
    }

    /// Takes a line as it is seen to the others.
    #[inline(never)]
    fn keep_visible(&mut self, line: Range<usize>) {
        let line = &self.text[line];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = self.encoding.decode(&line[..line.len().min(self.max_line)]);
        Stripper::default().push(text.as_bytes(), &mut self.visible);
        self.visible.push(b'\n');
    }
}
