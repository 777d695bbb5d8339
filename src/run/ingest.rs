//! One run: a thread that takes files in, threads that drive workers, and the index,
//! until all is done or the run is stopped.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::archive::Archive;
use super::attempts::Attempts;
use super::child::WorkerSetup;
use super::error::RunError;
use super::indexing::Indexer;
use super::memory;
use super::memory::Usage;
use super::panics;
use super::queue::Queue;
use crate::catalog::Catalog;
use crate::extract::Extract;
use crate::report::FileNotice;
use crate::report::Progress;
use crate::report::Report;
use crate::report::Resources;

/// How often the index takes over what has been stored.
const INDEX_EVERY: Duration = Duration::from_secs(5);

/// How often progress is told, clock and signals are looked at, and memory is measured.
const TICK: Duration = Duration::from_millis(100);

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
    /// A file is taken in when its size and time have not changed for so long. With zero
    /// only a file that changes while it is copied is left for the next run.
    pub settle: Duration,
}

impl IngestPlan {
    /// All of `paths` now, on all cores, with kinds of every family.
    pub fn of(paths: Vec<PathBuf>) -> Self {
        Self {
            paths,
            family: "auto".to_owned(),
            unit: None,
            collection: None,
            jobs: std::thread::available_parallelism().map_or(1, usize::from),
            now_ms: jiff::Timestamp::now().as_millisecond(),
            until: None,
            // A file that changes while it is copied is noticed; waiting is for the night.
            settle: Duration::ZERO,
        }
    }
}

/// What a run tells while it goes on.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// How far it is; a few times a second.
    Progress(Progress),
    /// What became of a file; once for each file whose fate is known.
    File(FileNotice),
}

#[derive(Default)]
pub(super) struct Counters {
    pub(super) files: AtomicU64,
    pub(super) opened: AtomicU64,
    pub(super) pages_known: AtomicU64,
    pub(super) pages_done: AtomicU64,
    pub(super) set_aside: AtomicU64,
}

/// Everything that one run shares between its threads.
pub(super) struct Ingest<'a> {
    pub(super) archive: &'a Archive,
    pub(super) catalog: &'a Catalog,
    pub(super) extract: &'a Extract,
    pub(super) setup: &'a WorkerSetup,
    pub(super) plan: &'a IngestPlan,
    pub(super) stop: &'a AtomicBool,
    pub(super) queue: Queue,
    pub(super) counters: Counters,
    pub(super) attempts: Attempts,
    pub(super) usage: Arc<Usage>,
    notices: Mutex<Vec<FileNotice>>,
    fatal: Mutex<Option<RunError>>,
}

impl<'a> Ingest<'a> {
    pub(super) fn new(
        archive: &'a Archive,
        extract: &'a Extract,
        setup: &'a WorkerSetup,
        plan: &'a IngestPlan,
        stop: &'a AtomicBool,
    ) -> Self {
        Self {
            archive,
            catalog: &archive.catalog,
            extract,
            setup,
            plan,
            stop,
            queue: Queue::default(),
            counters: Counters::default(),
            attempts: Attempts::new(&archive.folder),
            usage: Arc::default(),
            notices: Mutex::default(),
            fatal: Mutex::new(None),
        }
    }

    /// Runs to the end, or until it is stopped.
    pub(super) fn run(
        &self,
        indexer: &mut Indexer<'_>,
        mut observe: impl FnMut(Notice),
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
                match panics::caught(|| self.take_in()) {
                    Ok(result) => (taken, skipped) = result,
                    Err(panicked) => {
                        let doing = "taking files in";
                        self.keep::<()>(Err(RunError::Internal { doing, panicked }));
                    }
                }
                self.queue.close();
            });
            let mut indexed = Instant::now();
            while finished.load(Ordering::SeqCst) < self.plan.jobs.max(1) as u64 {
                std::thread::sleep(TICK);
                self.stop_when_asked();
                self.usage.look();
                self.keep(self.attempts.note());
                if indexed.elapsed() > INDEX_EVERY {
                    self.keep(indexer.catch_up());
                    indexed = Instant::now();
                }
                self.tell(&mut observe);
            }
        });
        self.keep(self.attempts.note());
        self.keep(indexer.catch_up());
        self.tell(&mut observe);
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
        report.resources = self.resources();
        Ok(report)
    }

    fn tell(&self, observe: &mut impl FnMut(Notice)) {
        let notices = std::mem::take(
            &mut *self.notices.lock().unwrap_or_else(PoisonError::into_inner),
        );
        notices.into_iter().map(Notice::File).for_each(&mut *observe);
        observe(Notice::Progress(self.progress()));
    }

    /// Keeps what became of a file for [`Self::tell`].
    pub(super) fn notice(&self, notice: FileNotice) {
        self.notices.lock().unwrap_or_else(PoisonError::into_inner).push(notice);
    }

    fn resources(&self) -> Resources {
        Resources {
            coordinator_peak_mb: memory::peak_bytes(None).unwrap_or(0) >> 20,
            worker_peak_mb: self.usage.peak() >> 20,
            workers_started: self.usage.started(),
        }
    }

    fn stop_when_asked(&self) {
        let late = self.plan.until.is_some_and(|until| Instant::now() >= until);
        if late || self.stop.load(Ordering::SeqCst) {
            self.queue.stop();
        }
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
            || self.plan.until.is_some_and(|until| Instant::now() >= until)
            || self.fatal.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Keeps the first error that ends the run, and stops it.
    pub(super) fn keep<T>(&self, result: Result<T, RunError>) -> Option<T> {
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
}
