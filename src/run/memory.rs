//! How much memory coordinator and workers have taken at most.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Largest memory of its own that the process has had, in bytes: without the parts of files
/// that are mapped now, which the kernel takes back when memory is short. `None` where the
/// system does not tell (no /proc) or the process is gone. `None` asks for this process.
pub(super) fn peak_bytes(process: Option<u32>) -> Option<u64> {
    let process = process.map_or_else(|| "self".to_owned(), |id| id.to_string());
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    own_peak_bytes(&status)
}

/// The same from the text of `/proc/PID/status`.
fn own_peak_bytes(status: &str) -> Option<u64> {
    let kib = |name: &str| -> Option<u64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse().ok()
    };
    Some(kib("VmHWM:")?.saturating_sub(kib("RssFile:").unwrap_or(0)) * 1024)
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
            // Less than before where a large file has been mapped since.
            let mut living = self.lock();
            let most = living.entry(process).or_default();
            *most = bytes.max(*most);
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

    /// A process that says `x` when it has done what `script` says, and then waits.
    fn waiting(script: &str) -> std::process::Child {
        use std::io::Read as _;
        use std::process::{Command, Stdio};
        let mut child = Command::new("sh")
            .args(["-c", &format!("{script}; echo x; read end")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let mut said = [0];
        child.stdout.as_mut().expect("its output").read_exact(&mut said).expect("x");
        child
    }

    #[test]
    fn what_is_mapped_from_files_is_not_counted() {
        let status = "Name:\tsohoa\nVmHWM:\t    5000 kB\nVmRSS:\t 4000 kB\n\
                      RssAnon:\t 1000 kB\nRssFile:\t    3000 kB\n";
        assert_eq!(own_peak_bytes(status), Some(2000 * 1024));
        assert_eq!(own_peak_bytes("VmHWM: 5000 kB\n"), Some(5000 * 1024));
        assert_eq!(own_peak_bytes("VmHWM: 5000 kB\nRssFile: 6000 kB\n"), Some(0));
        assert_eq!(own_peak_bytes("Name:\tsohoa\n"), None);
    }

    #[test]
    fn memory_that_a_process_has_taken_shows() {
        let peak = |script: &str| {
            let mut child = waiting(script);
            let peak = peak_bytes(Some(child.id())).unwrap();
            child.kill().unwrap();
            child.wait().unwrap();
            peak
        };
        let (idle, full) =
            (peak(":"), peak("kept=$(head -c 33554432 /dev/zero | tr '\\0' a)"));
        assert!(idle < 16 << 20, "{idle}");
        assert!(full >= 32 << 20, "{full}");
        assert!(peak_bytes(None).unwrap() > 0);
        assert_eq!(peak_bytes(Some(u32::MAX)), None);
    }

    #[test]
    fn the_memory_of_a_worker_is_known_after_it_ended() {
        let usage = Usage::default();
        let mut child = waiting(":");
        let worker = child.id();
        usage.begin(worker);
        usage.look();
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(peak_bytes(Some(worker)), None, "the system has forgotten it");
        usage.look();
        let known = usage.end(worker);
        assert!(known > 0);
        assert_eq!((usage.end(worker), usage.started()), (0, 1));
        assert_eq!(usage.peak(), known);
    }
}
