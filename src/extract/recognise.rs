//! What kind of document a page is, and where one document of a scan ends.

use crate::config::kind::Kinds;
use crate::model::{KindId, PageText, Ruling, Rulings};

use super::form::phrases;
use super::phrase::Phrase;
use super::sheet::{Glyph, Row, Sheet, glyphs, glyphs_of, sheets};

/// A title stands in the upper part of its page: this share of the height.
const TITLE_ZONE: f32 = 0.45;
/// Share of a title's letters that may be wrong.
const TITLE_ERRORS: f32 = 0.2;
/// Letters of a title that one error takes away.
const TITLE_ERROR_PRICE: f32 = 3.0;
/// A title may be broken over this many rows.
const TITLE_ROWS: usize = 5;
/// Gap between the rows of a title, at most, in heights.
const TITLE_GAP: f32 = 2.6;
/// Share of capitals among the letters of a title.
const CAPITALS: f32 = 0.6;
/// Signs that must be found where a definition does not say how many.
const LEAST_SIGNS: usize = 3;
/// Share by which the letters of the signs found must exceed those of the next kind.
const CLEAR: f32 = 0.15;
/// Share of the signs' letters that a word takes away that never stands on such a page.
const AGAINST_PRICE: f32 = 0.4;

/// Pages of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Document {
    /// Index of its definition; `None` if no definition recognises it.
    pub(super) kind: Option<usize>,
    /// Whether people said so.
    pub(super) is_told: bool,
    /// What its pages were taken for by what stands on them.
    read: Option<usize>,
    /// Indexes of its pages.
    pub(super) pages: Vec<usize>,
}

/// What a definition is recognised by, ready.
#[derive(Debug)]
struct Marks {
    titles: Vec<Phrase>,
    with: Vec<Phrase>,
    signs: Vec<Phrase>,
    against: Vec<Phrase>,
    least: usize,
    /// Whether it has several entries on a page, as books have; their pages bear no title.
    is_book: bool,
}

/// Recognises kinds.
#[derive(Debug)]
pub(super) struct Recogniser {
    marks: Vec<Marks>,
    /// The kinds in the order of `marks`.
    ids: Vec<KindId>,
}

/// What a page says about its kind.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Verdict {
    /// Nothing is written on it.
    Blank,
    /// It bears the title of a kind.
    Title(usize),
    /// Its labels are those of a kind, and of no other.
    Signs(usize),
    /// It does not say.
    Unknown,
}

impl Verdict {
    fn kind(self) -> Option<usize> {
        match self {
            Self::Title(kind) | Self::Signs(kind) => Some(kind),
            Self::Blank | Self::Unknown => None,
        }
    }
}

/// What a page says about the paper that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Opinion {
    /// What stands on it says, blank or not.
    read: Verdict,
    /// Whether the page was found blank.
    blank: bool,
}

/// A page with what people say about it.
#[derive(Debug, Clone, Copy)]
struct Ruled {
    read: Verdict,
    /// The kind that people give to the paper that begins here.
    told: Option<usize>,
    /// Whether people say that a paper begins here.
    begins: Option<bool>,
}

impl Ruled {
    /// Whether the page belongs to the document before it.
    fn goes_on(&self, last: &Document) -> bool {
        if let Some(begins) = self.begins {
            return !begins;
        }
        // People give a kind to the paper that begins on the page.
        self.told.is_none()
            && match self.read {
                Verdict::Title(_) => false,
                Verdict::Signs(kind) => [last.read, last.kind].contains(&Some(kind)),
                Verdict::Blank | Verdict::Unknown => true,
            }
    }
}

/// The documents of a scan in the order of its pages; blank pages belong to none.
fn grouped(pages: impl Iterator<Item = Ruled>) -> Vec<Document> {
    let mut documents: Vec<Document> = Vec::new();
    for (index, page) in pages.enumerate() {
        let kind = page.told.or(page.read.kind());
        let is_told = page.told.is_some();
        match documents.last_mut() {
            _ if page.read == Verdict::Blank => {}
            Some(last) if page.goes_on(last) => {
                last.pages.push(index);
                // Pages that people put together are of the kind that one of them shows.
                if last.kind.is_none() || is_told && !last.is_told {
                    last.kind = kind;
                    last.is_told |= is_told;
                }
                last.read = last.read.or(page.read.kind());
            }
            _ => documents.push(Document {
                kind,
                is_told,
                read: page.read.kind(),
                pages: vec![index],
            }),
        }
    }
    documents
}

impl Recogniser {
    pub(super) fn new(kinds: &Kinds) -> Self {
        let marks = kinds
            .all()
            .iter()
            .map(|definition| {
                let recognise = &definition.recognise;
                Marks {
                    titles: phrases(&recognise.titles),
                    with: phrases(&recognise.with),
                    signs: phrases(&recognise.signs),
                    against: phrases(&recognise.against),
                    least: recognise.least_signs.unwrap_or(LEAST_SIGNS),
                    is_book: definition.entries.is_some(),
                }
            })
            .collect();
        let ids = kinds.all().iter().map(|it| it.kind.id.clone()).collect();
        Self { marks, ids }
    }

    /// The documents of a scan, from the opinions about its pages in their order, and from
    /// what people say; blank pages belong to none.
    pub(super) fn documents(
        &self,
        pages: impl Iterator<Item = (u32, Opinion)>,
        rulings: &Rulings,
    ) -> Vec<Document> {
        grouped(pages.map(|(page, opinion)| self.ruled(opinion, rulings.get(&page))))
    }

    /// What a page says.
    pub(super) fn opinion(&self, number: u32, page: &PageText) -> Opinion {
        Opinion { read: self.verdict(number, page), blank: page.blank }
    }

    /// An opinion with what people say. A kind that no definition has any more is not said.
    fn ruled(&self, Opinion { read, blank }: Opinion, ruling: Option<&Ruling>) -> Ruled {
        let none = Ruling::default();
        let ruling = ruling.unwrap_or(&none);
        let told = ruling.kind.as_ref();
        let told = told.and_then(|kind| self.ids.iter().position(|known| known == kind));
        let read = match (ruling.blank, read) {
            (Some(true), _) => Verdict::Blank,
            // Somebody sees what the machine does not.
            (Some(false), Verdict::Blank) => Verdict::Unknown,
            (Some(false), read) => read,
            (None, Verdict::Blank) if told.is_some() => Verdict::Unknown,
            (None, _) if blank && told.is_none() => Verdict::Blank,
            (None, read) => read,
        };
        Ruled { read, told, begins: ruling.begins }
    }

    /// What one page says.
    fn verdict(&self, number: u32, page: &PageText) -> Verdict {
        let sheet = sheets(number, page, false, 0);
        let Some(sheet) = sheet.first().filter(|sheet| !sheet.rows.is_empty()) else {
            return Verdict::Blank;
        };
        let text = glyphs(&sheet.rows);
        if let Some(kind) = self.title(sheet, &text) {
            return Verdict::Title(kind);
        }
        self.signs(&text).map_or(Verdict::Unknown, Verdict::Signs)
    }

    /// The kind whose title stands alone on the page: of several, the one that explains most
    /// letters, because one title may be the beginning of another.
    fn title(&self, sheet: &Sheet, text: &[Glyph]) -> Option<usize> {
        let mut best: Option<(f32, usize)> = None;
        for candidate in candidates(sheet) {
            for (kind, marks) in self.marks.iter().enumerate() {
                for title in &marks.titles {
                    let length = title.len() as f32;
                    if (candidate.len() as f32 - length).abs() > TITLE_ERRORS * length {
                        continue;
                    }
                    let errors = title.distance(&candidate);
                    let score = length - TITLE_ERROR_PRICE * errors;
                    let fits = errors <= TITLE_ERRORS * length
                        && best.is_none_or(|(most, _)| score > most)
                        && (marks.with.is_empty()
                            || marks.with.iter().any(|it| it.first(text, 0).is_some()));
                    if fits {
                        best = Some((score, kind));
                    }
                }
            }
        }
        best.map(|(_, kind)| kind)
    }

    /// The kind whose labels the page has, if it is clear which.
    fn signs(&self, text: &[Glyph]) -> Option<usize> {
        let mut scores: Vec<(f32, usize)> = Vec::new();
        for (kind, marks) in self.marks.iter().enumerate() {
            let found: Vec<&Phrase> =
                marks.signs.iter().filter(|sign| sign.stands(text)).collect();
            if found.is_empty() || found.len() < marks.least {
                continue;
            }
            let letters: usize = found.iter().map(|sign| sign.len()).sum();
            let against = marks.against.iter().filter(|it| it.stands_whole(text)).count();
            scores.push((letters as f32 * (1.0 - AGAINST_PRICE * against as f32), kind));
        }
        scores.sort_by(|a, b| b.0.total_cmp(&a.0));
        let best = scores.first().filter(|(score, _)| *score > 0.0)?.0;
        let near: Vec<usize> = scores
            .iter()
            .take_while(|(score, _)| best - score < CLEAR * best)
            .map(|(_, kind)| *kind)
            .collect();
        // A single paper bears its title: a page without one is that of a book.
        let books = near.iter().filter(|&&kind| self.marks[kind].is_book);
        match (near.as_slice(), books.collect::<Vec<_>>().as_slice()) {
            (&[kind], _) | (_, &[&kind]) => Some(kind),
            _ => None,
        }
    }
}

/// Texts in the upper part of a page that stand alone in capitals: segments, and runs of
/// segments one below the other.
fn candidates(sheet: &Sheet) -> Vec<Vec<Glyph>> {
    let limit = sheet.size.1 * TITLE_ZONE;
    let lines: Vec<(Row, Vec<Glyph>)> = sheet
        .rows
        .iter()
        .filter(|row| row.rect.top < limit)
        .flat_map(|row| row.segments().into_iter().map(move |segment| (row, segment)))
        .filter_map(|(row, segment)| {
            Row::of(row.page, row.sheet, row.pieces[segment].to_vec())
        })
        .map(|row| {
            let glyphs = title_glyphs(&row);
            (row, glyphs)
        })
        .filter(|(row, glyphs)| !glyphs.is_empty() && is_capital(row))
        .collect();
    let mut out = Vec::new();
    for start in 0..lines.len() {
        let mut text = lines[start].1.clone();
        let mut last = start;
        out.push(text.clone());
        for _ in 1..TITLE_ROWS {
            let below = (last + 1..lines.len())
                .find(|&at| is_below(&lines[last].0, &lines[at].0));
            let Some(below) = below else { break };
            text.extend_from_slice(&lines[below].1);
            out.push(text.clone());
            last = below;
        }
    }
    out
}

/// The letters of a line without what stands in brackets at its end.
fn title_glyphs(row: &Row) -> Vec<Glyph> {
    let open = row.pieces.iter().position(|piece| piece.word.text.starts_with('('));
    let end = open.filter(|&at| at > 0).unwrap_or(row.pieces.len());
    glyphs_of(&row.pieces[..end]).into_iter().filter(|glyph| glyph.plain != ':').collect()
}

/// Whether a line is the next one of a title.
fn is_below(upper: &Row, lower: &Row) -> bool {
    let gap = lower.rect.top - upper.rect.bottom;
    let em = upper.em().max(lower.em());
    let middle = lower.rect.centre().x;
    lower.rect.centre().y > upper.rect.centre().y + 0.5 * em
        && gap < TITLE_GAP * em
        && upper.rect.left - em < middle
        && middle < upper.rect.right + em
}

/// Whether a line is written in capitals.
fn is_capital(row: &Row) -> bool {
    let letters = || row.pieces.iter().flat_map(|piece| piece.word.text.chars());
    let capitals = letters().filter(|letter| letter.is_uppercase()).count();
    let all = letters().filter(|letter| letter.is_alphabetic()).count();
    all > 0 && capitals as f32 >= CAPITALS * all as f32
}
