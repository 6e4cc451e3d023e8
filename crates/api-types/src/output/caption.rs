//! Diff of two caption files.

use serde::{Deserialize, Serialize};

use crate::text_enum::text_enum;

text_enum! {
    /// Caption format.
    CaptionFormat {
        /// SubRip.
        Srt = "srt",
        /// WebVTT.
        Vtt = "vtt",
        /// Timed transcript, one caption per line.
        Ttxt = "ttxt",
        /// SAMI.
        Sami = "sami",
        /// SubStation Alpha.
        Ass = "ass",
        /// Timed pictures, in XML.
        Spu = "spupng",
    }
}

text_enum! {
    /// Kind of difference between captions.
    CaptionChangeKind {
        /// Only in the expected file.
        Dropped = "dropped",
        /// Only in the produced file.
        Added = "added",
        /// In both files, with different text.
        Text = "text",
        /// In both files, at different times.
        Time = "time",
        /// In both files, shifted by the same amount.
        Shifted = "shifted",
        /// Other differences: settings, empty lines, the header before the first caption.
        Other = "other",
    }
}

/// Diff of two caption files. Captions are counted from 1, regardless of the numbers in the files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaptionDiff {
    /// Format of the captions.
    pub format: CaptionFormat,
    /// Number of captions in the expected file.
    pub expected_count: u64,
    /// Number of captions in the produced file.
    pub actual_count: u64,
    /// Number of captions in both files.
    pub paired_count: u64,
    /// Number of captions only in the expected file.
    pub dropped: u64,
    /// Number of captions only in the produced file.
    pub added: u64,
    /// Number of captions with different text.
    pub text: u64,
    /// Number of captions with different times that are not part of a shift.
    pub time: u64,
    /// Number of captions shifted together with others.
    pub shifted: u64,
    /// Captions with another number in the produced file; not counted as a difference.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub renumbered: Option<Renumbering>,
    /// Number of lines that differ only in their line endings; not counted as a difference.
    pub line_ends: u64,
    /// Number of changes.
    pub change_count: u64,
    /// The first 100 changes.
    pub changes: Vec<CaptionChange>,
}

impl CaptionDiff {
    /// The maximum number of listed changes.
    pub const MAX_CHANGES: usize = 100;
}

/// Captions with another number in the produced file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Renumbering {
    /// Number of captions.
    pub count: u64,
    /// The first of them in the expected file.
    pub expected_cue: u64,
    /// The smallest difference of the numbers; positive if they are higher in the produced file.
    pub least: i64,
    /// The largest difference of the numbers.
    pub most: i64,
}

/// Consecutive captions with the same kind of difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaptionChange {
    /// Kind of difference.
    pub kind: CaptionChangeKind,
    /// Number of captions.
    pub count: u64,
    /// The first of them in the expected file; null for added captions and for the header.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub expected_cue: Option<u64>,
    /// The first of them in the produced file; null for dropped captions and for the header.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub actual_cue: Option<u64>,
    /// First line of the change in the expected file.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub expected_line: Option<u64>,
    /// First line of the change in the produced file.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub actual_line: Option<u64>,
    /// Shift of the start times in milliseconds, negative if earlier; null if it varies.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub start_ms: Option<i64>,
    /// Shift of the end times in milliseconds; null if it varies, or if the format has no end times.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub end_ms: Option<i64>,
}
