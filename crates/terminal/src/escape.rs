//! Escape sequences of terminals: what is left when they are taken out.

use std::borrow::Cow;

use memchr::memchr;

/// With what every sequence begins.
pub(super) const ESCAPE: u8 = 0x1b;

/// The text that a terminal would show of a line.
pub(super) fn visible(line: &str) -> Cow<'_, str> {
    if memchr(ESCAPE, line.as_bytes()).is_none() {
        return Cow::Borrowed(line);
    }
    let mut out = Vec::with_capacity(line.len());
    Stripper::default().push(line.as_bytes(), &mut out);
    // Sequences are taken out whole, and never a part of a character.
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

/// Takes escape sequences out of one line that arrives in pieces. It works on bytes: every sequence is made of ASCII in
/// both encodings that a log can have. A sequence that the line does not end is taken out to the line's end.
#[derive(Default)]
pub(super) struct Stripper {
    state: State,
}

#[derive(Clone, Copy, Default)]
enum State {
    #[default]
    Text,
    /// After ESC.
    Escape,
    /// After ESC and a character that selects a set, such as `(`.
    Set,
    /// A control sequence: `ESC [ 1 ; 31 m`.
    Control,
    /// A string for the terminal, such as a window's title or a link's target.
    String,
}

impl Stripper {
    /// Adds the visible bytes of the next piece to `out`.
    pub(super) fn push(&mut self, mut piece: &[u8], out: &mut Vec<u8>) {
        while let Some(&byte) = piece.first() {
            if matches!(self.state, State::Text) {
                let Some(end) = memchr(ESCAPE, piece) else {
                    out.extend_from_slice(piece);
                    return;
                };
                out.extend_from_slice(&piece[..end]);
                piece = &piece[end + 1..];
                self.state = State::Escape;
                continue;
            }
            piece = &piece[1..];
            self.state = match (self.state, byte) {
                (_, ESCAPE) => State::Escape,
                (State::Escape, b'[') => State::Control,
                (State::Escape, b']' | b'P' | b'X' | b'^' | b'_') => State::String,
                (State::Escape | State::Set, 0x20..=0x2f) => State::Set,
                (State::Control, 0x20..=0x3f) => State::Control,
                (State::Escape | State::Set, 0x30..=0x7e) | (State::Control, 0x40..=0x7e) => State::Text,
                // BEL ends a string, CAN and SUB break it off; ESC \ has been seen above.
                (State::String, 0x07 | 0x18 | 0x1a) => State::Text,
                (State::String, _) => State::String,
                _ => {
                    out.push(byte);
                    State::Text
                }
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Stripper, visible};

    #[test]
    fn sequences_are_taken_out_and_text_is_kept() {
        let cases = [
            ("plain", "plain"),
            ("\x1b[1m\x1b[31merror\x1b[0m: x", "error: x"),
            ("\x1b[38;2;255;0;0mred\x1b[m", "red"),
            ("\x1b[2K\x1b[1Gdone", "done"),
            ("\x1b]0;a title\x07text", "text"),
            ("\x1b]8;;https://x.org\x1b\\link\x1b]8;;\x1b\\.", "link."),
            ("\x1bP1$r\x1b\\text", "text"),
            ("\x1b(Btext", "text"),
            ("\x1b=text\x1b>", "text"),
            ("a\x1b\x1b[31mb", "ab"),
            ("a\x1b[3\u{e9}b", "a\u{e9}b"),
            ("a\x1b\u{1f600}b", "a\u{1f600}b"),
            ("a\x1b]0;never ended \u{e9}", "a"),
            ("a\x1b[31", "a"),
            ("a\x1b", "a"),
            ("tab\tand \0 stay", "tab\tand \0 stay"),
            ("", ""),
        ];
        for (line, expected) in cases {
            assert_eq!(visible(line), expected, "{line:?}");
            let (mut stripper, mut out) = (Stripper::default(), Vec::new());
            line.as_bytes()
                .iter()
                .for_each(|byte| stripper.push(&[*byte], &mut out));
            assert_eq!(String::from_utf8_lossy(&out), expected, "{line:?} byte by byte");
        }
    }
}
