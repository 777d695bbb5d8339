//! Makes the pictures that the Image API asks for.

use image::codecs::png::PngEncoder;
use image::{
    GenericImageView as _, GrayImage, ImageBuffer, ImageEncoder as _, Pixel, RgbImage,
    imageops,
};
use serde_json::{Value, json};

use super::super::crop::{CropError, jpeg};
use super::TILE;
use super::asked::{AskedImage, Format, MAX_AREA, MAX_SIDE, Quality, Region, largest};
use crate::model::Pixels;
use crate::model::Size;

/// Grey from which on a pixel of a bitonal picture is white.
const MIDDLE: u8 = 128;

/// The picture as a file.
///
/// # Errors
///
/// If it cannot be encoded.
pub(super) fn made(page: &Pixels, asked: &AskedImage) -> Result<Vec<u8>, CropError> {
    let picture = coloured(turned(scaled(page, asked), asked), asked.quality);
    match asked.format {
        Format::Jpg => jpeg(&picture),
        Format::Png => {
            let mut file = Vec::new();
            let (bytes, colour) = match &picture {
                Pixels::Gray(image) => (image.as_raw(), image::ExtendedColorType::L8),
                Pixels::Rgb(image) => (image.as_raw(), image::ExtendedColorType::Rgb8),
            };
            let encoder = PngEncoder::new(&mut file);
            encoder.write_image(bytes, picture.width(), picture.height(), colour)?;
            Ok(file)
        }
    }
}

fn scaled(page: &Pixels, asked: &AskedImage) -> Pixels {
    match page {
        Pixels::Gray(image) => Pixels::Gray(scaled_one(image, asked)),
        Pixels::Rgb(image) => Pixels::Rgb(scaled_one(image, asked)),
    }
}

/// Each pixel is the mean of those it stands for; larger ones are drawn smoothly.
fn scaled_one<P: Pixel<Subpixel = u8> + 'static>(
    image: &ImageBuffer<P, Vec<u8>>,
    asked: &AskedImage,
) -> ImageBuffer<P, Vec<u8>> {
    let Region { x, y, width, height } = asked.region;
    let view = image.view(x, y, width, height);
    if (asked.width, asked.height) == (width, height) {
        return view.to_image();
    }
    if asked.width <= width && asked.height <= height {
        return imageops::thumbnail(&*view, asked.width, asked.height);
    }
    imageops::resize(&*view, asked.width, asked.height, imageops::FilterType::Triangle)
}

fn turned(picture: Pixels, asked: &AskedImage) -> Pixels {
    match picture {
        Pixels::Gray(image) => Pixels::Gray(turned_one(image, asked)),
        Pixels::Rgb(image) => Pixels::Rgb(turned_one(image, asked)),
    }
}

fn turned_one<P: Pixel<Subpixel = u8> + 'static>(
    mut image: ImageBuffer<P, Vec<u8>>,
    asked: &AskedImage,
) -> ImageBuffer<P, Vec<u8>> {
    if asked.is_mirrored {
        imageops::flip_horizontal_in_place(&mut image);
    }
    match asked.quarters {
        1 => imageops::rotate90(&image),
        2 => imageops::rotate180(&image),
        3 => imageops::rotate270(&image),
        _ => image,
    }
}

fn coloured(picture: Pixels, quality: Quality) -> Pixels {
    let gray = |picture: Pixels| match picture {
        Pixels::Gray(image) => image,
        Pixels::Rgb(image) => imageops::grayscale(&image),
    };
    match (quality, picture) {
        (Quality::Default, picture) => picture,
        (Quality::Color, Pixels::Gray(image)) => {
            let (width, height) = image.dimensions();
            Pixels::Rgb(RgbImage::from_fn(width, height, |x, y| {
                let [value] = image.get_pixel(x, y).0;
                image::Rgb([value; 3])
            }))
        }
        (Quality::Color, picture) => picture,
        (Quality::Gray, picture) => Pixels::Gray(gray(picture)),
        (Quality::Bitonal, picture) => {
            let image: GrayImage = gray(picture);
            let (width, height) = image.dimensions();
            Pixels::Gray(GrayImage::from_fn(width, height, |x, y| {
                let [value] = image.get_pixel(x, y).0;
                image::Luma([if value >= MIDDLE { 255 } else { 0 }])
            }))
        }
    }
}

/// What can be asked of an image of this size (section 5); `id` is its address.
pub(super) fn information(id: &str, of: Size) -> Value {
    let longest = of.width.max(of.height);
    let mut factors = vec![1_u32];
    while let Some(last) = factors.last().copied().filter(|last| longest / last > TILE) {
        factors.push(last * 2);
    }
    let whole = Region { x: 0, y: 0, width: of.width, height: of.height };
    let (most_width, most_height) = largest(whole);
    let sizes: Vec<Value> = factors
        .iter()
        .rev()
        .map(|factor| (of.width.div_ceil(*factor), of.height.div_ceil(*factor)))
        .filter(|&(width, height)| width <= most_width && height <= most_height)
        .map(|(width, height)| json!({ "width": width, "height": height }))
        .collect();
    json!({
        "@context": "http://iiif.io/api/image/3/context.json",
        "id": id,
        "type": "ImageService3",
        "protocol": "http://iiif.io/api/image",
        "profile": "level2",
        "width": of.width,
        "height": of.height,
        "maxWidth": MAX_SIDE,
        "maxHeight": MAX_SIDE,
        "maxArea": MAX_AREA,
        "sizes": sizes,
        "tiles": [{ "width": TILE, "height": TILE, "scaleFactors": factors }],
        "preferredFormats": ["jpg"],
        "extraQualities": ["color", "gray", "bitonal"],
        "extraFeatures": [
            "canonicalLinkHeader", "mirroring", "profileLinkHeader", "sizeUpscaling"
        ],
    })
}
