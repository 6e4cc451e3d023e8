//! Downloads: the original files of an output, and their difference as a `.diff` file.

use runlens_api_types::output::{FileEncoding, OutputFile, OutputSide};
use runlens_text_diff::{DiffLimits, Lines, hunks::line_diff, text::DecodedText, unified};

use super::{OutputOfRun, OutputService};
use crate::{
    content_type::content_type,
    error::{Error, Result},
    files::{FileKey, Files, RawFile},
};

/// A download of the expected or the actual file.
pub struct RawOutput {
    /// The file in its store.
    pub file: RawFile,
    /// Media type, with a `charset` parameter for text files.
    pub content_type: String,
    /// Suggested file name: ASCII letters, digits, `.`, `-` and `_`.
    pub filename: String,
}

/// A download of the difference between the expected and the actual file.
pub struct DiffFile {
    /// Unified diff, with notes before its header.
    pub text: String,
    /// Suggested file name: ASCII letters, digits, `.`, `-` and `_`.
    pub filename: String,
}

/// Maximum length of the output's file name within the name of a download.
const MAX_NAME_BYTES: usize = 80;

impl OutputOfRun<'_> {
    pub(crate) async fn raw(&self, files: &Files, side: OutputSide) -> Result<RawOutput> {
        let hash = match side {
            OutputSide::Expected => self.output.expected.as_deref(),
            OutputSide::Actual => Some(self.actual_hash()?),
        };
        let missing = Error::OutputFileNotFound {
            output_id: self.output.id,
            side,
        };
        let Some(key) = hash.and_then(|hash| FileKey::result(hash, &self.output.extension)) else {
            return Err(missing);
        };
        let file = files.find(&key).await?.ok_or(missing)?;
        let beginning = file.read(0..OutputFile::MAX_BYTES).await?;
        let charset = match DecodedText::decode(&beginning, file.size > OutputFile::MAX_BYTES).encoding {
            FileEncoding::Base64 => None,
            FileEncoding::Utf8 => Some("utf-8"),
            FileEncoding::Utf16Le => Some("utf-16le"),
            FileEncoding::Utf16Be => Some("utf-16be"),
            FileEncoding::Windows1252 => Some("windows-1252"),
        };
        let content_type = match charset {
            None => content_type(&self.output.extension, "application/octet-stream").to_owned(),
            Some(charset) => format!(
                "{}; charset={charset}",
                content_type(&self.output.extension, "text/plain")
            ),
        };
        Ok(RawOutput {
            file: RawFile::new(file),
            content_type,
            filename: self.download_name(&side.to_string(), ""),
        })
    }

    /// Compares the files line by line, with `context` equal lines around each change.
    pub(crate) async fn diff_file(&self, service: &OutputService, context: u32) -> Result<DiffFile> {
        let (expected, actual, is_identical) = self.load_both(service.files()).await?;
        let name = self.output.filename.clone();
        let text = service.diff_pool().run(move || {
            let is_binary = expected.text.is_binary() || actual.text.is_binary();
            if is_identical {
                return "The files are the same, byte for byte.\n".to_owned();
            }
            if is_binary {
                return "Binary files differ.\n".to_owned();
            }
            let lines = Lines::new(expected.text.comparable(), actual.text.comparable());
            let limits = DiffLimits {
                max_lines: usize::MAX,
                ..DiffLimits::DEFAULT
            };
            let diff = line_diff(&lines, lines.compare(limits), context as usize, limits);
            // `patch` ignores text before the first header.
            let truncation_note = if expected.is_truncated || actual.is_truncated {
                "Only the first 1 MiB of each file was compared.\n"
            } else {
                ""
            };
            let equality_note = if diff.hunks.is_empty() {
                "The lines are the same; the files differ in their encoding or byte order mark.\n"
            } else {
                ""
            };
            format!(
                "{truncation_note}{equality_note}{}",
                unified::write(&name, &diff.hunks)
            )
        });
        Ok(DiffFile {
            text: text.await?,
            filename: self.download_name("diff", ".diff"),
        })
    }

    fn download_name(&self, kind: &str, extension: &str) -> String {
        let to_safe = |c: char| {
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') {
                c
            } else {
                '_'
            }
        };
        // A long name is cut at its start, to keep the extension.
        let name: String = self.output.filename.chars().map(to_safe).collect();
        let name = &name[name.len().saturating_sub(MAX_NAME_BYTES)..];
        format!(
            "run-{}-test-{}-{kind}-{name}{extension}",
            self.run_id, self.ids.regression_test_id
        )
    }
}
