//! Caption files as the extractor writes them, and typical mistakes in them.

use std::fmt::Write as _;

use super::{
    scripts::{SCRIPTS, Script},
    seeded_rng::SeededRng,
};

/// Recipe of an output file.
#[derive(Clone, Debug)]
pub(super) struct Content {
    /// Determines everything that the other fields do not.
    pub(super) seed: u64,
    /// Index into `SCRIPTS`.
    pub(super) script: usize,
    /// File name extension with its dot; it selects the format.
    pub(super) extension: &'static str,
    /// Whether the file is encoded in Windows-1252 instead of UTF-8.
    pub(super) is_latin1: bool,
}

/// A version of an output file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Rendition {
    Expected,
    /// An accepted variant: with CRLF line endings.
    Accepted,
    /// A wrong version; equal numbers stand for equal mistakes.
    Wrong(u32),
}

#[derive(Clone, Debug)]
struct Cue {
    start_ms: i64,
    end_ms: i64,
    lines: Vec<String>,
    is_italic: bool,
}

/// Duration of a frame at 29.97 frames per second.
const FRAME_MS: i64 = 33;

/// Width of CEA-608 captions.
const MAX_COLUMNS: usize = 32;

impl Content {
    /// Returns the bytes of the file.
    pub(super) fn render(&self, rendition: Rendition) -> Vec<u8> {
        let cues = self.cues();
        match rendition {
            Rendition::Expected => self.encode(&self.format(&cues)),
            Rendition::Accepted => self.encode(&self.format(&cues).replace('\n', "\r\n")),
            Rendition::Wrong(number) => {
                let expected = self.encode(&self.format(&cues));
                let mut rng = SeededRng::new(&[self.seed, number.into()]);
                loop {
                    let wrong = self.with_mistake(cues.clone(), &mut rng);
                    if wrong != expected {
                        break wrong;
                    }
                }
            }
        }
    }

    fn cues(&self) -> Vec<Cue> {
        let mut rng = SeededRng::new(&[self.seed]);
        let Script { sentences, .. } = SCRIPTS[self.script];
        let first = rng.index(sentences.len());
        let count = rng.between(16, 52) as usize;
        let mut start_ms = rng.between(400, 900_000);
        let mut cues = Vec::new();
        for sentence in sentences.iter().cycle().skip(first) {
            // Sounds and songs are in italics.
            let is_italic = sentence.starts_with(['[', '♪', '(']);
            for lines in wrap(sentence).chunks(2) {
                let length = 900 + 55 * lines.iter().map(|line| line.chars().count() as i64).sum::<i64>();
                cues.push(Cue {
                    start_ms,
                    end_ms: start_ms + length,
                    lines: lines.to_vec(),
                    is_italic,
                });
                start_ms += length + rng.between(0, 40) * FRAME_MS;
                if cues.len() == count {
                    return cues;
                }
            }
        }
        cues
    }

    /// Returns the file with one mistake of a kind that the extractor is known to make.
    fn with_mistake(&self, mut cues: Vec<Cue>, rng: &mut SeededRng) -> Vec<u8> {
        let index = rng.index(cues.len());
        match rng.below(11) {
            0 => {
                cues.remove(index);
            }
            1 | 2 => {
                let shift = rng.between(1, 6) * FRAME_MS;
                for cue in &mut cues[index..] {
                    cue.start_ms += shift;
                    cue.end_ms += shift;
                }
            }
            3 => {
                for cue in &mut cues {
                    cue.is_italic = false;
                }
            }
            4 => cues.truncate((cues.len() * 4 / 5).max(1)),
            5 => {
                // A rolled-up line is repeated in the next caption.
                let line = cues[index].lines.last().cloned().unwrap_or_default();
                if let Some(next) = cues.get_mut(index + 1) {
                    next.lines.insert(0, line);
                }
            }
            6 => {
                let line = &mut cues[index].lines[0];
                *line = line.replacen('e', "è", 1).replacen('o', "ó", 1);
            }
            7 => {
                // UTF-8 decoded as Latin-1 and encoded again.
                let text = self.format(&cues);
                let garbled = |c: char| {
                    if c.is_ascii() {
                        c.to_string()
                    } else {
                        c.to_string().bytes().map(char::from).collect()
                    }
                };
                return self.encode(&text.chars().map(garbled).collect::<String>());
            }
            8 => {
                // The output of the extractor on Windows: CRLF, and a byte order mark in UTF-8.
                let text = self.format(&cues);
                let bom = if self.is_latin1 { "" } else { "\u{feff}" };
                return self.encode(&format!(
                    "{bom}{}",
                    text.trim_end_matches('\n').replace('\n', "\r\n")
                ));
            }
            9 => {
                // Empty columns are written as spaces.
                for line in cues[index..].iter_mut().step_by(3).flat_map(|cue| &mut cue.lines) {
                    line.push_str("  ");
                }
            }
            _ => {
                let text = self.format(&cues);
                let trimmed = text.trim_end_matches('\n');
                return self.encode(
                    if rng.chance(50) {
                        trimmed.to_owned()
                    } else {
                        format!("{text}\n")
                    }
                    .as_str(),
                );
            }
        }
        self.encode(&self.format(&cues))
    }

    fn format(&self, cues: &[Cue]) -> String {
        let mut out = String::new();
        for (index, cue) in cues.iter().enumerate() {
            let text = |separator: &str, tagged: bool| {
                let lines: Vec<String> = cue
                    .lines
                    .iter()
                    .map(|line| {
                        if tagged && cue.is_italic {
                            format!("<i>{line}</i>")
                        } else {
                            line.clone()
                        }
                    })
                    .collect();
                lines.join(separator)
            };
            // Writing to a String cannot fail.
            let _ = match self.extension {
                ".srt" => writeln!(
                    out,
                    "{}\n{} --> {}\n{}\n",
                    index + 1,
                    clock(cue.start_ms, ','),
                    clock(cue.end_ms, ','),
                    text("\n", true)
                ),
                ".vtt" => writeln!(
                    out,
                    "{} --> {}\n{}\n",
                    clock(cue.start_ms, '.'),
                    clock(cue.end_ms, '.'),
                    text("\n", true)
                ),
                ".ttxt" => writeln!(
                    out,
                    "{}|{}|POP|{}",
                    clock(cue.start_ms, ','),
                    clock(cue.end_ms, ','),
                    text(" ", false)
                ),
                ".xml" => writeln!(
                    out,
                    "<spu start=\"{:.3}\" end=\"{:.3}\" image=\"sub{index:04}.png\" xoffset=\"96\" yoffset=\"420\">\n<!--\n{}\n--></spu>",
                    cue.start_ms as f64 / 1000.0,
                    cue.end_ms as f64 / 1000.0,
                    text("\n", false)
                ),
                _ => writeln!(out, "{}", text("\n", false)),
            };
        }
        match self.extension {
            ".vtt" => format!("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n\n{out}"),
            ".xml" => format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<subpictures>\n<stream>\n{out}</stream>\n</subpictures>\n"
            ),
            _ => out,
        }
    }

    fn encode(&self, text: &str) -> Vec<u8> {
        if self.is_latin1 {
            // The extractor replaces characters that Latin-1 lacks.
            let encodable: String = text
                .chars()
                .map(|c| {
                    if encoding_rs::WINDOWS_1252.encode(&c.to_string()).2 {
                        '?'
                    } else {
                        c
                    }
                })
                .collect();
            encoding_rs::WINDOWS_1252.encode(&encodable).0.into_owned()
        } else {
            text.as_bytes().to_vec()
        }
    }
}

/// Breaks a sentence into lines of at most `MAX_COLUMNS` characters.
fn wrap(sentence: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in sentence.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= MAX_COLUMNS => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Formats a time as `00:01:02,345`.
fn clock(time_ms: i64, separator: char) -> String {
    let seconds = time_ms / 1000;
    format!(
        "{:02}:{:02}:{:02}{separator}{:03}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        time_ms % 1000
    )
}
