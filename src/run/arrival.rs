//! Takes files in: copies each, notes it in the catalog, queues what is to be read.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::attempts;
use super::error::RunError;
use super::ingest::Ingest;
use super::place::{milliseconds, shown, sighting};
use crate::catalog::CopyError;
use crate::catalog::NewScan;
use crate::catalog::ScanState;
use crate::failpoint;
use crate::intake::walk;
use crate::intake::walk::FoundFile;
use crate::model::ScanId;
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

/// The scans that a run has to do with.
#[derive(Default)]
struct Met {
    /// What an earlier run left, and what this one has taken in.
    queued: BTreeSet<ScanId>,
    /// Scans whose fate a file of this run shows. It is the first one that was found with
    /// those bytes; the others are there twice.
    shown: BTreeSet<ScanId>,
}

impl Ingest<'_> {
    /// Copies every file in and queues what is to be read. New papers go before those
    /// that failed already; what an earlier run left goes first of all, so that it is not
    /// starved by new files. Returns what became of every file, those of an earlier run
    /// that this one does not see included.
    pub(super) fn take_in(&self) -> (Vec<Taken>, u64) {
        let mut met = Met::default();
        let left = self.keep(self.catalog.waiting_scans().map_err(RunError::from));
        let left = left.unwrap_or_default();
        let aside = self.keep(attempts::blame(self.archive)).unwrap_or_default();
        let waiting = left.iter().filter(|scan| !aside.contains(&scan.id));
        let (again, fresh): (Vec<_>, Vec<_>) = waiting.partition(|scan| scan.retries > 0);
        for scan in fresh {
            met.queued.insert(scan.id.clone());
            self.queue.add_scan(scan.id.clone());
        }
        for scan in again {
            met.queued.insert(scan.id.clone());
            self.queue.add_scan_last(scan.id.clone());
        }
        let archive = Some(self.archive.folder.as_path());
        // A run whose time is over still counts what it leaves.
        let is_stopped = || self.stop.load(Ordering::SeqCst);
        let found = walk::files_outside(&self.plan.paths, archive, &is_stopped);
        let skipped = found.num_junk + found.num_special;
        let mut taken: Vec<Taken> = Vec::with_capacity(found.files.len());
        for entry in &found.unreadable {
            let path = shown(&entry.relative);
            taken.push(self.not_taken(path, Why::UNREADABLE, entry.error.to_string()));
        }
        let unsettled = self.take_in_all(found.files, &mut met, &mut taken);
        self.leave(&unsettled, &mut met, &mut taken);
        for scan in left.into_iter().filter(|scan| !met.shown.contains(&scan.id)) {
            taken.push(Taken { path: scan.path, end: TakenEnd::Scan(scan.id) });
        }
        (taken, skipped)
    }

    /// Takes in what has settled or settles soon; returns the rest.
    fn take_in_all(
        &self,
        mut files: Vec<FoundFile>,
        met: &mut Met,
        taken: &mut Vec<Taken>,
    ) -> Vec<FoundFile> {
        for _ in 0..SETTLE_ROUNDS {
            files = self.take_in_settled(files, met, taken);
            if files.is_empty() || self.is_stopped() {
                break;
            }
        }
        files
    }

    /// Files that are left for the next run.
    fn leave(&self, files: &[FoundFile], met: &mut Met, taken: &mut Vec<Taken>) {
        let (why, message) = if self.is_stopped() {
            (Why::NotBegun, "")
        } else {
            (Why::StillCopied, "size or time of the file changed while it was watched")
        };
        for file in files {
            let path = shown(&file.relative);
            let seen = self.keep(self.catalog.seen(&sighting(file)).map_err(Into::into));
            if let Some(scan) = seen.flatten()
                && met.queued.contains(&scan)
                && met.shown.insert(scan.clone())
            {
                // An earlier run has taken it in, and this one may have read it.
                taken.push(Taken { path, end: TakenEnd::Scan(scan) });
                continue;
            }
            taken.push(match why {
                // The run that takes it in will tell.
                Why::NotBegun => Taken::known(path, why, String::new()),
                _ => self.not_taken(path, why, message.to_owned()),
            });
        }
    }

    /// Takes in those of `files` that have not changed for the time that the plan asks
    /// for. Returns the others, as they are now.
    fn take_in_settled(
        &self,
        files: Vec<FoundFile>,
        met: &mut Met,
        taken: &mut Vec<Taken>,
    ) -> Vec<FoundFile> {
        let mut unsettled = Vec::new();
        let looked = Instant::now();
        for file in files {
            if self.is_stopped() {
                unsettled.push(file);
                continue;
            }
            match self.take_in_file(&file, looked, met) {
                Ok(Some(one)) => {
                    self.counters.files.fetch_add(1, Ordering::Relaxed);
                    taken.push(one);
                }
                // A file that is gone: copying it will say why.
                Ok(None) => unsettled.push(file.again().unwrap_or(file)),
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
        met: &mut Met,
    ) -> Result<Option<Taken>, RunError> {
        let path = shown(&file.relative);
        let seen = sighting(file);
        if let Some(scan) = self.catalog.seen(&seen)? {
            return self.known_already(path, scan, Why::AlreadyIn, met).map(Some);
        }
        if !self.wait_until_settled(looked) || file.again().is_ok_and(|now| now != *file)
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
        // Of an archive from before sightings were kept, or copied over itself.
        let is_old = self.catalog.locations(&stored.id)?.contains(&path)
            && !met.shown.contains(&stored.id);
        let new = NewScan {
            id: &stored.id,
            bytes: stored.bytes,
            path: &path,
            modified_ms: milliseconds(file.modified),
            arrived_ms: self.plan.now_ms,
            family: &self.plan.family,
            collection: self.plan.collection.as_deref(),
            unit: self.plan.unit.as_deref(),
            name: self.archive.config.names.read(&path).unwrap_or_default(),
        };
        // Bytes of another size than was seen are those of a later file.
        let seen = Some(&seen).filter(|seen| seen.bytes == stored.bytes);
        let is_new = self.catalog.add_scan_seen(&new, seen)?;
        failpoint::reach("scan-added");
        if is_new {
            met.queued.insert(stored.id.clone());
            met.shown.insert(stored.id.clone());
            self.queue.add_scan(stored.id.clone());
            return Ok(Some(Taken { path, end: TakenEnd::Scan(stored.id) }));
        }
        let why = if is_old { Why::AlreadyIn } else { Why::SameBytes };
        self.known_already(path, stored.id, why, met).map(Some)
    }

    /// A file whose bytes are in the archive.
    fn known_already(
        &self,
        path: String,
        scan: ScanId,
        why: Why,
        met: &mut Met,
    ) -> Result<Taken, RunError> {
        let state = self.catalog.scan(&scan)?.map(|stored| stored.state);
        // Left by an earlier run or found twice in this one, which may have set it aside by
        // now or not; or set aside by an earlier run.
        let is_open = met.queued.contains(&scan);
        let is_aside = matches!(state, Some(ScanState::Quarantined(..)));
        if (is_open || is_aside) && met.shown.insert(scan.clone()) {
            if let (false, Some(ScanState::Quarantined(reason, message))) =
                (is_open, state)
            {
                self.notice(FileNotice {
                    path: path.clone(),
                    scan: Some(scan.clone()),
                    fate: Fate::Quarantined,
                    why: Some(Why::SetAside(reason)),
                    message,
                    pages: 0,
                    records: 0,
                });
            }
            return Ok(Taken { path, end: TakenEnd::Scan(scan) });
        }
        let message = match self.catalog.locations(&scan)?.first() {
            Some(first) if *first != path => format!("the same bytes as `{first}`"),
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
