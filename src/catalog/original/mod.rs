//! Files as they arrived: copied in first, byte for byte, and never changed again.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::CatalogError;
use super::disk::Disk;
use super::disk::Real;
use crate::failpoint;
use crate::model::ScanId;

/// Bytes that are read and hashed at a time.
const CHUNK_BYTES: usize = 1 << 20;

/// A file that lies in the archive now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredOriginal {
    /// SHA-256 of its bytes.
    pub id: ScanId,
    /// Its size.
    pub bytes: u64,
}

/// Why a file could not be copied in.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The source could not be read: the file's own trouble.
    #[error("`{}` could not be read", path.display())]
    Source {
        /// The source file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The source is being written while it is copied: it is not complete yet.
    #[error("`{}` is still being written", path.display())]
    Changing {
        /// The source file.
        path: PathBuf,
    },
    /// The archive could not be written: everybody's trouble.
    #[error(transparent)]
    Archive(#[from] CatalogError),
}

/// The folder `originals/ab/cd/<sha256>`.
#[derive(Debug, Clone)]
pub struct Originals {
    root: PathBuf,
    disk: Arc<dyn Disk>,
}

/// Whether a file of that size lies at `place`. Another size is what a power cut leaves
/// on a file system that does not keep the order of writes; it is written again.
fn is_whole(place: &Path, bytes: u64) -> std::io::Result<bool> {
    match std::fs::metadata(place) {
        Ok(metadata) => Ok(metadata.len() == bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

impl Originals {
    pub(super) fn new(root: PathBuf) -> Self {
        Self::on(root, Arc::new(Real))
    }

    fn on(root: PathBuf, disk: Arc<dyn Disk>) -> Self {
        Self { root, disk }
    }

    /// Where the scan's bytes lie.
    pub fn path(&self, id: &ScanId) -> PathBuf {
        let digits: Vec<char> = id.0.chars().collect();
        let part = |from: usize| -> String { digits.iter().skip(from).take(2).collect() };
        self.root.join(part(0)).join(part(2)).join(&id.0)
    }

    /// SHA-256 of the file at `path`, without taking it in.
    ///
    /// # Errors
    ///
    /// If the file cannot be read to its end.
    pub fn hash(path: &Path) -> Result<StoredOriginal, std::io::Error> {
        Self::digest(&mut File::open(path)?, |_| Ok(()))
    }

    fn digest(
        from: &mut File,
        mut each: impl FnMut(&[u8]) -> std::io::Result<()>,
    ) -> std::io::Result<StoredOriginal> {
        let mut hasher = Sha256::new();
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut bytes = 0;
        loop {
            let count = from.read(&mut chunk)?;
            let Some(read) = chunk.get(..count).filter(|read| !read.is_empty()) else {
                break;
            };
            hasher.update(read);
            each(read)?;
            bytes += count as u64;
        }
        let digest = hasher.finalize();
        let mut id = String::with_capacity(64);
        for byte in digest {
            for half in [byte >> 4, byte & 15] {
                id.extend(char::from_digit(half.into(), 16));
            }
        }
        Ok(StoredOriginal { id: ScanId(id), bytes })
    }

    /// Copies the file at `source` in, durably: temporary file, fsync, rename, fsync of
    /// the folders up to the archive. A file whose bytes are here already costs one
    /// reading and no writing that stays.
    ///
    /// # Errors
    ///
    /// [`CopyError::Source`] if the source cannot be read, [`CopyError::Changing`] if it
    /// is being written meanwhile, [`CopyError::Archive`] if the archive cannot be written.
    pub fn copy_in(&self, source: &Path) -> Result<StoredOriginal, CopyError> {
        let unreadable =
            |error| CopyError::Source { path: source.to_owned(), source: error };
        let mut from = File::open(source).map_err(unreadable)?;
        let before = from.metadata().map_err(unreadable)?;
        let incoming = self.root.join("incoming");
        let broken = |path: &Path, action| {
            let path = path.to_owned();
            move |source| CatalogError::Io { path, action, source }
        };
        self.disk.make_folder(&incoming).map_err(broken(&incoming, "created"))?;
        let mut copy =
            self.disk.draft(&incoming).map_err(broken(&incoming, "written"))?;
        let mut write_failed = None;
        let stored = Self::digest(&mut from, |chunk| {
            copy.write_all(chunk).map_err(|error| {
                let kind = error.kind();
                write_failed = Some(error);
                kind.into()
            })
        });
        if let Some(error) = write_failed {
            return Err(broken(&incoming, "written")(error).into());
        }
        let stored = stored.map_err(unreadable)?;
        let after = std::fs::metadata(source).map_err(unreadable)?;
        let is_same = before.modified().ok() == after.modified().ok();
        if !is_same || before.len() != stored.bytes || after.len() != stored.bytes {
            return Err(CopyError::Changing { path: source.to_owned() });
        }
        failpoint::reach_disk("original-written")
            .map_err(broken(&incoming, "written"))?;
        let place = self.path(&stored.id);
        if !is_whole(&place, stored.bytes).map_err(broken(&place, "read"))? {
            copy.sync().map_err(broken(&incoming, "written"))?;
            failpoint::reach("original-synced");
            let folder = place.parent().unwrap_or(&self.root);
            self.disk.make_folder(folder).map_err(broken(folder, "created"))?;
            copy.place(&place).map_err(broken(&place, "written"))?;
            failpoint::reach("original-renamed");
        }
        // Also where the file was there: whoever put it there may have been killed before
        // its name was durable.
        self.sync_up_from(&place).map_err(broken(&place, "written"))?;
        Ok(stored)
    }

    /// Makes the names of `place` and of the folders above it durable, up to the archive.
    fn sync_up_from(&self, place: &Path) -> std::io::Result<()> {
        for ancestor in place.ancestors().skip(1) {
            self.disk.sync_folder(ancestor)?;
            if Some(ancestor) == self.root.parent() {
                break;
            }
        }
        Ok(())
    }

    /// Removes what an interrupted copy left behind. Only for the one process that
    /// holds the archive's lock.
    ///
    /// # Errors
    ///
    /// If the folder exists and cannot be emptied.
    pub fn clear_incoming(&self) -> Result<(), CatalogError> {
        let incoming = self.root.join("incoming");
        match std::fs::remove_dir_all(&incoming) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(CatalogError::Io { path: incoming, action: "removed", source: error })
            }
            _ => Ok(()),
        }
    }

    /// Reads the original again and compares it with its id.
    ///
    /// # Errors
    ///
    /// [`CatalogError::Fixity`] if the bytes have changed, [`CatalogError::Io`] if they
    /// are gone.
    pub fn verify(&self, id: &ScanId) -> Result<u64, CatalogError> {
        let path = self.path(id);
        let found = Self::hash(&path).map_err(|source| CatalogError::Io {
            path,
            action: "read",
            source,
        })?;
        if found.id != *id {
            return Err(CatalogError::Fixity {
                expected: id.0.clone(),
                found: found.id.0,
            });
        }
        Ok(found.bytes)
    }
}

#[cfg(test)]
mod tests;
