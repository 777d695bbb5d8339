//! Ruled lines: of tables, frames and of forms to be written on.

use image::GrayImage;

use crate::clean::Run;
use crate::model::Rect;

use super::piece::Piece;

/// Shortest stretch of ink that may be part of a rule, in millimetres. The crossbar of a
/// handwritten t reaches 5 mm, but stands alone.
const PIECE_MM: Directed = Directed { across: 3.5, down: 5.0 };

/// Shortest rule, in millimetres. Strokes of the largest titles are 7 mm high.
const RULE_MM: Directed = Directed { across: 12.0, down: 10.0 };

/// Shortest dash of a rule of which no longer stretch is left, in millimetres, and the
/// shortest such rule. Digits below each other are farther apart than [`BREAK_MM`].
const DASH_MM: f32 = 1.0;
const DASHED_MM: f32 = 18.0;

/// Shortest side of a box around a word, in millimetres, whose other sides are rules.
const SIDE_MM: f32 = 4.0;

/// Widest break that is bridged, in millimetres.
const BREAK_MM: f32 = 1.5;

/// Widest gap over which a rule goes on where its own ink is seen in it here and there, in
/// millimetres: two lines of a table that a weak scan has lost.
const FADED_MM: f32 = 30.0;

/// Share of such a gap's length in which ink must be left.
const LEFT_OF_FADED: f32 = 0.12;

/// How far the two ends may lie beside each other's course, and ink beside it, in millimetres.
const BESIDE_MM: f32 = 0.5;

/// Thickest rule, in millimetres; frames of certificates are bands, but long ones.
const THICKEST_MM: f32 = 1.2;
const THICKEST_BAND_MM: f32 = 5.0;

/// Shortest band, in millimetres.
const BAND_MM: f32 = 60.0;

/// Share of a rule's length that must be inked.
const INKED: f32 = 0.6;

/// Ink that reaches less than this beyond a rule is the rule's own ragged edge, in
/// millimetres.
const RAGGED_MM: f32 = 0.17;

/// A length that differs by direction.
#[derive(Debug, Clone, Copy)]
struct Directed {
    across: f32,
    down: f32,
}

/// Which way a rule runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// From left to right.
    Across,
    /// From top to bottom.
    Down,
}

/// One ruled line. "Along" is its own direction: x of one across, y of one down.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    /// Which way it runs.
    pub(super) direction: Direction,
    /// First pixel along.
    pub(super) start: i32,
    /// For each pixel along, first and last-but-one pixel of its thickness.
    edges: Vec<(i32, i32)>,
}

impl Rule {
    /// Pixel after the last along.
    pub(super) fn end(&self) -> i32 {
        self.start + self.edges.len() as i32
    }

    /// Where it lies at `along`, if it reaches there.
    pub(super) fn at(&self, along: i32) -> Option<f32> {
        let (low, high) = self.edges.get(usize::try_from(along - self.start).ok()?)?;
        Some((low + high) as f32 / 2.0)
    }

    /// Whether it lies nowhere farther than `beside` pixels from the line between its ends.
    fn is_straight(&self, beside: f32) -> bool {
        let (Some(first), Some(last)) = (self.at(self.start), self.at(self.end() - 1))
        else {
            return false;
        };
        let length = self.edges.len().max(2) - 1;
        self.edges.iter().enumerate().all(|(step, (low, high))| {
            let level = first + (last - first) * step as f32 / length as f32;
            ((low + high) as f32 / 2.0 - level).abs() <= beside
        })
    }

    /// Goes on in `next` over the gap between them; the course in the gap is the straight line
    /// between the two ends.
    fn go_on(&mut self, next: Self) {
        let gap = next.start - self.end();
        if let (Some(&from), Some(&to)) = (self.edges.last(), next.edges.first()) {
            for step in 1..=gap {
                let share = step as f32 / (gap + 1) as f32;
                let between =
                    |a: i32, b: i32| a + ((b - a) as f32 * share).round() as i32;
                self.edges.push((between(from.0, to.0), between(from.1, to.1)));
            }
        }
        self.edges.extend(next.edges);
    }

    /// Whether a thin piece stands where a rule down, broken off, would go on.
    pub(super) fn goes_on_in(&self, piece: &Piece, dpi: f32) -> bool {
        let px = |millimetres: f32| millimetres * dpi / 25.4;
        let is_thin = piece.width() as f32 <= px(0.8)
            && piece.height() as f32 >= (piece.width() as f32 * 2.5).max(px(1.5));
        if self.direction != Direction::Down || !is_thin {
            return false;
        }
        let middle = piece.centre_y() as i32;
        let away = (self.start - middle).max(middle - self.end());
        let nearest = middle.clamp(self.start, self.end() - 1);
        away > 0
            && (away as f32) < px(15.0)
            && self.at(nearest).is_some_and(|x| (x - piece.centre_x()).abs() <= px(0.4))
    }

    /// The rectangle around it.
    pub(super) fn bounds(&self) -> Rect {
        let low = self.edges.iter().map(|e| e.0).min().unwrap_or(0) as f32;
        let high = self.edges.iter().map(|e| e.1).max().unwrap_or(0) as f32;
        let (start, end) = (self.start as f32, self.end() as f32);
        match self.direction {
            Direction::Across => Rect { left: start, top: low, right: end, bottom: high },
            Direction::Down => Rect { left: low, top: start, right: high, bottom: end },
        }
    }
}

/// Finds the rules of `ink` and takes them out of it; ink that crosses them stays.
pub(super) fn take_out(ink: &mut GrayImage, runs: &[Run], dpi: f32) -> Vec<Rule> {
    let px = |millimetres: f32| millimetres * dpi / 25.4;
    let across = long(runs, px(PIECE_MM.across) as i32);
    let rules = chained(&across, Direction::Across, dpi);
    let mut rules = continued(rules, ink, dpi);
    for rule in &rules {
        erase(ink, rule, dpi);
    }
    let dashes = columns(ink, px(DASH_MM) as i32);
    let of = |shortest: f32, longest: f32| -> Vec<Run> {
        let is_of = |run: &&Run| {
            run.len() as f32 >= px(shortest) && (run.len() as f32) < px(longest)
        };
        dashes.iter().filter(is_of).copied().collect()
    };
    let mut upright = chained(&of(PIECE_MM.down, f32::INFINITY), Direction::Down, dpi);
    upright.extend(dashed(&dashes, &upright, dpi));
    let mut upright = continued(upright, ink, dpi);
    upright.extend(boxed(&of(SIDE_MM, PIECE_MM.down), &rules, dpi));
    for rule in &upright {
        erase(ink, rule, dpi);
    }
    rules.extend(upright);
    rules
}

/// Straight rules down of which but dashes are left, where `found` has none.
fn dashed(dashes: &[Run], found: &[Rule], dpi: f32) -> Vec<Rule> {
    let px = |millimetres: f32| millimetres * dpi / 25.4;
    let is_new = |run: &&Run| {
        let middle = i32::midpoint(run.from, run.to);
        let near = |rule: &Rule| {
            rule.at(middle).is_some_and(|x| (x - run.row as f32).abs() < px(BESIDE_MM))
        };
        !found.iter().any(near)
    };
    let left: Vec<Run> = dashes.iter().filter(is_new).copied().collect();
    let mut rules = chained(&left, Direction::Down, dpi);
    rules.retain(|rule| {
        rule.edges.len() as f32 >= px(DASHED_MM) && rule.is_straight(px(BESIDE_MM))
    });
    rules
}

/// Short rules down that reach from one rule across to another.
fn boxed(runs: &[Run], across: &[Rule], dpi: f32) -> Vec<Rule> {
    let near = (0.6 * dpi / 25.4).max(1.0);
    let meets = |x: i32, y: i32| {
        across.iter().any(|rule| {
            [x - near as i32, x, x + near as i32]
                .into_iter()
                .filter_map(|x| rule.at(x))
                .any(|at| (at - y as f32).abs() <= near)
        })
    };
    runs.iter()
        .filter(|run| meets(run.row, run.from) && meets(run.row, run.to))
        .map(|run| Rule {
            direction: Direction::Down,
            start: run.from,
            edges: vec![(run.row, run.row + 1); run.len() as usize],
        })
        .collect()
}

fn long(runs: &[Run], shortest: i32) -> Vec<Run> {
    runs.iter().filter(|run| run.len() >= shortest).copied().collect()
}

/// Runs down the columns of at least `shortest` pixels: `row` is the column, `from` and
/// `to` are rows. Sorted by column.
fn columns(ink: &GrayImage, shortest: i32) -> Vec<Run> {
    let width = ink.width() as usize;
    let mut lengths = vec![0_i32; width];
    let mut runs = Vec::new();
    if width == 0 {
        return runs;
    }
    for (row, pixels) in ink.as_raw().chunks_exact(width).enumerate() {
        for (column, (pixel, length)) in pixels.iter().zip(&mut lengths).enumerate() {
            if *pixel != 0 {
                *length += 1;
                continue;
            }
            if *length >= shortest {
                let to = row as i32;
                runs.push(Run { row: column as i32, from: to - *length, to });
            }
            *length = 0;
        }
    }
    let to = ink.height() as i32;
    for (column, &length) in lengths.iter().enumerate() {
        if length >= shortest {
            runs.push(Run { row: column as i32, from: to - length, to });
        }
    }
    runs.sort_by_key(|run| (run.row, run.from));
    runs
}

/// Puts runs that continue one another together to rules. `runs` are sorted by row.
fn chained(runs: &[Run], direction: Direction, dpi: f32) -> Vec<Rule> {
    /// Rows between two pieces of one rule, at most: it may be slanted.
    const STEP: i32 = 2;
    let gap = (BREAK_MM * dpi / 25.4) as i32;
    let mut group: Vec<usize> = (0..runs.len()).collect();
    for (index, run) in runs.iter().enumerate() {
        for (other, next) in runs.iter().enumerate().skip(index + 1) {
            if next.row > run.row + STEP {
                break;
            }
            if next.from <= run.to + gap && next.to + gap >= run.from {
                let (a, b) = (root(&mut group, index), root(&mut group, other));
                group[a.max(b)] = a.min(b);
            }
        }
    }
    let mut members: Vec<Vec<Run>> = vec![Vec::new(); runs.len()];
    for (index, run) in runs.iter().enumerate() {
        members[root(&mut group, index)].push(*run);
    }
    members.iter().filter_map(|group| rule_of(group, direction, dpi)).collect()
}

fn root(group: &mut [usize], mut item: usize) -> usize {
    while group[item] != item {
        group[item] = group[group[item]];
        item = group[item];
    }
    item
}

/// The rule that a group of runs makes, if it is long, thin and whole enough.
fn rule_of(group: &[Run], direction: Direction, dpi: f32) -> Option<Rule> {
    let px = |millimetres: f32| millimetres * dpi / 25.4;
    let start = group.iter().map(|run| run.from).min()?;
    let end = group.iter().map(|run| run.to).max()?;
    let length = (end - start) as f32;
    let shortest = match direction {
        Direction::Across => RULE_MM.across,
        Direction::Down => RULE_MM.down,
    };
    if length < px(shortest) {
        return None;
    }
    let mut edges = vec![(i32::MAX, i32::MIN); (end - start) as usize];
    for run in group {
        for (low, high) in
            &mut edges[(run.from - start) as usize..(run.to - start) as usize]
        {
            *low = (*low).min(run.row);
            *high = (*high).max(run.row + 1);
        }
    }
    let mut thicknesses: Vec<i32> =
        edges.iter().filter(|e| e.0 < e.1).map(|e| e.1 - e.0).collect();
    if (thicknesses.len() as f32) < length * INKED {
        return None;
    }
    thicknesses.sort_unstable();
    let thickness = thicknesses[thicknesses.len() / 2] as f32;
    let thickest = if length >= px(BAND_MM) { THICKEST_BAND_MM } else { THICKEST_MM };
    if thickness > px(thickest).max(2.0) {
        return None;
    }
    bridge(&mut edges);
    Some(Rule { direction, start, edges })
}

/// Puts rules together that go on in one another over a gap in which they faded.
fn continued(mut rules: Vec<Rule>, ink: &GrayImage, dpi: f32) -> Vec<Rule> {
    rules.sort_by_key(|rule| rule.start);
    let mut whole: Vec<Rule> = Vec::new();
    for rule in rules {
        let before = whole
            .iter_mut()
            .filter(|before| goes_on(before, &rule, ink, dpi))
            .max_by_key(|before| before.end());
        match before {
            Some(before) => before.go_on(rule),
            None => whole.push(rule),
        }
    }
    whole
}

/// Whether `next` is the rest of `rule` behind a gap in which both faded.
fn goes_on(rule: &Rule, next: &Rule, ink: &GrayImage, dpi: f32) -> bool {
    let px = |millimetres: f32| millimetres * dpi / 25.4;
    let (gap, beside) = (next.start - rule.end(), px(BESIDE_MM));
    let shorter = rule.edges.len().min(next.edges.len());
    if gap <= 0 || gap as f32 > px(FADED_MM).min(shorter as f32 * 3.0) {
        return false;
    }
    let slope = |rule: &Rule| {
        let rise = rule.at(rule.end() - 1)? - rule.at(rule.start)?;
        Some(rise / rule.edges.len() as f32)
    };
    let ends = rule.at(rule.end() - 1).zip(next.at(next.start));
    let (Some((end, start)), Some((before, after))) =
        (ends, slope(rule).zip(slope(next)))
    else {
        return false;
    };
    // Both courses lead to the other end, as far as their lengths tell.
    let leads = |from: f32, slope: f32, to: f32| {
        (from + slope * gap as f32 - to).abs() <= beside * 2.0
    };
    if !leads(end, before, start) || !leads(start, -after, end) {
        return false;
    }
    let is_ink = |along: i32, across: i32| {
        let (x, y) = match rule.direction {
            Direction::Across => (along, across),
            Direction::Down => (across, along),
        };
        u32::try_from(x).is_ok_and(|x| x < ink.width())
            && u32::try_from(y).is_ok_and(|y| y < ink.height())
            && ink.get_pixel(x as u32, y as u32).0[0] != 0
    };
    let inked = (1..=gap).filter(|step| {
        let middle = end + (start - end) * *step as f32 / (gap + 1) as f32;
        let (low, high) = ((middle - beside) as i32, (middle + beside) as i32);
        (low..=high).any(|across| is_ink(rule.end() - 1 + step, across))
    });
    inked.count() as f32 >= LEFT_OF_FADED * gap as f32
}

/// Fills gaps with what stands before them.
fn bridge(edges: &mut [(i32, i32)]) {
    let mut last = edges.iter().copied().find(|e| e.0 < e.1).unwrap_or((0, 0));
    for edge in edges {
        if edge.0 < edge.1 {
            last = *edge;
        } else {
            *edge = last;
        }
    }
}

/// Takes a rule out of the ink, except where ink goes through it.
///
/// Where ink comes from one side only (a letter that stands on the rule), the rule's own
/// thickness goes and the letter stays.
fn erase(ink: &mut GrayImage, rule: &Rule, dpi: f32) {
    let (width, height) = (ink.width() as usize, ink.height() as usize);
    let (step, length, first) = match rule.direction {
        Direction::Across => (width, height as i32, 1),
        Direction::Down => (1, width as i32, width),
    };
    let ragged = (RAGGED_MM * dpi / 25.4).round().max(1.0) as i32;
    let mut thicknesses: Vec<i32> = rule.edges.iter().map(|e| e.1 - e.0).collect();
    thicknesses.sort_unstable();
    let thickness = thicknesses.get(thicknesses.len() / 2).copied().unwrap_or(1);
    let pixels: &mut [u8] = ink;
    for (along, &(low, high)) in (rule.start..).zip(&rule.edges) {
        let base = along as usize * first;
        let is_ink = |pixels: &[u8], across: i32| {
            across >= 0 && across < length && pixels[base + across as usize * step] != 0
        };
        // Where other ink lies along the rule, only its own thickness is taken.
        let (low, high) = if high - low > thickness * 2 + ragged {
            continue;
        } else {
            (low.max(0), high.min(length))
        };
        let reach = ragged + thickness / 2;
        let before =
            (1..=reach + 1).take_while(|by| is_ink(pixels, low - by)).count() as i32;
        let after = (0..=reach).take_while(|by| is_ink(pixels, high + by)).count() as i32;
        let (from, to) = match (before > reach, after > reach) {
            (true, true) => continue,
            (true, false) => (low, high + after),
            (false, true) => (low - before, high),
            (false, false) => (low - before, high + after),
        };
        for across in from..to {
            pixels[base + across as usize * step] = 0;
        }
    }
}
