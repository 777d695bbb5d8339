//! Sizes of pages that were asked for lately: every tile of a page needs its size, and
//! finding it out means unpacking all that was read on the page.

use std::sync::{Mutex, PoisonError};

use super::shelf::Shelf;
use crate::model::PageKey;
use crate::model::Size;

/// Sizes that are kept.
const MOST: usize = 1000;

/// Sizes of pages, which never change.
pub(super) struct PageSizes(Mutex<Shelf<PageKey, Size>>);

impl Default for PageSizes {
    fn default() -> Self {
        Self(Mutex::new(Shelf::new(MOST)))
    }
}

impl PageSizes {
    /// The size, if it is kept.
    pub(super) fn take(&self, key: &PageKey) -> Option<Size> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take(key)
    }

    /// Keeps a size.
    pub(super) fn put(&self, key: &PageKey, size: Size) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(key.clone(), size, 1);
    }
}
