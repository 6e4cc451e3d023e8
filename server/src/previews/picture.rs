//! The picture of a run, for previews of links.

use runlens_api_types::{run::RunStatus, verdict::Outlook};
use runlens_app::{
    components::{facts::platform, head::PICTURE_SIZE, mark::Mark},
    format::{exact, number as digits},
    pages::run::subject,
};
use runlens_domain::runs::RunHeadline;

use crate::images::{
    svg::{Svg, number},
    text::{Font, cut, drawable, lines, pieces, width},
};

const SURFACE: &str = "#131417";
const LINE: &str = "#43474f";
const TEXT: &str = "#f1f2f4";
const MUTED: &str = "#b3b8c0";

const PASS: &str = "#6fcf8f";
const FAIL: &str = "#ff8f86";
const WARN: &str = "#f2b263";
const SAME: &str = "#a0a5ae";
const OTHER: &str = "#d8a3ea";
const RUNNING: &str = "#93b4ff";

/// Left and right of everything.
const MARGIN: f32 = 72.0;
/// The narrowest part of the bar: one of 240 tests is to be seen.
const NARROWEST: f32 = 8.0;

/// A part of the bar under the verdict, and what it is.
struct Part {
    symbol: &'static str,
    words: &'static str,
    count: u64,
    colour: &'static str,
}

/// The picture as SVG. Known by its bytes: the same of two runs that are shown alike.
pub(super) fn svg(headline: &RunHeadline) -> String {
    let (wide, high) = (PICTURE_SIZE.0 as f32, PICTURE_SIZE.1 as f32);
    let inner = wide - 2.0 * MARGIN;
    let run = &headline.run;
    let mut svg = Svg::new(wide, high);
    let (mark, colour) = (
        Mark::from(run.status),
        colour(run.status, headline.verdict.outlook),
    );
    svg.rect([0.0, 0.0, wide, high], SURFACE)
        .rect([0.0, 0.0, 16.0, high], colour);

    write(
        &mut svg,
        Font::Bold,
        44.0,
        colour,
        (MARGIN, 106.0),
        &format!("{} {}", mark.symbol, mark.word),
    );
    brand(&mut svg, wide - MARGIN, 106.0);
    write(
        &mut svg,
        Font::Bold,
        72.0,
        TEXT,
        (MARGIN, 202.0),
        &format!("Run {} · {}", run.run_id, platform(run.platform)),
    );
    let subject = drawable(&subject(run));
    write(
        &mut svg,
        Font::Regular,
        32.0,
        MUTED,
        (MARGIN, 256.0),
        &cut(Font::Regular, 32.0, inner, &subject),
    );

    let sentence = lines(Font::Bold, 46.0, inner, 2, &drawable(&headline.verdict.headline));
    let mut y = 346.0;
    for line in &sentence {
        write(&mut svg, Font::Bold, 46.0, TEXT, (MARGIN, y), line);
        y += 58.0;
    }
    let rest = drawable(&format!(
        "{} {}",
        headline.verdict.detail,
        headline.verdict.counts_text()
    ));
    write(
        &mut svg,
        Font::Regular,
        30.0,
        MUTED,
        (MARGIN, y - 4.0),
        &cut(Font::Regular, 30.0, inner, &rest),
    );

    bar(&mut svg, &parts(headline), [MARGIN, 500.0, inner, 24.0]);
    if let Some(at) = run.completed_at.or(run.created_at) {
        let when = exact(at);
        write(
            &mut svg,
            Font::Regular,
            26.0,
            MUTED,
            (wide - MARGIN - width(Font::Regular, 26.0, &when), 152.0),
            &when,
        );
    }
    svg.finish()
}

fn write(svg: &mut Svg, font: Font, size: f32, colour: &str, (x, y): (f32, f32), text: &str) {
    let weight = if font == Font::Bold { "700" } else { "400" };
    let (x, y, size) = (number(x), number(y), number(size));
    let look = [
        ("font-family", "Inter"),
        ("font-size", size.as_str()),
        ("font-weight", weight),
        ("fill", colour),
    ];
    svg.open(
        "text",
        &[
            &[("x", x.as_str()), ("y", y.as_str()), ("xml:space", "preserve")][..],
            &look,
        ]
        .concat(),
    );
    for (is_symbol, piece) in pieces(text) {
        let family = if is_symbol {
            [("font-family", "Noto Sans Math"), ("font-weight", "400")].as_slice()
        } else {
            &[]
        };
        svg.text("tspan", family, &piece);
    }
    svg.close("text");
}

/// The name and the sign, up to the right.
fn brand(svg: &mut Svg, right: f32, y: f32) {
    const SIZE: f32 = 34.0;
    let left = right - width(Font::Bold, SIZE, "Runlens");
    write(svg, Font::Bold, SIZE, TEXT, (left, y), "Runlens");
    let place = format!(
        "translate({} {}) scale(2.6)",
        number(left - 52.0),
        number(y - 31.0)
    );
    let stroke = [
        ("stroke", RUNNING),
        ("stroke-width", "1.75"),
        ("stroke-linecap", "round"),
        ("stroke-linejoin", "round"),
    ];
    svg.open(
        "g",
        &[&stroke[..], &[("fill", "none"), ("transform", &place)]].concat(),
    );
    svg.open("circle", &[("cx", "7"), ("cy", "7"), ("r", "5.25")])
        .close("circle");
    svg.open("path", &[("d", "M4.6 7.2 6.4 9 9.6 5.2M11 11l3.5 3.5")])
        .close("path");
    svg.close("g");
}

/// The tests of the run, in parts that add up to all of them: what is new first.
fn parts(headline: &RunHeadline) -> Vec<Part> {
    let summary = &headline.summary;
    let failed = summary.fail_count + summary.missing_output_count;
    let counts = headline
        .comparison
        .as_ref()
        .filter(|comparison| comparison.baseline.is_some())
        .map(|comparison| comparison.counts);
    let (broken, different, same) = counts.map_or((0, 0, 0), |counts| {
        (
            counts.broken_here,
            counts.failing_differently,
            counts.failing_identically,
        )
    });
    let part = |symbol, words, count, colour| Part {
        symbol,
        words,
        count,
        colour,
    };
    let mut parts = vec![
        part("▲", "broken here", broken, FAIL),
        part(
            "≠",
            if different == 1 {
                "fails differently"
            } else {
                "fail differently"
            },
            different,
            WARN,
        ),
        part(
            "✕",
            "failed",
            failed.saturating_sub(broken + different + same),
            OTHER,
        ),
        part("=", "same as reference", same, SAME),
        part("✓", "pass", summary.pass_count, PASS),
        part("○", "not run", summary.skipped_count, LINE),
    ];
    parts.retain(|part| part.count > 0);
    parts
}

fn bar(svg: &mut Svg, parts: &[Part], [x, y, wide, high]: [f32; 4]) {
    const SIZE: f32 = 26.0;
    let all: u64 = parts.iter().map(|part| part.count).sum();
    // What is drawn wider than it is takes it from the others.
    let shares: Vec<f32> = parts
        .iter()
        .map(|part| (part.count as f32 / all as f32 * wide).max(NARROWEST))
        .collect();
    let scale = wide / shares.iter().sum::<f32>();
    let (mut left, mut key) = (x, x);
    for (part, share) in parts.iter().zip(shares) {
        let share = share * scale;
        svg.rect([left, y, (share - 2.0).max(1.0), high], part.colour);
        left += share;
        let words = format!("{} {} {}", part.symbol, digits(part.count), part.words);
        let colour = if part.colour == LINE { MUTED } else { part.colour };
        write(svg, Font::Regular, SIZE, colour, (key, y + high + 52.0), &words);
        key += width(Font::Regular, SIZE, &words) + 28.0;
    }
}

fn colour(status: RunStatus, outlook: Outlook) -> &'static str {
    match (status, outlook) {
        (RunStatus::Pass, _) => PASS,
        (RunStatus::Fail, Outlook::Same) => WARN,
        (RunStatus::Fail, _) => FAIL,
        (RunStatus::Error | RunStatus::Incomplete, _) => WARN,
        (RunStatus::Running, _) => RUNNING,
        (RunStatus::Canceled | RunStatus::Queued, _) => SAME,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use resvg::usvg;
    use runlens_api_types::{
        comparison::Comparison,
        run::{Run, RunSummary},
    };
    use runlens_domain::runs::BaselineComparison;
    use serde_json::json;

    use super::*;
    use crate::{badges::badge::Badge, previews::render::png};

    fn run(status: &str, branch: &str) -> Run {
        let names = [
            "self",
            "html",
            "summary",
            "progress",
            "samples",
            "errors",
            "error_summary",
            "infrastructure_errors",
            "logs",
            "artiheadline",
        ];
        let links: serde_json::Map<_, _> = names
            .into_iter()
            .map(|name| (name.to_owned(), json!("")))
            .collect();
        serde_json::from_value(json!({
            "run_id": 9346, "status": status, "repository": "CCExtractor/ccextractor", "branch": branch,
            "commit_sha": "11b348e0123456789c0ffee0123456789c0ffee01", "commit_short": "11b348e", "platform": "linux", "test_type": "commit",
            "run_errors": "test", "completed_at": "2026-06-27T12:42:03Z", "links": links,
        }))
        .expect("a run")
    }

    fn summary(status: RunStatus, [total, pass, fail, skipped]: [u64; 4]) -> RunSummary {
        RunSummary {
            run_id: 9346,
            status,
            total_samples: total,
            pass_count: pass,
            fail_count: fail,
            skipped_count: skipped,
            missing_output_count: 0,
            error_count: fail,
            duration_ms: None,
        }
    }

    fn comparison([broken, different, same, fixed]: [u64; 4]) -> BaselineComparison {
        let Comparison {
            reference, counts, ..
        } = serde_json::from_value(json!({
            "run_id": 9346,
            "reference": {"run_id": 9328, "status": "fail", "platform": "linux", "repository": "CCExtractor/ccextractor", "branch": "master",
                "commit_sha": "c0ec804", "commit_short": "c0ec804", "completed_at": null},
            "counts": {"broken_here": broken, "failing_differently": different, "failing_identically": same, "fixed_here": fixed, "no_reference": 0},
            "data": [], "pagination": {"limit": 1, "offset": 0, "total": 0, "next_offset": null},
        }))
        .expect("a comparison");
        BaselineComparison {
            baseline: reference,
            counts,
        }
    }

    fn failed(branch: &str) -> RunHeadline {
        RunHeadline::new(
            run("fail", branch),
            summary(RunStatus::Fail, [240, 121, 119, 0]),
            Some(comparison([2, 1, 116, 1])),
            None,
        )
    }

    /// The texts of a drawing, as whoever reads it sees them.
    fn texts(svg: &str) -> Vec<String> {
        let tree = usvg::roxmltree::Document::parse(svg).expect("XML");
        let texts = tree.descendants().filter(|node| node.has_tag_name("text"));
        texts
            .map(|text| {
                text.descendants()
                    .filter(|node| node.is_text())
                    .filter_map(|node| node.text())
                    .collect()
            })
            .collect()
    }

    #[test]
    fn a_picture_says_what_broke() {
        let texts = texts(&svg(&failed("fix-dvb")));
        for text in [
            "✕ fail",
            "Runlens",
            "Run 9346 · Linux",
            "fix-dvb · 11b348e · CCExtractor/ccextractor",
            "▲ 2 broken here",
            "≠ 1 fails differently",
            "= 116 same as reference",
            "✓ 121 pass",
            "27 Jun 2026, 12:42:03 UTC",
        ] {
            assert!(texts.iter().any(|found| found == text), "{text}: {texts:?}");
        }
        assert!(
            texts
                .iter()
                .any(|text| text.starts_with("2 tests broken by this change")),
            "{texts:?}"
        );
    }

    #[test]
    fn a_picture_of_nothing_is_drawn_too() {
        let headline = RunHeadline::new(
            run("queued", ""),
            summary(RunStatus::Queued, [0, 0, 0, 0]),
            None,
            None,
        );
        assert!(png(&svg(&headline)).expect("a picture").len() > 5_000);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
        #[test]
        fn a_hostile_name_is_a_text_and_nothing_else(name in "[<>&\"'/a-z\u{0}-\u{1f}\u{202a}-\u{202e}\u{fffe}\u{1f600}字]{0,300}") {
            let headline = failed(&name);
            let tree = |svg: &str| {
                let tree = usvg::roxmltree::Document::parse(svg).expect("XML");
                tree.descendants().filter(|node| node.is_element() && !node.has_tag_name("tspan")).map(|node| node.tag_name().name().to_owned()).collect::<Vec<_>>()
            };
            prop_assert_eq!(tree(&svg(&headline)), tree(&svg(&failed("master"))));
            let stopped = RunHeadline::new(run("canceled", &name), summary(RunStatus::Canceled, [240, 0, 0, 240]), None, Some(&name));
            prop_assert!(!texts(&svg(&stopped)).is_empty());
            let badge = Badge::of_run(&stopped).svg();
            prop_assert_eq!(tree(&badge), tree(&Badge::of_run(&headline).svg()));
            for text in texts(&svg(&headline)) {
                prop_assert!(width(Font::Bold, 20.0, &text) < 1100.0, "{}", text);
            }
        }
    }
}
