//! The pages at `/docs/`: every call in the documents of the wires and of the admin API, with Swagger UI to try them in, a
//! guide for each, and the table of refusals.
//!
//! Everything is rendered and compressed when somebody asks for the first of it, so that the server starts without waiting
//! for that, and a request is a look-up.

mod library;
mod overview;
mod pages;
mod serve;
mod shelf;

use std::sync::Arc;

use axum::Router;
use yaopai_dialects::WireSettings;
use yaopai_dialects::reference::Document;

use library::Library;

/// Why the pages cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum DocsError {
    /// A template does not render.
    #[error("a page does not render: {0}")]
    Template(#[from] askama::Error),
    /// A document is no JSON.
    #[error("a document is no JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A page cannot be compressed.
    #[error("a page cannot be compressed: {0}")]
    Compression(#[from] std::io::Error),
}

/// What describes the admin API.
pub type AdminReference = fn() -> Result<Document, DocsError>;

/// The pages, under `/docs/`, about wires that are set so, and about the admin API.
pub fn router(settings: Arc<WireSettings>, admin: AdminReference) -> Router {
    serve::router(Library::new(settings, admin))
}
