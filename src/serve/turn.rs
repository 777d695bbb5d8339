//! Work that may block: it waits for its turn, runs where it holds up nobody else, and is
//! told when nobody waits for it any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::app::Desk;
use super::error::Failure;

/// Whether somebody still waits for a piece of work.
#[derive(Debug, Clone)]
pub(super) struct Waiting(Arc<AtomicBool>);

impl Waiting {
    /// Somebody waits for a piece of work until the second value is dropped.
    pub(super) fn begun() -> (Self, Caller) {
        let waiting = Self(Arc::new(AtomicBool::new(true)));
        (waiting.clone(), Caller(waiting))
    }

    /// Whether the caller has gone or lost patience: what is made now is thrown away.
    pub(super) fn is_over(&self) -> bool {
        !self.0.load(Ordering::Relaxed)
    }
}

/// Says that nobody waits once the caller's future is dropped.
pub(super) struct Caller(Waiting);

impl Drop for Caller {
    fn drop(&mut self) {
        self.0.0.store(false, Ordering::Relaxed);
    }
}

/// Runs `work` when one of `turns` is free, and waits so long for its answer. The turn is
/// given back when the work is done, not when the caller stops waiting.
///
/// # Errors
///
/// What the work says, [`Failure::Late`], or [`Failure::BrokeOff`] where it panicked.
pub(super) async fn in_turn<T: Send + 'static>(
    desk: Arc<Desk>,
    turns: Arc<Semaphore>,
    patience: Duration,
    work: impl FnOnce(&Desk, &Waiting) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let (waiting, _caller) = Waiting::begun();
    let task = async move {
        // Closed only together with the desk.
        let turn = turns.acquire_owned().await;
        let task = spawn_blocking(move || {
            let _turn = turn;
            work(&desk, &waiting)
        });
        task.await.map_err(|_| Failure::BrokeOff)?
    };
    let late = || Failure::Late { seconds: patience.as_secs() };
    timeout(patience, task).await.map_err(|_| late())?
}

/// As [`in_turn`], for pictures and files made of them.
///
/// # Errors
///
/// As [`in_turn`].
pub(super) async fn in_picture_turn<T: Send + 'static>(
    desk: Arc<Desk>,
    work: impl FnOnce(&Desk, &Waiting) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let turns = Arc::clone(&desk.pictures);
    in_turn(desk, turns, PICTURE_PATIENCE, work).await
}

/// As [`in_picture_turn`], for cut-outs: they wait for each other before they wait with
/// the others.
///
/// # Errors
///
/// As [`in_turn`].
pub(super) async fn in_piece_turn<T: Send + 'static>(
    desk: Arc<Desk>,
    work: impl FnOnce(&Desk, &Waiting) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let cutting = Arc::clone(&desk.cutting);
    let late = || Failure::Late { seconds: PICTURE_PATIENCE.as_secs() };
    let task = async move {
        let turn = cutting.acquire_owned().await;
        let work = move |desk: &Desk, waiting: &Waiting| {
            let _turn = turn;
            work(desk, waiting)
        };
        in_picture_turn(desk, work).await
    };
    timeout(PICTURE_PATIENCE, task).await.map_err(|_| late())?
}

/// How long a picture may take, from its request on: decoding a large page of a file with
/// hundreds of pages takes seconds, and others may stand in the queue before it.
const PICTURE_PATIENCE: Duration = Duration::from_mins(1);
