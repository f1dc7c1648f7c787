//! The real binary over real sockets: each published document walked call by call, and what operators do beside it.

#[cfg(test)]
#[path = "../harness/mod.rs"]
mod harness;

#[cfg(test)]
mod account_page;
#[cfg(test)]
mod admin_api;
#[cfg(test)]
mod api_cloud_user;
#[cfg(test)]
mod api_v1;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod canary;
#[cfg(test)]
mod docs;
#[cfg(test)]
mod forms;
#[cfg(test)]
mod one_base;
#[cfg(test)]
mod operations;
#[cfg(test)]
mod routes;
#[cfg(test)]
mod user;
