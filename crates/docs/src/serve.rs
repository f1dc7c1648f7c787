//! Serving what is on the shelf.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use yaopai_http::Language;

use crate::library::Library;
use crate::shelf::Item;

/// Nothing from outside, and no script or style inside a page. Swagger UI draws its icons from `data:` and shows pictures
/// that were loaded from `blob:`.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 6] = [
    // Asked for anew each time, and answered with 304 as long as nothing has changed.
    (CACHE_CONTROL, "no-cache"),
    // Without `Accept-Encoding` any coding will do (RFC 9110, section 12.5.3), and every browser knows this one.
    (CONTENT_ENCODING, "gzip"),
    (CONTENT_SECURITY_POLICY, POLICY),
    (REFERRER_POLICY, "no-referrer"),
    (VARY, "Accept-Language"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

pub(crate) fn router(library: Library) -> Router {
    Router::new()
        .route("/docs", get(|| async { Redirect::permanent("/docs/") }))
        .route("/docs/", get(front))
        .route("/docs/{*path}", get(page))
        .with_state(Arc::new(library))
}

async fn front(library: State<Arc<Library>>, query: RawQuery, headers: HeaderMap) -> Response {
    page(library, Path(String::new()), query, headers).await
}

async fn page(
    State(library): State<Arc<Library>>,
    Path(path): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let asked = query
        .as_deref()
        .unwrap_or_default()
        .split('&')
        .find_map(|pair| pair.strip_prefix("lang="));
    let language = asked
        .and_then(Language::parse)
        .unwrap_or_else(|| Language::preferred(&headers));
    let shelf = match library.shelf() {
        Ok(shelf) => shelf,
        Err(error) => {
            tracing::error!(%error, "接口文档 / the pages under /docs/");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    match shelf.find(&path, language) {
        Some(item) => answer(item, &headers),
        None => (StatusCode::NOT_FOUND, "没有这一页 / no such page: /docs/\n").into_response(),
    }
}

fn answer(item: &Item, asked: &HeaderMap) -> Response {
    let is_known = asked
        .get(IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == item.etag.as_bytes());
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        item.gzip.clone().into_response()
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(item.media_type));
    if let Ok(etag) = HeaderValue::from_str(&item.etag) {
        headers.insert(ETAG, etag);
    }
    if item.media_type == "application/json" {
        // Tools in browsers import documents from here; they hold nothing that is not public.
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    response
}
