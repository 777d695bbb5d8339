//! What takes long to count: counted beside, and given as it was while it is counted anew.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::catalog::CatalogError;

/// Counting may take this part of the time, so that it never becomes all that a large
/// archive does.
const SHARE: u32 = 20;

/// The latest count of something.
pub(super) struct Kept<T>(Arc<Room<T>>);

struct Room<T> {
    state: Mutex<State<T>>,
    /// Told whenever a counting has ended.
    ended: Condvar,
}

struct State<T> {
    last: Option<Last<T>>,
    is_counting: bool,
    /// Why the last counting failed, for one of those who wait for it.
    failure: Option<CatalogError>,
}

struct Last<T> {
    at: Instant,
    took: Duration,
    value: Arc<T>,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        let state = State { last: None, is_counting: false, failure: None };
        Self(Arc::new(Room { state: Mutex::new(state), ended: Condvar::new() }))
    }
}

impl<T: Send + Sync + 'static> Kept<T> {
    /// What was counted last. Where that is older than `good_for`, a thread counts again;
    /// only where nothing was counted yet the caller waits, for `patience` at most, and
    /// gets `None` after that.
    ///
    /// # Errors
    ///
    /// Those of `count`, told to one of those who wait for it.
    pub(super) fn get(
        &self,
        good_for: Duration,
        patience: Duration,
        count: impl FnOnce() -> Result<T, CatalogError> + Send + 'static,
    ) -> Result<Option<Arc<T>>, CatalogError> {
        let mut state = self.0.lock();
        let is_fresh =
            |last: &Last<T>| last.at.elapsed() < good_for.max(last.took * SHARE);
        if !state.is_counting && !state.last.as_ref().is_some_and(is_fresh) {
            state.is_counting = true;
            drop(state);
            self.begin(count);
            state = self.0.lock();
        }
        let waits = |state: &mut State<T>| state.last.is_none() && state.is_counting;
        let waited = self.0.ended.wait_timeout_while(state, patience, waits);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match state.failure.take() {
            Some(failure) if state.last.is_none() => Err(failure),
            _ => Ok(state.last.as_ref().map(|last| Arc::clone(&last.value))),
        }
    }

    /// Counts beside.
    fn begin(&self, count: impl FnOnce() -> Result<T, CatalogError> + Send + 'static) {
        let counting = Counting { room: Arc::clone(&self.0), counted: None };
        // Where the system gives no thread, the count is dropped, and its guard says so.
        let thread = std::thread::Builder::new().name("count".to_owned());
        let begun = thread.spawn(move || {
            let (mut counting, begun) = (counting, Instant::now());
            counting.counted = Some(count().map(|value| Last {
                at: Instant::now(),
                took: begun.elapsed(),
                value: Arc::new(value),
            }));
        });
        drop(begun);
    }
}

impl<T> Room<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A counting that goes on; says that it has ended however it ends.
struct Counting<T> {
    room: Arc<Room<T>>,
    counted: Option<Result<Last<T>, CatalogError>>,
}

impl<T> Drop for Counting<T> {
    fn drop(&mut self) {
        let mut state = self.room.lock();
        state.is_counting = false;
        match self.counted.take() {
            Some(Ok(last)) => state.last = Some(last),
            Some(Err(failure)) => state.failure = Some(failure),
            None => {}
        }
        drop(state);
        self.room.ended.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::mpsc::channel;

    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    #[test]
    fn the_old_count_is_given_while_a_new_one_is_made() {
        let kept = Kept::default();
        let first = kept.get(Duration::ZERO, LONG, || Ok(1)).unwrap();
        assert_eq!(first.as_deref(), Some(&1));
        let (go, wait) = channel();
        let (say, ended) = channel::<()>();
        let again = move || {
            wait.recv().unwrap();
            let _ends_last = say;
            Ok(2)
        };
        // Old at once: `took` of the first is next to nothing.
        std::thread::sleep(Duration::from_millis(500));
        let meanwhile = kept.get(Duration::ZERO, LONG, again).unwrap();
        assert_eq!(meanwhile.as_deref(), Some(&1), "nobody waits for the second");
        go.send(()).unwrap();
        assert!(ended.recv().is_err());
        let fresh = || kept.get(LONG, LONG, || unreachable!("it is fresh")).unwrap();
        while fresh().as_deref() != Some(&2) {
            std::thread::yield_now();
        }
    }

    #[test]
    fn who_has_no_patience_gets_nothing_and_who_waits_gets_the_one_count() {
        let kept = Arc::new(Kept::default());
        let (go, wait) = channel::<()>();
        let slow = move || {
            wait.recv().unwrap();
            Ok(7)
        };
        assert_eq!(kept.get(LONG, Duration::ZERO, slow).unwrap(), None);
        let waiting = {
            let kept = Arc::clone(&kept);
            std::thread::spawn(move || {
                kept.get(LONG, LONG, || unreachable!("one counts already")).unwrap()
            })
        };
        go.send(()).unwrap();
        assert_eq!(waiting.join().unwrap().as_deref(), Some(&7));
    }

    #[test]
    fn a_long_count_is_good_for_longer_and_one_that_fails_leaves_the_last() {
        let kept = Kept::default();
        let slow = || {
            std::thread::sleep(Duration::from_millis(200));
            Ok(1)
        };
        assert_eq!(kept.get(LONG, LONG, slow).unwrap().as_deref(), Some(&1));
        let again = || unreachable!("it would take a large part of the time");
        assert_eq!(kept.get(Duration::ZERO, LONG, again).unwrap().as_deref(), Some(&1));
        let kept = Kept::default();
        assert_eq!(kept.get(LONG, LONG, || Ok(1)).unwrap().as_deref(), Some(&1));
        // Old at once: `took` of the first is next to nothing.
        std::thread::sleep(Duration::from_millis(500));
        let lost = || Err(CatalogError::NoArchive(PathBuf::from("x")));
        assert_eq!(kept.get(Duration::ZERO, LONG, lost).unwrap().as_deref(), Some(&1));
        while kept.0.lock().failure.is_none() {
            std::thread::yield_now();
        }
        assert_eq!(kept.get(LONG, LONG, || Ok(2)).unwrap().as_deref(), Some(&1));
    }

    #[test]
    fn a_count_that_fails_or_panics_is_made_again_by_the_next_who_asks() {
        let kept = Kept::<u8>::default();
        let lost = || Err(CatalogError::NoArchive(PathBuf::from("x")));
        assert!(kept.get(LONG, LONG, lost).is_err());
        assert_eq!(kept.get(LONG, LONG, || panic!("a broken count")).unwrap(), None);
        assert_eq!(kept.get(LONG, LONG, || Ok(3)).unwrap().as_deref(), Some(&3));
    }
}
