//! What is asked of a request's head before anybody looks at it.

use axum::extract::OriginalUri;
use http::Version;
use http::header::HOST;
use http::request::Parts;
use yaopai_model::limits::URL_BYTES;

/// Why a request is not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadHead {
    /// No `Host`, or more than one, so that it is not clear which host is meant (RFC 9112, section 3.2).
    Host,
    /// Path and query are longer than `limits::URL_BYTES`.
    UrlTooLong,
}

/// Holds a request's head to its bounds.
///
/// # Errors
/// [`BadHead`].
pub fn check_head(head: &Parts) -> Result<(), BadHead> {
    if !has_one_host(head) {
        return Err(BadHead::Host);
    }
    if url_bytes(head) > URL_BYTES {
        return Err(BadHead::UrlTooLong);
    }
    Ok(())
}

/// Whether a path is `prefix`, which does not end in a slash, or lies under it.
pub fn is_under(prefix: &str, path: &str) -> bool {
    let rest = path.strip_prefix(prefix);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Clients of HTTP/1.0 need not say.
fn has_one_host(head: &Parts) -> bool {
    match head.headers.get_all(HOST).iter().count() {
        0 => head.version < Version::HTTP_11,
        hosts => hosts == 1,
    }
}

/// With the prefix, which the request's own address no longer has in nested routes.
fn url_bytes(head: &Parts) -> usize {
    let original = head.extensions.get().map_or(&head.uri, |OriginalUri(uri)| uri);
    original.path_and_query().map_or(0, |url| url.as_str().len())
}
