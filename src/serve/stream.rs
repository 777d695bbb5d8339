//! Answers that are sent while they are made, for what is too long to be held.

use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use http_body::Frame;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

/// Bytes that are sent at a time.
const PART: usize = 64 * 1024;
/// Parts that wait to be sent; the work waits for a slow caller beyond that.
const PARTS: usize = 4;

/// What the work has made so far.
struct Parts(mpsc::Receiver<io::Result<Bytes>>);

impl HttpBody for Parts {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let part = self.0.poll_recv(context);
        part.map(|part| part.map(|part| part.map(Frame::data)))
    }
}

/// Where the work writes to.
struct Out {
    parts: mpsc::Sender<io::Result<Bytes>>,
    part: Vec<u8>,
}

impl Out {
    fn send(&mut self) -> io::Result<()> {
        let part = std::mem::take(&mut self.part);
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.parts.blocking_send(Ok(part.into())).map_err(gone)
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.part.extend_from_slice(bytes);
        if self.part.len() >= PART {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.part.is_empty() { Ok(()) } else { self.send() }
    }
}

/// The body that `work` writes. Where it fails the connection breaks off, so that nobody
/// takes a part for the whole; `failed` is told.
pub(super) fn body<E: 'static>(
    work: impl FnOnce(&mut dyn Write) -> Result<(), E> + Send + 'static,
    failed: impl FnOnce(E) + Send + 'static,
) -> Body {
    let (parts, receiver) = mpsc::channel(PARTS);
    spawn_blocking(move || {
        let mut out = Out { parts: parts.clone(), part: Vec::with_capacity(PART) };
        let ended = work(&mut out);
        match ended {
            // Whoever has gone needs no end.
            Ok(()) => drop(out.flush()),
            Err(error) => {
                failed(error);
                let broken = io::Error::other("the answer broke off");
                drop(parts.blocking_send(Err(broken)));
            }
        }
    });
    Body::new(Parts(receiver))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_sent_in_parts_and_a_failure_is_no_end() {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.build().expect("a runtime");
        let long = vec![7; 3 * PART + 1];
        let sent = runtime.block_on(async {
            let bytes = long.clone();
            let body = body(move |out| out.write_all(&bytes), |_| {});
            axum::body::to_bytes(body, usize::MAX).await
        });
        assert_eq!(sent.expect("all of it").to_vec(), long);
        let broken = runtime.block_on(async {
            let work = |out: &mut dyn Write| {
                out.write_all(b"a part")?;
                Err(io::Error::other("the disk is gone"))
            };
            axum::body::to_bytes(body(work, |_| {}), usize::MAX).await
        });
        assert!(broken.is_err());
    }
}
