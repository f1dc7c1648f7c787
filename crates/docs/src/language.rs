//! In which language a page is read.

use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;

/// A language that the pages are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Language {
    /// 中文
    Chinese,
    /// English
    English,
}

impl Language {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Chinese, Self::English];

    /// Its tag (BCP 47), and its name in addresses.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh",
            Self::English => "en",
        }
    }

    /// The language that an address asks for, else the first of ours that the browser names, else Chinese.
    pub(crate) fn choose(asked: Option<&str>, headers: &HeaderMap) -> Self {
        let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let accepted = accepted.into_iter().flat_map(|list| list.split(','));
        let tags = asked.into_iter().chain(accepted);
        tags.filter_map(|tag| Self::of_tag(tag.trim()))
            .next()
            .unwrap_or(Self::Chinese)
    }

    fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', ';']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|language| language.tag().eq_ignore_ascii_case(primary))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(asked: Option<&str>, accepted: &str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, accepted.parse().unwrap());
        Language::choose(asked, &headers)
    }

    #[test]
    fn the_address_comes_before_the_browser() {
        assert_eq!(chosen(Some("zh"), "en-GB,en;q=0.9"), Language::Chinese);
        assert_eq!(chosen(Some("fr"), "en-GB,en;q=0.9"), Language::English);
        assert_eq!(chosen(None, "fr, en;q=0.5, zh;q=0.3"), Language::English);
        assert_eq!(chosen(None, "fr"), Language::Chinese);
        assert_eq!(Language::choose(None, &HeaderMap::new()), Language::Chinese);
    }
}
