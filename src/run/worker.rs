//! A worker: decodes and reads untrusted bytes, one request at a time, in a process of
//! its own that may die without harm.

use std::cell::Cell;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Instant;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::confine;
use super::confine::Trust;
use super::page;
use super::page::PageReader;
use super::panics;
use super::wire;
use super::wire::Reply;
use super::wire::Request;
use crate::config::clean::CleanConfig;
use crate::failpoint;
use crate::intake;
use crate::intake::Document;
use crate::intake::FileBytes;
use crate::intake::IntakeError;
use crate::intake::LoadedPage;
use crate::model::Codec;
use crate::model::PageImage;
use crate::model::Pixels;
use crate::model::Reason;
use crate::model::StoredPicture;
use crate::model::with_causes;

/// Quality of the JPEG that a person looks at; below 80 thin strokes get halos.
const PICTURE_QUALITY: u8 = 82;

/// Files of so many bytes are mapped, not read: originals never change, and a worker then
/// holds no more of one than the pages it looks at.
const MAPPED_FROM: u64 = 32 << 20;

/// The part of a worker's memory that a file may take which cannot be mapped: one in so
/// many. A page of it needs up to 400 MB besides, and the engine some 300 MB of address
/// space.
const FILE_SHARE: u64 = 2;

/// How a worker process is set up.
#[derive(Debug, Clone)]
pub struct WorkerPlan {
    /// Name of the engine.
    pub engine: String,
    /// Folder with the models.
    pub models: PathBuf,
    /// Largest address space, in bytes.
    pub memory_bytes: u64,
    /// Whether text that is hidden under scans is used instead of recognition.
    pub trust_hidden_text: bool,
    /// What is done to the picture of a page before it is read.
    pub clean: CleanConfig,
}

/// Answers requests until the stream ends. Then, even in the middle of a page, `at_end`
/// is called on another thread: the coordinator is gone, and nobody waits for the answer.
///
/// # Errors
///
/// If the streams break.
pub fn work(
    plan: &WorkerPlan,
    from: impl Read + Send + 'static,
    to: &mut impl Write,
    at_end: impl FnOnce() + Send + 'static,
) -> std::io::Result<()> {
    let calls_program = plan.engine.contains(page::TESSERACT);
    let trust = if calls_program { Trust::CallsProgram } else { Trust::Alone };
    confine::confine(plan.memory_bytes, trust)?;
    let requests = requests(from, at_end);
    let mut worker = Worker {
        plan: plan.clone(),
        reader: None,
        open: None,
        doing: Cell::new("starting"),
    };
    while let Ok(request) = requests.recv() {
        wire::send(to, &Reply::Progress)?;
        match panics::caught(|| worker.answer(request, to)) {
            Ok(sent) => sent?,
            Err(panicked) => {
                let message = format!("{panicked} while {}", worker.doing.get());
                return wire::send(to, &Reply::Panicked { message });
            }
        }
    }
    Ok(())
}

/// Receives requests on a thread of its own, which notices the end of the stream while a
/// page is being read.
fn requests(
    mut from: impl Read + Send + 'static,
    at_end: impl FnOnce() + Send + 'static,
) -> Receiver<Request> {
    let (sender, requests) = sync_channel(1);
    std::thread::spawn(move || {
        while let Ok(Some(request)) = wire::receive::<Request>(&mut from) {
            if sender.send(request).is_err() {
                return;
            }
        }
        at_end();
    });
    requests
}

/// Why a worker has no page to give.
#[derive(Debug, thiserror::Error)]
enum NoPage {
    #[error(transparent)]
    Intake(#[from] IntakeError),
    #[error("original could not be read")]
    Disk(#[source] std::io::Error),
    #[error(
        "the file has {bytes} bytes, a worker takes {limit}: raise `memory_mb` in sohoa.toml"
    )]
    TooLarge { bytes: u64, limit: u64 },
    #[error("picture could not be made")]
    Picture(#[from] image::ImageError),
    #[error("picture could not be packed")]
    Packed(#[source] std::io::Error),
}

impl NoPage {
    /// The answer to the coordinator. All of it is about one file: the others go on.
    fn reply(&self) -> Reply {
        let message = with_causes(self);
        let reason = match self {
            Self::Intake(error) => error.reason(),
            Self::Disk(_) => Reason::Unreadable,
            Self::TooLarge { .. } => Reason::TooLarge,
            Self::Picture(_) | Self::Packed(_) => Reason::Unsupported,
        };
        Reply::Refused { reason, message }
    }
}

struct Worker {
    plan: WorkerPlan,
    /// Built when the first page is to be read, so that a worker that only shows
    /// pictures needs no model.
    reader: Option<PageReader>,
    /// The file of the last request: pages of one file come one after the other.
    open: Option<(PathBuf, Document)>,
    /// In words, for the account of a panic.
    doing: Cell<&'static str>,
}

impl Worker {
    fn answer(&mut self, request: Request, to: &mut impl Write) -> std::io::Result<()> {
        match request {
            Request::Open { path } => {
                self.doing.set("opening the file");
                let reply = match self.document(&path) {
                    Ok(document) => Reply::Opened { num_pages: document.num_pages() },
                    Err(error) => error.reply(),
                };
                wire::send(to, &reply)
            }
            Request::Read { path, page, quarters } => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                failpoint::reach_with(failpoint::IN_WORKER, &name);
                let progress = || wire::send(to, &Reply::Progress);
                let reply = self.read(&path, page, quarters, progress);
                wire::send(to, &reply?)
            }
            Request::Picture { path, page } => match self.picture(&path, page) {
                Ok(jpeg) => {
                    wire::send(to, &Reply::Picture)?;
                    wire::send_bytes(to, &jpeg)
                }
                Err(error) => wire::send(to, &error.reply()),
            },
            Request::Stored { path, page, size } => {
                match self.stored(&path, page, size) {
                    Ok(picture) => {
                        wire::send(to, &Reply::Stored(picture.clone()))?;
                        wire::send_bytes(to, &picture.bytes)
                    }
                    Err(error) => wire::send(to, &error.reply()),
                }
            }
        }
    }

    fn document(&mut self, path: &Path) -> Result<&Document, NoPage> {
        // The file before goes first: there is no room for two.
        let kept = self.open.take().filter(|(open, _)| open == path);
        let open = match kept {
            Some((_, document)) => document,
            None => Document::open(self.bytes(path)?, &intake::Limits::default())?,
        };
        Ok(&self.open.insert((path.to_owned(), open)).1)
    }

    /// The bytes of a file, large ones mapped.
    fn bytes(&self, path: &Path) -> Result<FileBytes, NoPage> {
        let bytes = std::fs::metadata(path).map_err(NoPage::Disk)?.len();
        let mapped = if bytes < MAPPED_FROM { 0 } else { bytes };
        confine::allow(self.plan.memory_bytes, mapped).map_err(NoPage::Disk)?;
        if mapped > 0
            && let Ok(map) = mmap_guard::map_file(path)
        {
            return Ok(FileBytes::new(map));
        }
        // Small, or on a file system that maps or locks nothing.
        let limit = self.plan.memory_bytes / FILE_SHARE;
        if bytes > limit {
            return Err(NoPage::TooLarge { bytes, limit });
        }
        std::fs::read(path).map(FileBytes::from).map_err(|error| match error.kind() {
            ErrorKind::OutOfMemory => NoPage::TooLarge { bytes, limit },
            _ => NoPage::Disk(error),
        })
    }

    fn page(&mut self, path: &Path, page: u32) -> Result<LoadedPage, NoPage> {
        Ok(self.document(path)?.page(page)?)
    }

    fn read(
        &mut self,
        path: &Path,
        page: u32,
        quarters: Option<u8>,
        mut progress: impl FnMut() -> std::io::Result<()>,
    ) -> std::io::Result<Reply> {
        if self.reader.is_none() {
            self.doing.set("loading the engine");
            match PageReader::new(&self.plan.engine, &self.plan.models) {
                Ok(reader) => {
                    let trust = self.plan.trust_hidden_text;
                    let reader = reader.cleaning(&self.plan.clean);
                    self.reader = Some(reader.trusting_hidden_text(trust));
                }
                Err(error) => {
                    return Ok(Reply::Unable { message: with_causes(&error) });
                }
            }
        }
        let begun = Instant::now();
        self.doing.set("decoding the page");
        let loaded = match self.page(path, page) {
            Ok(loaded) => loaded,
            Err(error) => return Ok(error.reply()),
        };
        let intake_ms = begun.elapsed().as_millis() as u64;
        progress()?;
        self.doing.set("reading the page");
        let Some(reader) = &mut self.reader else {
            return Ok(Reply::Unable { message: "the engine is missing".to_owned() });
        };
        let taken = loaded.taken.to_string();
        match reader.read_turned(loaded, quarters, &mut progress) {
            Ok((text, [clean_ms, read_ms])) => Ok(Reply::Text {
                taken,
                stage_ms: [intake_ms, clean_ms, read_ms],
                text: Box::new(text),
            }),
            // The engine has read other pages and will read more.
            Err(error) => Ok(Reply::Panicked { message: with_causes(&error) }),
        }
    }

    fn picture(&mut self, path: &Path, page: u32) -> Result<Vec<u8>, NoPage> {
        self.doing.set("making the picture");
        Ok(jpeg(&self.page(path, page)?.image)?)
    }

    /// The picture as the file holds it, if that is the whole page image; else a new one.
    fn stored(
        &mut self,
        path: &Path,
        page: u32,
        size: Option<(u32, u32)>,
    ) -> Result<StoredPicture, NoPage> {
        self.doing.set("taking the picture out");
        let kept = self.document(path)?.stored(page);
        if let Some(picture) = kept.filter(|picture| Some(picture.turned()) == size) {
            return Ok(picture);
        }
        made(&self.page(path, page)?.image)
    }
}

/// A picture of a page whose file holds none that can be handed on: without loss where
/// there is only black and white.
fn made(image: &PageImage) -> Result<StoredPicture, NoPage> {
    let (width, height) = (image.pixels.width(), image.pixels.height());
    let stored =
        |codec, bytes| StoredPicture { codec, width, height, quarters: 0, bytes };
    if let Pixels::Gray(pixels) = &image.pixels
        && pixels.as_raw().iter().all(|&value| value == 0 || value == u8::MAX)
    {
        let mut packer = ZlibEncoder::new(Vec::new(), Compression::default());
        for row in pixels.as_raw().chunks(width.max(1) as usize) {
            let bits = row.chunks(8).map(|eight| {
                let set = eight.iter().enumerate().filter(|(_, value)| **value != 0);
                set.fold(0_u8, |byte, (at, _)| byte | (0x80 >> at))
            });
            packer.write_all(&bits.collect::<Vec<u8>>()).map_err(NoPage::Packed)?;
        }
        return Ok(stored(Codec::Bits, packer.finish().map_err(NoPage::Packed)?));
    }
    let is_gray = matches!(image.pixels, Pixels::Gray(_));
    Ok(stored(Codec::Jpeg { is_gray }, jpeg(image)?))
}

fn jpeg(image: &PageImage) -> Result<Vec<u8>, image::ImageError> {
    let mut bytes = Vec::new();
    let mut encoder =
        image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, PICTURE_QUALITY);
    match &image.pixels {
        Pixels::Gray(pixels) => encoder.encode_image(pixels)?,
        Pixels::Rgb(pixels) => encoder.encode_image(pixels)?,
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worker(memory_bytes: u64) -> Worker {
        let plan = WorkerPlan {
            engine: String::new(),
            models: PathBuf::new(),
            memory_bytes,
            trust_hidden_text: false,
            clean: CleanConfig::default(),
        };
        Worker { plan, reader: None, open: None, doing: Cell::new("starting") }
    }

    fn refused(worker: &mut Worker, path: &Path) -> (Reason, String) {
        let mut answer = Vec::new();
        worker.answer(Request::Open { path: path.to_owned() }, &mut answer).unwrap();
        match wire::receive(&mut answer.as_slice()).unwrap() {
            Some(Reply::Refused { reason, message }) => (reason, message),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_large_file_is_opened_without_being_held_in_memory() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let mut pages = tiff::encoder::TiffEncoder::new(file.as_file_mut()).unwrap();
        for shade in [40, 200] {
            let page = [shade; 64];
            pages.write_image::<tiff::encoder::colortype::Gray8>(8, 8, &page).unwrap();
        }
        // No byte of the rest is on the disk.
        file.as_file().set_len(5 << 30).unwrap();
        let mut answer = Vec::new();
        let open = Request::Open { path: file.path().to_owned() };
        worker(3 << 30).answer(open, &mut answer).unwrap();
        let reply = wire::receive(&mut answer.as_slice()).unwrap();
        assert!(matches!(reply, Some(Reply::Opened { num_pages: 2 })), "{reply:?}");
    }

    #[test]
    fn a_file_that_cannot_be_mapped_and_leaves_no_room_is_refused_before_it_is_read() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(5 << 30).unwrap();
        file.as_file().lock().unwrap();
        let (reason, message) = refused(&mut worker(3 << 30), file.path());
        assert_eq!(reason, Reason::TooLarge);
        assert!(message.contains("memory_mb"), "{message}");
    }

    #[test]
    fn an_original_that_cannot_be_read_is_that_files_own_trouble() {
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path().join("gone"), folder.path().to_owned()] {
            let (reason, message) = refused(&mut worker(3 << 30), &path);
            assert_eq!(reason, Reason::Unreadable, "{message}");
        }
    }
}
