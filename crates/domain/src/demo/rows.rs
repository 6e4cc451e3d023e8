//! Collects and inserts the rows of the demo.

use sea_orm::{DatabaseTransaction, DbErr};

use super::{
    captions::Rendition,
    history::Run,
    outcomes::{GeneratedFiles, MISSING_OUTPUT_ID},
    plan::FORKS,
    progress_reports::Report,
    suite::Suite,
};
use crate::store::tables::{
    CategoryRow, CustomizedTestRow, ForkRow, GeneralDataRow, RegressionTestCategoryRow,
    RegressionTestOutputFileRow, RegressionTestOutputRow, RegressionTestRow, SampleRow, TestForkRow,
    TestProgressRow, TestResultFileRow, TestResultRow, TestRow, insert,
};

/// Number of results collected before they are written.
const MAX_GATHERED_RESULTS: usize = 20_000;

/// Collects rows of runs, because few large statements are faster than many small ones.
#[derive(Default)]
pub(super) struct RunRows {
    tests: Vec<TestRow>,
    progress: Vec<TestProgressRow>,
    results: Vec<TestResultRow>,
    files: Vec<TestResultFileRow>,
    chosen: Vec<CustomizedTestRow>,
    choosers: Vec<TestForkRow>,
    last_progress: i32,
    last_chosen: i32,
    last_chooser: i32,
}

impl RunRows {
    /// Adds a run with its progress reports and chosen tests.
    pub(super) fn add_run(&mut self, run: &Run, reports: Vec<Report>, suite: &Suite) {
        let is_pull_request = run.pull_request > 0;
        self.tests.push(TestRow {
            id: run.id,
            platform: run.platform().to_owned(),
            test_type: if is_pull_request { "pr" } else { "commit" }.to_owned(),
            token: None,
            fork_id: Some(run.fork_id),
            branch: run.branch.clone(),
            commit: run.commit.clone(),
            pr_nr: run.pull_request,
        });
        for (status, at, message) in reports {
            let Some(at) = runlens_api_types::Timestamp::from_unix(at) else {
                continue;
            };
            self.last_progress += 1;
            self.progress.push(TestProgressRow {
                id: self.last_progress,
                test_id: Some(run.id),
                status: status.to_owned(),
                timestamp: at.to_utc(),
                message,
            });
        }
        if let Some(account) = run.chosen_by {
            self.last_chooser += 1;
            self.choosers.push(TestForkRow {
                id: self.last_chooser,
                user_id: Some(account as i32 + 1),
                test_id: Some(run.id),
            });
            for (test, _) in &run.outcomes {
                self.last_chosen += 1;
                let regression_id = Some(suite.tests[*test].id);
                self.chosen.push(CustomizedTestRow {
                    id: self.last_chosen,
                    test_id: Some(run.id),
                    regression_id,
                });
            }
        }
    }

    /// Adds the rows of a test result.
    pub(super) fn add_result(&mut self, (result, files): (TestResultRow, Vec<TestResultFileRow>)) {
        self.results.push(result);
        self.files.extend(files);
    }

    /// Whether enough rows are collected for [`Self::flush`].
    pub(super) fn is_full(&self) -> bool {
        self.results.len() >= MAX_GATHERED_RESULTS
    }

    /// Inserts the collected rows.
    pub(super) async fn flush(&mut self, transaction: &DatabaseTransaction) -> Result<(), DbErr> {
        insert(transaction, std::mem::take(&mut self.tests)).await?;
        insert(transaction, std::mem::take(&mut self.progress)).await?;
        insert(transaction, std::mem::take(&mut self.results)).await?;
        insert(transaction, std::mem::take(&mut self.files)).await?;
        insert(transaction, std::mem::take(&mut self.chosen)).await?;
        insert(transaction, std::mem::take(&mut self.choosers)).await
    }
}

/// References to the latest runs and commits of master, which are known after the last run.
#[derive(Default)]
pub(super) struct LatestMaster {
    /// For each test the newest run in which it passed: on Linux, on Windows.
    pub(super) passed: [Vec<Option<i32>>; 2],
    /// Commit of the newest completed run: on Linux, on Windows.
    pub(super) completed: [Option<String>; 2],
    /// The newest commit.
    pub(super) commit: Option<String>,
}

/// Inserts the repositories, the suite and the platform's general data.
pub(super) async fn insert_suite(
    transaction: &DatabaseTransaction,
    suite: &Suite,
    main_repository: &str,
    latest_master: &LatestMaster,
    generated_files: &mut GeneratedFiles,
) -> Result<(), DbErr> {
    insert(
        transaction,
        (1..)
            .zip(repositories(main_repository))
            .map(|(id, name)| ForkRow {
                id,
                github: Some(format!("https://github.com/{name}.git")),
            })
            .collect(),
    )
    .await?;
    let categories = suite
        .categories
        .iter()
        .map(|(id, name, description)| CategoryRow {
            id: *id,
            name: Some((*name).to_owned()),
            description: (*description).to_owned(),
        });
    insert(transaction, categories.collect()).await?;
    let samples = suite.samples.iter().map(|sample| SampleRow {
        id: sample.id,
        sha: Some(sample.sha.clone()),
        extension: sample.extension.to_owned(),
        original_name: sample.name.clone(),
    });
    insert(transaction, samples.collect()).await?;

    let (mut tests, mut memberships, mut outputs, mut variants) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    // The platform's row for missing output.
    outputs.push(RegressionTestOutputRow {
        id: MISSING_OUTPUT_ID,
        regression_id: Some(1),
        correct: Some(String::new()),
        correct_extension: String::new(),
        expected_filename: Some(String::new()),
        ignore: Some(false),
    });
    for (index, test) in suite.tests.iter().enumerate() {
        let passed = |side: usize| latest_master.passed[side].get(index).copied().flatten();
        tests.push(RegressionTestRow {
            id: test.id,
            sample_id: Some(suite.sample_of(test).id),
            command: test.command.clone(),
            input_type: Some(test.input_type.to_owned()),
            output_type: Some(test.output_type.to_owned()),
            expected_rc: Some(test.expected_rc),
            active: Some(test.is_active),
            last_passed_on_windows: passed(1),
            last_passed_on_linux: passed(0),
            description: test.description.clone(),
        });
        memberships.extend(test.categories.iter().map(|category| RegressionTestCategoryRow {
            regression_id: test.id,
            category_id: *category,
        }));
        for output in &test.outputs {
            outputs.push(RegressionTestOutputRow {
                id: output.id,
                regression_id: Some(test.id),
                correct: Some(generated_files.hash(output, Rendition::Expected)),
                correct_extension: output.content.extension.to_owned(),
                expected_filename: Some(output.filename.clone()),
                ignore: Some(output.is_ignored),
            });
            if output.has_accepted_variant {
                let hash = generated_files.hash(output, Rendition::Accepted);
                let id = variants.len() as i32 + 1;
                variants.push(RegressionTestOutputFileRow {
                    id,
                    file_hashes: Some(hash),
                    regression_test_output_id: Some(output.id),
                });
            }
        }
    }
    insert(transaction, tests).await?;
    insert(transaction, memberships).await?;
    insert(transaction, outputs).await?;
    insert(transaction, variants).await?;

    let [linux, windows] = &latest_master.completed;
    let general_data = [
        ("last_commit", &latest_master.commit),
        ("fetch_commit_linux", linux),
        ("fetch_commit_windows", windows),
    ];
    let general_data = general_data
        .into_iter()
        .filter_map(|(key, value)| Some((key, value.clone()?)));
    let general_data = (1..).zip(general_data).map(|(id, (key, value))| GeneralDataRow {
        id,
        key: Some(key.to_owned()),
        value,
    });
    insert(transaction, general_data.collect()).await
}

/// Returns the repositories in the order of their row ids, the main one first.
pub(super) fn repositories(main_repository: &str) -> Vec<String> {
    let name = main_repository.rsplit('/').next().unwrap_or(main_repository);
    std::iter::once(main_repository.to_owned())
        .chain(FORKS.iter().map(|owner| format!("{owner}/{name}")))
        .collect()
}
