//! Why a run was stopped, in words.

use crate::infrastructure::InfrastructureErrorType as Part;

/// The longest message that is told as it is, in characters.
const MAX_TOLD: usize = 100;

/// The report that ended a run before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop<'a> {
    /// What was reported, in full.
    pub message: &'a str,
}

impl<'a> Stop<'a> {
    /// Whether a person stopped the run, as opposed to the infrastructure.
    pub fn is_by_person(self) -> bool {
        Part::is_by_person(self.message)
    }

    /// The part of the infrastructure that failed; none where a person stopped the run.
    pub fn part(self) -> Option<Part> {
        (!self.is_by_person()).then(|| Part::of_message(self.message))
    }

    /// What stopped the run, after `finished` tests had a result.
    pub(super) fn sentence(self, finished: u64) -> String {
        match (self.cause(), finished) {
            (None, 0) => "Canceled by a person before any test ran.".to_owned(),
            (None, _) => "Canceled by a person before its end.".to_owned(),
            (Some(cause), 0) => format!("Did not run: {cause}."),
            (Some(cause), _) => format!("Stopped before its end: {cause}."),
        }
    }

    /// What a run that no test was run of says about the code.
    pub(super) fn meaning(self) -> &'static str {
        match self.part() {
            // These may well be the code's fault.
            Some(Part::Build | Part::Merge) => "No test ran: nothing here says whether the tests pass.",
            _ => "Nothing here says anything about the code.",
        }
    }

    /// The message, where the sentence has not told it already.
    pub(super) fn untold(self) -> Option<&'a str> {
        let message = self.message.trim();
        (!message.is_empty() && self.told() != Some(message)).then_some(message)
    }

    /// The cause in words; none where it is a person.
    fn cause(self) -> Option<String> {
        let message = self.message.to_lowercase();
        let has = |word: &str| message.contains(word);
        let cause = match self.part()? {
            Part::VmProvisioning if has("exhausted") => {
                "the virtual machine could not be created (zone exhausted)"
            }
            Part::VmProvisioning if has("quota") => {
                "the virtual machine could not be created (quota used up)"
            }
            Part::VmProvisioning if has("timed out") => {
                "the virtual machine could not be created (timed out)"
            }
            Part::VmProvisioning => "the virtual machine could not be created",
            Part::Checkout => "the source could not be fetched",
            Part::Merge => "the change could not be merged",
            Part::Build => "there is no build to test",
            Part::Storage => "the storage of files failed",
            Part::WebServer => "the platform's web server failed",
            Part::Queue => "the queue gave it up",
            Part::Worker => {
                return Some(self.told().map_or_else(
                    || self.untold_cause(),
                    |told| told.trim_end_matches('.').to_owned(),
                ));
            }
        };
        Some(cause.to_owned())
    }

    fn untold_cause(self) -> String {
        if self.message.trim().is_empty() {
            "the platform does not say why".to_owned()
        } else {
            "the worker gave up".to_owned()
        }
    }

    /// The message, where it is short and no class of the infrastructure says more than it does.
    fn told(self) -> Option<&'a str> {
        let message = self.message.trim();
        let is_told = self.part() == Some(Part::Worker)
            && message.lines().count() == 1
            && message.chars().count() <= MAX_TOLD;
        is_told.then_some(message)
    }
}
