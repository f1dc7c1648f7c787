//! The word to operators that a proxy stands in front which nobody told the server to trust.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::{HeaderMap, HeaderName};
use yaopai_http::Network;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Looks out for `X-Forwarded-For` from peers that are not trusted with it. Clones share what was said.
#[derive(Clone)]
pub(crate) struct Lookout(Arc<Watch>);

struct Watch {
    trusted: Vec<Network>,
    has_warned: AtomicBool,
}

impl Lookout {
    pub(crate) fn new(trusted: Vec<Network>) -> Self {
        Self(Arc::new(Watch {
            trusted,
            has_warned: AtomicBool::new(false),
        }))
    }

    /// Warns once in the life of the process.
    pub(crate) fn look(&self, peer: IpAddr, headers: &HeaderMap) {
        if self.is_first_untrusted(peer, headers) {
            tracing::warn!(
                peer = %peer,
                "不可信的对端发来 X-Forwarded-For：若是您的反向代理，请设置 `trusted_proxies`，否则所有人算作同一来源 / \
                 `X-Forwarded-For` from a peer that is not trusted: if it is your reverse proxy, set `trusted_proxies`; \
                 until then everybody behind it is one source"
            );
        }
    }

    /// Whether this is the first request of its kind: anybody may send the header, and the log is not theirs to fill.
    fn is_first_untrusted(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        !self.0.has_warned.load(Ordering::Relaxed)
            && headers.contains_key(X_FORWARDED_FOR)
            && !self
                .0
                .trusted
                .iter()
                .any(|network| network.contains(peer.to_canonical()))
            && !self.0.has_warned.swap(true, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_first_untrusted_header_counts_and_no_other() {
        let lookout = Lookout::new(vec![Network::parse("10.0.0.0/8").unwrap()]);
        let (none, mut forwarded) = (HeaderMap::new(), HeaderMap::new());
        forwarded.insert("x-forwarded-for", HeaderValue::from_static("1.2.3.4"));
        let (proxy, stranger) = ("::ffff:10.0.0.1".parse().unwrap(), "9.9.9.9".parse().unwrap());
        assert!(!lookout.is_first_untrusted(stranger, &none));
        assert!(!lookout.is_first_untrusted(proxy, &forwarded));
        assert!(lookout.is_first_untrusted(stranger, &forwarded));
        assert!(!lookout.is_first_untrusted(stranger, &forwarded));
    }
}
