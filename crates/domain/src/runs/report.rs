//! A run summed up: its verdict in a sentence, and a report in Markdown for a comment on a pull request.

use runlens_api_types::{
    TextEnum,
    auth::Scope,
    comparison::{ComparedResult, ComparedTest, ReferenceRun, Verdict, VerdictCounts},
    run::{OperatingSystem, ProgressStatus, Run, RunSummary},
    sample::{OutputStatus, ResultStatus},
    text::{group_thousands, pluralize},
    verdict::{Beside, RunVerdict, Stop, Target, verdict},
};

use super::{OpenRun, state::stage, to_run};
use crate::{Result, comparison::compare, store::entity::test_progress};

/// The most failures that a report lists.
const MAX_FAILURES: usize = 50;

/// A report lists no further failure from this size on, in bytes: what follows then still fits into the 60 kB that a comment may have.
const ENOUGH: usize = 52_000;

/// The longest command, name and message that are told, in characters.
const MAX_COMMAND: usize = 200;
const MAX_NAME: usize = 100;
const MAX_MESSAGE: usize = 2_000;

/// The most outputs that are named of one test.
const MAX_OUTPUTS: usize = 4;

/// What a run is summed up from.
struct Facts {
    run: Run,
    summary: RunSummary,
    reference: Option<ReferenceRun>,
    counts: VerdictCounts,
    /// Tests that fail and are not known to have failed so before, what is broken first.
    failures: Vec<ComparedTest>,
}

impl OpenRun {
    /// What became of it, in a sentence. Scope `runs:read`; what it is beside the reference run takes `results:read` too.
    ///
    /// # Errors
    /// [`crate::Error::MissingScope`], [`crate::Error::Database`].
    pub async fn verdict(&self) -> Result<RunVerdict> {
        self.caller.require(Scope::RunsRead)?;
        if !self.caller.may(Scope::ResultsRead) {
            let run = to_run(
                self.facts.row.clone(),
                &self.state().await?,
                None,
                self.platform.settings(),
            );
            return Ok(verdict(
                &run,
                &self.count_results().await?,
                Beside::Unknown,
                self.stop(),
            ));
        }
        Ok(self.sum_up(&self.report_facts().await?))
    }

    /// A report in Markdown, of at most 60 kB: the verdict, and the failures that the reference run does not have. Scope `results:read`.
    ///
    /// # Errors
    /// [`crate::Error::MissingScope`], [`crate::Error::Database`].
    pub async fn report(&self) -> Result<String> {
        self.caller.require(Scope::ResultsRead)?;
        let facts = self.report_facts().await?;
        Ok(write(
            &facts,
            &self.sum_up(&facts),
            &self.platform.settings().public_url,
        ))
    }

    fn sum_up(&self, facts: &Facts) -> RunVerdict {
        let beside = facts
            .reference
            .as_ref()
            .map_or(Beside::Nothing, |reference| Beside::Run(reference, &facts.counts));
        verdict(&facts.run, &facts.summary, beside, self.stop())
    }

    async fn report_facts(&self) -> Result<Facts> {
        let run = to_run(
            self.facts.row.clone(),
            &self.state().await?,
            None,
            self.platform.settings(),
        );
        let (outcomes, there) = self.beside_reference().await?;
        let compared = compare(outcomes, there.unwrap_or_default());
        let mut counts = VerdictCounts::default();
        compared.iter().for_each(|test| counts.add(test.verdict));
        let is_listed =
            |test: &ComparedTest| !matches!(test.here.status, ResultStatus::Pass | ResultStatus::NotStarted);
        let failures = compared
            .into_iter()
            .filter(|test| {
                matches!(
                    test.verdict,
                    Verdict::BrokenHere | Verdict::FailingDifferently | Verdict::NoReference
                )
            })
            .map(|test| test.to_test())
            .filter(is_listed)
            .collect();
        let reference = match self.facts.reference(&self.platform).await? {
            Some(reference) => Some(self.reference_run(reference).await?),
            None => None,
        };
        Ok(Facts {
            run,
            summary: self.count_results().await?,
            reference,
            counts,
            failures,
        })
    }

    fn stop(&self) -> Option<Stop<'_>> {
        let is_stop = |row: &&test_progress::Model| stage(row) == ProgressStatus::Canceled;
        self.facts.progress.iter().rfind(is_stop).map(|row| Stop {
            message: &row.message,
        })
    }
}

fn write(facts: &Facts, said: &RunVerdict, public_url: &str) -> String {
    let Facts {
        run,
        failures,
        reference,
        ..
    } = facts;
    let page = format!("{public_url}/runs/{}", run.run_id);
    let mut out = format!(
        "{}\n",
        format!("**{}** {}", text(&said.headline), text(&said.detail)).trim_end()
    );
    if !said.counts.is_empty() {
        let parts = said.counts.iter().map(|part| match part.to {
            Some(to) => format!("[{}]({})", text(&part.text), address(to, run.run_id, public_url)),
            None => text(&part.text),
        });
        out += &format!("\n{}\n", parts.collect::<String>());
    }
    if let Some(message) = &said.message {
        out += &format!("\n{}\n", block(&cut(message, MAX_MESSAGE)));
    }
    let mut listed = 0;
    for test in failures.iter().take(MAX_FAILURES) {
        let row = row(test, reference.is_some(), &page);
        if out.len() + row.len() > ENOUGH {
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
    let platform = match run.platform {
        OperatingSystem::Linux => "Linux",
        OperatingSystem::Windows => "Windows",
        OperatingSystem::Unknown => "other platform",
    };
    let of = run
        .pull_request
        .map(|number| format!("PR {number}"))
        .or_else(|| run.branch.as_ref().map(|branch| text(branch)));
    let facts = [
        Some(format!("[Run {} on {platform}]({page})", run.run_id)),
        Some(format!(
            "{}: {}",
            run.status,
            pluralize(facts.summary.total_samples, "test", "tests")
        )),
        of,
        (!run.commit_short.is_empty()).then(|| code(&run.commit_short)),
        reference.as_ref().map(|other| {
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

fn address(to: Target, run: i32, public_url: &str) -> String {
    let page = format!("{public_url}/runs/{run}");
    match to {
        Target::Run(other) => format!("{public_url}/runs/{other}"),
        Target::Tests(verdict) => format!(
            "{page}?group_by=verdict&bucket={verdict}#bucket-{}",
            verdict.as_str().replace('_', "-")
        ),
        Target::Passed => format!("{page}?status=pass#tests"),
        Target::NotStarted => format!("{page}?status=not_started#tests"),
    }
}

fn row(test: &ComparedTest, has_reference: bool, page: &str) -> String {
    let id = test.regression_test_id;
    let verdict = match test.verdict {
        Verdict::BrokenHere => "▲ broken here",
        Verdict::FailingDifferently => "≠ fails differently",
        Verdict::NoReference if has_reference => "? no result there",
        Verdict::NoReference => "? not compared",
        Verdict::FailingIdentically => "= same",
        Verdict::FixedHere => "▼ fixed here",
    };
    let sample = test
        .sample_name
        .as_deref()
        .map(|name| code(&cut(name, MAX_NAME)))
        .unwrap_or_default();
    let command = if test.command.is_empty() {
        String::new()
    } else {
        code(&cut(&test.command, MAX_COMMAND))
    };
    format!(
        "| [#{id}]({page}?test={id}#error-{id}) | {verdict} | {command} | {sample} | {} |\n",
        wrong(&test.here, id, page)
    )
}

/// What is wrong with a result: its exit code, and its outputs by name.
fn wrong(result: &ComparedResult, test: i32, page: &str) -> String {
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
    parts.extend(bad.iter().take(MAX_OUTPUTS).map(|output| {
        let name = code(&cut(&output.filename, MAX_NAME));
        match output.status {
            OutputStatus::MissingOutput => format!("∅ {name} is missing"),
            _ => format!("≠ [{name}]({page}/tests/{test}/outputs/{})", output.output_id),
        }
    }));
    if bad.len() > MAX_OUTPUTS {
        parts.push(format!("{} more outputs", bad.len() - MAX_OUTPUTS));
    }
    parts.join(", ")
}

/// The first characters of a text, and a sign where there are more.
fn cut(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A text in which nothing is markup.
fn text(text: &str) -> String {
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

/// A text as code within a line, also in a table: its fence is longer than any row of backticks in it.
fn code(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|char| if char.is_control() { ' ' } else { char })
        .collect();
    let fence = "`".repeat(longest_row(&text) + 1);
    // A table takes a pipe for the end of a cell, within code too.
    let text = text.replace('|', "\\|");
    let room = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{room}{text}{room}{fence}")
}

/// A text as a block of code.
fn block(text: &str) -> String {
    let fence = "`".repeat((longest_row(text) + 1).max(3));
    format!("{fence}text\n{text}\n{fence}")
}

/// The length of the longest row of backticks.
fn longest_row(text: &str) -> usize {
    text.split(|char| char != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{block, code, cut, text};

    #[test]
    fn nothing_that_is_reported_is_markup() {
        assert_eq!(
            text("a|b *c* <img src=x> @ada [x](y)\n# no"),
            r"a\|b \*c\* \<img src=x\> \@ada \[x\](y) \# no"
        );
        assert_eq!(code("-out=srt | tee <a>"), r"`-out=srt \| tee <a>`");
        assert_eq!(code("a `b` ``c``"), "``` a `b` ``c`` ```");
        assert_eq!(code("a\nb"), "`a b`");
        assert_eq!(block("x\n```\ny"), "````text\nx\n```\ny\n````");
        assert_eq!((cut("äöü", 2).as_str(), cut("äöü", 3).as_str()), ("äö…", "äöü"));
    }
}
