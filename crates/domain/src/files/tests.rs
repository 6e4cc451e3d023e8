//! The same suite on local files, in memory and in a bucket; keys, and stores that fail.

use super::*;
use crate::testing::Bucket;

/// Puts a file into a store by another way than the one under test.
trait Shelf {
    async fn lay(&self, key: &str, content: &str);
}

/// A directory.
struct Root(tempfile::TempDir);

impl Shelf for Root {
    async fn lay(&self, key: &str, content: &str) {
        let path = self.0.path().join(key);
        std::fs::create_dir_all(path.parent().expect("a directory")).expect("made");
        std::fs::write(path, content).expect("written");
    }
}

impl Shelf for Files {
    async fn lay(&self, key: &str, content: &str) {
        self.put(
            &FileKey(ObjectPath::parse(key).expect("a path")),
            content.to_owned(),
        )
        .await
        .expect("written");
    }
}

impl Shelf for Bucket {
    async fn lay(&self, key: &str, content: &str) {
        Self::lay(self, key, content.to_owned()).await;
    }
}

/// What holds of every store.
async fn suite(name: &str, files: &Files, shelf: &impl Shelf) {
    let (log, run) = (FileKey::log(71), Directory::artifacts(71));
    assert!(files.find(&log).await.expect("an answer").is_none());
    assert!(files.check().await.iter().all(|(_, finding)| finding.is_ok()));
    let listing = async |directory: &Directory| {
        let mut listings = files.list(directory).await.expect("an answer");
        assert_eq!(listings.len(), 1);
        listings.remove(0)
    };
    let nothing = listing(&run).await;
    assert_eq!(
        (nothing.store, nothing.files.len(), nothing.extent),
        (name, 0, Extent::Whole)
    );

    shelf.lay("LogFiles/71.txt", "hello").await;
    let found = files.find(&log).await.expect("an answer").expect("found");
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
    shelf.lay("LogFiles/71.txt", "good-bye").await;
    let later = files.find(&log).await.expect("an answer").expect("found");
    assert_ne!(later.version(), found.version());
    assert!(
        files
            .find_in_each(&log)
            .await
            .remove(0)
            .expect("an answer")
            .is_some()
    );
    assert!(
        files
            .find_in_each(&FileKey::log(72))
            .await
            .remove(0)
            .expect("an answer")
            .is_none()
    );

    for (key, content) in [
        ("test_artifacts/71/coredump", "core"),
        ("test_artifacts/71/a name with? <signs> #1 & 50%.log", "odd"),
        ("test_artifacts/71/deeper/coredump", "another"),
        ("test_artifacts/710/coredump", "of another run"),
        ("test_artifacts/711", "a file"),
    ] {
        shelf.lay(key, content).await;
    }
    let listed = listing(&run).await;
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
        let found = files.find(&key).await.expect("an answer").expect("found");
        assert_eq!(
            found.read(0..99).await.expect("read"),
            file.read(0..99).await.expect("read"),
            "{name}"
        );
    }
    for count in 0..=MAX_LISTED {
        shelf.lay(&format!("test_artifacts/73/{count}"), "").await;
    }
    let many = listing(&Directory::artifacts(73)).await;
    assert_eq!((many.files.len(), many.extent), (MAX_LISTED, Extent::Part));
}

#[tokio::test]
async fn the_suite_holds_of_local_files() {
    let root = Root(tempfile::tempdir().expect("a directory"));
    let files = Files::none().with_local(root.0.path());
    suite("local", &files, &root).await;
    signs_nothing(&files).await;
}

#[tokio::test]
async fn the_suite_holds_of_memory() {
    let files = Files::none().with_memory();
    suite("memory", &files, &files).await;
    signs_nothing(&files).await;
}

async fn signs_nothing(files: &Files) {
    let found = files
        .find(&FileKey::log(71))
        .await
        .expect("an answer")
        .expect("found");
    assert_eq!(
        found
            .signed_url(Duration::from_secs(60))
            .await
            .expect("an answer"),
        None
    );
}

#[tokio::test]
async fn the_suite_holds_of_a_bucket_whose_files_anybody_may_be_let_at() {
    let bucket = Bucket::new();
    let files = bucket.behind(Files::none());
    suite("gcs", &files, &bucket).await;
    for (_, file) in files
        .list(&Directory::artifacts(71))
        .await
        .expect("an answer")
        .remove(0)
        .files
    {
        let url = file
            .signed_url(Duration::from_secs(900))
            .await
            .expect("signed")
            .expect("an address");
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

    // A name that no path can have spoils the list, and no more.
    for key in [
        "test_artifacts/72/coredump",
        "test_artifacts/72/a\nb",
        "test_artifacts/72/a//b",
    ] {
        bucket.lay(key, "core").await;
    }
    let spoilt = files
        .list(&Directory::artifacts(72))
        .await
        .expect("an answer")
        .remove(0);
    assert_eq!(spoilt.extent, Extent::Part);
    let key = FileKey::artifact(72, "coredump").expect("a name");
    assert!(files.find(&key).await.expect("an answer").is_some());
}

#[test]
fn a_key_never_leads_out_of_its_directory() {
    assert_eq!(FileKey::log(9317).to_string(), "LogFiles/9317.txt");
    assert_eq!(
        FileKey::result("0ab1", ".srt").map(|key| key.to_string()),
        Some("TestResults/0ab1.srt".to_owned())
    );
    assert_eq!(
        FileKey::result("0ab1", "").map(|key| key.to_string()),
        Some("TestResults/0ab1".to_owned())
    );
    assert_eq!(
        FileKey::artifact(7, "coredump").map(|key| key.to_string()),
        Some("test_artifacts/7/coredump".to_owned())
    );
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
        assert!(
            FileKey::artifact(1, &format!("{hash}{extension}")).is_none() || hash.is_empty(),
            "{hash:?} {extension:?}"
        );
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
    let found = files
        .find(&FileKey::log(1))
        .await
        .expect("an answer")
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
    assert!(found.read(0..5).await.is_err(), "the file has become shorter");
    assert_ne!(
        files
            .find(&FileKey::log(1))
            .await
            .expect("an answer")
            .expect("found")
            .version(),
        found.version()
    );
}

#[tokio::test]
async fn the_next_store_is_asked_where_one_has_nothing_or_fails() {
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
        store(both.find(&FileKey::log(1)).await.expect("an answer")),
        Some("memory")
    );

    // A file stands where the directory of logs should be.
    std::fs::write(directory.path().join("LogFiles"), "").expect("written");
    assert_eq!(
        store(both.find(&FileKey::log(1)).await.expect("an answer")),
        Some("memory")
    );
    let error = both.find(&FileKey::log(2)).await.expect_err("nobody can say");
    assert!(error.is_unavailable(), "{error}");
    assert!(
        Files::none()
            .find(&FileKey::log(1))
            .await
            .expect("an answer")
            .is_none()
    );
}

#[tokio::test]
async fn a_bucket_out_of_reach_is_said_by_name() {
    let directory = tempfile::tempdir().expect("a directory");
    let key = directory.path().join("key.json");
    let account = r#"{"private_key": "", "private_key_id": "", "client_email": "", "disable_oauth": true, "gcs_base_url": "http://127.0.0.1:9"}"#;
    std::fs::write(&key, account).expect("written");
    let files = Files::none()
        .with_bucket("samples", Some(&key))
        .expect("a bucket");
    let findings = files.check().await;
    assert!(
        matches!(findings.as_slice(), [("gcs", Err(Error::Files(_)))]),
        "{findings:?}"
    );
    assert!(
        files
            .with_bucket("samples", Some(&directory.path().join("missing.json")))
            .is_err()
    );
}

/// Long after everything that a test writes.
fn later() -> Timestamp {
    Timestamp::parse("2100-01-01T00:00:00Z").expect("a time")
}

#[tokio::test]
async fn evidence_holds_until_something_is_changed() {
    let root = Root(tempfile::tempdir().expect("a directory"));
    let (files, run) = (Files::none().with_local(root.0.path()), Directory::artifacts(71));
    let path = |name: &str| root.0.path().join(name);
    for name in [
        "LogFiles/71.txt",
        "elsewhere.txt",
        "test_artifacts/71/coredump",
        "test_artifacts/71/deeper/coredump",
    ] {
        root.lay(name, "text").await;
    }
    let look = async || {
        let looks = async {
            (
                files.find(&FileKey::log(71)).await,
                files.find(&FileKey::log(72)).await,
                files.list(&run).await,
            )
        };
        let (_, evidence) = Evidence::of(later(), looks).await;
        evidence.expect("kept")
    };
    let evidence = look().await;
    assert!(evidence.still_holds() && look().await.still_holds());
    let remove = |name: &str| std::fs::remove_file(path(name)).expect("removed");
    let link = |to: &str, name: &str| std::os::unix::fs::symlink(path(to), path(name)).expect("linked");
    let changes: [(&str, &dyn Fn()); 9] = [
        ("a file appears", &|| {
            std::fs::write(path("LogFiles/72.txt"), "text").expect("written")
        }),
        ("a file is gone", &|| remove("LogFiles/71.txt")),
        ("a name appears", &|| {
            std::fs::write(path("test_artifacts/71/trace.json"), "text").expect("written")
        }),
        ("a listed file grows", &|| {
            std::fs::write(path("test_artifacts/71/trace.json"), "longer text").expect("written")
        }),
        ("a name is gone", &|| remove("test_artifacts/71/trace.json")),
        ("a link appears", &|| {
            link("missing.txt", "test_artifacts/71/link.txt")
        }),
        ("its target appears", &|| {
            std::fs::write(path("missing.txt"), "text").expect("written")
        }),
        ("its target is another", &|| {
            std::fs::rename(path("elsewhere.txt"), path("missing.txt")).expect("moved")
        }),
        ("all is gone", &|| {
            std::fs::remove_dir_all(path("test_artifacts")).expect("removed")
        }),
    ];
    for (change, make) in changes {
        let evidence = look().await;
        assert!(evidence.still_holds(), "before {change}");
        // The clock of the file system ticks some hundred times a second.
        std::thread::sleep(Duration::from_millis(20));
        make();
        assert!(!evidence.still_holds(), "{change}");
    }
    std::fs::write(path("test_artifacts/71/deeper/other"), "").expect_err("all is gone");
    assert!(look().await.still_holds());
}

#[tokio::test]
async fn there_is_evidence_of_settled_local_files_in_bounds_alone() {
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
        .expect("an answer")
        .expect("found")
        .last_modified
        .unix();
    let at = |seconds: i64| Timestamp::from_unix(written + seconds).expect("a time");
    let is_kept = async |asked_at, files: &Files, key: &FileKey| {
        let (found, evidence) = Evidence::of(asked_at, files.find(key)).await;
        found.expect("an answer");
        evidence.is_some()
    };
    for (seconds, kept) in [(-1, false), (0, false), (2, false), (3, true)] {
        assert_eq!(
            is_kept(at(seconds), &local, &log).await,
            kept,
            "{seconds} seconds after the file was written"
        );
    }
    assert!(
        is_kept(at(-1), &local, &FileKey::log(2)).await,
        "what is not there has not changed"
    );
    assert!(!is_kept(later(), &memory, &log).await, "memory");
    assert!(
        Evidence::of(later(), async {})
            .await
            .1
            .is_some_and(|evidence| evidence.still_holds()),
        "nothing was looked at"
    );
    assert!(
        Evidence::of(later(), async { not_to_be_kept() })
            .await
            .1
            .is_none(),
        "said so"
    );
    for (count, kept) in [(64, true), (65, false)] {
        let looks = futures::future::join_all((0..count).map(|id| {
            let (local, key) = (&local, FileKey::log(id));
            async move { local.find(&key).await }
        }));
        assert_eq!(
            Evidence::of(later(), looks).await.1.is_some(),
            kept,
            "{count} looks"
        );
    }
    // A file stands where a directory should be.
    std::fs::write(directory.path().join("TestResults"), "").expect("written");
    let broken = Evidence::of(later(), async {
        local
            .find(&FileKey::result("a", ".srt").expect("a name"))
            .await
            .is_err()
    })
    .await;
    assert!(matches!(broken, (true, None)), "{broken:?}");
}

#[tokio::test]
async fn of_a_local_directory_everything_with_a_name_is_listed() {
    let root = Root(tempfile::tempdir().expect("a directory"));
    let files = Files::none().with_local(root.0.path());
    for name in ["a\nb", "a..b", "coredump", "deeper/coredump", "z"] {
        root.lay(&format!("test_artifacts/71/{name}"), "text").await;
    }
    let path = |name: &str| root.0.path().join("test_artifacts/71").join(name);
    std::os::unix::fs::symlink(path("z"), path("link")).expect("linked");
    std::os::unix::fs::symlink(path("missing"), path("broken")).expect("linked");
    let names = async || {
        let listing = files
            .list(&Directory::artifacts(71))
            .await
            .expect("an answer")
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
    root.lay("test_artifacts/71", "a file").await;
    assert_eq!(names().await, (String::new(), Extent::Whole));
}
