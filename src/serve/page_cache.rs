//! Decoded pages that were looked at lately, so that twenty cut-outs of one page decode it
//! once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::images::{PageImageError, PageImages};
use super::shelf::Shelf;
use crate::model::PageKey;
use crate::model::Pixels;
use crate::model::StoredPicture;

/// Bytes of pixels that are kept; a page that is larger is kept alone, so that its tiles
/// do not decode it one by one.
///
/// Three colour pages of A4 at 300 dpi, and a page that is larger alone: an office PC has
/// 4 GB for everything.
pub(super) const KEPT_BYTES: usize = 96 << 20;

/// The same of pages that cut-outs beside hits are taken from; those that somebody looks
/// at are not pushed out by them.
pub(super) const PIECES_BYTES: usize = 32 << 20;

/// Pages that were looked at, and one lock for each that is being decoded now.
struct Room {
    shelf: Shelf<PageKey, Arc<Pixels>>,
    decoding: BTreeMap<PageKey, Arc<Mutex<()>>>,
}

/// Pages, decoded once and kept until others need their room.
pub(super) struct PageCache {
    images: Arc<dyn PageImages>,
    room: Mutex<Room>,
}

impl PageCache {
    /// Keeps at most `most_bytes` of pixels of what `images` decodes.
    pub(super) fn new(images: Arc<dyn PageImages>, most_bytes: usize) -> Self {
        let room = Room { shelf: Shelf::new(most_bytes), decoding: BTreeMap::new() };
        Self { images, room: Mutex::new(room) }
    }

    /// The page's picture for files that are handed out; not kept.
    ///
    /// # Errors
    ///
    /// As [`PageImages::stored`].
    pub(super) fn stored(&self, key: &PageKey) -> Result<StoredPicture, PageImageError> {
        self.images.stored(key)
    }

    /// The page's pixels. Callers that want the same page at the same time wait for one
    /// decoding.
    ///
    /// # Errors
    ///
    /// As [`PageImages::page`]; failures are not kept.
    pub(super) fn page(&self, key: &PageKey) -> Result<Arc<Pixels>, PageImageError> {
        let turn = {
            let mut room = self.room();
            if let Some(pixels) = room.shelf.take(key) {
                return Ok(pixels);
            }
            Arc::clone(room.decoding.entry(key.clone()).or_default())
        };
        let _alone = turn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pixels) = self.room().shelf.take(key) {
            return Ok(pixels);
        }
        let decoded = self.images.page(key);
        let mut room = self.room();
        room.decoding.remove(key);
        let pixels = decoded?;
        room.shelf.put(key.clone(), Arc::clone(&pixels), num_bytes(&pixels));
        Ok(pixels)
    }

    fn room(&self) -> MutexGuard<'_, Room> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn num_bytes(pixels: &Pixels) -> usize {
    match pixels {
        Pixels::Gray(image) => image.as_raw().len(),
        Pixels::Rgb(image) => image.as_raw().len(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use image::GrayImage;

    use super::*;
    use crate::model::ScanId;

    /// Pages of 10 × 10 pixels; page 9 cannot be decoded. Counts how often it is asked.
    #[derive(Default)]
    struct Counting(AtomicUsize);

    impl PageImages for Counting {
        fn page(&self, key: &PageKey) -> Result<Arc<Pixels>, PageImageError> {
            self.0.fetch_add(1, Ordering::SeqCst);
            if key.page == 9 {
                return Err(PageImageError::Lost { key: key.clone() });
            }
            Ok(Arc::new(Pixels::Gray(GrayImage::new(10, 10))))
        }
    }

    fn key(page: u32) -> PageKey {
        PageKey { scan: ScanId("a1b2".into()), page }
    }

    #[test]
    fn the_page_that_was_not_looked_at_longest_makes_room() {
        let images = Arc::new(Counting::default());
        let cache = PageCache::new(Arc::clone(&images) as Arc<dyn PageImages>, 250);
        for page in [1, 2, 1, 3, 1, 2] {
            cache.page(&key(page)).expect("a page");
        }
        // 1, 2 and 3 are decoded; 3 pushes out 2, which is decoded again.
        assert_eq!(images.0.load(Ordering::SeqCst), 4);
        assert_eq!(cache.room().shelf.bytes(), 200);
    }

    #[test]
    fn a_failure_is_not_kept_and_leaves_no_lock_behind() {
        let images = Arc::new(Counting::default());
        let cache = PageCache::new(Arc::clone(&images) as Arc<dyn PageImages>, 250);
        for _ in 0..2 {
            assert!(cache.page(&key(9)).is_err());
        }
        assert_eq!(images.0.load(Ordering::SeqCst), 2);
        assert!(cache.room().decoding.is_empty());
    }

    #[test]
    fn callers_at_the_same_time_decode_once() {
        let images = Arc::new(Counting::default());
        let cache = PageCache::new(Arc::clone(&images) as Arc<dyn PageImages>, 250);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| cache.page(&key(1)).expect("a page"));
            }
        });
        assert_eq!(images.0.load(Ordering::SeqCst), 1);
    }
}
