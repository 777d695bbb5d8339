//! Image files, and damage to files of every format.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageFormat, RgbImage, Rgba, RgbaImage};

use super::{Document, Format, Limits, LoadedPage, Note};
use crate::model::{Pixels, Reason};

/// Eight by eight pixels, the left half black.
fn half_black() -> GrayImage {
    GrayImage::from_fn(8, 8, |x, _| image::Luma([if x < 4 { 0 } else { 255 }]))
}

fn encoded(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image.into().write_to(&mut out, format).expect("memory");
    out.into_inner()
}

fn page(file: Vec<u8>) -> LoadedPage {
    Document::open(file, &Limits::default()).and_then(|d| d.page(1)).expect("a page")
}

fn reason(file: Vec<u8>) -> Reason {
    let result = Document::open(file, &Limits::default()).and_then(|d| d.page(1));
    result.expect_err("refused").reason()
}

fn rgb(page: LoadedPage) -> RgbImage {
    match page.image.pixels {
        Pixels::Gray(gray) => DynamicImage::ImageLuma8(gray).into_rgb8(),
        Pixels::Rgb(rgb) => rgb,
    }
}

/// Four by four pixels, darkest at the top, as a code stream.
pub(super) const JPEG2000: &[u8] =
    b"\xff\x4f\xff\x51\x00\x29\x00\x00\x00\x00\x00\x04\x00\x00\x00\x04\
    \x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x04\x00\x00\x00\x00\x00\
    \x00\x00\x00\x00\x01\x07\x01\x01\xff\x52\x00\x0c\x00\x00\x00\x01\x00\x02\x04\x04\x00\
    \x01\xff\x5c\x00\x0a\x40\x40\x48\x48\x50\x48\x48\x50\xff\x90\x00\x0a\x00\x00\x00\x00\
    \x00\x1e\x00\x01\xff\x93\xc7\xd4\x02\x07\xa7\xe0\x02\x03\xa3\xed\x04\x00\x0b\x3c\x66\
    \x1f\xff\xd9";

#[test]
fn each_image_format_is_read() {
    for (format, expected) in [
        (ImageFormat::Png, Format::Png),
        (ImageFormat::Jpeg, Format::Jpeg),
        (ImageFormat::Bmp, Format::Bmp),
        (ImageFormat::Gif, Format::Gif),
        (ImageFormat::WebP, Format::WebP),
    ] {
        let colors = DynamicImage::ImageLuma8(half_black()).into_rgb8();
        let file = encoded(colors, format);
        let document = Document::open(file.clone(), &Limits::default()).expect("a file");
        assert_eq!((document.format(), document.num_pages()), (expected, 1));
        let image = rgb(page(file));
        assert!(image.get_pixel(1, 1).0[0] < 10, "{format:?}");
        assert!(image.get_pixel(6, 6).0[0] > 245, "{format:?}");
    }
    let image = rgb(page(JPEG2000.to_vec()));
    assert_eq!(image.dimensions(), (4, 4));
    assert!(image.get_pixel(0, 0).0[0] < 5 && image.get_pixel(0, 3).0[0] > 250);
}

#[test]
fn inks_of_a_jpeg_are_read_the_right_way_round() {
    // Rose of 200, 40, 60 in inks, which another program wrote inverted, as Adobe's do.
    let image = rgb(page(include_bytes!("../../tests/data/cmyk.jpg").to_vec()));
    let [red, green, blue] = image.get_pixel(8, 8).0;
    assert!(red > 150 && green < 90 && blue < 110, "{red} {green} {blue}");
}

#[test]
fn transparent_parts_are_paper() {
    let clear = RgbaImage::from_pixel(3, 3, Rgba([0, 0, 0, 0]));
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let image = rgb(page(encoded(clear.clone(), format)));
        assert_eq!(image.get_pixel(1, 1).0, [255; 3], "{format:?}");
    }
}

/// Puts a segment behind the start of a JPEG file.
fn with_segment(jpeg: &[u8], marker: u8, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xFF, marker], &length, body, &jpeg[2..]].concat()
}

#[test]
fn pictures_of_phones_are_turned_as_they_say() {
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01".to_vec();
    exif.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]);
    let jpeg = with_segment(&encoded(half_black(), ImageFormat::Jpeg), 0xE1, &exif);
    let image = rgb(page(jpeg));
    assert!(image.get_pixel(6, 1).0[0] < 10, "the left edge is on top");
    assert!(image.get_pixel(6, 6).0[0] > 245);
}

#[test]
fn what_no_decoder_reads_is_refused_by_name() {
    let jpeg = encoded(half_black(), ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|two| two == [0xFF, 0xC0]).expect("a frame");
    let patched = |at: usize, value: u8| {
        let mut file = jpeg.clone();
        file[at] = value;
        file
    };
    for (what, file, expected) in [
        ("12 bits", patched(frame + 4, 12), Reason::Unsupported),
        ("arithmetic", patched(frame + 1, 0xC9), Reason::Unsupported),
        ("lossless", patched(frame + 1, 0xC3), Reason::Unsupported),
        ("no frame", jpeg[..20].to_vec(), Reason::Corrupt),
        ("nothing", Vec::new(), Reason::Empty),
        ("a letter", b"Dear Sir or Madam".to_vec(), Reason::UnknownFormat),
        ("a phone's", b"\0\0\0\x18ftypheic\0\0\0\0".to_vec(), Reason::Unsupported),
    ] {
        assert_eq!(reason(file), expected, "{what}");
    }
}

#[test]
fn a_cut_jpeg_shows_what_is_left() {
    let noise =
        GrayImage::from_fn(64, 64, |x, y| image::Luma([((x * 37) ^ (y * 91)) as u8]));
    let mut file = encoded(noise, ImageFormat::Jpeg);
    let whole = rgb(page(file.clone()));
    file.truncate(file.len() * 2 / 3);
    let page = page(file);
    assert!(page.notes.contains(&Note::Truncated { missing_rows: 0 }));
    let left = rgb(page);
    assert_eq!(left.dimensions(), whole.dimensions());
    let is_same = |y: u32| (0..64).all(|x| left.get_pixel(x, y) == whole.get_pixel(x, y));
    // The header takes a part of the bytes, so that less than two thirds of the rows are
    // there; they come in blocks of eight.
    assert!((0..16).all(is_same), "the upper rows");
    assert!(!(48..64).any(is_same), "the lower rows are not in the file");
}

#[test]
fn a_picture_of_huge_size_is_refused_before_memory_is_taken() {
    let before = most_address_space();
    let mut png = encoded(half_black(), ImageFormat::Png);
    png[16..24].copy_from_slice(&[0, 0, 0xEA, 0x60].repeat(2));
    let mut check = flate2::Crc::new();
    check.update(&png[12..29]);
    png[29..33].copy_from_slice(&check.sum().to_be_bytes());
    assert_eq!(reason(png), Reason::TooLarge);
    let mut bmp = encoded(half_black(), ImageFormat::Bmp);
    bmp[18..22].copy_from_slice(&60_000_u32.to_le_bytes());
    bmp[22..26].copy_from_slice(&60_000_u32.to_le_bytes());
    assert_eq!(reason(bmp), Reason::TooLarge);
    // 60,000 x 60,000 pixels; the tests beside this one take far less.
    let taken = most_address_space() - before;
    assert!(taken < 3_000_000_000, "{taken} bytes");
}

/// The most address space that this process has had, in bytes; 0 where the system does
/// not tell.
fn most_address_space() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmPeak:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    kib.unwrap_or(0_u64) * 1024
}

/// Numbers that look random, the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below.max(1) as u64) as usize
    }
}

#[test]
fn damage_never_panics_and_never_takes_much_memory() {
    /// Damaged copies of each file.
    const COPIES: usize = 150;
    let small = GrayImage::from_fn(40, 30, |x, y| image::Luma([(x * 5 + y) as u8]));
    let mut files: Vec<Vec<u8>> = [
        ImageFormat::Png,
        ImageFormat::Jpeg,
        ImageFormat::Bmp,
        ImageFormat::Gif,
        ImageFormat::WebP,
    ]
    .iter()
    .map(|format| encoded(DynamicImage::ImageLuma8(small.clone()).into_rgb8(), *format))
    .collect();
    files.push(JPEG2000.to_vec());
    files.extend(super::pdf::samples());
    files.extend(super::tiff::samples());
    let limits = Limits { max_pixels: 4_000_000, ..Limits::default() };
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let mut num_broken = 0;
    for file in &files {
        assert!(
            Document::open(file.clone(), &limits).is_ok(),
            "the file itself is sound"
        );
        for copy in 0..COPIES {
            let mut damaged = file.clone();
            if copy % 3 == 0 {
                damaged.truncate(dice.roll(file.len()));
            }
            for _ in 0..copy % 7 {
                let at = dice.roll(damaged.len());
                if let Some(byte) = damaged.get_mut(at) {
                    *byte = dice.roll(256) as u8;
                }
            }
            let Ok(document) = Document::open(damaged, &limits) else { continue };
            for number in 1..=document.num_pages().min(3) {
                if let Err(error) = document.page(number) {
                    num_broken +=
                        usize::from(matches!(error, super::IntakeError::Decoder { .. }));
                }
            }
        }
    }
    assert_eq!(num_broken, 0, "a decoder panicked; only guarded against, not mended");
}
