//! Parsers of caption formats.
//!
//! They are lenient: lines that are not part of a caption are assigned to the previous one, so that every
//! line of the file belongs to a caption or to the header.

use std::ops::Range;

use runlens_api_types::output::CaptionFormat;

use crate::lines::split_line_end;

/// The captions of a file.
#[derive(Debug)]
pub(super) struct Track {
    /// Number of lines before the first caption.
    pub(super) header_lines: usize,
    pub(super) cues: Vec<Cue>,
}

/// A caption. Line ranges are indexes into the lines of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cue {
    /// All lines, up to the next caption.
    pub(super) lines: Range<usize>,
    /// The line with the times. The number or name of the caption is before it.
    pub(super) timing_line: usize,
    /// Lines of the text after the timing line.
    pub(super) text: Range<usize>,
    pub(super) number: Option<i64>,
    pub(super) start_ms: i64,
    pub(super) end_ms: Option<i64>,
    /// The timing line with its times and number replaced by `#`.
    pub(super) timing_template: String,
    /// Text on the timing line.
    pub(super) inline_text: String,
    /// All text without markup and with single spaces. Identifies the caption.
    pub(super) text_key: String,
}

/// A parsed timing line.
struct Timing<'a> {
    start_ms: i64,
    end_ms: Option<i64>,
    number: Option<i64>,
    template: String,
    inline_text: &'a str,
}

/// Detects the format from the file name extension, and for `.txt` files from the lines. Returns `None` for
/// other files.
pub(super) fn detect_format(extension: &str, lines: &[&str]) -> Option<CaptionFormat> {
    match extension.trim_start_matches('.').to_ascii_lowercase().as_str() {
        "srt" => Some(CaptionFormat::Srt),
        "vtt" => Some(CaptionFormat::Vtt),
        "ttxt" => Some(CaptionFormat::Ttxt),
        "smi" | "sami" => Some(CaptionFormat::Sami),
        "ass" | "ssa" => Some(CaptionFormat::Ass),
        "xml" => Some(CaptionFormat::Spu),
        "txt" => {
            let (mut line_count, mut timing_count) = (0, 0);
            for line in lines.iter().filter(|line| !is_blank(line)) {
                line_count += 1;
                timing_count += usize::from(parse_transcript(split_line_end(line).0).is_some());
            }
            (timing_count > 0 && timing_count * 2 >= line_count).then_some(CaptionFormat::Ttxt)
        }
        _ => None,
    }
}

/// Parses a file. Returns `None` if it has content but no captions.
pub(super) fn parse(format: CaptionFormat, lines: &[&str]) -> Option<Track> {
    let parse_timing: fn(&str) -> Option<Timing<'_>> = match format {
        CaptionFormat::Srt | CaptionFormat::Vtt => parse_arrow,
        CaptionFormat::Ttxt => parse_transcript,
        CaptionFormat::Sami => parse_sami,
        CaptionFormat::Ass => parse_dialogue,
        CaptionFormat::Spu => parse_picture,
    };
    let mut cues: Vec<Cue> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(timing) = parse_timing(split_line_end(line).0) else {
            continue;
        };
        let first_available = cues.last().map_or(0, |cue| cue.timing_line + 1);
        let name_line = (index > first_available)
            .then(|| index - 1)
            .filter(|name_line| is_name(format, lines, *name_line));
        let number = timing.number.or_else(|| lines[name_line?].trim().parse().ok());
        let first_line = name_line.unwrap_or(index);
        finish_cue(format, lines, cues.last_mut(), first_line);
        cues.push(Cue {
            lines: first_line..index + 1,
            timing_line: index,
            text: index + 1..index + 1,
            number,
            start_ms: timing.start_ms,
            end_ms: timing.end_ms,
            timing_template: timing.template,
            inline_text: timing.inline_text.to_owned(),
            text_key: String::new(),
        });
    }
    finish_cue(format, lines, cues.last_mut(), lines.len());
    let header_lines = cues.first().map_or(lines.len(), |cue| cue.lines.start);
    let is_empty_or_has_cues = !cues.is_empty() || lines.iter().all(|line| is_blank(line));
    is_empty_or_has_cues.then_some(Track { header_lines, cues })
}

/// Whether the line before a timing line is the number or name of the caption.
fn is_name(format: CaptionFormat, lines: &[&str], index: usize) -> bool {
    let line = lines[index].trim();
    let is_number = !line.is_empty() && line.len() < 16 && line.bytes().all(|byte| byte.is_ascii_digit());
    match format {
        CaptionFormat::Srt => is_number,
        CaptionFormat::Vtt => !line.is_empty() && (index == 0 || is_blank(lines[index - 1])),
        CaptionFormat::Ttxt | CaptionFormat::Sami | CaptionFormat::Ass | CaptionFormat::Spu => false,
    }
}

/// Assigns the lines up to `end` to a caption.
fn finish_cue(format: CaptionFormat, lines: &[&str], cue: Option<&mut Cue>, end: usize) {
    let Some(cue) = cue else { return };
    let first = cue.timing_line + 1;
    let text_end = match format {
        CaptionFormat::Vtt | CaptionFormat::Ttxt | CaptionFormat::Ass => {
            (first..end).find(|index| is_blank(lines[*index])).unwrap_or(end)
        }
        CaptionFormat::Srt | CaptionFormat::Sami | CaptionFormat::Spu => (first..end)
            .rev()
            .find(|index| !is_blank(lines[*index]))
            .map_or(first, |last| last + 1),
    };
    cue.lines.end = end;
    cue.text = first..text_end;
    let text = std::iter::once(cue.inline_text.as_str()).chain(lines[first..text_end].iter().copied());
    cue.text_key = text_key(text);
}

pub(super) fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
}

/// Removes `<…>` and `{…}` markup, which does not span lines, and collapses white space.
fn text_key<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut key = String::new();
    for line in lines {
        let mut markup_end = None;
        for c in line.chars().chain([' ']) {
            match (markup_end, c) {
                (Some(end), c) if c == end => markup_end = None,
                (Some(_), _) => {}
                (None, '<') => markup_end = Some('>'),
                (None, '{') => markup_end = Some('}'),
                (None, c) if c.is_whitespace() => {
                    if !key.is_empty() && !key.ends_with(' ') {
                        key.push(' ');
                    }
                }
                (None, c) => key.push(c),
            }
        }
    }
    key.truncate(key.trim_end().len());
    key
}

/// SRT and WebVTT: `00:00:01,000 --> 00:00:02,000`, followed by settings.
fn parse_arrow(line: &str) -> Option<Timing<'_>> {
    let (start, rest) = line.split_once("-->")?;
    let end = rest.split_whitespace().next()?;
    if !start.contains(':') || !end.contains(':') {
        return None;
    }
    // Numbers in the settings are not times, and stay in the template.
    let times_end = line.len() - rest.trim_start().len() + end.len();
    Some(Timing {
        start_ms: parse_time(start.trim())?,
        end_ms: Some(parse_time(end)?),
        number: None,
        template: mask_numbers(line, times_end),
        inline_text: "",
    })
}

/// Transcripts: `00:00:01,000|00:00:02,000|POP|text`. The times may have dates or be seconds.
fn parse_transcript(line: &str) -> Option<Timing<'_>> {
    let mut fields = line.splitn(3, '|');
    let (start, end, rest) = (fields.next()?, fields.next()?, fields.next().unwrap_or_default());
    let inline_text = rest.rsplit_once('|').map_or(rest, |(_, text)| text);
    let times_end = line.len() - rest.len();
    Some(Timing {
        start_ms: parse_time(start.trim())?,
        end_ms: Some(parse_time(end.trim())?),
        number: None,
        template: mask_numbers(&line[..line.len() - inline_text.len()], times_end),
        inline_text,
    })
}

/// SAMI: `<SYNC Start=1000>`. A caption lasts until the next one.
fn parse_sami(line: &str) -> Option<Timing<'_>> {
    let lower = line.to_ascii_lowercase();
    let tag = lower.find("<sync")?;
    let value = tag + lower[tag..].find("start")? + "start".len();
    let digits = value + lower[value..].find(|c: char| c.is_ascii_digit())?;
    let digit_count = lower[digits..]
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(lower.len() - digits);
    let start_ms = lower[digits..digits + digit_count]
        .parse()
        .ok()
        .filter(|start_ms| *start_ms < MAX_TIME_MS)?;
    let tag_end = lower[digits..]
        .find('>')
        .map_or(line.len(), |end| digits + end + 1);
    Some(Timing {
        start_ms,
        end_ms: None,
        number: None,
        template: mask_numbers(&line[..tag_end], digits + digit_count),
        inline_text: &line[tag_end..],
    })
}

/// SubStation Alpha: `Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,text`.
fn parse_dialogue(line: &str) -> Option<Timing<'_>> {
    let fields: Vec<&str> = line.strip_prefix("Dialogue:")?.splitn(10, ',').collect();
    let [_, start, end, ..] = fields.as_slice() else {
        return None;
    };
    let inline_text = fields.get(9).copied().unwrap_or_default();
    let times_end = line.len() - fields[3..].iter().map(|field| field.len() + 1).sum::<usize>();
    Some(Timing {
        start_ms: parse_time(start.trim())?,
        end_ms: Some(parse_time(end.trim())?),
        number: None,
        template: mask_numbers(&line[..line.len() - inline_text.len()], times_end),
        inline_text,
    })
}

/// SPU pictures: `<spu start="1.000" end="2.000" image="sub0000.png">`, numbered by their image.
fn parse_picture(line: &str) -> Option<Timing<'_>> {
    if !line.trim_start().starts_with("<spu ") {
        return None;
    }
    let attribute = |prefix: &str| {
        let start = line.find(prefix)? + prefix.len();
        let value = line[start..].split('"').next()?;
        Some((start, value))
    };
    let ((_, start), (_, end)) = (attribute("start=\"")?, attribute("end=\"")?);
    let image = attribute("image=\"");
    let number = image.and_then(|(_, name)| {
        let digits: String = name.chars().filter(char::is_ascii_digit).collect();
        digits.parse().ok()
    });
    let numbers_end = image.map_or(line.len(), |(start, name)| start + name.len());
    Some(Timing {
        start_ms: parse_time(start)?,
        end_ms: Some(parse_time(end)?),
        number,
        template: mask_numbers(line, numbers_end),
        inline_text: "",
    })
}

/// Maximum time. Larger times are rejected, so that sums of times cannot overflow.
const MAX_TIME_MS: i64 = 1 << 52;

/// Parses `00:01:02,345`, `01:02.345`, `0:01:02.34`, `62.345` or `20140407110102.345` to milliseconds.
pub(super) fn parse_time(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once([',', '.']).unwrap_or((text, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if fraction.len() > 3 || !is_digits(fraction) || whole.len() > 20 {
        return None;
    }
    let milliseconds = format!("{fraction:0<3}").parse::<i64>().ok()?;
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
        .checked_add(milliseconds)
        .filter(|time_ms| *time_ms < MAX_TIME_MS)
}

/// Returns the seconds since the year 0 of a date written as `20140407110102`, in the Gregorian calendar.
fn seconds_of_date(date: i64) -> i64 {
    let part = |divisor: i64, size: i64| date / divisor % size;
    let (year, month, day) = (
        date / 10_000_000_000,
        part(100_000_000, 100),
        part(1_000_000, 100),
    );
    // Years are counted from March, so that the leap day is their last day.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
    days * 86_400 + part(10_000, 100) * 3600 + part(100, 100) * 60 + date % 100
}

/// Replaces each number that starts before `end` by `#`.
fn mask_numbers(line: &str, end: usize) -> String {
    let mut masked = String::with_capacity(line.len());
    for (index, c) in line.char_indices() {
        if index >= end || !c.is_ascii_digit() {
            masked.push(c);
        } else if !masked.ends_with('#') {
            masked.push('#');
        }
    }
    masked
}
