//! Errors of the infrastructure: what kept a run from being run, and says nothing about the code.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Timestamp, page::PageQuery, query::query, test_error::Severity, text_enum::text_enum};

text_enum! {
    /// Part of the infrastructure that failed, by keywords in the worker's message.
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

/// What a person's cancellation says of itself.
const CANCELED_BY_PERSON: &str = "via API";

/// Keywords of each type; the first match decides. Those of the second table count only where the first has none.
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
    /// The part of the infrastructure that the message of a cancellation speaks of.
    pub fn of_message(message: &str) -> Self {
        let message = message.to_lowercase();
        KEYWORDS
            .iter()
            .copied()
            .flatten()
            .find(|(_, words)| words.iter().any(|word| message.contains(word)))
            .map_or(Self::Worker, |(kind, _)| *kind)
    }

    /// Whether the message of a cancellation says that a person stopped the run: then nothing of the infrastructure failed.
    pub fn is_by_person(message: &str) -> bool {
        message.contains(CANCELED_BY_PERSON)
    }
}

/// One failure of the infrastructure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InfrastructureError {
    /// Stable: `infra_{run}_{progress row}`.
    pub error_id: String,
    /// Numeric run ID.
    pub run_id: i32,
    /// Part of the infrastructure, by best effort.
    #[serde(rename = "type")]
    pub kind: InfrastructureErrorType,
    /// Always `critical`: the run could not go on.
    pub severity: Severity,
    /// First line of the worker's message.
    pub message: String,
    /// When the worker reported it.
    pub occurred_at: Timestamp,
    /// Always null: the worker does not say where in its code it failed.
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
