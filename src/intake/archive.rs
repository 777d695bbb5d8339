//! ZIP files of scans: the pages of all members, one after the other.

use std::io::{Cursor, Read as _};
use std::sync::{Mutex, PoisonError};

use zip::ZipArchive;
use zip::result::ZipError;

use super::document::Document;
use super::page::LoadedPage;
use super::walk;
use super::{FileBytes, IntakeError, Limits};

/// Most members. A box of scans sent as one file has some hundred.
const MAX_MEMBERS: usize = 10_000;

/// All members together may unpack to this many times what one may: five gigabytes.
const MAX_LARGE_MEMBERS: u64 = 20;

/// How deep ZIP files may be inside each other: a ZIP of ZIPs of scans is usual, more is a
/// bomb.
const MAX_DEPTH: u32 = 2;

/// Names of members by which office documents, which are ZIP files, are known.
const OFFICE_MARKS: &[&str] = &["mimetype", "[Content_Types].xml"];

/// An opened ZIP file.
pub(super) struct ArchiveFile {
    bytes: FileBytes,
    limits: Limits,
    depth: u32,
    members: Vec<Member>,
    /// The member used last, which is nearly always the one needed next.
    open: Mutex<Option<(usize, Document)>>,
}

/// A file inside the ZIP file.
struct Member {
    /// Its number in the ZIP file.
    index: usize,
    /// Its pages; one, which then fails, where it cannot be opened.
    num_pages: u32,
}

impl ArchiveFile {
    /// Looks into all members, in the order of their names.
    ///
    /// # Errors
    ///
    /// If the ZIP file is broken, an office document, nested too deeply, or has too many
    /// members or pages.
    pub(super) fn open(
        bytes: FileBytes,
        limits: &Limits,
        depth: u32,
    ) -> Result<Self, IntakeError> {
        if depth >= MAX_DEPTH {
            return Err(IntakeError::unsupported("a ZIP file nested so deeply"));
        }
        let mut zip = ZipArchive::new(Cursor::new(bytes.clone())).map_err(broken)?;
        if zip.len() > MAX_MEMBERS {
            let feature = format!("a ZIP file of more than {MAX_MEMBERS} members");
            return Err(IntakeError::unsupported(feature));
        }
        let (mut names, mut total) = (Vec::new(), 0_u64);
        for index in 0..zip.len() {
            let member = zip.by_index_raw(index).map_err(broken)?;
            // Old programs write names in their own code page; they only give the order.
            let name = String::from_utf8_lossy(member.name_raw()).into_owned();
            total = total.saturating_add(member.size());
            if OFFICE_MARKS.contains(&name.as_str()) {
                return Err(IntakeError::unsupported("an office document"));
            }
            if member.is_file() && !walk::is_junk_path(&name) {
                names.push((name, index));
            }
        }
        let limit = limits.max_unpacked_bytes.saturating_mul(MAX_LARGE_MEMBERS);
        if total > limit {
            return Err(IntakeError::TooManyBytes { limit });
        }
        names.sort();
        let mut archive = Self {
            bytes,
            limits: *limits,
            depth,
            members: Vec::new(),
            open: Mutex::new(None),
        };
        for (_, index) in names {
            // A member that cannot be opened is one page that fails with its reason.
            let num_pages = archive.member(index).map_or(1, |member| member.num_pages());
            archive.members.push(Member { index, num_pages });
            if archive.num_pages() > limits.max_pages {
                return Err(IntakeError::TooManyPages { limit: limits.max_pages });
            }
        }
        Ok(archive)
    }

    /// Pages of all members.
    pub(super) fn num_pages(&self) -> u32 {
        self.members.iter().fold(0, |sum, member| sum.saturating_add(member.num_pages))
    }

    /// Decodes one page, `index` from 0.
    ///
    /// # Errors
    ///
    /// If its member cannot be opened or the page not be decoded.
    pub(super) fn page(&self, index: u32) -> Result<LoadedPage, IntakeError> {
        let mut before = 0;
        for member in &self.members {
            if index - before < member.num_pages {
                return self.page_of(member.index, index - before + 1);
            }
            before += member.num_pages;
        }
        Err(IntakeError::NoPages)
    }

    fn page_of(&self, index: usize, number: u32) -> Result<LoadedPage, IntakeError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, document)) = open.as_ref()
            && *at == index
        {
            return document.page(number);
        }
        // The last member is let go before the next one takes memory.
        *open = None;
        let document = self.member(index)?;
        let page = document.page(number);
        *open = Some((index, document));
        page
    }

    /// Unpacks a member and opens it.
    fn member(&self, index: usize) -> Result<Document, IntakeError> {
        let mut zip = ZipArchive::new(Cursor::new(self.bytes.clone())).map_err(broken)?;
        let member = zip.by_index(index).map_err(broken)?;
        let limit = self.limits.max_unpacked_bytes;
        if member.size() > limit {
            return Err(IntakeError::TooManyBytes { limit });
        }
        let mut unpacked = Vec::new();
        // The declared size may be a lie.
        member.take(limit + 1).read_to_end(&mut unpacked).map_err(|error| {
            IntakeError::corrupt(format!("a member of the ZIP file is broken: {error}"))
        })?;
        if unpacked.len() as u64 > limit {
            return Err(IntakeError::TooManyBytes { limit });
        }
        Document::open_nested(unpacked.into(), &self.limits, self.depth + 1)
    }
}

fn broken(error: ZipError) -> IntakeError {
    match error {
        ZipError::UnsupportedArchive(what) if what == ZipError::PASSWORD_REQUIRED => {
            IntakeError::Encrypted
        }
        ZipError::UnsupportedArchive(what) => {
            IntakeError::unsupported(format!("a ZIP file: {what}"))
        }
        other => IntakeError::corrupt(format!("the ZIP file is broken: {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Reason;
    use std::io::Write as _;
    use zip::write::SimpleFileOptions;

    fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in members {
            writer.start_file(*name, SimpleFileOptions::default()).expect("memory");
            writer.write_all(bytes).expect("memory");
        }
        writer.finish().expect("memory").into_inner()
    }

    fn picture(value: u8) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        let image = image::GrayImage::from_pixel(2, 2, image::Luma([value]));
        image.write_to(&mut out, image::ImageFormat::Png).expect("memory");
        out.into_inner()
    }

    #[test]
    fn members_are_pages_in_the_order_of_their_names() {
        let inner = zipped(&[("x.png", &picture(3))]);
        let file = zipped(&[
            ("b/2.png", &picture(2)),
            ("a.png", &picture(1)),
            ("Thumbs.db", b"junk"),
            ("c.zip", &inner),
            ("notes.txt", b"not a scan"),
        ]);
        let document = Document::open(file, &Limits::default()).expect("a ZIP file");
        assert_eq!(document.num_pages(), 4);
        for (number, value) in [(1, 1), (2, 2), (3, 3), (1, 1)] {
            let page = document.page(number).expect("a page");
            let crate::model::Pixels::Gray(image) = page.image.pixels else {
                panic!("grey")
            };
            assert_eq!(image.as_raw()[0], value);
        }
        let error = document.page(4).expect_err("a text");
        assert_eq!(error.reason(), Reason::UnknownFormat);
    }

    #[test]
    fn traps_end_with_a_reason() {
        let deep =
            zipped(&[("a.zip", &zipped(&[("b.zip", &zipped(&[("c.png", b"x")]))]))]);
        let limits = Limits { max_unpacked_bytes: 1000, ..Limits::default() };
        let open = |file: Vec<u8>| {
            Document::open(file, &limits).and_then(|document| document.page(1))
        };
        for (what, file, expected) in [
            ("too deep", deep, Reason::Unsupported),
            ("a bomb", zipped(&[("a.png", &[0; 5000])]), Reason::TooLarge),
            ("a letter", zipped(&[("mimetype", b"application")]), Reason::Unsupported),
            ("nothing", zipped(&[("x/Thumbs.db", b"x")]), Reason::NoPages),
            ("cut", zipped(&[("a.png", &picture(1))])[..60].to_vec(), Reason::Corrupt),
        ] {
            assert_eq!(open(file).expect_err("refused").reason(), expected, "{what}");
        }
    }
}
