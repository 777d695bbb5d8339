//! What is asked of an image, as the Image API 3.0 writes it (sections 4.1 to 4.5).

use std::fmt;

use crate::model::Size;

/// Largest picture that is sent, in pixels; `max` is made smaller to fit.
pub(super) const MAX_AREA: u64 = 16_000_000;
/// Longest side of a picture that is sent, in pixels.
pub(super) const MAX_SIDE: u32 = 8000;

/// Why an image cannot be given as asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(in super::super) enum AskedError {
    /// The region is not written as one, has no pixels or lies beside the image.
    #[error("region is not full, square, x,y,w,h or pct:x,y,w,h on the image")]
    Region,
    /// The size is not written as one, is zero, too large, or larger than the region
    /// without `^`.
    #[error("size is not max, w,, ,h, pct:n, w,h or !w,h, or is too large")]
    Size,
    /// Not a quarter turn.
    #[error("rotation is not 0, 90, 180 or 270, with ! before it to mirror")]
    Rotation,
    /// Not one of the four.
    #[error("quality is not default, color, gray or bitonal")]
    Quality,
    /// Neither of the two.
    #[error("format is not jpg or png")]
    Format,
}

/// Colours of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quality {
    /// As the page is.
    Default,
    Color,
    Gray,
    Bitonal,
}

/// How the picture is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Jpg,
    Png,
}

/// A rectangle of whole pixels on the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// What is asked for, in numbers: cut out, then scaled, mirrored, turned, coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AskedImage {
    pub(super) of: Size,
    pub(super) region: Region,
    /// Pixels of the picture before it is turned.
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) is_mirrored: bool,
    /// Quarter turns clockwise.
    pub(super) quarters: u8,
    pub(super) quality: Quality,
    pub(super) format: Format,
}

impl AskedImage {
    /// Reads the four parts of an address; `of` is the size of the image.
    ///
    /// # Errors
    ///
    /// If a part is not written as the API says or asks for what is not given.
    pub(super) fn read(
        of: Size,
        region: &str,
        size: &str,
        rotation: &str,
        file: &str,
    ) -> Result<Self, AskedError> {
        let region = read_region(of, region).ok_or(AskedError::Region)?;
        let (width, height) = read_size(region, size).ok_or(AskedError::Size)?;
        let (is_mirrored, degrees) = match rotation.strip_prefix('!') {
            Some(degrees) => (true, degrees),
            None => (false, rotation),
        };
        let quarters = match decimal(degrees) {
            Some(0.0 | 360.0) => 0,
            Some(90.0) => 1,
            Some(180.0) => 2,
            Some(270.0) => 3,
            _ => return Err(AskedError::Rotation),
        };
        let (quality, format) = file.split_once('.').ok_or(AskedError::Format)?;
        let quality = match quality {
            "default" => Quality::Default,
            "color" => Quality::Color,
            "gray" => Quality::Gray,
            "bitonal" => Quality::Bitonal,
            _ => return Err(AskedError::Quality),
        };
        let format = match format {
            "jpg" => Format::Jpg,
            "png" => Format::Png,
            _ => return Err(AskedError::Format),
        };
        Ok(Self { of, region, width, height, is_mirrored, quarters, quality, format })
    }
}

impl fmt::Display for AskedImage {
    /// The canonical form (section 4.7): the one address of this picture.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Region { x, y, width, height } = self.region;
        let is_full = (x, y, width, height) == (0, 0, self.of.width, self.of.height);
        if is_full {
            f.write_str("full/")?;
        } else {
            write!(f, "{x},{y},{width},{height}/")?;
        }
        let largest = largest(self.region);
        if (self.width, self.height) == largest {
            f.write_str("max/")?;
        } else {
            let up = if self.width > width || self.height > height { "^" } else { "" };
            write!(f, "{up}{},{}/", self.width, self.height)?;
        }
        let mirror = if self.is_mirrored { "!" } else { "" };
        let quality = match self.quality {
            Quality::Default => "default",
            Quality::Color => "color",
            Quality::Gray => "gray",
            Quality::Bitonal => "bitonal",
        };
        let format = if self.format == Format::Png { "png" } else { "jpg" };
        write!(f, "{mirror}{}/{quality}.{format}", u32::from(self.quarters) * 90)
    }
}

/// A number of digits with at most one point; no sign, no exponent.
fn decimal(written: &str) -> Option<f64> {
    let is_plain = written.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && written.bytes().any(|byte| byte.is_ascii_digit());
    written.parse().ok().filter(|_| is_plain)
}

fn read_region(of: Size, written: &str) -> Option<Region> {
    let whole = Region { x: 0, y: 0, width: of.width, height: of.height };
    let region = match written {
        "full" => whole,
        "square" => {
            let side = of.width.min(of.height);
            let (x, y) = ((of.width - side) / 2, (of.height - side) / 2);
            Region { x, y, width: side, height: side }
        }
        _ => {
            let (in_parts, numbers) = match written.strip_prefix("pct:") {
                Some(numbers) => (true, numbers),
                None => (false, written),
            };
            let numbers: Option<Vec<f64>> = numbers.split(',').map(decimal).collect();
            let numbers = numbers?;
            let &[x, y, width, height] = numbers.as_slice() else { return None };
            let is_whole = numbers.iter().all(|number| number.fract() == 0.0);
            if !in_parts && !is_whole {
                return None;
            }
            let scale = |number: f64, side: u32| {
                if in_parts { (number / 100.0 * f64::from(side)).round() } else { number }
            };
            let (x, width) = (scale(x, of.width), scale(width, of.width));
            let (y, height) = (scale(y, of.height), scale(height, of.height));
            if x >= f64::from(of.width) || y >= f64::from(of.height) {
                return None;
            }
            let (x, y) = (x as u32, y as u32);
            let least = |side: f64, left: u32| side.min(f64::from(left)) as u32;
            Region {
                x,
                y,
                width: least(width, of.width - x),
                height: least(height, of.height - y),
            }
        }
    };
    (region.width > 0 && region.height > 0).then_some(region)
}

/// The largest picture of a region that is sent without making it larger than it is.
pub(super) fn largest(region: Region) -> (u32, u32) {
    scaled_up_to(region, 1.0)
}

/// The largest picture of a region that is sent, `most` times its size at most.
fn scaled_up_to(region: Region, most: f64) -> (u32, u32) {
    let (width, height) = (f64::from(region.width), f64::from(region.height));
    let by_area = (MAX_AREA as f64 / (width * height)).sqrt();
    let by_side = f64::from(MAX_SIDE) / width.max(height);
    let factor = by_area.min(by_side).min(most);
    if (factor - 1.0).abs() < f64::EPSILON {
        return (region.width, region.height);
    }
    (((width * factor) as u32).max(1), ((height * factor) as u32).max(1))
}

fn read_size(region: Region, written: &str) -> Option<(u32, u32)> {
    let (may_grow, written) = match written.strip_prefix('^') {
        Some(rest) => (true, rest),
        None => (false, written),
    };
    let (width, height) = (f64::from(region.width), f64::from(region.height));
    let side = |number: f64| number.round().max(1.0);
    let asked = if written == "max" {
        let most = if may_grow { f64::INFINITY } else { 1.0 };
        let (wide, high) = scaled_up_to(region, most);
        (f64::from(wide), f64::from(high))
    } else if let Some(part) = written.strip_prefix("pct:") {
        let part = decimal(part).filter(|part| *part > 0.0)? / 100.0;
        (side(width * part), side(height * part))
    } else {
        let (confined, sides) = match written.strip_prefix('!') {
            Some(sides) => (true, sides),
            None => (false, written),
        };
        let (wide, high) = sides.split_once(',')?;
        let number = |written: &str| -> Option<Option<f64>> {
            if written.is_empty() {
                return Some(None);
            }
            let number: u32 = written.parse().ok().filter(|number| *number > 0)?;
            written
                .bytes()
                .all(|byte| byte.is_ascii_digit())
                .then(|| Some(f64::from(number)))
        };
        match (confined, number(wide)?, number(high)?) {
            (false, Some(wide), None) => (wide, side(height * wide / width)),
            (false, None, Some(high)) => (side(width * high / height), high),
            (false, Some(wide), Some(high)) => (wide, high),
            (true, Some(wide), Some(high)) => {
                let factor = (wide / width).min(high / height);
                let factor = if may_grow { factor } else { factor.min(1.0) };
                (side(width * factor), side(height * factor))
            }
            _ => return None,
        }
    };
    let is_larger = asked.0 > width || asked.1 > height;
    let is_too_large = asked.0 * asked.1 > MAX_AREA as f64
        || asked.0 > f64::from(MAX_SIDE)
        || asked.1 > f64::from(MAX_SIDE);
    (!is_too_large && (may_grow || !is_larger))
        .then_some((asked.0 as u32, asked.1 as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF: Size = Size { width: 400, height: 300 };

    fn canonical(address: &str) -> Result<String, AskedError> {
        let parts: Vec<&str> = address.split('/').collect();
        let [region, size, rotation, file] = parts[..] else { panic!("four parts") };
        AskedImage::read(OF, region, size, rotation, file).map(|asked| asked.to_string())
    }

    #[test]
    fn every_way_to_ask_of_level_2_has_one_canonical_address() {
        for (asked, expected) in [
            ("full/max/0/default.jpg", "full/max/0/default.jpg"),
            ("0,0,400,300/400,300/0/default.jpg", "full/max/0/default.jpg"),
            ("square/max/0/default.png", "50,0,300,300/max/0/default.png"),
            ("100,100,200,100/50,/90/gray.jpg", "100,100,200,100/50,25/90/gray.jpg"),
            ("350,250,200,200/,25/180/color.jpg", "350,250,50,50/25,25/180/color.jpg"),
            (
                "pct:25,50,50,25/pct:50/270/bitonal.jpg",
                "100,150,200,75/100,38/270/bitonal.jpg",
            ),
            ("full/100,100/!0/default.jpg", "full/100,100/!0/default.jpg"),
            ("full/!100,100/0/default.jpg", "full/100,75/0/default.jpg"),
            ("full/!900,900/0/default.jpg", "full/max/0/default.jpg"),
            ("full/^800,/0/default.jpg", "full/^800,600/0/default.jpg"),
            ("full/^!800,800/0/default.jpg", "full/^800,600/0/default.jpg"),
            ("pct:0.5,0,10.25,10/max/0/default.jpg", "2,0,41,30/max/0/default.jpg"),
            ("full/max/360/default.jpg", "full/max/0/default.jpg"),
            ("full/^max/0/default.jpg", "full/^4618,3464/0/default.jpg"),
            ("0,0,10,1/^max/0/default.jpg", "0,0,10,1/^8000,800/0/default.jpg"),
        ] {
            assert_eq!(canonical(asked).as_deref(), Ok(expected), "{asked}");
        }
    }

    #[test]
    fn what_the_api_refuses_is_refused_with_its_part() {
        use AskedError::{Format, Quality, Region, Rotation, Size};
        for (asked, expected) in [
            ("400,0,10,10/max/0/default.jpg", Region),
            ("0,0,0,10/max/0/default.jpg", Region),
            ("-1,0,10,10/max/0/default.jpg", Region),
            ("1.5,0,10,10/max/0/default.jpg", Region),
            ("0,0,10/max/0/default.jpg", Region),
            ("pct:101,0,10,10/max/0/default.jpg", Region),
            ("NaN,0,1,1/max/0/default.jpg", Region),
            ("other/max/0/default.jpg", Region),
            ("full/full/0/default.jpg", Size),
            ("full/800,/0/default.jpg", Size),
            ("full/0,10/0/default.jpg", Size),
            ("full/,/0/default.jpg", Size),
            ("full/pct:0/0/default.jpg", Size),
            ("full/pct:150/0/default.jpg", Size),
            ("full/!10,/0/default.jpg", Size),
            ("full/+10,/0/default.jpg", Size),
            ("full/^8001,/0/default.jpg", Size),
            ("full/max/45/default.jpg", Rotation),
            ("full/max/!/default.jpg", Rotation),
            ("full/max/-90/default.jpg", Rotation),
            ("full/max/0/best.jpg", Quality),
            ("full/max/0/default.webp", Format),
            ("full/max/0/default", Format),
        ] {
            assert_eq!(canonical(asked), Err(expected), "{asked}");
        }
    }

    #[test]
    fn a_huge_page_is_sent_smaller_as_its_maximum() {
        let of = Size { width: 9921, height: 14_032 };
        let asked = AskedImage::read(of, "full", "max", "0", "default.jpg").expect("max");
        assert!(u64::from(asked.width) * u64::from(asked.height) <= MAX_AREA);
        assert_eq!(asked.to_string(), "full/max/0/default.jpg");
    }
}
