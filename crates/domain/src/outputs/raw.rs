//! The files of an output as they lie in their store, and what differs between them as a file.

use runlens_api_types::output::{FileEncoding, OutputFile, OutputSide};
use runlens_text_diff::{
    lines::{self, Limits, Lines},
    text::Text,
    unified,
};

use super::{OutputOfRun, OutputService};
use crate::{
    content_type::content_type,
    error::{Error, Result},
    files::{FileKey, Files, RawFile},
};

/// One of an output's files.
pub struct RawOutput {
    /// Its bytes.
    pub file: RawFile,
    /// Media type, with the encoding where it is text.
    pub content_type: String,
    /// What to call it: letters, digits, `.`, `-` and `_`.
    pub filename: String,
}

/// The difference between an output's files, as a file.
pub struct DiffFile {
    /// What `diff -u` writes.
    pub text: String,
    /// What to call it: letters, digits, `.`, `-` and `_`.
    pub filename: String,
}

/// The longest part of a name that is taken from the database, in bytes.
const MAX_NAME: usize = 80;

impl OutputOfRun<'_> {
    /// One of its files.
    pub(crate) async fn raw(&self, files: &Files, side: OutputSide) -> Result<RawOutput> {
        let hash = match side {
            OutputSide::Expected => self.output.expected.as_deref(),
            OutputSide::Actual => Some(self.produced()?),
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
        let charset = match Text::decode(&beginning, file.size > OutputFile::MAX_BYTES).encoding {
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

    /// All that differs between its files, line by line, with `context` equal lines around.
    pub(crate) async fn diff_file(&self, service: &OutputService, context: u32) -> Result<DiffFile> {
        let (expected, actual, is_identical) = self.both(service.files()).await?;
        let name = self.output.filename.clone();
        let text = service.diff_pool().run(move || {
            let is_binary = expected.text.is_binary() || actual.text.is_binary();
            if is_identical {
                return "The files are the same, byte for byte.\n".to_owned();
            }
            if is_binary {
                return "Binary files differ.\n".to_owned();
            }
            let lines = Lines::of(expected.text.compared(), actual.text.compared());
            let limits = Limits {
                lines: usize::MAX,
                ..Limits::DEFAULT
            };
            let found = lines::hunks(&lines, lines.compare(limits), context as usize, limits);
            // `patch` passes over what comes before the first header.
            let cut = if expected.is_cut || actual.is_cut {
                "Only the first 1 MiB of each file was compared.\n"
            } else {
                ""
            };
            let same = if found.hunks.is_empty() {
                "The lines are the same; the files differ in their encoding or byte order mark.\n"
            } else {
                ""
            };
            format!("{cut}{same}{}", unified::write(&name, &found.hunks))
        });
        Ok(DiffFile {
            text: text.await?,
            filename: self.download_name("diff", ".diff"),
        })
    }

    fn download_name(&self, what: &str, extension: &str) -> String {
        let plain = |c: char| {
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') {
                c
            } else {
                '_'
            }
        };
        // The end of a name says what kind of file it is.
        let name: String = self.output.filename.chars().map(plain).collect();
        let name = &name[name.len().saturating_sub(MAX_NAME)..];
        format!(
            "run-{}-test-{}-{what}-{name}{extension}",
            self.run_id, self.ids.regression_test_id
        )
    }
}
