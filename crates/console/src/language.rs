//! The language of a page. Both texts stand side by side where they are used, so that neither is forgotten.

use http::HeaderMap;
pub(crate) use yaopai_http::Language;

use crate::cookies;

/// The cookie in which a browser keeps the choice made by the switch.
pub(crate) const COOKIE: &str = "yaopai-language";

/// What was chosen by the switch; else what the browser prefers.
pub(crate) fn of(headers: &HeaderMap) -> Language {
    let chosen = cookies::value(headers, COOKIE).and_then(Language::parse);
    chosen.unwrap_or_else(|| Language::preferred(headers))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use http::header::{ACCEPT_LANGUAGE, COOKIE as COOKIE_HEADER};

    use super::*;

    #[test]
    fn the_browser_says_and_the_switch_decides() {
        let language = |cookie: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static("en"));
            headers.insert(COOKIE_HEADER, HeaderValue::from_static(cookie));
            of(&headers)
        };
        assert_eq!(language("x=1; yaopai-language=zh-CN"), Language::Chinese);
        assert_eq!(language("yaopai-language=xx"), Language::English);
        assert_eq!(language("a=b"), Language::English);
    }
}
