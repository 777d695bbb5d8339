//! How a file that was found is shown, and how it is known again.

use std::ffi::OsStr;
use std::path::Path;
use std::time::SystemTime;

use crate::catalog::Sighting;
use crate::intake::walk::FoundFile;
use crate::model::nfc;

/// A path as it is stored and shown: composed letters, `/` between folders, bytes that are
/// no text as `\xe6`. Paths of other bytes look different, but for ways to compose a letter.
pub(super) fn shown(path: &Path) -> String {
    let parts: Vec<String> =
        path.components().map(|part| shown_name(part.as_os_str())).collect();
    parts.join("/")
}

fn shown_name(name: &OsStr) -> String {
    let mut out = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        let mut text = chunk.valid();
        while let Some(at) = text.find("\\x") {
            let (before, rest) = text.split_at(at);
            out.push_str(&nfc(before));
            // A name in which somebody has written what stands for a byte.
            let after = rest.strip_prefix('\\').unwrap_or_default();
            let mut digits = after.chars().skip(1);
            let is_byte = (0..2)
                .all(|_| digits.next().is_some_and(|digit| digit.is_ascii_hexdigit()));
            out.push_str(if is_byte { "\\x5c" } else { "\\" });
            text = after;
        }
        out.push_str(&nfc(text));
        for byte in chunk.invalid() {
            out.extend(["\\x", &format!("{byte:02x}")]);
        }
    }
    out
}

/// What tells the file from all others and from itself after a change.
pub(super) fn sighting(file: &FoundFile) -> Sighting {
    let path = file.absolute.as_os_str().as_encoded_bytes();
    Sighting {
        place: *blake3::hash(path).as_bytes(),
        bytes: file.size_bytes,
        modified_ns: i64::try_from(since_1970(file.modified).as_nanos())
            .unwrap_or(i64::MAX),
        changed_ns: file.changed_ns,
    }
}

/// Milliseconds since 1970; 0 where the file system keeps no time.
pub(super) fn milliseconds(time: Option<SystemTime>) -> i64 {
    i64::try_from(since_1970(time).as_millis()).unwrap_or(i64::MAX)
}

fn since_1970(time: Option<SystemTime>) -> std::time::Duration {
    time.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn names_of_other_bytes_look_different() {
        use std::os::unix::ffi::OsStrExt as _;
        let name = |bytes: &[u8]| shown(Path::new(OsStr::from_bytes(bytes)));
        assert_eq!(name(b"S\xe6 1.bmp"), r"S\xe6 1.bmp");
        assert_eq!(name(b"a/S\xe8 1.bmp"), r"a/S\xe8 1.bmp");
        assert_eq!(name(br"S\xe6 1.bmp"), r"S\x5cxe6 1.bmp", "so written by somebody");
        assert_eq!(name(br"a\xyz\\x"), r"a\xyz\\x", "no byte is meant");
        assert_eq!(name("Tờ 1.pdf".as_bytes()), "Tờ 1.pdf");
    }

    #[test]
    fn letters_are_composed() {
        assert_eq!(shown(Path::new("To\u{302}\u{300}.pdf")), "Tồ.pdf");
    }
}
