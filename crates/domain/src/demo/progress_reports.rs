//! Progress reports of the orchestrator and the worker, and the scenarios in which runs fail.

use super::{history::Run, plan::PlannedOutcome, seeded_rng::SeededRng};

/// How far a run got before it was canceled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// There was no machine, so there is no log.
    Queued,
    /// The machine had started.
    Preparation,
    /// Some tests were executed.
    Testing,
}

/// A way in which a run is canceled, with the reported messages in order.
#[derive(Debug)]
pub(super) struct Scenario {
    pub(super) reached: Stage,
    reports: &'static [&'static str],
}

/// Failures of the infrastructure. They affect one platform.
pub(super) const INFRA_FAILURES: [Scenario; 11] = [
    Scenario {
        reached: Stage::Queued,
        reports: &[
            "VM creation failed (ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS). The zone 'projects/ccx-samples/zones/us-central1-b' does not have enough resources available to fulfill the request. '(resource type:compute)'.",
        ],
    },
    Scenario {
        reached: Stage::Preparation,
        reports: &[
            "Checkout of {commit} failed: git clone exited with code 128\nCloning into '/repository/unsafe-ccextractor'...\nerror: RPC failed; curl 92 HTTP/2 stream 5 was not closed cleanly: CANCEL (err 8)\nerror: 4193 bytes of body are still expected\nfatal: early EOF\nfatal: fetch-pack: invalid index-pack output",
            "Merge of {commit} into master has conflicts in 2 files\nCONFLICT (content): Merge conflict in src/lib_ccx/telxcc.c\nCONFLICT (content): Merge conflict in src/rust/src/decoder/mod.rs\nAutomatic merge failed; fix conflicts and then commit the result.",
        ],
    },
    Scenario {
        reached: Stage::Preparation,
        reports: &[
            "No build available: 'Build CCExtractor on {Platform}' never ran for commit {commit}",
            "Could not compile CCExtractor: cmake --build exited with code 2\n[ 61%] Building C object src/CMakeFiles/ccx.dir/lib_ccx/ts_functions.c.o\n/repository/src/lib_ccx/ts_functions.c:412:17: error: 'struct ccx_demuxer' has no member named 'pinfo'\ngmake[2]: *** [src/CMakeFiles/ccx.dir/build.make:1042: src/CMakeFiles/ccx.dir/lib_ccx/ts_functions.c.o] Error 1\ngmake[1]: *** [CMakeFiles/Makefile2:118: src/CMakeFiles/ccx.dir/all] Error 2\ngmake: *** [Makefile:136: all] Error 2",
        ],
    },
    Scenario {
        reached: Stage::Testing,
        reports: &[
            "Could not upload the results to storage: 403 Forbidden\nTraceback (most recent call last):\n  File \"/opt/ci/report.py\", line 218, in upload_results\n    blob.upload_from_filename(path)\n  File \"/usr/lib/python3/dist-packages/google/cloud/storage/blob.py\", line 2946, in upload_from_filename\n    self._handle_filename_and_upload(filename, content_type=content_type)\n  File \"/usr/lib/python3/dist-packages/google/cloud/storage/blob.py\", line 2816, in _do_upload\n    _raise_from_invalid_response(exc)\ngoogle.api_core.exceptions.Forbidden: 403 POST https://storage.googleapis.com/upload/storage/v1/b/ccx-samples/o?uploadType=multipart: the caller does not have storage.objects.create access",
            "HTTP 502 from the web server while reporting progress: Bad Gateway\n<html>\n<head><title>502 Bad Gateway</title></head>\n<body>\n<center><h1>502 Bad Gateway</h1></center>\n<hr><center>nginx/1.24.0</center>\n</body>\n</html>",
        ],
    },
    Scenario {
        reached: Stage::Testing,
        reports: &["Could not complete test, time limit exceeded"],
    },
    Scenario {
        reached: Stage::Queued,
        reports: &[
            "GCP operation timed out. Operation operation-{digits} (type insert, zone us-central1-b) was still PENDING after 1800 seconds.",
        ],
    },
    Scenario {
        reached: Stage::Testing,
        reports: &[
            "Worker lost its connection to the platform after 3 attempts\nthread 'reporter' panicked at 'no route to host', src/report.rs:88:14\nstack backtrace:{frames}",
        ],
    },
    Scenario {
        reached: Stage::Queued,
        reports: &[
            "Quota 'CPUS' exceeded. Limit: 24.0 in region us-central1. metric name = compute.googleapis.com/cpus, limit name = CPUS-per-project-region",
        ],
    },
    Scenario {
        reached: Stage::Testing,
        reports: &[
            "No space left on disk while writing /repository/TestResults\nFilesystem      Size  Used Avail Use% Mounted on\n/dev/sda1        49G   49G     0 100% /\n/dev/sdb1       492G  311G  156G  67% /repository/TestFiles",
        ],
    },
    Scenario {
        reached: Stage::Preparation,
        reports: &[
            "Startup of the VM instance ccx-{platform}-{run} did not finish: provisioning of drivers returned 1\n+ apt-get install -y libtesseract5 libleptonica-dev\nE: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1187 (unattended-upgr)\nE: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another process using it?",
        ],
    },
    Scenario {
        reached: Stage::Queued,
        reports: &["HTTP 503: the platform's web server is being updated"],
    },
];

/// Index into `INFRA_FAILURES` of the failure that only pull requests can have.
pub(super) const MERGE_CONFLICT: usize = 1;

/// Cancellations by the platform. They affect both platforms.
pub(super) const PLATFORM_CANCELLATIONS: [Scenario; 3] = [
    Scenario {
        reached: Stage::Queued,
        reports: &["PR is closed"],
    },
    Scenario {
        reached: Stage::Queued,
        reports: &["Cancelling tests as Github Action(s) failed: Build CCExtractor on Linux"],
    },
    Scenario {
        reached: Stage::Queued,
        reports: &["Duplicate Entries"],
    },
];

/// Cancellations by users.
pub(super) const MANUAL_CANCELLATIONS: [Scenario; 2] = [
    Scenario {
        reached: Stage::Testing,
        reports: &["Canceled via API by contributor: a newer commit is on its way"],
    },
    Scenario {
        reached: Stage::Preparation,
        reports: &["Canceled via API by admin"],
    },
];

/// Failures after which the run is started again.
pub(super) const TRANSIENT_FAILURES: [Scenario; 3] = [
    Scenario {
        reached: Stage::Queued,
        reports: &["Dropped from the queue after 24 hours without a free machine"],
    },
    Scenario {
        reached: Stage::Queued,
        reports: &[
            "VM creation failed (QUOTA_EXCEEDED). Quota 'IN_USE_ADDRESSES' exceeded. Limit: 8.0 in region us-central1.",
        ],
    },
    Scenario {
        reached: Stage::Queued,
        reports: &["HTTP 504 from the web server: the queue could not be read"],
    },
];

impl Scenario {
    /// Returns the messages with the placeholders filled in.
    pub(super) fn messages(&self, run: &Run, seed: u64) -> Vec<String> {
        let mut rng = SeededRng::new(&[seed, 5, run.id as u64]);
        let name = if run.is_linux { "Linux" } else { "Windows" };
        let digits = format!(
            "17{:011}-{:012}",
            rng.below(100_000_000_000),
            rng.below(1_000_000_000_000)
        );
        self.reports
            .iter()
            .map(|report| {
                report
                    .replace("{commit}", &run.commit)
                    .replace("{Platform}", name)
                    .replace("{platform}", run.platform())
                    .replace("{run}", &run.id.to_string())
                    .replace("{digits}", &digits)
                    .replace("{frames}", &frames(&mut rng))
            })
            .collect()
    }
}

/// Returns a long stack trace.
fn frames(rng: &mut SeededRng) -> String {
    const FUNCTIONS: [&str; 7] = [
        "ci_worker::report::Reporter::send",
        "ci_worker::report::Reporter::send_with_retry::{{closure}}",
        "tokio::runtime::task::core::Core<T,S>::poll",
        "tokio::runtime::scheduler::multi_thread::worker::Context::run",
        "core::ops::function::FnOnce::call_once",
        "std::panicking::try::do_call",
        "std::sys::backtrace::__rust_begin_short_backtrace",
    ];
    (0..64)
        .map(|depth| format!("\n{depth:4}: 0x{} - {}", rng.hex(12), rng.pick(&FUNCTIONS)))
        .collect()
}

/// Status, Unix time, and message.
pub(super) type Report = (&'static str, i64, String);

/// Returns the progress reports of a run in order.
pub(super) fn progress_reports(run: &Run, seed: u64) -> Vec<Report> {
    let mut reports = Vec::new();
    let mut report = |status, at, message: &str| reports.push((status, at, message.to_owned()));
    let (start, testing) = (run.start, run.start + run.preparation_secs);
    let end = testing + run.testing_secs;
    let never_started = match run.planned_outcome {
        PlannedOutcome::Canceled(cancellation) => cancellation.scenario().reached == Stage::Queued,
        planned_outcome => planned_outcome == PlannedOutcome::Queued,
    };
    if let PlannedOutcome::Retried(scenario) = run.planned_outcome {
        for message in TRANSIENT_FAILURES[scenario].messages(run, seed) {
            report("canceled", start - 1_500, &message);
        }
    }
    if !never_started {
        report("preparation", start, "Machine created, waiting for it to report");
    }
    if run.has_machine() {
        report(
            "preparation",
            start + run.preparation_secs / 2,
            "Loaded the variables, created the log file and looked for the build artifact",
        );
    }
    if run.has_tested() {
        report("testing", testing, "Running tests");
    }
    match run.planned_outcome {
        PlannedOutcome::Queued | PlannedOutcome::Preparing | PlannedOutcome::Testing => {}
        PlannedOutcome::Completed | PlannedOutcome::Retried(_) => report("completed", end, "Ran all tests"),
        PlannedOutcome::Error => report("completed", end, "Finished without results"),
        PlannedOutcome::Incomplete => report("stalled", end, "The machine has stopped reporting"),
        PlannedOutcome::Canceled(cancellation) => {
            let scenario = cancellation.scenario();
            let canceled = match scenario.reached {
                Stage::Queued => start,
                Stage::Preparation => testing,
                Stage::Testing => end,
            };
            for (index, message) in (0..).zip(scenario.messages(run, seed)) {
                report("canceled", canceled + index * 37, &message);
            }
        }
    }
    reports
}
