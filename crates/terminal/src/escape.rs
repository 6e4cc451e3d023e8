use std::borrow::Cow;

use memchr::memchr;

/// First byte of every escape sequence.
pub const ESCAPE: u8 = 0x1b;

/// Returns the text of a line without escape sequences.
///
/// Unlike [`styled_spans`](crate::styled_spans), a sequence that the line does not complete is dropped up to
/// the end of the line, and an escape inside a sequence starts a new one.
pub fn visible_text(line: &str) -> Cow<'_, str> {
    if memchr(ESCAPE, line.as_bytes()).is_none() {
        return Cow::Borrowed(line);
    }
    let mut out = Vec::with_capacity(line.len());
    EscapeStripper::default().push(line.as_bytes(), &mut out);
    // Whole sequences of ASCII are removed, never a part of a character.
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

/// Removes escape sequences from one line that arrives in parts. It works on bytes, because sequences are
/// ASCII in both encodings of [`Encoding`](crate::Encoding). A sequence that the line does not complete is
/// dropped up to the end of the line.
#[derive(Default)]
pub struct EscapeStripper {
    state: State,
}

#[derive(Clone, Copy, Default)]
enum State {
    #[default]
    Text,
    /// After ESC.
    Escape,
    /// After ESC and an intermediate byte, such as the `(` that selects a character set.
    Intermediate,
    /// In a control sequence: `ESC [ 1 ; 31 m`.
    Control,
    /// In a string for the terminal, such as a window title or a link target.
    String,
}

impl EscapeStripper {
    /// Appends the visible bytes of the next part of the line to `out`.
    #[inline]
    pub fn push(&mut self, mut part: &[u8], out: &mut Vec<u8>) {
        while let Some(&byte) = part.first() {
            if matches!(self.state, State::Text) {
                let Some(end) = memchr(ESCAPE, part) else {
                    out.extend_from_slice(part);
                    return;
                };
                out.extend_from_slice(&part[..end]);
                part = &part[end + 1..];
                self.state = State::Escape;
                continue;
            }
            part = &part[1..];
            self.state = match (self.state, byte) {
                (_, ESCAPE) => State::Escape,
                (State::Escape, b'[') => State::Control,
                (State::Escape, b']' | b'P' | b'X' | b'^' | b'_') => State::String,
                (State::Escape | State::Intermediate, 0x20..=0x2f) => State::Intermediate,
                (State::Control, 0x20..=0x3f) => State::Control,
                (State::Escape | State::Intermediate, 0x30..=0x7e) | (State::Control, 0x40..=0x7e) => {
                    State::Text
                }
                // BEL ends a string, CAN and SUB abort it. `ESC \` is covered by the first arm.
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
    use super::{EscapeStripper, visible_text};

    #[test]
    fn escape_sequences_are_removed_and_text_is_unchanged() {
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
            assert_eq!(visible_text(line), expected, "{line:?}");
            let (mut stripper, mut out) = (EscapeStripper::default(), Vec::new());
            line.as_bytes()
                .iter()
                .for_each(|byte| stripper.push(&[*byte], &mut out));
            assert_eq!(String::from_utf8_lossy(&out), expected, "{line:?} byte by byte");
        }
    }
}
