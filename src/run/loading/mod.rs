//! Runs that somebody starts at the desk, one at a time.

mod inbox;

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use self::inbox::{clear, delivery_name};
use super::account::all_set_aside;
use super::archive::Archive;
use super::child::WorkerSetup;
use super::error::RunError;
use super::ingest::{IngestPlan, Notice};
use crate::model::with_causes;
use crate::report::{Progress, Report, SetAside};
use crate::serve::{Delivery, Load, LoadError, LoadFrom, LoadOrder, LoadState, PastRun};

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
        let mut plan = IngestPlan::of(paths.to_owned());
        plan.family.clone_from(&order.family);
        plan.unit.clone_from(&order.unit);
        plan.collection.clone_from(&order.collection);
        // One core stays for those who search meanwhile.
        plan.jobs = plan.jobs.saturating_sub(1).max(1);
        let observe = |notice| {
            if let Notice::Progress(progress) = notice {
                *locked(state) = LoadState::Running(progress);
            }
        };
        if order.from == LoadFrom::SetAside {
            let again = super::retry(archive, setup, None, &plan, stop, observe)?;
            return Ok(again.1);
        }
        let report = super::ingest(archive, setup, &plan, stop, observe)?;
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
    ) -> Result<Option<u64>, LoadError> {
        inbox::receive(&self.inbox(), delivery, path, bytes)
    }

    fn deliveries(&self) -> Result<Vec<Delivery>, LoadError> {
        inbox::deliveries(&self.inbox())
    }

    fn start(&self, order: LoadOrder) -> Result<(), LoadError> {
        let paths = self.paths(&order.from)?;
        let mut run = locked(&self.run);
        if run.as_ref().is_some_and(|run| !run.is_finished()) {
            return Err(LoadError::Busy);
        }
        self.stop.store(false, Ordering::SeqCst);
        *locked(&self.state) = LoadState::Running(Progress::default());
        let (archive, setup) = (Arc::clone(&self.archive), self.setup.clone());
        let (stop, state) = (Arc::clone(&self.stop), Arc::clone(&self.state));
        *run = Some(std::thread::spawn(move || {
            let work = || Self::work(&archive, &setup, &order, &paths, &stop, &state);
            let end = match super::panics::caught(work) {
                Ok(Ok(report)) => LoadState::Ended(Arc::new(report)),
                Ok(Err(error)) => LoadState::Failed(with_causes(&error)),
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

#[cfg(test)]
mod tests {
    use std::path::Path;

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
}
