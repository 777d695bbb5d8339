//! Tables drawn with lines: where their cells are.

use crate::model::Rect;

use super::sheet::Sheet;

/// Lines at most this many heights of the text apart are pieces of one line.
const SAME_LINE: f32 = 0.4;
/// Share of the height of a table that the pieces of a line between its columns cover: worn
/// stencils leave half of it.
const COLUMN_COVER: f32 = 0.3;
/// Share of the width of a table that the pieces of a line between its rows cover.
const ROW_COVER: f32 = 0.4;
/// How far a line between columns may end above or below the headings, in heights of the
/// text.
const REACH: f32 = 1.0;

/// The lines of a table, in pixels.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ruled {
    /// Lines between the columns and at both sides, from left to right; at least two.
    pub(super) columns: Vec<f32>,
    /// Lines between the rows and below the last one, from the top.
    pub(super) rows: Vec<f32>,
}

impl Ruled {
    /// The lines of the table with headings at `headings`; `None` where it has none. `em`
    /// is the height of its text.
    pub(super) fn of(sheet: &Sheet, headings: Rect, em: f32) -> Option<Self> {
        let upright = |rule: &&Rect| rule.height() > rule.width();
        let standing = joined(sheet.rules.iter().filter(upright).copied(), em, true);
        let (top, reach) = (headings.top - REACH * em, headings.bottom + REACH * em);
        let at_headings: Vec<&Joined> = standing
            .iter()
            .filter(|line| line.pieces.iter().any(|&(a, b)| a < reach && b > top))
            .collect();
        let bottom = at_headings.iter().map(|line| line.end()).fold(top, f32::max);
        let height = bottom - headings.top;
        let columns: Vec<f32> = at_headings
            .iter()
            .filter(|line| line.covered(headings.top, bottom) >= COLUMN_COVER * height)
            .map(|line| line.at)
            .collect();
        let (left, right) = (*columns.first()?, *columns.last()?);
        let lying =
            joined(sheet.rules.iter().filter(|it| !upright(it)).copied(), em, false);
        let rows: Vec<f32> = lying
            .iter()
            .filter(|line| line.at > headings.top && line.at < bottom + em)
            .filter(|line| line.covered(left, right) >= ROW_COVER * (right - left))
            .map(|line| line.at)
            .collect();
        (columns.len() >= 2 && rows.len() >= 2).then_some(Self { columns, rows })
    }

    /// The column that a place lies in; the outer ones reach to the edges of the page.
    pub(super) fn column(&self, x: f32) -> usize {
        let inner = self.columns.get(1..self.columns.len() - 1).unwrap_or_default();
        inner.iter().filter(|&&line| line <= x).count()
    }

    /// The row that a place lies in, counted from the first line.
    pub(super) fn row(&self, y: f32) -> usize {
        self.rows.iter().filter(|&&line| line <= y).count()
    }
}

/// A line put together from its pieces.
struct Joined {
    /// Its place across.
    at: f32,
    /// Where its pieces begin and end along it.
    pieces: Vec<(f32, f32)>,
}

impl Joined {
    /// Where it ends.
    fn end(&self) -> f32 {
        self.pieces.iter().map(|&(_, end)| end).fold(f32::NEG_INFINITY, f32::max)
    }

    /// How much of `from..to` its pieces cover; they do not overlap.
    fn covered(&self, from: f32, to: f32) -> f32 {
        self.pieces.iter().map(|&(a, b)| (b.min(to) - a.max(from)).max(0.0)).sum()
    }
}

/// The lines that some pieces make, in order of their places.
fn joined(pieces: impl Iterator<Item = Rect>, em: f32, standing: bool) -> Vec<Joined> {
    let mut pieces: Vec<(f32, (f32, f32))> = pieces
        .map(|rule| {
            let middle = rule.centre();
            if standing {
                (middle.x, (rule.top, rule.bottom))
            } else {
                (middle.y, (rule.left, rule.right))
            }
        })
        .collect();
    pieces.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut lines: Vec<Joined> = Vec::new();
    for (at, piece) in pieces {
        match lines.last_mut() {
            Some(line) if at - line.at <= SAME_LINE * em => line.pieces.push(piece),
            _ => lines.push(Joined { at, pieces: vec![piece] }),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(left: f32, top: f32, right: f32, bottom: f32) -> Rect {
        Rect { left, top, right, bottom }
    }

    fn sheet(rules: Vec<Rect>) -> Sheet {
        Sheet { rows: Vec::new(), rules, size: (1000.0, 1000.0) }
    }

    #[test]
    fn worn_lines_are_joined_and_strokes_of_letters_are_none() {
        let ruled = Ruled::of(
            &sheet(vec![
                rule(100.0, 100.0, 103.0, 300.0),
                rule(101.0, 350.0, 104.0, 500.0),
                rule(400.0, 100.0, 403.0, 500.0),
                rule(800.0, 100.0, 803.0, 500.0),
                // The stroke of a letter in the body.
                rule(600.0, 250.0, 603.0, 290.0),
                // Another table below.
                rule(500.0, 600.0, 503.0, 900.0),
                rule(100.0, 150.0, 500.0, 153.0),
                rule(560.0, 150.0, 803.0, 153.0),
                rule(100.0, 300.0, 803.0, 303.0),
                rule(100.0, 500.0, 803.0, 503.0),
                rule(200.0, 400.0, 300.0, 403.0),
            ]),
            rule(110.0, 110.0, 790.0, 140.0),
            30.0,
        );
        let ruled = ruled.expect("a table");
        assert_eq!(ruled.columns, [101.5, 401.5, 801.5]);
        assert_eq!(ruled.rows, [151.5, 301.5, 501.5]);
        assert_eq!((ruled.column(390.0), ruled.column(410.0)), (0, 1));
        assert_eq!((ruled.row(200.0), ruled.row(310.0)), (1, 2));
    }

    #[test]
    fn a_page_without_lines_has_no_table_of_lines() {
        let none = Ruled::of(&sheet(Vec::new()), rule(0.0, 0.0, 9.0, 9.0), 30.0);
        assert_eq!(none, None);
    }
}
