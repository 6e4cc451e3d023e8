//! Names of files and directories, the same in every store.

use object_store::path::Path as ObjectPath;

pub(super) const LOGS: &str = "LogFiles";
const RESULTS: &str = "TestResults";
const ARTIFACTS: &str = "test_artifacts";

/// Maximum length of a file name on common file systems.
const MAX_NAME_BYTES: usize = 255;

/// The path of a file below the root of a store. It cannot point outside its directory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FileKey(pub(super) ObjectPath);

impl FileKey {
    /// The build log of a run.
    pub fn log(run_id: i32) -> Self {
        Self(ObjectPath::from_iter([LOGS, &format!("{run_id}.txt")]))
    }

    /// An expected or produced output; `extension` includes its dot. `None` if they do not form a file name,
    /// so that a database row cannot name a file outside the store.
    pub fn result(hash: &str, extension: &str) -> Option<Self> {
        if hash.is_empty() {
            None
        } else {
            Self::in_directory(RESULTS, &format!("{hash}{extension}"))
        }
    }

    /// An artifact of a run. `None` if `name` is not a file name.
    pub fn artifact(run_id: i32, name: &str) -> Option<Self> {
        Self::in_directory(Directory::artifacts(run_id).0.as_ref(), name)
    }

    fn in_directory(directory: &str, name: &str) -> Option<Self> {
        let is_file_name = (1..=MAX_NAME_BYTES).contains(&name.len())
            && name != "."
            && !name.contains("..")
            && !name.contains(|c: char| c.is_control() || matches!(c, '/' | '\\'));
        is_file_name
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

/// The path of a directory below the root of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory(pub(super) ObjectPath);

impl Directory {
    /// The artifacts of a run.
    pub fn artifacts(run_id: i32) -> Self {
        Self(ObjectPath::from_iter([ARTIFACTS, &run_id.to_string()]))
    }

    /// Returns the name of a file directly in this directory. `None` if it is in a subdirectory or its name
    /// is invalid.
    pub(super) fn name_of(&self, path: &ObjectPath) -> Option<String> {
        let name = path.as_ref().strip_prefix(self.0.as_ref())?.strip_prefix('/')?;
        self.key_of(name).map(|_| name.to_owned())
    }

    pub(super) fn key_of(&self, name: &str) -> Option<FileKey> {
        FileKey::in_directory(self.0.as_ref(), name)
    }
}

#[cfg(test)]
mod tests {
    use super::FileKey;

    #[test]
    fn a_key_cannot_point_outside_its_directory() {
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
}
