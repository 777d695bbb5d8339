//! Files as they arrived: copied in first, byte for byte, and never changed again.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::CatalogError;
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
    /// The archive could not be written: everybody's trouble.
    #[error(transparent)]
    Archive(#[from] CatalogError),
}

/// The folder `originals/ab/cd/<sha256>`.
#[derive(Debug, Clone)]
pub struct Originals {
    root: PathBuf,
}

impl Originals {
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root }
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
    /// the folder. A file whose bytes are here already costs one reading and no writing
    /// that stays.
    ///
    /// # Errors
    ///
    /// [`CopyError::Source`] if the source cannot be read, [`CopyError::Archive`] if the
    /// archive cannot be written.
    pub fn copy_in(&self, source: &Path) -> Result<StoredOriginal, CopyError> {
        let unreadable =
            |error| CopyError::Source { path: source.to_owned(), source: error };
        let mut from = File::open(source).map_err(unreadable)?;
        let incoming = self.root.join("incoming");
        let broken = |path: &Path, action| {
            let path = path.to_owned();
            move |source| CatalogError::Io { path, action, source }
        };
        std::fs::create_dir_all(&incoming).map_err(broken(&incoming, "created"))?;
        let mut copy = tempfile::NamedTempFile::new_in(&incoming)
            .map_err(broken(&incoming, "written"))?;
        let mut write_failed = None;
        let stored = Self::digest(&mut from, |chunk| {
            copy.write_all(chunk).map_err(|error| {
                let kind = error.kind();
                write_failed = Some(error);
                kind.into()
            })
        });
        if let Some(error) = write_failed {
            return Err(broken(copy.path(), "written")(error).into());
        }
        let stored = stored.map_err(unreadable)?;
        let place = self.path(&stored.id);
        if place.try_exists().map_err(broken(&place, "read"))? {
            return Ok(stored);
        }
        copy.as_file().sync_all().map_err(broken(copy.path(), "written"))?;
        let folder = place.parent().unwrap_or(&self.root).to_owned();
        std::fs::create_dir_all(&folder).map_err(broken(&folder, "created"))?;
        let mut rights =
            copy.as_file().metadata().map_err(broken(copy.path(), "read"))?.permissions();
        rights.set_readonly(true);
        copy.as_file().set_permissions(rights).map_err(broken(copy.path(), "written"))?;
        copy.persist(&place).map_err(|error| broken(&place, "written")(error.error))?;
        self.sync_up_from(&folder).map_err(broken(&folder, "written"))?;
        Ok(stored)
    }

    /// Makes the names of the folders from `folder` up to the root durable.
    fn sync_up_from(&self, folder: &Path) -> std::io::Result<()> {
        for ancestor in folder.ancestors() {
            File::open(ancestor)?.sync_all()?;
            if ancestor == self.root {
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
mod tests {
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
}
