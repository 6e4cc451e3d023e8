//! Output files of regression tests: expected and produced files, and their diffs.

use serde::{Deserialize, Serialize};

mod caption;

pub use caption::{CaptionChange, CaptionChangeKind, CaptionDiff, CaptionFormat, Renumbering};

use crate::{
    comparison::{BaselineRun, Verdict},
    log::TextRange,
    page::MAX_OFFSET,
    query::query,
    sample::OutputStatus,
    text_enum::text_enum,
};

text_enum! {
    /// Encoding of a file's content.
    FileEncoding {
        /// UTF-8.
        Utf8 = "utf-8",
        /// UTF-16 LE, detected by the byte order mark.
        Utf16Le = "utf-16le",
        /// UTF-16 BE, detected by the byte order mark.
        Utf16Be = "utf-16be",
        /// Windows-1252: any text in none of the other encodings.
        Windows1252 = "windows-1252",
        /// Binary data in base64 with padding.
        Base64 = "base64",
    }
}

text_enum! {
    /// Line endings of a file.
    LineEndings {
        /// Only LF.
        Lf = "lf",
        /// Only CRLF.
        CrLf = "crlf",
        /// LF and CRLF.
        Mixed = "mixed",
        /// No line endings.
        None = "none",
    }
}

text_enum! {
    /// Line ending of a line.
    LineEnd {
        /// LF.
        Lf = "lf",
        /// CRLF.
        CrLf = "crlf",
        /// None: the last line of the file.
        None = "none",
    }
}

text_enum! {
    /// Format of a diff.
    DiffFormat {
        /// Hunks of lines.
        Structured = "structured",
        /// Text in the format of `diff -u`.
        Unified = "unified",
    }
}

text_enum! {
    /// What is aligned before lines are compared.
    DiffAlignment {
        /// Captions, by time and text: a dropped caption does not affect those after it.
        Captions = "captions",
        /// Lines.
        Lines = "lines",
    }
}

text_enum! {
    /// Side of a diff that contains a line.
    DiffLineKind {
        /// Both files.
        Context = "context",
        /// Only the produced file.
        Added = "added",
        /// Only the expected file.
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

/// An output file.
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
    /// Media type, derived from the file name.
    pub content_type: String,
    /// Content without the byte order mark, truncated to 1 MiB at a character boundary.
    pub content: String,
    /// Encoding of `content`.
    pub encoding: FileEncoding,
    /// Whether the file begins with a byte order mark.
    pub byte_order_mark: bool,
    /// SHA-256 of the whole file in hex; null if it is not known.
    #[cfg_attr(feature = "openapi", schema(required, min_length = 64, max_length = 64))]
    pub sha256: Option<String>,
    /// Size of the whole file in bytes.
    pub size_bytes: u64,
    /// Whether `content` was truncated.
    pub truncated: bool,
}

impl OutputFile {
    /// The maximum number of bytes of a file that are shown or compared.
    pub const MAX_BYTES: u64 = 1 << 20;
}

/// Diff between the expected and the produced file of an output.
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
    /// Status of the output; `pass` also if the produced file is an accepted variant.
    pub status: OutputStatus,
    /// Whether the files are identical, byte for byte. Files with equal lines that are not identical differ in encoding or byte
    /// order mark.
    pub identical: bool,
    /// Whether one of the files is binary. Binary files are not compared line by line: there are no hunks, and the counts are 0.
    pub binary: bool,
    /// How the files were aligned; `lines` if `captions` was requested but a file contains no captions.
    pub alignment: DiffAlignment,
    /// The expected file.
    pub expected: DiffSide,
    /// The produced file.
    pub actual: DiffSide,
    /// Number of lines only in the produced file, including omitted hunks.
    pub added: u64,
    /// Number of lines only in the expected file, including omitted hunks.
    pub removed: u64,
    /// Number of hunks, including omitted ones.
    pub hunk_count: u64,
    /// Number of lines of all hunks, including omitted ones.
    pub hunk_line_count: u64,
    /// Hunks, starting at hunk line `offset`; null with `format=unified`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub hunks: Option<Vec<DiffHunk>>,
    /// The `offset` of the next page of hunk lines; null on the last one.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub next_offset: Option<u32>,
    /// Differences between captions; null if lines were compared.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub captions: Option<CaptionDiff>,
    /// First difference in bytes; null if the lines differ, and for identical files.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub bytes: Option<ByteDiff>,
    /// The diff in the format of `diff -u`, empty for equal lines; null unless `format=unified`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub unified: Option<String>,
    /// Whether the diff is incomplete: a file was truncated (see its side), or there are more hunk lines (see `next_offset`).
    pub truncated: bool,
}

impl OutputDiff {
    /// The maximum number of hunk lines per response.
    pub const MAX_LINES: u32 = 5_000;
}

/// First difference of two files in bytes, with context.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ByteDiff {
    /// Byte offset of the first difference, or of the end of the shorter file; null if the first 1 MiB of both files is equal.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub first_difference: Option<u64>,
    /// Byte offset of the bytes below.
    pub start: u64,
    /// Bytes of the expected file, in hex.
    pub expected: String,
    /// Bytes of the produced file, in hex.
    pub actual: String,
}

/// One of the two files of a diff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DiffSide {
    /// SHA-256 of the whole file in hex; null if it is not known.
    #[cfg_attr(feature = "openapi", schema(required, min_length = 64, max_length = 64))]
    pub sha256: Option<String>,
    /// Size of the whole file in bytes.
    pub size_bytes: u64,
    /// Encoding of the file; `base64` if it is binary.
    pub encoding: FileEncoding,
    /// Whether the file begins with a byte order mark.
    pub byte_order_mark: bool,
    /// Line endings of the file.
    pub line_endings: LineEndings,
    /// Number of compared lines.
    pub line_count: u64,
    /// Whether only the complete lines in the first 1 MiB were compared.
    pub truncated: bool,
}

/// Differing lines with context.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DiffHunk {
    /// First line in the expected file, from 1; the preceding line if the hunk has none of its lines.
    pub expected_start: u64,
    /// Number of lines of the expected file.
    pub expected_lines: u64,
    /// First line in the produced file, from 1; the preceding line if the hunk has none of its lines.
    pub actual_start: u64,
    /// Number of lines of the produced file.
    pub actual_lines: u64,
    /// Lines of the hunk; of replaced lines, the removed ones first.
    pub lines: Vec<DiffLine>,
}

/// A line of a hunk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DiffLine {
    /// Side that contains it.
    pub kind: DiffLineKind,
    /// Line number in the expected file, from 1; null if it is not in it.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub expected_line: Option<u64>,
    /// Line number in the produced file, from 1; null if it is not in it.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub actual_line: Option<u64>,
    /// The line without its line ending.
    pub text: String,
    /// Line ending. Lines with equal text and different line endings differ, unless captions are compared.
    pub line_end: LineEnd,
    /// The line of the produced file, for a `context` line with ignored differences: a caption number, a time shifted with all
    /// others, a line ending.
    pub actual: Option<DiffText>,
    /// Number of the line in the other file that this line replaces or is replaced by; null if there is no similar one.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub counterpart: Option<u64>,
    /// Words that differ from the counterpart; empty without a counterpart, or if everything differs.
    pub changes: Vec<TextRange>,
    /// Whether it differs from its counterpart only in whitespace, invisible characters or the line ending.
    pub only_whitespace: bool,
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DiffText {
    /// The line without its line ending.
    pub text: String,
    /// Line ending.
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
    /// The maximum number of context lines.
    pub const MAX_CONTEXT: u32 = 5_000;
    /// The default number of context lines.
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

/// Status of an output, its comparison with the baseline, and its position among the failing outputs of the run.
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
    /// Status of the output; `pass` also if the produced file is an accepted variant.
    pub status: OutputStatus,
    /// Whether the produced file is an accepted variant.
    pub is_accepted_variant: bool,
    /// SHA-256 of the expected file in hex; null if it is not known.
    #[cfg_attr(feature = "openapi", schema(required, min_length = 64, max_length = 64))]
    pub expected_sha256: Option<String>,
    /// SHA-256 of the produced file in hex; null if nothing was produced, or if it is not known.
    #[cfg_attr(feature = "openapi", schema(required, min_length = 64, max_length = 64))]
    pub actual_sha256: Option<String>,
    /// The default baseline of the run; null if there is none.
    #[serde(rename = "reference")]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub baseline: Option<BaselineRun>,
    /// Verdict on the test; null if it passes in both runs, and without a baseline.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub verdict: Option<Verdict>,
    /// Status of the output in the baseline; null if the baseline has no result of the test.
    #[serde(rename = "reference_status")]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub baseline_status: Option<OutputStatus>,
    /// Whether the baseline produced an identical file, or none either; null if the baseline has no result of the test.
    #[serde(rename = "is_same_as_reference")]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub is_same_as_baseline: Option<bool>,
    /// Number of outputs of the run that differ or are missing.
    pub differing_count: u64,
    /// Position among them, from 1; null if it is not one of them.
    #[serde(rename = "differing_place")]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub differing_position: Option<u64>,
    /// The previous one, sorted by test and then by output; null if there is none.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub previous: Option<OutputRef>,
    /// The next one; null if there is none.
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
