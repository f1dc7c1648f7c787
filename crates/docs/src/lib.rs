//! The pages at `/docs/`: every call of the wires' documents and those of other APIs, with Swagger UI to try them in, a
//! guide for each wire, and the table of refusals.
//!
//! Everything is rendered and compressed when the server starts, so that a request is a look-up.

mod language;
mod overview;
mod pages;
mod serve;
mod shelf;

use axum::Router;
use yaopai_dialects::WireSettings;
use yaopai_dialects::reference::Document;

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

/// The pages, under `/docs/`, about wires that are set so; `others` are documents of other APIs, to be shown as well.
///
/// # Errors
/// See [`DocsError`]; ours render.
pub fn router(settings: &WireSettings, others: Vec<Document>) -> Result<Router, DocsError> {
    Ok(serve::router(pages::all(settings, others)?))
}
