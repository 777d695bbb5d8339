//! A worker process as its coordinator sees it.

use std::io::BufReader;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::wire;
use super::wire::Reply;
use super::wire::Request;

/// How workers are started and how long they may take.
#[derive(Debug, Clone)]
pub struct WorkerSetup {
    /// This program.
    pub program: PathBuf,
    /// Name of the engine.
    pub engine: String,
    /// Folder with the models.
    pub models: PathBuf,
    /// How long a worker may say nothing.
    pub stall: Duration,
    /// How long it may take for one request.
    pub total: Duration,
    /// After how many requests it is replaced.
    pub requests_before_restart: u32,
    /// Its address space, in bytes.
    pub memory_bytes: u64,
    /// Whether text that is hidden under scans is used instead of recognition.
    pub trust_hidden_text: bool,
}

/// Why a worker gave no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// The process could not be started.
    #[error("worker process could not be started")]
    Start(#[source] std::io::Error),
    /// It ended in the middle of its work.
    #[error("worker process ended in the middle of its work")]
    Died,
    /// It said nothing for too long, or took too long, and was stopped.
    #[error("worker process was stopped after {} s", .0.as_secs())]
    Timeout(Duration),
}

/// One running worker process.
pub(super) struct Worker {
    child: Child,
    stdin: ChildStdin,
    replies: Receiver<Vec<u8>>,
    requests: u32,
}

impl Worker {
    fn start(setup: &WorkerSetup) -> Result<Self, WorkerError> {
        let mut child = Command::new(&setup.program)
            .arg("worker")
            .arg("--engine")
            .arg(&setup.engine)
            .arg("--models")
            .arg(&setup.models)
            .arg("--memory-bytes")
            .arg(setup.memory_bytes.to_string())
            .args(setup.trust_hidden_text.then_some("--trust-hidden-text"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(WorkerError::Start)?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take())
        else {
            return Err(WorkerError::Died);
        };
        let (sender, replies) = channel();
        std::thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            while let Ok(Some(frame)) = wire::receive_bytes(&mut stdout) {
                if sender.send(frame).is_err() {
                    return;
                }
            }
        });
        Ok(Self { child, stdin, replies, requests: 0 })
    }

    fn frame(&self, setup: &WorkerSetup, since: Instant) -> Result<Vec<u8>, WorkerError> {
        let left = setup.total.saturating_sub(since.elapsed()).min(setup.stall);
        self.replies.recv_timeout(left).map_err(|error| match error {
            RecvTimeoutError::Timeout => WorkerError::Timeout(since.elapsed()),
            RecvTimeoutError::Disconnected => WorkerError::Died,
        })
    }

    fn ask(
        &mut self,
        setup: &WorkerSetup,
        request: &Request,
    ) -> Result<(Reply, Vec<u8>), WorkerError> {
        self.requests += 1;
        let since = Instant::now();
        wire::send(&mut self.stdin, request).map_err(|_| WorkerError::Died)?;
        loop {
            let frame = self.frame(setup, since)?;
            match serde_json::from_slice(&frame).map_err(|_| WorkerError::Died)? {
                Reply::Progress => {}
                Reply::Picture => {
                    return Ok((Reply::Picture, self.frame(setup, since)?));
                }
                reply => return Ok((reply, Vec::new())),
            }
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // A worker that ended by itself cannot be killed; both are fine.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A place for one worker at a time: started when needed, replaced when it died or has
/// worked long enough.
pub(super) struct Slot {
    setup: WorkerSetup,
    worker: Option<Worker>,
}

impl Slot {
    pub(super) fn new(setup: WorkerSetup) -> Self {
        Self { setup, worker: None }
    }

    /// Sends a request and waits for its answer; bytes come with a picture only.
    pub(super) fn ask(
        &mut self,
        request: &Request,
    ) -> Result<(Reply, Vec<u8>), WorkerError> {
        let mut worker = match self.worker.take() {
            Some(worker) if worker.requests < self.setup.requests_before_restart => {
                worker
            }
            _ => Worker::start(&self.setup)?,
        };
        let answer = worker.ask(&self.setup, request)?;
        self.worker = Some(worker);
        Ok(answer)
    }
}
