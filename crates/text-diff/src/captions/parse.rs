//! Reads captions as they are written in files: where each lies, its number, its times, its text.
//!
//! Lenient: what is no caption belongs to the one before it, so that every line belongs somewhere.

use std::ops::Range;

use runlens_api_types::output::CaptionFormat;

use crate::lines::split_end;

/// The captions of a file.
#[derive(Debug)]
pub(crate) struct Track {
    /// Lines before the first caption.
    pub(crate) head: usize,
    pub(crate) cues: Vec<Cue>,
}

/// A caption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cue {
    /// All its lines, those included that follow its text.
    pub(crate) lines: Range<usize>,
    /// The line with its times. Before it are its number or name.
    pub(crate) timing: usize,
    /// The lines of its text behind that.
    pub(crate) text: Range<usize>,
    pub(crate) number: Option<i64>,
    /// Milliseconds.
    pub(crate) start: i64,
    pub(crate) end: Option<i64>,
    /// The line with its times, without the digits of times and number.
    pub(crate) frame: String,
    /// Text that stands on the line with its times.
    pub(crate) inline: String,
    /// All its text, without markup and with single spaces: what it is known again by.
    pub(crate) key: String,
}

/// What stands on the line with the times.
struct Timing<'a> {
    start: i64,
    end: Option<i64>,
    number: Option<i64>,
    frame: String,
    inline: &'a str,
}

/// The format of files with this extension; none where that is none of captions. A transcript is known by its lines too.
pub(crate) fn format(extension: &str, lines: &[&str]) -> Option<CaptionFormat> {
    match extension.trim_start_matches('.').to_ascii_lowercase().as_str() {
        "srt" => Some(CaptionFormat::Srt),
        "vtt" => Some(CaptionFormat::Vtt),
        "ttxt" => Some(CaptionFormat::Ttxt),
        "smi" | "sami" => Some(CaptionFormat::Sami),
        "ass" | "ssa" => Some(CaptionFormat::Ass),
        "xml" => Some(CaptionFormat::Spu),
        "txt" => {
            let written = lines.iter().filter(|line| !is_blank(line));
            let (all, timed) = written.fold((0, 0), |(all, timed), line| {
                (
                    all + 1,
                    timed + usize::from(transcript(split_end(line).0).is_some()),
                )
            });
            (timed > 0 && timed * 2 >= all).then_some(CaptionFormat::Ttxt)
        }
        _ => None,
    }
}

/// Reads a file; none where something is written in it, and no caption.
pub(crate) fn parse(format: CaptionFormat, lines: &[&str]) -> Option<Track> {
    let read: fn(&str) -> Option<Timing<'_>> = match format {
        CaptionFormat::Srt | CaptionFormat::Vtt => arrow,
        CaptionFormat::Ttxt => transcript,
        CaptionFormat::Sami => sami,
        CaptionFormat::Ass => dialogue,
        CaptionFormat::Spu => picture,
    };
    let mut cues: Vec<Cue> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(timing) = read(split_end(line).0) else {
            continue;
        };
        let from = cues.last().map_or(0, |cue| cue.timing + 1);
        let name = (at > from)
            .then(|| at - 1)
            .filter(|name| is_name(format, lines, *name));
        let number = timing.number.or_else(|| lines[name?].trim().parse().ok());
        let (start, end, frame, inline) = (timing.start, timing.end, timing.frame, timing.inline.to_owned());
        let first = name.unwrap_or(at);
        close(format, lines, cues.last_mut(), first);
        cues.push(Cue {
            lines: first..at + 1,
            timing: at,
            text: at + 1..at + 1,
            number,
            start,
            end,
            frame,
            inline,
            key: String::new(),
        });
    }
    close(format, lines, cues.last_mut(), lines.len());
    let head = cues.first().map_or(lines.len(), |cue| cue.lines.start);
    (!cues.is_empty() || lines.iter().all(|line| is_blank(line))).then_some(Track { head, cues })
}

/// Whether a line before that with the times is the caption's number or name.
fn is_name(format: CaptionFormat, lines: &[&str], at: usize) -> bool {
    let line = lines[at].trim();
    let is_number = !line.is_empty() && line.len() < 16 && line.bytes().all(|byte| byte.is_ascii_digit());
    match format {
        CaptionFormat::Srt => is_number,
        CaptionFormat::Vtt => !line.is_empty() && (at == 0 || is_blank(lines[at - 1])),
        _ => false,
    }
}

/// Gives a caption the lines up to the next.
fn close(format: CaptionFormat, lines: &[&str], cue: Option<&mut Cue>, end: usize) {
    let Some(cue) = cue else { return };
    let first = cue.timing + 1;
    let text_end = match format {
        CaptionFormat::Vtt | CaptionFormat::Ttxt | CaptionFormat::Ass => {
            (first..end).find(|at| is_blank(lines[*at])).unwrap_or(end)
        }
        CaptionFormat::Srt | CaptionFormat::Sami | CaptionFormat::Spu => (first..end)
            .rev()
            .find(|at| !is_blank(lines[*at]))
            .map_or(first, |last| last + 1),
    };
    (cue.lines.end, cue.text) = (end, first..text_end);
    let text = std::iter::once(cue.inline.as_str()).chain(lines[first..text_end].iter().copied());
    cue.key = key(text);
}

pub(crate) fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
}

/// Text without markup, with single spaces.
fn key<'a>(text: impl Iterator<Item = &'a str>) -> String {
    let mut out = String::new();
    let mut closing = None;
    for line in text {
        for c in line.chars().chain([' ']) {
            match (closing, c) {
                (Some(end), c) if c == end => closing = None,
                (Some(_), _) => {}
                (None, '<') => closing = Some('>'),
                (None, '{') => closing = Some('}'),
                (None, c) if c.is_whitespace() => {
                    if !out.is_empty() && !out.ends_with(' ') {
                        out.push(' ');
                    }
                }
                (None, c) => out.push(c),
            }
        }
        // Markup does not go on over the end of a line.
        closing = None;
    }
    out.truncate(out.trim_end().len());
    out
}

/// `00:00:01,000 --> 00:00:02,000` and settings.
fn arrow(line: &str) -> Option<Timing<'_>> {
    let (start, rest) = line.split_once("-->")?;
    let end = rest.split_whitespace().next()?;
    let is_clock = start.contains(':') && end.contains(':');
    // Behind it are settings, whose numbers are no times.
    let until = line.len() - rest.trim_start().len() + end.len();
    let (start, end) = (clock(start.trim()).filter(|_| is_clock)?, clock(end)?);
    Some(Timing {
        start,
        end: Some(end),
        number: None,
        frame: without_digits(line, until),
        inline: "",
    })
}

/// `00:00:01,000|00:00:02,000|POP|text`; the times may have dates, or be seconds.
fn transcript(line: &str) -> Option<Timing<'_>> {
    let mut fields = line.splitn(3, '|');
    let (start, end, rest) = (fields.next()?, fields.next()?, fields.next().unwrap_or_default());
    let inline = rest.rsplit_once('|').map_or(rest, |(_, text)| text);
    let (first, second) = (clock(start.trim())?, clock(end.trim())?);
    let head = line.len() - rest.len();
    Some(Timing {
        start: first,
        end: Some(second),
        number: None,
        frame: without_digits(&line[..line.len() - inline.len()], head),
        inline,
    })
}

/// `<SYNC Start=1000>`; a caption lasts until the next.
fn sami(line: &str) -> Option<Timing<'_>> {
    let lower = line.to_ascii_lowercase();
    let at = lower.find("<sync")?;
    let value = at + lower[at..].find("start")? + "start".len();
    let digits = value + lower[value..].find(|c: char| c.is_ascii_digit())?;
    let length = lower[digits..]
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(lower.len() - digits);
    let start = lower[digits..digits + length]
        .parse()
        .ok()
        .filter(|start| *start < MAX_TIME)?;
    let text = lower[digits..]
        .find('>')
        .map_or(line.len(), |end| digits + end + 1);
    Some(Timing {
        start,
        end: None,
        number: None,
        frame: without_digits(&line[..text], digits + length),
        inline: &line[text..],
    })
}

/// `Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,text`.
fn dialogue(line: &str) -> Option<Timing<'_>> {
    let fields: Vec<&str> = line.strip_prefix("Dialogue:")?.splitn(10, ',').collect();
    let [_, start, end, ..] = fields.as_slice() else {
        return None;
    };
    let inline = fields.get(9).copied().unwrap_or_default();
    let head = line.len() - fields[3..].iter().map(|field| field.len() + 1).sum::<usize>();
    let (start, end) = (clock(start.trim())?, clock(end.trim())?);
    Some(Timing {
        start,
        end: Some(end),
        number: None,
        frame: without_digits(&line[..line.len() - inline.len()], head),
        inline,
    })
}

/// `<spu start="1.000" end="2.000" image="sub0000.png">`.
fn picture(line: &str) -> Option<Timing<'_>> {
    if !line.trim_start().starts_with("<spu ") {
        return None;
    }
    let value = |name: &str| {
        let start = line.find(name)? + name.len();
        let value = line[start..].split('"').next()?;
        Some((start, value))
    };
    let ((_, start), (_, end)) = (value("start=\"")?, value("end=\"")?);
    let number = value("image=\"").and_then(|(_, name)| {
        let digits: String = name.chars().filter(char::is_ascii_digit).collect();
        digits.parse().ok()
    });
    let (first, second) = (clock(start)?, clock(end)?);
    let until = value("image=\"").map_or(line.len(), |(start, name)| start + name.len());
    Some(Timing {
        start: first,
        end: Some(second),
        number,
        frame: without_digits(line, until),
        inline: "",
    })
}

/// Later than any time in a file, in milliseconds: no sum of such overflows.
const MAX_TIME: i64 = 1 << 52;

/// Milliseconds of `00:01:02,345`, `01:02.345`, `0:01:02.34`, `62.345`, `20140407110102.345`.
pub(crate) fn clock(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once([',', '.']).unwrap_or((text, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if fraction.len() > 3 || !is_digits(fraction) || whole.len() > 20 {
        return None;
    }
    let thousandths = format!("{fraction:0<3}").parse::<i64>().ok()?;
    let parts = whole
        .split(':')
        .map(|part| part.parse::<i64>().ok().filter(|_| is_digits(part)))
        .collect::<Option<Vec<_>>>()?;
    let seconds = match *parts.as_slice() {
        [date] if whole.len() == 14 => seconds_of_date(date),
        [seconds] if !fraction.is_empty() => seconds,
        [minutes, seconds] => minutes.checked_mul(60)?.checked_add(seconds)?,
        [hours, minutes, seconds] => hours
            .checked_mul(3600)?
            .checked_add(minutes.checked_mul(60)?)?
            .checked_add(seconds)?,
        _ => return None,
    };
    seconds
        .checked_mul(1000)?
        .checked_add(thousandths)
        .filter(|time| *time < MAX_TIME)
}

/// Seconds of `20140407110102`, in days of a calendar that has all of them.
fn seconds_of_date(date: i64) -> i64 {
    let part = |below: i64, size: i64| date / below % size;
    let (year, month, day) = (
        date / 10_000_000_000,
        part(100_000_000, 100),
        part(1_000_000, 100),
    );
    // The year begins in March, so that the odd day is its last.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
    days * 86_400 + part(10_000, 100) * 3600 + part(100, 100) * 60 + date % 100
}

/// A line with one sign in the place of each number, up to a place.
fn without_digits(line: &str, until: usize) -> String {
    let mut out = String::with_capacity(line.len());
    for (at, c) in line.char_indices() {
        if at >= until || !c.is_ascii_digit() {
            out.push(c);
        } else if !out.ends_with('#') {
            out.push('#');
        }
    }
    out
}
