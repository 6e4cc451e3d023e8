//! An output of a test: what was expected, what was produced, and how the two differ.

use futures::join;
use runlens_api_types::{
    ErrorBody, ErrorCode,
    output::{FileEncoding, OutputDiff, OutputFile, OutputInfo},
    run::Run,
    sample::{OutputStatus, TestResult},
};

use super::{RunSource, Source};
use crate::url::output::{LINES, OutputView};

/// Everything that the page of an output shows.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputPage {
    /// The run.
    pub run: Run,
    /// The test, with its result.
    pub test: TestResult,
    /// What became of the output.
    pub info: OutputInfo,
    /// Its files.
    pub files: OutputFiles,
}

/// What there is to see of an output's files.
#[derive(Clone, Debug, PartialEq)]
pub enum OutputFiles {
    /// They differ.
    Diff(Box<OutputDiff>),
    /// The expected file was produced, byte for byte.
    Same(Box<FilePart>),
    /// Nothing was produced: the expected file, or why it cannot be shown.
    NotProduced(Result<Box<FilePart>, ErrorBody>),
    /// They cannot be compared: why.
    Missing(ErrorBody),
}

/// Some lines of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct FilePart {
    /// Its lines, without their ends, from the one behind `offset`.
    pub lines: Vec<String>,
    /// Lines before the first one.
    pub offset: u32,
    /// Lines of what is known of it.
    pub total: u64,
    /// Whether it is no text; then there are no lines.
    pub is_binary: bool,
    /// Bytes of the whole file.
    pub size_bytes: u64,
    /// Whether less than the whole file is known.
    pub is_truncated: bool,
}

/// Everything that the page of an output shows.
///
/// # Errors
/// The domain's: that run, test or output do not exist, or may not be read.
pub async fn output_page(
    run: i32,
    test: i32,
    output: i32,
    view: OutputView,
) -> Result<OutputPage, ErrorBody> {
    let open = Source::new()?.open(run).await?;
    let test = open.sample(test).await?;
    // A test that is gone from the suite has no outputs.
    let sample = test
        .sample_id
        .ok_or_else(|| ErrorBody::not_found("output", output))?;
    let place = Place {
        sample,
        test: test.regression_test_id,
        output,
    };
    let (run, info, files) = join!(open.run(), open.output(place), files(&open, place, &view));
    Ok(OutputPage {
        run: run?,
        test,
        info: info?,
        files: files?,
    })
}

/// Where an output stands in its run.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The sample of the test.
    pub sample: i32,
    /// The test.
    pub test: i32,
    /// The output.
    pub output: i32,
}

impl Place {
    /// What the API has of it, below the run.
    pub fn path(self, what: &str) -> String {
        format!(
            "/samples/{}/regression-tests/{}/outputs/{}{what}",
            self.sample, self.test, self.output
        )
    }
}

async fn files(open: &RunSource, place: Place, view: &OutputView) -> Result<OutputFiles, ErrorBody> {
    match open.output_diff(place, &view.query()).await {
        Ok(diff) if diff.identical => Ok(OutputFiles::Same(Box::new(FilePart::of(
            open.expected_output(place).await?,
            view.offset,
        )))),
        Ok(diff) => Ok(OutputFiles::Diff(Box::new(diff))),
        Err(body)
            if body.code == ErrorCode::NotFound
                && body.details.get("resource").is_some_and(|name| name == "file") =>
        {
            let is_not_produced = body
                .details
                .get("output_status")
                .is_some_and(|word| word == &*OutputStatus::MissingOutput.to_string());
            if !is_not_produced {
                return Ok(OutputFiles::Missing(body));
            }
            Ok(OutputFiles::NotProduced(
                match open.expected_output(place).await {
                    Ok(file) => Ok(Box::new(FilePart::of(file, view.offset))),
                    Err(body) if body.code == ErrorCode::NotFound => Err(body),
                    Err(body) => return Err(body),
                },
            ))
        }
        Err(body) => Err(body),
    }
}

impl FilePart {
    fn of(file: OutputFile, offset: u32) -> Self {
        let is_binary = file.encoding == FileEncoding::Base64;
        let lines = || file.content.split_inclusive('\n').filter(|_| !is_binary);
        let shown = lines().skip(offset as usize).take(LINES as usize);
        Self {
            lines: shown
                .map(|line| line.trim_end_matches(['\n', '\r']).to_owned())
                .collect(),
            offset,
            total: lines().count() as u64,
            is_binary,
            size_bytes: file.size_bytes,
            is_truncated: file.truncated,
        }
    }
}
