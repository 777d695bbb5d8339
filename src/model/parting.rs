//! Where a value of a record ends within a word of the page: `Mẫu,` is the end of a name and
//! the comma that the form prints behind it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Field, PageText, Quad, Record, Word};

/// Which end of a value.
#[derive(Clone, Copy)]
enum End {
    First,
    Last,
}

impl PageText {
    /// Cuts the words of page `page`, from 1, where a value of `records` begins or ends within
    /// one, so that what is filled in and what the form prints beside it are words of their
    /// own. The lines keep their text. Places of fields are in the pixels of the original.
    #[must_use]
    pub fn parted_by<'a>(
        mut self,
        page: u32,
        records: impl IntoIterator<Item = &'a Record>,
    ) -> Self {
        let fields = records.into_iter().flat_map(|record| record.fields.values());
        // By line and word: the letters before which it is cut.
        let mut cuts: BTreeMap<(usize, usize), BTreeSet<usize>> = BTreeMap::new();
        for field in fields.filter(|field| field.page == Some(page)) {
            for end in [End::First, End::Last] {
                if let Some((place, letter)) = self.cut(field, end) {
                    cuts.entry(place).or_default().insert(letter);
                }
            }
        }
        for ((line, word), letters) in cuts.into_iter().rev() {
            let words = &mut self.lines[line].words;
            let whole = words[word].clone();
            let length = whole.text.chars().count();
            let from = std::iter::once(0).chain(letters.iter().copied());
            let to = letters.iter().copied().chain([length]);
            words
                .splice(word..=word, from.zip(to).map(|(from, to)| whole.part(from..to)));
        }
        self
    }

    /// The line, the word and the letter before which an end of a value cuts it; `None` where
    /// the value ends as the word does, or where it is not found.
    fn cut(&self, field: &Field, end: End) -> Option<((usize, usize), usize)> {
        let quad = field.quad?;
        let mut tokens = field.text.split_whitespace();
        let token = match end {
            End::First => tokens.next()?,
            End::Last => tokens.next_back()?,
        };
        let words = self.lines.iter().enumerate().flat_map(|(at, line)| {
            line.words.iter().enumerate().map(move |(word, it)| ((at, word), it))
        });
        let mut ends = words.filter_map(|(place, word)| {
            let (from, to) = apart_from_marks(&word.text, token)?;
            let core = word.part(from..to).quad.mapped(&self.to_original);
            holds(&quad, &core).then_some((place, word, from, to))
        });
        let (place, word, from, to) = match end {
            End::First => ends.next()?,
            End::Last => ends.next_back()?,
        };
        match end {
            End::First => (from > 0).then_some((place, from)),
            End::Last => (to < length(word)).then_some((place, to)),
        }
    }
}

fn length(word: &Word) -> usize {
    word.text.chars().count()
}

/// The letters of `word` that are `token`, where the others are marks.
fn apart_from_marks(word: &str, token: &str) -> Option<(usize, usize)> {
    let start = word.find(token)?;
    let (before, rest) = word.split_at(start);
    let after = &rest[token.len()..];
    let is_mark = |letter: char| !letter.is_alphanumeric();
    if !before.chars().all(is_mark) || !after.chars().all(is_mark) {
        return None;
    }
    let from = before.chars().count();
    Some((from, from + token.chars().count()))
}

fn holds(field: &Quad, word: &Quad) -> bool {
    field.bounds().contains(word.bounds().centre())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Affine, FieldState, KindId, Line, RecordId, Rect, ScanId, Size, TextSource,
    };

    fn word(text: &str, left: f32) -> Word {
        let right = left + 10.0 * text.chars().count() as f32;
        let quad = Quad::from(Rect { left, top: 0.0, right, bottom: 20.0 });
        Word { text: text.into(), quad, confidence: 0.9, ..Word::default() }
    }

    fn page(words: Vec<Word>) -> PageText {
        let size = Size { width: 1000, height: 100 };
        let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        let text = texts.join(" ");
        PageText {
            size,
            original: Size { width: 2000, height: 200 },
            to_original: Affine::scale(2.0, 2.0),
            dpi: 150.0,
            blank: false,
            lines: vec![Line { text, words, ..Line::default() }],
            rules: vec![],
            codes: vec![],
            engine: String::new(),
            source: TextSource::default(),
            notes: vec![],
        }
    }

    fn record(text: &str, left: f32, right: f32) -> Record {
        let field = Field {
            text: text.into(),
            value: Some(text.into()),
            state: FieldState::Read,
            confidence: 0.9,
            page: Some(1),
            quad: Some(Quad::from(Rect { left, top: 0.0, right, bottom: 40.0 })),
            alternatives: vec![],
        };
        Record {
            record: RecordId("r".into()),
            kind: KindId("k".into()),
            scan: ScanId("s".into()),
            pages: vec![1],
            fields: [("name".to_owned(), field)].into(),
            findings: vec![],
        }
    }

    fn words(page: &PageText) -> Vec<(&str, f32, f32)> {
        let bounds = |word: &Word| word.quad.bounds();
        let words = page.lines[0].words.iter();
        words
            .map(|it| {
                (it.text.as_str(), bounds(it).left.round(), bounds(it).right.round())
            })
            .collect()
    }

    #[test]
    fn a_comma_behind_a_value_is_a_word_of_its_own() {
        let page =
            page(vec![word("Ông:Lò", 0.0), word("Mẫu,", 100.0), word("sinh", 160.0)]);
        let cut = page.clone().parted_by(1, [&record("Mẫu", 200.0, 270.0)]);
        let expected = vec![
            ("Ông:Lò", 0.0, 60.0),
            ("Mẫu", 100.0, 134.0),
            (",", 134.0, 140.0),
            ("sinh", 160.0, 200.0),
        ];
        assert_eq!(words(&cut), expected);
        assert_eq!(cut.lines[0].text, "Ông:Lò Mẫu, sinh");
        let other_page = page.clone().parted_by(2, [&record("Mẫu", 200.0, 270.0)]);
        assert_eq!(other_page, page);
    }

    #[test]
    fn both_ends_of_one_word_are_cut() {
        let page = page(vec![word("(Mẫu).", 0.0)]);
        let cut = page.parted_by(1, [&record("Mẫu", 10.0, 110.0)]);
        let texts: Vec<&str> = words(&cut).into_iter().map(|it| it.0).collect();
        assert_eq!(texts, ["(", "Mẫu", ")."]);
    }

    #[test]
    fn only_the_word_that_a_value_ends_with_is_cut() {
        let page = page(vec![word("Lan,", 0.0), word("Lan", 50.0), word("Lan,", 300.0)]);
        let same = page.clone().parted_by(1, [&record("Lan, Lan", 0.0, 160.0)]);
        assert_eq!(same, page);
        let other = page.clone().parted_by(1, [&record("Hoa", 0.0, 160.0)]);
        assert_eq!(other, page);
    }

    #[test]
    fn the_places_of_figures_stay_together() {
        let page = page(vec![word("1.250,5.", 0.0)]);
        let cut = page.parted_by(1, [&record("1.250,5", 0.0, 140.0)]);
        let texts: Vec<&str> = words(&cut).into_iter().map(|it| it.0).collect();
        assert_eq!(texts, ["1.250,5", "."]);
    }
}
