//! Infrastructure errors: why a run could not be carried out, independent of the tested code.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Timestamp, page::PageQuery, query::query, test_error::Severity, text_enum::text_enum};

text_enum! {
    /// Component of the infrastructure that failed, derived from keywords in the worker's message.
    InfrastructureErrorType {
        /// The queue of runs.
        Queue = "queue",
        /// Creating or starting the virtual machine.
        VmProvisioning = "vm_provisioning",
        /// Fetching the source.
        Checkout = "checkout",
        /// Merging the pull request.
        Merge = "merge",
        /// Building the program.
        Build = "build",
        /// The worker itself.
        Worker = "worker",
        /// The platform's web server.
        WebServer = "web_server",
        /// Disks and object storage.
        Storage = "storage",
    }
}

/// Part of the message of every cancellation by a person.
const CANCELED_BY_PERSON: &str = "via API";

/// Keywords of each type; the first match decides. The second table is used only if the first has no match.
const KEYWORDS: [&[(InfrastructureErrorType, &[&str])]; 2] = {
    use InfrastructureErrorType::{
        Build, Checkout, Merge, Queue, Storage, VmProvisioning, WebServer, Worker,
    };
    [
        &[
            (VmProvisioning, &["provisioning", "vm ", "instance"]),
            (Checkout, &["checkout", "git clone", "fetch"]),
            (Merge, &["merge", "conflict"]),
            (Build, &["build", "compile", "make"]),
            (Worker, &["worker", "timeout", "connection"]),
            (Storage, &["storage", "disk", "gcs"]),
        ],
        &[
            (VmProvisioning, &["zone_", "quota", "gcp operation"]),
            (Queue, &["queue"]),
            (WebServer, &["http 5", "502", "503", "504", "web server"]),
        ],
    ]
};

impl InfrastructureErrorType {
    /// Returns the component that the message of a cancellation is about.
    pub fn of_message(message: &str) -> Self {
        let message = message.to_lowercase();
        KEYWORDS
            .iter()
            .copied()
            .flatten()
            .find(|(_, words)| words.iter().any(|word| message.contains(word)))
            .map_or(Self::Worker, |(kind, _)| *kind)
    }

    /// Whether a person stopped the run, according to the message of the cancellation.
    pub fn is_by_person(message: &str) -> bool {
        message.contains(CANCELED_BY_PERSON)
    }
}

/// An infrastructure error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InfrastructureError {
    /// Stable ID: `infra_{run}_{progress row}`.
    pub error_id: String,
    /// Numeric run ID.
    pub run_id: i32,
    /// Component that failed (best effort).
    #[serde(rename = "type")]
    pub kind: InfrastructureErrorType,
    /// Always `critical`: the run could not continue.
    pub severity: Severity,
    /// First line of the worker's message.
    pub message: String,
    /// When the worker reported it.
    pub occurred_at: Timestamp,
    /// Always null: workers do not report the location in their code.
    #[cfg_attr(feature = "openapi", schema(required, value_type = Option<Object>))]
    pub location: Option<Value>,
    /// Further lines of the message, at most 50 of at most 2,000 characters each; only with `include_stack=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_items = 50))]
    pub stack: Option<Vec<String>>,
}

query! {
    /// Filters of a run's infrastructure errors.
    pub struct InfrastructureErrorQuery {
        /// Page of the list.
        pub page: PageQuery = nested(),
        /// Only errors of this type.
        pub kind as "type": Option<InfrastructureErrorType> = choice(),
        /// Only errors of this severity.
        pub severity: Option<Severity> = choice(),
        /// Adds `stack`. Stacks may contain internal paths: needs the role `admin` or `contributor`.
        pub include_stack: bool = switch(),
    }
}
