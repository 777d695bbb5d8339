//! Code 39 (ISO/IEC 16388): nine stripes a letter, of which three are wide; no check.

use super::stripes::Stripes;

const LETTERS: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%*";

/// Which of the nine stripes are wide, the first in the highest bit, in the order of
/// [`LETTERS`].
const PATTERNS: [u16; 44] = [
    0x034, 0x121, 0x061, 0x160, 0x031, 0x130, 0x070, 0x025, 0x124, 0x064, 0x109, 0x049,
    0x148, 0x019, 0x118, 0x058, 0x00D, 0x10C, 0x04C, 0x01C, 0x103, 0x043, 0x142, 0x013,
    0x112, 0x052, 0x007, 0x106, 0x046, 0x016, 0x181, 0x0C1, 0x1C0, 0x091, 0x190, 0x0D0,
    0x085, 0x184, 0x0C4, 0x0A8, 0x0A2, 0x08A, 0x02A, 0x094,
];

/// The letter at both ends.
const EDGE: char = '*';

/// Fewest letters of a code. Bars without a check that say one or two letters are found in
/// any table.
const FEWEST_LETTERS: usize = 4;

/// How much wider than the widest narrow stripe the narrowest wide one is, at least; 2 to 3
/// in print.
const WIDE: f32 = 1.4;

/// How much wider than the narrowest the widest stripe of one letter may be.
const WIDEST: f32 = 5.0;

/// The first code in a stretch: what it says, and its first stripe and the one behind its
/// last.
pub(super) fn read(stripes: &Stripes<'_>) -> Option<(String, usize, usize)> {
    let lengths = stripes.lengths;
    let starts = lengths.len().saturating_sub(10 * (FEWEST_LETTERS + 1));
    (0..starts).step_by(2).find_map(|first| {
        if letter_at(lengths, first)? != EDGE {
            return None;
        }
        let mut text = String::new();
        let mut at = first + 10;
        loop {
            match letter_at(lengths, at)? {
                EDGE => break,
                letter => text.push(letter),
            }
            at += 10;
        }
        (text.len() >= FEWEST_LETTERS).then_some((text, first, at + 9))
    })
}

/// The letter of the nine stripes from `at` on.
fn letter_at(lengths: &[f32], at: usize) -> Option<char> {
    let nine: [f32; 9] = lengths.get(at..at + 9)?.try_into().ok()?;
    let mut sorted = nine;
    sorted.sort_unstable_by(f32::total_cmp);
    let [narrowest, _, _, _, _, narrow, wide, _, widest] = sorted;
    if wide < narrow * WIDE || widest > narrowest * WIDEST {
        return None;
    }
    let pattern =
        nine.iter().fold(0_u16, |bits, length| bits << 1 | u16::from(*length >= wide));
    let place = PATTERNS.iter().position(|known| *known == pattern)?;
    LETTERS.chars().nth(place)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The widths of the stripes of a text, its edges included.
    pub(in super::super) fn modules(text: &str) -> Vec<u8> {
        let mut widths = Vec::new();
        for letter in format!("*{text}*").chars() {
            let place = LETTERS.find(letter).expect("a letter of the code");
            let pattern = PATTERNS[place];
            widths.extend(
                (0..9).rev().map(|bit| if pattern >> bit & 1 == 1 { 3 } else { 1 }),
            );
            widths.push(1);
        }
        widths.pop();
        widths
    }

    #[test]
    fn each_letter_has_three_wide_stripes_of_its_own() {
        let mut seen = std::collections::BTreeSet::new();
        for pattern in PATTERNS {
            assert_eq!(pattern.count_ones(), 3, "{pattern:x}");
            assert!(seen.insert(pattern));
        }
        assert_eq!(LETTERS.len(), PATTERNS.len());
    }
}
