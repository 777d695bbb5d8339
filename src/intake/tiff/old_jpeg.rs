//! JPEG in TIFF as it was before 1995, of which every scanner program made its own kind.

use super::super::jpeg::{self, Colors, Samples};
use super::super::{IntakeError, Limits};
use super::directory::{Directory, tag};
use super::layout::{Layout, Meaning};

/// Finds the JPEG data in the ways in which it is hidden, the most usual first: a whole
/// JPEG file; a JPEG file without its end, which is in the strips; whole JPEG files in the
/// strips; or bare tables, from which a header is made.
///
/// # Errors
///
/// If none of them can be decoded.
pub(super) fn samples(
    directory: &Directory<'_>,
    layout: &Layout,
    limits: &Limits,
) -> Result<Samples, IntakeError> {
    let colors = if layout.meaning == Meaning::YCbCr || layout.samples == 1 {
        Colors::AsMarked
    } else {
        Colors::Raw
    };
    let reader = directory.reader();
    let strips: Vec<&[u8]> = layout
        .chunks
        .iter()
        .map(|&(start, length)| reader.bytes(start, length))
        .collect();
    let mut candidates: Vec<Vec<u8>> = Vec::new();
    if let Some(start) = directory.number(tag::OLD_JPEG_START) {
        let whole = reader.bytes(start, u64::MAX);
        if whole.starts_with(&[0xFF, 0xD8]) {
            candidates.push(whole.to_vec());
            let length = directory.number(tag::OLD_JPEG_LENGTH).unwrap_or(0);
            let head = reader.bytes(start, length);
            let head = head.strip_suffix(&[0xFF, 0xD9]).unwrap_or(head);
            candidates.push([&[head][..], &strips].concat().concat());
        }
    }
    if let [only] = strips.as_slice()
        && only.starts_with(&[0xFF, 0xD8])
    {
        candidates.push(only.to_vec());
    }
    if let Some(header) = header_of_tables(directory, layout) {
        candidates.push([&[header.as_slice()][..], &strips].concat().concat());
    }
    let mut failure = IntakeError::unsupported("old-style JPEG without its tables");
    for candidate in candidates {
        match jpeg::samples(&candidate, colors, limits) {
            Ok(samples) => return Ok(samples),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// A JPEG header from the tables that the tags point to; only for images whose strips can
/// be read as one stream.
fn header_of_tables(directory: &Directory<'_>, layout: &Layout) -> Option<Vec<u8>> {
    let reader = directory.reader();
    let samples = layout.samples;
    if layout.num_bands() > 1 || !matches!(samples, 1 | 3) {
        return None;
    }
    let mut header = vec![0xFF, 0xD8];
    for (number, start) in
        directory.numbers(tag::OLD_JPEG_Q_TABLES).iter().enumerate().take(4)
    {
        let table = reader.bytes(*start, 64);
        segment(&mut header, 0xDB, &[&[number as u8], table].concat());
    }
    for (class, tag) in [(0x00, tag::OLD_JPEG_DC_TABLES), (0x10, tag::OLD_JPEG_AC_TABLES)]
    {
        for (number, start) in directory.numbers(tag).iter().enumerate().take(4) {
            let counts = reader.bytes(*start, 16);
            let length: u64 = counts.iter().map(|count| u64::from(*count)).sum();
            let table = reader.bytes(*start, 16 + length);
            segment(&mut header, 0xC4, &[&[class | number as u8], table].concat());
        }
    }
    if header.len() <= 2 {
        return None;
    }
    let (width, height) =
        (u16::try_from(layout.width).ok()?, u16::try_from(layout.height).ok()?);
    let sampling = if samples == 3 {
        (layout.subsampling.0 << 4 | layout.subsampling.1) as u8
    } else {
        0x11
    };
    let mut frame = vec![8];
    frame.extend(height.to_be_bytes());
    frame.extend(width.to_be_bytes());
    frame.push(samples as u8);
    let mut scan = vec![samples as u8];
    for component in 0..samples as u8 {
        let factors = if component == 0 { sampling } else { 0x11 };
        frame.extend([component + 1, factors, component]);
        scan.extend([component + 1, component << 4 | component]);
    }
    scan.extend([0, 63, 0]);
    segment(&mut header, 0xC0, &frame);
    segment(&mut header, 0xDA, &scan);
    Some(header)
}

fn segment(out: &mut Vec<u8>, marker: u8, body: &[u8]) {
    out.extend([0xFF, marker]);
    out.extend((body.len() as u16 + 2).to_be_bytes());
    out.extend_from_slice(body);
}
