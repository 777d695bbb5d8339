//! Files written by the tests themselves.

use super::super::{Document, IntakeError, Limits, LoadedPage, Note};
use crate::model::{Pixels, Reason};

/// A value of a tag.
#[derive(Clone)]
enum Value {
    Short(Vec<u16>),
    Long(Vec<u32>),
    Fraction(u32, u32),
    Bytes(Vec<u8>),
}

/// The tags of an image and its strips.
type Stored = (Vec<(u16, Value)>, Vec<Vec<u8>>);

/// Writes a TIFF file with a directory for each image; the data of an image comes after its
/// directory, and its strip offsets are filled in.
struct Writer {
    is_little: bool,
    is_big: bool,
}

impl Writer {
    fn number(&self, value: u64, length: usize) -> Vec<u8> {
        let little = value.to_le_bytes();
        let mut bytes = little[..length].to_vec();
        if !self.is_little {
            bytes.reverse();
        }
        bytes
    }

    fn file(&self, images: &[Stored]) -> Vec<u8> {
        let offset_bytes = if self.is_big { 8 } else { 4 };
        let mut out = if self.is_little { b"II".to_vec() } else { b"MM".to_vec() };
        if self.is_big {
            out.extend(
                [self.number(43, 2), self.number(8, 2), self.number(0, 2)].concat(),
            );
        } else {
            out.extend(self.number(42, 2));
        }
        let mut link = out.len();
        out.extend(self.number(0, offset_bytes));
        for (tags, strips) in images {
            let mut places = Vec::new();
            for strip in strips {
                places.push(out.len() as u32);
                out.extend(strip);
            }
            let lengths = strips.iter().map(|strip| strip.len() as u32).collect();
            let mut all: Vec<(u16, &Value)> = tags.iter().map(|(t, v)| (*t, v)).collect();
            let is_tiled = all.iter().any(|(tag, _)| *tag == 322);
            let (offsets, counts) = if is_tiled { (324, 325) } else { (273, 279) };
            let (places, lengths) = (Value::Long(places), Value::Long(lengths));
            all.push((offsets, &places));
            all.push((counts, &lengths));
            all.sort_by_key(|(tag, _)| *tag);
            let mut entries =
                self.number(all.len() as u64, if self.is_big { 8 } else { 2 });
            for (tag, value) in all {
                entries.extend(self.entry(tag, value, &mut out));
            }
            let start = self.number(out.len() as u64, offset_bytes);
            out[link..link + offset_bytes].copy_from_slice(&start);
            out.extend(entries);
            link = out.len();
            out.extend(self.number(0, offset_bytes));
        }
        out
    }

    fn entry(&self, tag: u16, value: &Value, out: &mut Vec<u8>) -> Vec<u8> {
        let (kind, count, mut bytes) = match value {
            Value::Short(v) => (
                3,
                v.len(),
                v.iter().flat_map(|n| self.number(u64::from(*n), 2)).collect(),
            ),
            Value::Long(v) => (
                4,
                v.len(),
                v.iter().flat_map(|n| self.number(u64::from(*n), 4)).collect(),
            ),
            Value::Fraction(over, under) => {
                let both =
                    [self.number(u64::from(*over), 4), self.number(u64::from(*under), 4)];
                (5, 1, both.concat())
            }
            Value::Bytes(v) => (7, v.len(), v.clone()),
        };
        let offset_bytes = if self.is_big { 8 } else { 4 };
        if bytes.len() > offset_bytes {
            let place = out.len() as u64;
            out.extend(&bytes);
            bytes = self.number(place, offset_bytes);
        }
        bytes.resize(offset_bytes, 0);
        [
            self.number(u64::from(tag), 2),
            self.number(kind, 2),
            self.number(count as u64, offset_bytes),
            bytes,
        ]
        .concat()
    }
}

const LITTLE: Writer = Writer { is_little: true, is_big: false };

/// Tags of an image; further ones are added by the tests.
fn tags(
    size: (u16, u16),
    bits: u16,
    compression: u16,
    photometric: u16,
) -> Vec<(u16, Value)> {
    vec![
        (256, Value::Short(vec![size.0])),
        (257, Value::Short(vec![size.1])),
        (258, Value::Short(vec![bits])),
        (259, Value::Short(vec![compression])),
        (262, Value::Short(vec![photometric])),
    ]
}

fn with(mut tags: Vec<(u16, Value)>, more: Vec<(u16, Value)>) -> Vec<(u16, Value)> {
    for (tag, value) in more {
        tags.retain(|(other, _)| *other != tag);
        tags.push((tag, value));
    }
    tags
}

fn short(value: u16) -> Value {
    Value::Short(vec![value])
}

fn page(file: Vec<u8>) -> Result<LoadedPage, IntakeError> {
    Document::open(file, &Limits::default())?.page(1)
}

fn raw(file: Vec<u8>) -> Vec<u8> {
    match page(file).expect("a page").image.pixels {
        Pixels::Gray(image) => image.into_raw(),
        Pixels::Rgb(image) => image.into_raw(),
    }
}

fn deflated(data: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder =
        flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).expect("memory");
    encoder.finish().expect("memory")
}

/// Two rows of 16 pixels, of which the second four are black.
const GROUP4: [u8; 5] = [0x36, 0xFC, 0x00, 0x40, 0x04];

/// One row of 16 pixels in modified Huffman: 4 white, 4 black, 8 white.
const HUFFMAN: [u8; 2] = [0b1011_0111, 0b0011_0000];

fn bar(ink: u8, paper: u8, rows: usize) -> Vec<u8> {
    let row = (0..16).map(|x| if (4..8).contains(&x) { ink } else { paper });
    row.collect::<Vec<u8>>().repeat(rows)
}

#[test]
fn every_compression_gives_the_same_pixels() {
    let gray = [1_u8, 2, 3, 4, 9, 9, 9, 9];
    let size = (4, 2);
    let lzw = weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8)
        .encode(&gray)
        .expect("memory");
    let old_lzw = weezl::encode::Encoder::new(weezl::BitOrder::Lsb, 8)
        .encode(&gray)
        .expect("memory");
    for (compression, strip) in [
        (1, gray.to_vec()),
        (5, lzw),
        (5, old_lzw),
        (8, deflated(&gray)),
        (32_946, deflated(&gray)),
        (32_773, vec![3, 1, 2, 3, 4, 0xFD, 9]),
    ] {
        let file = LITTLE.file(&[(tags(size, 8, compression, 1), vec![strip])]);
        assert_eq!(raw(file), gray, "compression {compression}");
    }
}

#[test]
fn fax_is_black_on_white_whatever_the_order_of_its_bits() {
    let reversed = |data: &[u8]| data.iter().map(|byte| byte.reverse_bits()).collect();
    let size = (16, 2);
    let huffman = [HUFFMAN, HUFFMAN].concat();
    let strips = vec![HUFFMAN.to_vec(), HUFFMAN.to_vec()];
    let one_row = vec![(278, short(1))];
    for (what, tags, strips, expected) in [
        ("group 4", tags(size, 1, 4, 0), vec![GROUP4.to_vec()], bar(0, 255, 2)),
        ("negative", tags(size, 1, 4, 1), vec![GROUP4.to_vec()], bar(255, 0, 2)),
        (
            "reversed",
            with(tags(size, 1, 4, 0), vec![(266, short(2))]),
            vec![reversed(&GROUP4)],
            bar(0, 255, 2),
        ),
        ("huffman", tags(size, 1, 2, 0), vec![huffman], bar(0, 255, 2)),
        ("strips", with(tags(size, 1, 2, 0), one_row), strips, bar(0, 255, 2)),
    ] {
        assert_eq!(raw(LITTLE.file(&[(tags, strips)])), expected, "{what}");
    }
}

#[test]
fn samples_of_all_depths_and_meanings_become_grey_or_colour() {
    let many = |n: u16, bits: u16| {
        vec![(277, short(n)), (258, Value::Short(vec![bits; n as usize]))]
    };
    for (what, tags, strip, expected) in [
        ("1 bit", tags((8, 1), 1, 1, 1), vec![0xA0], vec![255, 0, 255, 0, 0, 0, 0, 0]),
        ("4 bits", tags((2, 1), 4, 1, 0), vec![0x0F], vec![255, 0]),
        ("6 bits", tags((2, 1), 6, 1, 1), vec![0b1111_1100, 0b0000_0000], vec![255, 0]),
        ("16 bits", tags((2, 1), 16, 1, 1), vec![1, 200, 2, 7], vec![200, 7]),
        (
            "palette",
            with(
                tags((2, 1), 8, 1, 3),
                vec![(
                    320,
                    Value::Short([[0, 0xFF00], [0, 0x8000], [0x0100, 0]].concat()),
                )],
            ),
            vec![1, 0],
            vec![255, 128, 0, 0, 0, 1],
        ),
        (
            "inks",
            with(tags((1, 1), 8, 1, 5), many(4, 8)),
            vec![255, 0, 0, 0],
            vec![0, 255, 255],
        ),
        (
            "transparent",
            with(tags((2, 1), 8, 1, 2), [many(4, 8), vec![(338, short(2))]].concat()),
            vec![9, 9, 9, 0, 7, 8, 9, 255],
            vec![255, 255, 255, 7, 8, 9],
        ),
        (
            "differences",
            with(tags((2, 1), 8, 8, 2), [many(3, 8), vec![(317, short(2))]].concat()),
            deflated(&[10, 20, 30, 1, 1, 1]),
            vec![10, 20, 30, 11, 21, 31],
        ),
        (
            "shared colours",
            with(
                tags((2, 2), 8, 1, 6),
                [many(3, 8), vec![(530, Value::Short(vec![2, 2]))]].concat(),
            ),
            vec![0, 50, 100, 255, 128, 128],
            vec![0, 0, 0, 50, 50, 50, 100, 100, 100, 255, 255, 255],
        ),
    ] {
        assert_eq!(raw(LITTLE.file(&[(tags, vec![strip])])), expected, "{what}");
    }
}

#[test]
fn planes_strips_and_tiles_are_put_together() {
    let rgb = |more: Vec<(u16, Value)>| {
        let three = vec![(277, short(3)), (258, Value::Short(vec![8; 3]))];
        with(tags((3, 2), 8, 1, 2), [three, more].concat())
    };
    let planes = vec![vec![1; 6], vec![2; 6], vec![3; 6]];
    let file = LITTLE.file(&[(rgb(vec![(284, short(2))]), planes)]);
    assert_eq!(raw(file), [1, 2, 3].repeat(6));

    let tile = vec![(322, short(2)), (323, short(16))];
    let row =
        |values: [u8; 2]| [values.to_vec(), values.map(|v| v + 10).to_vec()].concat();
    let file = LITTLE
        .file(&[(with(tags((3, 2), 8, 1, 1), tile), vec![row([1, 2]), row([3, 99])])]);
    assert_eq!(raw(file), [1, 2, 3, 11, 12, 13]);
}

#[test]
fn both_byte_orders_and_large_files_are_read() {
    for is_little in [true, false] {
        for is_big in [true, false] {
            let writer = Writer { is_little, is_big };
            let more = vec![
                (282, Value::Fraction(600, 2)),
                (283, Value::Fraction(300, 1)),
                (296, short(2)),
            ];
            let strip = if is_little { vec![0, 77] } else { vec![77, 0] };
            let file = writer.file(&[(with(tags((1, 1), 16, 1, 1), more), vec![strip])]);
            let page = page(file).expect("a page");
            assert!((page.image.dpi - 300.0).abs() < 0.1, "{is_little} {is_big}");
            let Pixels::Gray(image) = page.image.pixels else { panic!("grey") };
            assert_eq!(image.into_raw(), [77]);
        }
    }
}

#[test]
fn orientation_and_resolution_are_honoured() {
    let centimetres = vec![
        (274, short(6)),
        (282, Value::Fraction(118, 1)),
        (283, Value::Fraction(59, 1)),
        (296, short(3)),
    ];
    let file = LITTLE
        .file(&[(with(tags((4, 2), 8, 1, 1), centimetres), vec![(0..8).collect()])]);
    let page = page(file).expect("a page");
    assert_eq!((page.image.pixels.width(), page.image.pixels.height()), (4, 4));
    assert!((page.image.dpi - 118.0 * 2.54).abs() < 0.1, "{}", page.image.dpi);
    assert!(page.notes.contains(&Note::Squared));
}

#[test]
fn previews_are_no_pages_and_every_other_directory_is_one() {
    let image = |value: u8| (tags((1, 1), 8, 1, 1), vec![vec![value]]);
    let preview = (with(tags((1, 1), 8, 1, 1), vec![(254, short(1))]), vec![vec![9]]);
    let file = LITTLE.file(&[image(1), preview, image(2)]);
    let document = Document::open(file, &Limits::default()).expect("a document");
    assert_eq!(document.num_pages(), 2);
    let Pixels::Gray(second) = document.page(2).expect("a page").image.pixels else {
        panic!("grey")
    };
    assert_eq!(second.into_raw(), [2]);
    assert!(document.page(3).is_err() && document.page(0).is_err());
}

#[test]
fn jpeg_in_tiff_is_read_in_the_new_and_the_old_way() {
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 100)
        .encode(&[200; 64], 8, 8, image::ExtendedColorType::L8)
        .expect("memory");
    for (what, tags) in [
        ("new", tags((8, 8), 8, 7, 1)),
        ("old", with(tags((8, 8), 8, 6, 1), vec![(513, Value::Long(vec![8]))])),
    ] {
        let pixels = raw(LITTLE.file(&[(tags, vec![jpeg.clone()])]));
        assert!(pixels.iter().all(|v| v.abs_diff(200) < 3), "{what}");
    }
    let cut = jpeg.windows(2).position(|two| two == [0xFF, 0xC0]).expect("a frame");
    let tables = [&jpeg[..cut], &[0xFF, 0xD9]].concat();
    let rest = [&[0xFF, 0xD8], &jpeg[cut..]].concat();
    let more = vec![(347, Value::Bytes(tables))];
    let file = LITTLE.file(&[(with(tags((8, 8), 8, 7, 1), more), vec![rest])]);
    assert!(raw(file).iter().all(|v| v.abs_diff(200) < 3));
}

#[test]
fn a_cut_file_shows_what_is_left() {
    let file = LITTLE.file(&[(
        with(tags((4, 4), 8, 1, 1), vec![(278, short(2))]),
        vec![vec![7; 8], vec![7; 4]],
    )]);
    let page = page(file).expect("a page");
    assert_eq!(page.notes.first(), Some(&Note::Truncated { missing_rows: 0 }));
    let Pixels::Gray(image) = page.image.pixels else { panic!("grey") };
    assert_eq!(image.into_raw(), [&[7; 12][..], &[255; 4]].concat());
}

#[test]
fn traps_end_with_a_reason() {
    let limits = Limits { max_unpacked_bytes: 1000, ..Limits::default() };
    let circle = {
        let mut file = LITTLE.file(&[(tags((1, 1), 8, 1, 1), vec![vec![1]])]);
        let end = file.len() - 4;
        let start: [u8; 4] = file[4..8].try_into().expect("four");
        file[end..].copy_from_slice(&start);
        file
    };
    assert_eq!(Document::open(circle, &limits).expect("a file").num_pages(), 1);
    let wide = vec![(256, Value::Long(vec![3_000_000_000])), (257, Value::Long(vec![2]))];
    for (what, tags, expected) in [
        ("a huge image", with(tags((1, 1), 8, 1, 1), wide), Reason::TooLarge),
        ("a bomb", tags((5000, 5000), 8, 8, 1), Reason::TooLarge),
        (
            "no width",
            tags((1, 1), 8, 1, 1).into_iter().skip(1).collect(),
            Reason::Corrupt,
        ),
        ("unknown compression", tags((1, 1), 8, 34_712, 1), Reason::Unsupported),
        (
            "differences of floats",
            with(tags((1, 1), 32, 8, 1), vec![(339, short(3)), (317, short(3))]),
            Reason::Unsupported,
        ),
    ] {
        let file = LITTLE.file(&[(tags, vec![deflated(&[0; 100])])]);
        let result = Document::open(file, &limits).and_then(|file| file.page(1));
        assert_eq!(result.expect_err("refused").reason(), expected, "{what}");
    }
}

#[test]
fn floating_point_from_black_to_white_becomes_grey() {
    let values = [0.0_f32, 0.5, 1.0, 7.0];
    let single: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    let double: Vec<u8> =
        values.iter().flat_map(|value| f64::from(*value).to_le_bytes()).collect();
    let half: Vec<u8> =
        [0_u16, 0x3800, 0x3C00, 0x4700].iter().flat_map(|it| it.to_le_bytes()).collect();
    for (bits, samples) in [(16, half), (32, single), (64, double)] {
        let tags = with(tags((4, 1), bits, 1, 1), vec![(339, short(3))]);
        let file = LITTLE.file(&[(tags, vec![samples])]);
        let page = Document::open(file, &Limits::default())
            .and_then(|file| file.page(1))
            .expect("a page");
        let Pixels::Gray(image) = page.image.pixels else { panic!("grey") };
        assert_eq!(image.as_raw(), &[0, 128, 255, 255], "{bits} bits");
    }
}

/// Sound files for tests that damage them.
pub(in super::super) fn samples() -> Vec<Vec<u8>> {
    let lzw = weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8)
        .encode(&[5; 64])
        .expect("memory");
    let two = [
        (tags((16, 2), 1, 4, 0), vec![GROUP4.to_vec()]),
        (tags((8, 8), 8, 5, 1), vec![lzw]),
    ];
    let big = Writer { is_little: false, is_big: true };
    vec![
        LITTLE.file(&two),
        big.file(&[(tags((8, 8), 8, 8, 1), vec![deflated(&[3; 64])])]),
    ]
}
