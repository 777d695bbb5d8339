//! Code 128 (ISO/IEC 15417): three bars and three spaces a letter, with a check at the end.

use super::stripes::Stripes;

/// Widths of the stripes of each value, in modules; the last three are the starts A, B, C.
const PATTERNS: [&str; 106] = [
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312",
    "132212", "221213", "221312", "231212", "112232", "122132", "122231", "113222",
    "123122", "123221", "223211", "221132", "221231", "213212", "223112", "312131",
    "311222", "321122", "321221", "312212", "322112", "322211", "212123", "212321",
    "232121", "111323", "131123", "131321", "112313", "132113", "132311", "211313",
    "231113", "231311", "112133", "112331", "132131", "113123", "113321", "133121",
    "313121", "211331", "231131", "213113", "213311", "213131", "311123", "311321",
    "331121", "312113", "312311", "332111", "314111", "221411", "431111", "111224",
    "111422", "121124", "121421", "141122", "141221", "112214", "112412", "122114",
    "122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111",
    "111242", "121142", "121241", "114212", "124112", "124211", "411212", "421112",
    "421211", "212141", "214121", "412121", "111143", "111341", "131141", "114113",
    "114311", "411113", "411311", "113141", "114131", "311141", "411131", "211412",
    "211214", "211232",
];

/// Widths of the stripes of the stop, in modules.
const STOP: &str = "2331112";

/// Value of start A; B and C follow.
const START_A: usize = 103;

/// Mean by which the stripes of a value may differ from their widths, in modules.
const MEAN_ERROR: f32 = 0.3;

/// By how much one stripe may differ, in modules: print spreads, thresholds cut.
const LARGEST_ERROR: f32 = 0.8;

/// A set of letters.
#[derive(Clone, Copy, PartialEq)]
enum Set {
    A,
    B,
    C,
}

/// The first code in a stretch: what it says, and its first stripe and the one behind its
/// last.
pub(super) fn read(stripes: &Stripes<'_>) -> Option<(String, usize, usize)> {
    let starts = stripes.lengths.len().saturating_sub(24);
    (0..starts).step_by(2).find_map(|first| from(stripes.lengths, first))
}

fn from(lengths: &[f32], first: usize) -> Option<(String, usize, usize)> {
    let start = value_at(lengths, first, START_A)?;
    let mut values = vec![start];
    let mut at = first + 6;
    loop {
        if lengths.get(at..at + 7).is_some_and(|it| error(it, STOP).is_some()) {
            break;
        }
        values.push(value_at(lengths, at, 0).filter(|value| *value < START_A)?);
        at += 6;
    }
    let (&check, values) = values.split_last()?;
    let weighted: usize =
        values.iter().enumerate().map(|(place, value)| value * place.max(1)).sum();
    if weighted % 103 != check || values.len() < 2 {
        return None;
    }
    let text = letters(values)?;
    (!text.is_empty()).then_some((text, first, at + 7))
}

/// The value, `least` or more, of the six stripes from `at` on.
fn value_at(lengths: &[f32], at: usize, least: usize) -> Option<usize> {
    let six = lengths.get(at..at + 6)?;
    let known = PATTERNS.iter().enumerate().skip(least);
    let errors = known
        .filter_map(|(value, pattern)| error(six, pattern).map(|error| (error, value)));
    errors.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, value)| value)
}

/// How far stripes are from a pattern, in modules a stripe; `None` if too far.
fn error(lengths: &[f32], pattern: &str) -> Option<f32> {
    let widths = || pattern.bytes().map(|digit| f32::from(digit - b'0'));
    let module = lengths.iter().sum::<f32>() / widths().sum::<f32>();
    if module < 1.0 {
        return None;
    }
    let mut sum = 0.0;
    for (length, width) in lengths.iter().zip(widths()) {
        let error = (length / module - width).abs();
        if error > LARGEST_ERROR {
            return None;
        }
        sum += error;
    }
    let mean = sum / lengths.len() as f32;
    (mean <= MEAN_ERROR).then_some(mean)
}

/// What values say, the start first.
fn letters(values: &[usize]) -> Option<String> {
    let (start, values) = values.split_first()?;
    let mut set = match start - START_A {
        0 => Set::A,
        1 => Set::B,
        _ => Set::C,
    };
    let mut text = String::new();
    let mut shifted: Option<Set> = None;
    for &value in values {
        let now = shifted.take().unwrap_or(set);
        match (now, value) {
            (Set::C, 0..=99) => {
                let (tens, ones) = (value / 10, value % 10);
                text.extend(
                    [tens, ones]
                        .iter()
                        .filter_map(|&digit| char::from_digit(digit as u32, 10)),
                );
            }
            (Set::A, 0..=63) | (Set::B, 0..=95) => {
                text.push(char::from(u8::try_from(value + 32).ok()?));
            }
            // Control letters; none of them belongs to a number on paper.
            (Set::A, 64..=95) => return None,
            (Set::A, 98) => shifted = Some(Set::B),
            (Set::B, 98) => shifted = Some(Set::A),
            (Set::A | Set::B, 99) => set = Set::C,
            (Set::A | Set::C, 100) => set = Set::B,
            (Set::B | Set::C, 101) => set = Set::A,
            // Functions of readers, such as the mark of GS1.
            _ => {}
        }
    }
    Some(text)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The widths of the stripes of a text in set B.
    pub(in super::super) fn modules(text: &str) -> Vec<u8> {
        let mut values = vec![START_A + 1];
        values.extend(text.bytes().map(|byte| usize::from(byte) - 32));
        let weighted: usize =
            values.iter().enumerate().map(|(at, value)| value * at.max(1)).sum();
        values.push(weighted % 103);
        let patterns = values.iter().map(|value| PATTERNS[*value]).chain([STOP]);
        patterns.flat_map(|pattern| pattern.bytes().map(|digit| digit - b'0')).collect()
    }

    #[test]
    fn each_value_has_stripes_of_its_own_of_eleven_modules() {
        let mut seen = std::collections::BTreeSet::new();
        for pattern in PATTERNS {
            let widths: Vec<u32> =
                pattern.bytes().map(|digit| u32::from(digit - b'0')).collect();
            assert_eq!(widths.iter().sum::<u32>(), 11, "{pattern}");
            assert_eq!(widths.iter().step_by(2).sum::<u32>() % 2, 0, "{pattern}");
            assert!(seen.insert(pattern));
        }
    }

    #[test]
    fn sets_of_letters_change_within_a_code() {
        // Start C, 12, 34, to B, "A", to C, 56.
        let text = letters(&[105, 12, 34, 100, 33, 99, 56]);
        assert_eq!(text.as_deref(), Some("1234A56"));
    }

    #[test]
    fn a_wrong_check_is_no_code() {
        let mut widths = modules("CS01234");
        let read_back = |widths: &[u8]| {
            let lengths: Vec<f32> = widths.iter().map(|w| f32::from(*w) * 3.0).collect();
            read(&Stripes { lengths: &lengths }).map(|(text, ..)| text)
        };
        assert_eq!(read_back(&widths).as_deref(), Some("CS01234"));
        // Another digit instead of the last but one.
        let other: Vec<u8> = PATTERNS[24].bytes().map(|digit| digit - b'0').collect();
        widths.splice(6 * 6..7 * 6, other);
        assert_eq!(read_back(&widths), None);
    }
}
