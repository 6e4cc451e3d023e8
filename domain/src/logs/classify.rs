//! How bad lines are and who wrote them, counted for many.

use super::{ansi::visible, encoding::Encoding, index::Counts, line};

/// Counts the lines of a buffer, of which the last may lack its end, by level and source. `is_first` says that it begins where the file
/// does: a byte order mark may stand there.
pub(super) fn tally(buffer: &[u8], encoding: Encoding, is_first: bool) -> Counts {
    let mut counts = Counts::default();
    for (number, raw) in buffer.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let content = line::content(raw, encoding, is_first && number == 0);
        let text = encoding.decode(&raw[content]);
        let shown = visible(&text);
        counts.add(line::level(&shown), line::source(&shown));
    }
    counts
}
