//! Quarter turns, mirror images and pixels that are not square.

use image::imageops;

use crate::model::Pixels;

/// How stored pixels must be turned to stand as the file says: mirrored left to right
/// first, then turned clockwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Turn {
    /// Whether left and right are exchanged.
    pub(super) mirrored: bool,
    /// Quarter turns clockwise, 0–3.
    pub(super) quarters: u8,
}

impl Turn {
    /// From the orientation tag of TIFF and EXIF, 1–8; anything else is no turn.
    pub(super) fn from_tag(orientation: u32) -> Self {
        let (mirrored, quarters) = match orientation {
            2 => (true, 0),
            3 => (false, 2),
            4 => (true, 2),
            5 => (true, 3),
            6 => (false, 1),
            7 => (true, 1),
            8 => (false, 3),
            _ => (false, 0),
        };
        Self { mirrored, quarters }
    }

    /// From where an image's right and down directions point on the page (y downwards).
    ///
    /// `None` where they do not point along the edges of the page, up to half a degree:
    /// a scanner's deskewing, which must be drawn and cannot be turned.
    pub(super) fn from_axes(right: (f64, f64), down: (f64, f64)) -> Option<Self> {
        /// Half a degree as a slope.
        const SLOPE: f64 = 0.008_7;
        let along = |(x, y): (f64, f64)| {
            if y.abs() <= x.abs() * SLOPE {
                Some(if x > 0.0 { 0_u8 } else { 2 })
            } else if x.abs() <= y.abs() * SLOPE {
                Some(if y > 0.0 { 1 } else { 3 })
            } else {
                None
            }
        };
        let (right, down) = (along(right)?, along(down)?);
        if right % 2 == down % 2 {
            return None;
        }
        // Unmirrored, "down" is a quarter turn clockwise of "right".
        let mirrored = (right + 1) % 4 != down;
        let quarters = if mirrored { (right + 2) % 4 } else { right };
        Some(Self { mirrored, quarters })
    }

    /// Whether width and height are exchanged.
    pub(super) fn is_sideways(self) -> bool {
        self.quarters % 2 == 1
    }

    /// The pixels as they should stand.
    pub(super) fn applied(self, pixels: Pixels) -> Pixels {
        match pixels {
            Pixels::Gray(image) => Pixels::Gray(self.applied_to(image)),
            Pixels::Rgb(image) => Pixels::Rgb(self.applied_to(image)),
        }
    }

    fn applied_to<P: image::Pixel<Subpixel = u8> + 'static>(
        self,
        mut image: image::ImageBuffer<P, Vec<u8>>,
    ) -> image::ImageBuffer<P, Vec<u8>> {
        if self.mirrored {
            imageops::flip_horizontal_in_place(&mut image);
        }
        match self.quarters % 4 {
            1 => imageops::rotate90(&image),
            2 => {
                imageops::rotate180_in_place(&mut image);
                image
            }
            3 => imageops::rotate270(&image),
            _ => image,
        }
    }
}

/// Largest ratio of the two resolutions that is taken for square pixels: rounding in
/// resolution tags stays below 2 %, faxes have 2 : 1.
const SQUARE_UP_TO: f64 = 1.05;

/// Largest ratio that is believed; faxes in coarse mode have 204 : 98.
const RATIO_UP_TO: f64 = 3.0;

/// Makes pixels square by stretching the coarser direction; returns the resolution of
/// both directions then, and whether anything was stretched.
pub(super) fn squared(pixels: Pixels, (x_dpi, y_dpi): (f64, f64)) -> (Pixels, f64, bool) {
    let ratio = x_dpi / y_dpi;
    let between = |low: f64, high: f64| low < ratio && ratio <= high;
    let (width, height) = (pixels.width(), pixels.height());
    let target = if between(SQUARE_UP_TO, RATIO_UP_TO) {
        (width, (f64::from(height) * ratio).round() as u32)
    } else if between(1.0 / RATIO_UP_TO, 1.0 / SQUARE_UP_TO) {
        ((f64::from(width) / ratio).round() as u32, height)
    } else {
        return (pixels, x_dpi, false);
    };
    let filter = imageops::FilterType::Triangle;
    let pixels = match pixels {
        Pixels::Gray(image) => {
            Pixels::Gray(imageops::resize(&image, target.0, target.1, filter))
        }
        Pixels::Rgb(image) => {
            Pixels::Rgb(imageops::resize(&image, target.0, target.1, filter))
        }
    };
    (pixels, x_dpi.max(y_dpi), true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::GrayImage;

    /// Two by three pixels: `12 / 34 / 56`.
    fn sample() -> Pixels {
        Pixels::Gray(GrayImage::from_raw(2, 3, vec![1, 2, 3, 4, 5, 6]).expect("six"))
    }

    fn raw(pixels: Pixels) -> (u32, Vec<u8>) {
        match pixels {
            Pixels::Gray(image) => (image.width(), image.into_raw()),
            Pixels::Rgb(image) => (image.width(), image.into_raw()),
        }
    }

    #[test]
    fn orientation_tags_turn_as_exif_says() {
        for (tag, width, expected) in [
            (1, 2, [1, 2, 3, 4, 5, 6]),
            (2, 2, [2, 1, 4, 3, 6, 5]),
            (3, 2, [6, 5, 4, 3, 2, 1]),
            (4, 2, [5, 6, 3, 4, 1, 2]),
            (5, 3, [1, 3, 5, 2, 4, 6]),
            (6, 3, [5, 3, 1, 6, 4, 2]),
            (7, 3, [6, 4, 2, 5, 3, 1]),
            (8, 3, [2, 4, 6, 1, 3, 5]),
            (99, 2, [1, 2, 3, 4, 5, 6]),
        ] {
            let turned = raw(Turn::from_tag(tag).applied(sample()));
            assert_eq!(turned, (width, expected.to_vec()), "tag {tag}");
        }
    }

    #[test]
    fn axes_of_an_image_on_a_page_lead_to_its_turn() {
        for (tag, right, down) in [
            (1, (1.0, 0.0), (0.0, 1.0)),
            (2, (-1.0, 0.0), (0.0, 1.0)),
            (3, (-1.0, 0.001), (0.0, -1.0)),
            (4, (1.0, 0.0), (0.0, -1.0)),
            (5, (0.0, 1.0), (1.0, 0.0)),
            (6, (0.0, 1.0), (-1.0, 0.0)),
            (7, (0.0, -1.0), (-1.0, 0.0)),
            (8, (0.0, -1.0), (1.0, 0.0)),
        ] {
            let turn = Turn::from_axes(right, down);
            assert_eq!(turn, Some(Turn::from_tag(tag)), "tag {tag}");
        }
        assert_eq!(Turn::from_axes((1.0, 0.1), (-0.1, 1.0)), None);
        assert_eq!(Turn::from_axes((1.0, 0.0), (1.0, 0.0)), None);
        assert_eq!(Turn::from_axes((0.0, 0.0), (0.0, 0.0)), None);
    }

    #[test]
    fn a_coarse_fax_gets_square_pixels() {
        let fax = Pixels::Gray(GrayImage::new(20, 10));
        let (square, dpi, stretched) = squared(fax, (204.0, 98.0));
        assert_eq!((square.width(), square.height(), stretched), (20, 21, true));
        assert!((dpi - 204.0).abs() < 1e-9);
        let (same, _, stretched) = squared(sample(), (300.0, 299.0));
        assert_eq!((same.width(), same.height(), stretched), (2, 3, false));
    }
}
