//! Areas and sums in words against digits, and areas in running text.

use super::super::normal::{
    Context, is_number_word, is_point_word, normalize, number_from_words,
};

/// The number that a text in words says: a whole number, or one with a decimal part
/// (`phẩy hai`), words for units around it left out. `None` where it cannot be read.
pub(super) fn in_words(text: &str) -> Option<f64> {
    let words: Vec<&str> = text
        .split(|letter: char| letter.is_whitespace() || ",.:;()".contains(letter))
        .filter(|word| !word.is_empty())
        .collect();
    let (whole, part) = parts(&words)?;
    let whole = number_from_words(&whole.join(" "))? as f64;
    if part.is_empty() {
        return Some(whole);
    }
    Some(whole + decimal(&part)?)
}

/// The words before and after the decimal comma; what follows the number is left out, and
/// so is a word before it.
fn parts<'a>(words: &[&'a str]) -> Option<(Vec<&'a str>, Vec<&'a str>)> {
    let is_number = is_number_word;
    let start = words.iter().position(|word| is_number(word))?;
    let whole: Vec<&str> =
        words.iter().skip(start).copied().take_while(|word| is_number(word)).collect();
    let rest: Vec<&str> = words.iter().skip(start + whole.len()).copied().collect();
    let after = match rest.split_first() {
        Some((point, after)) if is_point_word(point) => {
            after.iter().copied().take_while(|word| is_number(word)).collect()
        }
        _ => Vec::new(),
    };
    Some((whole, after))
}

/// The decimal part in words: `hai` is 0.2, `không năm` 0.05, `hai mươi lăm` 0.25.
fn decimal(words: &[&str]) -> Option<f64> {
    let single = |word: &&str| number_from_words(word).filter(|digit| *digit < 10);
    let digits: Option<Vec<String>> =
        words.iter().map(|word| Some(single(word)?.to_string())).collect();
    let digits = match digits {
        Some(digits) => digits.concat(),
        None => number_from_words(&words.join(" "))?.to_string(),
    };
    format!("0.{digits}").parse().ok()
}

/// Whether two amounts are one, a rounding aside.
pub(super) fn equal(a: f64, b: f64) -> bool {
    (a - b).abs() < 0.005
}

/// The areas in a text: every number that is followed by a unit of area or that has a
/// decimal part.
pub(super) fn areas_in(text: &str) -> Vec<f64> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut areas = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let glued = word.contains(['m', 'M']);
        let unit = glued
            || words.get(index + 1).is_some_and(|next| {
                let next = next.trim_matches([';', ',', '.', ')']);
                next.starts_with(['m', 'M']) && next.chars().count() <= 2
            });
        if !unit || !word.starts_with(|letter: char| letter.is_ascii_digit()) {
            continue;
        }
        let number = word.split(['m', 'M']).next().unwrap_or_default();
        let read = normalize("area", number, &Context::default());
        areas.extend(read.and_then(|it| it.value).and_then(|it| it.parse::<f64>().ok()));
    }
    areas
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_in_words_are_read_with_their_units_around_them() {
        for (words, expected) in [
            ("Bảy trăm sáu mươi mốt phẩy hai mét vuông", Some(761.2)),
            ("Năm nghìn không trăm ba mươi sáu mét vuông", Some(5036.0)),
            ("(Bằng chữ: Bốn trăm tám mươi ba triệu đồng)", Some(483_000_000.0)),
            ("một trăm phẩy không năm", Some(100.05)),
            ("một trăm phẩy hai mươi lăm mét vuông", Some(100.25)),
            ("mét vuông", None),
        ] {
            assert_eq!(in_words(words), expected, "{words}");
        }
    }

    #[test]
    fn areas_in_running_text_need_their_unit() {
        assert_eq!(
            areas_in("Đất ở tại nông thôn 100,0 m²; Đất trồng cây lâu năm 1059,7 m²"),
            [100.0, 1059.7]
        );
        assert_eq!(areas_in("đến 2043"), [0.0; 0]);
    }
}
