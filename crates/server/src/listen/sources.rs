//! How many connections each source has, so that no single one takes all the places there are.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use yaopai_http::Network;

/// The connections of each source. No more sources are remembered than there are connections.
pub(super) struct Sources {
    most: usize,
    /// Who speaks for many.
    exempt: Arc<[Network]>,
    held: Mutex<HashMap<IpAddr, usize>>,
}

impl Sources {
    /// `most` connections a source, but for those in `exempt`.
    pub(super) fn new(most: usize, exempt: Arc<[Network]>) -> Arc<Self> {
        Arc::new(Self {
            most,
            exempt,
            held: Mutex::default(),
        })
    }

    /// Counts a connection for as long as the returned value lives; none when its source has as many as it may.
    pub(super) fn admit(self: &Arc<Self>, peer: IpAddr) -> Option<Connection> {
        let peer = peer.to_canonical();
        if self.exempt.iter().any(|network| network.contains(peer)) {
            return Some(Connection { counted: None });
        }
        let source = subscriber(peer);
        let mut held = self.held();
        let count = held.entry(source).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Connection {
            counted: Some((Arc::clone(self), source)),
        })
    }

    fn release(&self, source: IpAddr) {
        let mut held = self.held();
        match held.get_mut(&source) {
            Some(count) if *count > 1 => *count -= 1,
            Some(_) | None => drop(held.remove(&source)),
        }
    }

    fn held(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that has its place.
pub(super) struct Connection {
    counted: Option<(Arc<Sources>, IpAddr)>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some((sources, source)) = self.counted.take() {
            sources.release(source);
        }
    }
}

/// What one subscriber has: an IPv4 address, or the first 64 bits of an IPv6 one (RFC 6177).
fn subscriber(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_source_has_as_many_as_it_may_and_others_are_not_touched() {
        let sources = Sources::new(2, Arc::default());
        let first = sources.admit(ip("2001:db8::1")).unwrap();
        let second = sources.admit(ip("2001:db8::ffff:2")).unwrap();
        assert!(sources.admit(ip("2001:db8::3")).is_none());
        let other = sources.admit(ip("2001:db8:0:1::1")).unwrap();
        let mapped = [ip("192.0.2.1"), ip("::ffff:192.0.2.1")].map(|address| sources.admit(address).unwrap());
        assert!(sources.admit(ip("192.0.2.1")).is_none());

        drop(first);
        let again = sources.admit(ip("2001:db8::3")).unwrap();
        drop((second, other, mapped, again));
        assert!(sources.held().is_empty());
    }

    #[test]
    fn whoever_speaks_for_many_is_not_counted() {
        let sources = Sources::new(1, Arc::from([Network::parse("10.0.0.0/8").unwrap()]));
        for address in ["10.1.2.3", "::ffff:10.1.2.3"] {
            let connections = [ip(address), ip(address)].map(|address| sources.admit(address));
            assert!(connections.iter().all(Option::is_some), "{address}");
        }
    }
}
