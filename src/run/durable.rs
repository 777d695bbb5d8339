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
