//! Pixels per inch of a page, as its file says or as estimated.

/// Millimetres of an inch.
const MM_PER_INCH: f64 = 25.4;

/// Longer side of A4 in millimetres: the paper of nearly every form since 1945.
const A4_LONG_MM: f64 = 297.0;

/// Lowest resolution that is believed. Below are screen sizes written as print sizes and
/// files that give one pixel an inch.
pub(super) const MIN_DPI: f64 = 30.0;

/// Highest resolution that is believed; drum scanners end at 2400.
pub(super) const MAX_DPI: f64 = 2400.0;

/// Resolutions that programs write without having measured anything: the first is the
/// default of Windows screens, the second of PDF and old Macs.
///
/// They are believed only where the page would then be no larger than A2, because a phone
/// picture of 4,000 pixels at 72 dpi would be a sheet of 1.4 m.
const PLACEHOLDER_DPI: [f64; 2] = [96.0, 72.0];

/// Longer side of A2 in millimetres.
const A2_LONG_MM: f64 = 594.0;

/// Resolution of an image of `width` × `height` pixels whose file says `declared`.
///
/// Where the file says nothing or nonsense (below 30, above 2400 dpi, or a placeholder
/// that would make the sheet larger than A2), the longer side is taken for that of an A4
/// sheet. The result is between 30 and 2400.
pub(super) fn believed(declared: Option<f64>, width: u32, height: u32) -> f32 {
    let longer = f64::from(width.max(height));
    if let Some(dpi) = declared
        && (MIN_DPI..=MAX_DPI).contains(&dpi)
    {
        let placeholder = PLACEHOLDER_DPI.iter().any(|p| (p - dpi).abs() < 0.5);
        if !placeholder || longer / dpi * MM_PER_INCH <= A2_LONG_MM {
            return dpi as f32;
        }
    }
    let as_a4 = longer / (A4_LONG_MM / MM_PER_INCH);
    as_a4.clamp(MIN_DPI, MAX_DPI) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_is_replaced_by_the_resolution_of_an_a4_sheet() {
        for (declared, width, height, expected) in [
            (Some(300.0), 2480, 3508, 300.0),
            (None, 2480, 3508, 300.0),
            (Some(1.0), 2480, 3508, 300.0),
            (Some(72.0), 595, 842, 72.0),
            (Some(72.0), 3024, 4032, 344.8),
            (Some(f64::NAN), 1240, 1754, 150.0),
            (None, 1, 1, 30.0),
            (None, 60_000, 10, 2400.0),
        ] {
            let dpi = believed(declared, width, height);
            assert!((dpi - expected).abs() < 0.5, "{declared:?} {width}: {dpi}");
        }
    }
}
