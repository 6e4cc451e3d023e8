//! OpenAPI responses and parameters that several operations share.

use std::collections::BTreeMap;

use runlens_api_types::ErrorBody;
use utoipa::{
    IntoParams, IntoResponses, ToSchema as _,
    openapi::{
        Content, ContentBuilder, Header, KnownFormat, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder,
        SchemaFormat, schema::Type,
    },
};

/// 404 of operations on a run.
pub(crate) struct RunNotFound;

impl IntoResponses for RunNotFound {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        BTreeMap::from([not_found("Run not found")])
    }
}

/// 404 of operations on a log.
pub(crate) struct LogNotFound;

impl IntoResponses for LogNotFound {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        BTreeMap::from([not_found("Run not found, or its log is in no store")])
    }
}

/// 404 of operations on an output.
pub(crate) struct OutputNotFound;

impl IntoResponses for OutputNotFound {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        BTreeMap::from([not_found("Run, regression test, sample or output not found")])
    }
}

/// 404 of operations on a file of an output.
pub(crate) struct OutputFileNotFound;

impl IntoResponses for OutputFileNotFound {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        BTreeMap::from([not_found(
            "Run, regression test, sample or output not found; or the file, with `details.resource` `file`: \
             the test produced none (`details.output_status` is `missing_output`), or it is in no store \
             (`details.checked` lists them)",
        )])
    }
}

/// Download of an output file.
pub(crate) struct OutputDownload;

impl IntoResponses for OutputDownload {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        download_responses("*/*", "By the file's name; with a `charset` if it is text")
    }
}

/// Download of a log.
pub(crate) struct LogDownload;

impl IntoResponses for LogDownload {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        download_responses(
            "text/plain",
            "`text/plain`, with `charset=utf-8` or `charset=windows-1252` if the encoding is known",
        )
    }
}

/// Request header of downloads.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub(crate) struct RangeHeader {
    /// Requested bytes, such as `bytes=0-1023`, `bytes=4096-` or `bytes=-1024`. An invalid or multiple range is ignored
    #[param(rename = "Range", example = "bytes=0-15")]
    #[allow(dead_code, reason = "only describes the parameter")]
    range: Option<String>,
}

/// Responses of `download::send`, except 304 and 404.
fn download_responses(
    content_type: &str,
    content_type_description: &str,
) -> BTreeMap<String, RefOr<Response>> {
    let file = || {
        let schema = ObjectBuilder::new().schema_type(Type::String);
        ContentBuilder::new().schema(Some(schema)).build()
    };
    let whole = ResponseBuilder::new()
        .description("The file")
        .content(content_type, file())
        .header("Content-Type", text_header(content_type_description))
        .header("Content-Length", length_header("Bytes of the file"))
        .header(
            "Content-Disposition",
            text_header("`attachment`, with a file name"),
        )
        .header("Accept-Ranges", text_header("`bytes`"))
        .header(
            "Last-Modified",
            text_header("Time of the last change of the file"),
        );
    let part = ResponseBuilder::new()
        .description("The part that `Range` requests")
        .content(content_type, file())
        .header(
            "Content-Range",
            text_header("Bytes of this part and of the file: `bytes 0-1023/146515`"),
        )
        .header("Content-Length", length_header("Bytes of the part"));
    let unsatisfiable = ResponseBuilder::new()
        .description("`Range` starts behind the end of the file")
        .content("application/json", error_content())
        .header(
            "Content-Range",
            text_header("Bytes of the file: `bytes */146515`"),
        );
    [("200", whole), ("206", part), ("416", unsatisfiable)]
        .map(|(status, response)| (status.to_owned(), RefOr::T(response.build())))
        .into()
}

fn not_found(description: &str) -> (String, RefOr<Response>) {
    let response = ResponseBuilder::new()
        .description(description)
        .content("application/json", error_content())
        .build();
    ("404".to_owned(), RefOr::T(response))
}

fn error_content() -> Content {
    ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(ErrorBody::name())))
        .build()
}

fn text_header(description: &str) -> Header {
    let mut header = Header::new(ObjectBuilder::new().schema_type(Type::String));
    header.description = Some(description.to_owned());
    header
}

fn length_header(description: &str) -> Header {
    let schema = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(0));
    let mut header = Header::new(schema);
    header.description = Some(description.to_owned());
    header
}
