//! Outcomes of tests, and the rows and files that record them.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::{
    captions::Rendition,
    seeded_rng::SeededRng,
    suite::{Output, Test},
};
use crate::{
    files::FileKey,
    store::tables::{TestResultFileRow, TestResultRow},
};

/// Outcome of a test in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Pass,
    /// The output is an accepted variant.
    Accepted,
    /// The output differs; equal numbers stand for equal mistakes.
    Wrong(u32),
    /// An unexpected exit code.
    WrongExit(i32),
    /// `Wrong` and `WrongExit`.
    WrongBoth(u32, i32),
    /// An output was not produced.
    Missing,
    /// The program exited with this code before it wrote any output.
    Crash(i32),
}

/// Output id in the rows by which the platform marks missing output.
pub(super) const MISSING_OUTPUT_ID: i32 = -1;

impl Outcome {
    /// Returns a random failure that is possible for this test.
    pub(super) fn failure(test: &Test, number: u32, is_linux: bool, rng: &mut SeededRng) -> Self {
        let crash = if is_linux {
            [139, 134][rng.index(2)]
        } else {
            -1_073_741_819
        };
        let wrong_exit = if test.expected_rc == 0 { 10 } else { 0 };
        let kind = rng.below(100);
        if test.required().next().is_none() {
            return Self::WrongExit(if kind < 70 { wrong_exit } else { crash });
        }
        match kind {
            0..80 => Self::Wrong(number),
            80..86 => Self::Missing,
            86..91 => Self::WrongExit(wrong_exit),
            91..95 => Self::WrongBoth(number, wrong_exit),
            _ => Self::Crash(crash),
        }
    }

    pub(super) fn is_pass(self) -> bool {
        matches!(self, Self::Pass | Self::Accepted)
    }

    /// Returns the exit code if it is not the expected one.
    pub(super) fn wrong_exit(self) -> Option<i32> {
        match self {
            Self::WrongExit(code) | Self::WrongBoth(_, code) | Self::Crash(code) => Some(code),
            _ => None,
        }
    }

    /// Returns the version of an output that is produced, or `None` if it is missing.
    fn rendition(self, output: &Output, is_first: bool) -> Option<Rendition> {
        match self {
            Self::Accepted if output.has_accepted_variant => Some(Rendition::Accepted),
            Self::Wrong(number) | Self::WrongBoth(number, _) if !output.is_ignored => {
                // A mistake affects the first output, and maybe the others.
                let is_affected =
                    is_first || SeededRng::new(&[output.content.seed, number.into(), 7]).chance(50);
                Some(if is_affected {
                    Rendition::Wrong(number)
                } else {
                    Rendition::Expected
                })
            }
            Self::Missing if is_first => None,
            Self::Crash(_) => None,
            _ => Some(Rendition::Expected),
        }
    }

    /// Returns the rows of the result.
    pub(super) fn rows(
        self,
        run_id: i32,
        test: &Test,
        generated_files: &mut GeneratedFiles,
        rng: &mut SeededRng,
    ) -> (TestResultRow, Vec<TestResultFileRow>) {
        let result = TestResultRow {
            test_id: run_id,
            regression_test_id: test.id,
            runtime: Some((test.runtime_ms * rng.between(85, 130) / 100) as i32),
            exit_code: Some(self.wrong_exit().unwrap_or(test.expected_rc)),
            expected_rc: Some(test.expected_rc),
        };
        let first = test.required().next().map(|output| output.id);
        let row = |output_id: i32, expected: String, got: Option<String>| TestResultFileRow {
            test_id: run_id,
            regression_test_id: test.id,
            regression_test_output_id: output_id,
            expected,
            got,
        };
        let mut files = Vec::with_capacity(test.outputs.len());
        let mut is_missing = false;
        for output in &test.outputs {
            match self.rendition(output, Some(output.id) == first) {
                None => is_missing |= !output.is_ignored,
                Some(rendition) => {
                    let expected = generated_files.hash(output, Rendition::Expected);
                    let got =
                        (rendition != Rendition::Expected).then(|| generated_files.hash(output, rendition));
                    files.push(row(output.id, expected, got));
                }
            }
        }
        if is_missing {
            files.push(row(MISSING_OUTPUT_ID, String::new(), Some("error".to_owned())));
        }
        (result, files)
    }
}

/// The output files. Each is written once, under the hash of its content.
#[derive(Default)]
pub(super) struct GeneratedFiles {
    hashes: HashMap<(i32, Rendition), String>,
    keys: HashSet<FileKey>,
    pending: Vec<(FileKey, Bytes)>,
}

impl GeneratedFiles {
    /// Returns the hash of a version of an output, and schedules the file for writing if it is new.
    pub(super) fn hash(&mut self, output: &Output, rendition: Rendition) -> String {
        if let Some(hash) = self.hashes.get(&(output.id, rendition)) {
            return hash.clone();
        }
        let bytes = output.content.render(rendition);
        let hash = format!("{:x}", Sha256::digest(&bytes));
        if let Some(key) = FileKey::result(&hash, output.content.extension)
            && self.keys.insert(key.clone())
        {
            self.pending.push((key, bytes.into()));
        }
        self.hashes.insert((output.id, rendition), hash.clone());
        hash
    }

    /// Returns the files that have not been written yet.
    pub(super) fn take_pending(&mut self) -> Vec<(FileKey, Bytes)> {
        std::mem::take(&mut self.pending)
    }
}
