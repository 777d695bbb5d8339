//! What is still to be done, shared between the threads that drive the workers.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::model::PageKey;
use crate::model::ScanId;

/// One piece of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Job {
    /// Count the pages of a scan.
    Open(ScanId),
    /// Read a page.
    Read(PageKey),
    /// All pages of the scan are read or set aside: make its records.
    Finish(ScanId),
}

#[derive(Default)]
struct State {
    scans: VecDeque<ScanId>,
    /// Scans that failed before and are tried again when nothing else is left.
    last: VecDeque<ScanId>,
    /// Pages of opened scans; taken before another scan is opened, so that few scans are
    /// half done at any time.
    pages: VecDeque<PageKey>,
    finished: VecDeque<ScanId>,
    /// Pages of each opened scan that are not read yet.
    open: BTreeMap<ScanId, usize>,
    running: usize,
    closed: bool,
    stopped: bool,
}

/// The queue of one run.
#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A scan that is to be opened.
    pub(super) fn add_scan(&self, scan: ScanId) {
        self.lock().scans.push_back(scan);
        self.changed.notify_one();
    }

    /// A scan that is to be opened after all others.
    pub(super) fn add_scan_last(&self, scan: ScanId) {
        self.lock().last.push_back(scan);
        self.changed.notify_one();
    }

    /// The pages of an opened scan that are still to be read; none finishes it.
    pub(super) fn add_pages(&self, scan: &ScanId, pages: &[u32]) {
        let mut state = self.lock();
        if pages.is_empty() {
            state.finished.push_back(scan.clone());
        } else {
            state.open.insert(scan.clone(), pages.len());
            for &page in pages {
                state.pages.push_back(PageKey { scan: scan.clone(), page });
            }
        }
        self.changed.notify_all();
    }

    /// No scan comes any more.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Nothing new is begun any more.
    pub(super) fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }

    /// The next job; waits for one. `None` when all is done or the run was stopped. Each
    /// job that is taken must be given to [`Self::done`].
    pub(super) fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if state.stopped {
                return None;
            }
            let job = if let Some(scan) = state.finished.pop_front() {
                Some(Job::Finish(scan))
            } else if let Some(page) = state.pages.pop_front() {
                Some(Job::Read(page))
            } else if let Some(scan) = state.scans.pop_front() {
                Some(Job::Open(scan))
            } else if state.closed {
                // Only now is it known that nothing new comes.
                state.last.pop_front().map(Job::Open)
            } else {
                None
            };
            if let Some(job) = job {
                state.running += 1;
                return Some(job);
            }
            if state.closed && state.running == 0 {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The job came to its end, well or badly.
    pub(super) fn done(&self, job: &Job) {
        let mut state = self.lock();
        state.running -= 1;
        if let Job::Read(key) = job
            && let Some(left) = state.open.get_mut(&key.scan)
        {
            *left -= 1;
            if *left == 0 {
                state.open.remove(&key.scan);
                state.finished.push_back(key.scan.clone());
            }
        }
        self.changed.notify_all();
    }

    /// Scans that nobody has opened yet.
    pub(super) fn unopened(&self) -> usize {
        let state = self.lock();
        state.scans.len() + state.last.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_is_finished_after_its_last_page_and_the_queue_ends_when_all_is_done() {
        let queue = Queue::default();
        let scan = ScanId("a".into());
        queue.add_scan(scan.clone());
        queue.close();
        let open = queue.next().unwrap();
        assert_eq!(open, Job::Open(scan.clone()));
        queue.add_pages(&scan, &[1, 2]);
        queue.done(&open);
        let first = queue.next().unwrap();
        let second = queue.next().unwrap();
        queue.done(&second);
        queue.done(&first);
        let finish = queue.next().unwrap();
        assert_eq!(finish, Job::Finish(scan));
        queue.done(&finish);
        assert_eq!(queue.next(), None);
    }

    #[test]
    fn what_failed_before_comes_after_everything_new() {
        let queue = Queue::default();
        let (old, new) = (ScanId("old".into()), ScanId("new".into()));
        queue.add_scan_last(old.clone());
        queue.add_scan(new.clone());
        queue.close();
        assert_eq!(queue.next(), Some(Job::Open(new)));
        assert_eq!(queue.next(), Some(Job::Open(old)));
    }

    #[test]
    fn a_stopped_queue_gives_nothing_though_something_is_left() {
        let queue = Queue::default();
        queue.add_scan(ScanId("a".into()));
        queue.stop();
        assert_eq!(queue.next(), None);
    }
}
