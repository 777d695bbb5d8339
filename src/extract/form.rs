//! A definition made ready to be looked for on a page.

use crate::config::kind::{Definition, FieldSpec, LineSpec};

use super::phrase::{Hit, Phrase, best_cover};
use super::sheet::{Glyph, Row, glyphs};
use super::template::Template;

/// Two sections that are this close are not told apart, in letters.
const UNSURE_MARGIN: f32 = 1.3;

/// What a label stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// A field: index in [`Form::fields`].
    Field(usize),
    /// A heading that opens a section.
    Heading(usize),
    /// A name below.
    Signature(usize),
    /// A box: choice, option.
    Box(usize, usize),
    /// Printed on the form, part of no value.
    Skip,
}

/// A field with its section.
#[derive(Debug, Clone)]
pub(super) struct FormField {
    pub(super) spec: FieldSpec,
    /// Index of the section; `None` if it may stand anywhere.
    pub(super) section: Option<usize>,
    pub(super) templates: Vec<Template>,
}

/// One generation of a form, or all of them at once.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) fields: Vec<FormField>,
    phrases: Vec<Phrase>,
    targets: Vec<Vec<Target>>,
    /// Lines known by their shape.
    pub(super) lines: Vec<LineForm>,
    /// Grids with the phrases of their columns and rows.
    pub(super) grids: Vec<GridForm>,
    /// Indexes of the definition's tables.
    pub(super) tables: Vec<usize>,
    /// Choices with their values, in the order of [`Target::Box`].
    pub(super) choices: Vec<ChoiceForm>,
    pub(super) signatures: Vec<SignatureForm>,
    pub(super) positions: Vec<Phrase>,
    pub(super) position_texts: Vec<String>,
    pub(super) skips: Vec<Phrase>,
    /// Labels of the rows that begin a record.
    pub(super) starts: Vec<Phrase>,
    /// Words of the rows that begin one more below the same heading.
    pub(super) again: Vec<Phrase>,
}

/// A grid, ready.
#[derive(Debug)]
pub(super) struct GridForm {
    /// Prefix and headings, from left to right.
    pub(super) columns: Vec<(String, Vec<Phrase>)>,
    pub(super) rows: Vec<(FieldSpec, Vec<Phrase>)>,
}

/// A line known by its shape, ready.
#[derive(Debug)]
pub(super) struct LineForm {
    pub(super) spec: LineSpec,
    pub(super) templates: Vec<Template>,
}

/// A choice, ready.
#[derive(Debug)]
pub(super) struct ChoiceForm {
    pub(super) name: String,
    /// Value and wording of each box; an empty value says nothing about the field.
    pub(super) boxes: Vec<(String, String)>,
}

/// A signature, ready.
#[derive(Debug)]
pub(super) struct SignatureForm {
    pub(super) name: Option<String>,
    pub(super) position: Option<String>,
    pub(super) headings: Vec<Phrase>,
}

/// A label found on rows.
#[derive(Debug, Clone)]
pub(super) struct Anchor {
    pub(super) hit: Hit,
    /// Whether labels of two sections fit almost equally well.
    pub(super) unsure: bool,
    /// Row in which it begins.
    pub(super) row: usize,
    /// Left edge in pixels.
    pub(super) left: f32,
}

impl Form {
    /// The form of a generation; of all generations if `variant` is `None`.
    pub(super) fn new(definition: &Definition, variant: Option<&str>) -> Self {
        let active = |only: &[String]| {
            variant.is_none_or(|id| only.is_empty() || only.iter().any(|it| it == id))
        };
        let entries = definition.entries.as_ref();
        let mut form = Self {
            fields: Vec::new(),
            lines: Vec::new(),
            phrases: Vec::new(),
            targets: Vec::new(),
            grids: Vec::new(),
            tables: Vec::new(),
            choices: Vec::new(),
            signatures: Vec::new(),
            positions: phrases(&definition.positions),
            position_texts: definition.positions.clone(),
            skips: phrases(&definition.skip),
            starts: entries.map_or_else(Vec::new, |it| phrases(&it.starts)),
            again: entries.map_or_else(Vec::new, |it| phrases(&it.again)),
        };
        for field in definition.fields.iter().filter(|field| active(&field.only)) {
            form.add_field(field, None);
        }
        for (index, section) in definition.sections.iter().enumerate() {
            if !active(&section.only) {
                continue;
            }
            for heading in &section.opens {
                form.add(heading, Target::Heading(index));
            }
            for field in section.fields.iter().filter(|field| active(&field.only)) {
                form.add_field(field, Some(index));
            }
        }
        for grid in definition.grids.iter().filter(|grid| active(&grid.only)) {
            form.grids.push(GridForm {
                columns: grid
                    .columns
                    .iter()
                    .map(|column| (column.prefix.clone(), phrases(&column.labels)))
                    .collect(),
                rows: grid
                    .rows
                    .iter()
                    .map(|row| (row.clone(), phrases(&row.labels)))
                    .collect(),
            });
        }
        for line in definition.lines.iter().filter(|line| active(&line.only)) {
            let templates =
                line.parts.iter().filter_map(|it| Template::new(it)).collect();
            form.lines.push(LineForm { spec: line.clone(), templates });
        }
        form.tables = (0..definition.tables.len())
            .filter(|&index| active(&definition.tables[index].only))
            .collect();
        form.add_marks(definition, &active);
        form
    }

    /// Signatures, boxes and what is printed beside the values.
    fn add_marks(&mut self, definition: &Definition, active: &dyn Fn(&[String]) -> bool) {
        for signature in definition.signatures.iter().filter(|it| active(&it.only)) {
            let index = self.signatures.len();
            for label in &signature.labels {
                self.add(label, Target::Signature(index));
            }
            self.signatures.push(SignatureForm {
                name: signature.name.clone(),
                position: signature.position.clone(),
                headings: phrases(&signature.labels),
            });
        }
        for choice in &definition.choices {
            let index = self.choices.len();
            let mut boxes: Vec<(String, String)> = Vec::new();
            let options = choice.options.iter().flat_map(|(value, wordings)| {
                wordings.iter().map(move |wording| (value.clone(), wording.clone()))
            });
            let others =
                choice.others.iter().map(|wording| (String::new(), wording.clone()));
            for (value, wording) in options.chain(others) {
                self.add(&wording, Target::Box(index, boxes.len()));
                boxes.push((value, wording));
            }
            self.choices.push(ChoiceForm { name: choice.name.clone(), boxes });
        }
        for text in definition.skip.iter().chain(&definition.recognise.titles) {
            self.add(text, Target::Skip);
        }
    }

    fn add_field(&mut self, spec: &FieldSpec, section: Option<usize>) {
        let index = self.fields.len();
        for label in &spec.labels {
            self.add(label, Target::Field(index));
        }
        let templates =
            spec.parts.iter().filter_map(|pattern| Template::new(pattern)).collect();
        self.fields.push(FormField { spec: spec.clone(), section, templates });
    }

    fn add(&mut self, text: &str, target: Target) {
        let Some(phrase) = Phrase::new(text) else { return };
        if let Some(index) = self.phrases.iter().position(|known| *known == phrase) {
            self.targets[index].push(target);
        } else {
            self.phrases.push(phrase);
            self.targets.push(vec![target]);
        }
    }

    /// What a label that was found may stand for.
    pub(super) fn targets(&self, anchor: &Anchor) -> &[Target] {
        self.targets.get(anchor.hit.phrase).map_or(&[], Vec::as_slice)
    }

    /// Whether the label of an anchor is short.
    pub(super) fn is_short(&self, anchor: &Anchor) -> bool {
        self.phrases.get(anchor.hit.phrase).is_none_or(|phrase| phrase.short)
    }

    /// The section that a target opens.
    pub(super) fn opened(&self, target: Target) -> Option<usize> {
        match target {
            Target::Heading(section) => Some(section),
            Target::Field(index) => {
                let field = self.fields.get(index)?;
                field.section.filter(|_| field.spec.opens)
            }
            _ => None,
        }
    }

    /// All labels on some rows, in reading order, with the glyphs of the rows.
    pub(super) fn anchors(&self, rows: &[Row]) -> (Vec<Glyph>, Vec<Anchor>) {
        let text = glyphs(rows);
        let mut hits = Vec::new();
        for (index, phrase) in self.phrases.iter().enumerate() {
            phrase.find(index, &text, &mut hits);
        }
        hits.retain(|hit| self.is_in_one_place(hit, rows, &text));
        let cover = best_cover(hits.clone());
        let anchors = cover
            .into_iter()
            .map(|hit| {
                let first = text[hit.start];
                Anchor {
                    unsure: self.is_unsure(&hit, &hits),
                    row: first.row,
                    left: rows[first.row].pieces[first.piece].rect.left,
                    hit,
                }
            })
            .collect();
        (text, anchors)
    }

    /// Whether a label that goes on in the next row does so at the end of a row of the
    /// same sheet, and not too far below.
    fn is_in_one_place(&self, hit: &Hit, rows: &[Row], text: &[Glyph]) -> bool {
        let (first, last) = (text[hit.start], text[hit.end - 1]);
        if first.row == last.row {
            return true;
        }
        let (upper, lower) = (&rows[first.row], &rows[last.row]);
        let gap = lower.rect.top - upper.rect.bottom;
        first.row + 1 == last.row
            && upper.sheet == lower.sheet
            && gap < 1.5 * upper.em()
            && self.phrases[hit.phrase].len() >= 8
    }

    /// Whether another label, of another section, fits almost as well.
    fn is_unsure(&self, hit: &Hit, all: &[Hit]) -> bool {
        let opens = |hit: &Hit| {
            self.targets[hit.phrase].iter().find_map(|&target| self.opened(target))
        };
        let Some(section) = opens(hit) else { return false };
        all.iter().any(|other| {
            other.start == hit.start
                && hit.score - other.score < UNSURE_MARGIN
                && opens(other).is_some_and(|rival| rival != section)
        })
    }
}

/// Labels, ready to be found.
pub(super) fn phrases(texts: &[String]) -> Vec<Phrase> {
    texts.iter().filter_map(|text| Phrase::new(text)).collect()
}
