//! How well pages were read.

use std::collections::BTreeMap;

use serde::Serialize;

use super::alignment::{Step, steps};
use super::calibration::{Calibration, Gauge, shown};
use super::degradation::Bucket;
use super::mistake::{Confusion, Mistake, Mistakes};
use super::place::{Corners, along, centre, grown, is_inside, off_line};
use super::ratio;
use super::spelling::plain;
use super::truth::{Span, TruePage, Truth};
use crate::model::PageKey;
use crate::model::PageText;
use crate::model::{Quad, Word, Writing};

/// A span reaches so far beyond its quad, as a share of its height.
const SPAN_GROWTH: f64 = 0.25;
/// A stamp or signature reaches so far beyond its quad, as a share of its height.
const GRAPHIC_GROWTH: f64 = 0.1;
/// The degradation that is the resolution.
const DPI: &str = "dpi";

/// What was read on a page, in the pixels of its original.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadPage {
    width: f64,
    height: f64,
    words: Vec<ReadWord>,
}

#[derive(Debug, Clone, PartialEq)]
struct ReadWord {
    text: String,
    quad: Corners,
    confidence: f64,
    writing: Writing,
}

impl ReadPage {
    /// The words of a page; the text of a line that has none.
    pub fn of(page: &PageText) -> Self {
        let corners = |quad: &Quad| {
            quad.mapped(&page.to_original).0.map(|p| [tenth(p.x), tenth(p.y)])
        };
        let word = |word: &Word| ReadWord {
            text: word.text.clone(),
            quad: corners(&word.quad),
            confidence: shown(word.confidence),
            writing: word.writing,
        };
        let mut words = Vec::new();
        for line in &page.lines {
            if line.words.is_empty() {
                words.push(ReadWord {
                    text: line.text.clone(),
                    quad: corners(&line.quad),
                    confidence: shown(line.confidence),
                    writing: line.writing,
                });
            }
            words.extend(line.words.iter().map(word));
        }
        let pixels = |count: u32| f64::from(count.max(1));
        let (width, height) = (pixels(page.original.width), pixels(page.original.height));
        Self { width, height, words }
    }
}

/// A coordinate as exports show it, to a tenth of a pixel.
fn tenth(pixels: f32) -> f64 {
    f64::from((pixels * 10.0).round()) / 10.0
}

/// Letters and words of the truth, and how many came out right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Rate {
    /// Character error rate: changed letters by letters of the truth.
    pub cer: f64,
    /// Words of the truth that were read exactly, by words of the truth.
    pub word_recall: f64,
    /// Letters of the truth.
    pub chars: u64,
    /// Words of the truth.
    pub words: u64,
    #[serde(skip)]
    edits: u64,
    #[serde(skip)]
    words_right: u64,
}

impl Rate {
    fn add(&mut self, other: &Self) {
        self.edits += other.edits;
        self.chars += other.chars;
        self.words += other.words;
        self.words_right += other.words_right;
        self.cer = ratio(self.edits as f64, self.chars);
        self.word_recall = ratio(self.words_right as f64, self.words);
    }
}

/// Pages that have something in common.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Slice {
    /// What they have in common.
    pub name: String,
    /// All that stands on them.
    pub all: Rate,
    /// By style of writing.
    pub by_style: BTreeMap<String, Rate>,
}

/// How well pages were read.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Reading {
    /// Pages with writing on them that were not read; they count by style only.
    pub pages_missing: u64,
    /// Letters read where nothing is written, by letters of the truth.
    pub spurious_per_truth_char: f64,
    /// By style of writing.
    pub by_style: BTreeMap<String, Rate>,
    /// By resolution.
    pub by_dpi: Vec<Slice>,
    /// By degradation.
    pub by_degradation: BTreeMap<String, Vec<Slice>>,
    /// Wrong letters by style of writing and kind of mistake.
    pub mistakes: BTreeMap<String, BTreeMap<Mistake, u64>>,
    /// The letters most often taken for each other.
    pub confusions: Vec<Confusion>,
    /// Confidences of the words that stand in spans, all styles together.
    pub calibration: Calibration,
    /// The same by style of writing.
    pub calibration_by_style: BTreeMap<String, Calibration>,
    /// Words by style of writing and what they were told to be.
    pub told_as: BTreeMap<String, BTreeMap<Writing, u64>>,
}

/// Compares what was read with the truth.
pub(super) fn score(truths: &[Truth], pages: &BTreeMap<PageKey, ReadPage>) -> Reading {
    let mut bench = Bench::default();
    for truth in truths {
        for page in truth.pages.iter().filter(|page| !page.blank) {
            let key = PageKey { scan: truth.sha256.clone(), page: page.number };
            match pages.get(&key) {
                Some(read) => bench.compare(page, read),
                None => bench.miss(page),
            }
        }
    }
    bench.result()
}

/// A span with the words found in it.
struct Home<'a> {
    span: &'a Span,
    area: Corners,
    /// How far along the line each stands, and each.
    words: Vec<(f64, &'a ReadWord)>,
}

#[derive(Default)]
struct Bench {
    missing: u64,
    spurious: u64,
    chars: u64,
    by_style: BTreeMap<String, Rate>,
    slices: BTreeMap<String, BTreeMap<Bucket, Slice>>,
    mistakes: Mistakes,
    gauge: Gauge,
    gauges: BTreeMap<String, Gauge>,
    told_as: BTreeMap<String, BTreeMap<Writing, u64>>,
}

impl Bench {
    fn miss(&mut self, page: &TruePage) {
        self.missing += 1;
        for span in page.lines.iter().flat_map(|line| &line.spans) {
            let want = plain(&span.text);
            let chars = want.chars().count() as u64;
            let words = want.split_whitespace().count() as u64;
            let lost = Rate { edits: chars, chars, words, ..Rate::default() };
            self.by_style.entry(span.style.clone()).or_default().add(&lost);
            self.mistakes.note_not_found(&span.style, chars);
        }
    }

    fn compare(&mut self, page: &TruePage, read: &ReadPage) {
        let buckets: Vec<(&String, Bucket)> = page
            .degradations
            .iter()
            .filter_map(|(key, value)| Some((key, Bucket::of(key, value)?)))
            .collect();
        for mut home in self.homes(page, read) {
            let want = plain(&home.span.text);
            if want.is_empty() {
                continue;
            }
            let rate = self.span(&want, &mut home);
            let style = &home.span.style;
            self.chars += rate.chars;
            self.by_style.entry(style.clone()).or_default().add(&rate);
            for (key, bucket) in &buckets {
                let slices = self.slices.entry((*key).clone()).or_default();
                let slice = slices.entry(bucket.clone()).or_default();
                slice.all.add(&rate);
                slice.by_style.entry(style.clone()).or_default().add(&rate);
            }
        }
    }

    /// The spans of a page with their words; words outside of all are counted.
    fn homes<'a>(&mut self, page: &'a TruePage, read: &'a ReadPage) -> Vec<Home<'a>> {
        let (sx, sy) = (page.width / read.width, page.height / read.height);
        let spans = page.lines.iter().flat_map(|line| &line.spans);
        let mut homes: Vec<Home<'a>> = spans
            .map(|span| Home {
                span,
                area: grown(&span.quad, SPAN_GROWTH),
                words: Vec::new(),
            })
            .collect();
        let graphics: Vec<Corners> = page
            .boxes
            .iter()
            .map(|graphic| grown(&graphic.quad, GRAPHIC_GROWTH))
            .collect();
        for word in &read.words {
            let middle = centre(&word.quad.map(|[x, y]| [x * sx, y * sy]));
            let home = homes
                .iter_mut()
                .filter(|home| is_inside(middle, &home.area))
                .min_by(|a, b| {
                    off_line(&a.area, middle).total_cmp(&off_line(&b.area, middle))
                });
            if let Some(home) = home {
                let place = along(&home.area, middle);
                home.words.push((place, word));
            } else if !graphics.iter().any(|graphic| is_inside(middle, graphic)) {
                self.spurious += plain(&word.text).chars().count() as u64;
            }
        }
        homes
    }

    /// Compares the words of one span with its text.
    fn span(&mut self, want: &str, home: &mut Home<'_>) -> Rate {
        home.words
            .sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.text.cmp(&b.1.text)));
        let texts: Vec<&str> =
            home.words.iter().map(|(_, word)| word.text.as_str()).collect();
        let have = plain(&texts.join(" "));
        let letters = |text: &str| text.chars().collect::<Vec<_>>();
        let (wanted, had) = (letters(want), letters(&have));
        let steps = steps(&wanted, &had);
        let style = &home.span.style;
        if had.is_empty() {
            self.mistakes.note_not_found(style, wanted.len() as u64);
        } else {
            self.mistakes.note(style, &steps);
        }
        let gauge = self.gauges.entry(style.clone()).or_default();
        let mut open = Open::of(want);
        let told_as = self.told_as.entry(style.clone()).or_default();
        for (_, word) in &home.words {
            let text = plain(&word.text);
            if !text.is_empty() {
                let is_right = text.split(' ').all(|word| open.take(word));
                gauge.note(word.confidence, is_right);
                self.gauge.note(word.confidence, is_right);
                *told_as.entry(word.writing).or_default() += 1;
            }
        }
        let mut open = Open::of(want);
        let words_right = have.split_whitespace().filter(|word| open.take(word)).count();
        Rate {
            edits: steps.iter().filter(|step| **step != Step::Same).count() as u64,
            chars: wanted.len() as u64,
            words: want.split_whitespace().count() as u64,
            words_right: words_right as u64,
            ..Rate::default()
        }
    }

    fn result(self) -> Reading {
        let mut by_degradation: BTreeMap<String, Vec<Slice>> = self
            .slices
            .into_iter()
            .map(|(key, slices)| {
                let named = |(bucket, slice): (Bucket, Slice)| Slice {
                    name: bucket.name,
                    ..slice
                };
                (key, slices.into_iter().map(named).collect())
            })
            .collect();
        let by_dpi = by_degradation.remove(DPI).unwrap_or_default();
        let (mistakes, confusions) = self.mistakes.result();
        let gauges = self.gauges.into_iter();
        Reading {
            pages_missing: self.missing,
            spurious_per_truth_char: ratio(self.spurious as f64, self.chars),
            by_style: self.by_style,
            by_dpi,
            by_degradation,
            mistakes,
            confusions,
            calibration: self.gauge.result(),
            calibration_by_style: gauges
                .map(|(style, gauge)| (style, gauge.result()))
                .collect(),
            told_as: self.told_as,
        }
    }
}

/// Words of a span that nothing was found for yet.
struct Open<'a>(BTreeMap<&'a str, usize>);

impl<'a> Open<'a> {
    fn of(want: &'a str) -> Self {
        let mut words = BTreeMap::new();
        for word in want.split_whitespace() {
            *words.entry(word).or_default() += 1;
        }
        Self(words)
    }

    /// Whether `word` is still open; from now on it is not.
    fn take(&mut self, word: &str) -> bool {
        match self.0.get_mut(word) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        }
    }
}
