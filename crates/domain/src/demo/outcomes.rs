//! What becomes of a test, and the rows and files that say so.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::{
    captions::Rendition,
    dice::Dice,
    suite::{Output, Test},
};
use crate::{
    files::FileKey,
    store::entity::{test_result, test_result_file},
};

/// What becomes of a test in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// As expected.
    Pass,
    /// The output differs, in a way that is accepted.
    Accepted,
    /// The output differs; the same number is the same mistake.
    Wrong(u32),
    /// Another exit code than expected.
    WrongExit(i32),
    /// Both.
    WrongBoth(u32, i32),
    /// An output was not produced.
    Missing,
    /// The program ended with this code before it wrote anything.
    Crash(i32),
}

/// The output row that stands for no output.
pub(super) const MARKER_OUTPUT: i32 = -1;

impl Outcome {
    /// A failure of the kind that this test can have.
    pub(super) fn failure(test: &Test, number: u32, is_linux: bool, dice: &mut Dice) -> Self {
        let crash = if is_linux {
            [139, 134][dice.index(2)]
        } else {
            -1_073_741_819
        };
        let wrong_exit = if test.expected_rc == 0 { 10 } else { 0 };
        let kind = dice.below(100);
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

    /// Whether the test passes.
    pub(super) fn is_pass(self) -> bool {
        matches!(self, Self::Pass | Self::Accepted)
    }

    /// The exit code, where it is not the one expected.
    pub(super) fn wrong_exit(self) -> Option<i32> {
        match self {
            Self::WrongExit(code) | Self::WrongBoth(_, code) | Self::Crash(code) => Some(code),
            _ => None,
        }
    }

    /// How an output comes out; none where it was not produced.
    fn rendition(self, output: &Output, is_first: bool) -> Option<Rendition> {
        match self {
            Self::Accepted if output.has_accepted_variant => Some(Rendition::Accepted),
            Self::Wrong(number) | Self::WrongBoth(number, _) if !output.is_ignored => {
                // A mistake need not show in every output, but it shows in the first.
                let shows = is_first || Dice::of(&[output.content.seed, number.into(), 7]).percent(50);
                Some(if shows {
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

    /// The rows of a run's result.
    pub(super) fn rows(
        self,
        run_id: i32,
        test: &Test,
        shelf: &mut Shelf,
        dice: &mut Dice,
    ) -> (test_result::Model, Vec<test_result_file::Model>) {
        let result = test_result::Model {
            test_id: run_id,
            regression_test_id: test.id,
            runtime: Some((test.runtime * dice.between(85, 130) / 100) as i32),
            exit_code: Some(self.wrong_exit().unwrap_or(test.expected_rc)),
            expected_rc: Some(test.expected_rc),
        };
        let first = test.required().next().map(|output| output.id);
        let row = |output_id: i32, expected: String, got: Option<String>| test_result_file::Model {
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
                    let expected = shelf.hash(output, Rendition::Expected);
                    let got = (rendition != Rendition::Expected).then(|| shelf.hash(output, rendition));
                    files.push(row(output.id, expected, got));
                }
            }
        }
        if is_missing {
            files.push(row(MARKER_OUTPUT, String::new(), Some("error".to_owned())));
        }
        (result, files)
    }
}

/// The output files: each is written once, under the hash of its content.
#[derive(Default)]
pub(super) struct Shelf {
    hashes: HashMap<(i32, Rendition), String>,
    keys: HashSet<FileKey>,
    pending: Vec<(FileKey, Bytes)>,
}

impl Shelf {
    /// The hash of an output's rendition.
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

    /// The files that are still to be written.
    pub(super) fn take_pending(&mut self) -> Vec<(FileKey, Bytes)> {
        std::mem::take(&mut self.pending)
    }
}
