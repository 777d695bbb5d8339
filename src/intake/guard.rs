//! The last line of defence against decoders of other people: a panic becomes an error.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::IntakeError;

/// Travels up through a decoder that has no other way to be stopped.
struct Stopped(IntakeError);

/// Runs a third-party decoder; where it panics, that is an error of the file.
///
/// What the decoder was working on is dropped with the panic, so nothing half-changed is
/// seen afterwards.
///
/// # Errors
///
/// What `decode` returns, what it was [stopped](stop) with, or
/// [`IntakeError::Decoder`] if it panicked.
pub(super) fn guarded<T>(
    decoder: &'static str,
    decode: impl FnOnce() -> Result<T, IntakeError>,
) -> Result<T, IntakeError> {
    match catch_unwind(AssertUnwindSafe(decode)) {
        Ok(result) => result,
        Err(payload) => match payload.downcast::<Stopped>() {
            Ok(stopped) => Err(stopped.0),
            Err(_) => Err(IntakeError::Decoder { decoder }),
        },
    }
}

/// Leaves a callback of a decoder that gives no way to say "enough"; only to be called
/// inside [`guarded`]. The panic hook is not run.
pub(super) fn stop(why: IntakeError) -> ! {
    resume_unwind(Box::new(Stopped(why)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_comes_out_as_its_error_and_a_panic_as_a_broken_decoder() {
        let stopped = guarded::<()>("test", || stop(IntakeError::NoPages));
        assert!(matches!(stopped, Err(IntakeError::NoPages)));
        let panicked =
            guarded::<()>("test", || resume_unwind(Box::new("index out of range")));
        assert!(matches!(panicked, Err(IntakeError::Decoder { decoder: "test" })));
        assert!(matches!(guarded("test", || Ok(5)), Ok(5)));
    }
}
