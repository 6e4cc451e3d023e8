//! How two files of captions differ, caption by caption.

use serde::{Deserialize, Serialize};

use crate::text_enum::text_enum;

text_enum! {
    /// A format of captions.
    CaptionFormat {
        /// SubRip.
        Srt = "srt",
        /// WebVTT.
        Vtt = "vtt",
        /// Transcript with times, one caption a line.
        Ttxt = "ttxt",
        /// SAMI.
        Sami = "sami",
        /// SubStation Alpha.
        Ass = "ass",
        /// Pictures with times, in XML.
        Spu = "spupng",
    }
}

text_enum! {
    /// In what captions differ.
    CaptionChangeKind {
        /// The expected file alone has them.
        Dropped = "dropped",
        /// The produced file alone has them.
        Added = "added",
        /// Both have them, with other text.
        Text = "text",
        /// Both have them, each at another time.
        Time = "time",
        /// Both have them, all at other times, by the same amount.
        Shifted = "shifted",
        /// What differs is neither: settings, empty lines, what precedes the first caption.
        Other = "other",
    }
}

/// How two files of captions differ, caption by caption. Captions are counted from 1, whatever numbers they have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaptionDiff {
    /// Their format.
    pub format: CaptionFormat,
    /// Captions of the expected file.
    pub expected_count: u64,
    /// Captions of the produced file.
    pub actual_count: u64,
    /// Captions that both have.
    pub paired_count: u64,
    /// Captions that the expected file alone has.
    pub dropped: u64,
    /// Captions that the produced file alone has.
    pub added: u64,
    /// Captions with other text.
    pub text: u64,
    /// Captions at other times that are not shifted with others.
    pub time: u64,
    /// Captions that are shifted together with others.
    pub shifted: u64,
    /// Captions that have another number in the produced file. That is no difference.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub renumbered: Option<Renumbering>,
    /// Lines that both have, with other ends. That is no difference.
    pub line_ends: u64,
    /// How many changes there are.
    pub change_count: u64,
    /// The first 100 of them, from the top.
    pub changes: Vec<CaptionChange>,
}

impl CaptionDiff {
    /// The most changes that are listed.
    pub const MAX_CHANGES: usize = 100;
}

/// Captions that have another number in the produced file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Renumbering {
    /// How many.
    pub count: u64,
    /// The first of them, in the expected file.
    pub expected_cue: u64,
    /// By how much the number is higher there: the least.
    pub least: i64,
    /// By how much the number is higher there: the most.
    pub most: i64,
}

/// Some captions that follow each other and differ in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaptionChange {
    /// In what they differ.
    pub kind: CaptionChangeKind,
    /// How many.
    pub count: u64,
    /// The first of them in the expected file; null for those that were added, and for what precedes the first caption.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub expected_cue: Option<u64>,
    /// The first of them in the produced file; null for those that were dropped, and for what precedes the first caption.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub actual_cue: Option<u64>,
    /// Number of the line in the expected file that the change begins with.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub expected_line: Option<u64>,
    /// Number of the line in the produced file that the change begins with.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub actual_line: Option<u64>,
    /// By how many milliseconds they begin later, earlier where it is negative; null where they do not have that in common.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub start_ms: Option<i64>,
    /// By how many milliseconds they end later; null also where the format has no ends.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub end_ms: Option<i64>,
}
