//! Files of the archive beside originals, catalog and index: whole or not there at all,
//! also after a power cut.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use super::error::RunError;
use crate::failpoint;

/// Puts `bytes` at `path`: temporary file, fsync, rename, fsync of the folder.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), RunError> {
    written(path, bytes).map_err(|source| RunError::Io {
        path: path.to_owned(),
        action: "written",
        source,
    })
}

fn written(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    failpoint::reach_disk("file-written")?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    sync_folder(folder)
}

/// `stem`, or `stem-2` and so on where a file of that name with one of `endings`, e.g.
/// `.json`, is in the folder: two runs may begin within one second.
pub(super) fn free_stem(folder: &Path, stem: &str, endings: &[&str]) -> String {
    let is_free = |name: &String| {
        let taken = |ending: &&str| {
            // What cannot be looked at is not written over.
            folder.join(format!("{name}{ending}")).try_exists().unwrap_or(true)
        };
        !endings.iter().any(taken)
    };
    let names = (2..1000).map(|number: u64| format!("{stem}-{number}"));
    std::iter::once(stem.to_owned())
        .chain(names)
        .find(is_free)
        .unwrap_or_else(|| stem.to_owned())
}

/// Moves a file or folder over what is at `to`, durably.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), RunError> {
    let moved = || {
        std::fs::rename(from, to)?;
        sync_folder(to.parent().unwrap_or(Path::new(".")))
    };
    moved().map_err(|source| RunError::Io {
        path: from.to_owned(),
        action: "moved",
        source,
    })
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_taken_gains_a_number() {
        let folder = tempfile::tempdir().unwrap();
        let free = || free_stem(folder.path(), "a", &[".json", "-x.csv"]);
        assert_eq!(free(), "a");
        write(&folder.path().join("a-x.csv"), b"").unwrap();
        assert_eq!(free(), "a-2");
        write(&folder.path().join("a-2.json"), b"").unwrap();
        assert_eq!(free(), "a-3");
    }
}
