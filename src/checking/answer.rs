//! What somebody answers at a field, and what becomes of it.

use jiff::civil::Date;

use super::Step;
use super::rules::CheckRules;
use crate::model::Field;
use crate::model::FieldState;
use crate::model::nfc;

/// What somebody says about a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// This stands there: as typed, and as it is stored.
    Value {
        /// As typed.
        text: String,
        /// As stored: a day as `1987-03-05`, a number of a code list.
        value: String,
    },
    /// Nothing stands there.
    Blank,
    /// Something stands there that cannot be read.
    Illegible,
}

impl Answer {
    /// The answer that was typed; an empty one says that nothing stands there.
    pub fn typed(rules: &CheckRules, field: &str, typed: &str) -> Self {
        let text = nfc(typed).split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            return Self::Blank;
        }
        let day = rules.is_date(field).then(|| iso(&text)).flatten();
        Self::Value { value: day.unwrap_or_else(|| text.clone()), text }
    }

    /// What the field says as it stands.
    pub fn of(field: &Field) -> Self {
        let is_illegible = field.state == FieldState::Illegible;
        Self::said(field.value.as_deref(), if is_illegible { "illegible" } else { "" })
    }

    /// What was said earlier: the value with the state that it gave the field.
    pub fn said(value: Option<&str>, state: &str) -> Self {
        match (value, state) {
            (Some(value), _) => {
                Self::Value { text: value.to_owned(), value: value.to_owned() }
            }
            (None, "illegible") => Self::Illegible,
            (None, _) => Self::Blank,
        }
    }

    /// The value; `None` where there is none.
    pub fn value(&self) -> Option<&str> {
        match self {
            Self::Value { value, .. } => Some(value),
            Self::Blank | Self::Illegible => None,
        }
    }

    /// Whether both say the same: letter for letter, capitals too, for they are what a
    /// second pair of eyes is for.
    pub fn agrees(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Value { value: a, .. }, Self::Value { value: b, .. }) => a == b,
            _ => self == other,
        }
    }

    /// The field with this answer, as decided by people who give it `state`.
    fn applied(&self, old: &Field, state: FieldState) -> Field {
        let (text, value, state) = match self {
            Self::Value { text, value } if old.value.as_deref() == Some(value) => {
                // What stands on the paper word for word was read already.
                let text = if old.text.is_empty() { text } else { &old.text };
                (text.clone(), Some(value.clone()), state)
            }
            Self::Value { text, value } => (text.clone(), Some(value.clone()), state),
            Self::Blank => (String::new(), None, FieldState::Absent),
            Self::Illegible => (String::new(), None, FieldState::Illegible),
        };
        Field { text, value, state, confidence: 1.0, alternatives: vec![], ..old.clone() }
    }
}

/// A day as people type it, as ISO writes it; `None` if it is none, so that it is kept as
/// it was typed. A missing day is never filled in.
fn iso(typed: &str) -> Option<String> {
    let parts: Vec<&str> = typed.split(['/', '.', '-']).map(str::trim).collect();
    let number = |part: &str| -> Option<i8> {
        let is_number = part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| part.parse().ok()).flatten()
    };
    let year_of = |part: &str| -> Option<i16> {
        let is_year = part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_digit());
        is_year.then(|| part.parse().ok()).flatten()
    };
    // A day that the calendar does not have, such as 31/2, is kept as it was typed.
    match parts.as_slice() {
        [day, month, year] => {
            let year = year_of(year)?;
            let day = Date::new(year, number(month)?, number(day)?).ok()?;
            Some(day.to_string())
        }
        [month, year] => {
            let year = year_of(year)?;
            let month = number(month).filter(|month| (1..=12).contains(month))?;
            Some(format!("{year:04}-{month:02}"))
        }
        _ => None,
    }
}

/// What becomes of a field after an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The stage afterwards; empty where nobody has to look any more.
    pub to: &'static str,
    /// The field afterwards; `None` where it stays as it is.
    pub now: Option<Field>,
}

/// What becomes of a field when somebody takes `step` at it and says `answer`. `before` is
/// what was said so far by others, oldest first, without what was undone.
///
/// A value that is keyed twice goes into its record when both agree: until then it stands
/// in no place where the second person could see it.
pub fn outcome(
    rules: &CheckRules,
    (name, old): (&str, &Field),
    step: Step,
    answer: &Answer,
    before: &[Answer],
) -> Outcome {
    let put = |to, state| Outcome { to, now: Some(answer.applied(old, state)) };
    let agrees_with_first = before.last().is_some_and(|last| last.agrees(answer));
    let agrees_with_record = Answer::of(old).agrees(answer);
    match step {
        Step::Key if rules.is_double(name) => Outcome { to: "keyed-once", now: None },
        Step::Key => put("keyed", FieldState::Keyed),
        Step::Second if agrees_with_first => put("keyed", FieldState::Keyed),
        Step::Second => Outcome { to: "disputed", now: None },
        // Two of three say the same: as good as a verification by another person.
        Step::Third if before.iter().any(|said| said.agrees(answer)) => {
            put("verified", FieldState::Verified)
        }
        Step::Verify if agrees_with_record => put("verified", FieldState::Verified),
        // Something new: somebody else has to look at it.
        Step::Third | Step::Verify => put("keyed", FieldState::Keyed),
        Step::Approve if agrees_with_record => put("", FieldState::Approved),
        Step::Approve => put("keyed", FieldState::Keyed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> CheckRules {
        CheckRules::embedded().expect("the embedded rules")
    }

    fn field(value: &str) -> Field {
        Field {
            text: value.to_uppercase(),
            value: Some(value.to_owned()),
            state: FieldState::Read,
            confidence: 0.4,
            page: Some(1),
            quad: None,
            alternatives: vec!["x".into()],
        }
    }

    fn typed(field: &str, text: &str) -> Answer {
        Answer::typed(&rules(), field, text)
    }

    #[test]
    fn days_are_stored_as_iso_and_nothing_is_added() {
        for (text, expected) in [
            ("5/3/1987", "1987-03-05"),
            (" 05.03.1987 ", "1987-03-05"),
            ("5-3-1987", "1987-03-05"),
            ("3/1987", "1987-03"),
            ("1987", "1987"),
            ("31/13/1987", "31/13/1987"),
            ("31/2/1987", "31/2/1987"),
            ("29/2/1987", "29/2/1987"),
            ("29/2/1988", "1988-02-29"),
            ("0/3/1987", "0/3/1987"),
            ("13/1987", "13/1987"),
            ("khoảng 1987", "khoảng 1987"),
            ("1987-03-05", "1987-03-05"),
        ] {
            assert_eq!(typed("meNgaySinh", text).value(), Some(expected), "{text}");
        }
        assert_eq!(typed("so", "5/3/1987").value(), Some("5/3/1987"));
        assert_eq!(typed("so", "  "), Answer::Blank);
    }

    #[test]
    fn a_name_goes_through_both_keyings_before_anybody_verifies_it() {
        let (rules, old) = (rules(), field("Lò Văn Mau"));
        let named = ("nksHoTen", &old);
        let right = typed("nksHoTen", "Lò Văn Mẫu");
        let first = outcome(&rules, named, Step::Key, &right, &[]);
        assert_eq!(first, Outcome { to: "keyed-once", now: None }, "nobody sees it yet");
        let same =
            outcome(&rules, named, Step::Second, &right, std::slice::from_ref(&right));
        assert_eq!(same.to, "keyed");
        let now = same.now.expect("changed");
        assert_eq!(
            (now.value.as_deref(), now.state),
            (Some("Lò Văn Mẫu"), FieldState::Keyed)
        );
        assert_eq!((now.page, now.confidence), (Some(1), 1.0));
        let other = typed("nksHoTen", "Lò Văn Mâu");
        let differs =
            outcome(&rules, named, Step::Second, &other, std::slice::from_ref(&right));
        assert_eq!(differs, Outcome { to: "disputed", now: None });
        let said = [right.clone(), other];
        let third = outcome(&rules, named, Step::Third, &right, &said);
        assert_eq!(
            (third.to, third.now.expect("set").state),
            ("verified", FieldState::Verified)
        );
        let new = typed("nksHoTen", "Lò Văn Máu");
        assert_eq!(outcome(&rules, named, Step::Third, &new, &said).to, "keyed");
    }

    #[test]
    fn whoever_changes_a_value_sends_it_back_to_be_verified_by_somebody_else() {
        let (rules, old) = (rules(), field("Thái"));
        let named = ("nksDanToc", &old);
        let keyed = [typed("nksDanToc", "Thái")];
        for (step, to, state) in [
            (Step::Verify, "verified", FieldState::Verified),
            (Step::Approve, "", FieldState::Approved),
        ] {
            let same = outcome(&rules, named, step, &keyed[0], &keyed);
            assert_eq!((same.to, same.now.expect("set").state), (to, state));
            let other =
                outcome(&rules, named, step, &typed("nksDanToc", "Mường"), &keyed);
            assert_eq!(
                (other.to, other.now.expect("set").state),
                ("keyed", FieldState::Keyed)
            );
        }
    }

    #[test]
    fn nothing_there_and_not_readable_are_answers_of_their_own() {
        let (rules, old) = (rules(), field("x"));
        for (answer, state) in [
            (Answer::Blank, FieldState::Absent),
            (Answer::Illegible, FieldState::Illegible),
        ] {
            let done = outcome(&rules, ("ghiChu", &old), Step::Key, &answer, &[]);
            let now = done.now.expect("set");
            assert_eq!((now.state, now.value), (state, None));
            assert!(answer.agrees(&answer) && !answer.agrees(&typed("ghiChu", "x")));
        }
        assert_eq!(Answer::said(None, "illegible"), Answer::Illegible);
        assert_eq!(Answer::said(None, "absent"), Answer::Blank);
    }

    #[test]
    fn a_value_that_is_confirmed_keeps_how_it_stands_on_the_paper() {
        let (rules, old) = (rules(), field("Thái"));
        let done = outcome(
            &rules,
            ("nksDanToc", &old),
            Step::Key,
            &typed("nksDanToc", "Thái"),
            &[],
        );
        assert_eq!(done.now.expect("set").text, "THÁI");
    }
}
