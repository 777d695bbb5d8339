//! What the fuzz targets call: one function a parser, which takes bytes and must come back.
//!
//! The parsers are the project's own source files. A panic inside them is a finding; one
//! inside a third-party decoder is not, because intake turns it into an error of the file.

#![allow(dead_code, unused_imports, reason = "only parts of the modules are fuzzed")]

#[path = "../../src/clean/mod.rs"]
pub mod clean;
#[path = "../../src/config/mod.rs"]
pub mod config;
#[path = "../../src/intake/mod.rs"]
pub mod intake;
#[path = "../../src/model/mod.rs"]
pub mod model;

/// The parts of `read` that take no model.
pub mod read {
    #[path = "../../../src/read/codes/mod.rs"]
    pub mod codes;
}

/// The parts of `run` that start no process.
pub mod run {
    #[path = "../../../src/run/wire.rs"]
    mod wire;

    /// What coordinator and worker would make of a broken stream.
    pub fn receive(mut bytes: &[u8]) {
        let mut copy = bytes;
        while let Ok(Some(_)) = wire::receive::<wire::Reply>(&mut copy) {}
        while let Ok(Some(_)) = wire::receive::<wire::Request>(&mut bytes) {}
    }
}

/// The parts of `search` that need no index.
pub mod search {
    #[path = "../../../src/search/analysis.rs"]
    pub mod analysis;
    #[path = "../../../src/search/checked.rs"]
    pub mod checked;
    #[path = "../../../src/search/hash.rs"]
    pub mod hash;
    #[path = "../../../src/search/numbers.rs"]
    pub mod numbers;
    #[path = "../../../src/search/parse/mod.rs"]
    pub mod parse;
    #[path = "../../../src/search/query.rs"]
    pub mod query;
    #[path = "../../../src/search/telex.rs"]
    pub mod telex;
}

use std::sync::Once;

use intake::{Document, Format, LayerWord, Limits, TextLayer};
use model::{Affine, Point, Quad, Size};

/// Where the sources of third parties lie.
const FOREIGN: [&str; 2] = [".cargo/registry", "/rustc/"];

/// Ends the process where the project's own code panics; keeps quiet where others do.
pub fn watch() {
    static SET: Once = Once::new();
    SET.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map_or("", |location| location.file());
            if !FOREIGN.iter().any(|foreign| place.contains(foreign)) {
                eprintln!("{panic}");
                std::process::abort();
            }
        }));
    });
}

/// Small enough that a run takes milliseconds.
const LIMITS: Limits = Limits {
    max_pixels: 1_000_000,
    max_image_bytes: 300_000,
    max_working_bytes: 2_000_000,
    max_unpacked_bytes: 2_000_000,
    max_pages: 50,
    max_drawing_steps: 2_000,
};

/// Most pages of a file that are decoded.
const PAGES: u32 = 3;

/// Opens a file and decodes its first pages; with `only`, files of that format.
pub fn document(bytes: &[u8], only: Option<Format>) {
    watch();
    if only.is_some_and(|only| intake::sniff(bytes) != Some(only)) {
        return;
    }
    let Ok(document) = Document::open(bytes.to_vec(), &LIMITS) else { return };
    for page in 1..=document.num_pages().min(PAGES) {
        let Ok(page) = document.page(page) else { continue };
        let pixels = u64::from(page.image.pixels.width()) * u64::from(page.image.pixels.height());
        assert!(pixels > 0 && page.image.dpi >= 30.0 && page.image.dpi <= 2400.0);
        let weighed = intake::weigh(page.text_layer, true);
        drop(intake::place(&weighed.words, &[]));
    }
}

/// A text layer made of bytes: a font name, then words with places.
pub fn text_layer(bytes: &[u8]) {
    watch();
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines();
    let fonts: Vec<String> =
        lines.next().unwrap_or_default().split(';').map(str::to_owned).collect();
    let words: Vec<LayerWord> = lines
        .flat_map(|line| line.split(' '))
        .enumerate()
        .map(|(at, word)| {
            let first = f32::from(word.bytes().next().unwrap_or(0));
            let corner = |x: f32, y: f32| Point { x: first * x, y: at as f32 * y };
            LayerWord {
                text: word.to_owned(),
                quad: Quad([corner(1.0, 1.0), corner(2.0, 1.0), corner(2.0, 2.0), corner(1.0, 2.0)]),
                font: at % 3,
                visible: at % 7 != 0,
                goes_on: at % 5 == 0,
            }
        })
        .collect();
    let regions: Vec<Quad> = words.iter().step_by(3).map(|word| word.quad).collect();
    let weighed = intake::weigh(Some(TextLayer { words: words.clone(), fonts }), false);
    drop(intake::place(&weighed.words, &regions));
    let placed = intake::place(&words, &regions);
    assert!(placed.lines.len() == regions.len());
    assert!(placed.covered >= 0.0 && placed.covered <= 1.0 + 1e-3, "{}", placed.covered);
}

/// An archive's settings.
pub fn settings(bytes: &[u8]) {
    watch();
    if let Ok(text) = std::str::from_utf8(bytes) {
        drop(config::archive::ArchiveConfig::checked(text, std::path::Path::new("sohoa.toml")));
    }
}

/// A definition of a kind of document.
pub fn kind(bytes: &[u8]) {
    watch();
    if let Ok(text) = std::str::from_utf8(bytes) {
        let files = [("land/any.toml".to_owned(), text.to_owned())].into();
        drop(config::kind::Kinds::from_files(&files));
    }
}

/// What somebody types into the search.
pub fn query(bytes: &[u8]) {
    watch();
    if let Ok(text) = std::str::from_utf8(bytes) {
        let query = search::query::Query::parse(text);
        assert!(query.text().len() <= text.len() * 4 + 16);
    }
}

/// A broken stream between coordinator and worker.
pub fn wire(bytes: &[u8]) {
    watch();
    // Lengths of frames are cut, so that no time goes into reading nothing.
    if bytes.get(2..4).is_none_or(|high| high == [0, 0]) {
        run::receive(bytes);
    }
}

/// Codes on a page of stripes and squares: the first byte is its width.
pub fn codes(bytes: &[u8]) {
    watch();
    let Some((&first, rest)) = bytes.split_first() else { return };
    let width = u32::from(first).max(8);
    let rows = (rest.len() as u32 * 8 / width).clamp(1, 200);
    // Each bit is a square of two pixels.
    let ink = image::GrayImage::from_fn(width * 2, rows * 2, |x, y| {
        let bit = (y / 2 * width + x / 2) as usize;
        let byte = rest.get(bit / 8).copied().unwrap_or(0);
        image::Luma([if byte >> (7 - bit % 8) & 1 == 1 { 255 } else { 0 }])
    });
    let mut gray = ink.clone();
    image::imageops::invert(&mut gray);
    let size = Size { width: gray.width(), height: gray.height() };
    let ready = clean::Ready {
        source: gray.clone(),
        gray,
        ink,
        dpi: 150.0,
        original: size,
        to_original: Affine::IDENTITY,
        blank: false,
        to_source: Affine::IDENTITY,
        is_strip: false,
    };
    drop(read::codes::find(&ready));
}
