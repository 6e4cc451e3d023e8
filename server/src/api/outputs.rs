//! Output files of a run's tests.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use runlens_contract::{
    ErrorBody,
    output::{DiffQuery, OutputDiff, OutputFile},
};
use runlens_domain::{Platform, outputs::ActualOutput};

use crate::{
    error::{ApiError, ApiResult},
    extract::{Asked, Asker, RunOutput},
};

/// Get the expected file of an output
///
/// What was expected when the test ran; what is expected today where it produced nothing. `content` is the first 1 MiB at most,
/// cut at a character's end; `size_bytes` and `sha256` are of the whole file. A file that is not UTF-8 is read as Windows-1252,
/// UTF-16 by its byte order mark; one that is no text comes in base64.
#[utoipa::path(
    get, path = "/runs/{run_id}/samples/{sample_id}/regression-tests/{regression_id}/outputs/{output_id}/expected", tag = "outputs",
    operation_id = "get_expected_output",
    params(RunOutput),
    responses(
        (status = OK, description = "The file", body = OutputFile),
        (status = NOT_FOUND, description = "Run, regression test, sample or output not found; or the file, with `details.resource` `file` and \
            `details.checked` naming the stores", body = ErrorBody)
    ),
    extensions(("x-required-scope" = json!("results:read")))
)]
pub(crate) async fn get_expected_output(State(platform): State<Platform>, Asker(caller): Asker, path: RunOutput) -> ApiResult<OutputFile> {
    Ok(Json(platform.open_run(&caller, path.run_id).await?.expected_output(path.ids()).await?))
}

/// Get the produced file of an output
///
/// Leads to the expected file where the two are identical. Reads the file as `get_expected_output` does.
#[utoipa::path(
    get, path = "/runs/{run_id}/samples/{sample_id}/regression-tests/{regression_id}/outputs/{output_id}/actual", tag = "outputs",
    operation_id = "get_actual_output",
    params(RunOutput),
    responses(
        (status = OK, description = "The file, which differs from the expected one", body = OutputFile),
        (status = SEE_OTHER, description = "The expected file was produced, byte for byte", headers(
            ("Location" = String, description = "Path of `get_expected_output` on this server")
        )),
        (status = NOT_FOUND, description = "Run, regression test, sample or output not found; or the file, with `details.resource` `file`: \
            nothing was produced (`details.output_status` is `missing_output`), or no store has it (`details.checked` names them)",
            body = ErrorBody)
    ),
    extensions(("x-required-scope" = json!("results:read")))
)]
pub(crate) async fn get_actual_output(
    State(platform): State<Platform>,
    Asker(caller): Asker,
    path: RunOutput,
) -> Result<Response, ApiError> {
    Ok(match platform.open_run(&caller, path.run_id).await?.actual_output(path.ids()).await? {
        ActualOutput::File(file) => Json(file).into_response(),
        // A path alone: whatever name the caller knows this server by, token and cookies go along.
        ActualOutput::Identical => (StatusCode::SEE_OTHER, [(header::LOCATION, path.to_expected())]).into_response(),
    })
}

/// Get how the produced file of an output differs from the expected one
///
/// Line by line, line ends included: a line that ends in LF differs from one that ends in CRLF, and `line_end` says so. The first
/// 1 MiB of each file is compared. Of the hunks, the first 5,000 lines are given; `added`, `removed` and `hunk_count` count
/// all of them. A comparison that would take long is cut short: it is right, but need not be the smallest. Files that are no text
/// are not compared line by line. An output that was not produced has no difference: there is no file to compare, which is another
/// result than an empty one.
#[utoipa::path(
    get, path = "/runs/{run_id}/samples/{sample_id}/regression-tests/{regression_id}/outputs/{output_id}/diff", tag = "outputs",
    operation_id = "get_output_diff",
    params(RunOutput, DiffQuery),
    responses(
        (status = OK, description = "The difference", body = OutputDiff),
        (status = NOT_FOUND, description = "Run, regression test, sample or output not found; or a file, with `details.resource` `file`: nothing \
            was produced (`details.output_status` is `missing_output`), or no store has it (`details.checked` names them)", body = ErrorBody)
    ),
    extensions(("x-required-scope" = json!("results:read")))
)]
pub(crate) async fn get_output_diff(
    State(platform): State<Platform>,
    Asker(caller): Asker,
    path: RunOutput,
    Asked(query): Asked<DiffQuery>,
) -> ApiResult<OutputDiff> {
    Ok(Json(platform.open_run(&caller, path.run_id).await?.output_diff(path.ids(), &query).await?))
}
