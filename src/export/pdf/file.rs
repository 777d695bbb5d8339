//! The structure of a PDF file (ISO 32000-1), written as it comes: memory holds one object
//! at a time.

use std::fmt::Write as _;
use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

/// Number of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Id(u32);

impl std::fmt::Display for Id {
    /// As other objects refer to it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} 0 R", self.0)
    }
}

/// A file that is being written.
pub(super) struct PdfFile<'o> {
    out: &'o mut dyn Write,
    at: u64,
    /// Where each object begins; 0 for those that are still to come.
    places: Vec<u64>,
}

impl<'o> PdfFile<'o> {
    /// Begins a file.
    ///
    /// # Errors
    ///
    /// If `out` cannot be written.
    pub(super) fn begin(out: &'o mut dyn Write) -> std::io::Result<Self> {
        let mut file = Self { out, at: 0, places: Vec::new() };
        // Four bytes above 127 tell programs that the file is not text.
        file.put(b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")?;
        Ok(file)
    }

    /// A number for an object that is written later.
    pub(super) fn reserve(&mut self) -> Id {
        self.places.push(0);
        Id(self.places.len() as u32)
    }

    /// Writes an object under its number.
    ///
    /// # Errors
    ///
    /// If `out` cannot be written.
    pub(super) fn object(&mut self, id: Id, body: &str) -> std::io::Result<()> {
        self.begin_object(id)?;
        self.put(format!("{body}\nendobj\n").as_bytes())
    }

    /// Writes a new object.
    ///
    /// # Errors
    ///
    /// If `out` cannot be written.
    pub(super) fn add(&mut self, body: &str) -> std::io::Result<Id> {
        let id = self.reserve();
        self.object(id, body)?;
        Ok(id)
    }

    /// Writes bytes as they are; `entries` are those of the dictionary without its length.
    ///
    /// # Errors
    ///
    /// If `out` cannot be written.
    pub(super) fn stream(&mut self, entries: &str, bytes: &[u8]) -> std::io::Result<Id> {
        let id = self.reserve();
        self.begin_object(id)?;
        let length = bytes.len();
        self.put(format!("<<{entries}/Length {length}>>\nstream\n").as_bytes())?;
        self.put(bytes)?;
        self.put(b"\nendstream\nendobj\n")?;
        Ok(id)
    }

    /// As [`Self::stream`], compressed.
    ///
    /// # Errors
    ///
    /// If `out` cannot be written.
    pub(super) fn packed(&mut self, entries: &str, bytes: &[u8]) -> std::io::Result<Id> {
        let mut packer = ZlibEncoder::new(Vec::new(), Compression::default());
        packer.write_all(bytes)?;
        self.stream(&format!("{entries}/Filter/FlateDecode"), &packer.finish()?)
    }

    /// Ends the file. `id` is what tells it from other files, 32 hexadecimal digits.
    ///
    /// # Errors
    ///
    /// If `out` cannot be written.
    pub(super) fn end(mut self, root: Id, id: &str) -> std::io::Result<()> {
        let begin = self.at;
        let size = self.places.len() + 1;
        let mut table = format!("xref\n0 {size}\n0000000000 65535 f \n");
        for place in &self.places {
            let _ = writeln!(table, "{place:010} 00000 n ");
        }
        let _ = writeln!(
            table,
            "trailer\n<</Size {size}/Root {root}/ID[<{id}><{id}>]>>\nstartxref\n{begin}\n%%EOF"
        );
        self.put(table.as_bytes())
    }

    fn begin_object(&mut self, id: Id) -> std::io::Result<()> {
        if let Some(place) = self.places.get_mut(id.0 as usize - 1) {
            *place = self.at;
        }
        self.put(format!("{} 0 obj\n", id.0).as_bytes())
    }

    fn put(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.at += bytes.len() as u64;
        self.out.write_all(bytes)
    }
}
