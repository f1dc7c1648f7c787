//! What operators do beside the requests, and what the server does for itself.

mod backup;
mod bounds;
mod command_line;
mod first_start;
mod health;
#[cfg(target_os = "linux")]
mod memory;
mod restart;
mod shutdown;
mod trouble;
