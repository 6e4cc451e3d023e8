//! Other runs that fail the very same tests in the very same way.

#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use runlens_api_types::{Page, auth::Scope, comparison::SameFailures, page::PageQuery, run::RunStatus};
use xxhash_rust::xxh3::Xxh3;

use super::{OpenRun, RunState, to_run};
use crate::{
    Result, Services,
    results::{self, Outcome, Suite},
    store::{runs::RunRow, same_failures::CompletedRun, suite::RunRows},
};

/// How many runs are looked at before a run, and how many after it.
const EACH_WAY: u32 = 100;

/// How many runs' results are read at a time: a bound on what is in memory at once.
const AT_A_TIME: usize = 50;

/// What a run fails, and how: equal for two runs that fail the same tests with the same exit codes and, byte for byte, the same outputs.
type Fingerprint = u128;

/// By what a completed run's fingerprint is known: its results are final until it is reported on again, and what of them is a failure is
/// the suite's matter.
type Key = (i32, i32, u64);

/// What is known of completed runs.
pub(crate) struct Fingerprints {
    known: moka::sync::Cache<Key, Fingerprint>,
    /// Two questions do not read the same runs at the same time.
    reading: tokio::sync::Mutex<()>,
}

impl Default for Fingerprints {
    fn default() -> Self {
        // Some 100 bytes each.
        Self {
            known: moka::sync::Cache::new(20_000),
            reading: tokio::sync::Mutex::new(()),
        }
    }
}

impl OpenRun {
    /// Other runs of its platform, completed before it or after it, that fail the identical set of tests: the same exit codes, and the same
    /// outputs byte for byte. Newest first. Scope `results:read`.
    ///
    /// # Errors
    /// [`crate::Error::MissingScope`], [`crate::Error::Database`].
    pub async fn same_failures(&self, page: PageQuery) -> Result<SameFailures> {
        self.caller.require(Scope::ResultsRead)?;
        let outcomes = self.outcomes().await?;
        let failing_count = outcomes.iter().filter(|outcome| outcome.has_failed()).count() as u64;
        let mut runs_compared = 0;
        let mut same: Vec<i32> = Vec::new();
        if self.state().await?.status == RunStatus::Fail {
            let read = async {
                Ok(Arc::new(
                    self.platform
                        .store()
                        .completed_runs_around(&self.facts.row, EACH_WAY)
                        .await?,
                ))
            };
            let around = self
                .platform
                .run_caches()
                .neighbours
                .get(self.platform.store(), self.id(), read)
                .await?;
            runs_compared = around.len() as u64;
            let wanted = fingerprint(outcomes);
            let found = self
                .platform
                .fingerprints(self.facts.suite(&self.platform).await?, &around)
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
        let store = self.platform.store();
        let (rows, mut progress) = tokio::try_join!(store.runs_by_id(&data), store.progress(&data))?;
        let mut rows: HashMap<i32, RunRow> = rows.into_iter().map(|row| (row.id, row)).collect();
        let runs = data.into_iter().filter_map(|id| {
            let state = RunState::of(&progress.remove(&id).unwrap_or_default(), true, true);
            Some(to_run(rows.remove(&id)?, &state, None, self.platform.settings()))
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

impl Services {
    /// What each of some completed runs fails.
    async fn fingerprints(&self, suite: &Suite, runs: &[CompletedRun]) -> Result<Vec<(i32, Fingerprint)>> {
        let cache = &self.run_caches().fingerprints;
        let suite_key = suite_key(suite);
        let key = |run: &CompletedRun| (run.id, run.last_report, suite_key);
        let _reading = cache.reading.lock().await;
        let unknown: Vec<CompletedRun> = runs
            .iter()
            .copied()
            .filter(|run| !cache.known.contains_key(&key(run)))
            .collect();
        for part in unknown.chunks(AT_A_TIME) {
            let ids: Vec<i32> = part.iter().map(|run| run.id).collect();
            let mut by_run = by_run(self.store().results_of(&ids).await?);
            for run in part {
                let outcomes = results::derive(suite, by_run.remove(&run.id).unwrap_or_default());
                cache.known.insert(key(run), fingerprint(&outcomes));
            }
        }
        Ok(runs
            .iter()
            .filter_map(|run| Some((run.id, cache.known.get(&key(run))?)))
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

/// What a run fails, given what became of its tests, by test id.
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

/// What of the suite decides whether a result is a failure.
fn suite_key(suite: &Suite) -> u64 {
    let mut hash = Xxh3::new();
    for test in suite.tests() {
        hash.update(&test.id.to_le_bytes());
        hash.update(&test.outputs.len().to_le_bytes());
        for output in &test.outputs {
            hash.update(&output.id.to_le_bytes());
            hash.update(&[u8::from(output.is_ignored)]);
            update_text(&mut hash, output.correct.as_deref());
            // The database gives them in any order.
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

/// A text with its length, so that two never read as one.
fn update_text(hash: &mut Xxh3, text: Option<&str>) {
    hash.update(&text.map_or(u64::MAX, |text| text.len() as u64).to_le_bytes());
    hash.update(text.unwrap_or_default().as_bytes());
}
