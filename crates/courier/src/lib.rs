//! Carries one message over one channel.
//!
//! A [`Channel`] takes a [`Message`] and says whether it was taken, may be tried again ([`SendError::Temporary`]) or is
//! hopeless ([`SendError::Permanent`]). Queueing, retries, back-off and the last state of a message are the outbox's
//! business, not this crate's. The wording is fixed: into the templates go the code, the app's name and the
//! minutes of validity, nothing else.

mod channel;
mod error;
mod log;
mod memory;
mod message;
mod smtp;
mod text;
mod webhook;

pub use channel::Channel;
pub use error::{Reason, SendError, SetupError};
pub use log::LogChannel;
pub use memory::MemoryChannel;
pub use message::{Body, Message, Notice};
pub use smtp::SmtpChannel;
pub use webhook::{SIGNATURE_HEADER, WebhookChannel};
