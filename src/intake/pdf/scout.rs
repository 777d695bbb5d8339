//! Finds out what a page draws, without drawing it.
//!
//! The same interpreter that rasterises a page calls a [`Scout`] instead of a canvas. What
//! it notes decides whether the page is one scanned image that can be taken out as it is,
//! and gives the words of the text layer.

use hayro::hayro_interpret::font::{Glyph, GlyphRun};
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Device, DrawMode, DrawProps, Image, ImageDrawProps, Paint,
    SoftMask, StencilImage,
};
use hayro::hayro_syntax::object::Stream;
use hayro::kurbo::{Affine, BezPath, Rect, Shape as _};

use super::super::guard;
use super::super::{IntakeError, Limits};
use super::bounds;
use super::words::Glyphs;

/// An opacity below which nothing can be seen.
const INVISIBLE: f32 = 0.004;

/// The part of the page, in each direction, by which an image may miss the page's edge and
/// still cover it: cropping and rounding by scanner programs.
const EDGE_TOLERANCE: f64 = 0.02;

/// An image as it is drawn on a page.
#[derive(Debug, Clone)]
pub(super) struct SeenImage {
    /// Which call of `draw_image` it was, from 0.
    pub(super) index: usize,
    /// Pixels from left to right as declared.
    pub(super) width: u32,
    /// Pixels from top to bottom as declared.
    pub(super) height: u32,
    /// From the image's pixels to points on the page, y downwards.
    pub(super) to_page: Affine,
    /// The part of the page on which it can be seen, in points.
    pub(super) visible: Rect,
    /// Compression, e.g. `jpeg`; the last filter of the stream.
    pub(super) codec: &'static str,
    /// Whether decoding it as a whole would take more memory than is allowed.
    pub(super) is_large: bool,
    /// How often its sides must be halved to be decoded as a whole.
    pub(super) halvings: u32,
    /// Whether nothing lies between it and the paper: no opacity, blending or mask.
    plain: bool,
    /// Whether it has transparent parts (a stencil, a soft mask).
    holes: bool,
}

impl SeenImage {
    /// Where it lies on the page, in points.
    pub(super) fn place(&self) -> Rect {
        let own = Rect::new(0.0, 0.0, f64::from(self.width), f64::from(self.height));
        self.to_page.transform_rect_bbox(own)
    }

    /// Pixels per point along the image's own directions (right, down).
    pub(super) fn density(&self) -> (f64, f64) {
        let [a, b, c, d, _, _] = self.to_page.as_coeffs();
        (1.0 / a.hypot(b).max(1e-9), 1.0 / c.hypot(d).max(1e-9))
    }
}

/// Something visible on the page.
enum Mark {
    Image(SeenImage),
    Other,
}

/// What a page draws.
pub(super) struct Scout<'l> {
    page: Rect,
    limits: &'l Limits,
    calls: u64,
    num_images: usize,
    /// What of the page the clips in force leave, the innermost last; the flag says
    /// whether the clip is a rectangle.
    clips: Vec<(Rect, bool)>,
    /// Transparency groups in force: opacity, and whether they are otherwise plain.
    groups: Vec<(f32, bool)>,
    marks: Vec<Mark>,
    /// All images, also covered ones.
    images: Vec<SeenImage>,
    glyphs: Glyphs,
    refusal: Option<IntakeError>,
}

/// What was found out about a page.
pub(super) struct Findings {
    /// The one image that is all that can be seen, if so.
    pub(super) only_image: Option<SeenImage>,
    /// Whether nothing at all can be seen.
    pub(super) is_empty: bool,
    /// All images, in the order of drawing.
    pub(super) images: Vec<SeenImage>,
    /// The text layer.
    pub(super) glyphs: Glyphs,
}

impl<'l> Scout<'l> {
    /// Nothing seen yet on a page of the given size in points.
    pub(super) fn new(width: f64, height: f64, limits: &'l Limits) -> Self {
        let page = Rect::new(0.0, 0.0, width, height);
        Self {
            page,
            limits,
            calls: 0,
            num_images: 0,
            clips: vec![(page, true)],
            groups: Vec::new(),
            marks: Vec::new(),
            images: Vec::new(),
            glyphs: Glyphs::default(),
            refusal: None,
        }
    }

    /// What was found out.
    ///
    /// # Errors
    ///
    /// If an image on the page is larger than allowed.
    pub(super) fn findings(self) -> Result<Findings, IntakeError> {
        if let Some(refusal) = self.refusal {
            return Err(refusal);
        }
        let only_image = match self.marks.as_slice() {
            [Mark::Image(image)] if image.plain => Some(image.clone()),
            _ => None,
        };
        Ok(Findings {
            only_image,
            is_empty: self.marks.is_empty(),
            images: self.images,
            glyphs: self.glyphs,
        })
    }

    /// Counts a call and stops the interpreter where there are too many: unwinding is the
    /// only way out of it.
    fn count(&mut self) {
        self.calls += 1;
        let limit = self.limits.max_drawing_steps;
        if self.calls > limit {
            guard::stop(IntakeError::TooManySteps { limit });
        }
    }

    fn clip(&self) -> (Rect, bool) {
        self.clips.last().copied().unwrap_or((self.page, true))
    }

    fn is_hidden(&self) -> bool {
        self.groups.iter().any(|(opacity, _)| *opacity < INVISIBLE)
    }

    fn is_plain(&self, soft_mask: bool, blend_mode: BlendMode) -> bool {
        !soft_mask
            && is_harmless(blend_mode)
            && self.groups.iter().all(|(opacity, plain)| *plain && *opacity > 0.99)
    }

    /// Notes a visible drawing with these bounds on the page.
    fn mark(&mut self, bounds: Rect, paint: &Paint<'_>) {
        if self.is_hidden() || !meets(bounds, self.clip().0) {
            return;
        }
        if let Paint::Color(color) = paint {
            let [red, green, blue, alpha] = color.to_rgba().components();
            let is_white = red.min(green).min(blue) > 0.99;
            let on_bare_paper = self.marks.is_empty();
            if alpha < INVISIBLE || (is_white && on_bare_paper) {
                return;
            }
        }
        self.marks.push(Mark::Other);
    }

    fn note_image(&mut self, image: SeenImage, stencil_is_white: bool) {
        if self.is_hidden() || !meets(image.place(), image.visible) {
            return;
        }
        if stencil_is_white && self.marks.is_empty() {
            return;
        }
        let covers = image.plain && !image.holes && covers(image.place(), self.page);
        let whole = covers && covers_rect(image.visible, self.page);
        if whole {
            self.marks.clear();
            self.glyphs.cover();
        }
        self.images.push(image.clone());
        self.marks.push(Mark::Image(image));
    }
}

/// Blending that leaves an image on white paper as it is.
fn is_harmless(blend_mode: BlendMode) -> bool {
    matches!(blend_mode, BlendMode::Normal | BlendMode::Multiply | BlendMode::Darken)
}

/// Whether two rectangles share a visible area (in points).
fn meets(a: Rect, b: Rect) -> bool {
    let shared = a.intersect(b);
    // Lines have no area of their own.
    a.x0 <= b.x1
        && b.x0 <= a.x1
        && a.y0 <= b.y1
        && b.y0 <= a.y1
        && (shared.width() > 0.0 || shared.height() > 0.0 || a.area() <= 0.0)
}

/// Whether an image covers the page up to the tolerance at the edges.
fn covers(image: Rect, page: Rect) -> bool {
    let (dx, dy) = (page.width() * EDGE_TOLERANCE, page.height() * EDGE_TOLERANCE);
    covers_rect(image.inflate(dx, dy), page)
}

fn covers_rect(outer: Rect, inner: Rect) -> bool {
    /// Half a point.
    const ROUNDING: f64 = 0.5;
    outer.x0 <= inner.x0 + ROUNDING
        && outer.y0 <= inner.y0 + ROUNDING
        && outer.x1 >= inner.x1 - ROUNDING
        && outer.y1 >= inner.y1 - ROUNDING
}

/// What a stencil is filled with.
#[derive(PartialEq, Eq)]
enum Ink {
    /// It is no stencil but has colours of its own.
    Own,
    White,
    Black,
    Other,
}

/// The ink of a stencil. The interpreter tells it only together with the decoded stencil.
fn ink_of(stencil: &StencilImage<'_, '_>) -> Ink {
    let mut ink = Ink::Other;
    stencil.with_stencil(
        |_, paint| {
            if let Paint::Color(color) = paint {
                let [red, green, blue, alpha] = color.to_rgba().components();
                if red.min(green).min(blue) > 0.99 {
                    ink = Ink::White;
                } else if red.max(green).max(blue) < 0.25 && alpha > 0.99 {
                    ink = Ink::Black;
                }
            }
        },
        None,
    );
    ink
}

/// Name of the compression of a stream in reports.
fn codec(stream: &Stream<'_>) -> &'static str {
    use hayro::hayro_syntax::Filter;
    match stream.filters().last() {
        None => "raw",
        Some(Filter::DctDecode) => "jpeg",
        Some(Filter::JpxDecode) => "jpeg2000",
        Some(Filter::Jbig2Decode) => "jbig2",
        Some(Filter::CcittFaxDecode) => "ccitt",
        Some(Filter::FlateDecode) => "flate",
        Some(Filter::LzwDecode) => "lzw",
        Some(Filter::RunLengthDecode) => "run-length",
        Some(_) => "ascii",
    }
}

impl<'a> Device<'a> for Scout<'_> {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        self.count();
        if !matches!(mode, DrawMode::Invisible) {
            let bounds = props.transform.transform_rect_bbox(path.bounding_box());
            self.mark(bounds, &props.paint);
        }
    }

    fn draw_rect(&mut self, rect: &Rect, props: DrawProps<'a>, mode: &DrawMode) {
        self.count();
        if !matches!(mode, DrawMode::Invisible) {
            self.mark(props.transform.transform_rect_bbox(*rect), &props.paint);
        }
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        self.count();
        let (outer, upright) = self.clip();
        let bounds = clip.path.bounding_box();
        // Of all shapes within its bounds only the full rectangle has their area.
        let is_rectangle = (clip.path.area().abs() - bounds.area()).abs() < 1.0;
        self.clips.push((outer.intersect(bounds), upright && is_rectangle));
    }

    fn push_clip_rect(&mut self, rect: &Rect) {
        self.count();
        let (outer, upright) = self.clip();
        self.clips.push((outer.intersect(*rect), upright));
    }

    fn pop_clip(&mut self) {
        if self.clips.len() > 1 {
            self.clips.pop();
        }
    }

    fn push_transparency_group(
        &mut self,
        opacity: f32,
        mask: Option<SoftMask<'a>>,
        blend_mode: BlendMode,
    ) {
        self.count();
        self.groups.push((opacity, mask.is_none() && is_harmless(blend_mode)));
    }

    fn pop_transparency_group(&mut self) {
        self.groups.pop();
    }

    fn draw_glyph_run(
        &mut self,
        run: &GlyphRun<'_, 'a>,
        props: DrawProps<'a>,
        mode: &DrawMode,
    ) {
        self.count();
        let is_invisible = matches!(mode, DrawMode::Invisible);
        let (clip, _) = self.clip();
        let mut bounds: Option<Rect> = None;
        for glyph in run.glyphs() {
            let to_page = props.transform * glyph.transform();
            self.glyphs.push(glyph, to_page, !is_invisible);
            let is_blank = match &**glyph {
                Glyph::Outline(outline) => {
                    !is_invisible
                        && outline.as_unicode().is_some_and(|letters| {
                            super::words::letters_of(&letters).trim().is_empty()
                        })
                }
                Glyph::Type3(_) => false,
            };
            if is_invisible || is_blank {
                continue;
            }
            // An em square is near enough to say whether a glyph is on the page.
            let square = to_page.transform_rect_bbox(Rect::new(0.0, 0.0, 500.0, 700.0));
            bounds = Some(bounds.map_or(square, |so_far| so_far.union(square)));
        }
        if let Some(bounds) = bounds
            && meets(bounds, clip)
        {
            self.mark(bounds, &props.paint);
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        self.count();
        let index = self.num_images;
        self.num_images += 1;
        let (width, height) = (image.width(), image.height());
        let stream = match &image {
            Image::Raster(raster) => raster.stream().clone(),
            Image::Stencil(stencil) => stencil.stream().clone(),
        };
        let needed = match bounds::needed_bytes(&stream, width, height, self.limits) {
            Ok(needed) => needed,
            Err(refusal) => {
                self.refusal.get_or_insert(refusal);
                return;
            }
        };
        let is_large = needed > self.limits.max_working_bytes;
        let ink = match &image {
            // Nobody prints a large white stencil, and decoding it would be too much.
            Image::Stencil(_) if is_large => Ink::Black,
            Image::Stencil(stencil) => ink_of(stencil),
            Image::Raster(_) => Ink::Own,
        };
        let dict = stream.dict();
        let masked =
            ["SMask", "Mask", "SMaskInData"].iter().any(|key| dict.contains_key(key));
        let (clip, upright) = self.clip();
        let plain = self.is_plain(props.soft_mask.is_some(), props.blend_mode)
            && upright
            && matches!(ink, Ink::Own | Ink::Black);
        self.note_image(
            SeenImage {
                index,
                width,
                height,
                to_page: props.transform,
                visible: clip,
                codec: codec(&stream),
                is_large,
                halvings: bounds::halvings(needed, self.limits),
                plain,
                holes: masked || ink != Ink::Own,
            },
            ink == Ink::White,
        );
    }
}
