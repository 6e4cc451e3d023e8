//! Queries for the runs of a pull request or a commit.

use sea_orm::DbErr;

use super::{
    Store,
    filter::Filter,
    runs::{HAS_RESULT, LAST_STATUS, RUN_COLUMNS, RunRow},
};

/// A change whose runs are read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RunsOfChange<'a> {
    PullRequest(i32),
    /// The full commit hash.
    Commit(&'a str),
}

impl Store {
    /// Returns the newest run on each platform, newest first. For a pull request, only runs of its most
    /// recently tested commit are included.
    pub(crate) async fn latest_runs(&self, change: RunsOfChange<'_>) -> Result<Vec<RunRow>, DbErr> {
        let (condition, values) = match change {
            RunsOfChange::PullRequest(number) => (
                "n.pr_nr = ? AND n.`commit` = (SELECT l.`commit` FROM test l WHERE l.pr_nr = ? ORDER BY l.id DESC LIMIT 1)",
                vec![number.into(), number.into()],
            ),
            RunsOfChange::Commit(sha) => ("n.`commit` = ?", vec![sha.into()]),
        };
        let sql = format!(
            "{RUN_COLUMNS} WHERE t.id IN (SELECT MAX(n.id) FROM test n WHERE {condition} GROUP BY LOWER(TRIM(n.platform)))
             ORDER BY t.id DESC"
        );
        self.rows(sql, values).await
    }

    /// Returns the newest earlier run that completed, has results and tested another commit of the same pull
    /// request (or branch, without a pull request) on the same platform.
    pub(crate) async fn previous_run(&self, run: &RunRow) -> Result<Option<RunRow>, DbErr> {
        let mut filter = earlier_runs(run);
        filter.add("t.`commit` <> ?", [run.commit.clone().into()]);
        filter.add(format!("{LAST_STATUS} = 'completed'"), []);
        filter.add(HAS_RESULT, []);
        let sql = format!("{RUN_COLUMNS}{} ORDER BY t.id DESC LIMIT 1", filter.sql());
        Ok(self.rows(sql, filter.values()).await?.pop())
    }

    /// Returns the id of the previous run of the same pull request (or branch, without a pull request) on the
    /// same platform.
    pub(crate) async fn run_before(&self, run: &RunRow) -> Result<Option<i32>, DbErr> {
        let filter = earlier_runs(run);
        let sql = format!("{RUN_COLUMNS}{} ORDER BY t.id DESC LIMIT 1", filter.sql());
        let row: Option<RunRow> = self.rows(sql, filter.values()).await?.pop();
        Ok(row.map(|row| row.id))
    }

    /// Returns the tested commits that start with `prefix`, at most two: two if the prefix is ambiguous.
    pub(crate) async fn commits_with_prefix(&self, prefix: &str) -> Result<Vec<String>, DbErr> {
        #[derive(sea_orm::FromQueryResult)]
        struct Row {
            sha: String,
        }
        let prefix = prefix.to_lowercase();
        // `g` sorts after every hexadecimal digit. A range uses the index on every database.
        let sql =
            "SELECT DISTINCT t.`commit` AS sha FROM test t WHERE t.`commit` >= ? AND t.`commit` < ? LIMIT 2";
        let values = vec![prefix.clone().into(), format!("{prefix}g").into()];
        let rows: Vec<Row> = self.rows(sql.to_owned(), values).await?;
        Ok(rows.into_iter().map(|row| row.sha).collect())
    }
}

/// Returns a filter for the runs before `run` of the same pull request (or branch, without a pull request) on
/// the same platform.
fn earlier_runs(run: &RunRow) -> Filter {
    let mut filter = Filter::default();
    filter.add("t.id < ?", [run.id.into()]);
    filter.equals("t.platform", Some(run.platform.clone()));
    filter.equals("t.pr_nr", Some(run.pr_nr));
    if run.pr_nr == 0 {
        filter.equals("t.branch", Some(run.branch.clone()));
    }
    filter.equals("f.github", run.github.clone());
    filter
}
