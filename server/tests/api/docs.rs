//! GET /api/docs

use runlens_domain::testing::{Backend, TestPlatform};
use serde_json::Value;

use crate::server::Server;

async fn server() -> Server {
    Server::new(TestPlatform::new(Backend::Sqlite).await)
}

/// Names of the components of a kind, each of which has an article that links can target.
fn component_names(document: &Value, kind: &str) -> Vec<String> {
    let components = document["components"][kind].as_object().expect("components");
    components.keys().cloned().collect()
}

fn operation_ids(document: &Value) -> Vec<String> {
    let paths = document["paths"].as_object().expect("paths").values();
    paths
        .flat_map(|path| path.as_object().expect("methods").values())
        .map(|operation| operation["operationId"].as_str().expect("an ID").to_owned())
        .collect()
}

fn links(page: &str) -> impl Iterator<Item = &str> {
    page.split("href=\"/api/docs")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
}

#[tokio::test]
async fn every_operation_has_a_page_and_every_link_a_target() {
    let server = server().await;
    let document = server.get("/api/v1/openapi.json").send().await.ok();
    let (schemas, responses) = (
        component_names(&document, "schemas"),
        component_names(&document, "responses"),
    );
    let operations = operation_ids(&document);
    let index = server.get("/api/docs").send().await.text();
    for operation in &operations {
        let path = format!("/api/docs/{operation}");
        assert!(index.contains(&format!("href=\"{path}\"")), "{path}");
        let page = server.get(&path).send().await;
        assert_eq!(
            (page.status.as_u16(), page.header("content-type")),
            (200, "text/html; charset=utf-8"),
            "{path}"
        );
        let page = page.text();
        assert_eq!(
            page.matches(&format!("<article id=\"{operation}\"")).count(),
            1,
            "{path}"
        );
        for link in links(&page) {
            let (name, anchor) = link.split_once('#').unwrap_or((link, ""));
            let is_known = match name {
                "" => anchor.is_empty(),
                "/schemas" => anchor.is_empty() || schemas.iter().any(|name| name == anchor),
                "/common-responses" => anchor.is_empty() || responses.iter().any(|name| name == anchor),
                name => anchor.is_empty() && operations.iter().any(|id| id == &name[1..]),
            };
            assert!(is_known, "{path} links to {link}");
        }
        for part in ["minLength", "undefined", "null or", "<pre>{&quot;"] {
            assert!(!page.contains(part), "{path}: {part}");
        }
    }
    for (path, names) in [("schemas", schemas), ("common-responses", responses)] {
        let page = server.get(&format!("/api/docs/{path}")).send().await.text();
        for name in names {
            assert_eq!(
                page.matches(&format!("<article id=\"{name}\"")).count(),
                1,
                "{name}"
            );
        }
    }
    let unknown = server.get("/api/docs/no_such_operation").send().await;
    assert_eq!(unknown.status.as_u16(), 404);
}

#[tokio::test]
async fn page_of_an_operation_has_a_command_with_a_copy_button() {
    let server = server().await;
    let page = server.get("/api/docs/get_run").send().await.text();
    assert!(
        page.contains("curl &#x27;http://127.0.0.1:3000/api/v1/runs/107")
            || page.contains("curl 'http://127.0.0.1:3000/api/v1/runs/107")
    );
    assert!(page.contains("data-copy-text=\"curl"), "a button copies it");
}

#[tokio::test]
async fn search_finds_operations_by_all_words_without_a_script() {
    let server = server().await;
    let main = async |path: &str| {
        let page = server.get(path).send().await.text();
        page.split("<main").nth(1).expect("a main element").to_owned()
    };
    let found = main("/api/docs?q=Post+TOKENS").await;
    assert!(found.contains("href=\"/api/docs/create_token\""));
    assert!(!found.contains("href=\"/api/docs/list_runs\""));
    let nothing = main("/api/docs?q=%3Cb%3Ezzz").await;
    assert!(nothing.contains("No operation matches") && !nothing.contains("<b>zzz"));
    assert_eq!(main("/api/docs?q=").await, main("/api/docs").await);
}

#[tokio::test]
async fn pages_load_only_own_resources_and_are_cached() {
    let server = server().await;
    for path in ["/api/docs", "/api/docs/list_runs", "/api/docs/schemas"] {
        let first = server.get(path).send().await;
        let policy = first.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"),
            "{policy}"
        );
        let page = first.text();
        for inline in ["<style", " style=", " onclick=", "src=\"http", "src=\"//"] {
            assert!(!page.contains(inline), "{path}: {inline}");
        }
        assert_eq!(
            page.matches("<script").count(),
            page.matches("<script src=\"/").count()
        );
        assert_eq!(
            first.header("set-cookie"),
            "",
            "the page is the same for everybody"
        );
        let again = server
            .get(path)
            .header("if-none-match", first.header("etag"))
            .send()
            .await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{path}");
    }
}

#[tokio::test]
async fn each_encoding_has_its_own_etag() {
    let server = Server::new(TestPlatform::new(Backend::Sqlite).await);
    let mut tags = Vec::new();
    for (encoding, ending) in [("", "\""), ("gzip", "-gzip\""), ("br", "-br\"")] {
        let request = || server.get("/api/docs").header("accept-encoding", encoding);
        let first = request().send().await;
        let tag = first.header("etag").to_owned();
        assert_eq!(
            (first.status.as_u16(), first.header("content-encoding")),
            (200, encoding)
        );
        assert!(
            tag.ends_with(ending) && !tags.contains(&tag),
            "{tag} after {tags:?}"
        );
        let again = request().header("if-none-match", &tag).send().await;
        assert_eq!(
            (again.status.as_u16(), again.body.len(), again.header("etag")),
            (304, 0, tag.as_str())
        );
        assert_eq!(
            (
                again.header("content-length"),
                again.header("vary").to_ascii_lowercase().as_str()
            ),
            ("", "accept-encoding")
        );
        tags.push(tag);
    }
}
