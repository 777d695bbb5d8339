//! What a visitor sees of what is there.

use std::collections::BTreeSet;

use crate::access::{Right, Rights, Scope, Sensitive};
use crate::catalog::CheckScope;
use crate::catalog::StoredRecord;
use crate::model::PageText;
use crate::model::Quad;
use crate::model::Record;
use crate::search::Bounds;

/// What of the archive a visitor may see.
#[derive(Debug, Clone)]
pub(in super::super) struct Sight {
    scope: Scope,
    /// What is kept back; `None` if nothing is.
    without: Option<Sensitive>,
    /// Whether nothing can be seen at all.
    is_nothing: bool,
    /// Whether ID numbers may be seen in full.
    numbers: bool,
}

impl Sight {
    /// Sees all.
    pub(in super::super) fn everything() -> Self {
        Self { scope: Scope::default(), without: None, is_nothing: false, numbers: true }
    }

    /// Sees nothing.
    pub(super) fn nothing() -> Self {
        Self { is_nothing: true, numbers: false, ..Self::everything() }
    }

    pub(super) fn new(scope: Scope, rights: Rights, sensitive: &Sensitive) -> Self {
        let without = (!rights.has(Right::Sensitive)).then(|| sensitive.clone());
        let numbers = rights.has(Right::Number);
        Self { scope, without, is_nothing: false, numbers }
    }

    /// Whether nothing is kept back but numbers.
    pub(in super::super) fn is_everything(&self) -> bool {
        !self.is_nothing && self.scope.is_everything() && self.without.is_none()
    }

    /// What of the index is seen: the same as [`Sight::holds`] and [`Sight::holds_field`] say.
    pub(in super::super) fn bounds(&self) -> Bounds {
        let without = self.without.as_ref();
        Bounds {
            units: self.scope.units().iter().cloned().collect(),
            collections: self.scope.collections().iter().cloned().collect(),
            without_kinds: without.map_or_else(Vec::new, |list| list.kinds().to_vec()),
            without_guarded: without.is_some(),
            is_nothing: self.is_nothing,
        }
    }

    /// Whether ID numbers may be seen in full.
    pub(in super::super) fn sees_numbers(&self) -> bool {
        self.numbers
    }

    /// What of the work that waits is seen, for a query.
    pub(in super::super) fn check_scope(&self) -> CheckScope {
        let listed = |set: &BTreeSet<String>| {
            let is_any = set.is_empty() && !self.is_nothing;
            (!is_any).then(|| set.iter().cloned().collect::<Vec<_>>())
        };
        let without = self.without.as_ref();
        CheckScope {
            units: listed(self.scope.units()),
            collections: listed(self.scope.collections()),
            without_kinds: without.map_or(vec![], |list| list.kinds().to_vec()),
            without_endings: without.map_or(vec![], |list| list.field_endings().to_vec()),
        }
    }

    /// Whether a paper of this unit, collection and kind is seen.
    pub(in super::super) fn holds(
        &self,
        unit: Option<&str>,
        collection: Option<&str>,
        kind: &str,
    ) -> bool {
        let is_kept_back = self.without.as_ref().is_some_and(|list| list.is_kind(kind));
        !self.is_nothing && !is_kept_back && self.scope.holds(unit, collection)
    }

    /// Whether papers of this unit may be seen, as far as the unit goes.
    pub(in super::super) fn holds_unit(&self, code: &str) -> bool {
        let units = self.scope.units();
        !self.is_nothing && (units.is_empty() || units.contains(code))
    }

    /// Whether papers of this kind may be seen, as far as the kind goes.
    pub(in super::super) fn holds_kind(&self, kind: &str) -> bool {
        !self.without.as_ref().is_some_and(|list| list.is_kind(kind))
    }

    /// Whether a field is seen, whatever its record.
    pub(in super::super) fn holds_field(&self, name: &str) -> bool {
        !self.without.as_ref().is_some_and(|list| list.is_field(name))
    }

    /// Whether no field is kept back.
    pub(super) fn holds_all_fields(&self) -> bool {
        self.without.is_none()
    }

    /// Whether a record is seen.
    pub(in super::super) fn holds_record(&self, stored: &StoredRecord) -> bool {
        let kind = &stored.record.kind.0;
        self.holds(stored.unit.as_deref(), stored.collection.as_deref(), kind)
    }

    /// Whether something that was read in one of these records is kept back: on that page,
    /// or on any.
    pub(super) fn keeps_back(&self, records: &[StoredRecord], page: Option<u32>) -> bool {
        let of_page = records
            .iter()
            .filter(|stored| page.is_none_or(|page| stored.record.pages.contains(&page)));
        let mut fields = of_page.flat_map(|stored| &stored.record.fields);
        fields.any(|(name, field)| {
            let is_said = field.value.is_some() || !field.text.is_empty();
            is_said && !self.holds_field(name)
        })
    }

    /// Takes the words of kept back fields out of what was read on a page. `records` are
    /// those of the page, with all their fields. Where the place of such a field is not
    /// known, nothing of the page is left.
    pub(in super::super) fn without_words(
        &self,
        text: &mut PageText,
        records: &[Record],
        page: u32,
    ) {
        let fields = records.iter().flat_map(|record| &record.fields);
        let hidden = fields.filter(|(name, field)| {
            let is_said = field.value.is_some() || !field.text.is_empty();
            is_said && field.page.is_none_or(|on| on == page) && !self.holds_field(name)
        });
        let mut places = Vec::new();
        for (_, field) in hidden {
            let Some(quad) = field.quad else { return text.lines.clear() };
            places.push(quad.bounds());
        }
        if places.is_empty() {
            return;
        }
        let to_original = text.to_original;
        let is_hidden = |quad: &Quad| {
            let centre = quad.mapped(&to_original).bounds().centre();
            places.iter().any(|place| {
                (place.left..=place.right).contains(&centre.x)
                    && (place.top..=place.bottom).contains(&centre.y)
            })
        };
        for line in &mut text.lines {
            let num_words = line.words.len();
            line.words.retain(|word| !is_hidden(&word.quad));
            if num_words == 0 && is_hidden(&line.quad) {
                line.text.clear();
            } else if line.words.len() < num_words {
                let words = line.words.iter().map(|word| word.text.as_str());
                line.text = words.collect::<Vec<_>>().join(" ");
            }
        }
        text.lines.retain(|line| !line.text.is_empty());
    }

    /// Takes the fields away that are kept back.
    pub(in super::super) fn without_sensitive(&self, record: &mut Record) {
        if let Some(sensitive) = &self.without {
            record.fields.retain(|name, _| !sensitive.is_field(name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Affine, Field, FieldState, KindId, Line, RecordId, Rect, ScanId, Size, Word,
    };

    fn place(left: f32) -> Quad {
        Quad::from(Rect { left, top: 0.0, right: left + 9.0, bottom: 5.0 })
    }

    fn page_text() -> PageText {
        let words = ["Chết", "do", "ung", "thư"];
        let word = |(at, text): (usize, &&str)| Word {
            text: (*text).into(),
            quad: place(at as f32 * 10.0),
            ..Word::default()
        };
        let line = Line {
            text: words.join(" "),
            quad: place(0.0),
            words: words.iter().enumerate().map(word).collect(),
            ..Line::default()
        };
        PageText {
            size: Size { width: 100, height: 50 },
            original: Size { width: 100, height: 50 },
            // The page as it came stands 100 pixels further to the right.
            to_original: Affine::translation(100.0, 0.0),
            dpi: 100.0,
            blank: false,
            lines: vec![line],
            rules: vec![],
            codes: vec![],
            engine: "none".into(),
            source: crate::model::TextSource::default(),
            notes: vec![],
        }
    }

    fn died(quad: Option<Quad>) -> Record {
        let cause = Field {
            text: "ung thư".into(),
            value: Some("ung thư".into()),
            state: FieldState::Read,
            confidence: 0.9,
            page: Some(1),
            quad,
            alternatives: vec![],
        };
        Record {
            record: RecordId("r".into()),
            kind: KindId("x".into()),
            scan: ScanId("s".into()),
            pages: vec![1],
            fields: [("nktNguyenNhanChet".to_owned(), cause)].into(),
            findings: vec![],
        }
    }

    #[test]
    fn words_of_a_field_that_is_kept_back_are_kept_back_too() {
        let sensitive = Sensitive::embedded().expect("the embedded list");
        let clerk = Sight::new(Scope::default(), Rights::NONE, &sensitive);
        let around = Rect { left: 119.0, top: 0.0, right: 140.0, bottom: 5.0 };
        let records = [died(Some(Quad::from(around)))];
        let left = |sight: &Sight, records: &[Record], page| {
            let mut text = page_text();
            sight.without_words(&mut text, records, page);
            text.text().trim().to_owned()
        };
        assert_eq!(left(&clerk, &records, 1), "Chết do");
        assert_eq!(left(&clerk, &records, 2), "Chết do ung thư", "another page");
        assert_eq!(left(&Sight::everything(), &records, 1), "Chết do ung thư");
        assert_eq!(left(&clerk, &[died(None)], 1), "", "somewhere on the page");
    }
}
