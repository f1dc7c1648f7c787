//! The documents at `/docs/`, judged by tools that are not ours: whether they are OpenAPI, and whether the server answers
//! as they say.

use std::fs;
use std::io::Read as _;

use flate2::read::GzDecoder;
use serde_json::json;
use yaopai_testkit::found;

use super::admin_api::make_root_key;
use super::harness::{Home, Server};

/// The variable that names the folder of the tools, which `./test` installs.
const TOOLS: &str = "TEST_API_TOOLS";
const DOCUMENTS: [&str; 5] = ["api_cloud_user", "api_v1", "user", "openapi", "admin"];
/// Bytes of what a tool printed that are shown when it complains.
const SHOWN: usize = 20_000;

/// Whatever is asked, the answer is one that is documented: its status, its media type, its body, and never a 5xx.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance";
/// A run that repeats: the same cases each time, and no memory of earlier ones.
const RUN: &str = "run --phases examples,coverage,fuzzing --max-examples 8 --seed 1 --generation-database none \
    --request-timeout 10 --no-color --output-truncate true";
/// Ends every session of the account that asks, so that it comes last.
const SIGN_OUT: &str = "/api/cloud_user/logout";

#[tokio::test]
async fn documents_are_openapi() {
    let Some(tools) = tools() else { return };
    let mut home = Home::new();
    let server = home.start().await;
    let mut files = String::new();
    for name in DOCUMENTS {
        let reply = server.client.get(&format!("/docs/{name}.json")).await;
        let mut document = String::new();
        GzDecoder::new(reply.body.as_slice())
            .read_to_string(&mut document)
            .unwrap();
        let file = home.path(name);
        fs::write(&file, document).unwrap();
        files.push_str(&format!(" {}", file.display()));
    }
    let checked = home.shell(&format!("{tools}/openapi-spec-validator{files}")).await;
    assert!(checked.is_success, "{checked:?}");
    server.stop().await;
}

#[tokio::test]
async fn answers_are_those_that_are_documented() {
    let Some(tools) = tools() else { return };
    let mut home = Home::new();
    let server = home.start().await;
    let keys = keys(&home, &server).await;
    for which in [
        format!("--exclude-path {SIGN_OUT}"),
        format!("--include-path {SIGN_OUT}"),
    ] {
        let address = format!("http://{}/docs/openapi.json", server.client.address);
        let line = format!("{tools}/schemathesis {RUN} --checks {CHECKS} {which} {keys} {address}");
        let run = home.shell(&line).await;
        let said: String = run.stdout.chars().take(SHOWN).collect();
        assert!(run.is_success, "{said}\n{}", run.stderr);
    }
    server.stop().await;
}

#[tokio::test]
async fn answers_of_the_admin_api_are_those_that_are_documented() {
    let Some(tools) = tools() else { return };
    let mut home = Home::new();
    let server = home.start().await;
    let key = make_root_key(&home, &server).await;
    // The one that the examples name.
    let account = home.create_account(&["--username", "zhangsan"], "secret0").await;
    assert_eq!(account["id"], 2);
    let address = format!("http://{}/docs/admin.json", server.client.address);
    let line = format!("{tools}/schemathesis {RUN} --checks {CHECKS} -H 'Authorization: Bearer {key}' {address}");
    let run = home.shell(&line).await;
    let said: String = run.stdout.chars().take(SHOWN).collect();
    assert!(run.is_success, "{said}\n{}", run.stderr);
    server.stop().await;
}

#[tokio::test]
async fn operators_may_switch_the_pages_off() {
    let mut home = Home::with(&[("YAOPAI_DOCS__ENABLED", "false")]);
    let server = home.start().await;
    for path in ["/docs", "/docs/", "/docs/openapi.json"] {
        assert_eq!(server.client.get(path).await.status, 404, "{path}");
    }
    server.stop().await;
}

/// The keys of the app and of somebody who may do everything, as the tool's arguments.
async fn keys(home: &Home, server: &Server) -> String {
    let who = ["--username", "boss", "--email", "boss@example.com", "--role", "root"];
    home.create_account(&who, "secret0").await;
    let body = json!({"account": "boss", "password": "secret0"});
    let login = server.client.post_json("/user/login", &body).await;
    let token = login.json()["data"]["token"].as_str().unwrap().to_owned();
    let (id, secret) = server.app();
    format!("-H 'app_id: {id}' -H 'app_secret: {secret}' -H 'Authorization: {token}'")
}

/// The folder of the tools; none where they are not installed, which in CI (`CI=true`) is a failure.
#[expect(
    clippy::disallowed_methods,
    reason = "says what there is to test with, not how the server is set"
)]
fn tools() -> Option<String> {
    let missing = |_| "this test needs openapi-spec-validator and schemathesis: run ./test".to_owned();
    found(std::env::var(TOOLS).map_err(missing))
}
