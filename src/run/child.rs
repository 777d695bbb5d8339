//! A worker process as its coordinator sees it.

use std::io::BufReader;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::memory::Usage;
use super::wire;
use super::wire::Reply;
use super::wire::Request;
use crate::config::clean::CleanConfig;

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
    /// What is done to the picture of a page before it is read.
    pub clean: CleanConfig,
}

/// How a worker came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    /// By its own doing: it crashed, or ran into a limit.
    Own,
    /// Somebody else ended it: a person, the system's shutdown, the system short of memory.
    FromOutside {
        /// The largest memory that it was seen with, in bytes.
        memory_bytes: u64,
    },
}

/// Why a worker gave no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// The process could not be started.
    #[error("worker process could not be started")]
    Start(#[source] std::io::Error),
    /// It ended in the middle of its work.
    #[error("worker process ended in the middle of its work: {how}")]
    Died {
        /// By whose doing.
        death: Death,
        /// For people: signal or exit code.
        how: String,
    },
    /// It said nothing for too long, or took too long, and was stopped.
    #[error("worker process was stopped after {} s", .0.as_secs())]
    Timeout(Duration),
}

/// Signals that never come from a process's own mistakes. A worker over its memory limit
/// aborts (SIGABRT); the limits set nothing that ends in SIGKILL.
const FROM_OUTSIDE: [i32; 5] = [
    signal_hook::consts::SIGHUP,
    signal_hook::consts::SIGINT,
    signal_hook::consts::SIGQUIT,
    signal_hook::consts::SIGKILL,
    signal_hook::consts::SIGTERM,
];

/// How long a worker whose stream has ended may take to be gone.
const DYING: Duration = Duration::from_secs(2);

fn is_from_outside(status: ExitStatus) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt as _;
        status.signal().is_some_and(|signal| FROM_OUTSIDE.contains(&signal))
    }
    #[cfg(not(unix))]
    {
        false
    }
}

/// A process of its own group, so that Ctrl-C at the terminal reaches the coordinator
/// alone, which then ends its workers in order.
fn in_own_group(command: &mut Command) -> &mut Command {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        command.process_group(0);
    }
    command
}

/// One running worker process.
struct Worker {
    child: Child,
    stdin: ChildStdin,
    replies: Receiver<Vec<u8>>,
    requests: u32,
    usage: Arc<Usage>,
}

impl Worker {
    fn start(setup: &WorkerSetup, usage: &Arc<Usage>) -> Result<Self, WorkerError> {
        let mut child = in_own_group(&mut Command::new(&setup.program))
            .arg("worker")
            .arg("--engine")
            .arg(&setup.engine)
            .arg("--models")
            .arg(&setup.models)
            .arg("--memory-bytes")
            .arg(setup.memory_bytes.to_string())
            .args(setup.trust_hidden_text.then_some("--trust-hidden-text"))
            .arg("--clean")
            .arg(setup.clean.names().collect::<Vec<_>>().join(","))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(WorkerError::Start)?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take())
        else {
            let lacking = std::io::Error::other("its streams are missing");
            return Err(WorkerError::Start(lacking));
        };
        usage.begin(child.id());
        let (sender, replies) = channel();
        std::thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            while let Ok(Some(frame)) = wire::receive_bytes(&mut stdout) {
                if sender.send(frame).is_err() {
                    return;
                }
            }
        });
        Ok(Self { child, stdin, replies, requests: 0, usage: Arc::clone(usage) })
    }

    /// The worker has closed its stream: says how it ended.
    fn died(&mut self) -> WorkerError {
        let since = Instant::now();
        let status = loop {
            match self.child.try_wait() {
                Ok(Some(status)) => break Some(status),
                Ok(None) if since.elapsed() < DYING => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                _ => break None,
            }
        };
        let memory_bytes = self.usage.end(self.child.id());
        match status {
            Some(status) if is_from_outside(status) => WorkerError::Died {
                death: Death::FromOutside { memory_bytes },
                how: status.to_string(),
            },
            Some(status) => {
                WorkerError::Died { death: Death::Own, how: status.to_string() }
            }
            None => WorkerError::Died {
                death: Death::Own,
                how: "it closed its stream".to_owned(),
            },
        }
    }

    fn frame(
        &mut self,
        setup: &WorkerSetup,
        since: Instant,
    ) -> Result<Vec<u8>, WorkerError> {
        let left = setup.total.saturating_sub(since.elapsed()).min(setup.stall);
        match self.replies.recv_timeout(left) {
            Ok(frame) => Ok(frame),
            Err(RecvTimeoutError::Timeout) => Err(WorkerError::Timeout(since.elapsed())),
            Err(RecvTimeoutError::Disconnected) => Err(self.died()),
        }
    }

    fn ask(
        &mut self,
        setup: &WorkerSetup,
        request: &Request,
    ) -> Result<(Reply, Vec<u8>), WorkerError> {
        self.requests += 1;
        let since = Instant::now();
        if wire::send(&mut self.stdin, request).is_err() {
            return Err(self.died());
        }
        loop {
            let frame = self.frame(setup, since)?;
            let reply =
                serde_json::from_slice(&frame).map_err(|_| WorkerError::Died {
                    death: Death::Own,
                    how: "its answer makes no sense".to_owned(),
                })?;
            match reply {
                Reply::Progress => {}
                reply @ (Reply::Picture | Reply::Stored(_)) => {
                    return Ok((reply, self.frame(setup, since)?));
                }
                reply => {
                    self.usage.note(self.child.id());
                    return Ok((reply, Vec::new()));
                }
            }
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // A worker that ended by itself cannot be killed; both are fine.
        drop(self.child.kill());
        drop(self.child.wait());
        self.usage.end(self.child.id());
    }
}

/// A place for one worker at a time: started when needed, replaced when it died or has
/// worked long enough.
pub(super) struct Slot {
    setup: WorkerSetup,
    worker: Option<Worker>,
    usage: Arc<Usage>,
}

impl Slot {
    pub(super) fn new(setup: WorkerSetup, usage: Arc<Usage>) -> Self {
        Self { setup, worker: None, usage }
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
            _ => Worker::start(&self.setup, &self.usage)?,
        };
        let answer = worker.ask(&self.setup, request)?;
        // What a panic has left half done is not worked with any further.
        if !matches!(answer.0, Reply::Panicked { .. }) {
            self.worker = Some(worker);
        }
        Ok(answer)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn ended(script: &str) -> ExitStatus {
        Command::new("sh").args(["-c", script]).status().expect("a shell")
    }

    #[test]
    fn only_a_signal_that_no_mistake_sends_counts_as_from_outside() {
        for (script, expected) in [
            ("kill -KILL $$", true),
            ("kill -TERM $$", true),
            // Where the tests run in the background, this signal is ignored from the start.
            ("exec env --default-signal=INT sh -c 'kill -INT $$'", true),
            ("kill -SEGV $$", false),
            ("kill -ABRT $$", false),
            ("exit 101", false),
        ] {
            assert_eq!(is_from_outside(ended(script)), expected, "{script}");
        }
    }
}
