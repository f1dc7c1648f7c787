//! Cookies (RFC 6265bis): how they are read and written.

use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};

/// Who may use a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secrecy {
    /// The server only, and on requests from our own pages only.
    Secret,
    /// What a page looks like, for a year.
    Preference,
}

/// The value of the cookie `name`; the first where there are several.
pub(crate) fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(found, value)| (found == name).then_some(value))
}

/// The name of a secret cookie: on TLS with the prefix that binds it to this host and to TLS.
pub(crate) fn secret_name(name: &str, is_tls: bool) -> String {
    format!("{}{name}", if is_tls { "__Host-" } else { "" })
}

/// Sets a cookie. It ends with the browser, or after a year if it is a preference; `value` is one of ours, without characters
/// that cookies cannot have.
pub(crate) fn set(headers: &mut HeaderMap, name: &str, value: &str, secrecy: Secrecy, is_tls: bool) {
    let (lasting, visible) = match secrecy {
        Secrecy::Secret => ("", "; HttpOnly"),
        Secrecy::Preference => ("; Max-Age=31536000", ""),
    };
    append(headers, &format!("{name}={value}{lasting}{visible}"), is_tls);
}

/// Takes a secret cookie back.
pub(crate) fn clear(headers: &mut HeaderMap, name: &str, is_tls: bool) {
    append(headers, &format!("{name}=; Max-Age=0; HttpOnly"), is_tls);
}

fn append(headers: &mut HeaderMap, cookie: &str, is_tls: bool) {
    let secure = if is_tls { "; Secure" } else { "" };
    if let Ok(value) = HeaderValue::from_str(&format!("{cookie}; Path=/; SameSite=Strict{secure}")) {
        headers.append(SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("ab=1; a=2;b=3"));
        headers.append(COOKIE, HeaderValue::from_static("c=4=5"));
        assert_eq!(value(&headers, "a"), Some("2"));
        assert_eq!(value(&headers, "b"), Some("3"));
        assert_eq!(value(&headers, "c"), Some("4=5"));
        assert_eq!(value(&headers, "d"), None);
    }

    #[test]
    fn a_secret_stays_with_the_server_and_on_tls() {
        let mut headers = HeaderMap::new();
        set(&mut headers, &secret_name("s", true), "v", Secrecy::Secret, true);
        assert_eq!(
            headers[SET_COOKIE],
            "__Host-s=v; HttpOnly; Path=/; SameSite=Strict; Secure"
        );
        assert_eq!(secret_name("s", false), "s");
    }
}
