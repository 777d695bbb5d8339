//! Originals as their users see them, and what a power cut leaves of them.

use std::collections::BTreeSet;
use std::io;
use std::sync::Mutex;

use super::super::disk::Draft;
use super::*;

#[test]
fn the_same_bytes_twice_are_one_original_and_a_changed_byte_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("a.bin");
    std::fs::write(&source, b"abc").unwrap();
    let originals = Originals::new(folder.path().join("originals"));
    let first = originals.copy_in(&source).unwrap();
    assert_eq!(
        first.id.0,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    assert_eq!(originals.copy_in(&source).unwrap(), first);
    assert_eq!(originals.verify(&first.id).unwrap(), 3);

    let place = originals.path(&first.id);
    std::fs::remove_file(&place).unwrap();
    std::fs::write(&place, b"abd").unwrap();
    assert!(matches!(originals.verify(&first.id), Err(CatalogError::Fixity { .. })));
}

#[test]
fn a_source_that_is_not_there_is_the_sources_own_trouble() {
    let folder = tempfile::tempdir().unwrap();
    let originals = Originals::new(folder.path().join("originals"));
    let missing = folder.path().join("missing.pdf");
    assert!(matches!(originals.copy_in(&missing), Err(CopyError::Source { .. })));
}

#[test]
fn an_original_that_a_power_cut_has_shortened_is_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("a.bin");
    std::fs::write(&source, b"abc").unwrap();
    let originals = Originals::new(folder.path().join("originals"));
    let id = originals.copy_in(&source).unwrap().id;
    let place = originals.path(&id);
    std::fs::remove_file(&place).unwrap();
    std::fs::write(&place, b"").unwrap();
    originals.copy_in(&source).unwrap();
    assert_eq!(originals.verify(&id).unwrap(), 3);
}

/// One thing that was done to the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    MakeFolder(PathBuf),
    Write,
    SyncFile,
    Place(PathBuf),
    SyncFolder(PathBuf),
}

/// The real disk, with a record of what was done to it.
#[derive(Debug, Default)]
struct Recorded(Arc<Mutex<Vec<Step>>>);

struct RecordedDraft(Box<dyn Draft>, Arc<Mutex<Vec<Step>>>);

impl io::Write for RecordedDraft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.1.lock().unwrap().push(Step::Write);
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Draft for RecordedDraft {
    fn sync(&mut self) -> io::Result<()> {
        self.1.lock().unwrap().push(Step::SyncFile);
        self.0.sync()
    }

    fn place(self: Box<Self>, place: &Path) -> io::Result<()> {
        self.1.lock().unwrap().push(Step::Place(place.to_owned()));
        self.0.place(place)
    }
}

impl Disk for Recorded {
    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        self.0.lock().unwrap().push(Step::MakeFolder(folder.to_owned()));
        Real.make_folder(folder)
    }

    fn draft(&self, folder: &Path) -> io::Result<Box<dyn Draft>> {
        Ok(Box::new(RecordedDraft(Real.draft(folder)?, Arc::clone(&self.0))))
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.0.lock().unwrap().push(Step::SyncFolder(folder.to_owned()));
        Real.sync_folder(folder)
    }
}

/// What a disk that drops everything unsynced has of the original at `place` after these
/// steps. A rename may reach the disk early, so an unsynced file under its final name is
/// a broken one, whatever is synced later.
#[derive(Debug, PartialEq, Eq)]
enum Left {
    Nothing,
    Whole,
    Broken,
}

fn left_after(steps: &[Step], place: &Path, archive: &Path) -> Left {
    let (mut synced, mut placed) = (false, false);
    let mut durable_names: BTreeSet<PathBuf> = BTreeSet::new();
    for step in steps {
        match step {
            Step::Write => synced = false,
            Step::SyncFile => synced = true,
            Step::Place(at) if at == place => {
                if !synced {
                    return Left::Broken;
                }
                placed = true;
            }
            Step::SyncFolder(folder) => {
                // The names in it that exist by now.
                durable_names.extend(
                    place
                        .ancestors()
                        .filter(|name| name.parent() == Some(folder))
                        .filter(|name| *name != place || placed)
                        .map(Path::to_owned),
                );
            }
            Step::MakeFolder(_) | Step::Place(_) => {}
        }
    }
    let mut needed = place.ancestors().take_while(|name| *name != archive);
    if placed && needed.all(|name| durable_names.contains(name)) {
        Left::Whole
    } else {
        Left::Nothing
    }
}

#[test]
fn a_power_cut_leaves_an_original_whole_or_not_at_all_and_whole_once_it_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("a.bin");
    std::fs::write(&source, vec![7; 3 * CHUNK_BYTES + 5]).unwrap();
    let archive = folder.path().join("archive");
    let steps = Arc::default();
    let disk = Arc::new(Recorded(Arc::clone(&steps)));
    let originals = Originals::on(archive.join("originals"), disk);
    let stored = originals.copy_in(&source).unwrap();
    let place = originals.path(&stored.id);
    let done = steps.lock().unwrap().clone();
    assert_eq!(left_after(&done, &place, &archive), Left::Whole);
    for cut in 0..done.len() {
        assert_ne!(left_after(&done[..cut], &place, &archive), Left::Broken, "{cut}");
    }
    // The check itself: without any one of the syncs the original is not safe.
    for (at, step) in done.iter().enumerate() {
        if matches!(step, Step::SyncFile | Step::SyncFolder(_)) {
            let mut lacking = done.clone();
            lacking.remove(at);
            let left = left_after(&lacking, &place, &archive);
            assert_ne!(left, Left::Whole, "nobody misses {step:?}");
        }
    }

    // Killed after the rename: the second copy makes the names durable.
    steps.lock().unwrap().clear();
    originals.copy_in(&source).unwrap();
    let again = steps.lock().unwrap().clone();
    let folders = again.iter().filter(|step| matches!(step, Step::SyncFolder(_))).count();
    assert_eq!(folders, 4, "ab/cd, ab, originals, the archive");
}

#[test]
fn a_file_that_changes_while_it_is_copied_is_not_taken_in() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("a.bin");
    std::fs::write(&source, b"first half").unwrap();
    let grows = Arc::new(Growing(source.clone()));
    let originals = Originals::on(folder.path().join("originals"), grows);
    assert!(matches!(originals.copy_in(&source), Err(CopyError::Changing { .. })));
    let incoming = std::fs::read_dir(folder.path().join("originals/incoming")).unwrap();
    assert_eq!(incoming.count(), 0, "half a copy is left");
}

/// A disk that is written to by somebody else while a copy is begun.
#[derive(Debug)]
struct Growing(PathBuf);

impl Disk for Growing {
    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        Real.make_folder(folder)
    }

    fn draft(&self, folder: &Path) -> io::Result<Box<dyn Draft>> {
        let mut file = File::options().append(true).open(&self.0)?;
        file.write_all(b", second half")?;
        Real.draft(folder)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        Real.sync_folder(folder)
    }
}
