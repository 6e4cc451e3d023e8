//! Verdicts on single tests, and their counts.

use serde::{Deserialize, Serialize};

use crate::text_enum::text_enum;

text_enum! {
    /// How a test's result in a run compares with its result in the baseline.
    Verdict {
        /// Passes in the baseline, fails here.
        BrokenHere = "broken_here",
        /// Fails in both, with another output or exit code.
        FailingDifferently = "failing_differently",
        /// Fails in both, with identical outputs and exit code.
        FailingIdentically = "failing_identically",
        /// Fails in the baseline, passes here.
        FixedHere = "fixed_here",
        /// Has no result in the baseline. Does not imply that the result is the same.
        NoBaseline = "no_reference",
    }
}

impl Verdict {
    /// Whether a failure is new; `None` if there is nothing to compare it with.
    pub fn is_new(self) -> Option<bool> {
        match self {
            Self::BrokenHere | Self::FailingDifferently => Some(true),
            Self::FailingIdentically | Self::FixedHere => Some(false),
            Self::NoBaseline => None,
        }
    }
}

/// Number of tests by verdict. A test that passes in both runs has no verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerdictCounts {
    /// Pass in the baseline, fail here.
    pub broken_here: u64,
    /// Fail in both, with another output or exit code.
    pub failing_differently: u64,
    /// Fail in both, with identical outputs and exit code.
    pub failing_identically: u64,
    /// Fail in the baseline, pass here.
    pub fixed_here: u64,
    /// Have no result in the baseline.
    #[serde(rename = "no_reference")]
    pub no_baseline: u64,
}

impl VerdictCounts {
    /// Adds one test.
    pub fn add(&mut self, verdict: Verdict) {
        *match verdict {
            Verdict::BrokenHere => &mut self.broken_here,
            Verdict::FailingDifferently => &mut self.failing_differently,
            Verdict::FailingIdentically => &mut self.failing_identically,
            Verdict::FixedHere => &mut self.fixed_here,
            Verdict::NoBaseline => &mut self.no_baseline,
        } += 1;
    }
}
