//! Media types of files, by their names.

/// What a name's extension stands for; `unknown` for any other.
pub(crate) fn content_type(name: &str, unknown: &'static str) -> &'static str {
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
        _ => unknown,
    }
}
