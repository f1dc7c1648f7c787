//! The two languages of the pages.

use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;

/// Languages that are looked at in one `Accept-Language`; browsers name a few.
const LOOKED_AT: usize = 20;

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// 中文
    Chinese,
    /// English
    English,
}

impl Language {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Chinese, Self::English];

    /// What a browser prefers by its `Accept-Language` (RFC 9110, section 12.5.4). English stands in for languages that are not
    /// ours, and Chinese where nothing is said.
    pub fn preferred(headers: &HeaderMap) -> Self {
        let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let mut best: Option<(f32, Self)> = None;
        for item in accepted.into_iter().flat_map(|list| list.split(',')).take(LOOKED_AT) {
            let (tag, weight) = item.split_once(";q=").unwrap_or((item, "1"));
            let weight: f32 = weight.trim().parse().unwrap_or(0.0);
            let language = Self::parse(tag.trim()).unwrap_or(Self::English);
            if weight > 0.0 && best.is_none_or(|(most, _)| weight > most) {
                best = Some((weight, language));
            }
        }
        best.map_or(Self::Chinese, |(_, language)| language)
    }

    /// The language that a tag (BCP 47) names, if it is one of the two.
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "zh" => Some(Self::Chinese),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// The text of this language.
    pub const fn pick<'a>(self, chinese: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::Chinese => chinese,
            Self::English => english,
        }
    }

    /// Its tag.
    pub const fn tag(self) -> &'static str {
        self.pick("zh-CN", "en")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browsers_preference_is_weighed() {
        for (accepted, language) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Language::Chinese),
            ("en-GB,en;q=0.9,zh;q=0.8", Language::English),
            ("zh;q=0.1,en;q=0.9", Language::English),
            ("zh;q=0,en;q=0.1", Language::English),
            ("de", Language::English),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, accepted.parse().unwrap());
            assert_eq!(Language::preferred(&headers), language, "{accepted}");
        }
        assert_eq!(Language::preferred(&HeaderMap::new()), Language::Chinese);
    }

    #[test]
    fn a_tag_is_read_as_it_is_written() {
        for language in Language::ALL {
            assert_eq!(Language::parse(language.tag()), Some(language));
        }
        assert_eq!(Language::parse("zh"), Some(Language::Chinese));
        assert_eq!(Language::parse("zhx"), None);
    }
}
