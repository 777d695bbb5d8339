//! What the workers are at, noted beside the catalog: a page that takes the whole machine
//! down with it leaves nobody who could count that, and is not to be tried for ever.
//!
//! No page waits for the note: it is written by the thread that watches the run, a tick
//! after the page was begun.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::archive::Archive;
use super::error::RunError;
use super::reading::MAX_CRASHES;
use crate::catalog::Catalog;
use crate::model::PageKey;
use crate::model::Reason;
use crate::model::ScanId;

/// Name of the note in the archive: the number of the machine's start, then a scan a line
/// with the page that is read, or 0 while it is opened.
const NAME: &str = "attempts";

/// Where the system tells which start of the machine this is.
const START: &str = "/proc/sys/kernel/random/boot_id";

/// What is told of a scan or page that is set aside.
const MESSAGE: &str = "the machine went down while a worker was at it";

/// Which start of the machine this is; `None` where the system does not tell.
fn this_start() -> Option<String> {
    let start = std::fs::read_to_string(START).ok()?;
    Some(start.trim().to_owned()).filter(|start| !start.is_empty())
}

#[derive(Default)]
struct State {
    now: BTreeSet<(ScanId, u32)>,
    file: Option<File>,
    written: String,
}

/// What the workers of a run are at.
pub(super) struct Attempts {
    path: PathBuf,
    start: Option<String>,
    state: Mutex<State>,
}

/// One scan or page that a worker is at, until it is dropped.
pub(super) struct Attempt<'a> {
    of: &'a Attempts,
    what: (ScanId, u32),
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        self.of.lock().now.remove(&self.what);
    }
}

impl Attempts {
    pub(super) fn new(archive: &Path) -> Self {
        let (path, start) = (archive.join(NAME), this_start());
        Self { path, start, state: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A worker is asked to open the scan.
    pub(super) fn open(&self, scan: &ScanId) -> Attempt<'_> {
        self.begin((scan.clone(), 0))
    }

    /// A worker is asked to read the page.
    pub(super) fn read(&self, key: &PageKey) -> Attempt<'_> {
        self.begin((key.scan.clone(), key.page))
    }

    fn begin(&self, what: (ScanId, u32)) -> Attempt<'_> {
        self.lock().now.insert(what.clone());
        Attempt { of: self, what }
    }

    /// Writes down what has changed since the last time, and waits for the disk.
    ///
    /// # Errors
    ///
    /// If the archive cannot be written.
    pub(super) fn note(&self) -> Result<(), RunError> {
        let Some(start) = &self.start else { return Ok(()) };
        let mut state = self.lock();
        let mut text = String::new();
        if !state.now.is_empty() {
            text = format!("{start}\n");
        }
        for (scan, page) in &state.now {
            text.extend([scan.0.as_str(), " ", &page.to_string(), "\n"]);
        }
        if text == state.written {
            return Ok(());
        }
        let file = match state.file.take() {
            Some(file) => Ok(file),
            None => File::create(&self.path),
        };
        state.written.clone_from(&text);
        // Nobody who begins a page waits for the disk.
        drop(state);
        let written = file.and_then(|mut file| {
            file.rewind()?;
            file.set_len(0)?;
            file.write_all(text.as_bytes())?;
            file.sync_data()?;
            Ok(file)
        });
        let file = written.map_err(|source| RunError::Io {
            path: self.path.clone(),
            action: "written",
            source,
        })?;
        self.lock().file = Some(file);
        Ok(())
    }
}

/// Counts what the workers were at when the machine went down, sets aside what was there
/// too often, and forgets it. What was noted in this start of the machine is nobody's
/// fault: somebody ended the run. Returns the scans that are set aside as a whole.
///
/// # Errors
///
/// If the catalog or the note cannot be used.
pub(super) fn blame(archive: &Archive) -> Result<Vec<ScanId>, RunError> {
    let path = archive.folder.join(NAME);
    // A note that cannot be read is one that was cut short.
    let Ok(text) = std::fs::read_to_string(&path) else { return Ok(Vec::new()) };
    let mut set_aside = Vec::new();
    if let (Some(start), Some((noted, rest))) = (this_start(), text.split_once('\n'))
        && noted != start
    {
        for line in rest.lines() {
            let what = line.split_once(' ').and_then(|(scan, page)| {
                Some((ScanId(scan.to_owned()), page.parse().ok()?))
            });
            if let Some((scan, page)) = what
                && count(&archive.catalog, &scan, page)?
            {
                set_aside.push(scan);
            }
        }
    }
    std::fs::remove_file(&path).map_err(|source| RunError::Io {
        path,
        action: "removed",
        source,
    })?;
    Ok(set_aside)
}

/// Counts one attempt. Returns whether the whole scan is set aside for it.
fn count(catalog: &Catalog, scan: &ScanId, page: u32) -> Result<bool, RunError> {
    let Some(stored) = catalog.scan(scan)? else { return Ok(false) };
    if page > 0 {
        // What was read by then is stored.
        let key = PageKey { scan: scan.clone(), page };
        if catalog.waiting_pages(scan)?.contains(&page)
            && catalog.note_crash(&key)? >= MAX_CRASHES
        {
            catalog.quarantine_page(&key, Reason::Crash, MESSAGE)?;
        }
    } else if stored.num_pages.is_none() && catalog.note_open_crash(scan)? >= MAX_CRASHES
    {
        catalog.quarantine_scan(scan, Reason::Crash, MESSAGE)?;
        return Ok(true);
    }
    Ok(false)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::catalog::{NewScan, PageState, ScanState};

    fn scan(catalog: &Catalog, digit: &str, num_pages: Option<u32>) -> ScanId {
        let id = ScanId(digit.repeat(64));
        let new = NewScan::new(&id, 1, digit);
        catalog.add_scan(&new).expect("a scan");
        if let Some(num_pages) = num_pages {
            catalog.set_num_pages(&id, num_pages).expect("pages");
        }
        id
    }

    /// The note of a run that is at those, as the machine's start `start` left it.
    fn leave_note(archive: &Archive, start: Option<&str>, of: &ScanId, shut: &ScanId) {
        let attempts = Attempts::new(&archive.folder);
        let key = PageKey { scan: of.clone(), page: 2 };
        let (_read, _open) = (attempts.read(&key), attempts.open(shut));
        attempts.note().expect("a note");
        if let Some(start) = start {
            let path = archive.folder.join(NAME);
            let text = std::fs::read_to_string(&path).expect("a file");
            std::fs::write(&path, text.replace(&this_start().expect("a start"), start))
                .expect("written");
        }
    }

    #[test]
    fn what_was_read_when_the_machine_went_down_twice_is_set_aside_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::create_or_open(folder.path()).unwrap();
        let catalog = &archive.catalog;
        let (of, shut) = (scan(catalog, "a", Some(3)), scan(catalog, "b", None));
        // Ended from outside, as often as it may be.
        for _ in 0..5 {
            leave_note(&archive, None, &of, &shut);
            assert!(blame(&archive).unwrap().is_empty());
        }
        leave_note(&archive, Some("one start"), &of, &shut);
        assert!(blame(&archive).unwrap().is_empty(), "once may be chance");
        assert!(blame(&archive).unwrap().is_empty(), "it is counted once");
        assert_eq!(catalog.waiting_pages(&of).unwrap(), [1, 2, 3]);
        leave_note(&archive, Some("another"), &of, &shut);
        assert_eq!(blame(&archive).unwrap(), std::slice::from_ref(&shut));
        assert_eq!(catalog.waiting_pages(&of).unwrap(), [1, 3]);
        let aside = PageState::Quarantined(Reason::Crash, MESSAGE.to_owned());
        assert_eq!(catalog.pages(&of).unwrap()[1].state, aside);
        let state = catalog.scan(&shut).unwrap().unwrap().state;
        assert_eq!(state, ScanState::Quarantined(Reason::Crash, MESSAGE.to_owned()));
    }

    #[test]
    fn a_page_that_was_answered_is_noted_no_longer() {
        let folder = tempfile::tempdir().unwrap();
        let attempts = Attempts::new(folder.path());
        let noted = || std::fs::read_to_string(folder.path().join(NAME)).unwrap();
        let id = ScanId("a".repeat(64));
        let attempt = attempts.open(&id);
        attempts.note().unwrap();
        assert!(noted().ends_with(&format!("\n{id} 0\n")), "{}", noted());
        drop(attempt);
        attempts.note().unwrap();
        assert_eq!(noted(), "");
    }
}
