//! Cuts regions out of pages, makes pictures smaller, and writes JPEG.

use image::codecs::jpeg::JpegEncoder;
use image::{GrayImage, ImageEncoder as _, RgbImage, imageops};

use crate::model::Affine;
use crate::model::Pixels;
use crate::model::Point;
use crate::model::Quad;

/// Quality of the pictures that are sent. Handwriting shows halos below 75, and above 85
/// files grow without a gain that can be seen.
const JPEG_QUALITY: u8 = 80;
/// Most pixels of a region before it is made smaller: a whole A4 page at 300 dpi.
const MAX_REGION_PIXELS: f32 = 9_000_000.0;
/// Paper around a region above and below, in parts of its height, so that marks above
/// and below the letters are seen. Measured on one line of text.
const MARGIN_ACROSS: f32 = 0.35;
/// Paper around a region on its left and right, in parts of its height, so that the end of
/// its label is seen.
const MARGIN_ALONG: f32 = 1.0;

/// Why no picture could be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(super) enum CropError {
    /// The region is flat, or no part of it is on the page.
    #[error("region is not on the page")]
    OffPage,
    /// The picture could not be written.
    #[error("picture could not be encoded")]
    Encode(#[from] image::ImageError),
}

/// How a region is cut out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cut {
    /// The region, in pixels of the page.
    pub(super) quad: Quad,
    /// Whether some paper around it is shown.
    pub(super) with_margin: bool,
    /// Most pixels from left to right.
    pub(super) most_width: u32,
    /// Most pixels from top to bottom.
    pub(super) most_height: u32,
}

impl Cut {
    /// Width and height of the picture that [`Self::of`] makes, in pixels.
    pub(super) fn size(&self) -> (u32, u32) {
        let quad = if self.with_margin { grown(&self.quad) } else { self.quad };
        let [first, second, _, fourth] = quad.0;
        let (width, height) = (distance(first, second), distance(first, fourth));
        let factor =
            (self.most_width as f32 / width).min(self.most_height as f32 / height);
        let side = |length: f32| ((length * factor.min(1.0)).round() as u32).max(1);
        (side(width), side(height))
    }

    /// Cuts the region out and turns it upright: its first edge becomes the top.
    ///
    /// # Errors
    ///
    /// If the region is flat or larger than any page.
    pub(super) fn of(&self, page: &Pixels) -> Result<Pixels, CropError> {
        let quad = if self.with_margin { grown(&self.quad) } else { self.quad };
        let [first, second, third, fourth] = quad.0;
        let width = distance(first, second).max(distance(fourth, third));
        let height = distance(first, fourth).max(distance(second, third));
        let usable = width >= 1.0
            && height >= 1.0
            && (width * height) <= MAX_REGION_PIXELS * 4.0
            && width.is_finite()
            && height.is_finite();
        if !usable {
            return Err(CropError::OffPage);
        }
        // A large region is sampled at half its resolution or less; it is shown smaller.
        let sampling = (MAX_REGION_PIXELS / (width * height)).sqrt().min(1.0);
        let (columns, rows) = ((width * sampling) as u32, (height * sampling) as u32);
        let map = frame_to_page(&quad, columns.max(1), rows.max(1));
        let cut = sampled(page, &map, columns.max(1), rows.max(1));
        Ok(fitted(cut, self.most_width, self.most_height))
    }
}

fn distance(a: Point, b: Point) -> f32 {
    (a.x - b.x).hypot(a.y - b.y)
}

/// The quad with paper around it.
fn grown(quad: &Quad) -> Quad {
    let [first, second, third, fourth] = quad.0;
    let (width, height) = (distance(first, second), distance(first, fourth));
    if width < 1.0 || height < 1.0 {
        return *quad;
    }
    let along = ((second.x - first.x) / width, (second.y - first.y) / width);
    let across = ((fourth.x - first.x) / height, (fourth.y - first.y) / height);
    // A region of several lines gets the margin of one, which is at most as high as wide.
    let line = height.min(width);
    let moved = |corner: Point, right: f32, down: f32| Point {
        x: corner.x
            + line * (right * MARGIN_ALONG * along.0 + down * MARGIN_ACROSS * across.0),
        y: corner.y
            + line * (right * MARGIN_ALONG * along.1 + down * MARGIN_ACROSS * across.1),
    };
    Quad([
        moved(first, -1.0, -1.0),
        moved(second, 1.0, -1.0),
        moved(third, 1.0, 1.0),
        moved(fourth, -1.0, 1.0),
    ])
}

/// From a picture of `columns` × `rows` to the parallelogram of the quad's first, second
/// and fourth corner.
fn frame_to_page(quad: &Quad, columns: u32, rows: u32) -> Affine {
    let [first, second, _, fourth] = quad.0;
    let over = |from: f32, to: f32, count: u32| f64::from(to - from) / f64::from(count);
    Affine([
        over(first.x, second.x, columns),
        over(first.x, fourth.x, rows),
        f64::from(first.x),
        over(first.y, second.y, columns),
        over(first.y, fourth.y, rows),
        f64::from(first.y),
    ])
}

/// A picture whose pixels are looked up in the page, bilinear; white beside the page.
fn sampled(page: &Pixels, map: &Affine, columns: u32, rows: u32) -> Pixels {
    let centre = |column: u32, row: u32| {
        let at = map.apply(Point { x: column as f32 + 0.5, y: row as f32 + 0.5 });
        Point { x: at.x - 0.5, y: at.y - 0.5 }
    };
    match page {
        Pixels::Gray(image) => {
            let raw = Raw::<1> {
                bytes: image.as_raw(),
                width: image.width(),
                height: image.height(),
            };
            let out = GrayImage::from_fn(columns, rows, |column, row| {
                image::Luma(raw.at(centre(column, row)))
            });
            Pixels::Gray(out)
        }
        Pixels::Rgb(image) => {
            let raw = Raw::<3> {
                bytes: image.as_raw(),
                width: image.width(),
                height: image.height(),
            };
            let out = RgbImage::from_fn(columns, rows, |column, row| {
                image::Rgb(raw.at(centre(column, row)))
            });
            Pixels::Rgb(out)
        }
    }
}

/// The bytes of an image of `CHANNELS` channels.
struct Raw<'a, const CHANNELS: usize> {
    bytes: &'a [u8],
    width: u32,
    height: u32,
}

impl<const CHANNELS: usize> Raw<'_, CHANNELS> {
    fn pixel(&self, x: i64, y: i64) -> [u8; CHANNELS] {
        let white = [u8::MAX; CHANNELS];
        if x < 0 || y < 0 || x >= i64::from(self.width) || y >= i64::from(self.height) {
            return white;
        }
        let start = (y as usize * self.width as usize + x as usize) * CHANNELS;
        let bytes = self.bytes.get(start..start + CHANNELS);
        bytes.and_then(|bytes| bytes.try_into().ok()).unwrap_or(white)
    }

    fn at(&self, point: Point) -> [u8; CHANNELS] {
        let (left, top) = (point.x.floor(), point.y.floor());
        let (right_part, lower_part) = (point.x - left, point.y - top);
        let (x, y) = (left as i64, top as i64);
        let corners = [
            self.pixel(x, y),
            self.pixel(x + 1, y),
            self.pixel(x, y + 1),
            self.pixel(x + 1, y + 1),
        ];
        std::array::from_fn(|channel| {
            let [upper_left, upper_right, lower_left, lower_right] =
                corners.map(|corner| f32::from(corner[channel]));
            let upper = upper_left + (upper_right - upper_left) * right_part;
            let lower = lower_left + (lower_right - lower_left) * right_part;
            (upper + (lower - upper) * lower_part).round() as u8
        })
    }
}

/// The picture made smaller so that it fits; never larger.
pub(super) fn fitted(pixels: Pixels, most_width: u32, most_height: u32) -> Pixels {
    match target(&pixels, most_width, most_height) {
        Some((width, height)) => resized(&pixels, width, height),
        None => pixels,
    }
}

/// As [`fitted`], of a picture that others use too; `None` where it fits as it is.
pub(super) fn smaller(
    pixels: &Pixels,
    most_width: u32,
    most_height: u32,
) -> Option<Pixels> {
    target(pixels, most_width, most_height)
        .map(|(width, height)| resized(pixels, width, height))
}

fn target(pixels: &Pixels, most_width: u32, most_height: u32) -> Option<(u32, u32)> {
    let (width, height) = (pixels.width() as f32, pixels.height() as f32);
    let factor = (most_width as f32 / width).min(most_height as f32 / height);
    let smaller = factor < 1.0;
    let side = |length: f32| ((length * factor).round() as u32).max(1);
    smaller.then(|| (side(width), side(height)))
}

/// Each pixel is the mean of those it stands for.
fn resized(pixels: &Pixels, width: u32, height: u32) -> Pixels {
    match pixels {
        Pixels::Gray(image) => Pixels::Gray(imageops::thumbnail(image, width, height)),
        Pixels::Rgb(image) => Pixels::Rgb(imageops::thumbnail(image, width, height)),
    }
}

/// The picture as a JPEG file.
///
/// # Errors
///
/// If it has no pixels, or a side that JPEG cannot hold.
pub(super) fn jpeg(pixels: &Pixels) -> Result<Vec<u8>, CropError> {
    let mut out = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut out, JPEG_QUALITY);
    let (bytes, colour) = match pixels {
        Pixels::Gray(image) => (image.as_raw(), image::ExtendedColorType::L8),
        Pixels::Rgb(image) => (image.as_raw(), image::ExtendedColorType::Rgb8),
    };
    encoder.write_image(bytes, pixels.width(), pixels.height(), colour)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::super::region;
    use super::*;

    /// White, 200 × 100, with a black bar from (50, 40) to (150, 60) whose left end is grey.
    fn page() -> Pixels {
        Pixels::Gray(GrayImage::from_fn(200, 100, |x, y| {
            let in_bar = (50..150).contains(&x) && (40..60).contains(&y);
            image::Luma([match (in_bar, x < 60) {
                (false, _) => 255,
                (true, true) => 128,
                (true, false) => 0,
            }])
        }))
    }

    fn cut(quad: &str, with_margin: bool) -> Result<Pixels, CropError> {
        let quad = region::parse(quad).expect("a region");
        Cut { quad, with_margin, most_width: 1000, most_height: 1000 }.of(&page())
    }

    fn shades(pixels: &Pixels, places: [(u32, u32); 2]) -> [u8; 2] {
        let Pixels::Gray(image) = pixels else { panic!("grey stays grey") };
        places.map(|(x, y)| image.get_pixel(x, y).0[0])
    }

    #[test]
    fn the_first_edge_of_a_turned_quad_becomes_the_top() {
        for (quad, what) in [
            ("50,40,150,40,150,60,50,60", "upright"),
            ("150,60,50,60,50,40,150,40", "upside down"),
        ] {
            let bar = cut(quad, false).expect("a bar");
            assert_eq!((bar.width(), bar.height()), (100, 20), "{what}");
            let ends = shades(&bar, [(5, 10), (95, 10)]);
            let expected = if what == "upright" { [128, 0] } else { [0, 128] };
            assert_eq!(ends, expected, "{what}");
        }
        let turned = cut("50,60,50,40,150,40,150,60", false).expect("a bar on its end");
        assert_eq!((turned.width(), turned.height()), (20, 100));
        assert_eq!(shades(&turned, [(10, 5), (10, 95)]), [128, 0]);
    }

    #[test]
    fn a_margin_shows_paper_around_and_white_beside_the_page() {
        let bar = cut("50,40,150,40,150,60,50,60", true).expect("a bar");
        assert_eq!((bar.width(), bar.height()), (140, 34));
        assert_eq!(shades(&bar, [(2, 2), (70, 17)]), [255, 0]);
        let edge = cut("-10,-10,20,20", false).expect("the corner of the page");
        assert_eq!(shades(&edge, [(0, 0), (19, 19)]), [255, 255]);
    }

    #[test]
    fn what_is_flat_or_huge_is_refused() {
        for quad in ["10,10,0,0", "5,5,5,5,5,5,5,5", "0,0,100000,100000"] {
            assert!(matches!(cut(quad, false), Err(CropError::OffPage)), "{quad}");
        }
    }

    #[test]
    fn pictures_are_made_smaller_but_never_larger() {
        for (most, expected) in
            [((100, 100), (100, 50)), ((400, 20), (40, 20)), ((400, 400), (200, 100))]
        {
            let fit = fitted(page(), most.0, most.1);
            assert_eq!((fit.width(), fit.height()), expected);
        }
        let file = jpeg(&page()).expect("a file");
        assert_eq!(file.get(..2), Some(&[0xff, 0xd8][..]));
    }
}
