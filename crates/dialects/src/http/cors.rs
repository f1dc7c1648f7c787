//! Calls from web pages of other origins (Fetch Standard, section 3.3). Never with credentials: tokens travel in headers.

use ::http::header::{ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, VARY};
use ::http::{HeaderMap, HeaderValue};

/// Lets pages of `origin` call, or those of every origin where there is none.
pub(crate) fn allow(headers: &mut HeaderMap, origin: Option<&HeaderValue>) {
    let any = HeaderValue::from_static("*");
    if origin.is_some_and(|origin| origin != any) {
        headers.append(VARY, HeaderValue::from_static("Origin"));
    }
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.cloned().unwrap_or(any));
    headers.insert(
        ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, POST, OPTIONS"),
    );
    headers.insert(
        ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("Authorization, Content-Type, cloud_token, app_id, app_secret"),
    );
}
