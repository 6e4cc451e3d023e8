//! Signed URLs for downloads straight from a bucket.

use std::time::Duration;

use super::FoundFile;

const SIGNED_URL_LIFETIME: Duration = Duration::from_secs(15 * 60);

/// Returns a signed URL from the first store that has one. A failure to sign is only logged: the file can
/// still be listed.
pub(crate) async fn download_url(files: &[&FoundFile]) -> Option<String> {
    for file in files {
        match file.signed_url(SIGNED_URL_LIFETIME).await {
            Ok(Some(url)) => return Some(url),
            Ok(None) => {}
            Err(error) => tracing::warn!(store = file.store, %error, "signing a download URL failed"),
        }
    }
    None
}
