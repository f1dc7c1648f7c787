//! What is served, made when it is first asked for.

use std::sync::{Arc, OnceLock};

use yaopai_dialects::WireSettings;

use crate::shelf::Shelf;
use crate::{AdminReference, DocsError, pages};

/// The shelf, or what it will be made of.
pub(crate) struct Library {
    settings: Arc<WireSettings>,
    admin: AdminReference,
    shelf: OnceLock<Result<Shelf, DocsError>>,
}

impl Library {
    pub(crate) fn new(settings: Arc<WireSettings>, admin: AdminReference) -> Self {
        Self {
            settings,
            admin,
            shelf: OnceLock::new(),
        }
    }

    /// The shelf. Making it takes some hundredths of a second, once; whoever shares the thread with the first look waits for it.
    ///
    /// # Errors
    /// See [`DocsError`]; ours render.
    pub(crate) fn shelf(&self) -> Result<&Shelf, &DocsError> {
        self.shelf
            .get_or_init(|| pages::all(&self.settings, (self.admin)()?))
            .as_ref()
    }
}
