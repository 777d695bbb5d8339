//! A mistake of the program in one page or file is an account of that page or file, not
//! the end of the run, and prints nothing.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{AssertUnwindSafe, Location, PanicHookInfo, catch_unwind};

thread_local! {
    /// Whether this thread is inside [`caught`].
    static IS_CAUGHT: Cell<bool> = const { Cell::new(false) };
    /// Where this thread panicked last.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Where the program went wrong, e.g. `src/clean/skew.rs:41`. The message of a panic is
/// left out: it may quote the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panicked(String);

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "panic at {}", self.0)
    }
}

impl std::error::Error for Panicked {}

/// A place without the folders of the machine on which the program was built.
fn place_of(location: &Location<'_>) -> String {
    let parts: Vec<&str> = location.file().split(['/', '\\']).collect();
    // `…/registry/src/index…/hayro-0.9.0/src/x.rs` begins at the name of the library.
    let from = parts.iter().rposition(|part| *part == "src").unwrap_or(0);
    let from = if location.file().contains("registry") { from.max(1) - 1 } else { from };
    let file = parts.get(from..).unwrap_or_default().join("/");
    format!("{file}:{}", location.line())
}

/// Makes panics silent where `caught` waits for them; any other is one line for `tell`.
/// For the program, once at its start.
pub fn be_silent_where_caught(tell: fn(&str)) {
    std::panic::set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
        let place = info.location().map(place_of).unwrap_or_default();
        if IS_CAUGHT.get() {
            PLACE.replace(Some(place));
        } else {
            tell(&format!("internal error: panic at {place}; please report it"));
        }
    }));
}

/// Does `work`; a panic in it is an error that says where.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    let was_caught = IS_CAUGHT.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    IS_CAUGHT.set(was_caught);
    result.map_err(|_| {
        let place = PLACE.take();
        Panicked(place.unwrap_or_else(|| "an unknown place".to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::panic, reason = "to be caught")]
    fn a_panic_is_an_error_and_work_that_ends_well_gives_its_value() {
        assert_eq!(caught(|| 3), Ok(3));
        let failed = caught(|| panic!("Nguyễn Văn Mẫu"));
        assert!(!failed.unwrap_err().to_string().contains("Mẫu"), "it quotes the page");
        assert!(!IS_CAUGHT.get(), "the next panic would be silent");
    }

    #[test]
    fn a_place_names_no_folder_of_the_building_machine() {
        let place = place_of(Location::caller());
        assert!(place.starts_with("src/run/panics.rs:"), "{place}");
    }
}
