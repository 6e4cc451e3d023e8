//! Search queries: one per kind of result. None reads a table with more than one row per run.

use sea_orm::{DbErr, FromQueryResult, Value};

use super::{
    Store,
    filter::{Filter, escape},
};

/// Runs with the same commit or branch.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct FoundRuns {
    /// The commit or the branch.
    pub(crate) name: String,
    pub(crate) runs: i64,
    /// Id of the newest run.
    pub(crate) newest: i32,
}

/// A pull request with its runs.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct FoundPullRequest {
    pub(crate) number: i32,
    pub(crate) runs: i64,
    /// Id of the newest run.
    pub(crate) newest: i32,
}

/// A regression test with the name of its sample.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct FoundTest {
    pub(crate) id: i32,
    pub(crate) command: String,
    pub(crate) sample_name: Option<String>,
}

#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct FoundSample {
    pub(crate) id: i32,
    pub(crate) sha: Option<String>,
    pub(crate) original_name: String,
}

/// Returns the ranges of numbers that start with the digits of `number`, excluding `number` itself.
fn numbers_starting_with(number: i32) -> Vec<(i32, i32)> {
    let mut ranges = Vec::new();
    let mut factor = 10_i32;
    while let Some(first) = number.checked_mul(factor) {
        ranges.push((first, first.saturating_add(factor - 1)));
        let Some(next) = factor.checked_mul(10) else { break };
        factor = next;
    }
    ranges
}

impl Store {
    /// Finds pull requests whose number starts with `number`. An exact match comes first, then those with the
    /// newest runs.
    pub(crate) async fn find_pull_requests(
        &self,
        number: i32,
        limit: u32,
    ) -> Result<Vec<FoundPullRequest>, DbErr> {
        let ranges = numbers_starting_with(number);
        let range_conditions = " OR t.pr_nr BETWEEN ? AND ?".repeat(ranges.len());
        let sql = format!(
            "SELECT t.pr_nr AS number, COUNT(*) AS runs, MAX(t.id) AS newest FROM test t WHERE t.pr_nr = ?{range_conditions}
             GROUP BY t.pr_nr ORDER BY CASE WHEN t.pr_nr = ? THEN 0 ELSE 1 END, MAX(t.id) DESC LIMIT {limit}"
        );
        let ranges = ranges.into_iter().flat_map(|(first, last)| [first, last]);
        self.rows(
            sql,
            std::iter::once(number)
                .chain(ranges)
                .chain([number])
                .map(Value::from)
                .collect(),
        )
        .await
    }

    /// Finds commits by a prefix of their hash in lower case. Those with the newest runs come first.
    pub(crate) async fn find_commits(&self, prefix: &str, limit: u32) -> Result<Vec<FoundRuns>, DbErr> {
        let sql = format!(
            "SELECT t.`commit` AS name, COUNT(*) AS runs, MAX(t.id) AS newest FROM test t WHERE t.`commit` >= ? AND t.`commit` < ?
             GROUP BY t.`commit` ORDER BY MAX(t.id) DESC LIMIT {limit}"
        );
        // `g` sorts after every hexadecimal digit.
        self.rows(sql, vec![prefix.into(), format!("{prefix}g").into()])
            .await
    }

    /// Finds branches that contain every word. Those that start with the first word come first, then those
    /// with the newest runs.
    pub(crate) async fn find_branches(&self, words: &[&str], limit: u32) -> Result<Vec<FoundRuns>, DbErr> {
        let mut filter = Filter::default();
        words
            .iter()
            .for_each(|word| filter.contains("t.branch", Some(word)));
        let sql = format!(
            "SELECT t.branch AS name, COUNT(*) AS runs, MAX(t.id) AS newest FROM test t{}
             GROUP BY t.branch ORDER BY CASE WHEN t.branch LIKE ? ESCAPE '!' THEN 0 ELSE 1 END, MAX(t.id) DESC LIMIT {limit}",
            filter.sql()
        );
        let first = words.first().map(|word| escape(word)).unwrap_or_default();
        self.rows(
            sql,
            filter
                .values()
                .into_iter()
                .chain([format!("{first}%").into()])
                .collect(),
        )
        .await
    }

    /// Finds the regression test with this id, and those whose commands contain every word. The test with
    /// this id comes first, the others follow by id.
    pub(crate) async fn find_tests(
        &self,
        number: Option<i32>,
        words: &[&str],
        limit: u32,
    ) -> Result<Vec<FoundTest>, DbErr> {
        let mut filter = Filter::default();
        words
            .iter()
            .for_each(|word| filter.contains("rt.command", Some(word)));
        let sql = format!(
            "SELECT rt.id, rt.command, s.original_name AS sample_name FROM regression_test rt LEFT JOIN sample s ON s.id = rt.sample_id
             WHERE rt.id = ? OR ({}) ORDER BY CASE WHEN rt.id = ? THEN 0 ELSE 1 END, rt.id LIMIT {limit}",
            filter.conditions()
        );
        // No test has the id 0.
        let number = Value::from(number.unwrap_or_default());
        self.rows(
            sql,
            [number.clone()]
                .into_iter()
                .chain(filter.values())
                .chain([number])
                .collect(),
        )
        .await
    }

    /// Finds the sample with this id, those whose hash starts with `prefix` (in lower case), and those whose
    /// names contain every word. The sample with this id comes first, the others follow by id.
    pub(crate) async fn find_samples(
        &self,
        number: Option<i32>,
        prefix: Option<&str>,
        words: &[&str],
        limit: u32,
    ) -> Result<Vec<FoundSample>, DbErr> {
        let mut filter = Filter::default();
        words
            .iter()
            .for_each(|word| filter.contains("s.original_name", Some(word)));
        let sql = format!(
            "SELECT s.id, s.sha, s.original_name FROM sample s WHERE s.id = ? OR (s.sha >= ? AND s.sha < ?) OR ({})
             ORDER BY CASE WHEN s.id = ? THEN 0 ELSE 1 END, s.id LIMIT {limit}",
            filter.conditions()
        );
        let number = Value::from(number.unwrap_or_default());
        // Without a prefix, the range is empty.
        let (from, to) = prefix.map_or((String::new(), String::new()), |prefix| {
            (prefix.to_owned(), format!("{prefix}g"))
        });
        let values = [number.clone(), from.into(), to.into()]
            .into_iter()
            .chain(filter.values())
            .chain([number]);
        self.rows(sql, values.collect()).await
    }
}

#[cfg(test)]
mod tests {
    use super::numbers_starting_with;

    #[test]
    fn ranges_cover_all_numbers_with_the_same_first_digits() {
        assert_eq!(
            numbers_starting_with(228).into_iter().take(2).collect::<Vec<_>>(),
            [(2280, 2289), (22800, 22899)]
        );
        assert_eq!(
            numbers_starting_with(214_748_364).as_slice(),
            [(2_147_483_640, i32::MAX)]
        );
        assert!(numbers_starting_with(i32::MAX).is_empty());
    }
}
