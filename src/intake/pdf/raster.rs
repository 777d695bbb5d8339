//! Draws a page that is more than one scanned image.

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::Affine;
use hayro::vello_cpu::peniko::ImageAlphaType;
use hayro::vello_cpu::{self, Pixmap, RenderContext, TargetInit};
use hayro::{RenderCache, RenderSettings};

use super::super::IntakeError;
use super::super::canvas::{Channels, pixels_of};
use super::scout::SeenImage;
use crate::model::Pixels;

/// Points of an inch.
pub(super) const POINTS_PER_INCH: f64 = 72.0;

/// Resolution for pages without a scanned image: small print stays readable.
const USUAL_DPI: f64 = 300.0;

/// Resolution for pages larger than A3, such as maps, whose letters are larger, too.
const LARGE_PAGE_DPI: f64 = 200.0;

/// Longer side of A3 in inches, with a little over.
const A3_INCHES: f64 = 420.0 / 25.4 * 1.05;

/// Range of resolutions that an image on the page may ask for. A stamp at 1200 dpi must not
/// blow up the page; text over a coarse photograph must stay readable.
const DPI_RANGE: (f64, f64) = (150.0, 400.0);

/// Part of the page that an image must cover to decide the resolution.
const DOMINATING_PART: f64 = 0.1;

/// Most pixels that are drawn: A2 at 200 dpi is 15 million. Drawing needs ten bytes each.
const MAX_DRAWN_PIXELS: f64 = 20_000_000.0;

/// Resolution for drawing a page of `width` × `height` points, which are `unit` times
/// 1/72 inch.
pub(super) fn dpi_for(width: f64, height: f64, unit: f64, images: &[SeenImage]) -> f64 {
    let to_inches = unit / POINTS_PER_INCH;
    let page_area = (width * height).max(1.0);
    let of_images = images
        .iter()
        .filter(|image| {
            image.place().intersect(image.visible).area() / page_area >= DOMINATING_PART
        })
        .map(|image| {
            let (x, y) = image.density();
            x.max(y) / to_inches
        })
        .fold(0.0, f64::max);
    let wanted = if of_images > 0.0 {
        of_images.clamp(DPI_RANGE.0, DPI_RANGE.1)
    } else if width.max(height) * to_inches > A3_INCHES {
        LARGE_PAGE_DPI
    } else {
        USUAL_DPI
    };
    let square_inches = page_area * to_inches * to_inches;
    let most = (MAX_DRAWN_PIXELS / square_inches).sqrt();
    // A page of a kilometre is drawn at whatever fits.
    wanted.min(most)
}

/// Draws the page; `scale` is pixels per point.
///
/// # Errors
///
/// If the page would have a side of more than 65,535 pixels.
pub(super) fn draw<'a>(
    page: &'a Page<'a>,
    cache: &RenderCache<'a>,
    settings: &InterpreterSettings,
    scale: f64,
) -> Result<Pixels, IntakeError> {
    let (width, height) = page.render_dimensions();
    let (width, height) = (f64::from(width), f64::from(height));
    let side = |points: f64| {
        let pixels = (points * scale).round().max(1.0);
        if pixels > f64::from(u16::MAX) {
            return Err(IntakeError::unsupported("a page of extreme proportions"));
        }
        Ok(pixels as u16)
    };
    let (pixel_width, pixel_height) = (side(width)?, side(height)?);
    let mut context = RenderContext::new(pixel_width, pixel_height);
    let to_pixels =
        Affine::scale_non_uniform(
            f64::from(pixel_width) / width,
            f64::from(pixel_height) / height,
        ) * hayro::hayro_interpret::TransformExt::to_kurbo(&page.initial_transform(true));
    let rendering = RenderSettings::default();
    hayro::render_into(page, cache, settings, &rendering, &mut context, to_pixels);
    context.flush();

    let mut pixmap = Pixmap::new(pixel_width, pixel_height);
    context.render_with(
        &mut pixmap,
        &mut vello_cpu::Resources::default(),
        vello_cpu::RasterizerSettings {
            target_init: TargetInit::Clear(vello_cpu::color::palette::css::WHITE),
            ..Default::default()
        },
    );
    drop(context);
    let rgba = pixmap.take_rgba8(ImageAlphaType::AlphaPremultiplied);
    compacted(rgba, u32::from(pixel_width), u32::from(pixel_height))
}

/// Grey where no pixel has a colour, otherwise red, green and blue, in the same memory.
fn compacted(mut rgba: Vec<u8>, width: u32, height: u32) -> Result<Pixels, IntakeError> {
    let is_gray = rgba.chunks_exact(4).all(|p| p[0] == p[1] && p[1] == p[2]);
    let channels = if is_gray { Channels::Gray } else { Channels::Rgb };
    let count = channels.count();
    let num_pixels = rgba.len() / 4;
    for at in 0..num_pixels {
        rgba.copy_within(at * 4..at * 4 + count, at * count);
    }
    rgba.truncate(num_pixels * count);
    rgba.shrink_to_fit();
    pixels_of(width, height, channels, rgba)
}
