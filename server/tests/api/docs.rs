//! GET /api/docs

use runlens_domain::testing::{Backend, TestPlatform};

use crate::server::Server;

#[tokio::test]
async fn the_page_documents_every_operation_schema_and_response() {
    let server = Server::new(TestPlatform::new(Backend::Sqlite).await);
    let document = server.get("/api/v1/openapi.json").send().await.ok();
    let response = server.get("/api/docs").send().await;
    assert_eq!(
        (response.status.as_u16(), response.header("content-type")),
        (200, "text/html; charset=utf-8")
    );
    let page = response.text();
    let operations = document["paths"]
        .as_object()
        .expect("paths")
        .values()
        .flat_map(|path| path.as_object().expect("methods").values());
    let ids = operations.map(|operation| operation["operationId"].as_str().expect("an id").to_owned());
    let schemas = document["components"]["schemas"]
        .as_object()
        .expect("schemas")
        .keys()
        .cloned();
    let responses = document["components"]["responses"]
        .as_object()
        .expect("responses")
        .keys()
        .cloned();
    for id in ids.chain(schemas).chain(responses) {
        assert_eq!(page.matches(&format!("<article id=\"{id}\"")).count(), 1, "{id}");
    }
    for anchor in page
        .split("href=\"#")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
    {
        assert!(
            page.contains(&format!("id=\"{anchor}\"")),
            "a link to the missing anchor #{anchor}"
        );
    }
    for part in ["minLength", "undefined", "null or", "{&quot;"] {
        assert!(!page.contains(part), "{part}");
    }
    assert!(
        page.contains("curl &#x27;http://127.0.0.1:3000/api/v1/runs/107")
            || page.contains("curl 'http://127.0.0.1:3000/api/v1/runs/107")
    );
}

#[tokio::test]
async fn the_page_is_cacheable_and_loads_nothing_from_other_origins() {
    let server = Server::new(TestPlatform::new(Backend::Sqlite).await);
    let first = server.get("/api/docs").send().await;
    let policy = first.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"),
        "{policy}"
    );
    let page = first.text();
    for inline in ["<style", " style=", " onclick=", "src=\"http", "src=\"//"] {
        assert!(!page.contains(inline), "{inline}");
    }
    assert_eq!(
        page.matches("<script").count(),
        page.matches("<script src=\"/").count()
    );
    assert_eq!(first.header("set-cookie"), "", "the page sets no cookie");
    let again = server
        .get("/api/docs")
        .header("if-none-match", first.header("etag"))
        .send()
        .await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
}

#[tokio::test]
async fn each_encoding_of_the_page_has_its_own_etag() {
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
