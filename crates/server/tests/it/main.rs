//! The command line against the real binary: settings, management with and without a server, backups, and the start.

#[cfg(test)]
#[path = "../harness/mod.rs"]
mod harness;

#[cfg(test)]
mod backup;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod manage;
#[cfg(test)]
mod ops;
#[cfg(test)]
mod seeded;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod start;
