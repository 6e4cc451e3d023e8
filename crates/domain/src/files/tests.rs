//! A suite run on local files, memory and a bucket, and tests of failing stores and cacheable responses.

use runlens_api_types::Timestamp;

use super::*;
use crate::testing::{Bucket, wait_for_file_clock};

/// Writes a file directly to a store.
trait TestStore {
    async fn write(&self, key: &str, content: &str);
}

struct Root(tempfile::TempDir);

impl TestStore for Root {
    async fn write(&self, key: &str, content: &str) {
        let path = self.0.path().join(key);
        std::fs::create_dir_all(path.parent().expect("a directory")).expect("created");
        std::fs::write(path, content).expect("written");
    }
}

impl TestStore for Files {
    async fn write(&self, key: &str, content: &str) {
        self.put(
            &FileKey(ObjectPath::parse(key).expect("a path")),
            content.to_owned(),
        )
        .await
        .expect("written");
    }
}

impl TestStore for Bucket {
    async fn write(&self, key: &str, content: &str) {
        self.put(key, content.to_owned()).await;
    }
}

/// Checks the behavior that all stores share.
async fn suite(name: &str, files: &Files, store: &impl TestStore) {
    let (log, artifacts) = (FileKey::log(71), Directory::artifacts(71));
    assert!(files.find(&log).await.expect("a response").is_none());
    assert!(files.check().await.iter().all(|(_, result)| result.is_ok()));
    let listing = async |directory: &Directory| {
        let mut listings = files.list(directory).await.expect("a response");
        assert_eq!(listings.len(), 1);
        listings.remove(0)
    };
    let empty = listing(&artifacts).await;
    assert_eq!(
        (empty.store, empty.files.len(), empty.extent),
        (name, 0, Extent::Whole)
    );

    store.write("LogFiles/71.txt", "hello").await;
    let found = files.find(&log).await.expect("a response").expect("found");
    assert_eq!((found.store, found.size), (name, 5));
    for (range, bytes) in [
        (0..5, "hello"),
        (1..3, "el"),
        (1..99, "ello"),
        (5..9, ""),
        (9..12, ""),
    ] {
        assert_eq!(found.read(range.clone()).await.expect("read"), bytes, "{range:?}");
    }
    store.write("LogFiles/71.txt", "good-bye").await;
    let later = files.find(&log).await.expect("a response").expect("found");
    assert_ne!(later.version(), found.version());
    assert!(
        files
            .find_in_each(&log)
            .await
            .remove(0)
            .expect("a response")
            .is_some()
    );
    assert!(
        files
            .find_in_each(&FileKey::log(72))
            .await
            .remove(0)
            .expect("a response")
            .is_none()
    );

    for (key, content) in [
        ("test_artifacts/71/coredump", "core"),
        ("test_artifacts/71/a name with? <signs> #1 & 50%.log", "odd"),
        ("test_artifacts/71/deeper/coredump", "another"),
        ("test_artifacts/710/coredump", "of another run"),
        ("test_artifacts/711", "a file"),
    ] {
        store.write(key, content).await;
    }
    let listed = listing(&artifacts).await;
    let sizes: Vec<(&str, u64)> = listed
        .files
        .iter()
        .map(|(name, file)| (name.as_str(), file.size))
        .collect();
    assert_eq!(
        (sizes, listed.extent),
        (
            vec![("a name with? <signs> #1 & 50%.log", 3), ("coredump", 4)],
            Extent::Whole
        )
    );
    for (name, file) in &listed.files {
        let key = FileKey::artifact(71, name).expect("a name");
        let found = files.find(&key).await.expect("a response").expect("found");
        assert_eq!(
            found.read(0..99).await.expect("read"),
            file.read(0..99).await.expect("read"),
            "{name}"
        );
    }
    for count in 0..=MAX_LISTED {
        store.write(&format!("test_artifacts/73/{count}"), "").await;
    }
    let many = listing(&Directory::artifacts(73)).await;
    assert_eq!((many.files.len(), many.extent), (MAX_LISTED, Extent::Part));
}

#[tokio::test]
async fn local_files_pass_the_suite() {
    let root = Root(tempfile::tempdir().expect("a directory"));
    let files = Files::none().with_local(root.0.path());
    suite("local", &files, &root).await;
    has_no_signed_urls(&files).await;
}

#[tokio::test]
async fn memory_passes_the_suite() {
    let files = Files::none().with_memory();
    suite("memory", &files, &files).await;
    has_no_signed_urls(&files).await;
}

async fn has_no_signed_urls(files: &Files) {
    let found = files
        .find(&FileKey::log(71))
        .await
        .expect("a response")
        .expect("found");
    assert_eq!(
        found
            .signed_url(Duration::from_secs(60))
            .await
            .expect("a response"),
        None
    );
}

#[tokio::test]
async fn a_bucket_passes_the_suite_and_signs_urls() {
    let Some(bucket) = Bucket::from_env() else { return };
    let files = bucket.add_to(Files::none());
    suite("gcs", &files, &bucket).await;
    for (_, file) in files
        .list(&Directory::artifacts(71))
        .await
        .expect("a response")
        .remove(0)
        .files
    {
        let url = file
            .signed_url(Duration::from_secs(900))
            .await
            .expect("signed")
            .expect("a URL");
        assert!(
            url.starts_with(&format!("{}/{}/test_artifacts/71/", bucket.url, Bucket::NAME)),
            "{url}"
        );
        for part in [
            "X-Goog-Algorithm=GOOG4-RSA-SHA256",
            "X-Goog-Expires=900",
            "X-Goog-Signature=",
        ] {
            assert!(url.contains(part), "{part} is not in {url}");
        }
        assert_eq!(
            bucket.fetch(&url).await,
            file.read(0..99).await.expect("read"),
            "{url}"
        );
    }

    // A name that is not a valid path makes the listing incomplete. Files are still found by name.
    for key in [
        "test_artifacts/72/coredump",
        "test_artifacts/72/a\nb",
        "test_artifacts/72/a//b",
    ] {
        bucket.put(key, "core").await;
    }
    let incomplete = files
        .list(&Directory::artifacts(72))
        .await
        .expect("a response")
        .remove(0);
    assert_eq!(incomplete.extent, Extent::Part);
    let key = FileKey::artifact(72, "coredump").expect("a name");
    assert!(files.find(&key).await.expect("a response").is_some());
}

#[tokio::test]
async fn a_missing_root_is_empty_and_created_on_write() {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path().join("not yet/there");
    let files = Files::none().with_local(&root);
    assert!(files.find(&FileKey::log(1)).await.expect("a response").is_none());
    assert!(files.check().await[0].1.is_err());

    files.put(&FileKey::log(1), "hello").await.expect("written");
    let found = files
        .find(&FileKey::log(1))
        .await
        .expect("a response")
        .expect("found");
    assert_eq!((found.store, found.size), ("local", 5));
    assert_eq!(found.read(1..99).await.expect("read"), "ello");
    assert_eq!(found.read(5..9).await.expect("read"), "");
    assert_eq!(
        std::fs::read(root.join("LogFiles/1.txt")).expect("read"),
        b"hello"
    );
    assert!(files.check().await[0].1.is_ok());

    std::fs::write(root.join("LogFiles/1.txt"), "hi").expect("written");
    assert!(found.read(0..5).await.is_err(), "the file is truncated");
    assert_ne!(
        files
            .find(&FileKey::log(1))
            .await
            .expect("a response")
            .expect("found")
            .version(),
        found.version()
    );
}

#[tokio::test]
async fn the_next_store_is_searched_if_one_lacks_the_file_or_fails() {
    let directory = tempfile::tempdir().expect("a directory");
    let (first, later) = (
        Files::none().with_local(directory.path()),
        Files::none().with_memory(),
    );
    later.put(&FileKey::log(1), "later").await.expect("written");
    let both = Files {
        stores: first.stores.iter().chain(&later.stores).cloned().collect(),
    };
    let store = |found: Option<FoundFile>| found.map(|file| file.store);
    assert_eq!(
        store(both.find(&FileKey::log(1)).await.expect("a response")),
        Some("memory")
    );

    // A file instead of the log directory makes every lookup there fail.
    std::fs::write(directory.path().join("LogFiles"), "").expect("written");
    assert_eq!(
        store(both.find(&FileKey::log(1)).await.expect("a response")),
        Some("memory")
    );
    let error = both
        .find(&FileKey::log(2))
        .await
        .expect_err("the first store failed");
    assert!(error.is_unavailable(), "{error}");
    assert!(
        Files::none()
            .find(&FileKey::log(1))
            .await
            .expect("a response")
            .is_none()
    );
}

#[tokio::test]
async fn check_reports_an_unreachable_bucket() {
    let directory = tempfile::tempdir().expect("a directory");
    let key = directory.path().join("key.json");
    let account = r#"{"private_key": "", "private_key_id": "", "client_email": "", "disable_oauth": true, "gcs_base_url": "http://127.0.0.1:9"}"#;
    std::fs::write(&key, account).expect("written");
    let files = Files::none()
        .with_bucket("samples", Some(&key))
        .expect("a bucket");
    let results = files.check().await;
    assert!(
        matches!(results.as_slice(), [("gcs", Err(Error::Files(_)))]),
        "{results:?}"
    );
    assert!(
        files
            .with_bucket("samples", Some(&directory.path().join("missing.json")))
            .is_err()
    );
}

/// A time when all files of a test are old enough to be cached.
fn later() -> Timestamp {
    Timestamp::parse("2100-01-01T00:00:00Z").expect("a time")
}

#[tokio::test]
async fn dependencies_are_fresh_until_a_file_changes() {
    let root = Root(tempfile::tempdir().expect("a directory"));
    let (files, artifacts) = (Files::none().with_local(root.0.path()), Directory::artifacts(71));
    let path = |name: &str| root.0.path().join(name);
    for name in [
        "LogFiles/71.txt",
        "elsewhere.txt",
        "test_artifacts/71/coredump",
        "test_artifacts/71/deeper/coredump",
    ] {
        root.write(name, "text").await;
    }
    let collect = async || {
        let lookups = async {
            (
                files.find(&FileKey::log(71)).await,
                files.find(&FileKey::log(72)).await,
                files.list(&artifacts).await,
            )
        };
        let (_, dependencies) = FileDependencies::collect(later(), lookups).await;
        dependencies.expect("cacheable")
    };
    let dependencies = collect().await;
    assert!(dependencies.is_fresh() && collect().await.is_fresh());
    let remove = |name: &str| std::fs::remove_file(path(name)).expect("removed");
    let link = |to: &str, name: &str| std::os::unix::fs::symlink(path(to), path(name)).expect("linked");
    let changes: [(&str, &dyn Fn()); 9] = [
        ("a file appears", &|| {
            std::fs::write(path("LogFiles/72.txt"), "text").expect("written")
        }),
        ("a file is removed", &|| remove("LogFiles/71.txt")),
        ("a listed file appears", &|| {
            std::fs::write(path("test_artifacts/71/trace.json"), "text").expect("written")
        }),
        ("a listed file grows", &|| {
            std::fs::write(path("test_artifacts/71/trace.json"), "longer text").expect("written")
        }),
        ("a listed file is removed", &|| {
            remove("test_artifacts/71/trace.json")
        }),
        ("a link appears", &|| {
            link("missing.txt", "test_artifacts/71/link.txt")
        }),
        ("the target of the link appears", &|| {
            std::fs::write(path("missing.txt"), "text").expect("written")
        }),
        ("the target of the link is replaced", &|| {
            std::fs::rename(path("elsewhere.txt"), path("missing.txt")).expect("moved")
        }),
        ("the directory is removed", &|| {
            std::fs::remove_dir_all(path("test_artifacts")).expect("removed")
        }),
    ];
    for (change, apply) in changes {
        let dependencies = collect().await;
        assert!(dependencies.is_fresh(), "before {change}");
        wait_for_file_clock();
        apply();
        assert!(!dependencies.is_fresh(), "{change}");
    }
    std::fs::write(path("test_artifacts/71/deeper/other"), "").expect_err("the directory is removed");
    assert!(collect().await.is_fresh());
}

#[tokio::test]
async fn only_a_bounded_number_of_unchanged_local_files_is_cacheable() {
    let directory = tempfile::tempdir().expect("a directory");
    let (local, memory) = (
        Files::none().with_local(directory.path()),
        Files::none().with_memory(),
    );
    let log = FileKey::log(1);
    local.put(&log, "text").await.expect("written");
    let written = local
        .find(&log)
        .await
        .expect("a response")
        .expect("found")
        .last_modified
        .unix();
    let at = |seconds: i64| Timestamp::from_unix(written + seconds).expect("a time");
    let is_cacheable = async |requested_at, files: &Files, key: &FileKey| {
        let (found, dependencies) = FileDependencies::collect(requested_at, files.find(key)).await;
        found.expect("a response");
        dependencies.is_some()
    };
    for (seconds, expected) in [(-1, false), (0, false), (2, false), (3, true)] {
        assert_eq!(
            is_cacheable(at(seconds), &local, &log).await,
            expected,
            "{seconds} seconds after the file was written"
        );
    }
    assert!(
        is_cacheable(at(-1), &local, &FileKey::log(2)).await,
        "a missing file has no modification time"
    );
    assert!(!is_cacheable(later(), &memory, &log).await, "memory");
    assert!(
        FileDependencies::collect(later(), async {})
            .await
            .1
            .is_some_and(|dependencies| dependencies.is_fresh()),
        "no files"
    );
    assert!(
        FileDependencies::collect(later(), async { mark_uncacheable() })
            .await
            .1
            .is_none(),
        "marked as uncacheable"
    );
    for (count, expected) in [(64, true), (65, false)] {
        let lookups = futures::future::join_all((0..count).map(|id| {
            let (local, key) = (&local, FileKey::log(id));
            async move { local.find(&key).await }
        }));
        assert_eq!(
            FileDependencies::collect(later(), lookups).await.1.is_some(),
            expected,
            "{count} lookups"
        );
    }
    // A file instead of a directory makes the lookup fail.
    std::fs::write(directory.path().join("TestResults"), "").expect("written");
    let broken = FileDependencies::collect(later(), async {
        local
            .find(&FileKey::result("a", ".srt").expect("a name"))
            .await
            .is_err()
    })
    .await;
    assert!(matches!(broken, (true, None)), "{broken:?}");
}

#[tokio::test]
async fn a_local_listing_has_every_file_with_a_valid_name() {
    let root = Root(tempfile::tempdir().expect("a directory"));
    let files = Files::none().with_local(root.0.path());
    for name in ["a\nb", "a..b", "coredump", "deeper/coredump", "z"] {
        root.write(&format!("test_artifacts/71/{name}"), "text").await;
    }
    let path = |name: &str| root.0.path().join("test_artifacts/71").join(name);
    std::os::unix::fs::symlink(path("z"), path("link")).expect("linked");
    std::os::unix::fs::symlink(path("missing"), path("broken")).expect("linked");
    let names = async || {
        let listing = files
            .list(&Directory::artifacts(71))
            .await
            .expect("a response")
            .remove(0);
        (
            listing.files.into_keys().collect::<Vec<_>>().join(" "),
            listing.extent,
        )
    };
    assert_eq!(names().await, ("coredump link z".to_owned(), Extent::Whole));
    std::os::unix::fs::symlink(path("round"), path("round")).expect("linked");
    assert_eq!(names().await, ("coredump link z".to_owned(), Extent::Part));
    std::fs::remove_dir_all(path("")).expect("removed");
    root.write("test_artifacts/71", "a file").await;
    assert_eq!(names().await, (String::new(), Extent::Whole));
}
