//! `runlens-naive FILE page LINE|end`, `… outline`, `… contains TEXT`, `… regex PATTERN`: a log as the simplest viewer reads it, which
//! holds all of its lines in memory for each request. `scripts/bench logs` measures Runlens beside it.
//!
//! Prints what was found, the milliseconds from the start of the program, and the most memory it had, in MB.

use std::{collections::BTreeMap, error::Error, fs, io::Write, time::Instant};

use regex::RegexBuilder;

/// Lines of a page.
const PAGE: usize = 100;

fn answer(lines: &[&str], question: &str, value: &str) -> Result<usize, Box<dyn Error>> {
    Ok(match question {
        "page" => {
            let from = if value == "end" {
                lines.len().saturating_sub(PAGE)
            } else {
                value.parse::<usize>()? - 1
            };
            lines.iter().skip(from).take(PAGE).map(|line| line.len()).sum()
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
        _ => return Err("ask for page, outline, contains or regex".into()),
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let begin = Instant::now();
    let mut arguments = std::env::args().skip(1);
    let (Some(file), Some(question)) = (arguments.next(), arguments.next()) else {
        return Err("usage: runlens-naive FILE page|outline|contains|regex [VALUE]".into());
    };
    let content = String::from_utf8_lossy(&fs::read(file)?).into_owned();
    let lines: Vec<&str> = content.lines().collect();
    let found = answer(&lines, &question, &arguments.next().unwrap_or_default())?;
    let milliseconds = begin.elapsed().as_secs_f64() * 1000.0;
    let status = fs::read_to_string("/proc/self/status")?;
    let most = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"))
        .unwrap_or("0");
    writeln!(
        std::io::stdout(),
        "{found} {milliseconds:.2} {:.1}",
        most.trim().parse::<f64>()? / 1024.0
    )?;
    Ok(())
}
