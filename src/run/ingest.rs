//! Copies files in, has their pages read, and stores and indexes their records.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::RunError;
use super::child::Slot;
use super::child::WorkerError;
use super::child::WorkerSetup;
use super::indexing::Indexer;
use super::queue::Job;
use super::queue::Queue;
use super::wire::Reply;
use super::wire::Request;
use crate::catalog::Catalog;
use crate::catalog::CopyError;
use crate::catalog::NewScan;
use crate::catalog::PageState;
use crate::catalog::ScanState;
use crate::extract::Extract;
use crate::intake::walk;
use crate::model::PageKey;
use crate::model::PageText;
use crate::model::Reason;
use crate::model::Record;
use crate::model::ScanId;
use crate::model::nfc;
use crate::report::Fate;
use crate::report::Report;
use crate::report::SetAside;

/// A page on which a worker died or hung so often is set aside.
const MAX_CRASHES: u32 = 2;

/// How often the index takes over what has been stored.
const INDEX_EVERY: Duration = Duration::from_secs(5);

/// What is to be taken in, and how.
#[derive(Debug, Clone)]
pub struct IngestPlan {
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// `civil-status`, `land` or `auto`.
    pub family: String,
    /// Code of the unit whose books these are.
    pub unit: Option<String>,
    /// The collection they belong to.
    pub collection: Option<String>,
    /// Worker processes at a time; at least 1.
    pub jobs: usize,
    /// Milliseconds since 1970 that are noted as the time of arrival.
    pub now_ms: i64,
    /// Stop beginning new pages then.
    pub until: Option<Instant>,
}

/// How far a run is, for a progress bar.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Files seen so far.
    pub files: u64,
    /// Pages that are read.
    pub pages_done: u64,
    /// Pages known so far, with an estimate for files that are not opened yet.
    pub pages_expected: u64,
    /// Files and pages that were set aside.
    pub set_aside: u64,
}

#[derive(Default)]
struct Counters {
    files: AtomicU64,
    opened: AtomicU64,
    pages_known: AtomicU64,
    pages_done: AtomicU64,
    set_aside: AtomicU64,
}

/// One file of the walk and the scan it became.
struct Taken {
    path: String,
    /// `None` where the state of its scan decides at the end of the run.
    fate: Option<Fate>,
    scan: Option<ScanId>,
    /// What the system said of a file that could not be copied in.
    message: Option<String>,
}

impl Taken {
    fn failed(path: String, message: String) -> Self {
        Self { path, fate: Some(Fate::Failed), scan: None, message: Some(message) }
    }

    fn unreadable(entry: &walk::Unreadable) -> Self {
        Self::failed(shown_path(&entry.relative), entry.error.to_string())
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

/// Everything that one run shares between its threads.
pub(super) struct Ingest<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) extract: &'a Extract,
    pub(super) setup: &'a WorkerSetup,
    pub(super) plan: &'a IngestPlan,
    pub(super) stop: &'a AtomicBool,
    queue: Queue,
    counters: Counters,
    fatal: Mutex<Option<RunError>>,
}

impl<'a> Ingest<'a> {
    pub(super) fn new(
        catalog: &'a Catalog,
        extract: &'a Extract,
        setup: &'a WorkerSetup,
        plan: &'a IngestPlan,
        stop: &'a AtomicBool,
    ) -> Self {
        Self {
            catalog,
            extract,
            setup,
            plan,
            stop,
            queue: Queue::default(),
            counters: Counters::default(),
            fatal: Mutex::new(None),
        }
    }

    /// Runs to the end, or until it is stopped. `tick` is called a few times a second.
    pub(super) fn run(
        &self,
        indexer: &mut Indexer<'_>,
        mut tick: impl FnMut(Progress),
    ) -> Result<Report, RunError> {
        let begun = Instant::now();
        let finished = AtomicU64::new(0);
        let (mut taken, mut skipped) = (Vec::new(), 0);
        std::thread::scope(|scope| {
            for _ in 0..self.plan.jobs.max(1) {
                scope.spawn(|| {
                    self.drive();
                    finished.fetch_add(1, Ordering::SeqCst);
                });
            }
            scope.spawn(|| {
                (taken, skipped) = self.take_in();
                self.queue.close();
            });
            let mut indexed = Instant::now();
            while finished.load(Ordering::SeqCst) < self.plan.jobs.max(1) as u64 {
                std::thread::sleep(Duration::from_millis(100));
                self.stop_when_asked();
                if indexed.elapsed() > INDEX_EVERY {
                    self.keep(indexer.catch_up());
                    indexed = Instant::now();
                }
                tick(self.progress());
            }
        });
        self.keep(indexer.catch_up());
        if let Some(error) =
            self.fatal.lock().unwrap_or_else(PoisonError::into_inner).take()
        {
            return Err(error);
        }
        let mut report = self.account(&taken)?;
        report.skipped = skipped;
        report.pages = self.counters.pages_done.load(Ordering::SeqCst);
        report.seconds = begun.elapsed().as_secs_f64();
        report.pages_per_second = report.pages as f64 / report.seconds.max(1e-3);
        Ok(report)
    }

    fn stop_when_asked(&self) {
        let late = self.plan.until.is_some_and(|until| Instant::now() >= until);
        if late || self.stop.load(Ordering::SeqCst) {
            self.queue.stop();
        }
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
            || self.plan.until.is_some_and(|until| Instant::now() >= until)
            || self.fatal.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Keeps the first error that ends the run, and stops it.
    fn keep<T>(&self, result: Result<T, RunError>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.fatal
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .get_or_insert(error);
                self.queue.stop();
                None
            }
        }
    }

    fn progress(&self) -> Progress {
        let counters = &self.counters;
        let known = counters.pages_known.load(Ordering::Relaxed);
        let opened = counters.opened.load(Ordering::Relaxed).max(1);
        let guess = (self.queue.unopened() as u64 * known).div_ceil(opened);
        Progress {
            files: counters.files.load(Ordering::Relaxed),
            pages_done: counters.pages_done.load(Ordering::Relaxed),
            pages_expected: known + guess,
            set_aside: counters.set_aside.load(Ordering::Relaxed),
        }
    }

    // ---- files

    /// Copies every file in and queues what is to be read.
    fn take_in(&self) -> (Vec<Taken>, u64) {
        let mut queued = BTreeSet::new();
        // What an earlier run left goes first, so that it is not starved by new files.
        let left = self.keep(self.catalog.waiting_scans().map_err(RunError::from));
        for scan in left.into_iter().flatten() {
            if queued.insert(scan.id.clone()) {
                self.queue.add_scan(scan.id);
            }
        }
        let found = walk::files(&self.plan.paths);
        let skipped = found.num_junk + found.num_special;
        let mut taken: Vec<Taken> =
            found.unreadable.iter().map(Taken::unreadable).collect();
        for file in &found.files {
            if self.is_stopped() {
                break;
            }
            self.counters.files.fetch_add(1, Ordering::Relaxed);
            match self.take_in_file(file, &mut queued) {
                Ok(file) => taken.push(file),
                Err(error) => {
                    self.keep::<()>(Err(error));
                    break;
                }
            }
        }
        (taken, skipped)
    }

    fn take_in_file(
        &self,
        file: &walk::FoundFile,
        queued: &mut BTreeSet<ScanId>,
    ) -> Result<Taken, RunError> {
        let path = shown_path(&file.relative);
        let modified_ms = milliseconds(file.modified);
        let known = self.catalog.location(&path)?;
        let unchanged = known.filter(|known| {
            known.bytes == file.size_bytes && known.modified_ms == modified_ms
        });
        let (scan, is_new) = if let Some(known) = unchanged {
            (known.scan, false)
        } else {
            let stored = match self.catalog.originals().copy_in(&file.absolute) {
                Ok(stored) => stored,
                Err(CopyError::Source { source, .. }) => {
                    return Ok(Taken::failed(path, source.to_string()));
                }
                Err(CopyError::Archive(error)) => return Err(error.into()),
            };
            let is_new = self.catalog.add_scan(&NewScan {
                id: &stored.id,
                bytes: stored.bytes,
                path: &path,
                modified_ms,
                arrived_ms: self.plan.now_ms,
                family: &self.plan.family,
                collection: self.plan.collection.as_deref(),
                unit: self.plan.unit.as_deref(),
            })?;
            (stored.id, is_new)
        };
        if is_new {
            queued.insert(scan.clone());
            self.queue.add_scan(scan.clone());
            return Ok(Taken { path, fate: None, scan: Some(scan), message: None });
        }
        let state = self.catalog.scan(&scan)?.map(|stored| stored.state);
        let fate = match state {
            Some(ScanState::Quarantined(..)) => None,
            _ if queued.contains(&scan) => {
                // Left by an earlier run, or found twice in this one.
                let first = self.catalog.locations(&scan)?.first() == Some(&path);
                if first { None } else { Some(Fate::Duplicate) }
            }
            _ => Some(Fate::Duplicate),
        };
        Ok(Taken { path, fate, scan: Some(scan), message: None })
    }

    /// The account of the files that this run has seen.
    fn account(&self, taken: &[Taken]) -> Result<Report, RunError> {
        let mut report = Report::default();
        for file in taken {
            let fate = match (&file.fate, &file.scan) {
                (Some(fate), _) => *fate,
                (None, None) => Fate::Failed,
                (None, Some(scan)) => match self.catalog.scan(scan)? {
                    Some(stored) => match stored.state {
                        ScanState::Done => Fate::Ingested,
                        ScanState::Quarantined(..) => Fate::Quarantined,
                        ScanState::Waiting => Fate::Waiting,
                    },
                    None => Fate::Failed,
                },
            };
            report.count(&file.path, fate);
            match (fate, &file.scan) {
                (Fate::Ingested, Some(scan)) => {
                    report.records += self.catalog.records_of(scan)?.len() as u64;
                    report.set_aside.extend(set_aside_of(self.catalog, scan)?);
                }
                (Fate::Quarantined, Some(scan)) => {
                    report.set_aside.extend(set_aside_of(self.catalog, scan)?);
                }
                (Fate::Failed, _) => report.set_aside.push(SetAside {
                    path: file.path.clone(),
                    page: None,
                    reason: Reason::Unreadable,
                    message: file.message.clone().unwrap_or_default(),
                    remedy: Reason::Unreadable.remedy(),
                }),
                _ => {}
            }
        }
        Ok(report)
    }

    // ---- pages

    /// Does jobs until there are none; one thread with one worker process.
    fn drive(&self) {
        let mut slot = Slot::new(self.setup.clone());
        while let Some(job) = self.queue.next() {
            let result = match &job {
                Job::Open(scan) => self.open(&mut slot, scan),
                Job::Read(key) => self.read(&mut slot, key),
                Job::Finish(scan) => self.finish(scan),
            };
            self.keep(result);
            self.queue.done(&job);
        }
    }

    fn open(&self, slot: &mut Slot, scan: &ScanId) -> Result<(), RunError> {
        let stored = self.catalog.scan(scan)?;
        if let Some(num_pages) = stored.and_then(|stored| stored.num_pages) {
            return self.queue_pages(scan, num_pages);
        }
        let request = Request::Open { path: self.catalog.originals().path(scan) };
        let mut crashes = 0;
        loop {
            let (reason, message) = match slot.ask(&request) {
                Ok((Reply::Opened { num_pages }, _)) => {
                    self.catalog.set_num_pages(scan, num_pages)?;
                    return self.queue_pages(scan, num_pages);
                }
                Ok((Reply::Refused { reason, message }, _)) => (reason, message),
                Ok((Reply::Unable { message }, _)) => {
                    return Err(RunError::Unable { message });
                }
                Ok(_) => return Err(RunError::Protocol),
                Err(error) => {
                    crashes += 1;
                    let reason = crash_reason(error)?;
                    if crashes < MAX_CRASHES {
                        continue;
                    }
                    (reason, "the file could not be opened".to_owned())
                }
            };
            self.counters.set_aside.fetch_add(1, Ordering::Relaxed);
            self.catalog.quarantine_scan(scan, reason, &message)?;
            return Ok(());
        }
    }

    fn queue_pages(&self, scan: &ScanId, num_pages: u32) -> Result<(), RunError> {
        let waiting = self.catalog.waiting_pages(scan)?;
        self.counters.opened.fetch_add(1, Ordering::Relaxed);
        self.counters.pages_known.fetch_add(waiting.len() as u64, Ordering::Relaxed);
        debug_assert!(waiting.len() <= num_pages as usize, "only known pages wait");
        self.queue.add_pages(scan, &waiting);
        Ok(())
    }

    fn read(&self, slot: &mut Slot, key: &PageKey) -> Result<(), RunError> {
        let path = self.catalog.originals().path(&key.scan);
        let request = Request::Read { path, page: key.page };
        loop {
            let (reason, message) = match slot.ask(&request) {
                Ok((Reply::Text { taken, text, .. }, _)) => {
                    self.catalog.page_done(key, &taken, &text)?;
                    self.counters.pages_done.fetch_add(1, Ordering::Relaxed);
                    return Ok(());
                }
                Ok((Reply::Refused { reason, message }, _)) => (reason, message),
                Ok((Reply::Unable { message }, _)) => {
                    return Err(RunError::Unable { message });
                }
                Ok(_) => return Err(RunError::Protocol),
                Err(error) => {
                    let reason = crash_reason(error)?;
                    if self.catalog.note_crash(key)? < MAX_CRASHES {
                        continue;
                    }
                    (reason, "the page could not be read".to_owned())
                }
            };
            self.counters.set_aside.fetch_add(1, Ordering::Relaxed);
            self.catalog.quarantine_page(key, reason, &message)?;
            return Ok(());
        }
    }

    /// Makes the records of a scan whose pages are all read or set aside.
    fn finish(&self, scan: &ScanId) -> Result<(), RunError> {
        let pages = self.catalog.pages(scan)?;
        let none_is_read = pages.iter().all(|page| page.state != PageState::Done);
        let first_bad = pages.iter().find_map(|page| match &page.state {
            PageState::Quarantined(reason, message) => Some((*reason, message.clone())),
            _ => None,
        });
        if let (true, Some((reason, message))) = (none_is_read, first_bad) {
            self.catalog.quarantine_scan(scan, reason, &message)?;
            return Ok(());
        }
        let records = extracted(self.catalog, self.extract, scan)?;
        self.catalog.finish_scan(scan, &records)?;
        Ok(())
    }
}

fn crash_reason(error: WorkerError) -> Result<Reason, RunError> {
    match error {
        WorkerError::Died => Ok(Reason::Crash),
        WorkerError::Timeout(_) => Ok(Reason::Timeout),
        error @ WorkerError::Start(_) => Err(RunError::Worker(error)),
    }
}

/// The records of a scan, with their places in the pixels of the original.
pub(super) fn extracted(
    catalog: &Catalog,
    extract: &Extract,
    scan: &ScanId,
) -> Result<Vec<Record>, RunError> {
    let mut texts: Vec<(u32, PageText)> = Vec::new();
    for page in catalog.pages(scan)? {
        if let Some(text) = catalog.page_text(&page.key)? {
            texts.push((page.key.page, text));
        }
    }
    let mut records = extract.run(scan, &texts);
    for record in &mut records {
        for field in record.fields.values_mut() {
            let frame = texts.iter().find(|(page, _)| Some(*page) == field.page);
            if let (Some(quad), Some((_, text))) = (field.quad, frame) {
                field.quad = Some(quad.mapped(&text.to_original));
            }
        }
    }
    Ok(records)
}

/// What of a scan was set aside: the whole file, or some of its pages.
///
/// # Errors
///
/// If the catalog fails.
pub fn set_aside_of(catalog: &Catalog, scan: &ScanId) -> Result<Vec<SetAside>, RunError> {
    let Some(stored) = catalog.scan(scan)? else { return Ok(Vec::new()) };
    let aside = |page, reason: Reason, message: &str| SetAside {
        path: stored.path.clone(),
        page,
        reason,
        message: message.to_owned(),
        remedy: reason.remedy(),
    };
    if let ScanState::Quarantined(reason, message) = &stored.state {
        return Ok(vec![aside(None, *reason, message)]);
    }
    let mut found = Vec::new();
    for page in catalog.pages(scan)? {
        if let PageState::Quarantined(reason, message) = &page.state {
            found.push(aside(Some(page.key.page), *reason, message));
        }
    }
    Ok(found)
}

/// Where the archive's lock file lies.
pub(super) fn lock_path(archive: &Path) -> PathBuf {
    archive.join("lock")
}
