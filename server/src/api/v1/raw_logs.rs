//! Build logs as they lie in their store.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use runlens_api_types::ErrorBody;
use runlens_domain::{Services, access, logs::RawLog};

use crate::{
    http::download,
    http::error::ApiError,
    http::extract::{CurrentCaller, RunId},
};

/// Get the log of a run as a file
///
/// The bytes as they lie in the store, never compressed. Logs have up to gigabytes: to find something in one, ask for the outline first
/// (`get_run_log_outline`), then for the region (`list_run_logs` with `from_line`) or for what is looked for (`search_run_log`).
///
/// `Range` asks for a part; of several ranges the whole is answered. `If-Range` takes the `ETag`, `If-None-Match` and
/// `If-Modified-Since` are honoured. A file that is cut while it is sent ends the connection before `Content-Length` bytes.
/// An installation may send downloads of logs in its bucket to the bucket.
#[utoipa::path(
    get, path = "/runs/{run_id}/logs/raw", tag = "logs", operation_id = "get_raw_run_log",
    params(
        ("run_id" = i32, Path, description = "Numeric run ID", minimum = 1, example = 100),
        ("Range" = Option<String>, Header, description = "Which bytes, such as `bytes=0-1023`, `bytes=4096-` or `bytes=-1024`; what is \
            none of these is passed over, and the whole answered", example = "bytes=0-1023")
    ),
    responses(
        (status = OK, description = "The file", body = String, content_type = "text/plain", headers(
            ("Content-Type" = String, description = "`text/plain`, with `charset=utf-8` or `charset=windows-1252` where that is known"),
            ("Content-Length" = u64, description = "Bytes of the file"),
            ("Content-Disposition" = String, description = "`attachment`, and a name for the file"),
            ("Accept-Ranges" = String, description = "`bytes`"),
            ("Last-Modified" = String, description = "When the file was last written")
        )),
        (status = PARTIAL_CONTENT, description = "The part that `Range` asks for", body = String, content_type = "text/plain", headers(
            ("Content-Range" = String, description = "Which bytes these are, and how many there are in all: `bytes 0-1023/146515`"),
            ("Content-Length" = u64, description = "Bytes of the part")
        )),
        (status = TEMPORARY_REDIRECT, description = "The file lies in the installation's bucket", headers(
            ("Location" = String, description = "Address at which anybody who has it may fetch the file for 15 minutes")
        )),
        (status = NOT_FOUND, description = "Run not found, or its log found in neither store", body = ErrorBody),
        (status = RANGE_NOT_SATISFIABLE, description = "The file ends before the part that `Range` asks for", body = ErrorBody, headers(
            ("Content-Range" = String, description = "How many bytes there are: `bytes */146515`")
        ))
    ),
    extensions(("x-required-scope" = json!(access::GET_RAW_RUN_LOG)))
)]
pub(crate) async fn get_raw_run_log(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    RunId(id): RunId,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    match services
        .logs
        .raw(&services.runs.load(&caller, access::GET_RAW_RUN_LOG, id).await?)
        .await?
    {
        RawLog::Address(address) => {
            let headers = [
                (header::LOCATION, address),
                (header::CACHE_CONTROL, "no-store".to_owned()),
            ];
            Ok((StatusCode::TEMPORARY_REDIRECT, headers).into_response())
        }
        RawLog::File(log) => {
            let content_type = async {
                let charset = log
                    .encoding()
                    .await?
                    .map(|encoding| format!("; charset={encoding}"))
                    .unwrap_or_default();
                Ok(format!("text/plain{charset}"))
            };
            download::send(
                log.file(),
                &format!("runlens-run-{id}.txt"),
                content_type,
                |body| body.with("run_id", id),
                &headers,
            )
            .await
        }
    }
}
