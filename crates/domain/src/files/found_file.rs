//! A file that was found in a store: its metadata, its bytes, and a signed URL.

use std::{io, ops::Range, path::Path, sync::Arc, time::Duration};

use bytes::Bytes;
use object_store::{
    ObjectMeta, ObjectStore, ObjectStoreExt as _,
    path::Path as ObjectPath,
    signer::{Method, Signer},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use runlens_api_types::Timestamp;

use super::{file_deps::FileStamp, local, store_error};
use crate::error::Result;

/// Characters to escape in the path of a signed URL: all but the unreserved ones of RFC 3986.
const PATH_ESCAPES: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A file, with its state when it was found.
#[derive(Clone, Debug)]
pub struct FoundFile {
    /// Name of its store, such as `local` or `gcs`.
    pub store: &'static str,
    /// Size in bytes.
    pub size: u64,
    /// Time of the last modification, 1970 if the store has none.
    pub last_modified: Timestamp,
    /// Entity tag, which changes with the content.
    pub e_tag: String,
    pub(super) path: ObjectPath,
    pub(super) content: Content,
}

/// Where the bytes of a file are.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Local(Arc<Path>, FileStamp),
    Object {
        objects: Arc<dyn ObjectStore>,
        signer: Option<Arc<dyn Signer>>,
    },
}

impl FoundFile {
    pub(super) fn local(store: &'static str, path: ObjectPath, file: local::LocalFile) -> Self {
        let (size, e_tag) = (file.stamp.size_bytes(), file.stamp.to_string());
        Self {
            store,
            size,
            last_modified: timestamp(file.stamp.modified_secs()),
            e_tag,
            path,
            content: Content::Local(file.path.into(), file.stamp),
        }
    }

    pub(super) fn object(
        store: &'static str,
        objects: Arc<dyn ObjectStore>,
        signer: Option<Arc<dyn Signer>>,
        meta: ObjectMeta,
    ) -> Self {
        let e_tag = meta
            .e_tag
            .unwrap_or_else(|| format!("{:x}-{:x}", meta.last_modified.timestamp_micros(), meta.size));
        let last_modified = timestamp(Some(meta.last_modified.timestamp()));
        Self {
            store,
            size: meta.size,
            last_modified,
            e_tag,
            path: meta.location,
            content: Content::Object { objects, signer },
        }
    }

    /// Reads a range of the file, truncated at its end.
    ///
    /// # Errors
    /// [`Error::Files`](crate::Error::Files), also if the file is shorter than when it was found.
    pub async fn read(&self, range: Range<u64>) -> Result<Bytes> {
        let range = range.start..range.end.min(self.size);
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let length = range.end - range.start;
        let bytes = match &self.content {
            Content::Object { objects, .. } => objects.get_range(&self.path, range).await?,
            Content::Local(path, _) => local::read(path.clone(), range.start, length)
                .await
                .map_err(|error| store_error(self.store, error))?,
        };
        if bytes.len() as u64 == length {
            Ok(bytes)
        } else {
            let source = io::Error::new(
                io::ErrorKind::UnexpectedEof,
                format!("{} was truncated during the read", self.path),
            );
            Err(store_error(self.store, source).into())
        }
    }

    /// Returns a URL from which anyone can download the file for the duration
    /// `valid_for`. `None` if its store does not sign URLs.
    ///
    /// # Errors
    /// [`Error::Files`](crate::Error::Files) if there is no key to sign with.
    pub async fn signed_url(&self, valid_for: Duration) -> Result<Option<String>> {
        let Content::Object {
            signer: Some(signer), ..
        } = &self.content
        else {
            return Ok(None);
        };
        // The signer does not escape the path.
        let escaped: Vec<_> = self
            .path
            .as_ref()
            .split('/')
            .map(|part| utf8_percent_encode(part, PATH_ESCAPES).to_string())
            .collect();
        let path = ObjectPath::parse(escaped.join("/")).map_err(object_store::Error::from)?;
        Ok(Some(
            signer.signed_url(Method::GET, &path, valid_for).await?.into(),
        ))
    }

    /// Whether the file is on the local disk, where another stat is cheap.
    pub(crate) fn is_local(&self) -> bool {
        matches!(self.content, Content::Local(..))
    }

    /// Returns the device and inode numbers of a local file, which differ between a file and its replacement.
    /// `None` for an object in a bucket, which is always replaced as a whole.
    pub(crate) fn inode(&self) -> Option<(u64, u64)> {
        match &self.content {
            Content::Local(_, stamp) => Some(stamp.inode()),
            Content::Object { .. } => None,
        }
    }

    /// Returns an identifier of the file and its current content, unique among all stores.
    pub(crate) fn version(&self) -> String {
        format!(
            "{}/{} {} {} {}",
            self.store, self.path, self.size, self.last_modified, self.e_tag
        )
    }
}

/// Converts seconds since 1970. Returns 1970 for a store without modification times.
fn timestamp(modified_secs: Option<i64>) -> Timestamp {
    modified_secs
        .and_then(Timestamp::from_unix)
        .unwrap_or_else(|| time::OffsetDateTime::UNIX_EPOCH.into())
}
