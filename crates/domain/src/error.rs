//! What a use case can refuse or fail with. The layers above translate it; none of them decides.

use runlens_api_types::{ErrorBody, ErrorCode, auth::Scope, output::OutputSide, sample::OutputStatus};
use sea_orm::{DbErr, RuntimeErr, sqlx};

/// Where files are looked for, as clients of the platform know it.
const STORES: [&str; 2] = ["local", "gcs"];

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

    /// What the caller is told. A fault of ours says nothing of the inside.
    pub fn to_body(&self) -> ErrorBody {
        match self {
            Self::Invalid(body) => body.clone(),
            Self::NotFound { resource, id } => ErrorBody::not_found(resource, *id),
            Self::LogNotFound { run_id } => ErrorBody::new(
                ErrorCode::LogNotFound,
                format!("The log of run {run_id} is in none of the stores."),
            )
            .with("run_id", *run_id)
            .with("checked", STORES.to_vec()),
            Self::NotProduced { output_id } => ErrorBody::new(
                ErrorCode::NotFound,
                format!("The test did not produce output {output_id}: there is no file."),
            )
            .with("resource", "file")
            .with("output_id", *output_id)
            .with("side", OutputSide::Actual.to_string())
            .with("output_status", OutputStatus::MissingOutput.to_string()),
            Self::OutputFileNotFound { output_id, side } => ErrorBody::new(
                ErrorCode::NotFound,
                format!("The {side} file of output {output_id} is in none of the stores."),
            )
            .with("resource", "file")
            .with("output_id", *output_id)
            .with("side", side.to_string())
            .with("checked", STORES.to_vec()),
            Self::Unauthorized => ErrorBody::new(
                ErrorCode::Unauthorized,
                "Bearer token is missing, expired, or invalid.",
            ),
            Self::WrongPassword => {
                ErrorBody::new(ErrorCode::Unauthorized, "E-mail address or password is wrong.")
            }
            Self::MissingScope(scope) => {
                ErrorBody::new(ErrorCode::Forbidden, format!("This needs the scope `{scope}`."))
                    .with("required_scope", scope.to_string())
            }
            Self::MissingRole(message) => ErrorBody::new(ErrorCode::Forbidden, *message),
            Self::Unprocessable(message) => ErrorBody::new(ErrorCode::Unprocessable, message),
            Self::NotReady(message) => ErrorBody::new(ErrorCode::Unavailable, message),
            _ if self.is_unavailable() => {
                let what = if matches!(self, Self::Files(_)) {
                    "file store"
                } else {
                    "database"
                };
                ErrorBody::new(
                    ErrorCode::Unavailable,
                    format!("The {what} cannot be reached at the moment. Try again in a minute."),
                )
            }
            _ => ErrorBody::new(
                ErrorCode::InternalError,
                "Something went wrong on our side. It has been logged under this request's id.",
            ),
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
