//! The progress bar: pages done, pages a second, time left, what was set aside.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sohoa::report::Progress;

/// A bar on stderr; draws nothing without a terminal.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    pub(crate) fn new(wanted: bool) -> Self {
        let bar = ProgressBar::new(0);
        if !wanted || !std::io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        let template = "{bar:32} {pos}/{len} pages, {per_sec}, {eta} left, {msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self(bar)
    }

    pub(crate) fn show(&self, progress: Progress) {
        self.0.set_length(progress.pages_expected);
        self.0.set_position(progress.pages_done);
        self.0.set_message(format!(
            "{} files, {} set aside",
            progress.files, progress.set_aside
        ));
    }

    pub(crate) fn end(&self) {
        self.0.finish_and_clear();
    }
}
