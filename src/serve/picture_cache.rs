//! Files of pictures that were made lately, so that nobody cuts them out of a page again.

use std::sync::{Arc, Mutex, PoisonError};

use super::shelf::Shelf;

/// Bytes of tiles of pages that are kept: some five hundred.
pub(super) const TILE_BYTES: usize = 24 << 20;
/// Bytes of cut-outs beside hits that are kept: some four thousand.
pub(super) const PIECE_BYTES: usize = 16 << 20;

/// Pictures by their tags.
pub(super) struct PictureCache(Mutex<Shelf<String, Arc<Vec<u8>>>>);

impl PictureCache {
    /// Keeps at most so many bytes.
    pub(super) fn new(most_bytes: usize) -> Self {
        Self(Mutex::new(Shelf::new(most_bytes)))
    }

    /// The file under that tag.
    pub(super) fn take(&self, tag: &str) -> Option<Arc<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take(&tag.to_owned())
    }

    /// Keeps a file.
    pub(super) fn put(&self, tag: &str, file: &Arc<Vec<u8>>) {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.put(tag.to_owned(), Arc::clone(file), file.len());
    }
}
