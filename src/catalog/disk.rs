//! The few operations by which an original becomes durable, behind a seam, so that a test
//! can see their order and ask what a power cut leaves.

use std::fmt::Debug;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// A file that is being written under a temporary name.
pub(super) trait Draft: Write {
    /// Waits until the bytes are on the disk.
    fn sync(&mut self) -> io::Result<()>;

    /// Makes it read-only and moves it to `place`, over what may be there.
    fn place(self: Box<Self>, place: &Path) -> io::Result<()>;
}

/// What an original needs of a disk.
pub(super) trait Disk: Debug + Send + Sync {
    /// Makes a folder and those above it.
    fn make_folder(&self, folder: &Path) -> io::Result<()>;

    /// A new file in `folder`; gone again when it is dropped without being placed.
    fn draft(&self, folder: &Path) -> io::Result<Box<dyn Draft>>;

    /// Waits until the names in `folder` are on the disk.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
}

/// The disk of the machine.
#[derive(Debug)]
pub(super) struct Real;

impl Disk for Real {
    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        std::fs::create_dir_all(folder)
    }

    fn draft(&self, folder: &Path) -> io::Result<Box<dyn Draft>> {
        Ok(Box::new(RealDraft(NamedTempFile::new_in(folder)?)))
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        File::open(folder)?.sync_all()
    }
}

struct RealDraft(NamedTempFile);

impl Write for RealDraft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Draft for RealDraft {
    fn sync(&mut self) -> io::Result<()> {
        let mut rights = self.0.as_file().metadata()?.permissions();
        rights.set_readonly(true);
        self.0.as_file().set_permissions(rights)?;
        self.0.as_file().sync_all()
    }

    fn place(self: Box<Self>, place: &Path) -> io::Result<()> {
        self.0.persist(place).map_err(|error| error.error)?;
        Ok(())
    }
}
