//! The webhook against a real HTTP server on a loopback port.

#[cfg(test)]
mod gateway;
#[cfg(test)]
mod webhook;
