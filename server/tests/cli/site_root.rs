//! Where `runlens serve` finds the browser's files and their hashed names.

use std::path::{Path, PathBuf};

use crate::installation::{Installation, link_or_copy};

const HASH: &str = "Zk3vQ2xT9aLw";

/// Writes a site with hashed names.
fn write_site(root: &Path, style: &str) {
    std::fs::create_dir_all(root.join("pkg")).expect("a directory");
    for extension in ["css", "js"] {
        std::fs::write(root.join(format!("pkg/runlens.{HASH}.{extension}")), style).expect("written");
    }
}

/// Creates a build directory like cargo-leptos, with the program and `hash.txt` in `release/`. Returns the
/// program.
fn build(directory: &Path) -> PathBuf {
    let release = directory.join("release");
    std::fs::create_dir_all(&release).expect("a directory");
    let program = release.join("runlens");
    link_or_copy(Path::new(env!("CARGO_BIN_EXE_runlens")), &program);
    std::fs::write(
        release.join("hash.txt"),
        format!("js: {HASH}\nwasm: {HASH}\ncss: {HASH}\n"),
    )
    .expect("written");
    program
}

/// A directory on the file system of the build, because hard links cannot cross file systems.
fn directory() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory")
}

#[tokio::test]
async fn the_site_of_the_build_directory_is_served_under_its_hashed_names() {
    let directory = directory();
    let program = build(directory.path());
    write_site(&directory.path().join("site"), "/* of the build */");
    let server = Installation::new().await.with_program(program).serve(&[]);
    let style = format!("/pkg/runlens.{HASH}.css");
    let page = server.get("/runs", &[]).text();
    assert!(page.contains(&style), "{page}");
    let reply = server.get(&style, &[]);
    assert_eq!((reply.status, reply.text().as_str()), (200, "/* of the build */"));
    assert_eq!(
        reply.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
}

#[tokio::test]
async fn a_site_in_the_working_directory_takes_precedence_over_the_build() {
    let directory = directory();
    let program = build(directory.path());
    write_site(&directory.path().join("site"), "/* of the build */");
    let installation = Installation::new().await.with_program(program);
    write_site(
        &installation.path("target/site"),
        "/* of the working directory */",
    );
    let server = installation.serve(&[]);
    let reply = server.get(&format!("/pkg/runlens.{HASH}.css"), &[]);
    assert_eq!(reply.text(), "/* of the working directory */");
}

#[tokio::test]
async fn a_configured_site_takes_precedence_over_all_others() {
    let installation = Installation::new().await;
    write_site(
        &installation.path("target/site"),
        "/* of the working directory */",
    );
    write_site(&installation.path("elsewhere"), "/* configured */");
    let server = installation.serve(&[("RUNLENS_SITE_ROOT", "elsewhere")]);
    let reply = server.get(&format!("/pkg/runlens.{HASH}.css"), &[]);
    assert_eq!(reply.text(), "/* configured */");
}
