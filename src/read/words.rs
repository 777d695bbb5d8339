//! From the letters of a line to its words, with their places on the page.

use image::GrayImage;

use super::engine::LineImage;
use super::engine::LineReading;
use super::engine::PlacedLetter;
use super::ink;
use super::ink::Levels;
use super::writing::Shares;
use crate::model::Calibration;
use crate::model::Letter;
use crate::model::Quad;
use crate::model::Rect;
use crate::model::Word;
use crate::model::Writing;
use crate::model::nfc;

/// Gap without ink between two letters, in heights of the line, that ends a word even
/// where the engine saw no space. Spaced-out titles stay below 0.5.
const WIDE_GAP: f32 = 0.7;

/// Gap without ink inside of a letter or between two of a word, in heights of the line.
const NARROW_GAP: f32 = 0.12;

/// How far a word's ink may reach beyond the peak of its outer letter, in heights of the
/// line: half of a wide capital.
const REACH: f32 = 0.8;

/// Share of a word's ink above and below its box: specks and tips of neighbouring lines.
const STRAY_INK: f32 = 0.02;

/// A box is at least this high, in heights of the line, so that a dash can be clicked.
const LEAST_HEIGHT: f32 = 0.4;

/// How far a word's own ink may reach beyond the peak of its outer letter where no letter was
/// missed, in heights of the line; ink farther off is of a letter that nobody read.
const TAIL: f32 = 0.5;

/// Columns of such ink from which on a word is doubted, in heights of the line, and how sure it
/// is then at most.
const UNREAD: f32 = 0.12;
const DOUBTED: f32 = 0.5;
/// Confidence of a word from which on the ink beside it is more likely a stroke that swings out
/// than a letter.
const SURE: f32 = 0.9;

/// Signs of a dotted or ruled leader.
const LEADERS: [char; 4] = ['.', '_', '…', '·'];

/// A letter inside of its line image.
#[derive(Debug, Clone)]
struct Entry {
    letter: Letter,
    best: char,
    from: f32,
    to: f32,
    written: Shares,
}

/// The words of a line, left to right; none where the image has no ink.
pub(super) fn words(reading: &LineReading, image: &LineImage) -> Vec<Word> {
    let Some(levels) = Levels::of(&image.pixels) else { return Vec::new() };
    let columns = levels.columns(&image.pixels);
    let height = image.pixels.height() as f32;
    let mut entries = placed_within(&reading.letters, image.pixels.width() as f32);
    let unread = unread(&entries, &columns, height * TAIL);
    blank_leaders(&mut entries);
    let runs = split(entries, &columns, height * WIDE_GAP);
    let bounds = bounds(&runs, &columns, height);
    let boxes = bounds.iter().map(|&(left, right)| {
        let (top, bottom) = rows(&image.pixels, levels, left, right);
        Quad::from(Rect { left, top, right, bottom }).mapped(&image.to_page)
    });
    let calibration = &reading.calibration;
    let mut words: Vec<Word> = runs
        .into_iter()
        .zip(boxes)
        .map(|(run, quad)| word(run, quad, calibration))
        .collect();
    for (at, word) in words.iter_mut().enumerate() {
        // A hand's strokes swing out as far as they like.
        if word.writing == Writing::Handwriting {
            continue;
        }
        let from = at.checked_sub(1).map_or(0.0, |before| bounds[before].1);
        let to = bounds.get(at + 1).map_or(columns.len() as f32, |next| next.0);
        let beside = unread.get(from as usize..to as usize).unwrap_or_default();
        let ink = beside.iter().filter(|&&is_unread| is_unread).count() as f32;
        if ink >= height * UNREAD {
            if word.confidence < SURE {
                word.letters.push(Letter::unread(DOUBTED));
            }
            word.confidence = word.confidence.min(DOUBTED);
        }
    }
    words
}

fn word(run: Vec<Entry>, quad: Quad, calibration: &Calibration) -> Word {
    let text: String = run.iter().map(|e| e.best).filter(|&best| best != '\0').collect();
    let product: f32 =
        run.iter().filter_map(|e| e.letter.may_be.first()).map(|m| m.1).product();
    Word {
        text: nfc(&text),
        quad,
        confidence: calibration.apply(product),
        writing: Shares::mean(run.iter().map(|entry| entry.written)).writing(),
        letters: run.into_iter().map(|entry| entry.letter).collect(),
    }
}

/// Letters in order, none outside of the image, whatever the engine said.
fn placed_within(letters: &[PlacedLetter], width: f32) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::with_capacity(letters.len());
    let mut reached = 0.0_f32;
    for placed in letters {
        let Some(&(best, _)) = placed.letter.may_be.first() else { continue };
        if best != '\0' && best.is_control() {
            continue;
        }
        // `max` of a number and NaN is the number.
        let from = placed.from.max(reached).min(width);
        let to = placed.to.max(from).min(width);
        reached = from;
        let best = if best.is_whitespace() { ' ' } else { best };
        entries.push(Entry {
            letter: placed.letter.clone(),
            best,
            from,
            to,
            written: placed.written,
        });
    }
    entries
}

/// Puts a space in place of dotted and ruled leaders, and of a dot that stands alone.
fn blank_leaders(entries: &mut [Entry]) {
    let mut start = 0;
    while start < entries.len() {
        let mut end = start;
        while end < entries.len()
            && (LEADERS.contains(&entries[end].best)
                || matches!(entries[end].best, ' ' | '\0'))
        {
            end += 1;
        }
        let signs = |range: &[Entry]| {
            range
                .iter()
                .filter(|e| LEADERS.contains(&e.best))
                .map(leader_weight)
                .sum::<usize>()
        };
        let alone = |i: usize| entries.get(i).is_none_or(|e| e.best == ' ');
        let starts_word = start == 0 || alone(start - 1) || alone(start);
        let ends_word = alone(end) || end > 0 && alone(end - 1);
        let count = signs(&entries[start..end]);
        if count >= 2 || count == 1 && starts_word && ends_word {
            for entry in &mut entries[start..end] {
                entry.best = ' ';
            }
        }
        start = end + 1;
    }
}

/// How many dots a sign stands for.
fn leader_weight(entry: &Entry) -> usize {
    if entry.best == '…' { 3 } else { 1 }
}

/// Ends a word at each space and at each wide gap.
fn split(entries: Vec<Entry>, columns: &[u32], wide: f32) -> Vec<Vec<Entry>> {
    let mut words: Vec<Vec<Entry>> = Vec::new();
    let mut open = false;
    for entry in entries {
        if entry.best == ' ' {
            open = false;
            continue;
        }
        let last = words.last().and_then(|word| word.last());
        let apart = last.is_some_and(|last| {
            let gap = widest_gap(columns, last.to, entry.from);
            gap.is_some_and(|(left, right)| right - left > wide)
        });
        match words.last_mut() {
            Some(word) if open && !apart => word.push(entry),
            _ => words.push(vec![entry]),
        }
        open = true;
    }
    // A doubt alone, between two spaces, is no word.
    words.retain(|word| word.iter().any(|entry| entry.best != '\0'));
    words
}

/// Edges of the widest stretch without ink between two places of a line.
fn widest_gap(columns: &[u32], from: f32, to: f32) -> Option<(f32, f32)> {
    let start = from.floor() as usize;
    let within = columns.get(start..to.ceil() as usize)?;
    let gap = ink::gaps(within, 1).into_iter().max_by_key(ExactSizeIterator::len)?;
    Some(((start + gap.start) as f32, (start + gap.end) as f32))
}

/// Left and right edge of each word, so that it covers its ink and no neighbour's.
///
/// The peaks of a CTC network lie inside of the letters; the space between two words is
/// the widest gap between their outer peaks.
fn bounds(words: &[Vec<Entry>], columns: &[u32], height: f32) -> Vec<(f32, f32)> {
    let width = columns.len() as f32;
    let peaks: Vec<(f32, f32)> = words
        .iter()
        .map(|word| {
            (word.first().map_or(0.0, |e| e.from), word.last().map_or(0.0, |e| e.to))
        })
        .collect();
    let border = |left: f32, right: f32| {
        widest_gap(columns, left, right)
            .map_or(f32::midpoint(left, right), |(a, b)| f32::midpoint(a, b))
    };
    let mut bounds = Vec::with_capacity(words.len());
    for (i, &(first, last)) in peaks.iter().enumerate() {
        let before = i.checked_sub(1).map_or(0.0, |j| border(peaks[j].1, first));
        let after = peaks.get(i + 1).map_or(width, |next| border(last, next.0));
        let from = before.max(first - height * REACH);
        let to = after.min(last + height * REACH);
        bounds.push(around_ink(columns, (first, last), (from, to), height * NARROW_GAP));
    }
    bounds
}

/// The columns of ink that no letter stands near: letters that faded are passed over by a
/// network without a word.
fn unread(entries: &[Entry], columns: &[u32], tail: f32) -> Vec<bool> {
    let mut unread: Vec<bool> = columns.iter().map(|&ink| ink > 0).collect();
    for entry in entries.iter().filter(|entry| !matches!(entry.best, ' ' | '\0')) {
        let from = ((entry.from - tail).max(0.0) as usize).min(columns.len());
        let to = ((entry.to + tail).ceil() as usize).clamp(from, columns.len());
        unread[from..to].fill(false);
    }
    unread
}

/// Widens the peaks of a word over the ink that hangs together with it, inside of
/// `limits`, and drops the paper at both ends.
fn around_ink(
    columns: &[u32],
    (first, last): (f32, f32),
    (from, to): (f32, f32),
    narrow: f32,
) -> (f32, f32) {
    let inked = |x: usize| columns.get(x).is_some_and(|&ink| ink > 0);
    let (mut left, mut right) = (first.max(0.0) as usize, last.ceil() as usize);
    let (reach_left, reach_right) =
        (from.ceil() as usize..left, right..to.floor() as usize);
    for x in reach_left.rev() {
        if inked(x) {
            left = x;
        } else if (left - x) as f32 > narrow {
            break;
        }
    }
    for x in reach_right {
        if inked(x) {
            right = x + 1;
        } else if (x + 1 - right) as f32 > narrow {
            break;
        }
    }
    let ink = left..right.min(columns.len());
    match (ink.clone().find(|&x| inked(x)), ink.clone().rev().find(|&x| inked(x))) {
        (Some(first), Some(last)) => (first as f32, (last + 1) as f32),
        _ => (left as f32, right.max(left + 1) as f32),
    }
}

/// Top and bottom of the ink between two columns, without what strays into the line.
fn rows(pixels: &GrayImage, levels: Levels, left: f32, right: f32) -> (f32, f32) {
    let height = pixels.height() as f32;
    let rows = levels.rows(pixels, left as usize, right.ceil() as usize);
    let stray = (rows.iter().sum::<u32>() as f32 * STRAY_INK) as u32;
    let (Some(top), Some(bottom)) =
        (reaching(rows.iter(), stray), reaching(rows.iter().rev(), stray))
    else {
        return (0.0, height);
    };
    let (top, bottom) = (top as f32, height - bottom as f32);
    let lacking = (height * LEAST_HEIGHT - (bottom - top)).max(0.0) / 2.0;
    ((top - lacking).max(0.0), (bottom + lacking).min(height))
}

/// Index of the first row at which more ink than `stray` has been seen.
fn reaching<'a>(mut rows: impl Iterator<Item = &'a u32>, stray: u32) -> Option<usize> {
    let mut sum = 0;
    rows.position(|ink| {
        sum += ink;
        sum > stray
    })
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;
    use crate::model::Affine;

    /// A line image 40 high with ink in `bars`.
    fn image(width: u32, bars: &[(u32, u32)]) -> LineImage {
        let pixels = GrayImage::from_fn(width, 40, |x, y| {
            let inked = bars.iter().any(|&(from, to)| (from..to).contains(&x));
            Luma([if inked && (10..30).contains(&y) { 20 } else { 230 }])
        });
        LineImage { pixels, to_page: Affine::translation(1000.0, 500.0) }
    }

    fn placed(text: &str, places: &[(f32, f32)]) -> Vec<PlacedLetter> {
        text.chars()
            .zip(places)
            .map(|(letter, &(from, to))| PlacedLetter {
                letter: Letter { may_be: vec![(letter, 0.9)] },
                from,
                to,
                ..PlacedLetter::default()
            })
            .collect()
    }

    fn reading(letters: &[PlacedLetter]) -> LineReading {
        LineReading { letters: letters.to_vec(), ..LineReading::default() }
    }

    fn evenly(text: &str) -> Vec<PlacedLetter> {
        let places: Vec<(f32, f32)> = (0..text.chars().count())
            .map(|i| (i as f32 * 10.0, i as f32 * 10.0 + 4.0))
            .collect();
        placed(text, &places)
    }

    fn texts(letters: &[PlacedLetter], image: &LineImage) -> Vec<String> {
        words(&reading(letters), image).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn a_word_covers_its_ink_and_not_its_neighbours() {
        // Two words of two letters; the peaks lie inside of the letters.
        let image = image(200, &[(10, 22), (24, 40), (60, 70), (72, 90)]);
        let letters = placed(
            "ab cd",
            &[(14.0, 18.0), (30.0, 34.0), (48.0, 52.0), (64.0, 66.0), (80.0, 84.0)],
        );
        let words = words(&reading(&letters), &image);
        let boxes: Vec<Rect> = words.iter().map(|w| w.quad.bounds()).collect();
        assert_eq!((boxes[0].left, boxes[0].right), (1010.0, 1040.0));
        assert_eq!((boxes[1].left, boxes[1].right), (1060.0, 1090.0));
        assert_eq!((boxes[0].top, boxes[0].bottom), (510.0, 530.0));
        assert!((words[0].confidence - 0.81).abs() < 1e-5);
    }

    #[test]
    fn a_word_beside_ink_that_nobody_read_is_doubted() {
        let letters = placed("22", &[(14.0, 18.0), (36.0, 40.0)]);
        let confidence = |bars: &[(u32, u32)], shares| {
            let written = |letter: &PlacedLetter| PlacedLetter {
                written: Shares(shares),
                ..letter.clone()
            };
            let letters: Vec<_> = letters.iter().map(written).collect();
            words(&reading(&letters), &image(120, bars))[0].confidence
        };
        let (print, hand) = ([1.0, 0.0, 0.0], [0.0, 0.2, 0.8]);
        let (two, three) = ([(10, 24), (32, 46)], [(10, 24), (32, 46), (56, 76)]);
        assert!(confidence(&two, print) > 0.8);
        assert!(confidence(&three, print) <= DOUBTED, "a third one faded");
        assert!(confidence(&three, hand) > 0.8, "a stroke swings out");
    }

    #[test]
    fn ink_that_nobody_read_beside_an_unsure_word_stands_in_the_lattice() {
        let read = |sure: f32, bars: &[(u32, u32)]| {
            let mut letters = placed("22", &[(14.0, 18.0), (36.0, 40.0)]);
            for letter in &mut letters {
                letter.letter.may_be = vec![('2', sure)];
            }
            words(&reading(&letters), &image(120, bars)).remove(0)
        };
        let unread =
            |word: &Word| word.letters.iter().map(Letter::is_unread).collect::<Vec<_>>();
        let faded = read(0.7, &[(10, 24), (32, 46), (56, 76)]);
        assert_eq!(
            (faded.text.as_str(), unread(&faded)),
            ("22", vec![false, false, true])
        );
        for word in
            [read(1.0, &[(10, 24), (32, 46), (56, 76)]), read(0.7, &[(10, 24), (32, 46)])]
        {
            assert_eq!(unread(&word), [false, false], "{}", word.confidence);
        }
    }

    #[test]
    fn a_wide_gap_ends_a_word_where_no_space_was_read() {
        let image = image(200, &[(10, 20), (22, 30), (80, 90)]);
        let letters = placed("abc", &[(14.0, 16.0), (25.0, 27.0), (84.0, 86.0)]);
        assert_eq!(texts(&letters, &image), ["ab", "c"]);
    }

    #[test]
    fn leaders_go_and_marks_of_nothing_stay() {
        let everywhere = image(600, &[(0, 600)]);
        for (read, expected) in [
            ("An....", "An"),
            ("An . . . Ba", "An Ba"),
            ("____Ba", "Ba"),
            ("....", ""),
            (". Ba", "Ba"),
            ("An .", "An"),
            ("An. Ba", "An. Ba"),
            ("TP. 1.250", "TP. 1.250"),
            ("An… Ba", "An Ba"),
            ("-/-", "-/-"),
            ("--- An", "--- An"),
        ] {
            assert_eq!(texts(&evenly(read), &everywhere).join(" "), expected, "{read}");
        }
    }

    #[test]
    fn an_engine_that_lies_about_boxes_stays_inside_the_line() {
        let image = image(100, &[(0, 100)]);
        let letters = placed(
            "abcd",
            &[(f32::NAN, f32::INFINITY), (-50.0, -60.0), (1e9, 1e9), (3.0, f32::NAN)],
        );
        for word in words(&reading(&letters), &image) {
            let bounds = word.quad.bounds();
            assert!(bounds.left >= 1000.0 && bounds.right <= 1101.0, "{bounds:?}");
            assert!(bounds.width() > 0.0, "{bounds:?}");
        }
    }

    #[test]
    fn text_without_ink_is_not_believed() {
        let blank = LineImage {
            pixels: GrayImage::from_pixel(100, 40, Luma([255])),
            to_page: Affine::IDENTITY,
        };
        assert!(texts(&evenly("abc"), &blank).is_empty());
    }

    #[test]
    fn doubts_are_kept_in_the_lattice_but_not_in_the_text() {
        let image = image(100, &[(0, 30)]);
        let mut letters = evenly("abc");
        letters[1].letter.may_be = vec![('\0', 0.6), ('b', 0.4)];
        let words = words(&reading(&letters), &image);
        assert_eq!((words[0].text.as_str(), words[0].letters.len()), ("ac", 3));
    }
}
