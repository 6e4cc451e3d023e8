//! What a use case can refuse or fail with. The layers above translate it; none of them decides.

use runlens_api_types::{ErrorBody, auth::Scope, output::OutputSide};
use sea_orm::{DbErr, RuntimeErr, sqlx};

/// The result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a use case did not answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A parameter is not allowed; the body names each.
    #[error("{}", .0.message)]
    Invalid(ErrorBody),
    /// There is no such thing.
    #[error("{resource} {id} not found")]
    NotFound {
        /// What was looked for: `run`, `regression_test`, `token`.
        resource: &'static str,
        /// Its id.
        id: i32,
    },
    /// The run exists, its log does not.
    #[error("no log of run {run_id} in any store")]
    LogNotFound {
        /// The run.
        run_id: i32,
    },
    /// The test ran, and did not produce this output.
    #[error("output {output_id} was not produced")]
    NotProduced {
        /// The output.
        output_id: i32,
    },
    /// The output is known, its file is in none of the stores.
    #[error("the {side} file of output {output_id} is in no store")]
    OutputFileNotFound {
        /// The output.
        output_id: i32,
        /// Which of its files.
        side: OutputSide,
    },
    /// Nobody the platform knows.
    #[error("not authenticated")]
    Unauthorized,
    /// The e-mail address and the password do not belong together.
    #[error("wrong e-mail address or password")]
    WrongPassword,
    /// The caller lacks a scope.
    #[error("the scope {0} is missing")]
    MissingScope(Scope),
    /// The caller lacks a role.
    #[error("{0}")]
    MissingRole(&'static str),
    /// Understood, but it cannot be done.
    #[error("{0}")]
    Unprocessable(String),
    /// What is needed for the answer is in the making; the message says how far it is.
    #[error("{0}")]
    NotReady(String),
    /// A file store does not answer.
    #[error("a file store does not answer: {0}")]
    Files(#[from] object_store::Error),
    /// The database does not answer, or not as expected.
    #[error("the database: {0}")]
    Database(#[from] DbErr),
    /// A fault of ours.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    /// Whether waiting can help: a dependency is out of reach, or an answer in the making.
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Files(_) | Self::NotReady(_) => true,
            Self::Database(error) => is_connection_error(error),
            _ => false,
        }
    }
}

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
        // SQLite: busy (5), I/O error (10), cannot open (14), not a database (26), read-only (8) with their extensions in the high bits.
        // MariaDB: too many connections (1040), access denied (1044, 1045), no such schema (1049), shutting down (1053).
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
