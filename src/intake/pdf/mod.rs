//! PDF: scanned pages are taken out as they are stored, all others are drawn.

mod bounds;
#[cfg(test)]
mod codec_tests;
mod direct;
mod handed;
mod large;
mod raster;
mod scout;
#[cfg(test)]
mod tests;
mod words;

use hayro::RenderCache;
use hayro::hayro_interpret::{
    Context, InterpreterCache, InterpreterSettings, TransformExt as _, interpret_page,
};
use hayro::hayro_syntax::object::Stream;
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use hayro::kurbo::{Affine, Rect};
#[cfg(test)]
pub(super) use tests::samples;

use super::canvas::Painted;
use super::guard::guarded;
use super::page::{LoadedPage, Note, Taken, TextLayer};
use super::resolution;
use super::turn::{Turn, squared};
use super::{FileBytes, IntakeError, Limits};
use crate::model::{PageImage, Pixels, StoredPicture};
use scout::{Findings, Scout, SeenImage};

/// Part of the page that a single image must cover to be taken for a scan of it.
const SCAN_PART: f64 = 0.25;

/// Part of an image, in each direction, that may lie outside what is visible before the
/// rest is cut off.
const CROP_TOLERANCE: f64 = 0.02;

/// An opened PDF document.
pub(super) struct PdfFile {
    pdf: Pdf,
    limits: Limits,
}

impl PdfFile {
    /// Reads the structure of the document, not its pages.
    ///
    /// # Errors
    ///
    /// If it needs a password, is broken beyond repair, or has no or too many pages.
    pub(super) fn open(bytes: FileBytes, limits: &Limits) -> Result<Self, IntakeError> {
        let same_bytes = bytes.clone();
        // What cannot be decrypted looks broken.
        let is_encrypted =
            || same_bytes.as_ref().windows(8).any(|eight| eight == b"/Encrypt");
        let pdf = guarded("PDF", || {
            Pdf::new(std::sync::Arc::new(bytes)).map_err(|error| match error {
                LoadPdfError::Decryption(DecryptionError::PasswordProtected) => {
                    IntakeError::Encrypted
                }
                LoadPdfError::Decryption(DecryptionError::UnsupportedAlgorithm) => {
                    IntakeError::unsupported("the encryption of the document")
                }
                LoadPdfError::Decryption(_) => {
                    IntakeError::corrupt("the encryption of the document is broken")
                }
                LoadPdfError::Invalid if is_encrypted() => IntakeError::Encrypted,
                LoadPdfError::Invalid => {
                    IntakeError::corrupt("the document's structure cannot be repaired")
                }
            })
        })?;
        let file = Self { pdf, limits: *limits };
        match file.num_pages() {
            0 => Err(IntakeError::NoPages),
            n if n > limits.max_pages => {
                Err(IntakeError::TooManyPages { limit: limits.max_pages })
            }
            _ => Ok(file),
        }
    }

    /// Pages of the document.
    pub(super) fn num_pages(&self) -> u32 {
        u32::try_from(self.pdf.pages().len()).unwrap_or(u32::MAX)
    }

    /// Makes the image of one page, `index` from 0.
    ///
    /// # Errors
    ///
    /// If nothing of the page can be shown, or it is larger than allowed.
    pub(super) fn page(&self, index: usize) -> Result<LoadedPage, IntakeError> {
        let Some(page) = self.pdf.pages().get(index) else {
            return Err(IntakeError::NoPages);
        };
        guarded("PDF", || {
            let settings = InterpreterSettings::default();
            let findings = look_over(page, &settings, &self.limits)?;
            if let Some(image) = findings.only_image.clone().filter(|i| is_scan(page, i))
                && let Some(turn) = turn_of(&image)
            {
                match take(page, &settings, &image, &self.limits) {
                    Ok(painted) => {
                        return Ok(finish_scan(page, painted, &image, turn, findings));
                    }
                    // Drawing it would need even more.
                    Err(error) if image.is_large => return Err(error),
                    Err(_) => {}
                }
            }
            self.drawn(page, &settings, findings)
        })
    }

    /// The image of one page as the document stores it, `index` from 0, where it is all of
    /// the page and in a form that other programs know.
    pub(super) fn stored(&self, index: usize) -> Option<StoredPicture> {
        let page = self.pdf.pages().get(index)?;
        let settings = InterpreterSettings::default();
        let findings = look_over(page, &settings, &self.limits).ok()?;
        let image = findings.only_image.filter(|image| is_scan(page, image))?;
        let turn = turn_of(&image).filter(|turn| !turn.mirrored)?;
        let mut keeper = handed::Keeper::new(image);
        let cache = InterpreterCache::new();
        let mut context = context(page, &cache, &settings);
        interpret_page(page, &mut context, &mut keeper);
        let kept = keeper.kept()?;
        Some(StoredPicture { quarters: turn.quarters, ..kept })
    }

    /// The page drawn.
    fn drawn(
        &self,
        page: &Page<'_>,
        settings: &InterpreterSettings,
        findings: Findings,
    ) -> Result<LoadedPage, IntakeError> {
        if findings.images.iter().any(|image| image.is_large) {
            return Err(IntakeError::TooManyBytes {
                limit: self.limits.max_working_bytes,
            });
        }
        let mut notes = Vec::new();
        if findings.is_empty {
            if names_what_is_missing(page) {
                let what =
                    "the page names a picture that is not in the file: it breaks off";
                return Err(IntakeError::corrupt(what));
            }
            notes.push(Note::Empty);
        }
        let (width, height) = page.render_dimensions();
        let (width, height) = (f64::from(width), f64::from(height));
        let unit = user_unit(page);
        let dpi = raster::dpi_for(width, height, unit, &findings.images);
        let cache = RenderCache::new();
        let scale = dpi * unit / raster::POINTS_PER_INCH;
        let pixels = raster::draw(page, &cache, settings, scale)?;
        let shown = Rect::new(0.0, 0.0, width, height);
        let text_layer = layer(findings, shown, &pixels);
        let image_dpi =
            (dpi as f32).clamp(resolution::MIN_DPI as f32, resolution::MAX_DPI as f32);
        Ok(LoadedPage {
            image: PageImage { pixels, dpi: image_dpi },
            text_layer,
            taken: Taken::Rasterised,
            notes,
        })
    }
}

/// The page made of the stored image.
fn finish_scan(
    page: &Page<'_>,
    painted: Painted,
    image: &SeenImage,
    turn: Turn,
    findings: Findings,
) -> LoadedPage {
    let mut notes = Vec::new();
    let missing_rows = painted.missing_rows;
    if missing_rows > 0 {
        notes.push(Note::Truncated { missing_rows });
    }
    if painted.shrunk_by > 1 {
        notes.push(Note::Shrunk { by: painted.shrunk_by });
    }
    let place = image.place();
    let turned = turn.applied(painted.pixels);
    // What counts is how many pixels of the image lie on an inch of the page, not what the
    // document says about the image.
    let inch = raster::POINTS_PER_INCH / user_unit(page);
    let x_dpi = f64::from(turned.width()) / place.width().max(1e-6) * inch;
    let y_dpi = f64::from(turned.height()) / place.height().max(1e-6) * inch;
    let (cropped, shown) = cropped(turned, place, image.visible);
    let (pixels, dpi, stretched) = squared(cropped, (x_dpi, y_dpi));
    if stretched {
        notes.push(Note::Squared);
    }
    let image_dpi = resolution::believed(Some(dpi), pixels.width(), pixels.height());
    if (f64::from(image_dpi) - dpi).abs() > 1.0 {
        notes.push(Note::EstimatedDpi);
    }
    let text_layer = layer(findings, shown, &pixels);
    LoadedPage {
        image: PageImage { pixels, dpi: image_dpi },
        text_layer,
        taken: Taken::Embedded { codec: image.codec },
        notes,
    }
}

/// Runs the interpreter over the page without drawing anything.
fn look_over(
    page: &Page<'_>,
    settings: &InterpreterSettings,
    limits: &Limits,
) -> Result<Findings, IntakeError> {
    let (width, height) = page.render_dimensions();
    let mut scout = Scout::new(f64::from(width), f64::from(height), limits);
    let cache = InterpreterCache::new();
    let mut context = context(page, &cache, settings);
    interpret_page(page, &mut context, &mut scout);
    scout.findings()
}

/// A context in points of the page as it is shown: y downwards, /Rotate done.
fn context<'a>(
    page: &Page<'a>,
    cache: &InterpreterCache<'a>,
    settings: &InterpreterSettings,
) -> Context<'a> {
    let (width, height) = page.render_dimensions();
    let bounds = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let to_page = page.initial_transform(true).to_kurbo();
    Context::new(to_page, bounds, cache, page.xref(), settings.clone())
}

/// Decodes the one image of the page.
fn take(
    page: &Page<'_>,
    settings: &InterpreterSettings,
    image: &SeenImage,
    limits: &Limits,
) -> Result<Painted, IntakeError> {
    let mut taker = direct::Taker::new(image.clone(), limits);
    let cache = InterpreterCache::new();
    let mut context = context(page, &cache, settings);
    interpret_page(page, &mut context, &mut taker);
    taker.painted()
}

/// Whether the image is large enough on the page to be a scan of it.
fn is_scan(page: &Page<'_>, image: &SeenImage) -> bool {
    let (width, height) = page.render_dimensions();
    let page_area = f64::from(width) * f64::from(height);
    image.place().intersect(image.visible).area() >= SCAN_PART * page_area
}

/// How the stored image must be turned; `None` if it does not lie along the page's edges.
fn turn_of(image: &SeenImage) -> Option<Turn> {
    let [a, b, c, d, _, _] = image.to_page.as_coeffs();
    Turn::from_axes((a, b), (c, d))
}

/// Size of the page's point, in 1/72 inch.
fn user_unit(page: &Page<'_>) -> f64 {
    let unit = page.raw().get::<f64>("UserUnit").unwrap_or(1.0);
    if unit.is_finite() && (0.001..=75_000.0).contains(&unit) { unit } else { 1.0 }
}

/// Cuts off what of an image at `place` lies outside `visible` (both in points); returns
/// where the rest lies.
fn cropped(pixels: Pixels, place: Rect, visible: Rect) -> (Pixels, Rect) {
    let shown = place.intersect(visible);
    let (width, height) = (f64::from(pixels.width()), f64::from(pixels.height()));
    let hidden = |cut: f64, whole: f64| cut > CROP_TOLERANCE * whole;
    let is_cut = hidden(shown.x0 - place.x0, place.width())
        || hidden(place.x1 - shown.x1, place.width())
        || hidden(shown.y0 - place.y0, place.height())
        || hidden(place.y1 - shown.y1, place.height());
    if !is_cut || shown.area() <= 0.0 {
        return (pixels, place);
    }
    let (x_scale, y_scale) = (width / place.width(), height / place.height());
    let left = ((shown.x0 - place.x0) * x_scale).floor().clamp(0.0, width - 1.0);
    let top = ((shown.y0 - place.y0) * y_scale).floor().clamp(0.0, height - 1.0);
    let right = ((shown.x1 - place.x0) * x_scale).ceil().clamp(left + 1.0, width);
    let bottom = ((shown.y1 - place.y0) * y_scale).ceil().clamp(top + 1.0, height);
    let (x, y) = (left as u32, top as u32);
    let (w, h) = ((right - left) as u32, (bottom - top) as u32);
    let rest = match pixels {
        Pixels::Gray(image) => {
            Pixels::Gray(image::imageops::crop_imm(&image, x, y, w, h).to_image())
        }
        Pixels::Rgb(image) => {
            Pixels::Rgb(image::imageops::crop_imm(&image, x, y, w, h).to_image())
        }
    };
    let left_over = Rect::new(
        place.x0 + left / x_scale,
        place.y0 + top / y_scale,
        place.x0 + right / x_scale,
        place.y0 + bottom / y_scale,
    );
    (rest, left_over)
}

/// The text layer in pixels of an image that shows the rectangle `shown` of the page.
fn layer(findings: Findings, shown: Rect, pixels: &Pixels) -> Option<TextLayer> {
    let x_scale = f64::from(pixels.width()) / shown.width().max(1e-6);
    let y_scale = f64::from(pixels.height()) / shown.height().max(1e-6);
    let to_pixels = Affine::scale_non_uniform(x_scale, y_scale)
        * Affine::translate((-shown.x0, -shown.y0));
    findings.glyphs.into_layer(to_pixels)
}

/// Whether a picture that the page draws is not in the file.
fn names_what_is_missing(page: &Page<'_>) -> bool {
    let pictures = &page.resources().x_objects;
    pictures.keys().any(|name| pictures.get::<Stream<'_>>(name).is_none())
}
