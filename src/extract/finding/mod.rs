//! What does not go together on the paper: findings, never corrections.
//!
//! The rules are data (`pipelines/rules.toml`), the comparisons are code.

mod amount;
mod code;
mod compare;
mod identity;
mod period;
mod rule;

use crate::model::{Field, Finding, Record, Severity};

pub use code::compare_codes;
use compare::Verdict;
pub use rule::{RuleSet, RulesError};

/// The findings of the rules that come with the program, in the order of the rules.
///
/// Where a field concerned was read with less confidence than its rule asks for, or where
/// another reading of it would agree, the finding is `Info`; not where a date differs in a part
/// that all its readings share.
pub fn check(record: &Record) -> Vec<Finding> {
    RuleSet::built_in().check(record)
}

impl RuleSet {
    /// The findings of these rules, in their order, each name once for the same fields.
    pub fn check(&self, record: &Record) -> Vec<Finding> {
        let mut findings: Vec<Finding> = Vec::new();
        for rule in &self.rules {
            if !rule.is_for(&record.kind) || !self.is_in_force(rule, record) {
                continue;
            }
            for role in rule.roles() {
                let check = rule.check.for_role(role);
                let Verdict::Against(fields) = check.verdict(record) else { continue };
                let sure = rule.sure.unwrap_or(self.sure);
                let severity = severity(rule.severity, record, &fields, sure, &check);
                let finding = Finding { rule: rule.name.clone(), severity, fields };
                if !findings.contains(&finding) {
                    findings.push(finding);
                }
            }
        }
        findings
    }

    /// Whether a rule was law on the day of the record; a record without a day is held to
    /// rules without days alone.
    fn is_in_force(&self, rule: &rule::Rule, record: &Record) -> bool {
        if rule.from.is_none() && rule.until.is_none() {
            return true;
        }
        let mut dates = self.record_date.iter().filter_map(|name| value(record, name));
        let Some(day) = dates.next() else { return false };
        let after = rule.from.as_deref().is_none_or(|from| from <= day);
        after && rule.until.as_deref().is_none_or(|until| day < until)
    }
}

/// The severity of a finding: that of its rule, or `Info` where the reading is in doubt.
fn severity(
    of_rule: Severity,
    record: &Record,
    fields: &[String],
    sure: f32,
    check: &rule::Check,
) -> Severity {
    let read: Vec<&Field> =
        fields.iter().filter_map(|name| record.fields.get(name)).collect();
    let is_doubtful =
        read.iter().any(|field| field.confidence < sure && is_machine_read(field));
    if is_doubtful && !check.differs_where_sure(record)
        || another_reading_agrees(record, fields, check)
    {
        return Severity::Info;
    }
    of_rule
}

/// Whether no person has touched the field.
fn is_machine_read(field: &Field) -> bool {
    field.state == crate::model::FieldState::Read
}

/// Whether an alternative reading of one of `fields` would satisfy the check.
fn another_reading_agrees(
    record: &Record,
    fields: &[String],
    check: &rule::Check,
) -> bool {
    fields.iter().any(|name| {
        let alternatives = record.fields.get(name).map_or(&[][..], |it| &it.alternatives);
        alternatives.iter().any(|other| {
            let mut changed = record.clone();
            if let Some(field) = changed.fields.get_mut(name) {
                field.value = Some(other.clone());
                field.text.clone_from(other);
            }
            matches!(check.verdict(&changed), Verdict::Agrees)
        })
    })
}

/// How sure a value is at most that does not go together with another one.
const DISPUTED: f32 = 0.8;

/// Lowers the confidence of the fields that a finding is about: where two statements do not
/// go together, one of them was misread more often than miswritten.
pub fn doubt(record: &mut Record) {
    for name in record.findings.iter().flat_map(|finding| &finding.fields) {
        if let Some(field) = record.fields.get_mut(name).filter(|it| is_machine_read(it))
        {
            field.confidence = field.confidence.min(DISPUTED);
        }
    }
}

/// The value of a field, if it has one.
fn value<'a>(record: &'a Record, name: &str) -> Option<&'a str> {
    record.fields.get(name)?.value.as_deref()
}

#[cfg(test)]
mod tests;
