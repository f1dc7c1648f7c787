//! The pages as they leave the server.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::io::Read as _;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use flate2::read::GzDecoder;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use jiff::tz::TimeZone;
use tower::ServiceExt as _;
use yaopai_dialects::reference::Document;
use yaopai_dialects::{HttpStatus, Wire, WireSettings};
use yaopai_http::AccessLog;
use yaopai_model::{ApiScope, PasswordPolicy, Timestamp};
use yaopai_testkit::{ManualClock, SeededEntropy};

const PAGES: [&str; 6] = [
    "",
    "guide/api_cloud_user",
    "guide/api_v1",
    "guide/user",
    "guide/admin",
    "refusals",
];
const DOCUMENTS: [&str; 5] = [
    "api_cloud_user.json",
    "api_v1.json",
    "user.json",
    "openapi.json",
    "admin.json",
];
const ASSETS: [&str; 7] = [
    "docs.css",
    "docs.js",
    "slider.js",
    "swagger-mend.js",
    "swagger-ui-bundle.js",
    "swagger-ui.css",
    "swagger-ui-license.txt",
];
/// What a page may weigh at first load. Swagger UI's bundle comes when somebody wants to try a call.
const WEIGHT_BYTES: usize = 200 * 1024;

struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Reply {
    fn text(&self) -> String {
        let mut text = String::new();
        GzDecoder::new(self.bytes.as_slice()).read_to_string(&mut text).unwrap();
        text
    }
}

fn router() -> Router {
    let settings = WireSettings {
        zone: TimeZone::UTC,
        cors_origin: None,
        user_http_status: HttpStatus::Mirror,
        public_url: Some("https://id.example.com/".to_owned()),
        trusted_proxies: Vec::new(),
        password_policy: PasswordPolicy::Published,
        clock: Arc::new(ManualClock::at(Timestamp::EPOCH)),
        entropy: Arc::new(SeededEntropy::new(1)),
        access_log: AccessLog::off(),
    };
    let admin = || {
        Ok(Document {
            name: "admin",
            title: yaopai_console::ADMIN_TITLE,
            json: yaopai_console::admin_reference()?,
        })
    };
    yaopai_docs::router(settings.into(), admin)
}

async fn get(router: &Router, path: &str, header: (&str, &str)) -> Reply {
    let request = Request::get(path).header(header.0, header.1).body(Body::empty());
    let response = router.clone().oneshot(request.unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    Reply {
        status: parts.status,
        headers: parts.headers,
        bytes: body.collect().await.unwrap().to_bytes().to_vec(),
    }
}

async fn page(router: &Router, path: &str) -> Reply {
    let reply = get(router, &format!("/docs/{path}"), ("accept-encoding", "gzip")).await;
    assert_eq!(reply.status, 200, "{path}");
    reply
}

#[tokio::test]
async fn everything_is_compressed_and_light_and_known_again() {
    let router = router();
    let assets = ASSETS.map(|name| format!("assets/{name}"));
    let all = PAGES
        .iter()
        .chain(&DOCUMENTS)
        .map(|path| (*path).to_owned())
        .chain(assets);
    for path in all {
        let reply = page(&router, &path).await;
        let weight = reply.bytes.len();
        assert!(
            path.ends_with("bundle.js") || weight < WEIGHT_BYTES / 2,
            "{path}: {weight}"
        );
        assert!(!reply.text().is_empty());
        assert_eq!(reply.headers["content-encoding"], "gzip");
        let policy = reply.headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
            "{policy}"
        );
        let etag = reply.headers["etag"].to_str().unwrap();
        let again = get(&router, &format!("/docs/{path}"), ("if-none-match", etag)).await;
        assert_eq!(
            (again.status, again.bytes.len()),
            (StatusCode::NOT_MODIFIED, 0),
            "{path}"
        );
    }
    assert_eq!(get(&router, "/docs", ("a", "b")).await.headers["location"], "/docs/");
    assert_eq!(get(&router, "/docs/nothing", ("a", "b")).await.status, 404);
}

#[tokio::test]
async fn pages_speak_the_readers_language() {
    let router = router();
    for path in PAGES {
        let address = format!("/docs/{path}");
        let chinese = get(&router, &address, ("accept-language", "zh-CN,zh;q=0.9"))
            .await
            .text();
        let english = get(&router, &address, ("accept-language", "en-GB")).await.text();
        assert!(
            chinese.contains("<html lang=\"zh-CN\">") && chinese.contains("错误码"),
            "{path}"
        );
        assert!(
            english.contains("<html lang=\"en\">") && english.contains("Refusals"),
            "{path}"
        );
        let asked = format!("{address}?lang=zh");
        assert_eq!(
            get(&router, &asked, ("accept-language", "en")).await.text(),
            chinese,
            "{path}"
        );
    }
}

#[tokio::test]
async fn pages_hold_no_script_and_no_style_and_call_nobody_else() {
    let router = router();
    for path in PAGES {
        let page = page(&router, path).await.text();
        for forbidden in [
            "<script>",
            "<style",
            " style=",
            "onclick",
            "javascript:",
            "src=\"http",
            "href=\"http",
        ] {
            assert!(!page.contains(forbidden), "{path}: {forbidden}");
        }
        assert!(!page.contains("bundle.js"), "{path} is heavy");
    }
}

#[tokio::test]
async fn guides_name_calls_that_there_are() {
    let router = router();
    let routes: Vec<String> = Wire::ALL
        .iter()
        .flat_map(|wire| wire.routes())
        .map(|line| line.path)
        .collect();
    for wire in Wire::ALL {
        let guide = page(&router, &format!("guide/{}", wire.name())).await.text();
        let mut named: Vec<&str> = guide.split("https://id.example.com").skip(1).collect();
        named
            .iter_mut()
            .for_each(|rest| *rest = rest.split(['?', '\'', '<', ' ', '\n']).next().unwrap());
        assert!(named.len() >= 3, "{}", wire.name());
        for path in named {
            assert!(routes.iter().any(|route| route == path), "{}: {path}", wire.name());
        }
    }
}

#[tokio::test]
async fn the_guide_to_the_admin_api_names_calls_and_scopes_that_there_are() {
    let router = router();
    let document: serde_json::Value = serde_json::from_str(&page(&router, "admin.json").await.text()).unwrap();
    for language in ["zh", "en"] {
        let guide = page(&router, &format!("guide/admin?lang={language}")).await.text();
        for scope in ApiScope::ALL {
            assert!(guide.contains(&format!("<code>{}</code>", scope.as_str())), "{scope:?}");
        }
        let named: Vec<&str> = guide.split("https://id.example.com").skip(1).collect();
        assert!(named.len() >= 3);
        for rest in named {
            let path = rest.split(['?', '\'', '<', ' ', '\n']).next().unwrap();
            let described = path.replace("/2/", "/{id}/");
            assert!(document["paths"].get(&described).is_some(), "{path}");
        }
    }
}

#[tokio::test]
async fn documents_may_be_imported_by_tools_in_browsers() {
    let router = router();
    for path in DOCUMENTS {
        let reply = page(&router, path).await;
        assert_eq!(reply.headers["access-control-allow-origin"], "*");
        let document: serde_json::Value = serde_json::from_str(&reply.text()).unwrap();
        assert_eq!(document["openapi"], "3.1.0", "{path}");
    }
}
