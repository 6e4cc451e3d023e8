//! Output files of a regression test: what was expected, what was produced, and how the two differ.

use serde::{Deserialize, Serialize};

mod caption;

pub use caption::{CaptionChange, CaptionChangeKind, CaptionDiff, CaptionFormat, Renumbering};

use crate::{
    comparison::{ReferenceRun, Verdict},
    log::TextRange,
    page::MAX_OFFSET,
    query::query,
    sample::OutputStatus,
    text_enum::text_enum,
};

text_enum! {
    /// How the bytes of a file were made into text.
    FileEncoding {
        /// UTF-8.
        Utf8 = "utf-8",
        /// UTF-16, least significant byte first, said so by its byte order mark.
        Utf16Le = "utf-16le",
        /// UTF-16, most significant byte first, said so by its byte order mark.
        Utf16Be = "utf-16be",
        /// Windows-1252: every text that is none of the others.
        Windows1252 = "windows-1252",
        /// No text: the bytes in base64, with padding.
        Base64 = "base64",
    }
}

text_enum! {
    /// How the lines of a file end.
    LineEndings {
        /// All in LF.
        Lf = "lf",
        /// All in CRLF.
        CrLf = "crlf",
        /// Some in LF, some in CRLF.
        Mixed = "mixed",
        /// No line has an end.
        None = "none",
    }
}

text_enum! {
    /// How one line ends.
    LineEnd {
        /// LF.
        Lf = "lf",
        /// CRLF.
        CrLf = "crlf",
        /// Not at all: it is the last of its file.
        None = "none",
    }
}

text_enum! {
    /// How a difference is written.
    DiffFormat {
        /// As hunks of lines.
        Structured = "structured",
        /// As the text that `diff -u` writes.
        Unified = "unified",
    }
}

text_enum! {
    /// What is laid beside what, before lines are compared.
    DiffAlignment {
        /// Captions, by their times and texts: one that is dropped does not make those behind it differ.
        Captions = "captions",
        /// Lines.
        Lines = "lines",
    }
}

text_enum! {
    /// Which side of a difference has a line.
    DiffLineKind {
        /// Both.
        Context = "context",
        /// The produced file alone.
        Added = "added",
        /// The expected file alone.
        Removed = "removed",
    }
}

text_enum! {
    /// One of the two files of an output.
    OutputSide {
        /// The file that the test should produce.
        Expected = "expected",
        /// The file that the test produced.
        Actual = "actual",
    }
}

/// One output file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OutputFile {
    /// Numeric run ID.
    pub run_id: i32,
    /// Numeric sample ID.
    pub sample_id: i32,
    /// Numeric regression test ID.
    pub regression_test_id: i32,
    /// Numeric output ID.
    pub output_id: i32,
    /// Name of the file.
    pub filename: String,
    /// Media type, by the file's name.
    pub content_type: String,
    /// The file, without its byte order mark: its first 1 MiB at most, cut at a character's end.
    pub content: String,
    /// How to read `content`.
    pub encoding: FileEncoding,
    /// Whether the file begins with a byte order mark.
    pub byte_order_mark: bool,
    /// SHA-256 of the whole file, in hex; null where the platform keeps it under another name.
    #[cfg_attr(feature = "openapi", schema(required, min_length = 64, max_length = 64))]
    pub sha256: Option<String>,
    /// Size of the whole file in bytes.
    pub size_bytes: u64,
    /// Whether `content` is less than the whole file.
    pub truncated: bool,
}

impl OutputFile {
    /// The largest part of a file that is shown or compared, in bytes.
    pub const MAX_BYTES: u64 = 1 << 20;
}

/// How the produced file of an output differs from the expected one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OutputDiff {
    /// Numeric run ID.
    pub run_id: i32,
    /// Numeric sample ID.
    pub sample_id: i32,
    /// Numeric regression test ID.
    pub regression_test_id: i32,
    /// Numeric output ID.
    pub output_id: i32,
    /// Name of the file.
    pub filename: String,
    /// What became of the output: `pass` although the files differ where the produced one is an accepted variant.
    pub status: OutputStatus,
    /// Whether the files are the same, byte for byte. Files that are not, and yet have the same lines, differ in their encoding
    /// or byte order mark.
    pub identical: bool,
    /// Whether a file is no text. Such files are not compared line by line: there are no hunks, and the counts are 0.
    pub binary: bool,
    /// How the files were compared: by `lines` also where `captions` were asked for, and a file cannot be read as such.
    pub alignment: DiffAlignment,
    /// The expected file.
    pub expected: DiffSide,
    /// The produced file.
    pub actual: DiffSide,
    /// Lines that the produced file alone has, those of hunks that are left out included.
    pub added: u64,
    /// Lines that the expected file alone has, those of hunks that are left out included.
    pub removed: u64,
    /// Number of hunks, those that are left out included.
    pub hunk_count: u64,
    /// Number of lines of all hunks, those that are left out included.
    pub hunk_line_count: u64,
    /// What differs, from the line of the hunks that `offset` names; null with `format=unified`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub hunks: Option<Vec<DiffHunk>>,
    /// The `offset` with which the lines of the hunks go on; null where they are at their end.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub next_offset: Option<u32>,
    /// What differs from caption to caption; null where lines were compared.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub captions: Option<CaptionDiff>,
    /// Where the bytes differ first; null where the lines say more, and for identical files.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub bytes: Option<ByteDiff>,
    /// The same as the text that `diff -u` writes, empty for identical lines; null unless `format=unified`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub unified: Option<String>,
    /// Whether something is left out: all but the first 1 MiB of a file, as its side says, or lines of the hunks, as `next_offset` says.
    pub truncated: bool,
}

impl OutputDiff {
    /// The most lines that the hunks of one answer have together.
    pub const MAX_LINES: u32 = 5_000;
}

/// Where two files differ first, byte by byte, with what is around it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ByteDiff {
    /// Bytes before the first one that differs, or before the end of the shorter file; null where the first 1 MiB of both are the same.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub first_difference: Option<u64>,
    /// Bytes before those that are shown.
    pub start: u64,
    /// Bytes of the expected file, in hex.
    pub expected: String,
    /// Bytes of the produced file, in hex.
    pub actual: String,
}

/// One of the two files of a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DiffSide {
    /// SHA-256 of the whole file, in hex; null where the platform keeps it under another name.
    #[cfg_attr(feature = "openapi", schema(required, min_length = 64, max_length = 64))]
    pub sha256: Option<String>,
    /// Size of the whole file in bytes.
    pub size_bytes: u64,
    /// How the file was read; `base64` for one that is no text.
    pub encoding: FileEncoding,
    /// Whether the file begins with a byte order mark.
    pub byte_order_mark: bool,
    /// How its lines end.
    pub line_endings: LineEndings,
    /// Number of lines that were compared.
    pub line_count: u64,
    /// Whether less than the whole file was compared: the lines that lie wholly in its first 1 MiB.
    pub truncated: bool,
}

/// Lines that differ, with some that do not around them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DiffHunk {
    /// Line of the expected file that it begins with, from 1; the line before it where it has none of that file.
    pub expected_start: u64,
    /// How many of its lines the expected file has.
    pub expected_lines: u64,
    /// Line of the produced file that it begins with, from 1; the line before it where it has none of that file.
    pub actual_start: u64,
    /// How many of its lines the produced file has.
    pub actual_lines: u64,
    /// Its lines; of lines that were replaced, those removed first.
    pub lines: Vec<DiffLine>,
}

/// One line of a hunk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DiffLine {
    /// Which side has it.
    pub kind: DiffLineKind,
    /// Its number in the expected file, from 1; null where that has it not.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub expected_line: Option<u64>,
    /// Its number in the produced file, from 1; null where that has it not.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub actual_line: Option<u64>,
    /// The line without its end.
    pub text: String,
    /// How it ends. Lines with the same text and another end differ, unless captions are compared.
    pub line_end: LineEnd,
    /// The line of the produced file where a `context` line has other words there that do not count as a difference: the number of a
    /// caption, a time that is shifted with all others, a line end.
    pub actual: Option<DiffText>,
    /// Number of the line that this one takes the place of, or has in its place, in the other file; null where there is none like it.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub counterpart: Option<u64>,
    /// What of the text its counterpart does not have, word by word; empty without a counterpart, and where all differs.
    pub changes: Vec<TextRange>,
    /// Whether it differs from its counterpart in white space, invisible characters or its end alone.
    pub only_whitespace: bool,
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DiffText {
    /// The line without its end.
    pub text: String,
    /// How it ends.
    pub line_end: LineEnd,
}

query! {
    /// Format and page of a diff.
    #[derive(Copy)]
    pub struct DiffQuery {
        /// `unified` for a text instead of hunks; the response is JSON in both cases. Lines are compared, regardless of `align`.
        pub format: Option<DiffFormat> = choice().inline(),
        /// What to align; `lines` by default. Files without captions are always compared by lines.
        pub align: Option<DiffAlignment> = choice().inline(),
        /// Number of equal lines around those that differ.
        pub context: u32 = number(0..=DiffQuery::MAX_CONTEXT).or(DiffQuery::DEFAULT_CONTEXT),
        /// Maximum number of hunk lines to return.
        pub limit: u32 = number(1..=OutputDiff::MAX_LINES).or(OutputDiff::MAX_LINES),
        /// Number of hunk lines to skip.
        pub offset: u32 = number(0..=MAX_OFFSET).or(0),
    }
}

impl DiffQuery {
    /// The most context.
    pub const MAX_CONTEXT: u32 = 5_000;
    /// Context if nothing else is requested.
    pub const DEFAULT_CONTEXT: u32 = 3;
}

query! {
    /// Context of a diff that is downloaded as a file.
    #[derive(Copy)]
    pub struct DiffFileQuery {
        /// Number of equal lines around those that differ.
        pub context: u32 = number(0..=DiffQuery::MAX_CONTEXT).or(DiffQuery::DEFAULT_CONTEXT),
    }
}

/// One output of a run's test: what became of it, and where it stands among the others that differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OutputInfo {
    /// Numeric run ID.
    pub run_id: i32,
    /// Numeric sample ID.
    pub sample_id: i32,
    /// Numeric regression test ID.
    pub regression_test_id: i32,
    /// Numeric output ID.
    pub output_id: i32,
    /// Name of the file.
    pub filename: String,
    /// What became of the output: `pass` also where the produced file is an accepted variant.
    pub status: OutputStatus,
    /// Whether another file than the expected one was produced, and is accepted all the same.
    pub is_accepted_variant: bool,
    /// SHA-256 of the expected file, in hex; null where the platform keeps it under another name.
    #[cfg_attr(feature = "openapi", schema(required, min_length = 64, max_length = 64))]
    pub expected_sha256: Option<String>,
    /// SHA-256 of the produced file, in hex; null where nothing was produced, or the platform keeps it under another name.
    #[cfg_attr(feature = "openapi", schema(required, min_length = 64, max_length = 64))]
    pub actual_sha256: Option<String>,
    /// The run that this one is compared with by default; null where there is none.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub reference: Option<ReferenceRun>,
    /// What the test's result says beside that of the reference run; null where it passes on both sides, and without a reference run.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub verdict: Option<Verdict>,
    /// What became of the output in the reference run; null where it has no result for the test.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub reference_status: Option<OutputStatus>,
    /// Whether the reference run produced the same, byte for byte, or nothing either; null where it has no result for the test.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub is_same_as_reference: Option<bool>,
    /// How many outputs of the run differ or are missing.
    pub differing_count: u64,
    /// Which of them this one is, from 1; null where it is none of them.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub differing_place: Option<u64>,
    /// The one before it, by test and then by output; null where there is none.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub previous: Option<OutputRef>,
    /// The one behind it; null where there is none.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub next: Option<OutputRef>,
}

/// An output of the same run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OutputRef {
    /// Numeric sample ID.
    pub sample_id: i32,
    /// Numeric regression test ID.
    pub regression_test_id: i32,
    /// Numeric output ID.
    pub output_id: i32,
    /// Name of the file.
    pub filename: String,
}
