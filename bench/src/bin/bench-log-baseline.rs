//! `bench-log-baseline FILE page LINE|end`, `… outline`, `… contains TEXT`, `… regex PATTERN`: the simplest log reader, which loads
//! the whole file for each request. `scripts/bench logs` compares Runlens with it.
//!
//! Prints a count, the milliseconds since the start of the program, and its peak memory in MB.

use std::{collections::BTreeMap, error::Error, fs, io::Write, time::Instant};

use regex::RegexBuilder;

const PAGE_LINES: usize = 100;

fn evaluate(lines: &[&str], operation: &str, value: &str) -> Result<usize, Box<dyn Error>> {
    Ok(match operation {
        "page" => {
            let from = if value == "end" {
                lines.len().saturating_sub(PAGE_LINES)
            } else {
                value.parse::<usize>()? - 1
            };
            lines
                .iter()
                .skip(from)
                .take(PAGE_LINES)
                .map(|line| line.len())
                .sum()
        }
        "outline" => {
            let mut levels: BTreeMap<&str, usize> = BTreeMap::new();
            for line in lines {
                let lower = line.to_lowercase();
                let words = ["critical", "fatal", "error", "warn", "debug", "trace"];
                *levels
                    .entry(
                        words
                            .into_iter()
                            .find(|word| lower.contains(word))
                            .unwrap_or("info"),
                    )
                    .or_default() += 1;
            }
            levels.values().sum()
        }
        "contains" => {
            let text = value.to_lowercase();
            lines
                .iter()
                .filter(|line| line.to_lowercase().contains(&text))
                .count()
        }
        "regex" => {
            let regex = RegexBuilder::new(value).case_insensitive(true).build()?;
            lines.iter().filter(|line| regex.is_match(line)).count()
        }
        _ => return Err("the operation must be page, outline, contains or regex".into()),
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let started_at = Instant::now();
    let mut arguments = std::env::args().skip(1);
    let (Some(file), Some(operation)) = (arguments.next(), arguments.next()) else {
        return Err("usage: bench-log-baseline FILE page|outline|contains|regex [VALUE]".into());
    };
    let content = String::from_utf8_lossy(&fs::read(file)?).into_owned();
    let lines: Vec<&str> = content.lines().collect();
    let count = evaluate(&lines, &operation, &arguments.next().unwrap_or_default())?;
    let milliseconds = started_at.elapsed().as_secs_f64() * 1000.0;
    let status = fs::read_to_string("/proc/self/status")?;
    let peak_kb = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"))
        .unwrap_or("0");
    writeln!(
        std::io::stdout(),
        "{count} {milliseconds:.2} {:.1}",
        peak_kb.trim().parse::<f64>()? / 1024.0
    )?;
    Ok(())
}
