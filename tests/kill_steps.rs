//! The program dies at each commit step; the same command again ends as if nothing had
//! happened.

use super::kill::{calm, ingest};
use sohoa::failpoint::COMMIT_STEPS;

/// Arrivals at a step at which the program dies: in the short and in the long form.
const ARRIVALS: (u32, u32) = (1, 4);

#[test]
fn a_run_that_dies_at_any_commit_step_goes_on_with_the_same_command() {
    let calm = calm(4);
    let is_long = std::env::var_os("SOHOA_KILLS").is_some();
    let arrivals = if is_long { ARRIVALS.1 } else { ARRIVALS.0 };
    for step in COMMIT_STEPS {
        for arrival in 1..=arrivals {
            let archive = calm.archive(&format!("{step}-{arrival}"));
            let fail = format!("{step}#{arrival}=abort");
            let output = ingest(&calm.source, &archive, Some(&fail)).output().unwrap();
            let code = output.status.code();
            // The index is committed once or twice only.
            let is_reached = code.is_none();
            assert!(is_reached || arrival > 1, "{fail} was not reached: {code:?}");
            calm.finish(&archive, &fail);
        }
    }
}
