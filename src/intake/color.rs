//! From the colours of files to grey or red, green, blue on white paper.

/// Red, green and blue of an ink mixture, 0 no ink, 255 full.
///
/// The plain formula of the PDF specification without a profile; scans in CMYK come from
/// copiers, and reading them needs contrast, not true colour.
pub(super) fn rgb_of_cmyk([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    let paper = 255 - u32::from(black);
    let mixed = |ink: u8| ((255 - u32::from(ink)) * paper / 255) as u8;
    [mixed(cyan), mixed(magenta), mixed(yellow)]
}

/// A value of 0–255 seen through `alpha` (0 transparent) on white.
pub(super) fn on_white(value: u8, alpha: u8) -> u8 {
    let alpha = u32::from(alpha);
    ((u32::from(value) * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ink_darkens_paper() {
        assert_eq!(rgb_of_cmyk([0, 0, 0, 0]), [255, 255, 255]);
        assert_eq!(rgb_of_cmyk([0, 0, 0, 255]), [0, 0, 0]);
        assert_eq!(rgb_of_cmyk([255, 0, 0, 0]), [0, 255, 255]);
        assert_eq!(on_white(0, 0), 255);
        assert_eq!(on_white(40, 255), 40);
    }
}
