//! The stages a run went through, from the worker's reports.

use runlens_api_types::{
    Timestamp,
    run::{ProgressEntry, ProgressStatus, RunStatus},
};

/// A stage of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stage {
    /// Its name.
    pub name: &'static str,
    /// How it stands.
    pub state: StageState,
    /// Milliseconds that it took, or has taken so far; none for the last one.
    pub duration_ms: Option<i64>,
}

/// How a stage stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StageState {
    /// Over.
    Done,
    /// Going on.
    Running,
    /// The run was stopped here.
    Stopped,
    /// Still to come.
    Ahead,
}

fn name(status: ProgressStatus) -> &'static str {
    match status {
        ProgressStatus::Preparation => "Preparation",
        ProgressStatus::Testing => "Testing",
        ProgressStatus::Completed => "Completed",
        ProgressStatus::Canceled => "Canceled",
        ProgressStatus::Unknown => "Unknown stage",
    }
}

/// The stages of a run: those reported, in the order of the reports, and those to come.
pub(super) fn stages(progress: &[ProgressEntry], status: RunStatus, now: Timestamp) -> Vec<Stage> {
    let mut reached: Vec<(ProgressStatus, Timestamp)> = Vec::new();
    for entry in progress {
        if reached.last().is_none_or(|(last, _)| *last != entry.status) {
            reached.push((entry.status, entry.timestamp));
        }
    }
    let mut stages: Vec<Stage> = reached
        .iter()
        .enumerate()
        .map(|(index, &(stage, since))| {
            let next = reached.get(index + 1).map(|(_, until)| *until);
            let is_end = matches!(stage, ProgressStatus::Completed | ProgressStatus::Canceled);
            let state = match (next, stage) {
                (_, ProgressStatus::Canceled) => StageState::Stopped,
                (None, _) if status == RunStatus::Running => StageState::Running,
                _ => StageState::Done,
            };
            let until = next.or((state == StageState::Running).then_some(now));
            // The clocks of worker and platform may differ.
            let duration_ms = until
                .map(|until| until.millis_since(since))
                .filter(|ms| *ms >= 0 && !is_end);
            Stage {
                name: name(stage),
                state,
                duration_ms,
            }
        })
        .collect();
    if matches!(status, RunStatus::Running | RunStatus::Queued) {
        let last = reached.last().map(|(stage, _)| *stage);
        let ahead: &[ProgressStatus] = match last {
            None => &[
                ProgressStatus::Preparation,
                ProgressStatus::Testing,
                ProgressStatus::Completed,
            ],
            Some(ProgressStatus::Preparation) => &[ProgressStatus::Testing, ProgressStatus::Completed],
            _ => &[ProgressStatus::Completed],
        };
        stages.extend(ahead.iter().map(|stage| Stage {
            name: name(*stage),
            state: StageState::Ahead,
            duration_ms: None,
        }));
    }
    stages
}

#[cfg(test)]
mod tests {
    use runlens_api_types::{
        Timestamp,
        run::{ProgressEntry, ProgressStatus, RunStatus},
    };

    use super::{StageState, stages};

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_unix(minutes * 60).expect("a time")
    }

    fn shown(
        reports: &[(ProgressStatus, i64)],
        status: RunStatus,
    ) -> Vec<(&'static str, StageState, Option<i64>)> {
        let progress: Vec<ProgressEntry> = reports
            .iter()
            .map(|(status, minutes)| ProgressEntry {
                timestamp: at(*minutes),
                status: *status,
                message: String::new(),
            })
            .collect();
        stages(&progress, status, at(100))
            .into_iter()
            .map(|stage| (stage.name, stage.state, stage.duration_ms.map(|ms| ms / 60_000)))
            .collect()
    }

    #[test]
    fn stages_last_until_the_next_one() {
        use ProgressStatus::{Canceled, Completed, Preparation, Testing};
        use StageState::{Ahead, Done, Running, Stopped};
        let reports = [
            (Preparation, 0),
            (Preparation, 2),
            (Testing, 4),
            (Testing, 20),
            (Completed, 30),
        ];
        assert_eq!(
            shown(&reports, RunStatus::Fail),
            [
                ("Preparation", Done, Some(4)),
                ("Testing", Done, Some(26)),
                ("Completed", Done, None)
            ]
        );
        assert_eq!(
            shown(&reports[..3], RunStatus::Running),
            [
                ("Preparation", Done, Some(4)),
                ("Testing", Running, Some(96)),
                ("Completed", Ahead, None)
            ]
        );
        assert_eq!(
            shown(&[(Preparation, 0), (Canceled, 9)], RunStatus::Canceled),
            [("Preparation", Done, Some(9)), ("Canceled", Stopped, None)]
        );
        assert_eq!(shown(&[], RunStatus::Queued).len(), 3);
        assert_eq!(
            shown(&[(Preparation, 9), (Testing, 4)], RunStatus::Incomplete),
            [("Preparation", Done, None), ("Testing", Done, None)]
        );
    }
}
