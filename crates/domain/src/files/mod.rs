//! Files of the platform, in a local directory, in a bucket, or in memory for tests.

mod download_url;
mod file_deps;
mod found_file;
mod key;
mod local;
mod raw;
mod reader;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use futures::StreamExt as _;
use object_store::{
    ClientOptions, ObjectMeta, ObjectStore, ObjectStoreExt as _, RetryConfig, buffered::BufWriter,
    gcp::GoogleCloudStorageBuilder, local::LocalFileSystem, memory::InMemory, path::Path as ObjectPath,
    signer::Signer,
};

use crate::error::{Error, Result};
pub(crate) use download_url::download_url;
pub use file_deps::{FileDependencies, mark_uncacheable};
use found_file::Content;
pub use found_file::FoundFile;
use key::LOGS;
pub use key::{Directory, FileKey};
pub use raw::RawFile;
pub(crate) use reader::FileReader;

/// Maximum number of directory entries listed per store. In a bucket, files in subdirectories count too.
pub const MAX_LISTED: usize = 1_000;

/// The contents of a directory in one store.
#[derive(Debug)]
pub struct Listing {
    /// Name of the store.
    pub store: &'static str,
    /// The files, by name.
    pub files: BTreeMap<String, FoundFile>,
    /// Whether `files` is complete.
    pub extent: Extent,
}

/// How much of a directory was listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// A part, because the directory has more than [`MAX_LISTED`] entries, or one that cannot be read. Files
    /// can still be found by name.
    Part,
    /// Nothing, because the store did not respond.
    Unknown,
}

/// The configured stores, in the order in which they are searched. Cheap to clone.
#[derive(Clone, Default)]
pub struct Files {
    stores: Vec<FileStore>,
}

#[derive(Clone)]
struct FileStore {
    name: &'static str,
    backend: Backend,
    signer: Option<Arc<dyn Signer>>,
}

#[derive(Clone)]
enum Backend {
    /// Resolved on each use: the directory may be created, mounted or replaced while the server runs.
    Directory(PathBuf),
    Objects(Arc<dyn ObjectStore>),
}

impl Files {
    /// Creates a set without stores, in which no file is ever found.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds the store `local`: a directory, which may be missing.
    pub fn with_local(self, root: &Path) -> Self {
        self.with("local", Backend::Directory(root.to_owned()))
    }

    /// Adds the store `gcs`: a Google Cloud Storage bucket, with the key file of a service account or,
    /// without one, the machine's default credentials. Does not connect yet.
    ///
    /// # Errors
    /// [`Error::Files`] if the key file cannot be read.
    pub fn with_bucket(self, bucket: &str, service_account: Option<&Path>) -> Result<Self> {
        // A page waits for the response, so an unreachable bucket has to be reported within seconds.
        let retry = RetryConfig {
            max_retries: 2,
            retry_timeout: Duration::from_secs(10),
            ..RetryConfig::default()
        };
        // Plain HTTP is only used with an emulator, whose address is in the key file.
        let client = ClientOptions::new()
            .with_connect_timeout(Duration::from_secs(5))
            .with_timeout(Duration::from_secs(20))
            .with_allow_http(true);
        let mut builder = GoogleCloudStorageBuilder::new()
            .with_bucket_name(bucket)
            .with_retry(retry)
            .with_client_options(client);
        if let Some(path) = service_account {
            builder = builder.with_service_account_path(path.to_string_lossy());
        }
        let bucket = Arc::new(builder.build()?);
        let mut files = self.with("gcs", Backend::Objects(bucket.clone()));
        if let Some(store) = files.stores.last_mut() {
            store.signer = Some(bucket);
        }
        Ok(files)
    }

    /// Adds the store `memory`, for tests: initially empty, and lost when the process ends.
    pub fn with_memory(self) -> Self {
        self.with("memory", Backend::Objects(Arc::new(InMemory::new())))
    }

    fn with(mut self, name: &'static str, backend: Backend) -> Self {
        self.stores.push(FileStore {
            name,
            backend,
            signer: None,
        });
        self
    }

    /// Finds a file in the first store that has it.
    ///
    /// # Errors
    /// [`Error::Files`] if a store does not respond and no other has the file.
    pub async fn find(&self, key: &FileKey) -> Result<Option<FoundFile>> {
        let mut failure = None;
        for store in &self.stores {
            match store.find(key).await {
                Ok(Some(file)) => return Ok(Some(file)),
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(store = store.name, %key, %error, "file lookup failed");
                    failure = failure.or(Some(error));
                }
            }
        }
        failure.map_or(Ok(None), |error| Err(error.into()))
    }

    /// Looks a file up in every store, and returns the results in the order of the stores.
    pub async fn find_in_each(&self, key: &FileKey) -> Vec<Result<Option<FoundFile>>> {
        let lookups = self.stores.iter().map(|store| async {
            let found = store.find(key).await;
            if let Err(error) = &found {
                tracing::warn!(store = store.name, %key, %error, "file lookup failed");
            }
            found.map_err(Error::from)
        });
        futures::future::join_all(lookups).await
    }

    /// Lists a directory in every store, at most [`MAX_LISTED`] files from each.
    ///
    /// # Errors
    /// [`Error::Files`] if no store responds.
    pub async fn list(&self, directory: &Directory) -> Result<Vec<Listing>> {
        let results = futures::future::join_all(self.stores.iter().map(|store| store.list(directory))).await;
        let all_failed = results.iter().all(|(_, failure)| failure.is_some());
        let (listings, failures): (Vec<_>, Vec<_>) = results.into_iter().unzip();
        match failures.into_iter().flatten().next() {
            Some(failure) if all_failed => Err(failure.into()),
            _ => Ok(listings),
        }
    }

    /// Writes a file to the first store, creating the local directory if it is missing.
    ///
    /// # Errors
    /// [`Error::Files`]; [`Error::Internal`] if no store is configured.
    pub async fn put(&self, key: &FileKey, bytes: impl Into<Bytes>) -> Result<()> {
        self.open_first().await?.put(&key.0, bytes.into().into()).await?;
        Ok(())
    }

    /// Returns a writer that streams a file of any size to the first store. The file exists once the writer
    /// is shut down.
    ///
    /// # Errors
    /// [`Error::Files`]; [`Error::Internal`] if no store is configured.
    pub async fn writer(&self, key: &FileKey) -> Result<BufWriter> {
        Ok(BufWriter::new(self.open_first().await?, key.0.clone()))
    }

    async fn open_first(&self) -> Result<Arc<dyn ObjectStore>> {
        let store = self
            .stores
            .first()
            .ok_or_else(|| Error::Internal("no file store is configured".to_owned()))?;
        match &store.backend {
            Backend::Objects(objects) => Ok(objects.clone()),
            Backend::Directory(root) => {
                tokio::fs::create_dir_all(root)
                    .await
                    .map_err(|error| store_error(store.name, error))?;
                Ok(Arc::new(LocalFileSystem::new_with_prefix(root)?))
            }
        }
    }

    /// Checks that each store responds. Returns each store's name with its error, if any.
    pub async fn check(&self) -> Vec<(&'static str, Result<()>)> {
        futures::future::join_all(
            self.stores
                .iter()
                .map(|store| async { (store.name, store.check().await) }),
        )
        .await
    }
}

impl FileStore {
    async fn find(&self, key: &FileKey) -> object_store::Result<Option<FoundFile>> {
        match &self.backend {
            Backend::Directory(root) => {
                let found = local::find(root.join(key.0.as_ref()))
                    .await
                    .map_err(|error| store_error(self.name, error))?;
                Ok(found.map(|file| FoundFile::local(self.name, key.0.clone(), file)))
            }
            Backend::Objects(objects) => {
                mark_uncacheable();
                match objects.head(&key.0).await {
                    Ok(meta) => Ok(Some(self.object(objects, meta))),
                    Err(object_store::Error::NotFound { .. }) => Ok(None),
                    Err(error) => Err(error),
                }
            }
        }
    }

    /// Lists a directory. Also returns the error if the listing failed before its end.
    async fn list(&self, directory: &Directory) -> (Listing, Option<object_store::Error>) {
        let mut listing = Listing {
            store: self.name,
            files: BTreeMap::new(),
            extent: Extent::Whole,
        };
        let failure = self.list_into(directory, &mut listing).await.err();
        if let Some(error) = &failure {
            tracing::warn!(store = self.name, directory = %directory.0, %error, "directory listing failed");
            listing.extent = Extent::Unknown;
        }
        (listing, failure)
    }

    async fn list_into(&self, directory: &Directory, listing: &mut Listing) -> object_store::Result<()> {
        let objects = match &self.backend {
            Backend::Objects(objects) => objects,
            Backend::Directory(root) => {
                let (files, extent) = local::list(root.join(directory.0.as_ref()))
                    .await
                    .map_err(|error| store_error(self.name, error))?;
                let keyed = files
                    .into_iter()
                    .filter_map(|(name, file)| directory.key_of(&name).map(|key| (name, key, file)));
                listing
                    .files
                    .extend(keyed.map(|(name, key, file)| (name, FoundFile::local(self.name, key.0, file))));
                listing.extent = extent;
                return Ok(());
            }
        };
        mark_uncacheable();
        let mut entries = objects.list(Some(&directory.0)).take(MAX_LISTED + 1).enumerate();
        while let Some((count, entry)) = entries.next().await {
            match entry {
                // An object name that is not a valid path, such as one with a line break, ends the listing.
                Err(object_store::Error::InvalidPath { .. }) => listing.extent = Extent::Part,
                Err(error) => return Err(error),
                Ok(_) if count == MAX_LISTED => listing.extent = Extent::Part,
                Ok(meta) => {
                    if let Some(name) = directory.name_of(&meta.location) {
                        listing.files.insert(name, self.object(objects, meta));
                    }
                }
            }
        }
        Ok(())
    }

    fn object(&self, objects: &Arc<dyn ObjectStore>, meta: ObjectMeta) -> FoundFile {
        FoundFile::object(self.name, objects.clone(), self.signer.clone(), meta)
    }

    async fn check(&self) -> Result<()> {
        match &self.backend {
            Backend::Directory(root) => tokio::fs::read_dir(root)
                .await
                .map(drop)
                .map_err(|error| store_error(self.name, error).into()),
            // A HEAD request gets the same response for a missing bucket and a missing object; a listing does
            // not.
            Backend::Objects(objects) => {
                objects
                    .list(Some(&ObjectPath::from(LOGS)))
                    .next()
                    .await
                    .transpose()?;
                Ok(())
            }
        }
    }
}

fn store_error(store: &'static str, error: impl Into<io::Error>) -> object_store::Error {
    object_store::Error::Generic {
        store,
        source: Box::new(error.into()),
    }
}
