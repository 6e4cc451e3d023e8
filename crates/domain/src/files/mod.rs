//! Files of the platform: typed keys over a local root, a bucket, or memory.

mod file_deps;
mod local;
mod raw;
mod reader;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    io,
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use futures::StreamExt as _;
use object_store::{
    ClientOptions, ObjectMeta, ObjectStore, ObjectStoreExt as _, RetryConfig,
    buffered::BufWriter,
    gcp::GoogleCloudStorageBuilder,
    local::LocalFileSystem,
    memory::InMemory,
    path::Path as ObjectPath,
    signer::{Method, Signer},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use runlens_api_types::Timestamp;

use crate::error::{Error, Result};
use file_deps::Stamp;
pub use file_deps::{Evidence, not_to_be_kept};
pub use raw::RawFile;
pub(crate) use reader::FileReader;

const LOGS: &str = "LogFiles";
const RESULTS: &str = "TestResults";
const ARTIFACTS: &str = "test_artifacts";

/// How many entries of a directory are looked at; of a bucket, files, those further down included.
pub const MAX_LISTED: usize = 1_000;

/// What stands in the path of a signed address as it is.
const NOT_IN_A_PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The longest name that common file systems take, in bytes.
const MAX_NAME: usize = 255;

/// Name of one file, the same in every store.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FileKey(ObjectPath);

impl FileKey {
    /// The build log of a run.
    pub fn log(run_id: i32) -> Self {
        Self(ObjectPath::from_iter([LOGS, &format!("{run_id}.txt")]))
    }

    /// An output, expected or produced: `extension` with its dot. None where the two make no file name: they come from the
    /// database, and a row must not lead out of the store.
    pub fn result(hash: &str, extension: &str) -> Option<Self> {
        if hash.is_empty() {
            None
        } else {
            Self::in_directory(RESULTS, &format!("{hash}{extension}"))
        }
    }

    /// A file that a run left behind. None where `name` is no file name.
    pub fn artifact(run_id: i32, name: &str) -> Option<Self> {
        Self::in_directory(Directory::artifacts(run_id).0.as_ref(), name)
    }

    fn in_directory(directory: &str, name: &str) -> Option<Self> {
        let is_name = (1..=MAX_NAME).contains(&name.len())
            && name != "."
            && !name.contains("..")
            && !name.contains(|c: char| c.is_control() || matches!(c, '/' | '\\'));
        is_name
            .then(|| ObjectPath::parse(format!("{directory}/{name}")).ok())
            .flatten()
            .map(Self)
    }
}

impl std::fmt::Display for FileKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A directory, the same in every store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory(ObjectPath);

impl Directory {
    /// What a run left behind.
    pub fn artifacts(run_id: i32) -> Self {
        Self(ObjectPath::from_iter([ARTIFACTS, &run_id.to_string()]))
    }

    /// The name of a file that lies right here; none for one further down, and for a name that no key has.
    fn name_of(&self, path: &ObjectPath) -> Option<String> {
        let name = path.as_ref().strip_prefix(self.0.as_ref())?.strip_prefix('/')?;
        self.key_of(name).map(|_| name.to_owned())
    }

    fn key_of(&self, name: &str) -> Option<FileKey> {
        FileKey::in_directory(self.0.as_ref(), name)
    }
}

/// What one store has in a directory.
#[derive(Debug)]
pub struct Listing {
    /// Name of the store.
    pub store: &'static str,
    /// The files, by name.
    pub files: BTreeMap<String, FoundFile>,
    /// How much they say about what is not among them.
    pub extent: Extent,
}

/// How much of a directory was listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// A part: it is too large, or something in it cannot be read. A file that is asked for by its name is found all the same.
    Part,
    /// The store does not answer.
    Unknown,
}

/// The stores of files in the order in which they are asked, local first. Cheap to clone.
#[derive(Clone, Default)]
pub struct Files {
    stores: Vec<Store>,
}

#[derive(Clone)]
struct Store {
    name: &'static str,
    place: Place,
    signer: Option<Arc<dyn Signer>>,
}

#[derive(Clone)]
enum Place {
    /// Looked up for each use: the directory may be made, mounted or replaced while we run.
    Directory(PathBuf),
    Objects(Arc<dyn ObjectStore>),
}

impl Files {
    /// No store: nothing is ever found.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds the store `local`: a directory, which may be missing.
    pub fn with_local(self, root: &Path) -> Self {
        self.with("local", Place::Directory(root.to_owned()))
    }

    /// Adds the store `gcs`: a Google Cloud Storage bucket, with the key file of a service account or, without one, the
    /// credentials of the machine. Nothing is connected to yet.
    ///
    /// # Errors
    /// [`Error::Files`] where the key file cannot be read.
    pub fn with_bucket(self, bucket: &str, service_account: Option<&Path>) -> Result<Self> {
        // A page waits for the answer: a bucket that is out of reach has to be said within seconds.
        let retry = RetryConfig {
            max_retries: 2,
            retry_timeout: Duration::from_secs(10),
            ..RetryConfig::default()
        };
        // Only the address of an emulator, named in the key file, is ever plain HTTP.
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
        let mut files = self.with("gcs", Place::Objects(bucket.clone()));
        if let Some(store) = files.stores.last_mut() {
            store.signer = Some(bucket);
        }
        Ok(files)
    }

    /// Adds the store `memory`, empty and gone with the process: for tests.
    pub fn with_memory(self) -> Self {
        self.with("memory", Place::Objects(Arc::new(InMemory::new())))
    }

    fn with(mut self, name: &'static str, place: Place) -> Self {
        self.stores.push(Store {
            name,
            place,
            signer: None,
        });
        self
    }

    /// Finds a file in the first store that has it.
    ///
    /// # Errors
    /// [`Error::Files`] where a store does not answer and no other has the file.
    pub async fn find(&self, key: &FileKey) -> Result<Option<FoundFile>> {
        let mut failure = None;
        for store in &self.stores {
            match store.find(key).await {
                Ok(Some(file)) => return Ok(Some(file)),
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(store = store.name, %key, %error, "a file store does not answer");
                    failure = failure.or(Some(error));
                }
            }
        }
        failure.map_or(Ok(None), |error| Err(error.into()))
    }

    /// Asks every store for a file, in their order.
    pub async fn find_in_each(&self, key: &FileKey) -> Vec<Result<Option<FoundFile>>> {
        let asked = self.stores.iter().map(|store| async {
            let found = store.find(key).await;
            if let Err(error) = &found {
                tracing::warn!(store = store.name, %key, %error, "a file store does not answer");
            }
            found.map_err(Error::from)
        });
        futures::future::join_all(asked).await
    }

    /// Lists a directory in every store, at most [`MAX_LISTED`] files of each.
    ///
    /// # Errors
    /// [`Error::Files`] where no store answers.
    pub async fn list(&self, directory: &Directory) -> Result<Vec<Listing>> {
        let said = futures::future::join_all(self.stores.iter().map(|store| store.list(directory))).await;
        let is_silent = said.iter().all(|(_, failure)| failure.is_some());
        let (listings, failures): (Vec<_>, Vec<_>) = said.into_iter().unzip();
        match failures.into_iter().flatten().next() {
            Some(failure) if is_silent => Err(failure.into()),
            _ => Ok(listings),
        }
    }

    /// Writes a file into the first store, making the local directory where it is missing.
    ///
    /// # Errors
    /// [`Error::Files`]; [`Error::Internal`] without a store.
    pub async fn put(&self, key: &FileKey, bytes: impl Into<Bytes>) -> Result<()> {
        self.open_first().await?.put(&key.0, bytes.into().into()).await?;
        Ok(())
    }

    /// Writes a file of any size piece by piece into the first store; it is there once the writer is shut down.
    ///
    /// # Errors
    /// [`Error::Files`]; [`Error::Internal`] without a store.
    pub async fn writer(&self, key: &FileKey) -> Result<BufWriter> {
        Ok(BufWriter::new(self.open_first().await?, key.0.clone()))
    }

    async fn open_first(&self) -> Result<Arc<dyn ObjectStore>> {
        let store = self
            .stores
            .first()
            .ok_or_else(|| Error::Internal("no store of files is configured".to_owned()))?;
        match &store.place {
            Place::Objects(objects) => Ok(objects.clone()),
            Place::Directory(root) => {
                tokio::fs::create_dir_all(root)
                    .await
                    .map_err(|error| failed(store.name, error))?;
                Ok(Arc::new(LocalFileSystem::new_with_prefix(root)?))
            }
        }
    }

    /// Looks whether each store answers: the name of the store, and what is wrong with it.
    pub async fn check(&self) -> Vec<(&'static str, Result<()>)> {
        futures::future::join_all(
            self.stores
                .iter()
                .map(|store| async { (store.name, store.check().await) }),
        )
        .await
    }
}

impl Store {
    async fn find(&self, key: &FileKey) -> object_store::Result<Option<FoundFile>> {
        match &self.place {
            Place::Directory(root) => {
                let seen = local::find(root.join(key.0.as_ref()))
                    .await
                    .map_err(|error| failed(self.name, error))?;
                Ok(seen.map(|seen| FoundFile::local(self.name, key.0.clone(), seen)))
            }
            Place::Objects(objects) => {
                not_to_be_kept();
                match objects.head(&key.0).await {
                    Ok(meta) => Ok(Some(self.object(objects, meta))),
                    Err(object_store::Error::NotFound { .. }) => Ok(None),
                    Err(error) => Err(error),
                }
            }
        }
    }

    /// What it has in a directory, and why that may be less than there is.
    async fn list(&self, directory: &Directory) -> (Listing, Option<object_store::Error>) {
        let mut listing = Listing {
            store: self.name,
            files: BTreeMap::new(),
            extent: Extent::Whole,
        };
        let failure = self.list_into(directory, &mut listing).await.err();
        if let Some(error) = &failure {
            tracing::warn!(store = self.name, directory = %directory.0, %error, "a directory cannot be listed");
            listing.extent = Extent::Unknown;
        }
        (listing, failure)
    }

    async fn list_into(&self, directory: &Directory, listing: &mut Listing) -> object_store::Result<()> {
        let objects = match &self.place {
            Place::Objects(objects) => objects,
            Place::Directory(root) => {
                let (seen, extent) = local::list(root.join(directory.0.as_ref()))
                    .await
                    .map_err(|error| failed(self.name, error))?;
                let keyed = seen
                    .into_iter()
                    .filter_map(|(name, seen)| directory.key_of(&name).map(|key| (name, key, seen)));
                listing
                    .files
                    .extend(keyed.map(|(name, key, seen)| (name, FoundFile::local(self.name, key.0, seen))));
                listing.extent = extent;
                return Ok(());
            }
        };
        not_to_be_kept();
        let mut entries = objects.list(Some(&directory.0)).take(MAX_LISTED + 1).enumerate();
        while let Some((count, entry)) = entries.next().await {
            match entry {
                // A name that no path can have, such as one with a line break, ends the list of its store.
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
        match &self.place {
            Place::Directory(root) => tokio::fs::read_dir(root)
                .await
                .map(drop)
                .map_err(|error| failed(self.name, error).into()),
            // A missing bucket answers the question for one object like a missing object: only listing tells them apart.
            Place::Objects(objects) => {
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

/// Of seconds since 1970, and of a store that does not tell them.
fn timestamp(modified: Option<i64>) -> Timestamp {
    modified
        .and_then(Timestamp::from_unix)
        .unwrap_or_else(|| time::OffsetDateTime::UNIX_EPOCH.into())
}

fn failed(store: &'static str, error: impl Into<io::Error>) -> object_store::Error {
    object_store::Error::Generic {
        store,
        source: Box::new(error.into()),
    }
}

/// A file as it was when it was found.
#[derive(Clone, Debug)]
pub struct FoundFile {
    /// Name of the store that has it: `local`, `gcs`.
    pub store: &'static str,
    /// Bytes.
    pub size: u64,
    /// When it was last written.
    pub last_modified: Timestamp,
    /// Differs when the content differs.
    pub e_tag: String,
    path: ObjectPath,
    content: Content,
}

/// Where the bytes of a file are.
#[derive(Clone, Debug)]
enum Content {
    Local(Arc<Path>, Stamp),
    Object {
        objects: Arc<dyn ObjectStore>,
        signer: Option<Arc<dyn Signer>>,
    },
}

impl FoundFile {
    fn local(store: &'static str, path: ObjectPath, seen: local::Seen) -> Self {
        let (size, e_tag) = (seen.stamp.size(), seen.stamp.to_string());
        let content = Content::Local(seen.path.into(), seen.stamp);
        Self {
            store,
            size,
            last_modified: timestamp(seen.stamp.modified()),
            e_tag,
            path,
            content,
        }
    }

    fn object(
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

    /// Reads a part of the file; what lies beyond its end is left out.
    ///
    /// # Errors
    /// [`Error::Files`], also where the file has become shorter since it was found.
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
                .map_err(|error| failed(self.store, error))?,
        };
        if bytes.len() as u64 == length {
            Ok(bytes)
        } else {
            Err(failed(
                self.store,
                io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    format!("{} was cut while it was read", self.path),
                ),
            )
            .into())
        }
    }

    /// An address at which anybody may fetch it for a while; none where its store has no such thing.
    ///
    /// # Errors
    /// [`Error::Files`] without a key to sign with.
    pub async fn signed_url(&self, valid_for: Duration) -> Result<Option<String>> {
        let Content::Object {
            signer: Some(signer), ..
        } = &self.content
        else {
            return Ok(None);
        };
        // The signer puts the path into the address as it is: what an address has another meaning for is escaped before.
        let escaped: Vec<_> = self
            .path
            .as_ref()
            .split('/')
            .map(|part| utf8_percent_encode(part, NOT_IN_A_PATH).to_string())
            .collect();
        let path = ObjectPath::parse(escaped.join("/")).map_err(object_store::Error::from)?;
        Ok(Some(
            signer.signed_url(Method::GET, &path, valid_for).await?.into(),
        ))
    }

    /// Whether it costs next to nothing to look at it again.
    pub(crate) fn is_local(&self) -> bool {
        matches!(self.content, Content::Local(..))
    }

    /// Whether another file, found at the same place, may be this one with more at its end, or with less: a local file is another one
    /// where it was put in the place of the first. What is in a bucket is always put there as a whole, and may begin the same.
    pub(crate) fn may_have_grown(&self, other: &Self) -> bool {
        match (&self.content, &other.content) {
            (Content::Local(_, one), Content::Local(_, other)) => one.is_of_same_file(other),
            _ => true,
        }
    }

    /// Names this content of this file among all files of all stores.
    pub(crate) fn version(&self) -> String {
        format!(
            "{}/{} {} {} {}",
            self.store, self.path, self.size, self.last_modified, self.e_tag
        )
    }
}
