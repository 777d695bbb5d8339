//! Writing too faint to be ink, seen between what is ink.

use image::GrayImage;

use super::row::Row;
use super::rules::{Direction, Rule};

/// Light below which a pixel may be faint ink; bleed-through is brighter.
const FAINT: u8 = 218;

/// Widest faint stretch, in heights of letters: three words.
const WIDEST: f32 = 14.0;

/// Widest white gap in a faint stretch, in heights of letters.
const WHITE: f32 = 1.4;

/// Share of the columns of a faint stretch that must hold faint ink.
const INKED: f32 = 0.3;

/// Where a leader that runs along the baseline does not reach, in heights of small letters.
const ABOVE_LEADER: f32 = 0.3;

/// The same where no row goes on beyond: a hand writes above its leader or across it.
const WELL_ABOVE_LEADER: f32 = 0.4;

/// Shortest row that may go on, in heights of letters: what is shorter may be a stain.
const SHORTEST: f32 = 4.0;

/// Widest white gap there, in heights of letters: between two words.
const SPACE: f32 = 0.8;

/// Narrowest faint stretch at an end of a row, in heights of letters: two letters.
const NARROWEST: f32 = 1.5;

/// Whether faint writing goes on from a row to the next, which begins further right.
pub(super) fn bridges(gray: &GrayImage, row: &Row, next: &Row) -> bool {
    let height = row.text_height().min(next.text_height());
    let (from, to) = (row.right, next.left);
    if to <= from || (to - from) as f32 > height * WIDEST {
        return false;
    }
    let (mut inked, mut white, mut widest_white) = (0, 0, 0);
    for x in from..to {
        if is_inked(gray, row, x, ABOVE_LEADER) {
            inked += 1;
            white = 0;
        } else {
            white += 1;
            widest_white = widest_white.max(white);
        }
    }
    (widest_white as f32) < height * WHITE && inked as f32 >= (to - from) as f32 * INKED
}

/// Lets rows go on, on both sides, over writing too faint to be ink, as far as no rule and no other
/// row stands in the way: a page that faded in spots keeps the beginnings of its lines.
pub(super) fn lengthen(gray: &GrayImage, rows: &mut [Row], rules: &[Rule]) {
    for at in 0..rows.len() {
        let (before, after) = room(rows, at, rules, gray.width() as i32);
        let row = &mut rows[at];
        let left = faint_end(gray, row, row.left - 1, before, -1);
        let right = faint_end(gray, row, row.right, after, 1);
        row.left = left.unwrap_or(row.left);
        row.right = right.map_or(row.right, |x| x + 1);
    }
}

/// The columns before and after a row up to which nothing stands in its way.
fn room(rows: &[Row], at: usize, rules: &[Rule], width: i32) -> (i32, i32) {
    let row = &rows[at];
    let (mut before, mut after) = (0, width - 1);
    let mut stands_at = |left: i32, right: i32| {
        let centre = i32::midpoint(left, right);
        if centre < row.left {
            before = before.max(right);
        } else if centre >= row.right {
            after = after.min(left - 1);
        }
    };
    let middle_of = |row: &Row, x: i32| {
        f32::midpoint(row.band.top_at(x as f32), row.band.base_at(x as f32))
    };
    for other in rows.iter().enumerate().filter(|&(other, _)| other != at).map(|it| it.1)
    {
        let x = if other.right <= row.left { other.right } else { other.left };
        let height = row.text_height().max(other.text_height());
        if (middle_of(other, x) - middle_of(row, x)).abs() < height {
            stands_at(other.left, other.right);
        }
    }
    let y = middle_of(row, i32::midpoint(row.left, row.right)) as i32;
    for rule in rules.iter().filter(|rule| rule.direction == Direction::Down) {
        if let Some(x) = rule.at(y) {
            stands_at(x as i32 - 2, x as i32 + 3);
        }
    }
    (before, after)
}

/// The last column of the faint writing that begins beside a row at `from` and reaches `to` at most.
fn faint_end(gray: &GrayImage, row: &Row, from: i32, to: i32, step: i32) -> Option<i32> {
    let height = row.text_height();
    if ((row.right - row.left) as f32) < height * SHORTEST {
        return None;
    }
    let most = ((to - from) * step + 1).min((height * WIDEST) as i32);
    let (mut inked, mut white, mut end) = (0, 0, None);
    for far in 0..most {
        let x = from + far * step;
        if is_inked(gray, row, x, WELL_ABOVE_LEADER) {
            (inked, white) = (inked + 1, 0);
            let wide = (far + 1) as f32;
            if wide >= height * NARROWEST && inked as f32 >= wide * INKED {
                end = Some(x);
            }
        } else {
            white += 1;
            if white as f32 >= height * SPACE {
                break;
            }
        }
    }
    end
}

/// Whether a column holds faint ink where small letters of the row would stand, `above` the
/// baseline by that share of their height.
fn is_inked(gray: &GrayImage, row: &Row, x: i32, above: f32) -> bool {
    let (top, base) = (row.band.top_at(x as f32), row.band.base_at(x as f32));
    let end = base - (base - top) * above;
    (top.max(0.0) as u32..end.max(0.0) as u32)
        .filter(|&y| {
            u32::try_from(x)
                .ok()
                .and_then(|x| gray.get_pixel_checked(x, y))
                .is_some_and(|pixel| pixel.0[0] < FAINT)
        })
        .count()
        >= 2
}
