//! Where the ink of a line image is.

use image::GrayImage;

/// Share of the pixels of a line that are darker than its paper at least; the level below
/// which this share lies is taken for ink. A line with one short word has about this much.
const INK_SHARE: f32 = 0.003;

/// Share of the pixels of a line that are lighter than what is taken for its paper: the
/// paper is more than half of any line, even with a stain over a third of it.
const PAPER_SHARE: f32 = 0.3;

/// Grey levels between paper and ink below which a line is empty: paper texture and JPEG
/// stay below 20, faint carbon copies are above 40.
const LEAST_CONTRAST: u8 = 24;

/// Where between paper (0) and ink (1) a pixel begins to count as ink. Thin strokes at
/// 150 dpi reach little more than 0.4; the paper's texture stays below 0.2.
const INK_LEVEL: f32 = 0.35;

/// Grey levels of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Levels {
    /// Of the paper.
    pub(super) paper: u8,
    /// Of the darkest strokes.
    pub(super) ink: u8,
}

impl Levels {
    /// `None` for an image without ink, or without pixels.
    pub(super) fn of(pixels: &GrayImage) -> Option<Self> {
        let mut histogram = [0_u32; 256];
        for pixel in pixels.as_raw() {
            histogram[usize::from(*pixel)] += 1;
        }
        let all = pixels.as_raw().len() as f32;
        let level = |share: f32| {
            let mut left = (all * share) as u32;
            histogram.iter().position(|&count| {
                let found = count > left;
                left = left.saturating_sub(count);
                found
            })
        };
        let ink = u8::try_from(level(INK_SHARE)?).ok()?;
        let paper = u8::try_from(level(1.0 - PAPER_SHARE)?).ok()?;
        (paper.saturating_sub(ink) >= LEAST_CONTRAST).then_some(Self { paper, ink })
    }

    /// The lightest grey that counts as ink.
    pub(super) fn threshold(self) -> u8 {
        let contrast = f32::from(self.paper.saturating_sub(self.ink));
        self.paper - (contrast * INK_LEVEL) as u8
    }

    /// Pixels of ink in each column.
    pub(super) fn columns(self, pixels: &GrayImage) -> Vec<u32> {
        let threshold = self.threshold();
        let mut columns = vec![0; pixels.width() as usize];
        for row in pixels.rows() {
            for (count, pixel) in columns.iter_mut().zip(row) {
                *count += u32::from(pixel.0[0] < threshold);
            }
        }
        columns
    }

    /// Pixels of ink in each row between two columns.
    pub(super) fn rows(self, pixels: &GrayImage, from: usize, to: usize) -> Vec<u32> {
        let threshold = self.threshold();
        let width = to.saturating_sub(from);
        pixels
            .rows()
            .map(|row| {
                row.skip(from).take(width).filter(|pixel| pixel.0[0] < threshold).count()
                    as u32
            })
            .collect()
    }
}

/// Stretches of columns without ink that are at least `least` wide, left to right.
pub(super) fn gaps(columns: &[u32], least: usize) -> Vec<std::ops::Range<usize>> {
    let mut gaps = Vec::new();
    let mut from = 0;
    for (x, &ink) in columns.iter().chain([&1]).enumerate() {
        if ink > 0 {
            if x - from >= least.max(1) {
                gaps.push(from..x);
            }
            from = x + 1;
        }
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_without_ink_has_no_levels() {
        for image in [
            GrayImage::new(0, 0),
            GrayImage::from_pixel(50, 20, image::Luma([255])),
            GrayImage::from_pixel(50, 20, image::Luma([0])),
            GrayImage::from_fn(50, 20, |x, _| image::Luma([200 + (x % 10) as u8])),
        ] {
            assert_eq!(Levels::of(&image), None, "{} wide", image.width());
        }
    }

    #[test]
    fn columns_and_rows_count_the_pixels_of_ink() {
        let image = GrayImage::from_fn(50, 20, |x, y| {
            image::Luma([if (10..12).contains(&x) && y < 5 { 30 } else { 220 }])
        });
        let levels = Levels::of(&image).expect("ink");
        assert_eq!(levels, Levels { paper: 220, ink: 30 });
        let columns = levels.columns(&image);
        assert_eq!((columns[9], columns[10], columns[11], columns[12]), (0, 5, 5, 0));
        assert_eq!(levels.rows(&image, 0, 11)[4..6], [1, 0]);
    }

    #[test]
    fn gaps_are_found_between_and_outside_of_the_ink() {
        let columns = [0, 0, 5, 0, 5, 0, 0, 0];
        assert_eq!(gaps(&columns, 2), [0..2, 5..8]);
        assert_eq!(gaps(&columns, 1), [0..2, 3..4, 5..8]);
        assert_eq!(gaps(&[0, 0], 1).first(), Some(&(0..2)));
        assert!(gaps(&[], 1).is_empty());
    }
}
