//! The files that come through the desk.
//!
//! A delivery is a folder below `inbox/` of the archive. A file lies there whole or not at
//! all, and goes when its bytes are among the originals: not before, so that a run that is
//! stopped or killed loses nothing.

use std::io::Read;
use std::path::{Component, Path, PathBuf};

use super::failed;
use crate::catalog::Originals;
use crate::intake::walk;
use crate::model::nfc;
use crate::run::archive::Archive;
use crate::run::durable;
use crate::run::error::RunError;
use crate::serve::{Delivery, LoadError};

/// Most bytes of a file that comes through the desk.
const MAX_FILE_BYTES: u64 = 4 << 30;
/// Most bytes of one part of a path, as file systems have it.
const MAX_NAME_BYTES: usize = 255;
/// End of the name of a file that is not here as a whole yet.
const ARRIVING: &str = ".part";
/// Most parts of a path.
const MAX_PARTS: usize = 32;

/// An error of writing, a full disk told from the rest.
fn not_written(error: std::io::Error) -> LoadError {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => LoadError::DiskFull,
        _ => failed(error),
    }
}

/// Takes one file of a delivery in and returns its size in bytes; `None` for what systems
/// leave in folders and nobody scanned, of which nothing is kept.
pub(super) fn receive(
    inbox: &Path,
    delivery: &str,
    path: &str,
    bytes: &mut dyn Read,
) -> Result<Option<u64>, LoadError> {
    let below = below(path)?;
    let place = inbox.join(delivery_name(delivery)?).join(&below);
    if walk::is_junk_path(&below.to_string_lossy()) {
        return Ok(None);
    }
    let folder = place.parent().ok_or_else(|| LoadError::Name(path.to_owned()))?;
    std::fs::create_dir_all(folder).map_err(not_written)?;
    let mut file = tempfile::Builder::new()
        .prefix(".")
        .suffix(ARRIVING)
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
    Ok(Some(written))
}

/// What waits in the inbox, the newest name first.
pub(super) fn deliveries(inbox: &Path) -> Result<Vec<Delivery>, LoadError> {
    let entries = match std::fs::read_dir(inbox) {
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

/// The name of a delivery: letters, digits and hyphens.
pub(super) fn delivery_name(name: &str) -> Result<&str, LoadError> {
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

/// Takes away those files of a delivery whose bytes are in the archive, what nobody scanned,
/// and the folders that are empty then.
pub(super) fn clear(archive: &Archive, folder: &Path) -> Result<(), RunError> {
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
    remove_empty(folder, "");
    Ok(())
}

/// Removes a folder with those in it, as far as they are empty or hold what nobody scanned.
/// `below` is its place in its delivery, with `/` at its end.
fn remove_empty(folder: &Path, below: &str) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type();
        if kind.as_ref().is_ok_and(std::fs::FileType::is_dir) {
            remove_empty(&entry.path(), &format!("{name}/"));
        } else if walk::is_junk_path(&name) && !name.ends_with(ARRIVING) {
            // What stays is passed over by every run all the same.
            drop(std::fs::remove_file(entry.path()));
        }
    }
    // One that is not empty stays, which is all that is wanted.
    drop(std::fs::remove_dir(folder));
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let inbox = folder.path().join("inbox");
        let broken = receive(&inbox, "d", "a/1.pdf", &mut Broken);
        assert!(matches!(broken, Err(LoadError::BrokenOff)), "{broken:?}");
        assert_eq!(deliveries(&inbox).unwrap(), []);
        assert_eq!(receive(&inbox, "d", "a/1.pdf", &mut &b"abc"[..]).unwrap(), Some(3));
        let delivery = Delivery { name: "d".into(), files: 1, bytes: 3 };
        assert_eq!(deliveries(&inbox).unwrap(), [delivery]);
        let left: Vec<_> = std::fs::read_dir(inbox.join("d/a")).unwrap().collect();
        assert_eq!(left.len(), 1, "no half file stays");
    }

    #[test]
    fn what_systems_leave_in_folders_is_no_part_of_a_delivery() {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::create_or_open(&folder.path().join("archive")).unwrap();
        let inbox = archive.folder.join("inbox");
        for path in ["a/Thumbs.db", ".DS_Store", "desktop.ini", "b/x.TMP", "__MACOSX/a"] {
            assert_eq!(
                receive(&inbox, "d", path, &mut &b"x"[..]).unwrap(),
                None,
                "{path}"
            );
        }
        assert!(!inbox.join("d").try_exists().unwrap(), "nothing of it is kept");
        // An earlier version kept it.
        let delivery = inbox.join("d/a");
        std::fs::create_dir_all(&delivery).unwrap();
        for name in ["Thumbs.db", "x.tmp"] {
            std::fs::write(delivery.join(name), "x").unwrap();
        }
        clear(&archive, &inbox.join("d")).unwrap();
        assert!(!inbox.join("d").try_exists().unwrap());
    }

    #[test]
    fn a_delivered_file_goes_only_when_its_bytes_are_among_the_originals() {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::create_or_open(&folder.path().join("archive")).unwrap();
        let inbox = archive.folder.join("inbox");
        for (path, bytes) in [("a/1.pdf", "one"), ("2.pdf", "two")] {
            receive(&inbox, "d", path, &mut bytes.as_bytes()).unwrap();
        }
        let delivery = inbox.join("d");
        clear(&archive, &delivery).unwrap();
        assert_eq!(deliveries(&inbox).unwrap()[0].files, 2, "nothing is in the archive");
        let stored =
            archive.catalog.originals().copy_in(&delivery.join("a/1.pdf")).unwrap();
        let new = crate::catalog::NewScan::new(&stored.id, 3, "a/1.pdf");
        archive.catalog.add_scan(&new).unwrap();
        clear(&archive, &delivery).unwrap();
        let is_there = |name: &str| delivery.join(name).try_exists().unwrap();
        assert!(!is_there("a") && is_there("2.pdf"));
    }
}
