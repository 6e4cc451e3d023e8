//! Files of the platform: typed keys over a local root, a bucket, or memory.

use std::{
    io,
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use futures::StreamExt as _;
use object_store::{
    ClientOptions, ObjectMeta, ObjectStore, ObjectStoreExt as _, RetryConfig, buffered::BufWriter, gcp::GoogleCloudStorageBuilder,
    local::LocalFileSystem, memory::InMemory, path::Path as ObjectPath,
};
use runlens_contract::Timestamp;

use crate::error::{Error, Result};

const LOGS: &str = "LogFiles";
const RESULTS: &str = "TestResults";
const ARTIFACTS: &str = "test_artifacts";

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
        if hash.is_empty() { None } else { Self::in_directory(RESULTS, &format!("{hash}{extension}")) }
    }

    /// A file that a run left behind. None where `name` is no file name.
    pub fn artifact(run_id: i32, name: &str) -> Option<Self> {
        Self::in_directory(&format!("{ARTIFACTS}/{run_id}"), name)
    }

    fn in_directory(directory: &str, name: &str) -> Option<Self> {
        let is_name = (1..=MAX_NAME).contains(&name.len())
            && name != "."
            && !name.contains("..")
            && !name.contains(|c: char| c.is_control() || matches!(c, '/' | '\\'));
        is_name.then(|| ObjectPath::parse(format!("{directory}/{name}")).ok()).flatten().map(Self)
    }
}

impl std::fmt::Display for FileKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
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
}

#[derive(Clone)]
enum Place {
    /// Opened for each use: the directory may be made, mounted or replaced while we run.
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
        let retry = RetryConfig { max_retries: 2, retry_timeout: Duration::from_secs(10), ..RetryConfig::default() };
        // Only the address of an emulator, named in the key file, is ever plain HTTP.
        let client =
            ClientOptions::new().with_connect_timeout(Duration::from_secs(5)).with_timeout(Duration::from_secs(20)).with_allow_http(true);
        let mut builder = GoogleCloudStorageBuilder::new().with_bucket_name(bucket).with_retry(retry).with_client_options(client);
        if let Some(path) = service_account {
            builder = builder.with_service_account_path(path.to_string_lossy());
        }
        Ok(self.with("gcs", Place::Objects(Arc::new(builder.build()?))))
    }

    /// Adds the store `memory`, empty and gone with the process: for tests.
    pub fn with_memory(self) -> Self {
        self.with("memory", Place::Objects(Arc::new(InMemory::new())))
    }

    fn with(mut self, name: &'static str, place: Place) -> Self {
        self.stores.push(Store { name, place });
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
        let store = self.stores.first().ok_or_else(|| Error::Internal("no store of files is configured".to_owned()))?;
        if let Place::Directory(root) = &store.place {
            tokio::fs::create_dir_all(root).await.map_err(|error| failed(store.name, error))?;
        }
        Ok(store.open().await?.ok_or_else(|| failed(store.name, io::ErrorKind::NotFound))?)
    }

    /// Looks whether each store answers: the name of the store, and what is wrong with it.
    pub async fn check(&self) -> Vec<(&'static str, Result<()>)> {
        futures::future::join_all(self.stores.iter().map(|store| async { (store.name, store.check().await) })).await
    }
}

impl Store {
    /// None where the local directory does not exist.
    async fn open(&self) -> object_store::Result<Option<Arc<dyn ObjectStore>>> {
        match &self.place {
            Place::Objects(objects) => Ok(Some(objects.clone())),
            Place::Directory(root) => {
                let exists = tokio::fs::try_exists(root).await.map_err(|error| failed(self.name, error))?;
                Ok(if exists { Some(Arc::new(LocalFileSystem::new_with_prefix(root)?)) } else { None })
            }
        }
    }

    async fn find(&self, key: &FileKey) -> object_store::Result<Option<FoundFile>> {
        let Some(objects) = self.open().await? else { return Ok(None) };
        match objects.head(&key.0).await {
            Ok(meta) => Ok(Some(FoundFile::new(self.name, objects, meta))),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn check(&self) -> Result<()> {
        match &self.place {
            Place::Directory(root) => tokio::fs::read_dir(root).await.map(drop).map_err(|error| failed(self.name, error).into()),
            // A missing bucket answers the question for one object like a missing object: only listing tells them apart.
            Place::Objects(objects) => {
                objects.list(Some(&ObjectPath::from(LOGS))).next().await.transpose()?;
                Ok(())
            }
        }
    }
}

fn failed(store: &'static str, error: impl Into<io::Error>) -> object_store::Error {
    object_store::Error::Generic { store, source: Box::new(error.into()) }
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
    objects: Arc<dyn ObjectStore>,
}

impl FoundFile {
    fn new(store: &'static str, objects: Arc<dyn ObjectStore>, meta: ObjectMeta) -> Self {
        let e_tag = meta.e_tag.unwrap_or_else(|| format!("{:x}-{:x}", meta.last_modified.timestamp_micros(), meta.size));
        let modified = meta.last_modified.timestamp();
        let last_modified = Timestamp::from_unix(modified).unwrap_or_else(|| time::OffsetDateTime::UNIX_EPOCH.into());
        Self { store, size: meta.size, last_modified, e_tag, path: meta.location, objects }
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
        let bytes = self.objects.get_range(&self.path, range.clone()).await?;
        if bytes.len() as u64 == range.end - range.start {
            Ok(bytes)
        } else {
            Err(failed(self.store, io::Error::new(io::ErrorKind::UnexpectedEof, format!("{} was cut while it was read", self.path))).into())
        }
    }

    /// Names this content of this file among all files of all stores.
    pub(crate) fn version(&self) -> String {
        format!("{}/{} {} {} {}", self.store, self.path, self.size, self.last_modified, self.e_tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_never_leads_out_of_its_directory() {
        assert_eq!(FileKey::log(9317).to_string(), "LogFiles/9317.txt");
        assert_eq!(FileKey::result("0ab1", ".srt").map(|key| key.to_string()), Some("TestResults/0ab1.srt".to_owned()));
        assert_eq!(FileKey::result("0ab1", "").map(|key| key.to_string()), Some("TestResults/0ab1".to_owned()));
        assert_eq!(FileKey::artifact(7, "coredump").map(|key| key.to_string()), Some("test_artifacts/7/coredump".to_owned()));
        let long = "x".repeat(300);
        for (hash, extension) in [
            ("", ".srt"),
            ("../LogFiles/1", ".txt"),
            ("..", ""),
            (".", ""),
            ("a", "/b"),
            ("a", "\\b"),
            ("a\0", ".srt"),
            ("a", ".s\nrt"),
            ("/etc/passwd", ""),
            (&long, ""),
        ] {
            assert_eq!(FileKey::result(hash, extension), None, "{hash:?} {extension:?}");
            assert!(FileKey::artifact(1, &format!("{hash}{extension}")).is_none() || hash.is_empty(), "{hash:?} {extension:?}");
        }
    }

    #[tokio::test]
    async fn a_missing_root_holds_nothing_until_something_is_put() {
        let directory = tempfile::tempdir().expect("a directory");
        let root = directory.path().join("not yet/there");
        let files = Files::none().with_local(&root);
        assert!(files.find(&FileKey::log(1)).await.expect("an answer").is_none());
        assert!(files.check().await[0].1.is_err());

        files.put(&FileKey::log(1), "hello").await.expect("written");
        let found = files.find(&FileKey::log(1)).await.expect("an answer").expect("found");
        assert_eq!((found.store, found.size), ("local", 5));
        assert_eq!(found.read(1..99).await.expect("read"), "ello");
        assert_eq!(found.read(5..9).await.expect("read"), "");
        assert_eq!(std::fs::read(root.join("LogFiles/1.txt")).expect("read"), b"hello");
        assert!(files.check().await[0].1.is_ok());

        std::fs::write(root.join("LogFiles/1.txt"), "hi").expect("written");
        assert!(found.read(0..5).await.is_err(), "the file has become shorter");
        assert_ne!(files.find(&FileKey::log(1)).await.expect("an answer").expect("found").version(), found.version());
    }

    #[tokio::test]
    async fn the_next_store_is_asked_where_one_has_nothing_or_fails() {
        let directory = tempfile::tempdir().expect("a directory");
        let (first, later) = (Files::none().with_local(directory.path()), Files::none().with_memory());
        later.put(&FileKey::log(1), "later").await.expect("written");
        let both = Files { stores: first.stores.iter().chain(&later.stores).cloned().collect() };
        let store = |found: Option<FoundFile>| found.map(|file| file.store);
        assert_eq!(store(both.find(&FileKey::log(1)).await.expect("an answer")), Some("memory"));

        // A file stands where the directory of logs should be.
        std::fs::write(directory.path().join("LogFiles"), "").expect("written");
        assert_eq!(store(both.find(&FileKey::log(1)).await.expect("an answer")), Some("memory"));
        let error = both.find(&FileKey::log(2)).await.expect_err("nobody can say");
        assert!(error.is_unavailable(), "{error}");
        assert!(Files::none().find(&FileKey::log(1)).await.expect("an answer").is_none());
    }

    #[tokio::test]
    async fn a_bucket_out_of_reach_is_said_by_name() {
        let directory = tempfile::tempdir().expect("a directory");
        let key = directory.path().join("key.json");
        let account =
            r#"{"private_key": "", "private_key_id": "", "client_email": "", "disable_oauth": true, "gcs_base_url": "http://127.0.0.1:9"}"#;
        std::fs::write(&key, account).expect("written");
        let files = Files::none().with_bucket("samples", Some(&key)).expect("a bucket");
        let findings = files.check().await;
        assert!(matches!(findings.as_slice(), [("gcs", Err(Error::Files(_)))]), "{findings:?}");
        assert!(files.with_bucket("samples", Some(&directory.path().join("missing.json"))).is_err());
    }
}
