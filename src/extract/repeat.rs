//! A name that stands on a paper more than once.

use std::collections::BTreeMap;

use crate::config::kind::Repeat;
use crate::model::{Field, FieldState, Word, title_case_name};

use super::normal::{self, Context};
use super::record::Entry;

/// How sure a name is at most that another writing decided.
const DECIDED: f32 = 0.85;

/// Words of the names of a record, by field.
pub(super) type Names = BTreeMap<String, Vec<Word>>;

/// Reads each name of a record together with its other writings. What is changed keeps the
/// plain reading beside it.
pub(super) fn settle(repeats: &[Repeat], entry: &mut Entry) {
    for repeat in repeats {
        let fields = std::iter::once(&repeat.name).chain(&repeat.of);
        let known: Vec<(&String, &[Word])> = fields
            .filter_map(|field| Some((field, entry.names.get(field)?.as_slice())))
            .collect();
        if known.first().is_none_or(|(field, _)| **field != repeat.name) {
            continue;
        }
        let words: Vec<&[Word]> = known.iter().map(|(_, words)| *words).collect();
        let Some((name, bears)) = normal::same_name(&words) else { continue };
        let Some(value) = spelled(&name) else { continue };
        for ((field, _), bears) in known.iter().zip(bears) {
            if let Some(found) = entry.fields.get_mut(*field).filter(|_| bears) {
                decide(found, &value);
            }
        }
    }
}

/// Gives a field the value that its writings share; one that could not be read alone has it
/// from the others.
fn decide(field: &mut Field, value: &str) {
    if !matches!(field.state, FieldState::Read | FieldState::Illegible) {
        return;
    }
    let old = field.value.replace(value.to_owned());
    field.state = FieldState::Read;
    if old.as_deref() != Some(value) {
        field.confidence = field.confidence.min(DECIDED);
        field.alternatives.retain(|it| it != value);
        field.alternatives.splice(0..0, old);
    }
}

/// A name whose syllables come from several writings, one of them perhaps in capitals. A
/// capital within a word (`KLộc`) stays: it tells where an apostrophe or a space was lost.
fn spelled(name: &str) -> Option<String> {
    let name = if name.contains(char::is_lowercase) {
        name.split(' ').map(title_case_name).collect::<Vec<String>>().join(" ")
    } else {
        name.to_owned()
    };
    normal::normalize("name", &name, &Context::default())?.value
}

#[cfg(test)]
mod tests {
    use super::{Field, FieldState, decide, spelled};

    #[test]
    fn a_name_that_cannot_be_read_alone_is_read_with_its_other_writings() {
        let mut field = Field {
            text: "LJ Hương".into(),
            value: None,
            state: FieldState::Illegible,
            confidence: 0.2,
            page: Some(1),
            quad: None,
            alternatives: vec!["Lj Hương".into()],
        };
        decide(&mut field, "Lò Hương");
        assert_eq!(
            (field.value.as_deref(), field.state),
            (Some("Lò Hương"), FieldState::Read)
        );
        assert_eq!((field.confidence, field.alternatives.len()), (0.2, 1));
        let mut absent = Field { state: FieldState::Absent, ..field };
        absent.value = None;
        decide(&mut absent, "Lò Hương");
        assert_eq!(absent.value, None);
    }

    #[test]
    fn a_name_from_several_writings_is_spelled_as_one() {
        for (name, expected) in [
            ("Hoàng Văn PHƯỢNG", "Hoàng Văn Phượng"),
            ("HOÀNG VĂN PHƯỢNG", "Hoàng Văn Phượng"),
            ("K' BRÊM", "K'Brêm"),
            ("KLộc", "K'Lộc"),
            ("CứA CHU", "Cứ A Chu"),
        ] {
            assert_eq!(spelled(name).as_deref(), Some(expected));
        }
    }
}
