//! Dotted leaders: rows of small dots that show where to write.

use image::GrayImage;

use super::Blob;

/// Largest height and width of a dot or of a few dots that run into each other, in
/// millimetres.
const DOT_MM: (f32, f32) = (0.75, 4.0);

/// Widest gap between two dots, in millimetres.
const GAP_MM: f32 = 1.7;

/// How far two neighbouring dots may be off the level, in millimetres.
const LEVEL_MM: f32 = 0.3;

/// Fewest dots of a leader, and its least length in millimetres; two ellipses in a row,
/// which are text, have six dots.
const FEWEST_DOTS: usize = 8;
const SHORTEST_MM: f32 = 5.0;

/// Fewest dots of an ellipsis.
const FEWEST_OF_ELLIPSIS: usize = 3;

/// Widest gap of a leader, where something is written on it, in millimetres.
const WRITTEN_MM: f32 = 90.0;

/// How far dots between two stretches of a leader may lie off its line, in millimetres:
/// the heavy tone of what is written on it lies lower.
const STRAY_MM: f32 = 0.25;

/// How far to each side the dots of a leader are compared with each other, in millimetres,
/// and the fewest dots to compare one with.
const BESIDE_MM: f32 = 14.0;
const FEWEST_BESIDE: usize = 6;

/// How far those may lie off the level of a dot: in millimetres, and pixels a pixel beside.
const OFF_LEVEL_MM: f32 = 0.45;
const OFF_LEVEL: f32 = 0.012;

/// How many times the ink of its neighbours a dot has that something is written into: the
/// dot below a letter, a comma. Of the words of the development corpus that stand on leaders,
/// 293 of 867 with a dot below have such a dot beneath them (of the others the dot touches no
/// leader, or its letter), and 146 of 5,222 without: commas, colons, feet of letters.
const HEAVY: f32 = 1.5;

/// Where a leader begins and ends: the middle of its first and last dot, in pixels.
pub(crate) type Stretch = ((f32, f32), (f32, f32));

/// What was found among the blobs of a page.
#[derive(Debug, Default)]
pub(crate) struct Leaders {
    /// For each blob, whether it is part of a leader.
    pub(crate) is_leader: Vec<bool>,
    /// Blobs that make an ellipsis together, each from left to right.
    pub(crate) ellipses: Vec<Vec<usize>>,
    /// Leaders, also where something is written on them.
    pub(crate) stretches: Vec<Stretch>,
}

/// Finds leaders and ellipses among the blobs of a page.
pub(crate) fn find(blobs: &[Blob], dpi: f32) -> Leaders {
    let px = |millimetres: f32| millimetres * dpi / 25.4;
    let mut dots: Vec<usize> = (0..blobs.len())
        .filter(|&at| {
            let blob = &blobs[at];
            blob.height() as f32 <= px(DOT_MM.0).max(2.0)
                && blob.width() as f32 <= px(DOT_MM.1)
        })
        .collect();
    dots.sort_by_key(|&at| (blobs[at].left, blobs[at].top));
    let length = |chain: &[usize]| match chain {
        [first, .., last] => (blobs[*last].right - blobs[*first].left) as f32,
        _ => 0.0,
    };
    let (chains, short): (Vec<_>, Vec<_>) =
        chains(blobs, &dots, dpi).into_iter().partition(|chain| {
            chain.len() >= FEWEST_DOTS && length(chain) >= px(SHORTEST_MM)
        });
    let mut is_leader = vec![false; blobs.len()];
    for &at in chains.iter().flatten() {
        is_leader[at] = true;
    }
    let stretches = take_strays(blobs, &dots, &chains, dpi, &mut is_leader);
    let ellipses = short
        .into_iter()
        .filter(|chain| chain.iter().all(|&at| !is_leader[at]))
        .collect();
    Leaders { is_leader, ellipses, stretches }
}

impl Leaders {
    /// Gives back to the text the dots of leaders that hold much more ink than the dots
    /// beside them. `gray` is the page that the blobs are of, paper near 255.
    pub(crate) fn give_back_heavy(&mut self, blobs: &[Blob], gray: &GrayImage, dpi: f32) {
        let px = |millimetres: f32| millimetres * dpi / 25.4;
        let mut dots: Vec<(usize, u32)> = (0..blobs.len())
            .filter(|&at| self.is_leader[at])
            .map(|at| (at, ink_of(&blobs[at], gray)))
            .collect();
        dots.sort_by(|a, b| blobs[a.0].centre_x().total_cmp(&blobs[b.0].centre_x()));
        for &(at, ink) in &dots {
            let (x, y) = (blobs[at].centre_x(), blobs[at].centre_y());
            let first =
                dots.partition_point(|dot| blobs[dot.0].centre_x() < x - px(BESIDE_MM));
            let mut beside: Vec<u32> = dots[first..]
                .iter()
                .take_while(|dot| blobs[dot.0].centre_x() <= x + px(BESIDE_MM))
                .filter(|dot| {
                    let away = (blobs[dot.0].centre_x() - x).abs();
                    let off = (blobs[dot.0].centre_y() - y).abs();
                    dot.0 != at && off <= px(OFF_LEVEL_MM) + away * OFF_LEVEL
                })
                .map(|dot| dot.1)
                .collect();
            if beside.len() < FEWEST_BESIDE {
                continue;
            }
            beside.sort_unstable();
            if ink as f32 >= HEAVY * beside[beside.len() / 2].max(1) as f32 {
                self.is_leader[at] = false;
            }
        }
    }
}

/// How dark a blob and the pixels around it are, all together.
fn ink_of(blob: &Blob, gray: &GrayImage) -> u32 {
    let columns = (blob.left - 1).max(0)..(blob.right + 1).min(gray.width() as i32);
    let rows = (blob.top - 1).max(0)..(blob.bottom + 1).min(gray.height() as i32);
    let dark = |x: i32, y: i32| 255 - u32::from(gray.get_pixel(x as u32, y as u32).0[0]);
    rows.flat_map(|y| columns.clone().map(move |x| dark(x, y))).sum()
}

/// Rows of dots, each from left to right.
fn chains(blobs: &[Blob], dots: &[usize], dpi: f32) -> Vec<Vec<usize>> {
    let px = |millimetres: f32| millimetres * dpi / 25.4;
    let (gap, level) = (px(GAP_MM), px(LEVEL_MM).max(1.0));
    let mut next: Vec<Option<usize>> = vec![None; dots.len()];
    let mut has_previous = vec![false; dots.len()];
    for place in 0..dots.len() {
        let dot = &blobs[dots[place]];
        for other in place + 1..dots.len() {
            let candidate = &blobs[dots[other]];
            let away = (candidate.left - dot.right) as f32;
            if away > gap {
                break;
            }
            if away > -1.0
                && !has_previous[other]
                && (candidate.centre_y() - dot.centre_y()).abs() <= level
            {
                next[place] = Some(other);
                has_previous[other] = true;
                break;
            }
        }
    }
    let mut chains = Vec::new();
    for start in 0..dots.len() {
        if has_previous[start] {
            continue;
        }
        let mut chain = vec![dots[start]];
        let mut place = start;
        while let Some(following) = next[place] {
            chain.push(dots[following]);
            place = following;
        }
        if chain.len() >= FEWEST_OF_ELLIPSIS && is_regular(blobs, &chain) {
            chains.push(chain);
        }
    }
    chains
}

/// Whether most gaps between the dots are alike.
fn is_regular(blobs: &[Blob], chain: &[usize]) -> bool {
    let mut steps: Vec<i32> =
        chain.windows(2).map(|two| blobs[two[1]].right - blobs[two[0]].right).collect();
    let unsorted = steps.clone();
    steps.sort_unstable();
    let usual = steps[steps.len() / 2] as f32;
    let alike = unsorted
        .iter()
        .filter(|&&step| (step as f32 - usual).abs() <= (usual * 0.4).max(1.5))
        .count();
    alike * 10 >= unsorted.len() * 6
}

/// Dots that stand alone between two stretches of one leader are part of it too. Returns
/// the leaders with what lies between their stretches.
fn take_strays(
    blobs: &[Blob],
    dots: &[usize],
    chains: &[Vec<usize>],
    dpi: f32,
    is_leader: &mut [bool],
) -> Vec<Stretch> {
    let px = |millimetres: f32| millimetres * dpi / 25.4;
    let middle = |at: usize| (blobs[at].centre_x(), blobs[at].centre_y());
    let mut stretches: Vec<Stretch> = chains
        .iter()
        .filter_map(|chain| Some((middle(*chain.first()?), middle(*chain.last()?))))
        .collect();
    for stretch in 0..stretches.len() {
        let from = stretches[stretch].1;
        let following = stretches[..chains.len()]
            .iter()
            .map(|other| other.0)
            .filter(|to| to.0 > from.0 && to.0 - from.0 <= px(WRITTEN_MM))
            .filter(|to| (to.1 - from.1).abs() <= px(LEVEL_MM) + (to.0 - from.0) * 0.006)
            .min_by(|a, b| a.0.total_cmp(&b.0));
        let Some(to) = following else { continue };
        stretches.push((from, to));
        let first = dots.partition_point(|&at| (blobs[at].left as f32) < from.0);
        for &at in dots[first..].iter().take_while(|&&at| (blobs[at].left as f32) < to.0)
        {
            let dot = &blobs[at];
            let share = (dot.centre_x() - from.0) / (to.0 - from.0);
            let line = from.1 + (to.1 - from.1) * share;
            if (dot.centre_y() - line).abs() <= px(STRAY_MM).max(1.0) {
                is_leader[at] = true;
            }
        }
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dots(places: impl IntoIterator<Item = (i32, i32)>) -> Vec<Blob> {
        places
            .into_iter()
            .map(|(left, top)| Blob {
                left,
                top,
                right: left + 3,
                bottom: top + 3,
                area: 9,
                runs: 0..0,
            })
            .collect()
    }

    #[test]
    fn a_row_of_many_dots_is_a_leader_and_one_of_six_an_ellipsis() {
        let blobs =
            dots((0..30).map(|i| (i * 8, 50)).chain((0..6).map(|i| (i * 8, 200))));
        let found = find(&blobs, 200.0);
        assert_eq!(found.is_leader.iter().filter(|&&is| is).count(), 30);
        assert_eq!(found.ellipses, [(30..36).collect::<Vec<_>>()]);
    }

    #[test]
    fn a_dot_between_two_stretches_is_taken_and_the_heavy_tone_below_stays() {
        let row = (0..10).map(|i| (i * 8, 50)).chain((30..40).map(|i| (i * 8, 50)));
        let blobs = dots(row.chain([(150, 50), (180, 57)]));
        let found = find(&blobs, 200.0);
        assert_eq!((found.is_leader[20], found.is_leader[21]), (true, false));
    }

    #[test]
    fn a_dot_with_more_ink_than_its_neighbours_is_text() {
        let mut blobs = dots((0..30).map(|i| (i * 8, 50)).chain([(400, 50)]));
        (blobs[12].right, blobs[12].bottom) = (blobs[12].left + 4, 54);
        let gray = GrayImage::from_fn(500, 100, |x, y| {
            let (x, y) = (x as i32, y as i32);
            let is_ink = blobs.iter().any(|blob| {
                (blob.left..blob.right).contains(&x)
                    && (blob.top..blob.bottom).contains(&y)
            });
            let is_faint = (8 * 20..8 * 20 + 8).contains(&x);
            image::Luma([if is_ink { [90, 170][usize::from(is_faint)] } else { 250 }])
        });
        let mut found = find(&blobs, 200.0);
        assert!(found.is_leader[..30].iter().all(|&is| is));
        // One alone has nothing to be compared with.
        found.is_leader[30] = true;
        found.give_back_heavy(&blobs, &gray, 200.0);
        let text: Vec<usize> = (0..31).filter(|&at| !found.is_leader[at]).collect();
        assert_eq!(text, [12]);
    }
}
