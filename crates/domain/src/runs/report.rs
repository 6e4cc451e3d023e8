//! A report on a run in Markdown, for a comment on a pull request.

use runlens_api_types::{
    TextEnum,
    comparison::{ComparedResult, ComparedTest, Verdict},
    sample::{OutputStatus, ResultStatus},
    text::{group_thousands, pluralize},
    verdict::SpanLink,
};

use super::{LoadedRun, verdict::RunHeadline};
use crate::{Result, access, comparison::compare};

const MAX_FAILURES: usize = 50;

/// No further failure is listed above this size: the text after the list still fits into a comment of 60 kB.
const REPORT_SOFT_LIMIT_BYTES: usize = 52_000;

const MAX_COMMAND_CHARS: usize = 200;
const MAX_NAME_CHARS: usize = 100;
const MAX_MESSAGE_CHARS: usize = 2_000;
const MAX_OUTPUTS_PER_TEST: usize = 4;

impl LoadedRun {
    /// Returns a report in Markdown of at most 60 kB: the verdict, and the failures that differ from the baseline. Scope
    /// `results:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope), [`Error::Database`](crate::Error::Database).
    pub async fn report(&self) -> Result<String> {
        self.caller.require(access::GET_RUN_REPORT)?;
        let headline = self.read_headline().await?;
        Ok(write(
            &headline,
            &self.unknown_failures().await?,
            &self.runs.settings().public_url,
        ))
    }

    /// Returns the tests that fail and are not known to fail in the same way, new failures first.
    async fn unknown_failures(&self) -> Result<Vec<ComparedTest>> {
        let (outcomes, there) = self.outcomes_with_baseline().await?;
        let has_failed =
            |test: &ComparedTest| !matches!(test.here.status, ResultStatus::Pass | ResultStatus::NotStarted);
        Ok(compare(outcomes, there.unwrap_or_default())
            .into_iter()
            .filter(|test| {
                matches!(
                    test.verdict,
                    Verdict::BrokenHere | Verdict::FailingDifferently | Verdict::NoBaseline
                )
            })
            .map(|test| test.to_test())
            .filter(has_failed)
            .collect())
    }
}

fn write(headline: &RunHeadline, failures: &[ComparedTest], public_url: &str) -> String {
    let RunHeadline {
        run,
        summary,
        comparison,
        verdict,
    } = headline;
    let baseline = comparison
        .as_ref()
        .and_then(|comparison| comparison.baseline.as_ref());
    let page = format!("{public_url}/runs/{}", run.run_id);
    let mut out = format!(
        "{}\n",
        format!("**{}** {}", escape(&verdict.headline), escape(&verdict.detail)).trim_end()
    );
    if !verdict.counts.is_empty() {
        let parts = verdict.counts.iter().map(|part| match part.link {
            Some(to) => format!(
                "[{}]({})",
                escape(&part.text),
                address(to, run.run_id, public_url)
            ),
            None => escape(&part.text),
        });
        out += &format!("\n{}\n", parts.collect::<String>());
    }
    if let Some(message) = &verdict.message {
        out += &format!("\n{}\n", block(&truncate(message, MAX_MESSAGE_CHARS)));
    }
    let mut listed = 0;
    for test in failures.iter().take(MAX_FAILURES) {
        let row = row(test, baseline.is_some(), &page);
        if out.len() + row.len() > REPORT_SOFT_LIMIT_BYTES {
            break;
        }
        if listed == 0 {
            out += "\n| Test | Verdict | Command | Sample | What is wrong |\n|---|---|---|---|---|\n";
        }
        out += &row;
        listed += 1;
    }
    let left_out = failures.len() - listed;
    if left_out > 0 {
        out += &format!(
            "\n{} more: [all of them]({page}#errors).\n",
            group_thousands(left_out as u64)
        );
    }
    let platform = run.platform.display_name();
    let of = run
        .revision
        .pull_request
        .map(|number| format!("PR {number}"))
        .or_else(|| run.revision.branch.as_ref().map(|branch| escape(branch)));
    let facts = [
        Some(format!("[Run {} on {platform}]({page})", run.run_id)),
        Some(format!(
            "{}: {}",
            run.status,
            pluralize(summary.total_samples, "test", "tests")
        )),
        of,
        (!run.commit_short.is_empty()).then(|| code(&run.commit_short)),
        baseline.map(|other| {
            format!(
                "[compare with run {}]({page}/compare/{})",
                other.run_id, other.run_id
            )
        }),
        Some(format!("[log]({page}/logs)")),
    ];
    out + &format!(
        "\n{}\n",
        facts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    )
}

fn address(to: SpanLink, run: i32, public_url: &str) -> String {
    let page = format!("{public_url}/runs/{run}");
    match to {
        SpanLink::Run(other) => format!("{public_url}/runs/{other}"),
        SpanLink::Tests(verdict) => format!(
            "{page}?group_by=verdict&bucket={verdict}#bucket-{}",
            verdict.as_str().replace('_', "-")
        ),
        SpanLink::Passed => format!("{page}?status=pass#tests"),
        SpanLink::NotStarted => format!("{page}?status=not_started#tests"),
    }
}

fn row(test: &ComparedTest, has_reference: bool, page: &str) -> String {
    let id = test.regression_test_id;
    let verdict = match test.verdict {
        Verdict::BrokenHere => "▲ broken here",
        Verdict::FailingDifferently => "≠ fails differently",
        Verdict::NoBaseline if has_reference => "? no result there",
        Verdict::NoBaseline => "? not compared",
        Verdict::FailingIdentically => "= same",
        Verdict::FixedHere => "▼ fixed here",
    };
    let sample = test
        .sample_name
        .as_deref()
        .map(|name| code(&truncate(name, MAX_NAME_CHARS)))
        .unwrap_or_default();
    let command = if test.command.is_empty() {
        String::new()
    } else {
        code(&truncate(&test.command, MAX_COMMAND_CHARS))
    };
    format!(
        "| [#{id}]({page}?test={id}#error-{id}) | {verdict} | {command} | {sample} | {} |\n",
        failure(&test.here, id, page)
    )
}

/// Describes a failure: its exit code, and its outputs by name.
fn failure(result: &ComparedResult, test: i32, page: &str) -> String {
    let code_of = |code: Option<i32>| code.map_or_else(|| "none".to_owned(), |code| code.to_string());
    let mut parts = Vec::new();
    if result.exit_code != result.expected_rc {
        parts.push(format!(
            "exit code {}, expected {}",
            code_of(result.exit_code),
            code_of(result.expected_rc)
        ));
    }
    let bad: Vec<_> = result
        .outputs
        .iter()
        .filter(|output| output.status != OutputStatus::Pass)
        .collect();
    parts.extend(bad.iter().take(MAX_OUTPUTS_PER_TEST).map(|output| {
        let name = code(&truncate(&output.filename, MAX_NAME_CHARS));
        match output.status {
            OutputStatus::MissingOutput => format!("∅ {name} is missing"),
            _ => format!("≠ [{name}]({page}/tests/{test}/outputs/{})", output.output_id),
        }
    }));
    if bad.len() > MAX_OUTPUTS_PER_TEST {
        parts.push(format!("{} more outputs", bad.len() - MAX_OUTPUTS_PER_TEST));
    }
    parts.join(", ")
}

/// Returns the first `max` characters, with `…` where there are more.
fn truncate(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Escapes text so that nothing in it is markup.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' | '@'
            | '!' => out.extend(['\\', char]),
            char if char.is_control() => out.push(' '),
            char => out.push(char),
        }
    }
    out
}

/// Formats text as inline code, also within a table. The fence is longer than any run of backticks in the text.
fn code(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|char| if char.is_control() { ' ' } else { char })
        .collect();
    let fence = "`".repeat(longest_backtick_run(&text) + 1);
    // In a table a pipe ends the cell, in code too.
    let text = text.replace('|', "\\|");
    let room = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{room}{text}{room}{fence}")
}

/// Formats text as a code block.
fn block(text: &str) -> String {
    let fence = "`".repeat((longest_backtick_run(text) + 1).max(3));
    format!("{fence}text\n{text}\n{fence}")
}

fn longest_backtick_run(text: &str) -> usize {
    text.split(|char| char != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{block, code, escape, truncate};

    #[test]
    fn reported_text_is_not_markup() {
        assert_eq!(
            escape("a|b *c* <img src=x> @ada [x](y)\n# no"),
            r"a\|b \*c\* \<img src=x\> \@ada \[x\](y) \# no"
        );
        assert_eq!(code("-out=srt | tee <a>"), r"`-out=srt \| tee <a>`");
        assert_eq!(code("a `b` ``c``"), "``` a `b` ``c`` ```");
        assert_eq!(code("a\nb"), "`a b`");
        assert_eq!(block("x\n```\ny"), "````text\nx\n```\ny\n````");
        assert_eq!(
            (truncate("äöü", 2).as_str(), truncate("äöü", 3).as_str()),
            ("äö…", "äöü")
        );
    }
}
