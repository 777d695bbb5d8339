//! Files under folders, in a stable order.

use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A regular file that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFile {
    /// Path below the argument that it was found under; the file name alone where the
    /// argument is the file itself.
    pub relative: PathBuf,
    /// Absolute path.
    pub absolute: PathBuf,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Time of the last change; `None` where the file system keeps none.
    pub modified: Option<SystemTime>,
}

/// Something that cannot be read.
#[derive(Debug)]
pub struct Unreadable {
    /// Path below the argument.
    pub relative: PathBuf,
    /// The path as it was tried.
    pub absolute: PathBuf,
    /// Why.
    pub error: io::Error,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// Files, sorted by path within each argument; each file once, even where arguments
    /// overlap.
    pub files: Vec<FoundFile>,
    /// What could not be looked at, in the same order.
    pub unreadable: Vec<Unreadable>,
    /// Files that systems and programs leave behind and nobody scanned.
    pub num_junk: u64,
    /// Pipes, sockets and devices, which are never opened.
    pub num_special: u64,
}

/// Deepest folder below an argument.
const MAX_DEPTH: usize = 64;

/// Names of files that systems leave in folders, in lower case.
const JUNK_NAMES: &[&str] = &[
    ".ds_store",
    "thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    ".directory",
    "folder.jpg.tmp",
];

/// Names of folders that systems make, in lower case.
const JUNK_FOLDERS: &[&str] = &[
    "__macosx",
    ".spotlight-v100",
    ".trashes",
    ".fseventsd",
    "$recycle.bin",
    "system volume information",
    "@eadir",
    ".git",
];

/// Starts of names of files that are open or half copied.
const JUNK_PREFIXES: &[&str] = &["~$", "._", ".~lock.", ".smbdelete", ".nfs"];

/// Ends of names of files that are not yet copied completely, in lower case.
const JUNK_SUFFIXES: &[&str] = &[".part", ".partial", ".crdownload", ".filepart", ".tmp"];

/// Finds all files under `paths` (files or folders), sorted.
///
/// Symbolic links given as arguments are followed; links inside folders are followed to
/// files, and to folders unless that would lead in a circle.
pub fn files(paths: &[PathBuf]) -> Found {
    let mut walk = Walk::default();
    for path in paths {
        let root = match std::path::absolute(path) {
            Ok(root) => root,
            Err(error) => {
                walk.refuse(path.clone(), path.clone(), error);
                continue;
            }
        };
        let name = root.file_name().map_or_else(|| root.clone(), PathBuf::from);
        match fs::metadata(&root) {
            Ok(metadata) if metadata.is_dir() => walk.folder(&root, Path::new(""), 0),
            Ok(metadata) => walk.file(&root, name, &metadata),
            Err(error) => walk.refuse(name, root, error),
        }
    }
    walk.found
}

#[derive(Default)]
struct Walk {
    found: Found,
    /// Canonical paths of files that were taken.
    seen: BTreeSet<PathBuf>,
    /// Canonical paths of the folders that the walk is in.
    within: Vec<PathBuf>,
}

impl Walk {
    fn refuse(&mut self, relative: PathBuf, absolute: PathBuf, error: io::Error) {
        self.found.unreadable.push(Unreadable { relative, absolute, error });
    }

    fn folder(&mut self, folder: &Path, relative: &Path, depth: usize) {
        let canonical = match fs::canonicalize(folder) {
            Ok(canonical) => canonical,
            Err(error) => return self.refuse(relative.into(), folder.into(), error),
        };
        if self.within.contains(&canonical) {
            return;
        }
        if depth > MAX_DEPTH {
            let error = io::Error::other("the folder is nested too deeply");
            return self.refuse(relative.into(), folder.into(), error);
        }
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.refuse(relative.into(), folder.into(), error),
        };
        let mut names = BTreeSet::new();
        for entry in entries {
            match entry {
                Ok(entry) => {
                    names.insert(entry.file_name());
                }
                Err(error) => self.refuse(relative.into(), folder.into(), error),
            }
        }
        self.within.push(canonical);
        for name in names {
            let (absolute, below) = (folder.join(&name), relative.join(&name));
            match fs::metadata(&absolute) {
                Ok(metadata) if metadata.is_dir() => {
                    if !is_junk_folder(&name.to_string_lossy()) {
                        self.folder(&absolute, &below, depth + 1);
                    }
                }
                Ok(metadata) => self.file(&absolute, below, &metadata),
                Err(error) => self.refuse(below, absolute, error),
            }
        }
        self.within.pop();
    }

    fn file(&mut self, absolute: &Path, relative: PathBuf, metadata: &Metadata) {
        let name = relative.file_name().map(|name| name.to_string_lossy().into_owned());
        if name.is_some_and(|name| is_junk(&name)) {
            self.found.num_junk += 1;
            return;
        }
        if !metadata.is_file() {
            self.found.num_special += 1;
            return;
        }
        let canonical = fs::canonicalize(absolute).unwrap_or_else(|_| absolute.into());
        if self.seen.insert(canonical) {
            self.found.files.push(FoundFile {
                relative,
                absolute: absolute.into(),
                size_bytes: metadata.len(),
                modified: metadata.modified().ok(),
            });
        }
    }
}

fn is_junk(name: &str) -> bool {
    let lower = name.to_lowercase();
    JUNK_NAMES.contains(&lower.as_str())
        || JUNK_PREFIXES.iter().any(|prefix| lower.starts_with(prefix))
        || JUNK_SUFFIXES.iter().any(|suffix| lower.ends_with(suffix))
}

/// Whether a path with `/` leads to junk, or through a folder of junk.
pub(super) fn is_junk_path(path: &str) -> bool {
    let mut names = path.rsplit('/');
    names.next().is_some_and(is_junk) || names.any(is_junk_folder)
}

fn is_junk_folder(name: &str) -> bool {
    JUNK_FOLDERS.contains(&name.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(found: &Found) -> Vec<String> {
        found
            .files
            .iter()
            .map(|file| file.relative.to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn files_come_sorted_once_and_without_junk() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        fs::create_dir_all(root.join("b/c")).expect("folders");
        fs::create_dir(root.join("__MACOSX")).expect("a folder");
        for name in [
            "b/2.pdf",
            "b/c/1.tif",
            "a.jpg",
            "Thumbs.db",
            "b/~$x.docx",
            "z.pdf.part",
            "__MACOSX/a.jpg",
            "._a.jpg",
            "Tờ 1.pdf",
        ] {
            fs::write(root.join(name), name).expect("a file");
        }
        let found = files(&[root.to_path_buf(), root.join("b/2.pdf")]);
        assert_eq!(names(&found), ["Tờ 1.pdf", "a.jpg", "b/2.pdf", "b/c/1.tif"]);
        assert_eq!(found.num_junk, 4);
        assert!(found.unreadable.is_empty());
        assert_eq!(found.files[1].size_bytes, 5);
    }

    #[test]
    fn what_is_not_there_is_reported() {
        let found = files(&[PathBuf::from("/no/such/folder/x.pdf")]);
        assert!(found.files.is_empty());
        assert_eq!(found.unreadable.len(), 1);
        assert_eq!(found.unreadable[0].error.kind(), io::ErrorKind::NotFound);
    }

    #[cfg(unix)]
    #[test]
    fn links_in_a_circle_end_and_pipes_are_not_opened() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        fs::create_dir(root.join("a")).expect("a folder");
        fs::write(root.join("a/1.pdf"), "x").expect("a file");
        std::os::unix::fs::symlink(root, root.join("a/up")).expect("a link");
        std::os::unix::fs::symlink("gone", root.join("broken")).expect("a link");
        let listener = std::os::unix::net::UnixListener::bind(root.join("socket"));
        let found = files(&[root.to_path_buf()]);
        assert_eq!(names(&found), ["a/1.pdf"]);
        assert_eq!(found.num_special, u64::from(listener.is_ok()));
        assert_eq!(found.unreadable.len(), 1, "the broken link");
    }
}
