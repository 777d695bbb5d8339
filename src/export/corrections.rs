//! What people made of what was read: material to train and to calibrate with.

use serde::Serialize;

use crate::catalog::StoredDecision;
use crate::model::Field;
use crate::model::FieldState;
use crate::model::Quad;
use crate::model::Record;

/// One field that people keyed. It says where on the paper and what stands there, and not
/// who keyed it.
#[derive(Debug, Serialize)]
pub(super) struct CorrectionRow<'a> {
    scan: &'a str,
    page: u32,
    /// In pixels of the page image as it came out of its file.
    quad: Quad,
    kind: &'a str,
    field: &'a str,
    /// What the machine read, with what probability.
    read: &'a str,
    read_value: Option<&'a str>,
    confidence: f32,
    /// What people say stands there; `None` where it is blank or illegible.
    text: &'a str,
    value: Option<&'a str>,
    state: FieldState,
    is_same: bool,
}

/// The row of a field: as it was read before its `first` keying, and as it is `now`. `None`
/// where it stands nowhere on the paper.
pub(super) fn row<'a>(
    record: &'a Record,
    first: &'a StoredDecision,
    now: &'a Field,
) -> Option<CorrectionRow<'a>> {
    let old = &first.old;
    Some(CorrectionRow {
        scan: &record.scan.0,
        page: old.page?,
        quad: old.quad?,
        kind: &record.kind.0,
        field: &first.field,
        read: &old.text,
        read_value: old.value.as_deref(),
        confidence: old.confidence,
        text: &now.text,
        value: now.value.as_deref(),
        state: now.state,
        is_same: old.value == now.value,
    })
}
