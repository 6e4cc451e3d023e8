//! Captions as the extractor writes them, and the ways in which it gets them wrong.

use std::fmt::Write as _;

use super::{
    dice::Dice,
    scripts::{SCRIPTS, Script},
};

/// What one output file is made of.
#[derive(Clone, Debug)]
pub(super) struct Content {
    /// Decides everything that is not said here.
    pub(super) seed: u64,
    /// Which of the scripts is spoken.
    pub(super) script: usize,
    /// Extension of the file, with its dot; it decides the format.
    pub(super) extension: &'static str,
    /// Whether the file is written in Windows-1252 rather than UTF-8.
    pub(super) latin1: bool,
}

/// Which of a file's renditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Rendition {
    /// As it should be.
    Expected,
    /// Another one that is accepted: lines end as they do on Windows.
    Accepted,
    /// A wrong one; the same number is the same mistake.
    Wrong(u32),
}

#[derive(Clone, Debug)]
struct Cue {
    start: i64,
    end: i64,
    lines: Vec<String>,
    is_italic: bool,
}

/// Milliseconds between two frames of 29.97 a second.
const FRAME: i64 = 33;

/// Columns of a caption, as CEA-608 has them.
const COLUMNS: usize = 32;

impl Content {
    /// The file.
    pub(super) fn render(&self, rendition: Rendition) -> Vec<u8> {
        let cues = self.cues();
        match rendition {
            Rendition::Expected => self.encode(&self.format(&cues)),
            Rendition::Accepted => self.encode(&self.format(&cues).replace('\n', "\r\n")),
            Rendition::Wrong(number) => {
                let expected = self.encode(&self.format(&cues));
                let mut dice = Dice::of(&[self.seed, number.into()]);
                loop {
                    let wrong = self.spoil(cues.clone(), &mut dice);
                    if wrong != expected {
                        break wrong;
                    }
                }
            }
        }
    }

    fn cues(&self) -> Vec<Cue> {
        let mut dice = Dice::of(&[self.seed]);
        let Script { sentences, .. } = SCRIPTS[self.script];
        let first = dice.index(sentences.len());
        let count = dice.between(16, 52) as usize;
        let mut at = dice.between(400, 900_000);
        let mut cues = Vec::new();
        for sentence in sentences.iter().cycle().skip(first) {
            // Sounds and songs are set in italics.
            let is_italic = sentence.starts_with(['[', '♪', '(']);
            for lines in wrap(sentence).chunks(2) {
                let length = 900 + 55 * lines.iter().map(|line| line.chars().count() as i64).sum::<i64>();
                cues.push(Cue {
                    start: at,
                    end: at + length,
                    lines: lines.to_vec(),
                    is_italic,
                });
                at += length + dice.between(0, 40) * FRAME;
                if cues.len() == count {
                    return cues;
                }
            }
        }
        cues
    }

    /// One mistake, of those that the extractor is known to make.
    fn spoil(&self, mut cues: Vec<Cue>, dice: &mut Dice) -> Vec<u8> {
        let place = dice.index(cues.len());
        match dice.below(11) {
            0 => {
                cues.remove(place);
            }
            1 | 2 => {
                let shift = dice.between(1, 6) * FRAME;
                for cue in &mut cues[place..] {
                    cue.start += shift;
                    cue.end += shift;
                }
            }
            3 => {
                for cue in &mut cues {
                    cue.is_italic = false;
                }
            }
            4 => cues.truncate((cues.len() * 4 / 5).max(1)),
            5 => {
                // A rolled-up line is written again with the next one.
                let line = cues[place].lines.last().cloned().unwrap_or_default();
                if let Some(next) = cues.get_mut(place + 1) {
                    next.lines.insert(0, line);
                }
            }
            6 => {
                let line = &mut cues[place].lines[0];
                *line = line.replacen('e', "è", 1).replacen('o', "ó", 1);
            }
            7 => {
                // UTF-8 read as Latin-1 and written as UTF-8 again.
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
                // As the extractor writes on Windows: a byte order mark, where the encoding has one, and other line ends.
                let text = self.format(&cues);
                let mark = if self.latin1 { "" } else { "\u{feff}" };
                return self.encode(&format!(
                    "{mark}{}",
                    text.trim_end_matches('\n').replace('\n', "\r\n")
                ));
            }
            9 => {
                // Columns that are empty are written as spaces.
                for line in cues[place..].iter_mut().step_by(3).flat_map(|cue| &mut cue.lines) {
                    line.push_str("  ");
                }
            }
            _ => {
                let text = self.format(&cues);
                let trimmed = text.trim_end_matches('\n');
                return self.encode(
                    if dice.percent(50) {
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
            // Writing to a string does not fail.
            let _ = match self.extension {
                ".srt" => writeln!(
                    out,
                    "{}\n{} --> {}\n{}\n",
                    index + 1,
                    clock(cue.start, ','),
                    clock(cue.end, ','),
                    text("\n", true)
                ),
                ".vtt" => writeln!(
                    out,
                    "{} --> {}\n{}\n",
                    clock(cue.start, '.'),
                    clock(cue.end, '.'),
                    text("\n", true)
                ),
                ".ttxt" => writeln!(
                    out,
                    "{}|{}|POP|{}",
                    clock(cue.start, ','),
                    clock(cue.end, ','),
                    text(" ", false)
                ),
                ".xml" => writeln!(
                    out,
                    "<spu start=\"{:.3}\" end=\"{:.3}\" image=\"sub{index:04}.png\" xoffset=\"96\" yoffset=\"420\">\n<!--\n{}\n--></spu>",
                    cue.start as f64 / 1000.0,
                    cue.end as f64 / 1000.0,
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
        if self.latin1 {
            // The extractor writes a question mark for what Latin-1 lacks.
            let known: String = text
                .chars()
                .map(|c| {
                    if encoding_rs::WINDOWS_1252.encode(&c.to_string()).2 {
                        '?'
                    } else {
                        c
                    }
                })
                .collect();
            encoding_rs::WINDOWS_1252.encode(&known).0.into_owned()
        } else {
            text.as_bytes().to_vec()
        }
    }
}

/// Breaks a sentence into lines of a caption's width.
fn wrap(sentence: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in sentence.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= COLUMNS => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// `00:01:02,345`.
fn clock(millis: i64, separator: char) -> String {
    let seconds = millis / 1000;
    format!(
        "{:02}:{:02}:{:02}{separator}{:03}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        millis % 1000
    )
}
