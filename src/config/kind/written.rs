//! Definitions as they are written. Every key is in `pipelines/README.md`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A file that defines a kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenKind {
    pub(super) kind: String,
    pub(super) title: String,
    pub(super) recognise: Recognise,
    pub(super) entries: Option<Entries>,
    #[serde(default)]
    pub(super) spread: bool,
    #[serde(default)]
    pub(super) skip: Vec<String>,
    #[serde(default, rename = "variant")]
    pub(super) variants: Vec<Variant>,
    #[serde(default, rename = "field")]
    pub(super) fields: Vec<FieldSpec>,
    #[serde(default)]
    pub(super) blocks: Vec<String>,
    #[serde(default, rename = "section")]
    pub(super) sections: Vec<Section>,
    #[serde(default, rename = "grid")]
    pub(super) grids: Vec<Grid>,
    #[serde(default, rename = "table")]
    pub(super) tables: Vec<Table>,
    #[serde(default, rename = "line")]
    pub(super) lines: Vec<LineSpec>,
    #[serde(default, rename = "signature")]
    pub(super) signatures: Vec<Signature>,
    #[serde(default, rename = "choice")]
    pub(super) choices: Vec<Choice>,
    #[serde(default)]
    pub(super) alone: Vec<Alone>,
    #[serde(default, rename = "repeat")]
    pub(super) repeats: Vec<Repeat>,
    #[serde(default, rename = "test")]
    pub(super) tests: Vec<Test>,
}

/// A file of a family whose name starts with `_`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenCommon {
    #[serde(default)]
    pub(super) skip: Vec<String>,
    #[serde(default)]
    pub(super) positions: Vec<String>,
    #[serde(default)]
    pub(super) ticked: Vec<String>,
    #[serde(default, rename = "block")]
    pub(super) blocks: BTreeMap<String, Vec<FieldSpec>>,
    /// Patterns that the columns of several kinds name.
    #[serde(default)]
    pub(super) patterns: BTreeMap<String, Vec<String>>,
}

/// How a kind is told from others.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recognise {
    /// Titles as they stand alone in the upper part of the first page.
    #[serde(default)]
    pub titles: Vec<String>,
    /// Words that must stand somewhere on the page together with the title, one of them.
    #[serde(default)]
    pub with: Vec<String>,
    /// Labels by which a page without a readable title is known.
    #[serde(default)]
    pub signs: Vec<String>,
    /// Words that never stand on a page of this kind.
    #[serde(default)]
    pub against: Vec<String>,
    /// How many of the signs must be found, at least.
    #[serde(default)]
    pub least_signs: Option<usize>,
}

/// How a page is cut into records.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entries {
    /// A row with one of these labels begins a record.
    pub starts: Vec<String>,
    /// Where a record of these words stands below a heading of `starts`, each row with such
    /// words begins one more, with the heading of the first: the changes in one table.
    #[serde(default)]
    pub again: Vec<String>,
    /// Whether the paper above the first of them is a record too: a certificate with the list
    /// of its changes.
    #[serde(default)]
    pub paper: bool,
}

/// A generation of the form.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// What `only` refers to.
    pub id: String,
    /// Labels that only this generation has.
    pub signs: Vec<String>,
}

/// What is written behind a label.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldSpec {
    /// Name in exports; in a section without the section's prefix, unless it starts with `=`.
    #[serde(default)]
    pub name: String,
    /// Type of the value: a name of `extract::normal::TYPES`.
    #[serde(default, rename = "type")]
    pub value_type: String,
    /// The label in all its wordings, with its colon if it has one.
    #[serde(default)]
    pub labels: Vec<String>,
    /// Whether the label opens its section.
    #[serde(default)]
    pub opens: bool,
    /// Rows that the value may take, at most.
    #[serde(default)]
    pub lines: Option<usize>,
    /// How the value is made of several fields: patterns, the best one counts.
    #[serde(default)]
    pub parts: Vec<String>,
    /// Whether it stands once on a page for all its records.
    #[serde(default)]
    pub page: bool,
    /// Generations that have it; all if empty.
    #[serde(default)]
    pub only: Vec<String>,
    /// Whether the year in it is that of the record (completes `38` to `38/2015`).
    #[serde(default)]
    pub year: bool,
    /// Whether the label is a part of the value (`ngày … tháng …`).
    #[serde(default)]
    pub keep_label: bool,
}

/// Fields about one person or matter. A repeated label (`Dân tộc:`) belongs to the
/// section in which it stands.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Put before the names of its fields.
    #[serde(default)]
    pub prefix: String,
    /// Headings that open it and have no value of their own.
    #[serde(default)]
    pub opens: Vec<String>,
    /// Names of blocks of the family whose fields it has.
    #[serde(default)]
    pub blocks: Vec<String>,
    /// Its fields.
    #[serde(default, rename = "field")]
    pub fields: Vec<FieldSpec>,
    /// Generations that have it; all if empty.
    #[serde(default)]
    pub only: Vec<String>,
}

/// Rows with labels, a column for each person.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grid {
    /// From left to right.
    pub columns: Vec<GridColumn>,
    /// Names without the column's prefix.
    pub rows: Vec<FieldSpec>,
    /// Generations that have it; all if empty.
    #[serde(default)]
    pub only: Vec<String>,
}

/// A column of a grid.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GridColumn {
    /// Put before the names of the rows.
    pub prefix: String,
    /// Its heading.
    pub labels: Vec<String>,
}

/// What a line of a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowsAre {
    /// Each line is a record.
    #[default]
    Records,
    /// The first line gives fields of the record, further lines are added with `; `.
    Values,
}

/// A table with headings.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// From left to right.
    pub columns: Vec<Column>,
    /// What a line is.
    #[serde(default)]
    pub rows: RowsAre,
    /// Words that end the table.
    #[serde(default)]
    pub ends: Vec<String>,
    /// Generations that have it; all if empty.
    #[serde(default)]
    pub only: Vec<String>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Name of the field; empty for a column that is not wanted.
    #[serde(default)]
    pub name: String,
    /// Type of the value.
    #[serde(default, rename = "type")]
    pub value_type: String,
    /// Its heading in all its wordings, in one piece even if printed on several rows.
    pub labels: Vec<String>,
    /// Whether a line begins where something stands in this column.
    #[serde(default)]
    pub key: bool,
    /// In a table of values: instead of `name` and `type`, patterns of a value that is
    /// made of several fields, or names of such lists of the family.
    #[serde(default)]
    pub parts: Vec<String>,
}

/// Where on a paper a line is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinePlace {
    /// In its upper rows.
    Head,
    /// Below them.
    Foot,
    /// On any row.
    #[default]
    Anywhere,
}

/// A line that is known by its shape rather than by a label.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineSpec {
    /// Patterns of the whole line, as in a field.
    pub parts: Vec<String>,
    /// Where it is looked for.
    #[serde(default)]
    pub place: LinePlace,
    /// Whether the last such line counts; else the first.
    #[serde(default)]
    pub last: bool,
    /// Whether the year in it is that of the record.
    #[serde(default)]
    pub year: bool,
    /// Generations that have it; all if empty.
    #[serde(default)]
    pub only: Vec<String>,
}

/// A name below a heading.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// The heading.
    pub labels: Vec<String>,
    /// Field of the name; none for a column that is not wanted.
    #[serde(default)]
    pub name: Option<String>,
    /// Field of the title of office between heading and name.
    #[serde(default)]
    pub position: Option<String>,
    /// Generations that have it; all if empty.
    #[serde(default)]
    pub only: Vec<String>,
}

/// Boxes of which one is ticked.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Name of the field.
    pub name: String,
    /// Value → its wordings; an empty value for a box that says nothing about the field.
    pub options: BTreeMap<String, Vec<String>>,
    /// Boxes beside them that say nothing about the field.
    #[serde(default)]
    pub others: Vec<String>,
}

/// A value that stands without a label: words between wide gaps that are, as a whole, a
/// certain value of its type, or that begin with words of the form.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alone {
    /// Name of the field.
    pub name: String,
    /// Type of the value.
    #[serde(rename = "type")]
    pub value_type: String,
    /// Words that the value begins with and that are a part of it; without them the type
    /// alone decides.
    #[serde(default)]
    pub begins: Vec<String>,
    /// Rows that the value may take; 1 if it is not said.
    #[serde(default)]
    pub lines: Option<usize>,
    /// Whether the last one on the paper counts, not the first.
    #[serde(default)]
    pub last: bool,
    /// Whether it is a value of the records that `entries` begin (`true`), or of the paper
    /// above them (`false`); of both if it is not said.
    #[serde(default)]
    pub entry: Option<bool>,
}

/// A name that is often that of another field too: who reports a birth is mostly father or
/// mother, and signs below.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// Name of the field.
    pub name: String,
    /// Fields of the same record that may hold the same name.
    pub of: Vec<String>,
}

/// A paper with the fields that must be found on it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// What it proves.
    pub name: String,
    /// The paper: a line is a row, the column is the place; `---` begins a page.
    pub text: String,
    /// The records in order: field → value.
    #[serde(default)]
    pub records: Vec<BTreeMap<String, String>>,
}
