//! Takes files in: copies each, notes it in the catalog, queues what is to be read.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime};

use super::error::RunError;
use super::ingest::Ingest;
use crate::catalog::CopyError;
use crate::catalog::NewScan;
use crate::catalog::ScanState;
use crate::failpoint;
use crate::intake::walk;
use crate::intake::walk::FoundFile;
use crate::model::ScanId;
use crate::model::nfc;
use crate::report::Fate;
use crate::report::FileNotice;
use crate::report::Why;

/// How often a file that is still being copied is looked at again before it is left for
/// the next run.
const SETTLE_ROUNDS: u32 = 3;

/// How long the thread sleeps at a time while files settle.
const NAP: Duration = Duration::from_millis(50);

/// One file of the walk and what became of it.
pub(super) struct Taken {
    /// As stored and shown.
    pub(super) path: String,
    pub(super) end: TakenEnd,
}

/// How far a file came.
pub(super) enum TakenEnd {
    /// The state of its scan decides at the end of the run.
    Scan(ScanId),
    /// It needs no reading, or cannot be taken in: why, and in detail.
    Known(Why, String),
}

impl Taken {
    fn known(path: String, why: Why, message: String) -> Self {
        Self { path, end: TakenEnd::Known(why, message) }
    }
}

/// A path as it is stored and shown: composed letters, `/` between folders.
fn shown_path(path: &Path) -> String {
    let parts: Vec<_> =
        path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    nfc(&parts.join("/"))
}

/// Milliseconds since 1970; 0 where the file system keeps no time.
fn milliseconds(time: Option<SystemTime>) -> i64 {
    time.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok())
        .map_or(0, |since| since.as_millis() as i64)
}

/// The file as it is now. `None` if it cannot be looked at: copying it will say why.
fn looked_at_again(file: &FoundFile) -> Option<FoundFile> {
    let metadata = std::fs::metadata(&file.absolute).ok()?;
    Some(FoundFile {
        size_bytes: metadata.len(),
        modified: metadata.modified().ok(),
        ..file.clone()
    })
}

impl Ingest<'_> {
    /// Copies every file in and queues what is to be read. New papers go before those
    /// that failed already; what an earlier run left goes first of all, so that it is not
    /// starved by new files.
    pub(super) fn take_in(&self) -> (Vec<Taken>, u64) {
        let mut queued = BTreeSet::new();
        let left = self.keep(self.catalog.waiting_scans().map_err(RunError::from));
        let (again, fresh): (Vec<_>, Vec<_>) =
            left.into_iter().flatten().partition(|scan| scan.retries > 0);
        for scan in fresh {
            queued.insert(scan.id.clone());
            self.queue.add_scan(scan.id);
        }
        for scan in again {
            queued.insert(scan.id.clone());
            self.queue.add_scan_last(scan.id);
        }
        let found = walk::files(&self.plan.paths);
        let skipped = found.num_junk + found.num_special;
        let mut taken: Vec<Taken> = Vec::with_capacity(found.files.len());
        for entry in &found.unreadable {
            let path = shown_path(&entry.relative);
            taken.push(self.not_taken(path, Why::UNREADABLE, entry.error.to_string()));
        }
        let mut files = found.files;
        for _ in 0..SETTLE_ROUNDS {
            files = self.take_in_settled(files, &mut queued, &mut taken);
            if files.is_empty() || self.is_stopped() {
                break;
            }
        }
        let (why, message) = if self.is_stopped() {
            (Why::NotBegun, "")
        } else {
            (Why::StillCopied, "size or time of the file changed while it was watched")
        };
        for file in &files {
            let path = shown_path(&file.relative);
            taken.push(match why {
                // The run that takes it in will tell.
                Why::NotBegun => Taken::known(path, why, String::new()),
                _ => self.not_taken(path, why, message.to_owned()),
            });
        }
        (taken, skipped)
    }

    /// Takes in those of `files` that have not changed for the time that the plan asks
    /// for. Returns the others, as they are now.
    fn take_in_settled(
        &self,
        files: Vec<FoundFile>,
        queued: &mut BTreeSet<ScanId>,
        taken: &mut Vec<Taken>,
    ) -> Vec<FoundFile> {
        let mut unsettled = Vec::new();
        let looked = Instant::now();
        for file in files {
            if self.is_stopped() {
                unsettled.push(file);
                continue;
            }
            match self.take_in_file(&file, looked, queued) {
                Ok(Some(one)) => {
                    self.counters.files.fetch_add(1, Ordering::Relaxed);
                    taken.push(one);
                }
                Ok(None) => unsettled.push(looked_at_again(&file).unwrap_or(file)),
                // From now on the run is stopped.
                Err(error) => drop(self.keep::<()>(Err(error))),
            }
        }
        unsettled
    }

    /// Waits until the plan's time is over since `looked`; whether the run goes on.
    fn wait_until_settled(&self, looked: Instant) -> bool {
        while looked.elapsed() < self.plan.settle {
            if self.is_stopped() {
                return false;
            }
            std::thread::sleep(NAP);
        }
        true
    }

    /// Takes one file in; `None` if it is still being copied, or the run was stopped
    /// before that was known.
    fn take_in_file(
        &self,
        file: &FoundFile,
        looked: Instant,
        queued: &mut BTreeSet<ScanId>,
    ) -> Result<Option<Taken>, RunError> {
        let path = shown_path(&file.relative);
        let modified_ms = milliseconds(file.modified);
        let known = self.catalog.location(&path)?;
        let unchanged = known.filter(|known| {
            known.bytes == file.size_bytes && known.modified_ms == modified_ms
        });
        if let Some(known) = unchanged {
            return self
                .known_already(path, known.scan, Why::AlreadyIn, queued)
                .map(Some);
        }
        if !self.wait_until_settled(looked)
            || looked_at_again(file).is_some_and(|now| now != *file)
        {
            return Ok(None);
        }
        let stored = match self.catalog.originals().copy_in(&file.absolute) {
            Ok(stored) => stored,
            Err(CopyError::Changing { .. }) => return Ok(None),
            Err(CopyError::Source { source, .. }) => {
                let message = source.to_string();
                return Ok(Some(self.not_taken(path, Why::UNREADABLE, message)));
            }
            Err(CopyError::Archive(error)) => return Err(error.into()),
        };
        failpoint::reach("original-stored");
        let is_new = self.catalog.add_scan(&NewScan {
            id: &stored.id,
            bytes: stored.bytes,
            path: &path,
            modified_ms,
            arrived_ms: self.plan.now_ms,
            family: &self.plan.family,
            collection: self.plan.collection.as_deref(),
            unit: self.plan.unit.as_deref(),
            name: self.archive.config.names.read(&path).unwrap_or_default(),
        })?;
        failpoint::reach("scan-added");
        if is_new {
            queued.insert(stored.id.clone());
            self.queue.add_scan(stored.id.clone());
            return Ok(Some(Taken { path, end: TakenEnd::Scan(stored.id) }));
        }
        self.known_already(path, stored.id, Why::SameBytes, queued).map(Some)
    }

    /// A file whose bytes are in the archive.
    fn known_already(
        &self,
        path: String,
        scan: ScanId,
        why: Why,
        queued: &BTreeSet<ScanId>,
    ) -> Result<Taken, RunError> {
        let locations = self.catalog.locations(&scan)?;
        let is_first = locations.first() == Some(&path);
        let state = self.catalog.scan(&scan)?.map(|stored| stored.state);
        let decides_itself = match state {
            // Left by an earlier run, or found twice in this one, which may have set it
            // aside by now or not.
            _ if queued.contains(&scan) => is_first,
            Some(ScanState::Quarantined(reason, message)) => {
                self.notice(FileNotice {
                    path: path.clone(),
                    scan: Some(scan.clone()),
                    fate: Fate::Quarantined,
                    why: Some(Why::SetAside(reason)),
                    message,
                    pages: 0,
                    records: 0,
                });
                true
            }
            _ => false,
        };
        if decides_itself {
            return Ok(Taken { path, end: TakenEnd::Scan(scan) });
        }
        let message = match locations.first() {
            Some(first) if !is_first => format!("the same bytes as `{first}`"),
            _ => String::new(),
        };
        Ok(self.not_taken(path, why, message))
    }

    fn not_taken(&self, path: String, why: Why, message: String) -> Taken {
        self.notice(FileNotice {
            path: path.clone(),
            scan: None,
            fate: why.fate(),
            why: Some(why),
            message: message.clone(),
            pages: 0,
            records: 0,
        });
        Taken::known(path, why, message)
    }
}
