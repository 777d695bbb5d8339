//! Hands on the one image of a scanned page as the document stores it.

use hayro::hayro_interpret::font::GlyphRun;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Device, DrawMode, DrawProps, Image, ImageDrawProps, SoftMask,
};
use hayro::hayro_syntax::Filter;
use hayro::hayro_syntax::object::Stream;
use hayro::kurbo::BezPath;

use super::super::jpeg;
use super::bounds::parameters;
use super::large::{Plain, plain};
use super::scout::SeenImage;
use crate::model::{Codec, StoredPicture};

/// Waits for one call of `draw_image` and keeps its bytes.
pub(super) struct Keeper {
    wanted: SeenImage,
    num_images: usize,
    kept: Option<StoredPicture>,
}

impl Keeper {
    /// Waits for the image `wanted`.
    pub(super) fn new(wanted: SeenImage) -> Self {
        Self { wanted, num_images: 0, kept: None }
    }

    /// The image, not turned; `None` if other programs might show it otherwise.
    pub(super) fn kept(self) -> Option<StoredPicture> {
        self.kept
    }
}

fn handed(stream: &Stream<'_>, width: u32, height: u32) -> Option<StoredPicture> {
    let plain = plain(stream.dict(), width, height)?;
    match stream.filters().as_slice() {
        [Filter::DctDecode] if plain.is_usual_colour() => {
            let picture = jpeg::stored(stream.raw_data().as_ref())?;
            let is_same = (picture.width, picture.height) == (width, height)
                && picture.codec == (Codec::Jpeg { is_gray: plain.is_gray() });
            // What EXIF says does not count inside a document.
            is_same.then_some(StoredPicture { quarters: 0, ..picture })
        }
        [Filter::CcittFaxDecode] if plain.is_bits() => {
            let codec = fax(stream, &plain)?;
            let bytes = stream.raw_data().to_vec();
            Some(StoredPicture { codec, width, height, quarters: 0, bytes })
        }
        _ => None,
    }
}

fn fax(stream: &Stream<'_>, plain: &Plain) -> Option<Codec> {
    let parameters = parameters(stream).unwrap_or_default();
    let flag = |key: &str, usual: bool| parameters.get::<bool>(key).unwrap_or(usual);
    let columns = parameters.get::<u32>("Columns").unwrap_or(1728);
    (columns == plain.width()).then(|| Codec::Fax {
        k: parameters.get::<i32>("K").unwrap_or(0),
        columns,
        is_aligned: flag("EncodedByteAlign", false),
        has_line_ends: flag("EndOfLine", false),
        has_block_end: flag("EndOfBlock", true),
        is_negative: flag("BlackIs1", false) != plain.is_inverted(),
    })
}

impl<'a> Device<'a> for Keeper {
    fn draw_image(&mut self, image: Image<'a, '_>, _: ImageDrawProps<'a>) {
        let index = self.num_images;
        self.num_images += 1;
        if index != self.wanted.index {
            return;
        }
        let (width, height) = (self.wanted.width, self.wanted.height);
        self.kept = match image {
            Image::Raster(raster) => handed(raster.stream(), width, height),
            // A stencil is painted in a colour, which is not always black.
            Image::Stencil(_) => None,
        };
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {
    }
    fn draw_glyph_run(&mut self, _: &GlyphRun<'_, 'a>, _: DrawProps<'a>, _: &DrawMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}
