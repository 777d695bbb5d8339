//! Runs that somebody starts at the desk, one at a time, and the files that come through it.
//!
//! A delivery is a folder below `inbox/` of the archive. A file lies there whole or not at
//! all, and goes when its bytes are among the originals: not before, so that a run that is
//! stopped or killed loses nothing.

use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::account::all_set_aside;
use super::archive::Archive;
use super::child::WorkerSetup;
use super::durable;
use super::error::RunError;
use super::ingest::{IngestPlan, Notice};
use crate::catalog::Originals;
use crate::intake::walk;
use crate::model::nfc;
use crate::report::{Report, SetAside};
use crate::serve::{
    Delivery, Load, LoadError, LoadFrom, LoadOrder, LoadProgress, LoadState, PastRun,
};

/// Most bytes of a file that comes through the desk.
const MAX_FILE_BYTES: u64 = 4 << 30;
/// Most bytes of one part of a path, as file systems have it.
const MAX_NAME_BYTES: usize = 255;
/// Most parts of a path.
const MAX_PARTS: usize = 32;

/// The intake of an archive for the desk.
pub struct Loader {
    archive: Arc<Archive>,
    setup: WorkerSetup,
    stop: Arc<AtomicBool>,
    state: Arc<Mutex<LoadState>>,
    run: Mutex<Option<JoinHandle<()>>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> LoadError {
    LoadError::Archive(error.into())
}

/// An error of writing, a full disk told from the rest.
fn not_written(error: std::io::Error) -> LoadError {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => LoadError::DiskFull,
        _ => failed(error),
    }
}

impl Loader {
    /// The intake of `archive`, whose workers are started as `setup` says.
    pub fn new(archive: Arc<Archive>, setup: WorkerSetup) -> Self {
        Self {
            archive,
            setup,
            stop: Arc::default(),
            state: Arc::default(),
            run: Mutex::default(),
        }
    }

    /// Stops the run, if one is under way, and waits for its end.
    pub fn end(&self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(run) = locked(&self.run).take() {
            // A panic in there has been told already.
            drop(run.join());
        }
    }

    fn inbox(&self) -> PathBuf {
        self.archive.folder.join("inbox")
    }

    fn reports(&self) -> PathBuf {
        self.archive.folder.join("reports")
    }

    /// The folders of an order, checked.
    fn paths(&self, from: &LoadFrom) -> Result<Vec<PathBuf>, LoadError> {
        match from {
            LoadFrom::SetAside => Ok(Vec::new()),
            LoadFrom::Delivery(name) => {
                let folder = self.inbox().join(delivery_name(name)?);
                let is_there = folder.is_dir();
                is_there
                    .then(|| vec![folder])
                    .ok_or_else(|| LoadError::Folder(name.clone()))
            }
            LoadFrom::Folder(folder) => {
                let refused = || LoadError::Folder(folder.display().to_string());
                // Links and `..` are resolved first: what counts is where they lead.
                let real = folder.canonicalize().map_err(|_| refused())?;
                let watched = self.archive.config.watch.iter();
                let is_allowed = watched
                    .filter_map(|root| root.canonicalize().ok())
                    .any(|root| real.starts_with(root));
                (is_allowed && real.is_dir()).then(|| vec![real]).ok_or_else(refused)
            }
        }
    }

    /// What the thread of a run does.
    fn work(
        archive: &Archive,
        setup: &WorkerSetup,
        order: &LoadOrder,
        paths: &[PathBuf],
        stop: &AtomicBool,
        state: &Mutex<LoadState>,
    ) -> Result<Report, RunError> {
        if order.from == LoadFrom::SetAside {
            let _lock = archive.lock()?;
            archive.catalog.retry_quarantined(None, u32::MAX)?;
        }
        // One core stays for those who search meanwhile.
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let plan = IngestPlan {
            paths: paths.to_owned(),
            family: order.family.clone(),
            unit: order.unit.clone(),
            collection: order.collection.clone(),
            jobs: cores.saturating_sub(1).max(1),
            now_ms: jiff::Timestamp::now().as_millisecond(),
            until: None,
            settle: Duration::ZERO,
        };
        let report = super::ingest(archive, setup, &plan, stop, |notice| {
            if let Notice::Progress(progress) = notice {
                *locked(state) = LoadState::Running(LoadProgress {
                    files: progress.files,
                    pages_done: progress.pages_done,
                    pages_expected: progress.pages_expected,
                    set_aside: progress.set_aside,
                });
            }
        })?;
        if let (LoadFrom::Delivery(_), [folder]) = (&order.from, paths) {
            clear(archive, folder)?;
        }
        Ok(report)
    }
}

impl Load for Loader {
    fn folders(&self) -> Vec<PathBuf> {
        let mut folders = Vec::new();
        for root in &self.archive.config.watch {
            folders.push(root.clone());
            let below = std::fs::read_dir(root).into_iter().flatten().flatten();
            let mut below: Vec<PathBuf> =
                below.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
            below.sort();
            folders.append(&mut below);
        }
        folders
    }

    fn receive(
        &self,
        delivery: &str,
        path: &str,
        bytes: &mut dyn Read,
    ) -> Result<u64, LoadError> {
        let place = self.inbox().join(delivery_name(delivery)?).join(below(path)?);
        let folder = place.parent().ok_or_else(|| LoadError::Name(path.to_owned()))?;
        std::fs::create_dir_all(folder).map_err(not_written)?;
        let mut file = tempfile::Builder::new()
            .prefix(".")
            .suffix(".part")
            .tempfile_in(folder)
            .map_err(not_written)?;
        let written = std::io::copy(&mut bytes.take(MAX_FILE_BYTES + 1), &mut file);
        let written = written.map_err(|error| match error.kind() {
            std::io::ErrorKind::ConnectionAborted => LoadError::BrokenOff,
            _ => not_written(error),
        })?;
        if written > MAX_FILE_BYTES {
            return Err(LoadError::TooLarge { most: MAX_FILE_BYTES });
        }
        file.as_file().sync_all().map_err(not_written)?;
        file.persist(&place).map_err(|error| not_written(error.error))?;
        durable::sync_folder(folder).map_err(not_written)?;
        Ok(written)
    }

    fn deliveries(&self) -> Result<Vec<Delivery>, LoadError> {
        let entries = match std::fs::read_dir(self.inbox()) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Vec::new());
            }
            Err(error) => return Err(failed(error)),
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(failed)?;
            let files = walk::files(&[entry.path()]).files;
            let Ok(name) = entry.file_name().into_string() else { continue };
            if !files.is_empty() {
                let bytes = files.iter().map(|file| file.size_bytes).sum();
                found.push(Delivery { name, files: files.len() as u64, bytes });
            }
        }
        found.sort_by(|a, b| b.name.cmp(&a.name));
        Ok(found)
    }

    fn start(&self, order: LoadOrder) -> Result<(), LoadError> {
        let paths = self.paths(&order.from)?;
        let mut run = locked(&self.run);
        if run.as_ref().is_some_and(|run| !run.is_finished()) {
            return Err(LoadError::Busy);
        }
        self.stop.store(false, Ordering::SeqCst);
        *locked(&self.state) = LoadState::Running(LoadProgress::default());
        let (archive, setup) = (Arc::clone(&self.archive), self.setup.clone());
        let (stop, state) = (Arc::clone(&self.stop), Arc::clone(&self.state));
        *run = Some(std::thread::spawn(move || {
            let work = || Self::work(&archive, &setup, &order, &paths, &stop, &state);
            let end = match super::panics::caught(work) {
                Ok(Ok(report)) => LoadState::Ended(Arc::new(report)),
                Ok(Err(error)) => LoadState::Failed(chain(&error)),
                Err(_) => LoadState::Failed("the run broke off".to_owned()),
            };
            *locked(&state) = end;
        }));
        Ok(())
    }

    fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }

    fn state(&self) -> LoadState {
        locked(&self.state).clone()
    }

    fn set_aside(&self) -> Result<Vec<SetAside>, LoadError> {
        all_set_aside(&self.archive.catalog).map_err(failed)
    }

    fn past_runs(&self, limit: usize) -> Result<Vec<PastRun>, LoadError> {
        let entries = match std::fs::read_dir(self.reports()) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Vec::new());
            }
            Err(error) => return Err(failed(error)),
        };
        let mut names: Vec<String> = entries
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter_map(|name| Some(name.strip_suffix("-ingest.json")?.to_owned()))
            .collect();
        names.sort_unstable_by(|a, b| b.cmp(a));
        names.truncate(limit);
        names
            .into_iter()
            .map(|moment| self.past_run(&format!("{moment}-ingest")))
            .collect()
    }

    fn table(&self, run: &str) -> Result<Option<Vec<u8>>, LoadError> {
        let is_plain =
            run.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !is_plain {
            return Ok(None);
        }
        match std::fs::read(self.reports().join(format!("{run}.csv"))) {
            Ok(table) => Ok(Some(table)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }
}

impl Loader {
    fn past_run(&self, name: &str) -> Result<PastRun, LoadError> {
        let file =
            File::open(self.reports().join(format!("{name}.json"))).map_err(failed)?;
        let report: serde_json::Value =
            serde_json::from_reader(std::io::BufReader::new(file)).map_err(failed)?;
        let counts = ["found", "ingested", "duplicate", "quarantined", "failed"]
            .map(|key| report.get(key).and_then(serde_json::Value::as_u64).unwrap_or(0));
        Ok(PastRun { name: name.to_owned(), counts })
    }
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line = format!("{line}: {error}");
        cause = error.source();
    }
    line
}

/// The name of a delivery: letters, digits and hyphens.
fn delivery_name(name: &str) -> Result<&str, LoadError> {
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_one = is_plain && (1..=64).contains(&name.len());
    is_one.then_some(name).ok_or_else(|| LoadError::Name(name.to_owned()))
}

/// The path of a file below its delivery, as a browser names it; it never leads elsewhere.
fn below(path: &str) -> Result<PathBuf, LoadError> {
    let refused = || LoadError::Name(path.chars().take(200).collect());
    let composed = nfc(path);
    let parts: Vec<&str> = composed.split('/').filter(|part| !part.is_empty()).collect();
    let is_name = |part: &&str| {
        part.len() <= MAX_NAME_BYTES
            && !part.contains(|letter: char| letter.is_control() || letter == '\\')
            && matches!(Path::new(part).components().next(), Some(Component::Normal(_)))
    };
    let is_path = (1..=MAX_PARTS).contains(&parts.len()) && parts.iter().all(is_name);
    is_path.then(|| parts.iter().collect()).ok_or_else(refused)
}

/// Takes away those files of a delivery whose bytes are in the archive, and the folders that
/// are empty then.
fn clear(archive: &Archive, folder: &Path) -> Result<(), RunError> {
    let io = |path: &Path, action| {
        let path = path.to_owned();
        move |source| RunError::Io { path, action, source }
    };
    for file in walk::files(&[folder.to_owned()]).files {
        let found =
            Originals::hash(&file.absolute).map_err(io(&file.absolute, "read"))?;
        if archive.catalog.scan(&found.id)?.is_some() {
            std::fs::remove_file(&file.absolute)
                .map_err(io(&file.absolute, "removed"))?;
        }
    }
    remove_empty(folder);
    Ok(())
}

/// Removes a folder with those in it, as far as they are empty.
fn remove_empty(folder: &Path) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).for_each(|path| {
        remove_empty(&path);
    });
    // One that is not empty stays, which is all that is wanted.
    drop(std::fs::remove_dir(folder));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loader(folder: &Path, watch: &Path) -> Loader {
        let mut archive = Archive::create_or_open(&folder.join("archive")).unwrap();
        archive.config.watch = vec![watch.to_owned()];
        let setup = archive.worker_setup(Path::new("/nonexistent"), Path::new("models"));
        Loader::new(Arc::new(archive), setup)
    }

    fn order(from: LoadFrom) -> LoadOrder {
        LoadOrder { from, family: "auto".into(), unit: None, collection: None }
    }

    /// Bytes that end before they are all here.
    struct Broken;

    impl Read for Broken {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            into.first_mut().map_or(Ok(0), |byte| {
                *byte = 1;
                Err(std::io::ErrorKind::ConnectionAborted.into())
            })
        }
    }

    #[test]
    fn a_path_of_a_browser_never_leads_out_of_the_delivery() {
        for path in ["", "/", "../x", "a/../../x", "a/./b", "a\\b", "a\nb", "a/\u{0}"] {
            assert!(below(path).is_err(), "{path:?}");
        }
        assert!(below(&"a/".repeat(MAX_PARTS + 1)).is_err());
        assert!(below(&"x".repeat(MAX_NAME_BYTES + 1)).is_err());
        assert_eq!(below("Sổ 1/a.jpg").unwrap(), Path::new("Sổ 1/a.jpg"));
        assert_eq!(below("/a//b.pdf").unwrap(), Path::new("a/b.pdf"));
        assert!(delivery_name("..").is_err() && delivery_name("2026-11-22-ab").is_ok());
    }

    #[test]
    fn a_file_that_breaks_off_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let loader = loader(folder.path(), folder.path());
        let broken = loader.receive("d", "a/1.pdf", &mut Broken);
        assert!(matches!(broken, Err(LoadError::BrokenOff)), "{broken:?}");
        assert_eq!(loader.deliveries().unwrap(), []);
        assert_eq!(loader.receive("d", "a/1.pdf", &mut &b"abc"[..]).unwrap(), 3);
        let delivery = Delivery { name: "d".into(), files: 1, bytes: 3 };
        assert_eq!(loader.deliveries().unwrap(), [delivery]);
        let left: Vec<_> =
            std::fs::read_dir(loader.inbox().join("d/a")).unwrap().collect();
        assert_eq!(left.len(), 1, "no half file stays");
    }

    #[test]
    fn only_watched_folders_and_what_lies_in_them_may_be_named() {
        let folder = tempfile::tempdir().unwrap();
        let (watch, other) = (folder.path().join("scans"), folder.path().join("other"));
        for path in [&watch.join("a"), &other] {
            std::fs::create_dir_all(path).unwrap();
        }
        std::os::unix::fs::symlink(&other, watch.join("link")).unwrap();
        let loader = loader(folder.path(), &watch);
        let paths = |path: PathBuf| loader.paths(&LoadFrom::Folder(path));
        assert!(paths(watch.clone()).is_ok() && paths(watch.join("a")).is_ok());
        for path in
            [other.clone(), watch.join("../other"), watch.join("link"), "/".into()]
        {
            assert!(paths(path.clone()).is_err(), "{}", path.display());
        }
        assert!(loader.start(order(LoadFrom::Folder(other))).is_err());
        assert_eq!(loader.state(), LoadState::Idle);
    }

    #[test]
    fn a_delivered_file_goes_only_when_its_bytes_are_among_the_originals() {
        let folder = tempfile::tempdir().unwrap();
        let loader = loader(folder.path(), folder.path());
        for (path, bytes) in [("a/1.pdf", "one"), ("2.pdf", "two")] {
            loader.receive("d", path, &mut bytes.as_bytes()).unwrap();
        }
        let inbox = loader.inbox().join("d");
        clear(&loader.archive, &inbox).unwrap();
        assert_eq!(loader.deliveries().unwrap()[0].files, 2, "nothing is in the archive");
        let stored =
            loader.archive.catalog.originals().copy_in(&inbox.join("a/1.pdf")).unwrap();
        let new = crate::catalog::NewScan {
            name: crate::catalog::ScanName::new(),
            id: &stored.id,
            bytes: 3,
            path: "a/1.pdf",
            modified_ms: 0,
            arrived_ms: 0,
            family: "auto",
            collection: None,
            unit: None,
        };
        loader.archive.catalog.add_scan(&new).unwrap();
        clear(&loader.archive, &inbox).unwrap();
        let is_there = |name: &str| inbox.join(name).try_exists().unwrap();
        assert!(!is_there("a") && is_there("2.pdf"));
    }
}
