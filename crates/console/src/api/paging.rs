//! Lists by cursor.

use serde::Serialize;
use utoipa::ToSchema;

use crate::failure::Failure;

/// One page of a list.
#[derive(Serialize, ToSchema)]
pub(super) struct Page<T> {
    /// What is on the page; a page may have less than was asked for, even nothing, and still not be the last.
    pub(super) items: Vec<T>,
    /// The `cursor` of the next page; null on the last one.
    pub(super) next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A list that is short enough for one page.
    pub(super) fn whole(items: impl Iterator<Item = T>) -> Self {
        Self {
            items: items.collect(),
            next_cursor: None,
        }
    }
}

/// What was sent as a cursor is none.
pub(super) const fn bad_cursor() -> Failure {
    Failure::field(
        "cursor：应为上一页的 next_cursor。",
        "cursor: it should be the next_cursor of the page before.",
    )
}
