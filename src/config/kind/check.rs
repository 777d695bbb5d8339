//! From definitions as written to definitions that can be used.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;

use crate::model::{Kind, KindId};

use super::error::{line_of, line_with};
use super::written::{FieldSpec, Section, WrittenCommon, WrittenKind};
use super::{Definition, KindError};

/// All definitions of a set of files.
pub(super) fn definitions(
    files: &BTreeMap<String, String>,
) -> Result<Vec<Definition>, KindError> {
    let mut commons: BTreeMap<&str, WrittenCommon> = BTreeMap::new();
    for (file, text) in files {
        let (family, name) = split(file);
        if !name.starts_with('_') {
            continue;
        }
        let read: WrittenCommon = parsed(file, text)?;
        let common = commons.entry(family).or_default();
        common.skip.extend(read.skip);
        common.positions.extend(read.positions);
        common.ticked.extend(read.ticked);
        common.blocks.extend(read.blocks);
        common.patterns.extend(read.patterns);
    }
    let nothing = WrittenCommon::default();
    let mut definitions = Vec::new();
    for (file, text) in files {
        let (family, name) = split(file);
        if name.starts_with('_') {
            continue;
        }
        let common = commons.get(family).unwrap_or(&nothing);
        let source = Source { file, text, family, common };
        definitions.push(source.checked(parsed(file, text)?)?);
    }
    Ok(definitions)
}

/// Family and file name.
fn split(file: &str) -> (&str, &str) {
    file.split_once('/').unwrap_or(("", file))
}

/// A file as TOML.
fn parsed<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, KindError> {
    toml::from_str(text).map_err(|error| KindError::Syntax {
        file: file.to_owned(),
        line: error.span().map_or(1, |span| line_of(text, span.start)),
        message: error.message().trim().to_owned(),
    })
}

/// A definition with where it comes from.
struct Source<'a> {
    file: &'a str,
    text: &'a str,
    family: &'a str,
    common: &'a WrittenCommon,
}

impl Source<'_> {
    fn wrong(&self, key: &str, message: impl Into<String>) -> KindError {
        KindError::Content {
            file: self.file.to_owned(),
            line: line_with(self.text, key),
            key: key.to_owned(),
            message: message.into(),
        }
    }

    /// The definition with its blocks and full names.
    fn checked(&self, written: WrittenKind) -> Result<Definition, KindError> {
        let expected = split(self.file).1.trim_end_matches(".toml");
        if written.kind != expected {
            return Err(
                self.wrong(&written.kind, format!("must be `{expected}`, as the file"))
            );
        }
        if written.recognise.titles.is_empty() && written.recognise.signs.is_empty() {
            return Err(self.wrong("recognise", "needs `titles` or `signs`"));
        }
        let mut fields = self.block_fields(&written.blocks)?;
        fields.extend(written.fields);
        for field in &mut fields {
            field.name = full_name("", &field.name);
            for pattern in &mut field.parts {
                *pattern = full_pattern("", pattern);
            }
        }
        let mut sections = Vec::new();
        for section in written.sections {
            sections.push(self.section(section)?);
        }
        let mut tables = written.tables;
        for column in tables.iter_mut().flat_map(|table| &mut table.columns) {
            column.parts = self.patterns(&column.parts)?;
        }
        let mut skip = self.common.skip.clone();
        skip.extend(written.skip);
        let definition = Definition {
            kind: Kind {
                id: KindId(written.kind),
                title: written.title,
                family: self.family.to_owned(),
            },
            file: self.file.to_owned(),
            recognise: written.recognise,
            entries: written.entries,
            spread: written.spread,
            variants: written.variants,
            fields,
            sections,
            grids: written.grids,
            tables,
            lines: written.lines,
            signatures: written.signatures,
            choices: written.choices,
            alone: written.alone,
            repeats: written.repeats,
            skip,
            positions: self.common.positions.clone(),
            ticked: self.common.ticked.clone(),
            tests: written.tests,
        };
        self.check(&definition)?;
        Ok(definition)
    }

    /// The fields of blocks.
    fn block_fields(&self, names: &[String]) -> Result<Vec<FieldSpec>, KindError> {
        let mut fields = Vec::new();
        for name in names {
            let block = self.common.blocks.get(name).ok_or_else(|| {
                let known: Vec<&str> =
                    self.common.blocks.keys().map(String::as_str).collect();
                self.wrong(name, format!("is no block; there are: {}", known.join(", ")))
            })?;
            fields.extend(block.iter().cloned());
        }
        Ok(fields)
    }

    /// Patterns, with those of the family's lists in the place of their names.
    fn patterns(&self, written: &[String]) -> Result<Vec<String>, KindError> {
        let mut patterns = Vec::new();
        for one in written {
            if one.contains('{') {
                patterns.push(one.clone());
                continue;
            }
            let known = &self.common.patterns;
            let list = known.get(one).ok_or_else(|| {
                let known: Vec<&str> = known.keys().map(String::as_str).collect();
                let there = known.join(", ");
                self.wrong(
                    one,
                    format!("has no `{{…}}` and is no list; there are: {there}"),
                )
            })?;
            patterns.extend(list.iter().cloned());
        }
        Ok(patterns)
    }

    /// A section with the fields of its blocks, its names in full.
    fn section(&self, mut section: Section) -> Result<Section, KindError> {
        let mut fields = std::mem::take(&mut section.fields);
        fields.extend(self.block_fields(&section.blocks)?);
        for field in &mut fields {
            field.name = full_name(&section.prefix, &field.name);
            for pattern in &mut field.parts {
                *pattern = full_pattern(&section.prefix, pattern);
            }
        }
        if section.opens.is_empty() && !fields.iter().any(|field| field.opens) {
            return Err(
                self.wrong(&section.prefix, "needs `opens`, or a field that opens it")
            );
        }
        section.fields = fields;
        Ok(section)
    }

    /// What must go together.
    fn check(&self, definition: &Definition) -> Result<(), KindError> {
        let ids: BTreeSet<&str> =
            definition.variants.iter().map(|it| it.id.as_str()).collect();
        let inner = definition.sections.iter().flat_map(|section| &section.fields);
        for field in definition.fields.iter().chain(inner) {
            if field.labels.is_empty() {
                return Err(self.wrong(&field.name, "has no `labels`"));
            }
            if field.parts.is_empty()
                && (field.name.is_empty() || field.value_type.is_empty())
            {
                let key = field.labels.first().map_or("", String::as_str);
                return Err(self.wrong(key, "needs `name` and `type`, or `parts`"));
            }
        }
        let only = definition.fields.iter().flat_map(|field| &field.only);
        let only = only
            .chain(definition.sections.iter().flat_map(|section| &section.only))
            .chain(definition.grids.iter().flat_map(|grid| &grid.only))
            .chain(definition.tables.iter().flat_map(|table| &table.only))
            .chain(definition.signatures.iter().flat_map(|signature| &signature.only));
        for id in only {
            if !ids.contains(id.as_str()) {
                return Err(self.wrong(id, "is no variant of this kind"));
            }
        }
        for table in &definition.tables {
            if table.columns.iter().filter(|column| column.key).count() > 1 {
                return Err(self.wrong("table", "has more than one `key` column"));
            }
        }
        let names = names_of(definition);
        let said =
            definition.repeats.iter().flat_map(|it| it.of.iter().chain([&it.name]));
        for name in said {
            if !names.contains(name.as_str()) {
                return Err(self.wrong(name, "is no field of this kind behind a label"));
            }
        }
        Ok(())
    }
}

/// Names of the fields that are read behind labels, in grids and below headings.
fn names_of(definition: &Definition) -> BTreeSet<&str> {
    let inner = definition.sections.iter().flat_map(|section| &section.fields);
    let mut names = BTreeSet::new();
    for field in definition.fields.iter().chain(inner) {
        names.insert(field.name.as_str());
        let slots = field.parts.iter().flat_map(|pattern| pattern.split('{').skip(1));
        names.extend(slots.filter_map(|slot| Some(slot.split_once(':')?.0)));
    }
    names.extend(definition.signatures.iter().filter_map(|it| it.name.as_deref()));
    names
}

/// A field's name with its prefix; `=name` stands for itself.
fn full_name(prefix: &str, name: &str) -> String {
    match name.strip_prefix('=') {
        Some(own) => own.to_owned(),
        None if name.is_empty() => String::new(),
        None => format!("{prefix}{name}"),
    }
}

/// A pattern whose slots have full names.
fn full_pattern(prefix: &str, pattern: &str) -> String {
    let mut out = String::new();
    let mut pieces = pattern.split('{');
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        out.push('{');
        let own = piece.strip_prefix('=');
        if own.is_none() && !piece.starts_with([':', '}']) {
            out.push_str(prefix);
        }
        out.push_str(own.unwrap_or(piece));
    }
    out
}
