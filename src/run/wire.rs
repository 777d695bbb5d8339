//! What coordinator and worker say to each other: frames of a length and JSON.

use std::io::{Read, Write};
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::model::PageText;
use crate::model::Reason;
use crate::model::StoredPicture;

/// Longest frame that is accepted, in bytes; a page's text with its lattice stays below
/// 4 MiB, a page's JPEG below 100 MiB. Anything longer is a broken stream.
const MAX_FRAME_BYTES: u32 = 256 << 20;

/// What a worker is asked to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Request {
    /// Count the pages of the file.
    Open {
        /// The original in the archive.
        path: PathBuf,
    },
    /// Read one page.
    Read {
        /// The original in the archive.
        path: PathBuf,
        /// From 1.
        page: u32,
        /// By how many quarter turns clockwise people say that it is to be turned.
        quarters: Option<u8>,
    },
    /// Give one page as a JPEG; its bytes follow in a frame of their own.
    Picture {
        /// The original in the archive.
        path: PathBuf,
        /// From 1.
        page: u32,
    },
    /// Give one page as its file holds it, if that is the whole page image, else made
    /// anew; the bytes follow as above.
    Stored {
        /// The original in the archive.
        path: PathBuf,
        /// From 1.
        page: u32,
        /// Pixels of the page image across and down, where they are known.
        size: Option<(u32, u32)>,
    },
}

/// What a worker answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Reply {
    /// It is alive and got one step further.
    Progress,
    /// The file was opened.
    Opened {
        /// How many pages it has; at least 1.
        num_pages: u32,
    },
    /// The page was read.
    Text {
        /// How the image was taken out of the file.
        taken: String,
        /// Milliseconds spent in intake, clean and read.
        stage_ms: [u64; 3],
        /// What was read.
        text: Box<PageText>,
    },
    /// The page's JPEG is the next frame.
    Picture,
    /// The page's picture; its bytes are the next frame.
    Stored(StoredPicture),
    /// It cannot be done; the file is at fault.
    Refused {
        /// Why.
        reason: Reason,
        /// For people; no page text.
        message: String,
    },
    /// The program or the engine itself went wrong on it; the worker is to be replaced.
    Panicked {
        /// For people: where, and what was being done; no page text.
        message: String,
    },
    /// It cannot be done for any page; the set-up is at fault (no model, no program).
    Unable {
        /// For people, with what to do.
        message: String,
    },
}

/// Writes one frame.
pub(super) fn send_bytes(to: &mut impl Write, bytes: &[u8]) -> std::io::Result<()> {
    let length = u32::try_from(bytes.len())
        .map_err(|_| std::io::Error::other("frame is longer than 4 GiB"))?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(bytes)?;
    to.flush()
}

/// Writes one message.
pub(super) fn send(to: &mut impl Write, message: &impl Serialize) -> std::io::Result<()> {
    send_bytes(to, &serde_json::to_vec(message)?)
}

/// Reads one frame; `None` at the end of the stream.
pub(super) fn receive_bytes(from: &mut impl Read) -> std::io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            return Ok(None);
        }
        other => other?,
    }
    let length = u32::from_le_bytes(length);
    if length > MAX_FRAME_BYTES {
        return Err(std::io::Error::other("frame is too long"));
    }
    let mut bytes = vec![0; length as usize];
    from.read_exact(&mut bytes)?;
    Ok(Some(bytes))
}

/// Reads one message; `None` at the end of the stream.
pub(super) fn receive<T: DeserializeOwned>(
    from: &mut impl Read,
) -> std::io::Result<Option<T>> {
    let Some(bytes) = receive_bytes(from)? else { return Ok(None) };
    Ok(Some(serde_json::from_slice(&bytes)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_arrives_as_it_was_sent_and_a_cut_stream_is_an_error() {
        let request = Request::Read { path: "a/b".into(), page: 3, quarters: Some(1) };
        let mut wire = Vec::new();
        send(&mut wire, &request).unwrap();
        let back: Option<Request> = receive(&mut wire.as_slice()).unwrap();
        assert_eq!(back, Some(request));
        let (_, cut) = wire.split_last().unwrap();
        assert!(receive::<Request>(&mut &*cut).is_err());
        assert!(receive::<Request>(&mut [].as_slice()).unwrap().is_none());
    }

    #[test]
    fn a_frame_of_an_absurd_length_is_refused_before_memory_is_taken() {
        let wire = u32::MAX.to_le_bytes();
        assert!(receive_bytes(&mut wire.as_slice()).is_err());
    }
}
