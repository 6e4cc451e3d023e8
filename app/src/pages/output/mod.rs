//! An output of a test: what was expected beside what was produced, and what that says.

mod bytes;
mod captions;
mod file;
mod head;
mod pieces;
mod rows;
mod sides;
mod table;
mod tools;

use leptos::prelude::*;
use runlens_api_types::{
    ErrorBody,
    output::{DiffAlignment, OutputDiff},
    page::Pagination,
};

use crate::{
    components::{
        head::head,
        page::{Address, Parts, page},
        pager::pager,
    },
    data::{
        now,
        outputs::{OutputFiles, OutputPage, output_page},
    },
    format,
    pages::run::subject,
    url::{
        self,
        output::{LINES, OutputView},
    },
};
use head::Words;

/// The page of an output.
pub fn route() -> AnyView {
    page(|parts, query| Box::pin(fetch(parts, query)), show)
}

async fn fetch(parts: Parts, query: OutputView) -> Result<OutputPage, ErrorBody> {
    let (run, test, output) = (
        url::read_id(parts.get("id"))?,
        url::read_id(parts.get("test"))?,
        url::read_id(parts.get("output"))?,
    );
    output_page(run, test, output, query).await
}

/// What the parts of the page have in common.
struct Frame {
    run: i32,
    test: i32,
    output: i32,
    /// Where the API has the output.
    api: String,
    view: OutputView,
}

impl Frame {
    /// Another view of this output, at its table.
    fn link(&self, view: &OutputView) -> String {
        format!("{}#diff", view.address(self.run, self.test, self.output))
    }
}

fn show(page: OutputPage, view: OutputView, address: Address) -> AnyView {
    let OutputPage {
        run,
        test,
        info,
        files,
    } = page;
    let place = format!(
        "/samples/{}/regression-tests/{}/outputs/{}",
        info.sample_id, info.regression_test_id, info.output_id
    );
    let frame = Frame {
        run: run.run_id,
        test: info.regression_test_id,
        output: info.output_id,
        api: format!("/api/v1/runs/{}{place}", run.run_id),
        view,
    };
    let words = Words::of(&info, &files);
    let title = format!(
        "{} {} · test {} · run {}",
        words.state, info.filename, info.regression_test_id, run.run_id
    );
    let description = format!(
        "{} Output of {} in run {}, {}.",
        words.text(),
        test.command,
        run.run_id,
        subject(&run)
    );
    let content = match files {
        OutputFiles::Diff(diff) => difference(&frame, *diff),
        OutputFiles::Same(part) => file::same(&frame, *part),
        OutputFiles::NotProduced(part) => file::not_produced(&frame, part, &address.href()),
        OutputFiles::Missing(body) => file::missing(&frame, &body),
    };
    view! {
        {head(title, description, &address.href())}
        {head::overview(&frame, &run, &test, &info, words, now())}
        {content}
    }
    .into_any()
}

/// Two files that differ.
fn difference(frame: &Frame, diff: OutputDiff) -> AnyView {
    let sides = sides::table(frame, &diff);
    if diff.binary {
        return view! {
            {sides}
            <section id="diff" aria-labelledby="diff-title">
                <h2 id="diff-title">"Bytes"</h2>
                <p class="nothing">"At least one of the files is no text: they are not compared line by line."</p>
                {diff.bytes.as_ref().map(bytes::dump)}
            </section>
        }
        .into_any();
    }
    let captions = diff
        .captions
        .as_ref()
        .map(|captions| captions::section(captions, &diff));
    let fallback = (frame.view.align.is_none() && diff.alignment == DiffAlignment::Lines)
        .then(|| view! { <p class="nothing">"No captions with times can be read in these files: they are compared line by line."</p> });
    let offset = frame.view.offset;
    let at = Pagination {
        limit: LINES,
        offset,
        total: diff.hunk_line_count,
        next_offset: diff.next_offset,
    };
    let shown = diff.hunks.iter().flatten().map(|hunk| hunk.lines.len()).sum();
    let pages = || {
        (at.offset > 0 || at.next_offset.is_some()).then(|| {
            pager(
                at,
                shown,
                ["line of the difference", "lines of the difference"],
                ["Before", "More"],
                &|offset| frame.link(&frame.view.at(offset)),
            )
        })
    };
    let content = if diff.hunk_count == 0 {
        nothing(&diff)
    } else {
        table::table(frame, &diff)
    };
    view! {
        {sides}
        {captions}
        <section id="diff" aria-labelledby="diff-title">
            <h2 id="diff-title">"Lines"</h2>
            {fallback}
            {tools::tools(frame, &diff)}
            {pages()}
            {content}
            {pages()}
            {cut(&diff)}
        </section>
    }
    .into_any()
}

/// Files with the same lines.
fn nothing(diff: &OutputDiff) -> AnyView {
    let words = match &diff.captions {
        Some(captions) if captions.renumbered.is_some() || captions.line_ends > 0 => {
            "Every caption is the same: nothing differs but numbers, line ends, encoding or byte order mark."
        }
        _ if diff.truncated => "The lines that were compared are the same.",
        _ => "Every line is the same: the files differ in their encoding or byte order mark.",
    };
    view! { <p class="nothing">{words}</p> {diff.bytes.as_ref().map(bytes::dump)} }.into_any()
}

/// What is said of files that were not compared to their end.
fn cut(diff: &OutputDiff) -> Option<AnyView> {
    let cut = [("expected", &diff.expected), ("produced", &diff.actual)]
        .into_iter()
        .filter(|(_, side)| side.truncated);
    let words: Vec<String> = cut
        .map(|(name, side)| {
            format!(
                "{} lines of the {name} file, which has {}",
                format::number(side.line_count),
                format::size(side.size_bytes)
            )
        })
        .collect();
    let text = format!(
        "Only the first 1 MiB of each file was compared: {}. The rest is in the files themselves.",
        words.join(", ")
    );
    (!words.is_empty())
        .then(|| view! { <p class="notice"><strong>"Not all was compared. "</strong>{text}</p> }.into_any())
}
