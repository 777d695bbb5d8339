//! Files in, pages out: the only place where foreign bytes are decoded.
//!
//! ```text
//! paths ──walk──▶ files ──Document::open──▶ Document ──page(n)──▶ LoadedPage
//! ```
//!
//! A page of a PDF that is one scanned image is taken out as it is stored; every other page
//! is drawn. All sizes are checked before memory is taken ([`Limits`]), pages that are too
//! large are shrunk while they are decoded, and panics of decoders become errors. It is to
//! be run in a worker process all the same.

mod archive;
mod bytes;
mod canvas;
mod color;
mod document;
mod error;
mod fax;
mod format;
mod guard;
mod jpeg;
mod layer;
mod limits;
mod page;
mod pdf;
mod pictures;
mod png;
mod resolution;
mod stored;
#[cfg(test)]
mod tests;
mod tiff;
mod turn;
pub mod walk;

pub use bytes::FileBytes;
pub use document::Document;
pub use error::IntakeError;
pub use format::{Format, sniff};
pub use layer::{Placed, Weighed, place, weigh};
pub use limits::{
    Limits, MAX_DRAWING_STEPS, MAX_IMAGE_BYTES, MAX_PAGE_PIXELS, MAX_PAGES,
    MAX_UNPACKED_BYTES, MAX_WORKING_BYTES,
};
pub use page::{LayerWord, LoadedPage, Note, Taken, TextLayer};
