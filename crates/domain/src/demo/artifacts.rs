//! What finished runs leave behind: the output of the program, test after test, and its core dump where it crashed.

use std::fmt::Write as _;

use super::{
    dice::Dice,
    history::Run,
    outcomes::Outcome,
    suite::{Suite, Test},
};

/// Bytes of a core dump: a real one has many more.
const CORE_SIZE: usize = 4_096;

/// The files of a run, by name. The tested program is not among them: there is none.
pub(super) fn artifacts(suite: &Suite, run: &Run, seed: u64) -> Vec<(&'static str, Vec<u8>)> {
    if !run.is_completed() {
        return Vec::new();
    }
    let mut files = vec![("combined_stdout.log", stdout(suite, run, seed).into_bytes())];
    let has_crashed = run
        .executed()
        .iter()
        .any(|(_, outcome)| matches!(outcome, Outcome::Crash(_)));
    // Windows writes its dumps elsewhere.
    if has_crashed && run.is_linux {
        files.push(("coredump", core(run, seed)));
    }
    files
}

fn stdout(suite: &Suite, run: &Run, seed: u64) -> String {
    let mut out = String::new();
    let end = if run.is_linux { "\n" } else { "\r\n" };
    for &(test, outcome) in run.executed() {
        let test = &suite.tests[test];
        // Writing to a string does not fail.
        let _ = write!(out, "=== {} {}{end}", test.id, test.command);
        for line in said(suite, test, outcome, seed) {
            let _ = write!(out, "{line}{end}");
        }
    }
    out
}

/// What the program says of one test. It says the same in every run.
fn said(suite: &Suite, test: &Test, outcome: Outcome, seed: u64) -> Vec<String> {
    let mut dice = Dice::of(&[seed, 17, test.id as u64]);
    let seconds = dice.between(5, 600);
    let mut lines = vec![
        format!("Input: {}", suite.sample_of(test).name),
        format!("Opening file: {}", suite.sample_of(test).name),
    ];
    if let Outcome::Crash(_) = outcome {
        lines.push("Segmentation fault (core dumped)".to_owned());
        return lines;
    }
    lines.push(format!("100%  |  {:02}:{:02}", seconds / 60, seconds % 60));
    lines.push(format!(
        "Done, processing time = {} seconds",
        test.runtime / 1_000
    ));
    if let Some(code) = outcome.wrong_exit() {
        lines.push(format!(
            "Issues? Open a ticket: the program ends with code {code}"
        ));
    }
    lines
}

fn core(run: &Run, seed: u64) -> Vec<u8> {
    // A 64-bit ELF file of the kind `core`.
    let mut bytes = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x04\0\x3e\0".to_vec();
    bytes.extend(Dice::of(&[seed, 18, run.id as u64]).hex(64).into_bytes());
    bytes.resize(CORE_SIZE, 0);
    bytes
}
