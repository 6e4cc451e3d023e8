//! Output files of a run's tests.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use runlens_api_types::output::{DiffFileQuery, DiffQuery, OutputDiff, OutputFile, OutputInfo, OutputSide};
use runlens_domain::{
    Services, access,
    outputs::{ActualOutput, OutputIds},
    runs::LoadedRun,
};

use crate::http::{
    download,
    error::{ApiError, ApiResult},
    extract::{CurrentCaller, ValidatedQuery},
    params::OutputPath,
    responses::{OutputDownload, OutputFileNotFound, OutputNotFound, RangeHeader},
};

/// Get an output
///
/// With its state in the run's default baseline: whether that run produced the same bytes, and how the test's result
/// compares. `previous` and `next` link the outputs of the run that differ or are missing.
#[utoipa::path(
    get, path = "/runs/{run_id}/samples/{sample_id}/regression-tests/{regression_id}/outputs/{output_id}",
    tag = "outputs", operation_id = "get_output", params(OutputPath),
    responses((status = OK, description = "The output", body = OutputInfo), OutputNotFound),
    extensions(("x-required-scope" = json!(access::GET_OUTPUT)))
)]
pub(crate) async fn get_output(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    path: OutputPath,
) -> ApiResult<OutputInfo> {
    let run = services
        .runs
        .load(&caller, access::GET_OUTPUT, path.run_id)
        .await?;
    Ok(Json(services.outputs.info(&run, path.ids).await?))
}

/// Get the expected file of an output
///
/// As expected when the test ran, or as expected today if the test produced no output. `content` contains at most the
/// first 1 MiB, cut at a character boundary; `size_bytes` and `sha256` refer to the whole file. Files that are not
/// UTF-8 are decoded as Windows-1252, or as UTF-16 if they have a byte order mark; binary files are base64.
#[utoipa::path(
    get, path = "/runs/{run_id}/samples/{sample_id}/regression-tests/{regression_id}/outputs/{output_id}/expected",
    tag = "outputs", operation_id = "get_expected_output", params(OutputPath),
    responses((status = OK, description = "The file", body = OutputFile), OutputFileNotFound),
    extensions(("x-required-scope" = json!(access::GET_EXPECTED_OUTPUT)))
)]
pub(crate) async fn get_expected_output(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    path: OutputPath,
) -> ApiResult<OutputFile> {
    let run = services
        .runs
        .load(&caller, access::GET_EXPECTED_OUTPUT, path.run_id)
        .await?;
    Ok(Json(services.outputs.expected(&run, path.ids).await?))
}

/// Get the produced file of an output
///
/// Redirects to the expected file if the two are identical. Decodes the file like `get_expected_output`.
#[utoipa::path(
    get, path = "/runs/{run_id}/samples/{sample_id}/regression-tests/{regression_id}/outputs/{output_id}/actual",
    tag = "outputs", operation_id = "get_actual_output", params(OutputPath),
    responses(
        (status = OK, description = "The file, which differs from the expected one", body = OutputFile),
        (status = SEE_OTHER, description = "The produced file is identical to the expected one", headers(
            ("Location" = String, description = "Path of `get_expected_output` on this server")
        )),
        OutputFileNotFound
    ),
    extensions(("x-required-scope" = json!(access::GET_ACTUAL_OUTPUT)))
)]
pub(crate) async fn get_actual_output(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    path: OutputPath,
) -> Result<Response, ApiError> {
    let run = services
        .runs
        .load(&caller, access::GET_ACTUAL_OUTPUT, path.run_id)
        .await?;
    Ok(match services.outputs.actual(&run, path.ids).await? {
        ActualOutput::File(file) => Json(file).into_response(),
        ActualOutput::Identical => {
            (StatusCode::SEE_OTHER, [(header::LOCATION, path.expected_file())]).into_response()
        }
    })
}

/// Get the difference between the produced and the expected file of an output
///
/// Line by line, including line endings: a line that ends in LF differs from one that ends in CRLF, see `line_end`.
/// With `align=captions`, captions (SubRip, WebVTT, transcripts, SAMI, SubStation Alpha, spupng) are matched by time and
/// text: a missing caption or a shift of all times is one difference, described in `captions`, and changed caption
/// numbers or line endings are ignored.
///
/// `changes` contains the words that differ in replaced lines. The first 1 MiB of each file is compared. The response
/// contains at most 5,000 lines of hunks, starting at `offset`; `added`, `removed`, `hunk_count` and `hunk_line_count`
/// are totals. A slow comparison is cut short: the difference is then valid, but not minimal. Binary files are not
/// compared line by line; `bytes` contains their first difference. An output that was not produced has no difference,
/// unlike an empty file.
#[utoipa::path(
    get, path = "/runs/{run_id}/samples/{sample_id}/regression-tests/{regression_id}/outputs/{output_id}/diff",
    tag = "outputs", operation_id = "get_output_diff", params(OutputPath, DiffQuery),
    responses((status = OK, description = "The difference", body = OutputDiff), OutputFileNotFound),
    extensions(("x-required-scope" = json!(access::GET_OUTPUT_DIFF)))
)]
pub(crate) async fn get_output_diff(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    path: OutputPath,
    ValidatedQuery(query): ValidatedQuery<DiffQuery>,
) -> ApiResult<OutputDiff> {
    let run = services
        .runs
        .load(&caller, access::GET_OUTPUT_DIFF, path.run_id)
        .await?;
    Ok(Json(services.outputs.diff(&run, path.ids, &query).await?))
}

/// Download the expected file of an output
///
/// The stored bytes, never compressed. Supports `Range`, `If-Range`, `If-None-Match` and `If-Modified-Since`.
#[utoipa::path(
    get, path = "/runs/{run_id}/samples/{sample_id}/regression-tests/{regression_id}/outputs/{output_id}/expected/raw",
    tag = "outputs", operation_id = "get_raw_expected_output", params(OutputPath, RangeHeader),
    responses(OutputDownload, OutputFileNotFound),
    extensions(("x-required-scope" = json!(access::GET_RAW_EXPECTED_OUTPUT)))
)]
pub(crate) async fn get_raw_expected_output(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    path: OutputPath,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let run = services
        .runs
        .load(&caller, access::GET_RAW_EXPECTED_OUTPUT, path.run_id)
        .await?;
    send_raw_output(&services, &run, path.ids, OutputSide::Expected, &headers).await
}

/// Download the produced file of an output
///
/// Like `get_raw_expected_output`, also if the file is identical to the expected one.
#[utoipa::path(
    get, path = "/runs/{run_id}/samples/{sample_id}/regression-tests/{regression_id}/outputs/{output_id}/actual/raw",
    tag = "outputs", operation_id = "get_raw_actual_output", params(OutputPath, RangeHeader),
    responses(OutputDownload, OutputFileNotFound),
    extensions(("x-required-scope" = json!(access::GET_RAW_ACTUAL_OUTPUT)))
)]
pub(crate) async fn get_raw_actual_output(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    path: OutputPath,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let run = services
        .runs
        .load(&caller, access::GET_RAW_ACTUAL_OUTPUT, path.run_id)
        .await?;
    send_raw_output(&services, &run, path.ids, OutputSide::Actual, &headers).await
}

async fn send_raw_output(
    services: &Services,
    run: &LoadedRun,
    ids: OutputIds,
    side: OutputSide,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    let raw = services.outputs.raw(run, ids, side).await?;
    let content_type = std::future::ready(Ok(raw.content_type));
    download::send(&raw.file, &raw.filename, content_type, |body| body, headers).await
}

/// Download the difference of an output
///
/// In the format of `diff -u`, for `patch` and for people: all hunks of the first 1 MiB of each file. Identical and
/// binary files yield a sentence that says so.
#[utoipa::path(
    get, path = "/runs/{run_id}/samples/{sample_id}/regression-tests/{regression_id}/outputs/{output_id}/diff/raw",
    tag = "outputs", operation_id = "get_raw_output_diff", params(OutputPath, DiffFileQuery),
    responses(
        (status = OK, description = "The difference", body = String, content_type = "text/x-diff", headers(
            ("Content-Type" = String, description = "`text/x-diff; charset=utf-8`"),
            ("Content-Disposition" = String, description = "`attachment`, with a file name")
        )),
        OutputFileNotFound
    ),
    extensions(("x-required-scope" = json!(access::GET_RAW_OUTPUT_DIFF)))
)]
pub(crate) async fn get_raw_output_diff(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    path: OutputPath,
    ValidatedQuery(query): ValidatedQuery<DiffFileQuery>,
) -> Result<Response, ApiError> {
    let run = services
        .runs
        .load(&caller, access::GET_RAW_OUTPUT_DIFF, path.run_id)
        .await?;
    let file = services.outputs.diff_file(&run, path.ids, query.context).await?;
    let description = [
        (header::CONTENT_TYPE, "text/x-diff; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, download::attachment(&file.filename)),
    ];
    Ok((description, file.text).into_response())
}
