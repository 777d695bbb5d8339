//! Files under folders, in a stable order.

mod junk;

use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub use self::junk::is_junk_path;
use self::junk::{is_junk, is_junk_folder};

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
    /// Last change of its entry on the disk, which no program can set back, in nanoseconds
    /// since 1970; 0 where the system keeps none.
    pub changed_ns: i64,
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

/// The folder of an archive in which files wait that are still to be taken in.
pub const INBOX: &str = "inbox";

/// Deepest folder below an argument.
const MAX_DEPTH: usize = 64;

/// Finds all files under `paths` (files or folders), sorted.
///
/// Symbolic links given as arguments are followed; links inside folders are followed where
/// they stay inside the argument, and refused where they lead out of it. Each folder is
/// visited once, at its own place, however many links lead to it.
pub fn files(paths: &[PathBuf]) -> Found {
    files_outside(paths, None, &|| false)
}

/// As [`files`], without what lies in the folder `archive`, its [`INBOX`] excepted where
/// that is named, and only as far as it comes until `is_stopped`.
pub fn files_outside(
    paths: &[PathBuf],
    archive: Option<&Path>,
    is_stopped: &dyn Fn() -> bool,
) -> Found {
    let mut walk = Walk {
        found: Found::default(),
        files: BTreeSet::new(),
        folders: BTreeSet::new(),
        links: Vec::new(),
        // An archive that is still to be made holds nothing.
        archive: archive.and_then(|archive| fs::canonicalize(archive).ok()),
        is_stopped,
    };
    for path in paths {
        match std::path::absolute(path) {
            Ok(root) => walk.argument(root),
            Err(error) => walk.refuse(path.clone(), path.clone(), error),
        }
    }
    walk.found
}

struct Walk<'a> {
    found: Found,
    /// Canonical paths of files that were taken.
    files: BTreeSet<PathBuf>,
    /// Canonical paths of folders that were visited.
    folders: BTreeSet<PathBuf>,
    /// Links to folders of the argument, with their depth; most of those are visited at
    /// their own place.
    links: Vec<(Met, usize)>,
    /// Canonical path of what is left out.
    archive: Option<PathBuf>,
    is_stopped: &'a dyn Fn() -> bool,
}

/// Something that was met, with the names by which it is known.
struct Met {
    /// As it was reached.
    absolute: PathBuf,
    /// The same below the argument.
    relative: PathBuf,
    /// Without links.
    canonical: PathBuf,
}

/// An entry of a folder, its links followed.
struct Resolved {
    metadata: Metadata,
    canonical: PathBuf,
    is_link: bool,
}

/// What an entry of a folder is. `root` is the canonical path of the argument, `canonical`
/// the entry's own if it is no link.
fn resolved(absolute: &Path, canonical: PathBuf, root: &Path) -> io::Result<Resolved> {
    let metadata = fs::symlink_metadata(absolute)?;
    if !metadata.is_symlink() {
        return Ok(Resolved { metadata, canonical, is_link: false });
    }
    let target = fs::canonicalize(absolute)?;
    if !target.starts_with(root) {
        return Err(io::Error::other(
            "it is a link that leads out of the folder that was named; name its target",
        ));
    }
    Ok(Resolved { metadata: fs::metadata(&target)?, canonical: target, is_link: true })
}

impl Walk<'_> {
    fn refuse(&mut self, relative: PathBuf, absolute: PathBuf, error: io::Error) {
        self.found.unreadable.push(Unreadable { relative, absolute, error });
    }

    fn is_in_archive(&self, canonical: &Path) -> bool {
        let below = self
            .archive
            .as_ref()
            .and_then(|archive| canonical.strip_prefix(archive).ok());
        below.is_some_and(|below| !below.starts_with(INBOX))
    }

    fn argument(&mut self, root: PathBuf) {
        let name = root.file_name().map_or_else(|| root.clone(), PathBuf::from);
        let found = fs::canonicalize(&root)
            .and_then(|canonical| Ok((fs::metadata(&canonical)?, canonical)));
        match found {
            Ok((_, canonical)) if self.is_in_archive(&canonical) => {
                let error = io::Error::other("it lies in the archive itself");
                self.refuse(name, root, error);
            }
            Ok((metadata, canonical)) if metadata.is_dir() => {
                let relative = PathBuf::new();
                let inside = canonical.clone();
                let first = self.found.files.len();
                self.folder(Met { absolute: root, relative, canonical }, &inside, 0);
                while let Some((link, depth)) = self.links.pop() {
                    self.folder(link, &inside, depth);
                }
                let files = self.found.files.get_mut(first..).unwrap_or_default();
                files.sort_by(|a, b| a.relative.cmp(&b.relative));
            }
            Ok((metadata, canonical)) => {
                self.file(Met { absolute: root, relative: name, canonical }, &metadata);
            }
            Err(error) => self.refuse(name, root, error),
        }
    }

    fn folder(&mut self, folder: Met, root: &Path, depth: usize) {
        if depth > MAX_DEPTH {
            let error = io::Error::other("the folder is nested too deeply");
            return self.refuse(folder.relative, folder.absolute, error);
        }
        let entries = match fs::read_dir(&folder.absolute) {
            Ok(entries) => entries,
            Err(error) => return self.refuse(folder.relative, folder.absolute, error),
        };
        if !self.folders.insert(folder.canonical.clone()) {
            return;
        }
        let mut names = BTreeSet::new();
        for entry in entries {
            match entry {
                Ok(entry) => {
                    names.insert(entry.file_name());
                }
                Err(error) => {
                    self.refuse(folder.relative.clone(), folder.absolute.clone(), error);
                }
            }
        }
        for name in names {
            if (self.is_stopped)() {
                return;
            }
            let (absolute, relative) =
                (folder.absolute.join(&name), folder.relative.join(&name));
            let found = match resolved(&absolute, folder.canonical.join(&name), root) {
                Ok(found) => found,
                Err(error) => {
                    self.refuse(relative, absolute, error);
                    continue;
                }
            };
            let Resolved { metadata, canonical, is_link } = found;
            if self.is_in_archive(&canonical) {
                continue;
            }
            let met = Met { absolute, relative, canonical };
            if !metadata.is_dir() {
                self.file(met, &metadata);
            } else if !is_junk_folder(&name.to_string_lossy()) {
                if is_link {
                    self.links.push((met, depth + 1));
                } else {
                    self.folder(met, root, depth + 1);
                }
            }
        }
    }

    fn file(&mut self, file: Met, metadata: &Metadata) {
        let Met { absolute, relative, canonical } = file;
        let name = relative.file_name().map(|name| name.to_string_lossy().into_owned());
        if name.is_some_and(|name| is_junk(&name)) {
            self.found.num_junk += 1;
            return;
        }
        if !metadata.is_file() {
            self.found.num_special += 1;
            return;
        }
        if self.files.insert(canonical) {
            self.found.files.push(FoundFile {
                relative,
                absolute,
                ..FoundFile::of(metadata)
            });
        }
    }
}

impl FoundFile {
    /// What the system says about a file, without its paths.
    fn of(metadata: &Metadata) -> Self {
        Self {
            relative: PathBuf::new(),
            absolute: PathBuf::new(),
            size_bytes: metadata.len(),
            modified: metadata.modified().ok(),
            changed_ns: changed_ns(metadata),
        }
    }

    /// The file as it is now.
    ///
    /// # Errors
    ///
    /// If it cannot be looked at any more.
    pub fn again(&self) -> io::Result<Self> {
        let now = Self::of(&fs::metadata(&self.absolute)?);
        let (relative, absolute) = (self.relative.clone(), self.absolute.clone());
        Ok(Self { relative, absolute, ..now })
    }
}

#[cfg(unix)]
fn changed_ns(metadata: &Metadata) -> i64 {
    use std::os::unix::fs::MetadataExt as _;
    const NANOSECONDS: i64 = 1_000_000_000;
    metadata.ctime().saturating_mul(NANOSECONDS).saturating_add(metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn changed_ns(_metadata: &Metadata) -> i64 {
    0
}

#[cfg(test)]
mod tests;
