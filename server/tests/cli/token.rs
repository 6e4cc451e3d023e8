//! `runlens token create`.

use runlens_domain::testing::{Backend, TestPlatform};
use serde_json::{Value, json};

use crate::installation::Installation;

async fn installation() -> Installation {
    let test = TestPlatform::new(Backend::Sqlite).await;
    test.user("ada", Some("contributor"), "").await;
    Installation::of(&test).await
}

#[tokio::test]
async fn only_the_token_is_printed_and_it_authenticates_requests() {
    let installation = installation().await;
    let arguments = [
        "token",
        "create",
        "--user",
        "ada",
        "--name",
        "nightly",
        "--scopes",
        "system:read runs:read",
        "--days",
        "3",
    ];
    let output = installation.run(&arguments, &[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let stdout = String::from_utf8(output.stdout).expect("text");
    let token = stdout.strip_suffix('\n').expect("a line");
    assert!(token.starts_with("spci_") && token.len() == 48, "{stdout}");

    let server = installation.serve(&[]);
    let authorization = format!("Bearer {token}");
    let reply = server.get("/api/v1/auth/me", &[("Authorization", &authorization)]);
    assert_eq!(reply.status, 200, "{}", reply.text());
    let me: Value = serde_json::from_slice(&reply.body).expect("JSON");
    assert_eq!(
        (&me["user"]["name"], &me["token"]["token_name"], &me["scopes"]),
        (
            &json!("ada"),
            &json!("nightly"),
            &json!(["runs:read", "system:read"])
        )
    );
}

#[tokio::test]
async fn a_refused_token_is_explained_on_standard_error() {
    let installation = installation().await;
    for (arguments, reason) in [
        (["--user", "grace", "--name", "ci", "--days", "7"], "`grace`"),
        (["--user", "ada", "--name", "a b", "--days", "7"], "token_name"),
        (
            ["--user", "ada", "--name", "ci", "--days", "31"],
            "expires_in_days",
        ),
        (
            ["--user", "ada", "--name", "ci", "--scopes", "runs:fly"],
            "`runs:fly`",
        ),
        (
            ["--user", "ada", "--name", "ci", "--scopes", "tokens:manage"],
            "tokens:manage",
        ),
    ] {
        let output = installation.run(&[&["token", "create"][..], &arguments].concat(), &[]);
        let (stdout, stderr) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        assert_eq!(
            (output.status.code(), stdout.as_ref()),
            (Some(1), ""),
            "{arguments:?}: {stderr}"
        );
        assert!(stderr.contains(reason), "{arguments:?}: {stderr}");
        assert!(!stderr.contains("spci_"), "{stderr}");
    }
}
