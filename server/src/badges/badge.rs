//! A badge: a label and a message side by side.

use runlens_api_types::{
    TextEnum as _,
    run::{OperatingSystem, RunQuery},
    verdict::VerdictKind,
};
use runlens_domain::runs::RunHeadline;

use crate::images::{
    svg::{SvgWriter, format_length},
    text::{Font, single_line, text_width, truncate},
};

/// Branch of badges that name neither a branch nor a pull request.
const DEFAULT_BRANCH: &str = "master";

/// Fonts of the site that shows the badge.
const FONT_FAMILY: &str = "Verdana,Geneva,DejaVu Sans,sans-serif";
/// How much wider those fonts may be than the one used for measuring.
const FONT_WIDTH_RATIO: f32 = 1.12;
const FONT_SIZE: f32 = 11.0;
const HEIGHT: f32 = 20.0;
const PADDING: f32 = 6.0;
const MAX_FIELD_WIDTH: f32 = 320.0;

const LABEL_COLOR: &str = "#3b3e44";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Badge {
    label: String,
    message: String,
    /// Text for screen readers.
    title: String,
    color: &'static str,
}

/// The query for a badge's run: by default the main repository's `master`.
pub(super) fn run_query(query: RunQuery, main_repository: &str) -> RunQuery {
    let RunQuery {
        branch,
        platform,
        repository,
        pull_request,
        ..
    } = query;
    let has_subject = branch.is_some() || pull_request.is_some();
    RunQuery {
        branch: branch.or_else(|| (!has_subject).then(|| DEFAULT_BRANCH.to_owned())),
        platform,
        // Pull requests come from forks.
        repository: repository.or_else(|| pull_request.is_none().then(|| main_repository.to_owned())),
        pull_request,
        ..RunQuery::default()
    }
}

impl Badge {
    pub(crate) fn of_run(headline: &RunHeadline) -> Self {
        let RunHeadline {
            run,
            summary,
            verdict,
            ..
        } = headline;
        let message = match verdict.kind {
            // Without a baseline the number of passing tests says more than the number of failures.
            VerdictKind::Failed if !run.status.is_in_progress() => {
                format!("{}/{} pass", summary.pass_count, summary.total_samples)
            }
            _ => verdict.short.clone(),
        };
        let label = match run.platform {
            OperatingSystem::Unknown => "other platform",
            platform => platform.as_str(),
        };
        let title = format!("Run {} on {label}: {message}", run.run_id);
        Self {
            label: label.to_owned(),
            message,
            title,
            color: color(verdict.kind),
        }
    }

    pub(super) fn unknown_run(id: i32) -> Self {
        Self {
            label: format!("run {id}"),
            message: "unknown".to_owned(),
            title: format!("Run {id} not found"),
            color: color(VerdictKind::DidNotRun),
        }
    }

    /// No completed run matches the query.
    pub(super) fn no_runs(query: &RunQuery) -> Self {
        let label = query
            .platform
            .map_or("runlens", |platform| platform.as_str())
            .to_owned();
        let title = format!("{label}: no matching completed run");
        Self {
            label,
            message: "no runs".to_owned(),
            title,
            color: color(VerdictKind::DidNotRun),
        }
    }

    pub(crate) fn svg(&self) -> String {
        let field = |text: &str| {
            let max_width = MAX_FIELD_WIDTH / FONT_WIDTH_RATIO;
            let text = truncate(Font::Regular, FONT_SIZE, max_width, &single_line(text));
            let width = (text_width(Font::Regular, FONT_SIZE, &text) * FONT_WIDTH_RATIO).ceil();
            (text, width)
        };
        let ((label, label_width), (message, message_width)) = (field(&self.label), field(&self.message));
        let (left, right) = (label_width + 2.0 * PADDING, message_width + 2.0 * PADDING);
        let width = left + right;
        let mut svg = SvgWriter::new(width, HEIGHT);
        svg.add_attributes(&[("role", "img"), ("aria-label", &self.title)]);
        svg.text("title", &[], &self.title);
        svg.open("clipPath", &[("id", "round")]);
        svg.open(
            "rect",
            &[
                ("width", &format_length(width)),
                ("height", &format_length(HEIGHT)),
                ("rx", "3"),
            ],
        )
        .close("rect");
        svg.close("clipPath");
        svg.open("g", &[("clip-path", "url(#round)")]);
        svg.rect([0.0, 0.0, left, HEIGHT], LABEL_COLOR)
            .rect([left, 0.0, right, HEIGHT], self.color);
        svg.close("g");
        svg.open(
            "g",
            &[
                ("fill", "#fff"),
                ("font-family", FONT_FAMILY),
                ("font-size", &format_length(FONT_SIZE)),
            ],
        );
        for (text, x, width) in [
            (label, PADDING, label_width),
            (message, left + PADDING, message_width),
        ] {
            // `textLength` makes the text fit in any font.
            svg.text(
                "text",
                &[
                    ("x", &format_length(x)),
                    ("y", "14"),
                    ("textLength", &format_length(width)),
                ],
                &text,
            );
        }
        svg.close("g");
        svg.finish()
    }
}

/// Colors with enough contrast for white text, visible on light and dark pages.
fn color(kind: VerdictKind) -> &'static str {
    match kind {
        VerdictKind::Broken | VerdictKind::Failed => "#b3201b",
        VerdictKind::Different => "#8a4b00",
        VerdictKind::Same => "#5f6b1f",
        VerdictKind::Passed => "#17692f",
        VerdictKind::Pending => "#1a4fc4",
        VerdictKind::DidNotRun => "#5c6066",
    }
}
