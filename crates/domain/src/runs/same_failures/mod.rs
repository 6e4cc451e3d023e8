//! Other runs with identical failures.

#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use runlens_api_types::{Page, comparison::SameFailures, page::PageQuery, run::RunStatus};
use xxhash_rust::xxh3::Xxh3;

use super::{LoadedRun, RunService, RunState, run_row::to_run};
use crate::{
    Result, access,
    results::{self, Outcome, Suite},
    store::{runs::RunRow, same_failures::CompletedRun, suite::RunRows},
};

/// Runs compared before a run, and again after it.
const RUNS_COMPARED_EACH_SIDE: u32 = 100;

/// Runs whose results are read by one query, which bounds the memory in use.
const READ_BATCH_RUNS: usize = 50;

/// Hash of a run's failures: equal for two runs that fail the same tests with the same exit codes and byte-identical outputs.
type Fingerprint = u128;

/// Cache key: run, last progress row, hash of the suite.
type Key = (i32, i32, u64);

/// Cached fingerprints of completed runs.
pub(super) struct Fingerprints {
    entries: moka::sync::Cache<Key, Fingerprint>,
    /// Held while runs are read, so that concurrent requests do not read the same runs.
    reading: tokio::sync::Mutex<()>,
}

impl Default for Fingerprints {
    fn default() -> Self {
        // About 100 bytes each.
        Self {
            entries: moka::sync::Cache::new(20_000),
            reading: tokio::sync::Mutex::new(()),
        }
    }
}

impl LoadedRun {
    /// Returns a page of other completed runs on its platform with identical failures: the same set of tests, the same exit codes
    /// and byte-identical outputs. Newest first. Scope `results:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope), [`Error::Database`](crate::Error::Database).
    pub async fn same_failures(&self, page: PageQuery) -> Result<SameFailures> {
        self.caller.require(access::LIST_RUNS_WITH_SAME_FAILURES)?;
        let outcomes = self.outcomes().await?;
        let failing_count = outcomes.iter().filter(|outcome| outcome.has_failed()).count() as u64;
        let mut runs_compared = 0;
        let mut same: Vec<i32> = Vec::new();
        if self.state().await?.status == RunStatus::Fail {
            let read = async {
                Ok(Arc::new(
                    self.runs
                        .store()
                        .completed_runs_around(&self.snapshot.row, RUNS_COMPARED_EACH_SIDE)
                        .await?,
                ))
            };
            let neighbours = self
                .runs
                .caches()
                .neighbours
                .get(self.runs.store(), self.id(), read)
                .await?;
            runs_compared = neighbours.len() as u64;
            let wanted = fingerprint(outcomes);
            let found = self
                .runs
                .fingerprints(self.snapshot.suite(&self.runs).await?, &neighbours)
                .await?;
            same.extend(
                found
                    .into_iter()
                    .filter(|(_, found)| *found == wanted)
                    .map(|(id, _)| id),
            );
            same.sort_unstable_by(|a, b| b.cmp(a));
        }
        let Page { data, pagination } = Page::paginate(same, page);
        let store = self.runs.store();
        let (rows, mut progress) = tokio::try_join!(store.runs_by_id(&data), store.progress(&data))?;
        let mut rows: HashMap<i32, RunRow> = rows.into_iter().map(|row| (row.id, row)).collect();
        let runs = data.into_iter().filter_map(|id| {
            let state = RunState::of(&progress.remove(&id).unwrap_or_default(), true, true);
            Some(to_run(rows.remove(&id)?, &state, None, self.runs.settings()))
        });
        Ok(SameFailures {
            run_id: self.id(),
            failing_count,
            runs_compared,
            data: runs.collect(),
            pagination,
        })
    }
}

impl RunService {
    /// Returns the fingerprint of each run, from the cache where it is known.
    async fn fingerprints(&self, suite: &Suite, runs: &[CompletedRun]) -> Result<Vec<(i32, Fingerprint)>> {
        let cache = &self.caches().fingerprints;
        let suite_key = suite_key(suite);
        let key = |run: &CompletedRun| (run.id, run.last_report, suite_key);
        let _reading = cache.reading.lock().await;
        let unknown: Vec<CompletedRun> = runs
            .iter()
            .copied()
            .filter(|run| !cache.entries.contains_key(&key(run)))
            .collect();
        for part in unknown.chunks(READ_BATCH_RUNS) {
            let ids: Vec<i32> = part.iter().map(|run| run.id).collect();
            let mut by_run = by_run(self.store().results_of(&ids).await?);
            for run in part {
                let outcomes = results::derive(suite, by_run.remove(&run.id).unwrap_or_default());
                cache.entries.insert(key(run), fingerprint(&outcomes));
            }
        }
        Ok(runs
            .iter()
            .filter_map(|run| Some((run.id, cache.entries.get(&key(run))?)))
            .collect())
    }
}

fn by_run(rows: RunRows) -> HashMap<i32, RunRows> {
    let mut by_run: HashMap<i32, RunRows> = HashMap::new();
    for result in rows.results {
        by_run.entry(result.test_id).or_default().results.push(result);
    }
    for file in rows.files {
        by_run.entry(file.test_id).or_default().files.push(file);
    }
    by_run
}

/// Hashes the failures among outcomes ordered by test id.
fn fingerprint(outcomes: &[Outcome]) -> Fingerprint {
    let mut hash = Xxh3::new();
    for outcome in outcomes.iter().filter(|outcome| outcome.has_failed()) {
        hash.update(&outcome.test.id.to_le_bytes());
        let exit_code = outcome.result.as_ref().and_then(|result| result.exit_code);
        hash.update(&[u8::from(exit_code.is_some())]);
        hash.update(&exit_code.unwrap_or_default().to_le_bytes());
        hash.update(&outcome.outputs.len().to_le_bytes());
        for output in &outcome.outputs {
            hash.update(&output.id.to_le_bytes());
            update_text(&mut hash, output.actual.as_deref());
        }
    }
    hash.digest128()
}

/// Hashes what decides whether a result is a failure.
fn suite_key(suite: &Suite) -> u64 {
    let mut hash = Xxh3::new();
    for test in suite.tests() {
        hash.update(&test.id.to_le_bytes());
        hash.update(&test.outputs.len().to_le_bytes());
        for output in &test.outputs {
            hash.update(&output.id.to_le_bytes());
            hash.update(&[u8::from(output.is_ignored)]);
            update_text(&mut hash, output.correct.as_deref());
            // Rows arrive in any order.
            let variants: HashSet<&str> = output.variants.iter().map(String::as_str).collect();
            let mut variants: Vec<&str> = variants.into_iter().collect();
            variants.sort_unstable();
            hash.update(&variants.len().to_le_bytes());
            variants
                .into_iter()
                .for_each(|variant| update_text(&mut hash, Some(variant)));
        }
    }
    hash.digest()
}

/// Hashes text with its length, so that two adjacent texts are unambiguous.
fn update_text(hash: &mut Xxh3, text: Option<&str>) {
    hash.update(&text.map_or(u64::MAX, |text| text.len() as u64).to_le_bytes());
    hash.update(text.unwrap_or_default().as_bytes());
}
