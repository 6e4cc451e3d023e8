//! Pages and their forms over HTTP. Their behavior in a browser is tested in `end2end/`.

use axum::http::StatusCode;
use futures::future::join_all;
use runlens_domain::{
    each_backend,
    testing::{RunSpec, TestSpec},
};
use runlens_server::config::{HttpConfig, LimitConfig};
use serde_json::json;

use crate::server::{SECRET, Server, TestResponse, http};

async fn sign_in(server: &Server, password: &str) -> TestResponse {
    let form = format!("email=Ada%40example.org&password={password}&next=%2Fruns");
    let post = server
        .post("/forms/sign-in")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "text/html");
    post.header("origin", "http://127.0.0.1:3000")
        .body(form)
        .send()
        .await
}

each_backend! {
    async fn a_page_sets_a_visitor_cookie_for_the_api(test) {
        test.run(RunSpec::default()).await;
        let server = Server::new(test);
        let page = server.get("/").send().await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        let set = page.header("set-cookie");
        for part in ["runlens_visitor=", "HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(set.contains(part), "{set}");
        }
        assert!(!set.contains("Secure"), "{set}");
        let cookie = page.cookies();
        let response = server.get("/api/v1/auth/me").header("cookie", &cookie).send().await;
        assert_eq!(response.ok(), json!({"user": null, "scopes": ["runs:read", "results:read"], "token": null}));
        assert_eq!(response.header("x-ratelimit-limit"), "600");
        server.get("/api/v1/runs").header("cookie", &cookie).send().await.ok();
        server.get("/api/v1/runs/1/logs").header("cookie", &cookie).send().await.failure(403, "forbidden");
        server.get("/api/v1/runs").header("cookie", &cookie).header("authorization", "Bearer").send().await.failure(401, "unauthorized");
        server.get("/api/v1/runs").header("cookie", &cookie.replace('=', "=A")).send().await.failure(401, "unauthorized");
        server.get("/api/v1/runs").header("cookie", "runlens_visitor=visitor").send().await.failure(401, "unauthorized");
        // A signature for one cookie is invalid in the other.
        let as_session = cookie.replace("runlens_visitor", "runlens_session");
        server.get("/api/v1/runs").header("cookie", &as_session).send().await.failure(401, "unauthorized");
        server.post("/api/v1/auth/tokens").header("cookie", &cookie).header("sec-fetch-site", "cross-site").send().await.failure(403, "forbidden");
        assert_eq!(server.get("/").header("cookie", &cookie).send().await.header("set-cookie"), "");
    }

    async fn concurrently_rendered_pages_do_not_mix(test) {
        for _ in 0..8 {
            test.run(RunSpec::default()).await;
        }
        let server = Server::new(test);
        let runs: Vec<String> = (1..=8).cycle().take(40).map(|run| format!("/runs/{run}")).collect();
        let pages = join_all(runs.iter().map(|run| server.get(run).send())).await;
        for (run, page) in runs.iter().zip(pages) {
            let html = page.text();
            let addresses: Vec<&str> = html.split("og:url\" content=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            assert_eq!(addresses, [format!("http://127.0.0.1:3000{run}")], "{run}");
        }
    }

    async fn a_page_links_its_speculation_rules(test) {
        let server = Server::new(test);
        assert_eq!(server.get("/runs").send().await.header("speculation-rules"), "\"/speculation-rules.json\"");
        let rules = server.get("/speculation-rules.json").send().await;
        assert_eq!(rules.header("content-type"), "application/speculationrules+json");
        let rules: serde_json::Value = serde_json::from_str(&rules.text()).expect("JSON");
        assert_eq!(rules["prefetch"][0]["where"]["and"][0], json!({"href_matches": "/*"}));
    }

    async fn a_session_has_the_scopes_of_its_account(test) {
        test.user("ada", Some("contributor"), SECRET).await;
        let server = Server::new(test);
        let refused = sign_in(&server, "wrong").await;
        assert_eq!(refused.header("location"), "/sign-in?next=/runs&refused=password");
        assert_eq!(refused.cookies(), "");
        let signed_in = sign_in(&server, "secret").await;
        assert_eq!((signed_in.status, signed_in.header("location")), (StatusCode::FOUND, "/runs"));
        let set = signed_in.header("set-cookie");
        assert!(set.starts_with("runlens_session=") && set.contains("HttpOnly") && set.contains("Max-Age=604800"), "{set}");
        let cookie = signed_in.cookies();
        let me = async || server.get("/api/v1/auth/me").header("cookie", &cookie).send().await;
        let who = me().await.ok();
        assert_eq!((&who["user"]["name"], &who["scopes"]), (&json!("ada"), &json!(["runs:read", "runs:write", "results:read", "system:read"])));
        server.test.advance(7 * 24 * 60 * 60 - 1);
        me().await.ok();
        server.test.advance(1);
        me().await.failure(401, "unauthorized");
    }

    async fn a_session_follows_changes_of_its_account(test) {
        test.user("ada", Some("admin"), SECRET).await;
        let server = Server::new(test);
        let cookie = server.session("ada").await;
        let scopes = async || server.get("/api/v1/auth/me").header("cookie", &cookie).send().await.ok()["scopes"].as_array().map(Vec::len);
        assert_eq!(scopes().await, Some(7));
        server.test.sql("UPDATE `user` SET role = 'tester'").await;
        assert_eq!(scopes().await, Some(4));
        let forged = cookie.replacen('=', "=A", 1);
        server.get("/api/v1/auth/me").header("cookie", &forged).send().await.failure(401, "unauthorized");
        let as_visitor = cookie.replace("runlens_session", "runlens_visitor");
        server.get("/api/v1/auth/me").header("cookie", &as_visitor).send().await.failure(401, "unauthorized");
        server.test.sql("DELETE FROM `user`").await;
        server.get("/api/v1/auth/me").header("cookie", &cookie).send().await.failure(401, "unauthorized");
    }

    async fn signing_out_clears_the_cookie(test) {
        test.user("ada", Some("user"), SECRET).await;
        let https = HttpConfig { public_url: "https://runlens.example.org".to_owned(), ..http() };
        let server = Server::with(test, https, LimitConfig::default());
        let cookie = server.session("ada").await;
        let sign_out = || server.post("/forms/sign-out").header("accept", "text/html").header("cookie", &cookie);
        assert_eq!(sign_out().header("origin", "https://evil.example.org").send().await.status, StatusCode::FORBIDDEN);
        let response = sign_out().header("origin", "https://runlens.example.org").send().await;
        assert_eq!((response.status, response.header("location")), (StatusCode::FOUND, "/"));
        let set = response.header("set-cookie");
        for part in ["runlens_session=", "Max-Age=0", "HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
            assert!(set.contains(part), "{set}");
        }
        server.get("/api/v1/auth/me").header("cookie", &response.cookies()).send().await.failure(401, "unauthorized");
    }

    async fn changing_the_password_ends_sessions(test) {
        test.user("ada", Some("user"), SECRET).await;
        let server = Server::new(test);
        let cookie = sign_in(&server, "secret").await.cookies();
        server.get("/api/v1/auth/me").header("cookie", &cookie).send().await.ok();
        server.test.sql("UPDATE `user` SET password = 'changed'").await;
        server.get("/api/v1/auth/me").header("cookie", &cookie).send().await.failure(401, "unauthorized");
    }

    async fn signing_in_is_rate_limited_and_same_origin(test) {
        let server = Server::with(test, http(), LimitConfig { sign_ins: 2, ..LimitConfig::default() });
        let elsewhere = server.post("/forms/sign-in").header("origin", "https://evil.example.org").body("email=a&password=b").send().await;
        assert_eq!(elsewhere.status, StatusCode::FORBIDDEN);
        for _ in 0..2 {
            assert_eq!(sign_in(&server, "wrong").await.header("location"), "/sign-in?next=/runs&refused=password");
        }
        let refused = sign_in(&server, "wrong").await;
        assert_eq!((refused.status, refused.header("location")), (StatusCode::SEE_OTHER, "/sign-in?refused=too_many"));
        assert_eq!(refused.header("retry-after"), "900");
        server.post("/api/v1/auth/tokens").json(&json!({})).send().await.failure(400, "validation_error");
    }

    async fn a_trailing_slash_is_redirected(test) {
        let server = Server::new(test);
        for (slash, plain) in [("/runs/", "/runs"), ("/runs/7/?q=a%2Fb", "/runs/7?q=a%2Fb"), ("/no/such/page//", "/no/such/page")] {
            let response = server.get(slash).send().await;
            assert_eq!((response.status, response.header("location")), (StatusCode::PERMANENT_REDIRECT, plain));
        }
        for elsewhere in ["//evil.example.org/", "/%5Cevil.example.org/", "/%2Fevil.example.org/", "/pkg/"] {
            let response = server.get(elsewhere).send().await;
            assert!(!response.header("location").contains("evil"), "{elsewhere}: {}", response.header("location"));
        }
    }

    async fn redirecting_pages_redirect_every_caller(test) {
        for _ in 0..2 {
            test.run(RunSpec::default()).await;
        }
        let server = Server::new(test);
        for (from, to) in [("/runs/2/compare?with=1", "/runs/2/compare/1"), ("/tokens", "/sign-in?next=/tokens"), ("/search?q=2", "/runs/2")] {
            let response = server.get(from).send().await;
            assert_eq!((response.status, response.header("location")), (StatusCode::FOUND, to));
        }
    }

    async fn signing_out_clears_cached_pages(test) {
        test.user("ada", Some("user"), SECRET).await;
        let server = Server::new(test);
        let cookie = server.session("ada").await;
        assert_eq!(server.get("/tokens").header("cookie", &cookie).send().await.header("cache-control"), "no-store");
        let response = server.form("/forms/sign-out").header("cookie", &cookie).send().await;
        assert_eq!((response.header("location"), response.header("clear-site-data")), ("/", "\"cache\""));
    }

    async fn links_of_the_sample_platform_are_redirected(test) {
        let server = Server::new(test);
        for (old, new) in [("/test/5", "/runs/5"), ("/test/5?a=%2Ftest%2F1", "/runs/5?a=%2Ftest%2F1")] {
            let response = server.get(old).send().await;
            assert_eq!((response.status, response.header("location")), (StatusCode::PERMANENT_REDIRECT, new));
        }
    }

    async fn pages_of_the_suite_and_the_queue_are_rendered_on_the_server(test) {
        let created = test.regression_test(TestSpec { categories: &["DVB"], ..TestSpec::default() }).await;
        for code in [0, 1] {
            let run = test.run(RunSpec::default()).await;
            test.result(run, created.0, Some(code), Some(0)).await;
            test.file(run, created.0, created.1[0], None).await;
            test.complete(run).await;
        }
        let server = Server::new(test);
        for (path, status, words) in [
            ("/samples", 200, "sample.ts"),
            ("/samples?contains=nothing", 200, "No sample is like that"),
            ("/samples/1", 200, "run 2, fail"),
            ("/samples/9", 404, "There is no sample 9"),
            ("/samples/x", 400, "must be a whole number"),
            ("/regression-tests", 200, "Test 1 on Linux, 2 runs: 1 pass, 1 fail; last fail"),
            ("/regression-tests?category=Teletext", 200, "No test is like that"),
            ("/regression-tests/1", 200, "On master it fails since"),
            ("/regression-tests/1?runs=pull_requests", 200, "No run of a pull request with a result."),
            ("/regression-tests/9", 404, "There is no test 9"),
            // Visitors lack system:read.
            ("/queue", 403, "Not visible to visitors"),
        ] {
            let page = server.get(path).send().await;
            assert_eq!(page.status, status, "{path}");
            assert!(page.text().contains(words), "{path}: {words}");
        }
    }

    async fn a_page_has_its_own_content_security_policy(test) {
        let https = HttpConfig { public_url: "https://runlens.example.org".to_owned(), ..http() };
        let server = Server::with(test, https, LimitConfig::default());
        let page = server.get("/runs").send().await;
        let policy = page.header("content-security-policy");
        let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).expect("a nonce");
        assert!(page.text().contains(nonce), "{policy}");
        assert!(!policy.contains("unsafe-inline"), "{policy}");
        assert!(page.header("set-cookie").contains("Secure"));
        assert_eq!(page.header("cache-control"), "private, no-cache");
        assert_eq!(server.get("/no-such-page").send().await.status, StatusCode::NOT_FOUND);
        assert_eq!(server.get("/../Cargo.toml").send().await.status, StatusCode::NOT_FOUND);
    }
    async fn pages_of_pull_requests_and_commits_list_their_runs(test) {
        let run = crate::runs::failing_run(&test).await;
        let server = Server::new(test);
        let page = async |path: &str| server.get(path).send().await;
        let link = format!("href=\"/runs/{run}\"");
        for (path, title) in [("/pulls/1547", "PR #1547"), ("/commits/c0ffee0", "Commit "), ("/commits/C0FFEE0123456789C0FFEE0123456789C0FFEE01", "Commit ")] {
            let response = page(path).await;
            assert_eq!(response.status, StatusCode::OK, "{path}");
            let text = response.text();
            assert!(text.contains(title) && text.contains(&link) && text.contains("No baseline: no earlier finished master run"), "{path}: {text}");
        }
        for (path, status) in [
            ("/pulls/1548", StatusCode::NOT_FOUND),
            ("/pulls/x", StatusCode::BAD_REQUEST),
            ("/commits/c0ffef", StatusCode::NOT_FOUND),
            ("/commits/c0f", StatusCode::BAD_REQUEST),
            ("/pulls/1547?offset=100", StatusCode::OK),
        ] {
            assert_eq!(page(path).await.status, status, "{path}");
        }
    }

    async fn a_search_with_one_matching_run_redirects_to_it(test) {
        let run = test.run(RunSpec::default()).await;
        let server = Server::new(test);
        let response = server.get(&format!("/search?q={run}")).send().await;
        assert_eq!((response.status, response.header("location")), (StatusCode::FOUND, format!("/runs/{run}").as_str()));
        server.test.run(RunSpec { pr_nr: run, ..RunSpec::default() }).await;
        let both = server.get(&format!("/search?q={run}")).send().await;
        assert_eq!(both.status, StatusCode::OK);
        assert!(both.text().contains(&format!("href=\"/pulls/{run}\"")));
        assert_eq!(server.get("/search").send().await.status, StatusCode::OK);
        assert_eq!(server.get(&format!("/search?q={}", "x".repeat(101))).send().await.status, StatusCode::BAD_REQUEST);
    }
}
