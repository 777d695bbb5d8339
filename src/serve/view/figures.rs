//! The dashboard.

use askama::Template;

use super::super::app::Desk;
use super::super::ask::Ask;
use super::super::error::Failure;
use super::super::text::{grouped, readable};
use super::frame::Frame;
use crate::model::KindId;

/// Bars of one plot; more would not fit a small screen. The largest are shown.
const MAX_BARS: usize = 40;
/// Pixels of a plot: left column, bars, space for the count, and height of a row.
const LABEL_WIDTH: usize = 190;
const BAR_WIDTH: usize = 280;
const COUNT_WIDTH: usize = 90;
const ROW_HEIGHT: usize = 22;

#[derive(Template)]
#[template(path = "figures.html")]
struct FiguresPage<'a> {
    frame: Frame<'a>,
    tiles: Vec<Tile>,
    plots: Vec<Plot>,
    counted: String,
}

struct Tile {
    label: String,
    value: String,
    is_bad: bool,
}

struct Plot {
    title: String,
    width: usize,
    height: usize,
    bars: Vec<Bar>,
}

struct Bar {
    label: String,
    count: String,
    y: usize,
    text_y: usize,
    width: usize,
    count_x: usize,
}

fn plot(frame: &Frame<'_>, title: &str, rows: Vec<(String, u64)>) -> Plot {
    let most = rows.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let mut shown = rows;
    if shown.len() > MAX_BARS {
        shown.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        shown.truncate(MAX_BARS);
    }
    let bar = |(at, (label, count)): (usize, (String, u64))| {
        let width = (BAR_WIDTH as u64 * count / most).max(1) as usize;
        Bar {
            label: shortened(&label),
            count: grouped(count, frame.lang),
            y: at * ROW_HEIGHT + 3,
            text_y: at * ROW_HEIGHT + ROW_HEIGHT - 6,
            width,
            count_x: LABEL_WIDTH + width + 6,
        }
    };
    Plot {
        title: frame.say(title).to_owned(),
        width: LABEL_WIDTH + BAR_WIDTH + COUNT_WIDTH,
        height: shown.len() * ROW_HEIGHT,
        bars: shown.into_iter().enumerate().map(bar).collect(),
    }
}

/// At most 27 letters: the end of a title tells kinds apart as much as its start.
fn shortened(label: &str) -> String {
    const START: usize = 13;
    const END: usize = 13;
    let letters: Vec<char> = label.chars().collect();
    if letters.len() <= START + END + 1 {
        return label.to_owned();
    }
    let start = letters.iter().take(START);
    let end = letters.iter().skip(letters.len() - END);
    start.chain(std::iter::once(&'…')).chain(end).collect()
}

/// Bytes as people say them.
fn bytes(count: u64) -> String {
    format!("{:.1} GB", count as f64 / 1e9)
}

/// The dashboard.
///
/// # Errors
///
/// If the catalog cannot be read.
pub(in super::super) fn figures(desk: &Desk, ask: &Ask) -> Result<String, Failure> {
    let title = desk.texts.say(ask.lang, "figures.title").to_owned();
    let frame = Frame::of(desk, ask, title);
    let counts = desk.holdings.asked(&desk.catalog)?;
    let counted = desk.dashboard.now(desk)?;
    let (figures, disk) = (&counted.figures, &counted.disk);
    let never = || frame.say("figures.never").to_owned();
    let day = |day: &Option<String>| day.as_deref().map_or_else(never, readable);
    let mut tiles: Vec<Tile> = [
        ("figures.scans", counts.of("scans_done") + counts.of("scans_waiting"), false),
        ("figures.pages", counts.of("pages_done"), false),
        ("figures.pages_waiting", counts.of("pages_waiting"), false),
        (
            "figures.set_aside",
            counts.of("scans_quarantined") + counts.of("pages_quarantined"),
            true,
        ),
        ("figures.records", counts.of("records"), false),
        ("figures.not_indexed", counts.of("not_indexed"), false),
        ("figures.wrong", disk.wrong, true),
    ]
    .into_iter()
    .map(|(label, count, is_bad)| Tile {
        label: frame.say(label).to_owned(),
        value: grouped(count, frame.lang),
        is_bad: is_bad && count > 0,
    })
    .collect();
    for (label, value, is_bad) in [
        ("figures.disk", disk.free.map_or_else(never, bytes), false),
        ("figures.backup", day(&disk.backup), disk.backup.is_none()),
        ("figures.verified", day(&disk.checked), disk.checked.is_none()),
    ] {
        tiles.push(Tile { label: frame.say(label).to_owned(), value, is_bad });
    }
    let named = |rows: &[(String, u64)], none: &str| -> Vec<(String, u64)> {
        let name = |name: &str| match name {
            "" => frame.say(none).to_owned(),
            name => name.to_owned(),
        };
        rows.iter().map(|(key, count)| (name(key), *count)).collect()
    };
    let units: Vec<(String, u64)> = figures
        .units
        .iter()
        .map(|(code, count)| (desk.unit_name(code).to_owned(), *count))
        .collect();
    let states = figures
        .states
        .iter()
        .map(|(state, count)| (frame.say(&format!("state.{state}")).to_owned(), *count));
    let tenths =
        figures.tenths.iter().enumerate().map(|(tenth, count)| {
            (format!("{}–{}%", tenth * 10, tenth * 10 + 10), *count)
        });
    let kinds = counts
        .kinds
        .iter()
        .map(|(kind, count)| (desk.kind_title(&KindId(kind.clone())).to_owned(), *count));
    let plots = vec![
        plot(&frame, "figures.fields", states.collect()),
        plot(&frame, "figures.doubt", tenths.collect()),
        plot(&frame, "figures.by_year", named(&figures.years, "figures.no_year")),
        plot(&frame, "figures.by_kind", kinds.collect()),
        plot(&frame, "figures.by_unit", named(&units, "figures.no_unit")),
        plot(&frame, "figures.by_book", named(&figures.books, "figures.no_book")),
    ];
    let at = super::moment(counted.at_ms);
    let counted = frame.fill("figures.counted", at);
    Ok(FiguresPage { frame, tiles, plots, counted }.render()?)
}
