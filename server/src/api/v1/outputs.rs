//! Output files of a run's tests.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use runlens_api_types::{
    ErrorBody,
    output::{DiffFileQuery, DiffQuery, OutputDiff, OutputFile, OutputInfo, OutputSide},
};
use runlens_domain::{Services, access, outputs::ActualOutput};

use crate::{
    http::download,
    http::error::{ApiError, ApiResult},
    http::extract::{CurrentCaller, RunOutput, ValidatedQuery},
};

/// Get what became of an output
///
/// Beside the run's default reference run: whether that produced the same, byte for byte, and what the test's result says beside its
/// own. `previous` and `next` lead through the outputs of the run that differ or are missing.
#[utoipa::path(
    get, path = "/runs/{run_id}/samples/{sample_id}/regression-tests/{regression_id}/outputs/{output_id}", tag = "outputs",
    operation_id = "get_output",
    params(RunOutput),
    responses(
        (status = OK, description = "The output", body = OutputInfo),
        (status = NOT_FOUND, description = "Run, regression test, sample or output not found", body = ErrorBody)
    ),
    extensions(("x-required-scope" = json!(access::GET_OUTPUT)))
)]
pub(crate) async fn get_output(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    path: RunOutput,
) -> ApiResult<OutputInfo> {
    Ok(Json(
        services
            .outputs
            .info(
                &services
                    .runs
                    .load(&caller, access::GET_OUTPUT, path.run_id)
                    .await?,
                path.ids(),
            )
            .await?,
    ))
}

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
    extensions(("x-required-scope" = json!(access::GET_EXPECTED_OUTPUT)))
)]
pub(crate) async fn get_expected_output(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    path: RunOutput,
) -> ApiResult<OutputFile> {
    Ok(Json(
        services
            .outputs
            .expected(
                &services
                    .runs
                    .load(&caller, access::GET_EXPECTED_OUTPUT, path.run_id)
                    .await?,
                path.ids(),
            )
            .await?,
    ))
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
    extensions(("x-required-scope" = json!(access::GET_ACTUAL_OUTPUT)))
)]
pub(crate) async fn get_actual_output(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    path: RunOutput,
) -> Result<Response, ApiError> {
    Ok(
        match services
            .outputs
            .actual(
                &services
                    .runs
                    .load(&caller, access::GET_ACTUAL_OUTPUT, path.run_id)
                    .await?,
                path.ids(),
            )
            .await?
        {
            ActualOutput::File(file) => Json(file).into_response(),
            // A path alone: whatever name the caller knows this server by, token and cookies go along.
            ActualOutput::Identical => {
                (StatusCode::SEE_OTHER, [(header::LOCATION, path.to_expected())]).into_response()
            }
        },
    )
}

/// Get how the produced file of an output differs from the expected one
///
/// Line by line, line ends included: a line that ends in LF differs from one that ends in CRLF, and `line_end` says so. With
/// `align=captions`, captions (SubRip, WebVTT, transcripts, SAMI, SubStation Alpha, spupng) are laid beside each other by their times and
/// texts: that one was dropped, or that all are shifted by the same time, is one difference, and `captions` says so; another number
/// of a caption, and another line end, is none.
///
/// Of lines that take the place of others, `changes` are the words that differ. The first 1 MiB of each file is compared. Of the
/// hunks, 5,000 lines at most are given, from `offset` on; `added`, `removed`, `hunk_count` and `hunk_line_count` count all of
/// them. A comparison that would take long is cut short: it is right, but need not be the smallest. Files that are no text are not
/// compared line by line: `bytes` says where they differ first. An output that was not produced has no difference: there is no file to compare, which is another
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
    extensions(("x-required-scope" = json!(access::GET_OUTPUT_DIFF)))
)]
pub(crate) async fn get_output_diff(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    path: RunOutput,
    ValidatedQuery(query): ValidatedQuery<DiffQuery>,
) -> ApiResult<OutputDiff> {
    Ok(Json(
        services
            .outputs
            .diff(
                &services
                    .runs
                    .load(&caller, access::GET_OUTPUT_DIFF, path.run_id)
                    .await?,
                path.ids(),
                &query,
            )
            .await?,
    ))
}

/// Get the expected file of an output as a file
///
/// The bytes as they lie in the store, never compressed, with `Range`, `If-Range`, `If-None-Match` and `If-Modified-Since`.
#[utoipa::path(
    get, path = "/runs/{run_id}/samples/{sample_id}/regression-tests/{regression_id}/outputs/{output_id}/expected/raw", tag = "outputs",
    operation_id = "get_raw_expected_output",
    params(RunOutput, ("Range" = Option<String>, Header, description = "Which bytes, such as `bytes=0-1023`", example = "bytes=0-15")),
    responses(
        (status = OK, description = "The file", body = String, content_type = "*/*", headers(
            ("Content-Type" = String, description = "By the file's name; with a `charset` where it is text"),
            ("Content-Length" = u64, description = "Bytes of the file"),
            ("Content-Disposition" = String, description = "`attachment`, and a name for the file"),
            ("Accept-Ranges" = String, description = "`bytes`"),
            ("Last-Modified" = String, description = "When the file was last written")
        )),
        (status = PARTIAL_CONTENT, description = "The part that `Range` asks for", body = String, content_type = "*/*", headers(
            ("Content-Range" = String, description = "Which bytes these are, and how many there are in all"),
            ("Content-Length" = u64, description = "Bytes of the part")
        )),
        (status = NOT_FOUND, description = "Run, regression test, sample or output not found; or the file, with `details.resource` `file`",
            body = ErrorBody),
        (status = RANGE_NOT_SATISFIABLE, description = "The file ends before the part that `Range` asks for", body = ErrorBody, headers(
            ("Content-Range" = String, description = "How many bytes there are: `bytes */1465`")
        ))
    ),
    extensions(("x-required-scope" = json!(access::GET_RAW_EXPECTED_OUTPUT)))
)]
pub(crate) async fn get_raw_expected_output(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    path: RunOutput,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let raw = services
        .outputs
        .raw(
            &services
                .runs
                .load(&caller, access::GET_RAW_EXPECTED_OUTPUT, path.run_id)
                .await?,
            path.ids(),
            OutputSide::Expected,
        )
        .await?;
    download::send(
        &raw.file,
        &raw.filename,
        std::future::ready(Ok(raw.content_type)),
        |body| body,
        &headers,
    )
    .await
}

/// Get the produced file of an output as a file
///
/// As `get_raw_expected_output`; a file that is identical to the expected one is sent as well.
#[utoipa::path(
    get, path = "/runs/{run_id}/samples/{sample_id}/regression-tests/{regression_id}/outputs/{output_id}/actual/raw", tag = "outputs",
    operation_id = "get_raw_actual_output",
    params(RunOutput, ("Range" = Option<String>, Header, description = "Which bytes, such as `bytes=0-1023`", example = "bytes=0-15")),
    responses(
        (status = OK, description = "The file", body = String, content_type = "*/*", headers(
            ("Content-Type" = String, description = "By the file's name; with a `charset` where it is text"),
            ("Content-Length" = u64, description = "Bytes of the file"),
            ("Content-Disposition" = String, description = "`attachment`, and a name for the file"),
            ("Accept-Ranges" = String, description = "`bytes`"),
            ("Last-Modified" = String, description = "When the file was last written")
        )),
        (status = PARTIAL_CONTENT, description = "The part that `Range` asks for", body = String, content_type = "*/*", headers(
            ("Content-Range" = String, description = "Which bytes these are, and how many there are in all"),
            ("Content-Length" = u64, description = "Bytes of the part")
        )),
        (status = NOT_FOUND, description = "Run, regression test, sample or output not found; or the file, with `details.resource` `file`: \
            nothing was produced (`details.output_status` is `missing_output`), or no store has it (`details.checked` names them)",
            body = ErrorBody),
        (status = RANGE_NOT_SATISFIABLE, description = "The file ends before the part that `Range` asks for", body = ErrorBody, headers(
            ("Content-Range" = String, description = "How many bytes there are: `bytes */1465`")
        ))
    ),
    extensions(("x-required-scope" = json!(access::GET_RAW_ACTUAL_OUTPUT)))
)]
pub(crate) async fn get_raw_actual_output(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    path: RunOutput,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let raw = services
        .outputs
        .raw(
            &services
                .runs
                .load(&caller, access::GET_RAW_ACTUAL_OUTPUT, path.run_id)
                .await?,
            path.ids(),
            OutputSide::Actual,
        )
        .await?;
    download::send(
        &raw.file,
        &raw.filename,
        std::future::ready(Ok(raw.content_type)),
        |body| body,
        &headers,
    )
    .await
}

/// Get the difference of an output as a file
///
/// What `diff -u` writes, for `patch` and for people: all hunks, of the first 1 MiB of each file. Where the files are the same, or are no
/// text, a sentence says so.
#[utoipa::path(
    get, path = "/runs/{run_id}/samples/{sample_id}/regression-tests/{regression_id}/outputs/{output_id}/diff/raw", tag = "outputs",
    operation_id = "get_raw_output_diff",
    params(RunOutput, DiffFileQuery),
    responses(
        (status = OK, description = "The difference", body = String, content_type = "text/x-diff", headers(
            ("Content-Type" = String, description = "`text/x-diff; charset=utf-8`"),
            ("Content-Disposition" = String, description = "`attachment`, and a name for the file")
        )),
        (status = NOT_FOUND, description = "Run, regression test, sample or output not found; or a file, with `details.resource` `file`: nothing \
            was produced (`details.output_status` is `missing_output`), or no store has it (`details.checked` names them)", body = ErrorBody)
    ),
    extensions(("x-required-scope" = json!(access::GET_RAW_OUTPUT_DIFF)))
)]
pub(crate) async fn get_raw_output_diff(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    path: RunOutput,
    ValidatedQuery(query): ValidatedQuery<DiffFileQuery>,
) -> Result<Response, ApiError> {
    let file = services
        .outputs
        .diff_file(
            &services
                .runs
                .load(&caller, access::GET_RAW_OUTPUT_DIFF, path.run_id)
                .await?,
            path.ids(),
            query.context,
        )
        .await?;
    let description = [
        (header::CONTENT_TYPE, "text/x-diff; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, download::attachment(&file.filename)),
    ];
    Ok((description, file.text).into_response())
}
