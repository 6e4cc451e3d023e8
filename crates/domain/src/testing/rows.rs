//! Row builders with defaults for everything that a test does not set.

use runlens_api_types::Timestamp;

use super::{START, TestPlatform};
use crate::store::tables::{
    CategoryRow, CustomizedTestRow, ForkRow, RegressionTestCategoryRow, RegressionTestOutputFileRow,
    RegressionTestOutputRow, RegressionTestRow, SampleRow, Table, TestForkRow, TestProgressRow,
    TestResultFileRow, TestResultRow, TestRow, UserRow, insert_new, select,
};

/// A run; by default of a commit on the main repository's master, on Linux.
#[derive(Clone, Debug)]
pub struct RunSpec {
    /// `linux`, `windows`, or any other value that a database may contain.
    pub platform: &'static str,
    /// `commit` or `pr`.
    pub test_type: &'static str,
    /// `https://github.com/OWNER/NAME.git`; `None` for a run without a fork.
    pub github: Option<&'static str>,
    pub branch: &'static str,
    pub commit: String,
    /// Number of the pull request, or 0.
    pub pr_nr: i32,
}

impl Default for RunSpec {
    fn default() -> Self {
        Self {
            platform: "linux",
            test_type: "commit",
            github: Some("https://github.com/CCExtractor/ccextractor.git"),
            branch: "master",
            commit: "c0ffee0123456789c0ffee0123456789c0ffee01".to_owned(),
            pr_nr: 0,
        }
    }
}

/// A regression test; by default active, with expected exit code 0 and without categories.
#[derive(Clone, Debug)]
pub struct TestSpec {
    /// Arguments of the tested program.
    pub command: &'static str,
    /// File name of the sample; `None` for a test without one.
    pub sample: Option<&'static str>,
    /// Names of the categories.
    pub categories: &'static [&'static str],
    pub outputs: &'static [OutputSpec],
    /// Whether runs execute the test by default.
    pub active: bool,
}

/// An output of a regression test.
#[derive(Clone, Copy, Debug)]
pub struct OutputSpec {
    /// Hash of the expected file.
    pub correct: &'static str,
    /// File name extension with its dot.
    pub extension: &'static str,
    /// Whether the output may be missing.
    pub ignore: bool,
    /// Hashes of accepted variants.
    pub variants: &'static [&'static str],
}

impl OutputSpec {
    /// A required `.srt` output.
    pub const SRT: Self = Self {
        correct: "expected",
        extension: ".srt",
        ignore: false,
        variants: &[],
    };
}

impl Default for TestSpec {
    fn default() -> Self {
        Self {
            command: "-autoprogram -out=srt",
            sample: Some("sample.ts"),
            categories: &[],
            outputs: &[OutputSpec::SRT],
            active: true,
        }
    }
}

fn time(seconds: i64) -> sea_orm::prelude::TimeDateTime {
    Timestamp::from_unix(START + seconds)
        .expect("a time within range")
        .to_utc()
}

impl TestPlatform {
    /// Inserts a row with the next free id, which is returned.
    async fn add<T: Table>(&self, row: T) -> i32 {
        insert_new(self.platform.store().db(), row)
            .await
            .expect("inserted")
    }

    async fn first<T: Table>(&self, condition: &str, value: &str) -> Option<T> {
        let rows = select(self.platform.store().db(), condition, vec![value.into()]).await;
        rows.expect("rows").into_iter().next()
    }

    /// Adds a run. Returns its id.
    ///
    /// # Panics
    /// Like every builder here, if the database refuses.
    pub async fn run(&self, spec: RunSpec) -> i32 {
        let fork_id = match spec.github {
            Some(github) => Some(self.fork(github).await),
            None => None,
        };
        let row = TestRow {
            platform: spec.platform.to_owned(),
            test_type: spec.test_type.to_owned(),
            fork_id,
            branch: spec.branch.to_owned(),
            commit: spec.commit,
            pr_nr: spec.pr_nr,
            ..Default::default()
        };
        self.add(row).await
    }

    async fn fork(&self, github: &str) -> i32 {
        let known: Option<ForkRow> = self.first("WHERE github = ?", github).await;
        match known {
            Some(fork) => fork.id,
            None => {
                let github = Some(github.to_owned());
                self.add(ForkRow { id: 0, github }).await
            }
        }
    }

    /// Adds a progress report at [`START`] plus `seconds`. Returns its id.
    pub async fn progress(&self, run: i32, status: &str, seconds: i64, message: &str) -> i32 {
        let row = TestProgressRow {
            id: 0,
            test_id: Some(run),
            status: status.to_owned(),
            timestamp: time(seconds),
            message: message.to_owned(),
        };
        self.add(row).await
    }

    /// Adds the reports of a completed run: preparation at 0 s, testing at 60 s, completed at 600 s.
    pub async fn complete(&self, run: i32) {
        self.progress(run, "preparation", 0, "Loaded variables, created log file")
            .await;
        self.progress(run, "testing", 60, "Running tests").await;
        self.progress(run, "completed", 600, "Ran all tests").await;
    }

    /// Adds a regression test with its sample, categories and outputs. Returns its id and the ids of the outputs.
    pub async fn regression_test(&self, spec: TestSpec) -> (i32, Vec<i32>) {
        let sample_id = match spec.sample {
            Some(name) => {
                let known: Option<SampleRow> = self.first("WHERE original_name = ?", name).await;
                let row = SampleRow {
                    extension: ".ts".to_owned(),
                    original_name: name.to_owned(),
                    ..Default::default()
                };
                Some(match known {
                    Some(sample) => sample.id,
                    None => self.add(row).await,
                })
            }
            None => None,
        };
        let row = RegressionTestRow {
            sample_id,
            command: spec.command.to_owned(),
            expected_rc: Some(0),
            active: Some(spec.active),
            ..Default::default()
        };
        let id = self.add(row).await;
        for name in spec.categories {
            let known: Option<CategoryRow> = self.first("WHERE name = ?", name).await;
            let category_id = match known {
                Some(category) => category.id,
                None => {
                    let row = CategoryRow {
                        name: Some((*name).to_owned()),
                        description: String::new(),
                        ..Default::default()
                    };
                    self.add(row).await
                }
            };
            let row = RegressionTestCategoryRow {
                regression_id: id,
                category_id,
            };
            self.add(row).await;
        }
        let mut outputs = Vec::new();
        for output in spec.outputs {
            outputs.push(self.output(id, *output).await);
        }
        (id, outputs)
    }

    /// Adds an output to a regression test. Returns its id.
    pub async fn output(&self, regression_test: i32, spec: OutputSpec) -> i32 {
        let row = RegressionTestOutputRow {
            regression_id: Some(regression_test),
            correct: Some(spec.correct.to_owned()),
            correct_extension: spec.extension.to_owned(),
            expected_filename: None,
            ignore: Some(spec.ignore),
            ..Default::default()
        };
        let id = self.add(row).await;
        for hash in spec.variants {
            let row = RegressionTestOutputFileRow {
                file_hashes: Some((*hash).to_owned()),
                regression_test_output_id: Some(id),
                ..Default::default()
            };
            self.add(row).await;
        }
        id
    }

    /// Adds a result with a runtime of 100 ms.
    pub async fn result(
        &self,
        run: i32,
        regression_test: i32,
        exit_code: Option<i32>,
        expected_rc: Option<i32>,
    ) {
        let row = TestResultRow {
            test_id: run,
            regression_test_id: regression_test,
            runtime: Some(100),
            exit_code,
            expected_rc,
        };
        self.add(row).await;
    }

    /// Adds an output file; `None` for `got` means that it equals the expected file.
    pub async fn file(&self, run: i32, regression_test: i32, output: i32, got: Option<&str>) {
        let row = TestResultFileRow {
            test_id: run,
            regression_test_id: regression_test,
            regression_test_output_id: output,
            expected: "expected".to_owned(),
            got: got.map(str::to_owned),
        };
        self.add(row).await;
    }

    /// Adds a passing result with all outputs of the test.
    pub async fn pass(&self, run: i32, (regression_test, outputs): &(i32, Vec<i32>)) {
        self.result(run, *regression_test, Some(0), Some(0)).await;
        for output in outputs {
            self.file(run, *regression_test, *output, None).await;
        }
    }

    /// Adds a regression test to the chosen tests of a run.
    pub async fn choose(&self, run: i32, regression_test: i32) {
        let row = CustomizedTestRow {
            test_id: Some(run),
            regression_id: Some(regression_test),
            ..Default::default()
        };
        self.add(row).await;
    }

    /// Adds an account. Returns its id. `password` is the stored hash.
    pub async fn user(&self, name: &str, role: Option<&str>, password: &str) -> i32 {
        let row = UserRow {
            name: Some(name.to_owned()),
            email: Some(format!("{name}@example.org")),
            github_token: None,
            github_login: None,
            password: password.to_owned(),
            role: role.map(str::to_owned),
            ..Default::default()
        };
        self.add(row).await
    }

    /// Sets the user who triggered a run.
    pub async fn triggered_by(&self, run: i32, user: i32) {
        let row = TestForkRow {
            user_id: Some(user),
            test_id: Some(run),
            ..Default::default()
        };
        self.add(row).await;
    }
}
