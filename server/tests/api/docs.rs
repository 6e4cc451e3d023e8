//! GET /api/docs

use runlens_domain::testing::{Backend, TestPlatform};

use crate::server::Server;

#[tokio::test]
async fn every_operation_and_schema_of_the_document_is_on_the_page() {
    let server = Server::new(TestPlatform::new(Backend::Sqlite).await);
    let document = server.get("/api/v1/openapi.json").send().await.ok();
    let answer = server.get("/api/docs").send().await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "text/html; charset=utf-8"));
    let page = answer.text();
    let operations = document["paths"].as_object().expect("paths").values().flat_map(|path| path.as_object().expect("methods").values());
    let ids = operations.map(|operation| operation["operationId"].as_str().expect("an id").to_owned());
    let schemas = document["components"]["schemas"].as_object().expect("schemas").keys().cloned();
    let answers = document["components"]["responses"].as_object().expect("responses").keys().cloned();
    for id in ids.chain(schemas).chain(answers) {
        assert_eq!(page.matches(&format!("<article id=\"{id}\"")).count(), 1, "{id}");
    }
    for anchor in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(page.contains(&format!("id=\"{anchor}\"")), "a link to #{anchor}, which is nowhere");
    }
    for part in ["minLength", "undefined", "null or", "{&quot;"] {
        assert!(!page.contains(part), "{part}");
    }
    assert!(
        page.contains("curl &#x27;http://127.0.0.1:3000/api/v1/runs/107") || page.contains("curl 'http://127.0.0.1:3000/api/v1/runs/107")
    );
}

#[tokio::test]
async fn the_page_runs_nothing_of_others_and_is_sent_once() {
    let server = Server::new(TestPlatform::new(Backend::Sqlite).await);
    let first = server.get("/api/docs").send().await;
    let policy = first.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
    let page = first.text();
    for inline in ["<style", " style=", " onclick=", "src=\"http", "src=\"//"] {
        assert!(!page.contains(inline), "{inline}");
    }
    assert_eq!(page.matches("<script").count(), page.matches("<script src=\"/").count());
    assert_eq!(first.header("set-cookie"), "", "the page is the same for everybody");
    let again = server.get("/api/docs").header("if-none-match", first.header("etag")).send().await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
}
