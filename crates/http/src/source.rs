//! Where a request comes from.

use std::net::{IpAddr, SocketAddr};

use http::header::USER_AGENT;
use http::{HeaderMap, HeaderName, HeaderValue};
use yaopai_accounts::Caller;
use yaopai_model::limits::{DEVICE_BYTES, FORWARDED_HOPS};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The socket's peer. It is in the extensions of every request for the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerAddress(pub SocketAddr);

/// A network of addresses in prefix notation (RFC 4632, section 3.1), such as `10.0.0.0/8`; an address alone is a
/// network of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix_bits: u32,
}

/// The text is no address and no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an IP address or network such as 10.0.0.0/8")]
pub struct NetworkError;

impl Network {
    /// Reads a network. Bits past the prefix do not count.
    ///
    /// # Errors
    /// [`NetworkError`] for anything else, such as a prefix longer than the address.
    pub fn parse(text: &str) -> Result<Self, NetworkError> {
        let (address, prefix) = text
            .split_once('/')
            .map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.trim().parse().map_err(|_| NetworkError)?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix_bits = prefix
            .map_or(Ok(longest), |prefix| prefix.trim().parse())
            .map_err(|_| NetworkError)?;
        if prefix_bits > longest {
            return Err(NetworkError);
        }
        Ok(Self { address, prefix_bits })
    }

    /// Whether an address lies in it; one of the other family never does.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                let differing = u32::from(ours) ^ u32::from(theirs);
                differing.leading_zeros() >= self.prefix_bits
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => {
                let differing = u128::from(ours) ^ u128::from(theirs);
                differing.leading_zeros() >= self.prefix_bits
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

/// Who is at the other end of the line, having come in `via` a wire or a page.
pub fn caller(via: &'static str, headers: &HeaderMap, peer: PeerAddress, trusted_proxies: &[Network]) -> Caller {
    let PeerAddress(peer) = peer;
    Caller {
        via,
        source: address(peer.ip(), headers, trusted_proxies),
        device: device(headers),
    }
}

/// The address that a request is counted under: the socket's peer, or, where that is a trusted proxy, the right-most
/// hop of `X-Forwarded-For` that is not. What stands left of it anybody may have written; past a hop that is no
/// address nothing is believed either.
fn address(peer: IpAddr, headers: &HeaderMap, trusted_proxies: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted_proxies.iter().any(|network| network.contains(address));
    let mut source = peer.to_canonical();
    if !is_trusted(source) {
        return source;
    }
    let hops = headers.get_all(X_FORWARDED_FOR).iter().collect::<Vec<_>>();
    let hops = hops
        .iter()
        .rev()
        .flat_map(|value| value.as_bytes().rsplit(|byte| *byte == b','));
    for hop in hops.take(FORWARDED_HOPS) {
        if !is_trusted(source) {
            break;
        }
        let Some(hop) = parse_hop(hop) else { break };
        source = hop;
    }
    source
}

/// What the client calls itself, cut to `limits::DEVICE_BYTES`. Nearly every call says it, and nearly all in plain letters.
fn device(headers: &HeaderMap) -> String {
    let agent = headers.get(USER_AGENT).map_or([].as_slice(), HeaderValue::as_bytes);
    let start = agent.get(..DEVICE_BYTES).unwrap_or(agent);
    let plain = std::str::from_utf8(start).ok().filter(|text| is_plain(text));
    plain.map_or_else(|| made_plain(agent), str::to_owned)
}

/// The same of an agent that may be no text, and have control characters in it.
fn made_plain(agent: &[u8]) -> String {
    let mut device = String::from_utf8_lossy(agent).replace(char::is_control, " ");
    device.truncate(device.floor_char_boundary(DEVICE_BYTES));
    device
}

/// Whether all of it can be seen. It does not stop at the first that cannot, so that many bytes are looked at at once.
fn is_plain(text: &str) -> bool {
    text.bytes()
        .fold(true, |is_plain, byte| is_plain & matches!(byte, b' '..=b'~'))
}

/// Some proxies write the port along.
fn parse_hop(hop: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(hop).ok()?.trim();
    let address = text.parse().ok();
    let address = address.or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
    address.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn source(peer: &str, forwarded: &[&str], trusted: &[&str]) -> IpAddr {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_str(value).unwrap());
        }
        let trusted: Vec<_> = trusted.iter().map(|text| Network::parse(text).unwrap()).collect();
        address(ip(peer), &headers, &trusted)
    }

    #[test]
    fn without_trusted_proxies_the_peer_counts() {
        assert_eq!(source("10.0.0.1", &["1.2.3.4"], &[]), ip("10.0.0.1"));
        assert_eq!(source("9.9.9.9", &["1.2.3.4"], &["10.0.0.0/8"]), ip("9.9.9.9"));
        assert_eq!(source("::ffff:9.9.9.9", &[], &[]), ip("9.9.9.9"));
    }

    #[test]
    fn the_right_most_untrusted_hop_counts() {
        let trusted = ["10.0.0.0/8", "::1"];
        for (forwarded, expected) in [
            (vec!["1.2.3.4"], "1.2.3.4"),
            (vec!["6.6.6.6, 1.2.3.4"], "1.2.3.4"),
            (vec!["6.6.6.6, 1.2.3.4, 10.0.0.7"], "1.2.3.4"),
            (vec!["6.6.6.6", "1.2.3.4,10.0.0.7"], "1.2.3.4"),
            (vec!["::ffff:1.2.3.4"], "1.2.3.4"),
            (vec!["1.2.3.4:5678"], "1.2.3.4"),
            (vec!["[2001:db8::1]:443"], "2001:db8::1"),
            (vec!["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            (vec![], "10.0.0.1"),
            (vec!["unknown"], "10.0.0.1"),
            (vec!["1.2.3.4, garbage, 10.0.0.7"], "10.0.0.7"),
            (vec![""], "10.0.0.1"),
        ] {
            assert_eq!(source("10.0.0.1", &forwarded, &trusted), ip(expected), "{forwarded:?}");
        }
        assert_eq!(source("::1", &["1.2.3.4"], &trusted), ip("1.2.3.4"));
        assert_eq!(source("::ffff:10.1.1.1", &["1.2.3.4"], &trusted), ip("1.2.3.4"));
    }

    #[test]
    fn networks_have_bounds() {
        for text in [
            "",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.0/-1",
            "10.0.0.0/",
            "10.0.0/8",
            "localhost",
        ] {
            assert_eq!(Network::parse(text), Err(NetworkError), "{text}");
        }
        assert!(Network::parse("0.0.0.0/0").unwrap().contains(ip("255.1.2.3")));
        assert!(!Network::parse("0.0.0.0/0").unwrap().contains(ip("::1")));
        assert!(Network::parse("2001:db8::/32").unwrap().contains(ip("2001:db8:1::1")));
        assert!(!Network::parse("192.168.1.0/24").unwrap().contains(ip("192.168.2.1")));
    }

    #[test]
    fn a_device_is_short_and_on_one_line() {
        let mut headers = HeaderMap::new();
        headers.insert(
            USER_AGENT,
            HeaderValue::from_bytes("a\t张".repeat(100).as_bytes()).unwrap(),
        );
        let device = device(&headers);
        assert!(
            device.len() <= DEVICE_BYTES && device.starts_with("a 张a 张"),
            "{device}"
        );
    }

    #[test]
    fn a_device_may_be_unnamed() {
        assert_eq!(device(&HeaderMap::new()), "");
    }

    proptest! {
        #[test]
        fn however_a_device_is_read_it_is_the_same(agent in "[ -~]{0,190}([ -~]{0,30}|[\\t -~]{0,30}|\\PC{0,30})") {
            let mut headers = HeaderMap::new();
            headers.insert(USER_AGENT, HeaderValue::from_bytes(agent.as_bytes()).unwrap());
            prop_assert_eq!(device(&headers), made_plain(agent.as_bytes()));
        }

        #[test]
        fn nobody_outside_writes_their_own_address(left in "[0-9a-f:., ]{0,60}", real in any::<u32>()) {
            let real = std::net::Ipv4Addr::from(real);
            prop_assume!(!Network::parse("10.0.0.0/8").unwrap().contains(real.into()));
            let forwarded = format!("{left}, {real}, 10.0.0.9");
            prop_assert_eq!(source("10.0.0.1", &[&forwarded], &["10.0.0.0/8"]), IpAddr::from(real));
        }
    }
}
