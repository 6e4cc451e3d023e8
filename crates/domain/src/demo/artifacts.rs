//! Artifacts of completed runs: the combined standard output, and a core dump if a test crashed.

use std::fmt::Write as _;

use super::{
    history::Run,
    outcomes::Outcome,
    seeded_rng::SeededRng,
    suite::{Suite, Test},
};

/// Far less than a real core dump.
const COREDUMP_BYTES: usize = 4_096;

/// Returns the files of a run by name. The tested program is not included, because there is none.
pub(super) fn artifacts(suite: &Suite, run: &Run, seed: u64) -> Vec<(&'static str, Vec<u8>)> {
    if !run.is_completed() {
        return Vec::new();
    }
    let mut files = vec![("combined_stdout.log", stdout(suite, run, seed).into_bytes())];
    let has_crashed = run
        .executed()
        .iter()
        .any(|(_, outcome)| matches!(outcome, Outcome::Crash(_)));
    // Core dumps of Windows are not uploaded.
    if has_crashed && run.is_linux {
        files.push(("coredump", coredump(run, seed)));
    }
    files
}

fn stdout(suite: &Suite, run: &Run, seed: u64) -> String {
    let mut out = String::new();
    let end = if run.is_linux { "\n" } else { "\r\n" };
    for &(test, outcome) in run.executed() {
        let test = &suite.tests[test];
        // Writing to a String cannot fail.
        let _ = write!(out, "=== {} {}{end}", test.id, test.command);
        for line in program_output(suite, test, outcome, seed) {
            let _ = write!(out, "{line}{end}");
        }
    }
    out
}

/// Returns what the program prints during a test. It is the same in every run.
fn program_output(suite: &Suite, test: &Test, outcome: Outcome, seed: u64) -> Vec<String> {
    let mut rng = SeededRng::new(&[seed, 17, test.id as u64]);
    let seconds = rng.between(5, 600);
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
        test.runtime_ms / 1_000
    ));
    if let Some(code) = outcome.wrong_exit() {
        lines.push(format!(
            "Issues? Open a ticket: the program ends with code {code}"
        ));
    }
    lines
}

fn coredump(run: &Run, seed: u64) -> Vec<u8> {
    // Header of a 64-bit ELF file of type `core`.
    let mut bytes = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x04\0\x3e\0".to_vec();
    bytes.extend(SeededRng::new(&[seed, 18, run.id as u64]).hex(64).into_bytes());
    bytes.resize(COREDUMP_BYTES, 0);
    bytes
}
