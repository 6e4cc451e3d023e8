//! A state as a symbol and a word, never as a colour alone.

use leptos::prelude::*;
use runlens_api_types::{
    auth::TokenState,
    comparison::Verdict,
    log::LogLevel,
    run::RunStatus,
    sample::{OutputStatus, ResultStatus},
    system::QueueStatus,
    test_error::{Severity, TestErrorType},
};

/// A state as people see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Its symbol.
    pub symbol: &'static str,
    /// Its word.
    pub word: &'static str,
    /// The class that colours it.
    pub class: &'static str,
}

const fn state(symbol: &'static str, word: &'static str, class: &'static str) -> Mark {
    Mark { symbol, word, class }
}

impl From<RunStatus> for Mark {
    fn from(status: RunStatus) -> Self {
        match status {
            RunStatus::Pass => state("✓", "pass", "mark pass"),
            RunStatus::Fail => state("✕", "fail", "mark fail"),
            RunStatus::Error => state("!", "error", "mark error"),
            RunStatus::Canceled => state("⊘", "canceled", "mark canceled"),
            RunStatus::Running => state("◐", "running", "mark running"),
            RunStatus::Queued => state("○", "queued", "mark queued"),
            RunStatus::Incomplete => state("…", "incomplete", "mark incomplete"),
        }
    }
}

impl From<QueueStatus> for Mark {
    fn from(status: QueueStatus) -> Self {
        match status {
            QueueStatus::Running => RunStatus::Running.into(),
            QueueStatus::Queued => RunStatus::Queued.into(),
        }
    }
}

impl From<ResultStatus> for Mark {
    fn from(status: ResultStatus) -> Self {
        match status {
            ResultStatus::Pass => state("✓", "pass", "mark pass"),
            ResultStatus::Fail => state("✕", "fail", "mark fail"),
            ResultStatus::MissingOutput => state("∅", "missing output", "mark missing"),
            ResultStatus::NotStarted => state("○", "not started", "mark queued"),
        }
    }
}

impl From<OutputStatus> for Mark {
    fn from(status: OutputStatus) -> Self {
        match status {
            OutputStatus::Pass => state("✓", "as expected", "mark pass"),
            OutputStatus::Fail => state("≠", "differs", "mark fail"),
            OutputStatus::MissingOutput => state("∅", "missing", "mark missing"),
        }
    }
}

impl From<Severity> for Mark {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Critical => state("✕", "critical", "mark fail"),
            Severity::Error => state("✕", "error", "mark fail"),
            Severity::Warning => state("!", "warning", "mark error"),
            Severity::Info => state("○", "info", "mark queued"),
        }
    }
}

impl From<TestErrorType> for Mark {
    fn from(kind: TestErrorType) -> Self {
        match kind {
            TestErrorType::ExitCodeMismatch => state("✕", "exit code", "mark fail"),
            TestErrorType::MissingOutput => state("∅", "missing output", "mark missing"),
            TestErrorType::DiffMismatch => state("≠", "differs", "mark error"),
        }
    }
}

impl From<Verdict> for Mark {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::BrokenHere => state("▲", "broken here", "mark fail"),
            Verdict::FailingDifferently => state("≠", "fails differently", "mark error"),
            Verdict::FailingIdentically => state("=", "fails the same", "mark queued"),
            Verdict::FixedHere => state("▼", "fixed here", "mark pass"),
            Verdict::NoBaseline => state("?", "no result to compare with", "mark queued"),
        }
    }
}

impl From<LogLevel> for Mark {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Critical => state("✕", "critical", "mark fail"),
            LogLevel::Error => state("✕", "error", "mark fail"),
            LogLevel::Warning => state("!", "warning", "mark error"),
            LogLevel::Info => state("", "info", "mark queued"),
            LogLevel::Debug => state("", "debug", "mark queued"),
        }
    }
}

impl From<TokenState> for Mark {
    fn from(of: TokenState) -> Self {
        match of {
            TokenState::Active => state("✓", "active", "mark pass"),
            TokenState::Expired => state("○", "expired", "mark queued"),
            TokenState::Revoked => state("⊘", "revoked", "mark canceled"),
        }
    }
}

/// Symbol and word.
pub fn mark(of: impl Into<Mark>) -> AnyView {
    let Mark { symbol, word, class } = of.into();
    view! { <span class=class><span class="symbol" aria-hidden="true">{symbol}</span>{word}</span> }
        .into_any()
}

/// The symbol; the word is for those who hear the page, and on hover.
pub fn symbol(of: impl Into<Mark>) -> AnyView {
    let Mark { symbol, word, class } = of.into();
    view! { <span class=class title=word><span class="symbol" aria-hidden="true">{symbol}</span><span class="unseen">{word}</span></span> }
        .into_any()
}
