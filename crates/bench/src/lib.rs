//! Bases of any size to try things on, and measurements of the optimised server.
#![allow(
    clippy::disallowed_methods,
    reason = "tools by hand live by the machine's clock and wait for what they measure"
)]

mod asking;
pub mod base;
pub mod baseline;
pub mod calls;
pub mod console;
pub mod depths;
pub mod figures;
pub mod flame;
pub mod floods;
pub mod http;
pub mod lists;
pub mod load;
pub mod people;
pub mod postgres;
mod process;
pub mod reads;
pub mod registrations;
pub mod report;
pub mod searches;
pub mod seed;
pub mod server;
pub mod sessions;
pub mod sign_ins;
pub mod sizes;
pub mod slow_disk;
pub mod starts;

/// What went wrong, in words.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
