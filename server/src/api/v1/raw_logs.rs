//! Downloads of build logs.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use runlens_domain::{Services, access, logs::RawLog};

use crate::http::{
    download,
    error::ApiError,
    extract::CurrentCaller,
    params::RunId,
    responses::{LogDownload, LogNotFound, RangeHeader},
};

/// Download the log of a run
///
/// The stored bytes, never compressed. Logs can have gigabytes: to find something, read the outline
/// (`get_run_log_outline`), then a region (`list_run_logs` with `from_line`), or search (`search_run_log`).
///
/// Supports a single `Range`, `If-Range` with the `ETag`, `If-None-Match` and `If-Modified-Since`. If the file is
/// truncated during the transfer, the connection closes before `Content-Length` bytes. An installation may redirect
/// downloads to its bucket.
#[utoipa::path(
    get, path = "/runs/{run_id}/logs/raw", tag = "logs", operation_id = "get_raw_run_log",
    // The example belongs to a run that has a log.
    params(("run_id" = i32, Path, description = "Numeric run ID", minimum = 1, example = 100), RangeHeader),
    responses(
        LogDownload,
        (status = TEMPORARY_REDIRECT, description = "The file is in the installation's bucket", headers(
            ("Location" = String, description = "Signed URL, valid for 15 minutes for everybody who has it")
        )),
        LogNotFound
    ),
    extensions(("x-required-scope" = json!(access::GET_RAW_RUN_LOG)))
)]
pub(crate) async fn get_raw_run_log(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    RunId(id): RunId,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let run = services.runs.load(&caller, access::GET_RAW_RUN_LOG, id).await?;
    match services.logs.raw(&run).await? {
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
