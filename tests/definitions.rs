//! Every definition passes its own tests.

use sohoa::config::built_in_kinds;
use sohoa::extract::definition_tests;

#[test]
fn every_definition_passes_its_own_tests() {
    let kinds = built_in_kinds().unwrap();
    let wrong: Vec<String> =
        definition_tests(&kinds).iter().map(ToString::to_string).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
