//! What a file is, by its content and never by its name.

/// A format that can be taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Portable Document Format.
    Pdf,
    /// Tagged Image File Format, also `BigTIFF`.
    Tiff,
    /// JPEG, baseline or progressive.
    Jpeg,
    /// Portable Network Graphics.
    Png,
    /// `WebP`.
    WebP,
    /// Windows bitmap.
    Bmp,
    /// Graphics Interchange Format; the first frame.
    Gif,
    /// JPEG 2000, as JP2 file or bare code stream.
    Jpeg2000,
    /// JBIG2 with its own file header.
    Jbig2,
    /// ZIP of files of the other formats.
    Zip,
}

impl Format {
    /// Name in reports, e.g. `pdf`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Tiff => "tiff",
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Bmp => "bmp",
            Self::Gif => "gif",
            Self::Jpeg2000 => "jpeg2000",
            Self::Jbig2 => "jbig2",
            Self::Zip => "zip",
        }
    }
}

/// How far into a file the mark of a PDF may stand.
///
/// Mail gateways and scanners put headers in front; Acrobat looks at the first 1,024
/// bytes.
const PDF_MARK_WITHIN: usize = 1024;

/// First bytes of the formats. The order does not matter: none is the start of another.
const MARKS: &[(&[u8], Format)] = &[
    (b"II*\0", Format::Tiff),
    (b"MM\0*", Format::Tiff),
    (b"II+\0", Format::Tiff),
    (b"MM\0+", Format::Tiff),
    (b"\xFF\xD8", Format::Jpeg),
    (b"\x89PNG\r\n\x1A\n", Format::Png),
    (b"GIF87a", Format::Gif),
    (b"GIF89a", Format::Gif),
    (b"\0\0\0\x0CjP  ", Format::Jpeg2000),
    (b"\xFF\x4F\xFF\x51", Format::Jpeg2000),
    (b"\x97JB2\r\n\x1A\n", Format::Jbig2),
    (b"PK\x03\x04", Format::Zip),
];

/// Finds the format of a file from its bytes (the first 1,024 are enough); `None` if it
/// is none of them.
///
/// ```
/// use sohoa::intake::{Format, sniff};
/// assert_eq!(sniff(b"%PDF-1.4\n"), Some(Format::Pdf));
/// assert_eq!(sniff(b"Dear Sir"), None);
/// ```
pub fn sniff(bytes: &[u8]) -> Option<Format> {
    if let Some((_, format)) = MARKS.iter().find(|(mark, _)| bytes.starts_with(mark)) {
        return Some(*format);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Some(Format::WebP);
    }
    if is_bitmap(bytes) {
        return Some(Format::Bmp);
    }
    let start = bytes.get(..PDF_MARK_WITHIN).unwrap_or(bytes);
    let is_pdf =
        start.windows(5).any(|five| five == b"%PDF-") || starts_with_object(start);
    is_pdf.then_some(Format::Pdf)
}

/// Whether a PDF without its first line may start here: `1 0 obj`, in the first words.
fn starts_with_object(start: &[u8]) -> bool {
    let mut words = start.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let is_number = |word: Option<&[u8]>| {
        word.is_some_and(|word| word.len() < 8 && word.iter().all(u8::is_ascii_digit))
    };
    let first = words.next();
    let number = if is_number(first) { first } else { words.next() };
    is_number(number)
        && is_number(words.next())
        && words.next().is_some_and(|word| word.starts_with(b"obj"))
}

/// Two letters are too weak a mark, so the size of the second header is looked at, too.
fn is_bitmap(bytes: &[u8]) -> bool {
    let Some(&[a, b, c, d]) = bytes.get(14..18) else { return false };
    bytes.starts_with(b"BM") && (12..=124).contains(&u32::from_le_bytes([a, b, c, d]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides_the_format() {
        let bitmap = [&b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"[..], &[0; 36]].concat();
        let late_pdf = [&[b' '; 900][..], b"%PDF-1.7"].concat();
        let too_late_pdf = [&[b' '; 1100][..], b"%PDF-1.7"].concat();
        for (bytes, expected) in [
            (&b""[..], None),
            (b"%PDF-1.4", Some(Format::Pdf)),
            (&late_pdf, Some(Format::Pdf)),
            (&too_late_pdf, None),
            (b"II*\0\x08\0\0\0", Some(Format::Tiff)),
            (b"MM\0+\0\x08\0\0", Some(Format::Tiff)),
            (b"\xFF\xD8\xFF\xE0", Some(Format::Jpeg)),
            (b"\x89PNG\r\n\x1A\n", Some(Format::Png)),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Some(Format::WebP)),
            (b"RIFF\x10\0\0\0WAVEfmt ", None),
            (b"GIF89a", Some(Format::Gif)),
            (&bitmap, Some(Format::Bmp)),
            (b"%\xE2\xE3\n1 0 obj\n<<", Some(Format::Pdf)),
            (b"12 objects were found", None),
            (b"BMW is a car maker", None),
            (b"PK\x03\x04\x14\0", Some(Format::Zip)),
        ] {
            assert_eq!(sniff(bytes), expected, "{:?}", bytes.escape_ascii().to_string());
        }
    }
}
