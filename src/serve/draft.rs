//! A file that is put together on disk and then sent from there: memory holds none of it.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Bytes, HttpBody};
use http_body::{Frame, SizeHint};

use super::turn::Waiting;

/// Bytes that are read and sent together.
const SENT_AT_ONCE: usize = 64 << 10;

/// A file that is being put together; it has no name and is gone with the process.
pub(super) struct Draft {
    file: io::BufWriter<File>,
    waiting: Waiting,
    left: u64,
    /// Whether more was to be written than is allowed.
    pub(super) is_full: bool,
}

impl Draft {
    /// A draft of at most so many bytes, for one who waits.
    ///
    /// # Errors
    ///
    /// If there is no room for temporary files.
    pub(super) fn new(waiting: Waiting, most: u64) -> io::Result<Self> {
        let file = io::BufWriter::new(tempfile::tempfile()?);
        Ok(Self { file, waiting, left: most, is_full: false })
    }

    /// The file as the body of an answer.
    ///
    /// # Errors
    ///
    /// If what was written last cannot be.
    pub(super) fn sent(self) -> io::Result<SentFile> {
        let mut file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        let left = file.stream_position()?;
        file.seek(SeekFrom::Start(0))?;
        Ok(SentFile { file, left })
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.waiting.is_over() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let Some(left) = self.left.checked_sub(bytes.len() as u64) else {
            self.is_full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        };
        self.file.write_all(bytes)?;
        self.left = left;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A file on its way out.
pub(super) struct SentFile {
    file: File,
    left: u64,
}

impl HttpBody for SentFile {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let part = self.left.min(SENT_AT_ONCE as u64);
        let mut bytes = vec![0; part as usize];
        // The file was written a moment ago, so that it is read from memory.
        if let Err(error) = self.file.read_exact(&mut bytes) {
            self.left = 0;
            return Poll::Ready(Some(Err(error)));
        }
        self.left -= part;
        Poll::Ready(Some(Ok(Frame::data(bytes.into()))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_sent_as_it_was_written() {
        let (waiting, _caller) = Waiting::begun();
        let mut draft = Draft::new(waiting, 1 << 20).expect("a draft");
        let bytes: Vec<u8> = (0..200_000_u32).map(|at| at as u8).collect();
        draft.write_all(&bytes).expect("written");
        let mut sent = draft.sent().expect("a file");
        assert_eq!(sent.size_hint().exact(), Some(bytes.len() as u64));
        let mut got = Vec::new();
        let mut context = Context::from_waker(std::task::Waker::noop());
        while let Poll::Ready(Some(frame)) = Pin::new(&mut sent).poll_frame(&mut context)
        {
            let data = frame.expect("a frame").into_data().expect("bytes");
            assert!(data.len() <= SENT_AT_ONCE);
            got.extend(data);
        }
        assert!(got == bytes && sent.is_end_stream());
    }

    #[test]
    fn a_draft_takes_no_more_than_it_may_and_nothing_for_one_who_has_gone() {
        let (waiting, caller) = Waiting::begun();
        let mut draft = Draft::new(waiting, 10).expect("a draft");
        draft.write_all(b"12345").expect("written");
        let error = draft.write_all(b"123456").expect_err("full");
        assert_eq!((error.kind(), draft.is_full), (io::ErrorKind::FileTooLarge, true));
        drop(caller);
        let error = draft.write_all(b"1").expect_err("nobody waits");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
