//! What is served, ready to be sent.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use aws_lc_rs::digest::{SHA256, digest};
use axum::body::Bytes;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::write::GzEncoder;
use yaopai_http::Language;

/// Everything under `/docs/`, by the rest of its path. What has no language is the same in all.
#[derive(Default)]
pub(crate) struct Shelf(BTreeMap<(String, Option<Language>), Item>);

/// One thing to serve.
#[derive(Clone)]
pub(crate) struct Item {
    /// Its media type.
    pub(crate) media_type: &'static str,
    /// Its bytes, as gzip.
    pub(crate) gzip: Bytes,
    /// What tells it from another of its name: a part of its digest, in quotes.
    pub(crate) etag: String,
}

impl Shelf {
    /// Puts something there.
    pub(crate) fn put(&mut self, path: impl Into<String>, language: Option<Language>, item: Item) {
        self.0.insert((path.into(), language), item);
    }

    /// What is there, in `language` or in all.
    pub(crate) fn find(&self, path: &str, language: Language) -> Option<&Item> {
        let in_language = |language| self.0.get(&(path.to_owned(), language));
        in_language(Some(language)).or_else(|| in_language(None))
    }
}

impl Item {
    /// Something to be compressed.
    ///
    /// # Errors
    /// Those of compressing into memory: none.
    pub(crate) fn new(media_type: &'static str, text: &str) -> io::Result<Self> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text.as_bytes())?;
        Ok(Self::compressed(media_type, encoder.finish()?.into()))
    }

    /// Something that is gzip already.
    pub(crate) fn compressed(media_type: &'static str, gzip: Bytes) -> Self {
        let digest = digest(&SHA256, &gzip);
        let short = URL_SAFE_NO_PAD.encode(digest.as_ref().iter().take(12).copied().collect::<Vec<u8>>());
        Self {
            media_type,
            gzip,
            etag: format!("\"{short}\""),
        }
    }
}
