//! QR and bar codes against what was read.

use crate::model::{Finding, Record, fold};

use super::rule::{CodeRule, RuleSet};
use super::value;

/// The findings of codes on the paper of `record` that say something else than its
/// fields. A code of another shape than the rules know is not compared.
pub fn compare_codes(record: &Record, codes: &[String]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in &RuleSet::built_in().codes {
        if !rule.kinds.contains(&record.kind.0) {
            continue;
        }
        findings.extend(codes.iter().filter_map(|code| against(record, rule, code)));
    }
    findings
}

/// The finding of one code; `None` where it agrees or cannot be compared.
fn against(record: &Record, rule: &CodeRule, code: &str) -> Option<Finding> {
    let said: Vec<&str> = code.split(rule.separator.as_str()).collect();
    if said.len() != rule.parts.len() {
        return None;
    }
    let fields: Vec<String> = said
        .iter()
        .zip(&rule.parts)
        .filter(|(said, name)| {
            value(record, name).is_some_and(|read| !is_same(read, said))
                && !said.is_empty()
        })
        .map(|(_, name)| name.clone())
        .collect();
    if fields.is_empty() {
        return None;
    }
    Some(Finding { rule: rule.name.clone(), severity: rule.severity, fields })
}

/// Whether a code and a reading say the same, spelling aside.
fn is_same(read: &str, said: &str) -> bool {
    let number = |text: &str| text.trim().replace(',', ".").parse::<f64>().ok();
    if let (Some(read), Some(said)) = (number(read), number(said)) {
        return (read - said).abs() < 0.05;
    }
    let letters = |text: &str| {
        fold(text).chars().filter(|it| it.is_alphanumeric()).collect::<String>()
    };
    letters(read) == letters(said)
}
