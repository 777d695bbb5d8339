//! QR codes: the squares in three of their corners are looked for, the rest is `rqrr`'s.

use std::panic::{AssertUnwindSafe, catch_unwind};

use image::GrayImage;
use rqrr::PreparedImage;

use crate::clean::Ready;
use crate::model::{Point, Quad};

/// Rows between which corners are looked for, in millimetres: the square in the middle of a
/// corner is three modules high, of 0.25 mm at least where a code is meant to be scanned.
const STEP_MM: f32 = 0.25;

/// By how much of a module each stripe of a corner may differ from 1:1:3:1:1.
const TOLERANCE: f32 = 0.6;

/// Smallest module, in pixels: below, print and scan leave no stripes.
const LEAST_MODULE: f32 = 1.7;

/// Largest module, in millimetres.
const MOST_MODULE_MM: f32 = 3.0;

/// How far the corners of one code may be apart, in modules: a code of version 40 has 177;
/// those on paper have up to 77.
const MOST_APART: f32 = 110.0;

/// White around a code, in modules.
const MARGIN: f32 = 8.0;

/// Most places of a page at which a code is decoded. A page of halftones must end, too.
const MOST_PLACES: usize = 12;

/// Most corners that are kept of a page.
const MOST_CORNERS: usize = 4_000;

/// The square in the corner of a QR code.
#[derive(Debug, Clone, Copy)]
struct Corner {
    x: f32,
    y: f32,
    module: f32,
}

/// The QR codes of a page.
pub(super) fn find(ready: &Ready) -> Vec<(String, Quad)> {
    let corners = corners(&ready.ink, ready.dpi);
    let mut codes: Vec<(String, Quad)> = Vec::new();
    for group in groups(&corners).into_iter().take(MOST_PLACES) {
        for (text, quad) in decoded(ready, &group) {
            let at = quad.bounds().centre();
            let is_known = codes.iter().any(|(_, known)| known.bounds().contains(at));
            if !is_known {
                codes.push((text, quad));
            }
        }
    }
    codes
}

fn is_ink(ink: &GrayImage, x: usize, y: usize) -> bool {
    let at = y * ink.width() as usize + x;
    ink.as_raw().get(at).is_some_and(|value| *value > 127)
}

/// Places where ink and paper alternate 1:1:3:1:1 both across and down.
fn corners(ink: &GrayImage, dpi: f32) -> Vec<Corner> {
    let step = ((STEP_MM * dpi / 25.4).round() as usize).max(1);
    let most = MOST_MODULE_MM * dpi / 25.4;
    let width = (ink.width() as usize).max(1);
    let mut corners: Vec<Corner> = Vec::new();
    for (y, row) in ink.as_raw().chunks_exact(width).enumerate().step_by(step) {
        // Ends of the last five stripes, and where they began.
        let mut ends = [0_usize; 6];
        let mut inked = false;
        for x in 0..=width {
            let now = x < width && row.get(x).is_some_and(|value| *value > 127);
            if now == inked {
                continue;
            }
            ends.rotate_left(1);
            ends[5] = x;
            if inked
                && let Some(module) = module_of(&ends).filter(|module| *module <= most)
                && let Some(corner) = across(ink, &ends, y, module)
                && corners.len() < MOST_CORNERS
                && !corners.iter().rev().take(64).any(|known| is_same(known, &corner))
            {
                corners.push(corner);
            }
            inked = now;
        }
    }
    corners
}

fn is_same(a: &Corner, b: &Corner) -> bool {
    (a.x - b.x).hypot(a.y - b.y) < 3.0 * a.module.max(b.module)
}

/// The size of a module if the five stripes between `ends` are as those of a corner.
fn module_of(ends: &[usize; 6]) -> Option<f32> {
    let total = ends[5].checked_sub(ends[0])?;
    let module = total as f32 / 7.0;
    if module < LEAST_MODULE {
        return None;
    }
    let expected = [1.0, 1.0, 3.0, 1.0, 1.0];
    let fits = ends.windows(2).zip(expected).all(|(two, modules)| {
        let length = two.last().zip(two.first()).map_or(0, |(to, from)| to - from) as f32;
        (length - modules * module).abs()
            <= TOLERANCE * module * f32::max(1.0, modules / 2.0)
    });
    fits.then_some(module)
}

/// The corner whose stripes across were found in row `y`, if they are there downwards too.
fn across(ink: &GrayImage, ends: &[usize; 6], y: usize, module: f32) -> Option<Corner> {
    let x = usize::midpoint(ends[2], ends[3]);
    if !is_ink(ink, x, y) {
        return None;
    }
    let height = ink.height() as usize;
    let far = (module * 6.0) as usize;
    let mut up = [y; 3];
    let mut down = [y + 1; 3];
    let (mut at, mut inked) = (y, true);
    for end in &mut up {
        while at > 0 && y - at < far && is_ink(ink, x, at - 1) == inked {
            at -= 1;
        }
        *end = at;
        inked = !inked;
    }
    let (mut at, mut inked) = (y + 1, true);
    for end in &mut down {
        while at < height && at - y < far && is_ink(ink, x, at) == inked {
            at += 1;
        }
        *end = at;
        inked = !inked;
    }
    let stripes = [up[2], up[1], up[0], down[0], down[1], down[2]];
    let own = module_of(&stripes)?;
    let ratio = own / module;
    (0.6..1.7).contains(&ratio).then(|| Corner {
        x: x as f32,
        y: usize::midpoint(up[0], down[0]) as f32,
        module: f32::midpoint(own, module),
    })
}

/// Corners that may belong to one code; at least three each, the largest groups last.
fn groups(corners: &[Corner]) -> Vec<Vec<Corner>> {
    let mut left: Vec<Corner> = corners.to_vec();
    let mut groups = Vec::new();
    while let Some(first) = left.pop() {
        let mut group = vec![first];
        let mut at = 0;
        while let Some(corner) = group.get(at).copied() {
            at += 1;
            left.retain(|other| {
                let module = corner.module.min(other.module);
                let near =
                    (corner.x - other.x).hypot(corner.y - other.y) < MOST_APART * module;
                let alike = corner.module.max(other.module) < 1.5 * module;
                if near && alike {
                    group.push(*other);
                }
                !(near && alike)
            });
        }
        if group.len() >= 3 {
            groups.push(group);
        }
    }
    groups
}

/// The codes around a group of corners.
fn decoded(ready: &Ready, group: &[Corner]) -> Vec<(String, Quad)> {
    let module = group.iter().map(|corner| corner.module).fold(0.0, f32::max);
    let margin = module * MARGIN;
    let edge = |value: f32, most: u32| value.clamp(0.0, most as f32) as u32;
    let (width, height) = ready.gray.dimensions();
    let fold = |place: fn(&Corner) -> f32, pick: fn(f32, f32) -> f32, start: f32| {
        group.iter().map(place).fold(start, pick)
    };
    let left = edge(fold(|it| it.x, f32::min, f32::MAX) - margin, width);
    let right = edge(fold(|it| it.x, f32::max, 0.0) + margin, width);
    let top = edge(fold(|it| it.y, f32::min, f32::MAX) - margin, height);
    let bottom = edge(fold(|it| it.y, f32::max, 0.0) + margin, height);
    // A third decoder's panic on odd modules must not cost the page.
    let read = |plane: &GrayImage, inverted: bool| {
        let size = ((right - left) as usize, (bottom - top) as usize);
        let found = catch_unwind(AssertUnwindSafe(|| {
            let mut image =
                PreparedImage::prepare_from_greyscale(size.0, size.1, |x, y| {
                    let value = plane.get_pixel(left + x as u32, top + y as u32).0[0];
                    if inverted { 255 - value } else { value }
                });
            image.detect_grids().iter().filter_map(content).collect::<Vec<_>>()
        }));
        found.unwrap_or_default()
    };
    let mut codes = read(&ready.gray, false);
    if codes.is_empty() {
        codes = read(&ready.ink, true);
    }
    let moved = |corner: rqrr::Point| Point {
        x: corner.x as f32 + left as f32,
        y: corner.y as f32 + top as f32,
    };
    codes.into_iter().map(|(text, corners)| (text, Quad(corners.map(moved)))).collect()
}

/// What a code says: UTF-8, or one byte a letter where it is not.
fn content<G: rqrr::BitGrid>(grid: &rqrr::Grid<G>) -> Option<(String, [rqrr::Point; 4])> {
    let mut bytes = Vec::new();
    grid.decode_to(&mut bytes).ok()?;
    let text = String::from_utf8(bytes).unwrap_or_else(|error| {
        error.as_bytes().iter().map(|byte| char::from(*byte)).collect()
    });
    (!text.is_empty()).then(|| (crate::model::nfc(&text), grid.bounds))
}
