//! The preview of a run as SVG.

use runlens_api_types::{run::RunStatus, verdict::VerdictKind};
use runlens_app::{
    components::{head::PICTURE_SIZE, mark::Mark},
    format::{exact, number as format_count},
    pages::run::subject,
};
use runlens_domain::runs::RunHeadline;

use crate::images::{
    svg::{SvgWriter, format_length},
    text::{Font, drawable, split_symbols, text_width, truncate, wrap},
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

/// Left and right margin.
const MARGIN: f32 = 72.0;
/// Minimum width, so that a single test among hundreds stays visible.
const MIN_SEGMENT_WIDTH: f32 = 8.0;

/// Tests with the same result: a segment of the bar, and its legend.
struct Segment {
    symbol: &'static str,
    label: &'static str,
    count: u64,
    color: &'static str,
}

pub(super) fn svg(headline: &RunHeadline) -> String {
    let (width, height) = (PICTURE_SIZE.0 as f32, PICTURE_SIZE.1 as f32);
    let inner_width = width - 2.0 * MARGIN;
    let run = &headline.run;
    let mut svg = SvgWriter::new(width, height);
    let (mark, color) = (Mark::from(run.status), color(run.status, headline.verdict.kind));
    svg.rect([0.0, 0.0, width, height], SURFACE)
        .rect([0.0, 0.0, 16.0, height], color);

    write_text(
        &mut svg,
        Font::Bold,
        44.0,
        color,
        (MARGIN, 106.0),
        &format!("{} {}", mark.symbol, mark.word),
    );
    write_logo(&mut svg, width - MARGIN, 106.0);
    write_text(
        &mut svg,
        Font::Bold,
        72.0,
        TEXT,
        (MARGIN, 202.0),
        &format!("Run {} · {}", run.run_id, run.platform.display_name()),
    );
    let subject = drawable(&subject(run));
    write_text(
        &mut svg,
        Font::Regular,
        32.0,
        MUTED,
        (MARGIN, 256.0),
        &truncate(Font::Regular, 32.0, inner_width, &subject),
    );

    let title_lines = wrap(
        Font::Bold,
        46.0,
        inner_width,
        2,
        &drawable(&headline.verdict.headline),
    );
    let mut y = 346.0;
    for line in &title_lines {
        write_text(&mut svg, Font::Bold, 46.0, TEXT, (MARGIN, y), line);
        y += 58.0;
    }
    let detail = drawable(&format!(
        "{} {}",
        headline.verdict.detail,
        headline.verdict.counts_text()
    ));
    write_text(
        &mut svg,
        Font::Regular,
        30.0,
        MUTED,
        (MARGIN, y - 4.0),
        &truncate(Font::Regular, 30.0, inner_width, &detail),
    );

    write_bar(&mut svg, &segments(headline), [MARGIN, 500.0, inner_width, 24.0]);
    if let Some(at) = run.completed_at.or(run.created_at) {
        let time = exact(at);
        write_text(
            &mut svg,
            Font::Regular,
            26.0,
            MUTED,
            (width - MARGIN - text_width(Font::Regular, 26.0, &time), 152.0),
            &time,
        );
    }
    svg.finish()
}

fn write_text(svg: &mut SvgWriter, font: Font, size: f32, color: &str, (x, y): (f32, f32), text: &str) {
    let weight = if font == Font::Bold { "700" } else { "400" };
    let [x, y, size] = [x, y, size].map(format_length);
    let style = [
        ("font-family", "Inter"),
        ("font-size", size.as_str()),
        ("font-weight", weight),
        ("fill", color),
    ];
    svg.open(
        "text",
        &[
            &[("x", x.as_str()), ("y", y.as_str()), ("xml:space", "preserve")][..],
            &style,
        ]
        .concat(),
    );
    for (is_symbol, part) in split_symbols(text) {
        let family = if is_symbol {
            [("font-family", "Noto Sans Math"), ("font-weight", "400")].as_slice()
        } else {
            &[]
        };
        svg.text("tspan", family, &part);
    }
    svg.close("text");
}

/// Writes the logo with the name, right-aligned.
fn write_logo(svg: &mut SvgWriter, right: f32, y: f32) {
    const SIZE: f32 = 34.0;
    let left = right - text_width(Font::Bold, SIZE, "Runlens");
    write_text(svg, Font::Bold, SIZE, TEXT, (left, y), "Runlens");
    let transform = format!(
        "translate({} {}) scale(2.6)",
        format_length(left - 52.0),
        format_length(y - 31.0)
    );
    let stroke = [
        ("stroke", RUNNING),
        ("stroke-width", "1.75"),
        ("stroke-linecap", "round"),
        ("stroke-linejoin", "round"),
    ];
    svg.open(
        "g",
        &[&stroke[..], &[("fill", "none"), ("transform", &transform)]].concat(),
    );
    svg.open("circle", &[("cx", "7"), ("cy", "7"), ("r", "5.25")])
        .close("circle");
    svg.open("path", &[("d", "M4.6 7.2 6.4 9 9.6 5.2M11 11l3.5 3.5")])
        .close("path");
    svg.close("g");
}

/// All tests of the run by result, new failures first.
fn segments(headline: &RunHeadline) -> Vec<Segment> {
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
    let segment = |symbol, label, count, color| Segment {
        symbol,
        label,
        count,
        color,
    };
    let mut segments = vec![
        segment("▲", "broken here", broken, FAIL),
        segment(
            "≠",
            if different == 1 {
                "fails differently"
            } else {
                "fail differently"
            },
            different,
            WARN,
        ),
        segment(
            "✕",
            "failed",
            failed.saturating_sub(broken + different + same),
            OTHER,
        ),
        segment("=", "same as reference", same, SAME),
        segment("✓", "pass", summary.pass_count, PASS),
        segment("○", "not run", summary.skipped_count, LINE),
    ];
    segments.retain(|segment| segment.count > 0);
    segments
}

fn write_bar(svg: &mut SvgWriter, segments: &[Segment], [x, y, width, height]: [f32; 4]) {
    const SIZE: f32 = 26.0;
    let total: u64 = segments.iter().map(|segment| segment.count).sum();
    let widths: Vec<f32> = segments
        .iter()
        .map(|segment| (segment.count as f32 / total as f32 * width).max(MIN_SEGMENT_WIDTH))
        .collect();
    // Segments widened to the minimum take the space from all others.
    let scale = width / widths.iter().sum::<f32>();
    let (mut segment_x, mut legend_x) = (x, x);
    for (segment, segment_width) in segments.iter().zip(widths) {
        let segment_width = segment_width * scale;
        svg.rect(
            [segment_x, y, (segment_width - 2.0).max(1.0), height],
            segment.color,
        );
        segment_x += segment_width;
        let legend = format!(
            "{} {} {}",
            segment.symbol,
            format_count(segment.count),
            segment.label
        );
        let color = if segment.color == LINE {
            MUTED
        } else {
            segment.color
        };
        write_text(
            svg,
            Font::Regular,
            SIZE,
            color,
            (legend_x, y + height + 52.0),
            &legend,
        );
        legend_x += text_width(Font::Regular, SIZE, &legend) + 28.0;
    }
}

fn color(status: RunStatus, kind: VerdictKind) -> &'static str {
    match (status, kind) {
        (RunStatus::Pass, _) => PASS,
        (RunStatus::Fail, VerdictKind::Same) => WARN,
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
    use crate::{badges::Badge, previews::svg_to_png};

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
            "artifacts",
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
            baseline, counts, ..
        } = serde_json::from_value(json!({
            "run_id": 9346,
            "reference": {
                "run_id": 9328, "status": "fail", "platform": "linux", "repository": "CCExtractor/ccextractor",
                "branch": "master", "commit_sha": "c0ec804", "commit_short": "c0ec804", "completed_at": null
            },
            "counts": {
                "broken_here": broken, "failing_differently": different, "failing_identically": same,
                "fixed_here": fixed, "no_reference": 0
            },
            "data": [], "pagination": {"limit": 1, "offset": 0, "total": 0, "next_offset": null},
        }))
        .expect("a comparison");
        BaselineComparison { baseline, counts }
    }

    fn failed(branch: &str) -> RunHeadline {
        RunHeadline::new(
            run("fail", branch),
            summary(RunStatus::Fail, [240, 121, 119, 0]),
            Some(comparison([2, 1, 116, 1])),
            None,
        )
    }

    /// The texts of an SVG as they are displayed.
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
    fn preview_contains_verdict_and_counts() {
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
    fn preview_of_a_run_without_tests_is_rendered() {
        let headline = RunHeadline::new(
            run("queued", ""),
            summary(RunStatus::Queued, [0, 0, 0, 0]),
            None,
            None,
        );
        assert!(svg_to_png(&svg(&headline)).expect("a preview").len() > 5_000);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
        #[test]
        fn hostile_name_changes_text_only(name in "[<>&\"'/a-z\u{0}-\u{1f}\u{202a}-\u{202e}\u{fffe}\u{1f600}字]{0,300}") {
            let headline = failed(&name);
            let tree = |svg: &str| {
                let tree = usvg::roxmltree::Document::parse(svg).expect("XML");
                tree.descendants().filter(|node| node.is_element() && !node.has_tag_name("tspan")).map(|node| node.tag_name().name().to_owned()).collect::<Vec<_>>()
            };
            prop_assert_eq!(tree(&svg(&headline)), tree(&svg(&failed("master"))));
            let canceled = RunHeadline::new(run("canceled", &name), summary(RunStatus::Canceled, [240, 0, 0, 240]), None, Some(&name));
            prop_assert!(!texts(&svg(&canceled)).is_empty());
            let badge = Badge::of_run(&canceled).svg();
            prop_assert_eq!(tree(&badge), tree(&Badge::of_run(&headline).svg()));
            for text in texts(&svg(&headline)) {
                prop_assert!(text_width(Font::Bold, 20.0, &text) < 1100.0, "{}", text);
            }
        }
    }
}
