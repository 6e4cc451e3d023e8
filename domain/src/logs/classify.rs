//! How bad lines are and who wrote them: of one line, and counted for many at the speed at which they are read.

#[cfg(test)]
mod tests;

use runlens_contract::{
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
    words::{self, Masks},
};

/// How bad a line of visible text is: the level word it starts with, else the worst word in it that is not counted as none.
pub(super) fn level(line: &str) -> LogLevel {
    level_of(line.as_bytes())
}

fn level_of(line: &[u8]) -> LogLevel {
    level::explicit(line).or_else(|| may_be_bad(line).then(|| level::worst(line)).flatten()).unwrap_or(LogLevel::Info)
}

/// Whether a word that is worse than none is in a line: a quick look that can be wrong only by yes.
fn may_be_bad(line: &[u8]) -> bool {
    let mut severe = 0;
    words::scan(
        line,
        #[inline(always)]
        |_, masks| severe |= masks.severe,
    );
    severe != 0
}

/// The first source in the list that a line of visible text names anywhere, whatever its case; `web` where it names none.
pub(super) fn source(line: &str) -> LogSource {
    let mut named = [0; 4];
    words::scan(line.as_bytes(), |_, masks| named.iter_mut().zip(masks.sources).for_each(|(all, mask)| *all |= mask));
    named.iter().position(|mask| *mask != 0).map_or(LogSource::Web, |index| LogSource::ALL[index])
}

/// Counts the lines of a piece of a log that begins where a line begins, at the log's start where `is_first`, and ends where
/// a line or the log ends. As much of a line counts as is shown of it.
pub(super) fn tally(buffer: &[u8], encoding: Encoding, is_first: bool) -> Counts {
    let has_mark = is_first && encoding == Encoding::Utf8;
    let text = buffer.strip_prefix(BYTE_ORDER_MARK).filter(|_| has_mark).unwrap_or(buffer);
    let is_ended = buffer.last().is_none_or(|last| *last == b'\n');
    tally_up_to(Limits::DEFAULT.max_line as usize, text, is_ended, encoding)
}

fn tally_up_to(max_line: usize, text: &[u8], is_ended: bool, encoding: Encoding) -> Counts {
    let mut tally = Tally {
        text,
        encoding,
        max_line,
        counts: Counts::default(),
        begin: 0,
        escape: Pending(false),
        level: Pending(false),
        sources: [Pending(false); 4],
        ends: [0; HELD + 2],
        held: 0,
        start: 0,
        visible: Vec::new(),
    };
    words::scan(
        text,
        #[inline(always)]
        |offset, masks| tally.block(offset, masks),
    );
    if !is_ended {
        tally.block(text.len(), Masks { newline: 1, ..Masks::default() });
    }
    tally.settle();
    let Tally { mut counts, visible, .. } = tally;
    if !visible.is_empty() {
        // Without escape sequences, and cut already.
        counts += tally_up_to(usize::MAX, &visible, true, Encoding::Utf8);
    }
    counts
}

/// Whether the line that goes on over a block's end has had what is looked for.
#[derive(Clone, Copy)]
struct Pending(bool);

impl Pending {
    /// The newlines that end lines in which a bit of the mask lies. Added to ones that are broken by newlines only, the first
    /// bit in a line carries to the line's end, whatever bits lie between.
    #[inline(always)]
    fn ends(&mut self, mask: u64, newline: u64) -> u64 {
        let (sum, carry) = (!newline).carrying_add(mask, self.0);
        self.0 = carry;
        sum & newline
    }
}

/// Ends of lines that are held, at most, before their levels are settled.
const HELD: usize = 128;
/// Beside an end: the line has what may be a level word.
const WORDED: usize = 1;
/// Beside an end: the line is not classified as it is, but as it is seen.
const SPECIAL: usize = 2;

struct Tally<'a> {
    text: &'a [u8],
    encoding: Encoding,
    max_line: usize,
    counts: Counts,
    /// Where the line begins that the next newline ends.
    begin: usize,
    escape: Pending,
    level: Pending,
    sources: [Pending; 4],
    /// Ends of lines, times four, with what is known of them. Levels are settled many lines at a time, since the number of
    /// lines in a block cannot be foreseen.
    ends: [usize; HELD + 2],
    held: usize,
    /// Where the first of these lines begins.
    start: usize,
    /// Special lines as they are seen, in UTF-8.
    visible: Vec<u8>,
}

impl Tally<'_> {
    /// Counts the sources of the lines that end in a block, and holds these.
    #[inline(always)]
    fn block(&mut self, offset: usize, masks: Masks) {
        let newline = masks.newline;
        let worded = self.level.ends(masks.severe | masks.mild, newline);
        let named_0 = self.sources[0].ends(masks.sources[0], newline);
        let named_1 = self.sources[1].ends(masks.sources[1], newline);
        let named_2 = self.sources[2].ends(masks.sources[2], newline);
        let named_3 = self.sources[3].ends(masks.sources[3], newline);
        let mut special = if masks.escape != 0 || self.escape.0 { self.escape.ends(masks.escape, newline) } else { 0 };
        if newline == 0 {
            return;
        }
        let first = offset + newline.trailing_zeros() as usize;
        if first - self.begin > self.max_line {
            special |= newline & newline.wrapping_neg();
        }
        self.begin = offset + words::BLOCK - newline.leading_zeros() as usize;

        let mut rest = newline & !special;
        for (count, named) in self.counts.sources.iter_mut().zip([named_0, named_1, named_2, named_3, u64::MAX]) {
            *count += u64::from((rest & named).count_ones());
            rest &= !named;
        }

        if self.held + words::BLOCK > HELD {
            self.settle();
        }
        let (mut rest, mut from) = (newline, self.held);
        self.held += newline.count_ones() as usize;
        while rest != 0 {
            // Rarely do more than these end in a block; written always, they need no guess.
            let Some(ends) = self.ends.get_mut(from..).and_then(<[usize]>::first_chunk_mut::<2>) else { return };
            for end in ends {
                let at = rest.trailing_zeros();
                let is = |mask: u64| mask.unbounded_shr(at) as usize & 1;
                *end = ((offset + at as usize) << 2) | (is(special) * SPECIAL) | (is(worded) * WORDED);
                rest &= rest.wrapping_sub(1);
            }
            from += 2;
        }
    }

    /// Counts the levels of the lines held.
    #[inline(never)]
    fn settle(&mut self) {
        let (text, held) = (self.text, self.held.min(HELD));
        for index in 0..held {
            let marked = self.ends[index];
            let line = &text[self.start..marked >> 2];
            self.start = (marked >> 2) + 1;
            let level = match marked & (WORDED | SPECIAL) {
                0 => LogLevel::Info,
                WORDED if self.encoding == Encoding::Utf8 || line.is_ascii() => level_of(line),
                WORDED => level_of(self.encoding.decode(line).as_bytes()),
                _ => {
                    self.keep_visible(line);
                    continue;
                }
            };
            self.counts.levels[level as usize] += 1;
        }
        self.held = 0;
    }

    /// Takes a line as it is seen to the others.
    fn keep_visible(&mut self, line: &[u8]) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = self.encoding.decode(&line[..line.len().min(self.max_line)]);
        Stripper::default().push(text.as_bytes(), &mut self.visible);
        self.visible.push(b'\n');
    }
}
