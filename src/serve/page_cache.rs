//! Decoded pages that were looked at lately, so that twenty cut-outs of one page decode it
//! once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::images::{PageImageError, PageImages};
use crate::model::PageKey;
use crate::model::Pixels;

/// Bytes of pixels that are kept.
///
/// Four colour pages of A4 at 300 dpi, or one spread of A3 at 600 dpi in grey: an office
/// PC has 4 GB for everything.
pub(super) const KEPT_BYTES: usize = 128 << 20;

struct Kept {
    pixels: Arc<Pixels>,
    used: u64,
}

#[derive(Default)]
struct Shelf {
    pages: BTreeMap<PageKey, Kept>,
    bytes: usize,
    clock: u64,
    /// One lock for each page that is being decoded now.
    decoding: BTreeMap<PageKey, Arc<Mutex<()>>>,
}

/// Pages, decoded once and kept until others need their room.
pub(super) struct PageCache {
    images: Arc<dyn PageImages>,
    most_bytes: usize,
    shelf: Mutex<Shelf>,
}

impl PageCache {
    /// Keeps at most `most_bytes` of pixels of what `images` decodes.
    pub(super) fn new(images: Arc<dyn PageImages>, most_bytes: usize) -> Self {
        Self { images, most_bytes, shelf: Mutex::default() }
    }

    /// The page's pixels. Callers that want the same page at the same time wait for one
    /// decoding.
    ///
    /// # Errors
    ///
    /// As [`PageImages::page`]; failures are not kept.
    pub(super) fn page(&self, key: &PageKey) -> Result<Arc<Pixels>, PageImageError> {
        let turn = {
            let mut shelf = self.shelf();
            if let Some(pixels) = shelf.take(key) {
                return Ok(pixels);
            }
            Arc::clone(shelf.decoding.entry(key.clone()).or_default())
        };
        let _alone = turn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pixels) = self.shelf().take(key) {
            return Ok(pixels);
        }
        let decoded = self.images.page(key);
        let mut shelf = self.shelf();
        shelf.decoding.remove(key);
        let pixels = decoded?;
        shelf.put(key, &pixels, self.most_bytes);
        Ok(pixels)
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf {
    fn take(&mut self, key: &PageKey) -> Option<Arc<Pixels>> {
        self.clock += 1;
        let kept = self.pages.get_mut(key)?;
        kept.used = self.clock;
        Some(Arc::clone(&kept.pixels))
    }

    fn put(&mut self, key: &PageKey, pixels: &Arc<Pixels>, most_bytes: usize) {
        let bytes = num_bytes(pixels);
        if bytes > most_bytes {
            return;
        }
        while self.bytes + bytes > most_bytes {
            let oldest = self.pages.iter().min_by_key(|(_, kept)| kept.used);
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else { break };
            if let Some(gone) = self.pages.remove(&oldest) {
                self.bytes -= num_bytes(&gone.pixels);
            }
        }
        self.clock += 1;
        let kept = Kept { pixels: Arc::clone(pixels), used: self.clock };
        if let Some(replaced) = self.pages.insert(key.clone(), kept) {
            self.bytes -= num_bytes(&replaced.pixels);
        }
        self.bytes += bytes;
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
        assert_eq!(cache.shelf().bytes, 200);
    }

    #[test]
    fn a_failure_is_not_kept_and_leaves_no_lock_behind() {
        let images = Arc::new(Counting::default());
        let cache = PageCache::new(Arc::clone(&images) as Arc<dyn PageImages>, 250);
        for _ in 0..2 {
            assert!(cache.page(&key(9)).is_err());
        }
        assert_eq!(images.0.load(Ordering::SeqCst), 2);
        assert!(cache.shelf().decoding.is_empty());
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
