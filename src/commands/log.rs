//! What a run tells while it goes on: a progress bar, or one JSON line a file on stderr.

use sohoa::report::FileNotice;
use sohoa::run::Notice;

use crate::progress::Bar;

/// One line of the log.
#[derive(serde::Serialize)]
struct Line<'a> {
    time: String,
    event: &'static str,
    #[serde(flatten)]
    file: &'a FileNotice,
}

/// Where notices go.
pub(super) struct Log<'a> {
    json: bool,
    bar: Option<&'a Bar>,
}

impl<'a> Log<'a> {
    /// JSON lines if `json`; progress to `bar`.
    pub(super) fn new(json: bool, bar: Option<&'a Bar>) -> Self {
        Self { json, bar }
    }

    /// Tells one notice. A line that cannot be written as JSON is left out.
    pub(super) fn tell(&mut self, notice: &Notice) {
        match notice {
            Notice::Progress(progress) => {
                if let Some(bar) = self.bar {
                    bar.show(*progress);
                }
            }
            Notice::File(file) if self.json => {
                let time = format!("{:.3}", jiff::Timestamp::now());
                let line = Line { time, event: "file", file };
                if let Ok(line) = serde_json::to_string(&line) {
                    eprintln!("{line}");
                }
            }
            Notice::File(_) => {}
        }
    }
}
