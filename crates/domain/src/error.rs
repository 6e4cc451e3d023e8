//! The error of every use case, without HTTP: `server::http::error` maps it to a status and a body, and logs it once.
//!
//! Which error goes where:
//! - A parameter or body field that is not allowed: [`Error::Invalid`], with every invalid field.
//! - A resource that does not exist, or that the caller's account does not own: [`Error::NotFound`]. A resource that exists without
//!   its file: [`Error::LogNotFound`], [`Error::NotProduced`], [`Error::OutputFileNotFound`].
//! - A caller who is unknown: [`Error::Unauthorized`], [`Error::WrongPassword`]. A known caller without the right:
//!   [`Error::MissingScope`], or [`Error::MissingRole`] if a scope does not express it.
//! - A valid request that conflicts with the state of the data: [`Error::Unprocessable`].
//! - A result that is still being computed: [`Error::NotReady`]. A dependency that fails: [`Error::Files`], [`Error::Database`].
//! - A bug, or an environment that no code path expects: [`Error::Internal`]. Clients do not see its message.

use runlens_api_types::{ErrorBody, auth::Scope, output::OutputSide};
use sea_orm::{DbErr, RuntimeErr, sqlx};

/// The result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The reason why a use case failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Invalid parameters, each named in the details.
    #[error("{}", .0.message)]
    Invalid(ErrorBody),
    /// The resource does not exist.
    #[error("{resource} {id} not found")]
    NotFound {
        /// Kind of resource: `run`, `regression_test`, `token`.
        resource: &'static str,
        /// Its id.
        id: i32,
    },
    /// No run tested a commit that begins with these digits.
    #[error("commit {0} not found")]
    CommitNotFound(String),
    /// The run exists, but its log does not.
    #[error("no log of run {run_id} in any store")]
    LogNotFound {
        /// The run's id.
        run_id: i32,
    },
    /// The test ran and did not produce this output.
    #[error("output {output_id} was not produced")]
    NotProduced {
        /// The output's id.
        output_id: i32,
    },
    /// The output is recorded, but its file is missing.
    #[error("the {side} file of output {output_id} is not in any store")]
    OutputFileNotFound {
        /// The output's id.
        output_id: i32,
        /// Which of its files is missing.
        side: OutputSide,
    },
    /// The token or session is missing, unknown or expired.
    #[error("not authenticated")]
    Unauthorized,
    /// There is no account with this e-mail address and password.
    #[error("wrong e-mail address or password")]
    WrongPassword,
    /// The caller lacks a scope.
    #[error("missing scope {0}")]
    MissingScope(Scope),
    /// The caller lacks a right that is not a scope. The message is for clients.
    #[error("{0}")]
    MissingRole(&'static str),
    /// The request is valid, but cannot be carried out. The message is for clients.
    #[error("{0}")]
    Unprocessable(String),
    /// The result is still being computed. The message, with the progress, is for clients.
    #[error("{0}")]
    NotReady(String),
    /// A file store failed.
    #[error("file store failed: {0}")]
    Files(#[from] object_store::Error),
    /// The database failed.
    #[error("database failed: {0}")]
    Database(#[from] DbErr),
    /// A bug. The message is for the log only.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    /// Whether a retry may succeed: a dependency is unreachable, or the result is still being computed.
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Files(_) | Self::NotReady(_) => true,
            Self::Database(error) => is_connection_error(error),
            _ => false,
        }
    }
}

/// Whether the database is unreachable, as opposed to rejecting a query.
fn is_connection_error(error: &DbErr) -> bool {
    let runtime = match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => return true,
        DbErr::Exec(runtime) | DbErr::Query(runtime) => runtime,
        _ => return false,
    };
    let RuntimeErr::SqlxError(error) = runtime else {
        return false;
    };
    match error.as_ref() {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        // SQLite: busy (5), read-only (8), I/O error (10), cannot open (14), not a database (26); extended codes have more bits.
        // MariaDB: too many connections (1040), access denied (1044, 1045), unknown database (1049), shutting down (1053).
        sqlx::Error::Database(error) => error
            .code()
            .and_then(|code| code.parse::<u32>().ok())
            .is_some_and(|code| {
                matches!(code & 0xff, 5 | 8 | 10 | 14 | 26)
                    && code < 0x1_0000
                    && error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some()
                    || error
                        .try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>()
                        .is_some_and(|error| matches!(error.number(), 1040 | 1044 | 1045 | 1049 | 1053))
            }),
        _ => false,
    }
}
