//! Lines of text found on a page, and cut out of it.
//!
//! Ink is followed from its connected pieces: rules and leaders are taken out, letters
//! that follow one another become rows, marks join the row they belong to, rows are cut
//! out level. No engine is asked.

mod crumbs;
mod cut;
mod faint;
mod grouping;
mod marks;
mod piece;
mod row;
mod rules;

use crate::clean::Blobs;
use crate::clean::Leaders;
use crate::clean::Ready;
use crate::clean::Run;
use crate::clean::Stretch;
use crate::model::Point;
use crate::model::Quad;
use crate::model::Rect;

pub use cut::cut;
use piece::Piece;
use row::Row;
use rules::{Direction, Rule};

/// What was found on a page, in the reading frame.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// Top to bottom, then left to right.
    pub lines: Vec<LineRegion>,
    /// Ruled lines of tables, frames and forms, as thin rectangles.
    pub rules: Vec<Rect>,
}

/// One run of text without a wide gap.
#[derive(Debug, Clone)]
pub struct LineRegion {
    /// Where it stands, in the reading frame, along its own baseline.
    pub quad: Quad,
    /// Height of small letters (of capitals where there are no others), in pixels.
    pub x_height: f32,
    /// Height of letters with ascenders, without marks, in pixels.
    pub text_height: f32,
    /// Whether rules stand on its left and on its right: the cell of a table.
    pub in_cell: bool,
    /// Whether it is rather a stamp or a signature than a line.
    pub stamp_like: bool,
    /// Pixels down for each to the right.
    pub(super) slope: f32,
    /// Its own ink; everything else is painted over when it is cut out.
    pub(super) ink: Vec<Run>,
    /// What runs below it and is painted over too: leaders too faint to be ink.
    pub(super) leaders: Vec<Stretch>,
}

/// Smallest line, in millimetres: a digit of 6 points.
const SMALLEST_MM: (f32, f32) = (0.5, 1.2);

/// How far a line reaches above its baseline, in heights of its letters: two marks on a
/// capital.
const HIGHEST: f32 = 1.6;

/// How far a line reaches below its baseline, in heights of its letters: the loop of a
/// written g.
const LOWEST: f32 = 0.8;

/// Width of the edge of the paper in the image of a single line, in millimetres.
const EDGE_MM: f32 = 1.6;

/// Ink smaller than this is dust, in square millimetres.
const DUST_MM2: f32 = 0.02;

/// Finds the lines of a page. What lies within `codes`, the places of its QR and bar codes in
/// the reading frame, is no text.
pub fn find(ready: &Ready, codes: &[Rect]) -> Layout {
    let mut ink = ready.ink.clone();
    let runs = crate::clean::runs_of(&ink);
    let rules = rules::take_out(&mut ink, &runs, ready.dpi);
    let blobs = Blobs::of(&ink);
    drop((ink, runs));
    let mut leaders = crate::clean::find_leaders(&blobs.blobs, ready.dpi);
    leaders.give_back_heavy(&blobs.blobs, &ready.gray, ready.dpi);
    let (mut pieces, dust) = pieces_of(&blobs, &leaders, &rules, ready.dpi);
    pieces.retain(|piece| !codes.iter().any(|code| code.contains(piece.centre())));
    let mut sorted = grouping::sorted(pieces, ready.dpi);
    for dots in dots_of_ellipses(&blobs, &leaders) {
        match Piece::joined(&dots) {
            Some(ellipsis) if !crumbs::is_among(&ellipsis, &sorted, &dust) => {
                sorted.letters.push(ellipsis);
            }
            _ => sorted.marks.extend(dots),
        }
    }
    let mut rows = grouping::rows(sorted.letters, sorted.usual, &rules);
    grouping::share_out_tall(&mut rows, sorted.tall, sorted.usual);
    let rows = grouping::joined(rows, &rules, &|_, _| false);
    let bridged = |row: &Row, next: &Row| {
        faint::bridges(&ready.gray, row, next)
            || grouping::is_bridged(row, next, &sorted.drawings)
    };
    let rows = grouping::joined(rows, &rules, &bridged);
    let rows = grouping::without_strays(rows);
    let mut rows = grouping::untangled(rows, sorted.usual);
    if ready.is_strip {
        let pieces = rows
            .into_iter()
            .filter(|row| !is_edge(row, ready))
            .flat_map(|row| row.pieces);
        rows = Row::of(pieces.collect()).into_iter().collect();
    }
    let left_over = marks::give_out(&mut rows, sorted.marks);
    let crumbs = left_over.into_iter().chain(dust).collect();
    let loose = crumbs::gather(&mut rows, crumbs, &rules, sorted.usual, ready.dpi);
    let loose: Vec<&Piece> = loose.iter().chain(&sorted.drawings).collect();
    if !ready.is_strip {
        faint::lengthen(&ready.gray, &mut rows, &rules);
    }
    let mut lines: Vec<LineRegion> =
        rows.iter().filter_map(|row| region_of(row, &rules, ready.dpi)).collect();
    for line in &mut lines {
        keep_loose(line, &loose);
        let bounds = line.quad.bounds();
        line.leaders = leaders
            .stretches
            .iter()
            .filter(|(from, to)| {
                from.0 < bounds.right
                    && to.0 > bounds.left
                    && from.1.min(to.1) < bounds.bottom
                    && from.1.max(to.1) > bounds.top
            })
            .copied()
            .collect();
    }
    sort_for_reading(&mut lines);
    Layout { lines, rules: rules.iter().map(Rule::bounds).collect() }
}

/// Whether a row of a single line's image is but the edge of the paper at its end.
fn is_edge(row: &Row, ready: &Ready) -> bool {
    let width = ready.gray.width() as f32;
    let middle = (row.left + row.right) as f32 / 2.0;
    ((row.right - row.left) as f32) < ready.px(EDGE_MM)
        && (middle < width * 0.03 || middle > width * 0.85)
        && row.text_height() > ready.gray.height() as f32 * 0.5
}

/// What is neither leader nor left over from a rule, and what is too small to be a mark.
fn pieces_of(
    blobs: &Blobs,
    leaders: &Leaders,
    rules: &[Rule],
    dpi: f32,
) -> (Vec<Piece>, Vec<Piece>) {
    let least = (DUST_MM2 * (dpi / 25.4).powi(2)).max(1.0) as i32;
    let mut taken = leaders.is_leader.clone();
    for &at in leaders.ellipses.iter().flatten() {
        taken[at] = true;
    }
    blobs
        .blobs
        .iter()
        .zip(taken)
        .filter(|(_, taken)| !taken)
        .filter_map(|(blob, _)| Piece::of(blobs.runs_of(blob).to_vec()))
        .filter(|piece| !rules.iter().any(|rule| rule.goes_on_in(piece, dpi)))
        .partition(|piece| piece.area > least)
}

/// The dots of each ellipsis.
fn dots_of_ellipses(blobs: &Blobs, leaders: &Leaders) -> Vec<Vec<Piece>> {
    let dot = |&at: &usize| Piece::of(blobs.runs_of(&blobs.blobs[at]).to_vec());
    leaders.ellipses.iter().map(|dots| dots.iter().filter_map(dot).collect()).collect()
}

/// Leaves in a line what lies within it and belongs to nobody else: faint marks, strokes
/// of a stamp across it.
fn keep_loose(line: &mut LineRegion, loose: &[&Piece]) {
    let bounds = line.quad.bounds();
    for piece in loose {
        let meets = (piece.left as f32) < bounds.right
            && (piece.right as f32) > bounds.left
            && (piece.top as f32) < bounds.bottom
            && (piece.bottom as f32) > bounds.top;
        if meets {
            line.ink.extend(piece.runs.iter().filter(|run| {
                (run.row as f32) >= bounds.top && (run.row as f32) < bounds.bottom
            }));
        }
    }
}

/// The region of a row; `None` if it is too small to be text.
fn region_of(row: &Row, rules: &[Rule], dpi: f32) -> Option<LineRegion> {
    let px = |millimetres: f32| millimetres * dpi / 25.4;
    let band = &row.band;
    let (mut above, mut below) = (f32::MAX, f32::MIN);
    for piece in &row.pieces {
        for run in &piece.runs {
            let level = run.row as f32 - band.slope * (run.from + run.to) as f32 / 2.0;
            above = above.min(level);
            below = below.max(level + 1.0);
        }
    }
    // Further up or down no mark of a letter reaches: what is there is a stroke of a stamp,
    // the rest of a rule.
    above = above.max(band.base - row.text_height() * HIGHEST);
    below = below.min(band.base + row.ascent * LOWEST);
    let (left, right) = (row.left as f32, row.right as f32);
    if right - left < px(SMALLEST_MM.0) || below - above < px(SMALLEST_MM.1) {
        return None;
    }
    let corner = |x: f32, y: f32| Point { x, y: y + band.slope * x };
    let quad = Quad([
        corner(left, above),
        corner(right, above),
        corner(right, below),
        corner(left, below),
    ]);
    Some(LineRegion {
        quad,
        x_height: band.height(),
        text_height: row.text_height(),
        in_cell: is_in_cell(row, rules),
        stamp_like: false,
        slope: band.slope,
        ink: row.pieces.iter().flat_map(|piece| piece.runs.iter().copied()).collect(),
        leaders: Vec::new(),
    })
}

/// Whether upright rules stand both left and right of a row.
fn is_in_cell(row: &Row, rules: &[Rule]) -> bool {
    let middle = (row.left + row.right) as f32 / 2.0;
    let y = (row.band.base_at(middle) - row.band.height() / 2.0) as i32;
    let upright = || {
        rules
            .iter()
            .filter(|rule| rule.direction == Direction::Down)
            .filter_map(|r| r.at(y))
    };
    upright().any(|x| x < middle) && upright().any(|x| x > middle)
}

/// Top to bottom; lines whose middles stand at one height from left to right.
fn sort_for_reading(lines: &mut Vec<LineRegion>) {
    let place = |line: &LineRegion| {
        let bounds = line.quad.bounds();
        (bounds.centre().y, bounds.left, line.text_height)
    };
    lines.sort_by(|a, b| place(a).0.total_cmp(&place(b).0));
    let mut ordered: Vec<LineRegion> = Vec::with_capacity(lines.len());
    let mut level: Vec<LineRegion> = Vec::new();
    for line in lines.drain(..) {
        let starts_new = level.first().is_some_and(|first| {
            place(&line).0 - place(first).0
                > first.text_height.min(line.text_height) * 0.7
        });
        if starts_new {
            level.sort_by(|a, b| place(a).1.total_cmp(&place(b).1));
            ordered.append(&mut level);
        }
        level.push(line);
    }
    level.sort_by(|a, b| place(a).1.total_cmp(&place(b).1));
    ordered.append(&mut level);
    *lines = ordered;
}

#[cfg(test)]
mod tests;
