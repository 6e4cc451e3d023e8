//! Artifacts of a run: the tested program, its output and its core dump.

use std::collections::BTreeSet;

use runlens_api_types::{
    Page,
    artifact::{Artifact, ArtifactType, StorageStatus},
    page::PageQuery,
    run::OperatingSystem,
};

use crate::{
    content_type::content_type,
    error::Result,
    files::{Directory, Extent, FileKey, Files, FoundFile, Listing, download_url},
    store::columns::parse_column,
};

const LINUX_PROGRAM: &str = "ccextractor";
const WINDOWS_PROGRAM: &str = "ccextractorwinfull.exe";
const STDOUT: &str = "combined_stdout.log";
const COREDUMP: &str = "coredump";

/// File names of known artifacts.
const KNOWN_NAMES: [&str; 4] = [LINUX_PROGRAM, WINDOWS_PROGRAM, STDOUT, COREDUMP];

/// Presence of a file in one store.
#[derive(Clone, Debug)]
enum Presence {
    Present(FoundFile),
    Absent,
    /// The store is unavailable.
    Unknown,
}

/// Returns a page of artifacts: first those that every run has, present or not, then all others by name.
///
/// # Errors
/// [`Error::Files`](crate::Error::Files) if no store is available.
pub(super) async fn page(
    files: &Files,
    run_id: i32,
    platform: &str,
    query: PageQuery,
) -> Result<Page<Artifact>> {
    let all = survey(files, run_id, platform).await?;
    let page = Page::paginate(all, query);
    let data = futures::future::join_all(
        page.data
            .into_iter()
            .map(|(name, presences)| to_artifact(run_id, name, presences)),
    )
    .await;
    Ok(Page {
        data,
        pagination: page.pagination,
    })
}

/// Returns every file name with its presence in each store.
async fn survey(files: &Files, run_id: i32, platform: &str) -> Result<Vec<(String, Vec<Presence>)>> {
    let mut listings = files.list(&Directory::artifacts(run_id)).await?;
    if listings.iter().any(|listing| listing.extent == Extent::Part) {
        look_up_known_names(files, run_id, &mut listings).await;
    }
    let expected = expected_names(platform);
    let found: BTreeSet<&str> = listings
        .iter()
        .flat_map(|listing| listing.files.keys().map(String::as_str))
        .collect();
    let others = found.into_iter().filter(|name| !expected.contains(name));
    let names = expected.iter().copied().chain(others);
    Ok(names
        .map(|name| {
            (
                name.to_owned(),
                listings.iter().map(|listing| presence(listing, name)).collect(),
            )
        })
        .collect())
}

/// Looks up the known names, which a truncated listing may lack.
async fn look_up_known_names(files: &Files, run_id: i32, listings: &mut [Listing]) {
    for name in KNOWN_NAMES {
        let Some(key) = FileKey::artifact(run_id, name) else {
            continue;
        };
        for (listing, found) in listings.iter_mut().zip(files.find_in_each(&key).await) {
            match found {
                Ok(Some(file)) => drop(listing.files.insert(name.to_owned(), file)),
                Ok(None) => {}
                Err(_) => listing.extent = Extent::Unknown,
            }
        }
    }
}

fn presence(listing: &Listing, name: &str) -> Presence {
    match (listing.files.get(name), listing.extent) {
        (Some(file), _) => Presence::Present(file.clone()),
        (None, Extent::Whole) => Presence::Absent,
        // These were looked up by name.
        (None, Extent::Part) if KNOWN_NAMES.contains(&name) => Presence::Absent,
        (None, Extent::Part | Extent::Unknown) => Presence::Unknown,
    }
}

/// Returns the files of every completed run. The program of an unknown platform has an unknown name.
fn expected_names(platform: &str) -> Vec<&'static str> {
    let program = match parse_column(platform) {
        Some(OperatingSystem::Linux) => Some(LINUX_PROGRAM),
        Some(OperatingSystem::Windows) => Some(WINDOWS_PROGRAM),
        Some(OperatingSystem::Unknown) | None => None,
    };
    program.into_iter().chain([STDOUT]).collect()
}

async fn to_artifact(run_id: i32, filename: String, presences: Vec<Presence>) -> Artifact {
    let here: Vec<&FoundFile> = presences.iter().filter_map(Presence::file).collect();
    let kind = kind(&filename);
    let unknown = if kind == ArtifactType::Stdout {
        "text/plain"
    } else {
        "application/octet-stream"
    };
    Artifact {
        artifact_id: format!("artifact_{run_id}_{filename}"),
        run_id,
        sample_id: None,
        kind,
        content_type: content_type(&filename, unknown).to_owned(),
        size_bytes: here.first().map(|file| file.size),
        storage_status: storage_status(&presences),
        download_url: download_url(&here).await,
        filename,
    }
}

fn kind(name: &str) -> ArtifactType {
    match name {
        LINUX_PROGRAM | WINDOWS_PROGRAM => ArtifactType::Binary,
        STDOUT => ArtifactType::Stdout,
        COREDUMP => ArtifactType::Coredump,
        _ => ArtifactType::Other,
    }
}

fn storage_status(presences: &[Presence]) -> StorageStatus {
    let here = presences.iter().filter(|place| place.file().is_some()).count();
    let is_known = !presences.iter().any(|place| matches!(place, Presence::Unknown));
    match here {
        0 if is_known => StorageStatus::Missing,
        here if here == presences.len() => StorageStatus::Ok,
        _ => StorageStatus::Degraded,
    }
}

impl Presence {
    fn file(&self) -> Option<&FoundFile> {
        match self {
            Self::Present(file) => Some(file),
            Self::Absent | Self::Unknown => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Bucket;

    #[tokio::test]
    async fn a_file_in_the_bucket_has_a_download_url_and_is_degraded_if_it_is_only_there() {
        let Some(bucket) = Bucket::from_env() else { return };
        let root = tempfile::tempdir().expect("a directory");
        let local = Files::none().with_local(root.path());
        for name in [LINUX_PROGRAM, "local.txt"] {
            local
                .put(&FileKey::artifact(81, name).expect("a name"), "text")
                .await
                .expect("written");
        }
        // The last name makes the bucket's list unreadable.
        for name in [LINUX_PROGRAM, COREDUMP, "a\nb"] {
            bucket.put(&format!("test_artifacts/81/{name}"), "text").await;
        }
        let files = bucket.add_to(local);
        let page = page(&files, 81, "linux", PageQuery::default())
            .await
            .expect("a page");
        let said = page.data.iter().map(|file| {
            (
                file.filename.as_str(),
                file.storage_status,
                file.download_url.is_some(),
            )
        });
        assert_eq!(
            said.collect::<Vec<_>>(),
            [
                (LINUX_PROGRAM, StorageStatus::Ok, true),
                (STDOUT, StorageStatus::Missing, false),
                (COREDUMP, StorageStatus::Degraded, true),
                ("local.txt", StorageStatus::Degraded, false),
            ]
        );
    }

    #[tokio::test]
    async fn storage_status_depends_on_every_store() {
        let files = Files::none().with_memory();
        let key = FileKey::artifact(1, STDOUT).expect("a name");
        files.put(&key, "text").await.expect("written");
        let file = files.find(&key).await.expect("an answer").expect("found");
        let here = || Presence::Present(file.clone());
        use Presence::{Absent, Unknown};
        use StorageStatus::{Degraded, Missing, Ok};
        for (presences, status) in [
            (vec![], Missing),
            (vec![here()], Ok),
            (vec![here(), here()], Ok),
            (vec![here(), Absent], Degraded),
            (vec![Absent, here()], Degraded),
            (vec![here(), Unknown], Degraded),
            (vec![Absent, Unknown], Degraded),
            (vec![Absent, Absent], Missing),
        ] {
            assert_eq!(storage_status(&presences), status, "{presences:?}");
        }
    }

    #[test]
    fn expected_names_depend_on_the_platform() {
        for (platform, names) in [
            ("linux", vec![LINUX_PROGRAM, STDOUT]),
            ("Windows ", vec![WINDOWS_PROGRAM, STDOUT]),
            ("macos", vec![STDOUT]),
        ] {
            assert_eq!(expected_names(platform), names, "{platform}");
        }
    }
}
