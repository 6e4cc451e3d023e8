//! Media types by file name.

/// Returns the media type of a file name's extension, or `default` for an unknown one.
pub(crate) fn content_type(name: &str, default: &'static str) -> &'static str {
    let extension = name
        .rsplit_once('.')
        .map_or("", |(_, extension)| extension)
        .to_ascii_lowercase();
    match extension.as_str() {
        "srt" => "application/x-subrip",
        "vtt" => "text/vtt",
        "txt" | "ttxt" | "log" => "text/plain",
        "xml" | "ttml" => "application/xml",
        "json" => "application/json",
        "smi" | "sami" => "application/x-sami",
        "ass" | "ssa" => "text/x-ssa",
        "png" => "image/png",
        "gz" => "application/gzip",
        "zip" => "application/zip",
        "exe" | "bin" => "application/octet-stream",
        _ => default,
    }
}
