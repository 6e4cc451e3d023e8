//! Output files of a run's tests: what was expected, what was produced, and how the two differ.

mod artifacts;
mod info;
mod raw;
mod service;

use ::bytes::Bytes;
use runlens_api_types::output::{
    DiffAlignment, DiffFormat, DiffQuery, DiffSide, OutputDiff, OutputFile, OutputSide,
};
use sha2::{Digest as _, Sha256};

use crate::{
    content_type::content_type,
    error::{Error, Result},
    files::{FileKey, Files, FoundFile},
    results::{self, Outcome, Output},
};
use info::info;
pub use raw::{DiffFile, RawOutput};
use runlens_text_diff::{
    bytes, captions,
    lines::{self, Limits, Lines},
    text::{self, Text},
    unified,
};
pub use service::OutputService;

/// Comparisons that run at the same time; each keeps a core busy, for seconds at worst.
pub(crate) const DIFFS_AT_A_TIME: usize = 2;

/// Which output of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputIds {
    /// The sample of the regression test.
    pub sample_id: i32,
    /// The regression test.
    pub regression_test_id: i32,
    /// Its output.
    pub output_id: i32,
}

/// What a test produced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActualOutput {
    /// The expected file, byte for byte.
    Identical,
    /// Another file.
    File(Box<OutputFile>),
}

/// One output of a test that has a result.
pub(crate) struct OutputOfRun<'a> {
    run_id: i32,
    ids: OutputIds,
    output: &'a Output,
}

/// Finds an output among what became of a run's tests.
///
/// # Errors
/// [`Error::NotFound`] for the first of test, sample and output that is no part of the run.
pub(crate) fn find(run_id: i32, outcomes: &[Outcome], ids: OutputIds) -> Result<OutputOfRun<'_>> {
    let OutputIds {
        sample_id,
        regression_test_id,
        output_id,
    } = ids;
    let outcome = results::find(outcomes, regression_test_id).ok_or(Error::NotFound {
        resource: "regression_test",
        id: regression_test_id,
    })?;
    if outcome.test.sample_id != Some(sample_id) {
        return Err(Error::NotFound {
            resource: "sample",
            id: sample_id,
        });
    }
    let output = outcome
        .outputs
        .iter()
        .find(|output| output.id == output_id)
        .ok_or(Error::NotFound {
            resource: "output",
            id: output_id,
        })?;
    Ok(OutputOfRun { run_id, ids, output })
}

impl OutputOfRun<'_> {
    /// The expected file.
    pub(crate) async fn expected(&self, files: &Files) -> Result<OutputFile> {
        let part = self
            .read(files, OutputSide::Expected, self.output.expected.as_deref())
            .await?;
        Ok(self.to_file(part))
    }

    /// What was produced.
    pub(crate) async fn actual(&self, files: &Files) -> Result<ActualOutput> {
        let hash = self.produced()?;
        if self.output.expected.as_deref() == Some(hash) {
            return Ok(ActualOutput::Identical);
        }
        let part = self.read(files, OutputSide::Actual, Some(hash)).await?;
        Ok(ActualOutput::File(Box::new(self.to_file(part))))
    }

    /// Both files; whether they are the same one.
    async fn both(&self, files: &Files) -> Result<(Part, Part, bool)> {
        let (produced, wanted) = (self.produced()?, self.output.expected.as_deref());
        if wanted == Some(produced) {
            let part = self.read(files, OutputSide::Expected, wanted).await?;
            return Ok((part.clone(), part, true));
        }
        let (expected, actual) = (
            self.read(files, OutputSide::Expected, wanted),
            self.read(files, OutputSide::Actual, Some(produced)),
        );
        let (expected, actual) = futures::try_join!(expected, actual)?;
        Ok((expected, actual, false))
    }

    /// How the one differs from the other.
    pub(crate) async fn diff(&self, service: &OutputService, query: &DiffQuery) -> Result<OutputDiff> {
        let (expected, actual, is_identical) = self.both(service.files()).await?;
        let head = OutputDiff {
            run_id: self.run_id,
            sample_id: self.ids.sample_id,
            regression_test_id: self.ids.regression_test_id,
            output_id: self.ids.output_id,
            filename: self.output.filename.clone(),
            status: self.output.status,
            identical: is_identical,
            binary: expected.text.is_binary() || actual.text.is_binary(),
            alignment: DiffAlignment::Lines,
            expected: expected.to_side(),
            actual: actual.to_side(),
            added: 0,
            removed: 0,
            hunk_count: 0,
            hunk_line_count: 0,
            hunks: None,
            next_offset: None,
            captions: None,
            bytes: None,
            unified: None,
            truncated: expected.is_cut || actual.is_cut,
        };
        let (query, extension) = (*query, self.output.extension.clone());
        service
            .diff_pool()
            .run(move || compare(head, &expected, &actual, &extension, query))
            .await
    }

    fn produced(&self) -> Result<&str> {
        self.output.actual.as_deref().ok_or(Error::NotProduced {
            output_id: self.output.id,
        })
    }

    async fn read(&self, files: &Files, side: OutputSide, hash: Option<&str>) -> Result<Part> {
        let missing = Error::OutputFileNotFound {
            output_id: self.output.id,
            side,
        };
        let Some(key) = hash.and_then(|hash| FileKey::result(hash, &self.output.extension)) else {
            return Err(missing);
        };
        let file = files.find(&key).await?.ok_or(missing)?;
        Part::of(&file, hash).await
    }

    fn to_file(&self, part: Part) -> OutputFile {
        let unknown = if part.text.is_binary() {
            "application/octet-stream"
        } else {
            "text/plain"
        };
        OutputFile {
            run_id: self.run_id,
            sample_id: self.ids.sample_id,
            regression_test_id: self.ids.regression_test_id,
            output_id: self.ids.output_id,
            filename: self.output.filename.clone(),
            content_type: content_type(&self.output.extension, unknown).to_owned(),
            encoding: part.text.encoding,
            byte_order_mark: part.text.byte_order_mark,
            content: part.text.content,
            sha256: part.sha256,
            size_bytes: part.size,
            truncated: part.is_cut,
        }
    }
}

/// What is read of a file: all of it, or its beginning.
#[derive(Clone, Debug)]
struct Part {
    text: Text,
    /// What was read.
    bytes: Bytes,
    sha256: Option<String>,
    /// Bytes of the whole file.
    size: u64,
    is_cut: bool,
}

impl Part {
    async fn of(file: &FoundFile, name: Option<&str>) -> Result<Self> {
        let bytes = file.read(0..OutputFile::MAX_BYTES).await?;
        let is_cut = file.size > OutputFile::MAX_BYTES;
        Ok(Self {
            text: Text::decode(&bytes, is_cut),
            bytes,
            sha256: name.and_then(sha256),
            size: file.size,
            is_cut,
        })
    }

    fn to_side(&self) -> DiffSide {
        let compared = self.text.compared();
        DiffSide {
            sha256: self.sha256.clone(),
            size_bytes: self.size,
            encoding: self.text.encoding,
            byte_order_mark: self.text.byte_order_mark,
            line_endings: text::line_endings(compared),
            line_count: compared.split_inclusive('\n').count() as u64,
            truncated: self.is_cut,
        }
    }
}

/// The SHA-256 that the platform names a file by; none where the name is another.
fn sha256(name: &str) -> Option<String> {
    let is_hash =
        name.len() == 2 * Sha256::output_size() && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| name.to_ascii_lowercase())
}

fn compare(
    mut answer: OutputDiff,
    expected: &Part,
    actual: &Part,
    extension: &str,
    query: DiffQuery,
) -> OutputDiff {
    let format = query.format.unwrap_or(DiffFormat::Structured);
    let limits = Limits {
        skip: query.offset as usize,
        lines: query.limit as usize,
        ..Limits::DEFAULT
    };
    let mut found = lines::Diff::default();
    if !answer.identical && !answer.binary {
        let lines = Lines::of(expected.text.compared(), actual.text.compared());
        let is_by_captions = query.align == Some(DiffAlignment::Captions) && format == DiffFormat::Structured;
        let by_captions = if is_by_captions {
            captions::compare(extension, &lines, limits)
        } else {
            None
        };
        let ops = match by_captions {
            Some((ops, captions)) => {
                answer.alignment = DiffAlignment::Captions;
                answer.captions = Some(captions);
                ops
            }
            None => lines.compare(limits),
        };
        found = lines::hunks(&lines, ops, query.context as usize, limits);
    }
    let has_lines = found.hunk_count > 0;
    answer.bytes = (!answer.identical && !has_lines).then(|| bytes::compare(&expected.bytes, &actual.bytes));
    answer.added = found.added;
    answer.removed = found.removed;
    answer.hunk_count = found.hunk_count;
    answer.hunk_line_count = found.hunk_lines;
    answer.next_offset = found.next;
    answer.truncated |= found.next.is_some();
    match format {
        DiffFormat::Structured => answer.hunks = Some(found.hunks),
        DiffFormat::Unified => answer.unified = Some(unified::write(&answer.filename, &found.hunks)),
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::sha256;

    #[test]
    fn a_name_is_a_hash_or_is_not() {
        let hash = "0123456789abcdef".repeat(4);
        assert_eq!(sha256(&hash.to_uppercase()), Some(hash.clone()));
        for name in [
            "",
            "expected",
            &hash[1..],
            &format!("{hash}0"),
            &hash.replace('0', "g"),
        ] {
            assert_eq!(sha256(name), None, "{name}");
        }
    }
}
