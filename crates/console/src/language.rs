//! The two languages of the pages. Both texts stand side by side where they are used, so that neither is forgotten.

use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;

use crate::cookies;

/// The cookie in which a browser keeps the choice made by the switch.
pub(crate) const COOKIE: &str = "yaopai-language";

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Chinese,
    English,
}

impl Language {
    /// What was chosen by the switch; else what the browser prefers; else Chinese.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let chosen = cookies::value(headers, COOKIE).and_then(Self::parse);
        chosen.unwrap_or_else(|| {
            let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
            accepted.map_or(Self::Chinese, preferred)
        })
    }

    /// The language that a tag (BCP 47) names, if it is one of the two.
    pub(crate) fn parse(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "zh" => Some(Self::Chinese),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// The text of this language.
    pub(crate) const fn pick<'a>(self, chinese: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::Chinese => chinese,
            Self::English => english,
        }
    }

    /// Its tag.
    pub(crate) const fn tag(self) -> &'static str {
        self.pick("zh-CN", "en")
    }
}

/// The first of ours in order of preference (RFC 9110, section 12.5.4). English stands in for languages that are not ours.
fn preferred(accepted: &str) -> Language {
    let mut best: Option<(f32, Language)> = None;
    for item in accepted.split(',').take(20) {
        let (tag, weight) = item.split_once(";q=").unwrap_or((item, "1"));
        let weight: f32 = weight.trim().parse().unwrap_or(0.0);
        let language = Language::parse(tag.trim()).unwrap_or(Language::English);
        if weight > 0.0 && best.is_none_or(|(most, _)| weight > most) {
            best = Some((weight, language));
        }
    }
    best.map_or(Language::Chinese, |(_, language)| language)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use http::header::COOKIE as COOKIE_HEADER;

    use super::*;

    #[test]
    fn the_browser_says_and_the_switch_decides() {
        let language = |accepted: &'static str, cookie: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(accepted));
            headers.insert(COOKIE_HEADER, HeaderValue::from_static(cookie));
            Language::of(&headers)
        };
        assert_eq!(language("zh-CN,zh;q=0.9,en;q=0.8", ""), Language::Chinese);
        assert_eq!(language("en-GB,en;q=0.9,zh;q=0.8", ""), Language::English);
        assert_eq!(language("zh;q=0.1,en;q=0.9", ""), Language::English);
        assert_eq!(language("de", ""), Language::English);
        assert_eq!(language("", "a=b"), Language::English);
        assert_eq!(language("en", "x=1; yaopai-language=zh-CN"), Language::Chinese);
        assert_eq!(language("en", "yaopai-language=xx"), Language::English);
        assert_eq!(Language::of(&HeaderMap::new()), Language::Chinese);
    }
}
