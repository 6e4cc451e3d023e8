//! Badges: two fields side by side, as READMEs show them.

use runlens_api_types::{
    TextEnum,
    run::{OperatingSystem, RunQuery},
    verdict::Outlook,
};
use runlens_domain::runs::RunHeadline;

use crate::images::{
    svg::{Svg, number},
    text::{Font, cut, plain, width},
};

/// The branch that is meant where neither a branch nor a pull request is named.
const BRANCH: &str = "master";

/// Fonts of whoever shows the badge, and how much wider than ours they are at most.
const FAMILY: &str = "Verdana,Geneva,DejaVu Sans,sans-serif";
const WIDER: f32 = 1.12;
const SIZE: f32 = 11.0;
const HEIGHT: f32 = 20.0;
const PADDING: f32 = 6.0;
/// The widest field, in pixels.
const WIDEST: f32 = 320.0;

const LABEL_COLOUR: &str = "#3b3e44";

/// A badge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Badge {
    label: String,
    message: String,
    /// The whole in words.
    title: String,
    colour: &'static str,
}

/// Which runs a badge is of: of the main repository's `master` unless something else is named.
pub(crate) fn query(asked: RunQuery, main_repository: &str) -> RunQuery {
    let RunQuery {
        branch,
        platform,
        repository,
        pull_request,
        ..
    } = asked;
    let is_named = branch.is_some() || pull_request.is_some();
    RunQuery {
        branch: branch.or_else(|| (!is_named).then(|| BRANCH.to_owned())),
        platform,
        // Pull requests come from other repositories.
        repository: repository.or_else(|| pull_request.is_none().then(|| main_repository.to_owned())),
        pull_request,
        ..RunQuery::default()
    }
}

impl Badge {
    /// What became of a run.
    pub(crate) fn of_run(headline: &RunHeadline) -> Self {
        let RunHeadline {
            run,
            summary,
            verdict,
            ..
        } = headline;
        // Where it is not known what is new, how many pass says more than how many do not.
        let message = match verdict.outlook {
            Outlook::Failed if !run.status.is_in_progress() => {
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
            colour: colour(verdict.outlook),
        }
    }

    /// A run that is not there.
    pub(crate) fn unknown(id: i32) -> Self {
        let colour = colour(Outlook::DidNotRun);
        Self {
            label: format!("run {id}"),
            message: "unknown".to_owned(),
            title: format!("Run {id} is not known"),
            colour,
        }
    }

    /// No run has completed that is like this.
    pub(crate) fn no_runs(query: &RunQuery) -> Self {
        let label = query.platform.map_or("runlens", TextEnum::as_str).to_owned();
        let title = format!("{label}: no completed run is like that");
        Self {
            label,
            message: "no runs".to_owned(),
            title,
            colour: colour(Outlook::DidNotRun),
        }
    }

    /// The badge as an image.
    pub(crate) fn svg(&self) -> String {
        let field = |text: &str| {
            let text = cut(Font::Regular, SIZE, WIDEST / WIDER, &plain(text));
            let wide = (width(Font::Regular, SIZE, &text) * WIDER).ceil();
            (text, wide)
        };
        let ((label, label_wide), (message, message_wide)) = (field(&self.label), field(&self.message));
        let (left, right) = (label_wide + 2.0 * PADDING, message_wide + 2.0 * PADDING);
        let whole = left + right;
        let mut svg = Svg::new(whole, HEIGHT);
        svg.with(&[("role", "img"), ("aria-label", &self.title)]);
        svg.text("title", &[], &self.title);
        svg.open("clipPath", &[("id", "round")]);
        svg.open(
            "rect",
            &[
                ("width", &number(whole)),
                ("height", &number(HEIGHT)),
                ("rx", "3"),
            ],
        )
        .close("rect");
        svg.close("clipPath");
        svg.open("g", &[("clip-path", "url(#round)")]);
        svg.rect([0.0, 0.0, left, HEIGHT], LABEL_COLOUR)
            .rect([left, 0.0, right, HEIGHT], self.colour);
        svg.close("g");
        svg.open(
            "g",
            &[
                ("fill", "#fff"),
                ("font-family", FAMILY),
                ("font-size", &number(SIZE)),
            ],
        );
        for (text, x, wide) in [
            (label, PADDING, label_wide),
            (message, left + PADDING, message_wide),
        ] {
            // Whatever font there is: the text takes the place that was measured for it.
            svg.text(
                "text",
                &[("x", &number(x)), ("y", "14"), ("textLength", &number(wide))],
                &text,
            );
        }
        svg.close("g");
        svg.finish()
    }
}

/// Dark enough for white letters, and apart from light and dark pages.
fn colour(outlook: Outlook) -> &'static str {
    match outlook {
        Outlook::Broken | Outlook::Failed => "#b3201b",
        Outlook::Different => "#8a4b00",
        Outlook::Same => "#5f6b1f",
        Outlook::Passed => "#17692f",
        Outlook::Pending => "#1a4fc4",
        Outlook::DidNotRun => "#5c6066",
    }
}
