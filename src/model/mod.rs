//! The nouns of the archive, with their units. No file, no clock, no decision.

mod alignment;
mod calibration;
mod causes;
mod cell;
mod geometry;
mod image;
mod kind;
mod letters;
mod parting;
mod reason;
mod record;
mod ruling;
mod scan;
mod text;

pub use alignment::aligned;
pub use calibration::Calibration;
pub use causes::with_causes;
pub use cell::{UTF8_MARK, harmless};
pub use geometry::{Affine, Point, Quad, Rect, Size};
pub use image::{Codec, PageImage, Pixels, StoredPicture};
pub use kind::{Kind, KindId};
pub use letters::{
    VIETNAMESE_LETTERS, accent_pairs, canonical_tone, fold, fold_letter,
    is_vietnamese_letter, is_vowel, nfc, title_case_name, toneless,
};
pub use reason::Reason;
pub use record::{Field, FieldState, Finding, Record, RecordId, Severity};
pub use ruling::{PageOrder, PageTool, Paper, Ruling, Rulings};
pub use scan::{PageKey, ScanId, hex};
pub use text::{Letter, Line, PageText, TextSource, Word, Writing};
