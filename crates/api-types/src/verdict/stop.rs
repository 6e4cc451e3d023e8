//! Sentences about why a run was stopped.

use crate::infrastructure::InfrastructureErrorType as Component;

/// The longest message that is quoted in a sentence, in characters.
const MAX_QUOTED_CHARS: usize = 100;

/// The report of a cancellation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop<'a> {
    /// Message of the report.
    pub message: &'a str,
}

impl<'a> Stop<'a> {
    /// Whether a person stopped the run, as opposed to the infrastructure.
    pub fn is_by_person(self) -> bool {
        Component::is_by_person(self.message)
    }

    /// Returns the component of the infrastructure that failed; `None` if a person stopped the run.
    pub fn component(self) -> Option<Component> {
        (!self.is_by_person()).then(|| Component::of_message(self.message))
    }

    /// Returns what stopped the run after `finished` tests had a result.
    pub(super) fn sentence(self, finished: u64) -> String {
        match (self.cause(), finished) {
            (None, 0) => "Canceled manually before any tests ran.".to_owned(),
            (None, _) => "Canceled manually.".to_owned(),
            (Some(cause), 0) => format!("Did not run: {cause}."),
            (Some(cause), _) => format!("Stopped early: {cause}."),
        }
    }

    /// Returns what a run without results says about the code.
    pub(super) fn meaning(self) -> &'static str {
        match self.component() {
            // The change itself may be the cause.
            Some(Component::Build | Component::Merge) => {
                "No tests ran, so it is not known whether they pass."
            }
            _ => "This says nothing about your code.",
        }
    }

    /// Returns the message unless the sentence quotes it.
    pub(super) fn unquoted_message(self) -> Option<&'a str> {
        let message = self.message.trim();
        (!message.is_empty() && self.quotable_message() != Some(message)).then_some(message)
    }

    /// Returns the cause as a clause; `None` if a person stopped the run.
    fn cause(self) -> Option<String> {
        let message = self.message.to_lowercase();
        let has = |word: &str| message.contains(word);
        let cause = match self.component()? {
            Component::VmProvisioning if has("exhausted") => {
                "the virtual machine could not be created (zone exhausted)"
            }
            Component::VmProvisioning if has("quota") => {
                "the virtual machine could not be created (quota used up)"
            }
            Component::VmProvisioning if has("timed out") => {
                "the virtual machine could not be created (timed out)"
            }
            Component::VmProvisioning => "the virtual machine could not be created",
            Component::Checkout => "the source could not be fetched",
            Component::Merge => "the change could not be merged",
            Component::Build => "build failed",
            Component::Storage => "file storage failed",
            Component::WebServer => "the platform's web server failed",
            Component::Queue => "removed from the queue",
            Component::Worker => {
                return Some(self.quotable_message().map_or_else(
                    || self.unknown_cause(),
                    |message| message.trim_end_matches('.').to_owned(),
                ));
            }
        };
        Some(cause.to_owned())
    }

    fn unknown_cause(self) -> String {
        if self.message.trim().is_empty() {
            "no reason was recorded".to_owned()
        } else {
            "the worker crashed or was lost".to_owned()
        }
    }

    /// Returns the message if it is short and says more than the failed component.
    fn quotable_message(self) -> Option<&'a str> {
        let message = self.message.trim();
        let is_quotable = self.component() == Some(Component::Worker)
            && message.lines().count() == 1
            && message.chars().count() <= MAX_QUOTED_CHARS;
        is_quotable.then_some(message)
    }
}
