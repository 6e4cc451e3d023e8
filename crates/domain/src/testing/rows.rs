//! Row builders with defaults for everything that a test does not set.

use runlens_api_types::Timestamp;
use sea_orm::{ActiveModelTrait, EntityTrait, Set};

use super::{START, TestPlatform};
use crate::store::entity::{
    category, customized_test, fork, regression_test, regression_test_category, regression_test_output,
    regression_test_output_files, sample, test, test_fork, test_progress, test_result, test_result_file,
    user,
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
    fn db(&self) -> &sea_orm::DatabaseConnection {
        self.platform.store().db()
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
        let row = test::ActiveModel {
            platform: Set(spec.platform.to_owned()),
            test_type: Set(spec.test_type.to_owned()),
            fork_id: Set(fork_id),
            branch: Set(spec.branch.to_owned()),
            commit: Set(spec.commit),
            pr_nr: Set(spec.pr_nr),
            ..Default::default()
        };
        row.insert(self.db()).await.expect("a run").id
    }

    async fn fork(&self, github: &str) -> i32 {
        use sea_orm::{ColumnTrait, QueryFilter};
        if let Some(fork) = fork::Entity::find()
            .filter(fork::Column::Github.eq(github))
            .one(self.db())
            .await
            .expect("forks")
        {
            return fork.id;
        }
        fork::ActiveModel {
            github: Set(Some(github.to_owned())),
            ..Default::default()
        }
        .insert(self.db())
        .await
        .expect("a fork")
        .id
    }

    /// Adds a progress report at [`START`] plus `seconds`. Returns its id.
    pub async fn progress(&self, run: i32, status: &str, seconds: i64, message: &str) -> i32 {
        let row = test_progress::ActiveModel {
            test_id: Set(Some(run)),
            status: Set(status.to_owned()),
            timestamp: Set(time(seconds)),
            message: Set(message.to_owned()),
            ..Default::default()
        };
        row.insert(self.db()).await.expect("progress").id
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
        use sea_orm::{ColumnTrait, QueryFilter};
        let sample_id = match spec.sample {
            Some(name) => {
                let known = sample::Entity::find()
                    .filter(sample::Column::OriginalName.eq(name))
                    .one(self.db())
                    .await
                    .expect("samples");
                let row = sample::ActiveModel {
                    extension: Set(".ts".to_owned()),
                    original_name: Set(name.to_owned()),
                    ..Default::default()
                };
                Some(match known {
                    Some(sample) => sample.id,
                    None => row.insert(self.db()).await.expect("a sample").id,
                })
            }
            None => None,
        };
        let row = regression_test::ActiveModel {
            sample_id: Set(sample_id),
            command: Set(spec.command.to_owned()),
            expected_rc: Set(Some(0)),
            active: Set(Some(spec.active)),
            ..Default::default()
        };
        let id = row.insert(self.db()).await.expect("a regression test").id;
        for name in spec.categories {
            let known = category::Entity::find()
                .filter(category::Column::Name.eq(*name))
                .one(self.db())
                .await
                .expect("categories");
            let category_id = match known {
                Some(category) => category.id,
                None => {
                    let row = category::ActiveModel {
                        name: Set(Some((*name).to_owned())),
                        description: Set(String::new()),
                        ..Default::default()
                    };
                    row.insert(self.db()).await.expect("a category").id
                }
            };
            let row = regression_test_category::ActiveModel {
                regression_id: Set(id),
                category_id: Set(category_id),
            };
            regression_test_category::Entity::insert(row)
                .exec_without_returning(self.db())
                .await
                .expect("a category of a test");
        }
        let mut outputs = Vec::new();
        for output in spec.outputs {
            outputs.push(self.output(id, *output).await);
        }
        (id, outputs)
    }

    /// Adds an output to a regression test. Returns its id.
    pub async fn output(&self, regression_test: i32, spec: OutputSpec) -> i32 {
        let row = regression_test_output::ActiveModel {
            regression_id: Set(Some(regression_test)),
            correct: Set(Some(spec.correct.to_owned())),
            correct_extension: Set(spec.extension.to_owned()),
            expected_filename: Set(None),
            ignore: Set(Some(spec.ignore)),
            ..Default::default()
        };
        let id = row.insert(self.db()).await.expect("an output").id;
        for hash in spec.variants {
            let row = regression_test_output_files::ActiveModel {
                file_hashes: Set(Some((*hash).to_owned())),
                regression_test_output_id: Set(Some(id)),
                ..Default::default()
            };
            row.insert(self.db()).await.expect("a variant");
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
        let row = test_result::ActiveModel {
            test_id: Set(run),
            regression_test_id: Set(regression_test),
            runtime: Set(Some(100)),
            exit_code: Set(exit_code),
            expected_rc: Set(expected_rc),
        };
        test_result::Entity::insert(row)
            .exec_without_returning(self.db())
            .await
            .expect("a result");
    }

    /// Adds an output file; `None` for `got` means that it equals the expected file.
    pub async fn file(&self, run: i32, regression_test: i32, output: i32, got: Option<&str>) {
        let row = test_result_file::ActiveModel {
            test_id: Set(run),
            regression_test_id: Set(regression_test),
            regression_test_output_id: Set(output),
            expected: Set("expected".to_owned()),
            got: Set(got.map(str::to_owned)),
        };
        test_result_file::Entity::insert(row)
            .exec_without_returning(self.db())
            .await
            .expect("an output file");
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
        let row = customized_test::ActiveModel {
            test_id: Set(Some(run)),
            regression_id: Set(Some(regression_test)),
            ..Default::default()
        };
        row.insert(self.db()).await.expect("a chosen test");
    }

    /// Adds an account. Returns its id. `password` is the stored hash.
    pub async fn user(&self, name: &str, role: Option<&str>, password: &str) -> i32 {
        let row = user::ActiveModel {
            name: Set(Some(name.to_owned())),
            email: Set(Some(format!("{name}@example.org"))),
            github_token: Set(None),
            github_login: Set(None),
            password: Set(password.to_owned()),
            role: Set(role.map(str::to_owned)),
            ..Default::default()
        };
        row.insert(self.db()).await.expect("an account").id
    }

    /// Sets the user who triggered a run.
    pub async fn triggered_by(&self, run: i32, user: i32) {
        let row = test_fork::ActiveModel {
            user_id: Set(Some(user)),
            test_id: Set(Some(run)),
            ..Default::default()
        };
        row.insert(self.db()).await.expect("a trigger");
    }
}
