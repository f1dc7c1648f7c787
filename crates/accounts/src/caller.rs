//! Who is at the other end of the line.

use std::net::IpAddr;

/// Where a request comes from, as far as the wire can tell.
#[derive(Clone, Debug)]
pub struct Caller {
    /// What they came in by: a wire's name, `console` and the like. It is written down, and decides nothing.
    pub via: &'static str,
    /// The address of the socket's peer, or what configured proxies say of it.
    pub source: IpAddr,
    /// What the client calls itself (`User-Agent`), cut to `limits::DEVICE_BYTES`; may be empty.
    pub device: String,
}
