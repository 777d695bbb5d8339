//! How much memory coordinator and workers have taken at most.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Largest resident memory that the process has had, in bytes; `None` where the system
/// does not tell (no /proc) or the process is gone. `None` asks for this process.
pub(super) fn peak_bytes(process: Option<u32>) -> Option<u64> {
    let process = process.map_or_else(|| "self".to_owned(), |id| id.to_string());
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024)
}

/// What the workers of a run have used.
#[derive(Debug, Default)]
pub(super) struct Usage {
    /// Largest memory of each living worker, by process id.
    living: Mutex<BTreeMap<u32, u64>>,
    peak: AtomicU64,
    started: AtomicU64,
}

impl Usage {
    pub(super) fn begin(&self, process: u32) {
        self.started.fetch_add(1, Ordering::Relaxed);
        self.lock().insert(process, 0);
    }

    /// Looks at one living worker. The system forgets a process's memory when it ends,
    /// so this is done after every answer, and by [`Self::look`] in between.
    pub(super) fn note(&self, process: u32) {
        if let Some(bytes) = peak_bytes(Some(process)).filter(|bytes| *bytes > 0) {
            self.peak.fetch_max(bytes, Ordering::Relaxed);
            self.lock().insert(process, bytes);
        }
    }

    /// Looks at all living workers.
    pub(super) fn look(&self) {
        let living: Vec<u32> = self.lock().keys().copied().collect();
        for process in living {
            self.note(process);
        }
    }

    /// The worker has ended. Returns the largest memory that it was seen with, in bytes.
    pub(super) fn end(&self, process: u32) -> u64 {
        self.lock().remove(&process).unwrap_or(0)
    }

    /// Largest memory of any worker, in bytes.
    pub(super) fn peak(&self) -> u64 {
        self.peak.load(Ordering::Relaxed)
    }

    /// How many workers were started.
    pub(super) fn started(&self) -> u64 {
        self.started.load(Ordering::Relaxed)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<u32, u64>> {
        self.living.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn memory_that_was_taken_shows() {
        let before = peak_bytes(None).unwrap();
        let taken = std::hint::black_box(vec![1_u8; 64 << 20]);
        let after = peak_bytes(None).unwrap();
        assert!(after >= before.max(64 << 20), "{before} {after} {}", taken.len());
        assert_eq!(peak_bytes(Some(u32::MAX)), None);
    }

    #[test]
    fn the_memory_of_a_worker_is_known_after_it_ended() {
        let usage = Usage::default();
        let me = std::process::id();
        usage.begin(me);
        usage.look();
        assert!(usage.end(me) > 0);
        assert_eq!((usage.end(me), usage.started()), (0, 1));
        assert!(usage.peak() > 0);
    }
}
