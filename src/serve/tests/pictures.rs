//! Who waits for pictures, and what is not made twice.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use image::GrayImage;

use super::super::{PageImageError, PageImages};
use super::desk::SCAN;
use super::http::Server;
use crate::model::{PageKey, Pixels};

/// Pages so large that the desk keeps one of them at most. Counts how often it is asked.
#[derive(Default)]
struct Large(AtomicUsize);

impl PageImages for Large {
    fn page(&self, _: &PageKey) -> Result<Arc<Pixels>, PageImageError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(Arc::new(Pixels::Gray(GrayImage::new(6_000, 6_000))))
    }
}

#[test]
fn a_cut_out_that_was_made_lately_is_sent_again_and_no_page_decoded() {
    let large = Arc::new(Large::default());
    let images = Arc::clone(&large);
    let server = Server::made(None, |app| app.images = images);
    let cut = |page, left| {
        let path = format!("/image/{SCAN}/{page}/crop?x={left}&y=40&w=200&h=20");
        let answer = server.get(&path);
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.bytes
    };
    let first = cut(1, 100);
    cut(2, 100);
    assert_eq!(cut(1, 100), first);
    assert_eq!(large.0.load(Ordering::SeqCst), 2, "pages decoded");
    cut(1, 101);
    assert_eq!(
        large.0.load(Ordering::SeqCst),
        3,
        "another cut-out of a page that has gone"
    );
}

/// Page 1 is decoded when the test says so, page 2 at once.
#[derive(Default)]
struct Held {
    /// How many wait for page 1, and whether it may come.
    state: Mutex<(usize, bool)>,
    changed: Condvar,
}

impl Held {
    /// Waits until somebody decodes page 1.
    fn begun(&self) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = Duration::from_secs(20);
        let (_state, waited) = self
            .changed
            .wait_timeout_while(state, wait, |state| state.0 == 0)
            .unwrap_or_else(PoisonError::into_inner);
        assert!(!waited.timed_out(), "nobody asked for page 1");
    }

    fn let_go(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
        self.changed.notify_all();
    }
}

impl PageImages for Held {
    fn page(&self, key: &PageKey) -> Result<Arc<Pixels>, PageImageError> {
        if key.page == 1 {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.0 += 1;
            self.changed.notify_all();
            while !state.1 {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
        Ok(Arc::new(Pixels::Gray(GrayImage::new(400, 300))))
    }
}

#[test]
fn whoever_turns_over_a_page_does_not_wait_behind_the_cut_outs_of_a_list() {
    let held = Arc::new(Held::default());
    let images = Arc::clone(&held);
    let server = Server::made(None, |app| app.images = images);
    std::thread::scope(|scope| {
        let cuts: Vec<_> = (0..6)
            .map(|left| {
                let path = format!("/image/{SCAN}/1/crop?x={left}&y=40&w=200&h=20");
                scope.spawn(|| {
                    let path = path;
                    server.get(&path).status
                })
            })
            .collect();
        held.begun();
        // All six have come in: they stand in a queue that no tile stands in.
        std::thread::sleep(Duration::from_millis(300));
        let tile = scope.spawn(|| {
            server.get(&format!("/iiif/3/{SCAN}-2/0,0,200,200/100,/0/default.jpg")).status
        });
        let begun = std::time::Instant::now();
        while !tile.is_finished() && begun.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(10));
        }
        let is_first = tile.is_finished();
        held.let_go();
        assert!(is_first, "the tile waited for cut-outs");
        assert_eq!(tile.join().expect("a tile"), 200);
        for cut in cuts {
            assert_eq!(cut.join().expect("a cut-out"), 200);
        }
    });
}
