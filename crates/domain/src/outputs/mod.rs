//! Outputs of regression tests: the expected file, the actual file, and their difference.

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
    DiffLimits, Lines, bytes, captions,
    hunks::{LineDiff, line_diff},
    text::{self, DecodedText},
    unified,
};
pub use service::OutputService;

/// Maximum number of concurrent comparisons. Each occupies a core for up to several seconds.
pub(crate) const MAX_CONCURRENT_DIFFS: usize = 2;

/// Identifies an output within a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputIds {
    /// Sample of the regression test.
    pub sample_id: i32,
    pub regression_test_id: i32,
    pub output_id: i32,
}

/// The actual file of an output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActualOutput {
    /// It equals the expected file.
    Identical,
    /// It differs from the expected file.
    File(Box<OutputFile>),
}

/// An output of a test that has a result.
pub(crate) struct OutputOfRun<'a> {
    run_id: i32,
    ids: OutputIds,
    output: &'a Output,
}

/// Finds an output in the results of a run.
///
/// # Errors
/// [`Error::NotFound`] if the test, sample or output does not belong to the run, checked in this order.
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
    pub(crate) async fn expected(&self, files: &Files) -> Result<OutputFile> {
        let file = self
            .load(files, OutputSide::Expected, self.output.expected.as_deref())
            .await?;
        Ok(self.to_response(file))
    }

    pub(crate) async fn actual(&self, files: &Files) -> Result<ActualOutput> {
        let hash = self.actual_hash()?;
        if self.output.expected.as_deref() == Some(hash) {
            return Ok(ActualOutput::Identical);
        }
        let file = self.load(files, OutputSide::Actual, Some(hash)).await?;
        Ok(ActualOutput::File(Box::new(self.to_response(file))))
    }

    /// Loads the expected and the actual file, and returns whether their hashes are equal.
    async fn load_both(&self, files: &Files) -> Result<(LoadedFile, LoadedFile, bool)> {
        let (actual_hash, expected_hash) = (self.actual_hash()?, self.output.expected.as_deref());
        if expected_hash == Some(actual_hash) {
            let file = self.load(files, OutputSide::Expected, expected_hash).await?;
            return Ok((file.clone(), file, true));
        }
        let (expected, actual) = (
            self.load(files, OutputSide::Expected, expected_hash),
            self.load(files, OutputSide::Actual, Some(actual_hash)),
        );
        let (expected, actual) = futures::try_join!(expected, actual)?;
        Ok((expected, actual, false))
    }

    /// Compares the expected with the actual file.
    pub(crate) async fn diff(&self, service: &OutputService, query: &DiffQuery) -> Result<OutputDiff> {
        let (expected, actual, is_identical) = self.load_both(service.files()).await?;
        let response = OutputDiff {
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
            truncated: expected.is_truncated || actual.is_truncated,
        };
        let (query, extension) = (*query, self.output.extension.clone());
        service
            .diff_pool()
            .run(move || compare(response, &expected, &actual, &extension, query))
            .await
    }

    fn actual_hash(&self) -> Result<&str> {
        self.output.actual.as_deref().ok_or(Error::NotProduced {
            output_id: self.output.id,
        })
    }

    async fn load(&self, files: &Files, side: OutputSide, hash: Option<&str>) -> Result<LoadedFile> {
        let missing = Error::OutputFileNotFound {
            output_id: self.output.id,
            side,
        };
        let Some(key) = hash.and_then(|hash| FileKey::result(hash, &self.output.extension)) else {
            return Err(missing);
        };
        let file = files.find(&key).await?.ok_or(missing)?;
        LoadedFile::read(&file, hash).await
    }

    fn to_response(&self, file: LoadedFile) -> OutputFile {
        let default_type = if file.text.is_binary() {
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
            content_type: content_type(&self.output.extension, default_type).to_owned(),
            encoding: file.text.encoding,
            byte_order_mark: file.text.byte_order_mark,
            content: file.text.content,
            sha256: file.sha256,
            size_bytes: file.size_bytes,
            truncated: file.is_truncated,
        }
    }
}

/// The first [`OutputFile::MAX_BYTES`] of a file.
#[derive(Clone, Debug)]
struct LoadedFile {
    text: DecodedText,
    bytes: Bytes,
    sha256: Option<String>,
    /// Size of the whole file.
    size_bytes: u64,
    is_truncated: bool,
}

impl LoadedFile {
    async fn read(file: &FoundFile, name: Option<&str>) -> Result<Self> {
        let bytes = file.read(0..OutputFile::MAX_BYTES).await?;
        let is_truncated = file.size > OutputFile::MAX_BYTES;
        Ok(Self {
            text: DecodedText::decode(&bytes, is_truncated),
            bytes,
            sha256: name.and_then(sha256),
            size_bytes: file.size,
            is_truncated,
        })
    }

    fn to_side(&self) -> DiffSide {
        let comparable = self.text.comparable();
        DiffSide {
            sha256: self.sha256.clone(),
            size_bytes: self.size_bytes,
            encoding: self.text.encoding,
            byte_order_mark: self.text.byte_order_mark,
            line_endings: text::line_endings(comparable),
            line_count: comparable.split_inclusive('\n').count() as u64,
            truncated: self.is_truncated,
        }
    }
}

/// Returns the SHA-256 in a file's name, or `None` if the name is not a hash.
fn sha256(name: &str) -> Option<String> {
    let is_hash =
        name.len() == 2 * Sha256::output_size() && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| name.to_ascii_lowercase())
}

fn compare(
    mut response: OutputDiff,
    expected: &LoadedFile,
    actual: &LoadedFile,
    extension: &str,
    query: DiffQuery,
) -> OutputDiff {
    let format = query.format.unwrap_or(DiffFormat::Structured);
    let limits = DiffLimits {
        skip_lines: query.offset as usize,
        max_lines: query.limit as usize,
        ..DiffLimits::DEFAULT
    };
    let mut diff = LineDiff::default();
    if !response.identical && !response.binary {
        let lines = Lines::new(expected.text.comparable(), actual.text.comparable());
        let wants_captions = query.align == Some(DiffAlignment::Captions) && format == DiffFormat::Structured;
        let caption_diff = if wants_captions {
            captions::compare(extension, &lines, limits)
        } else {
            None
        };
        let script = match caption_diff {
            Some((script, captions)) => {
                response.alignment = DiffAlignment::Captions;
                response.captions = Some(captions);
                script
            }
            None => lines.compare(limits),
        };
        diff = line_diff(&lines, script, query.context as usize, limits);
    }
    let has_hunks = diff.hunk_count > 0;
    response.bytes =
        (!response.identical && !has_hunks).then(|| bytes::compare(&expected.bytes, &actual.bytes));
    response.added = diff.added_count;
    response.removed = diff.removed_count;
    response.hunk_count = diff.hunk_count;
    response.hunk_line_count = diff.hunk_line_count;
    response.next_offset = diff.next_offset;
    response.truncated |= diff.next_offset.is_some();
    match format {
        DiffFormat::Structured => response.hunks = Some(diff.hunks),
        DiffFormat::Unified => response.unified = Some(unified::write(&response.filename, &diff.hunks)),
    }
    response
}

#[cfg(test)]
mod tests {
    use super::sha256;

    #[test]
    fn only_sha256_names_are_hashes() {
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
