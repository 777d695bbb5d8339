//! Single lines cut out of paper, each with what stands on it: how well they are read, and
//! how well where it is known what they may hold.

use std::path::{Path, PathBuf};

use serde::Serialize;
use unicode_normalization::UnicodeNormalization as _;

use super::alignment::{Step, steps};
use super::corpus::EvalError;
use super::ratio;
use super::spelling::{TONES, plain};
use crate::model::is_vowel;

/// The table of a folder of lines: a file and its text, parted by a tab.
const TABLE: &str = "gt.tsv";

/// Words for a unit, as they are written before its name.
const UNIT_WORDS: [&str; 8] = ["tỉnh", "huyện", "quận", "xã", "phường", "tp", "tx", "tt"];
/// The same of two words.
const UNIT_PAIRS: [(&str, &str); 3] = [("thành", "phố"), ("thị", "xã"), ("thị", "trấn")];

/// A picture of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrueLine {
    /// The picture.
    pub file: PathBuf,
    /// What stands on it.
    pub text: String,
}

/// What was read of a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadLine {
    /// As it is, with nothing known of it but the language.
    pub text: String,
    /// As a place: the units that it names spelled as the gazetteer spells them.
    pub place: String,
}

/// How well lines were read. Rates are wrong letters by letters of the truth.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Lines {
    /// How many lines there are.
    pub lines: u64,
    /// Lines of which nothing was read.
    pub lines_missing: u64,
    /// Letters of the truth.
    pub chars: u64,
    /// As they were read.
    pub cer: f64,
    /// The same; case, marks and the words for units make no difference.
    pub bare_cer: f64,
    /// As places; case, marks and the words for units make no difference, since a value has
    /// its own.
    pub place_cer: f64,
}

/// Whether a folder holds lines with their table.
pub fn holds_lines(folder: &Path) -> bool {
    folder.join(TABLE).is_file()
}

/// The lines of a folder whose pictures are there.
///
/// # Errors
///
/// If the table cannot be read.
pub fn true_lines(folder: &Path) -> Result<Vec<TrueLine>, EvalError> {
    let path = folder.join(TABLE);
    let table = std::fs::read_to_string(&path)
        .map_err(|source| EvalError::Io { path: path.clone(), source })?;
    let rows = table.lines().filter_map(|row| row.split_once('\t'));
    let lines = rows.map(|(file, text)| TrueLine {
        file: folder.join(file),
        text: text.trim().to_owned(),
    });
    Ok(lines.filter(|line| line.file.is_file()).collect())
}

/// Compares each line with what was read of it.
pub fn score_lines<'a>(
    lines: impl IntoIterator<Item = (&'a TrueLine, &'a ReadLine)>,
) -> Lines {
    let mut out = Lines::default();
    let (mut as_read, mut bare_wrong, mut place_wrong, mut bare_chars) = (0, 0, 0, 0);
    for (line, read) in lines {
        let (want, have) = (plain(&line.text), plain(&read.text));
        out.lines += 1;
        out.lines_missing += u64::from(have.is_empty());
        out.chars += want.chars().count() as u64;
        as_read += wrong(&want, &have);
        let bare_want = bare(&want);
        bare_chars += bare_want.chars().count() as u64;
        bare_wrong += wrong(&bare_want, &bare(&have));
        place_wrong += wrong(&bare_want, &bare(&plain(&read.place)));
    }
    out.cer = ratio(as_read as f64, out.chars);
    out.bare_cer = ratio(bare_wrong as f64, bare_chars);
    out.place_cer = ratio(place_wrong as f64, bare_chars);
    out
}

/// A text in small letters without marks and without the words for units, which a value has
/// where the paper has none; every tone on the first vowel of its syllable (`hoà` is `hòa`).
fn bare(text: &str) -> String {
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    let words: Vec<String> =
        words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    let mut out: Vec<&str> = Vec::new();
    let mut rest = words.as_slice();
    while let Some((word, after)) = rest.split_first() {
        let next = after.first().map_or("", String::as_str);
        if UNIT_PAIRS.contains(&(word, next)) {
            rest = after.get(1..).unwrap_or_default();
            continue;
        }
        if !UNIT_WORDS.contains(&word.as_str()) {
            out.push(word);
        }
        rest = after;
    }
    tone_first(&out.join(" "))
}

fn tone_first(text: &str) -> String {
    let words = text.split(' ').map(|word| {
        let (tones, letters): (Vec<char>, Vec<char>) =
            word.nfd().partition(|letter| TONES.contains(letter));
        let letters: Vec<char> = letters.into_iter().nfc().collect();
        let first = letters.iter().position(|&letter| is_vowel(letter));
        let at = first.map_or(letters.len(), |first| first + 1);
        let (before, after) = letters.split_at(at);
        before.iter().chain(&tones).chain(after).copied().nfc().collect::<String>()
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Letters that have to be changed, at most all.
fn wrong(want: &str, have: &str) -> usize {
    let letters = |text: &str| text.chars().collect::<Vec<char>>();
    let (want, have) = (letters(want), letters(have));
    let changes = steps(&want, &have).iter().filter(|step| **step != Step::Same).count();
    changes.min(want.len().max(have.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_counts_as_it_was_read_and_as_the_place_that_it_names() {
        let line = |text: &str| TrueLine { file: PathBuf::new(), text: text.into() };
        let truth = [line("Bản Mẫu Xã Mường Thử"), line("Xóm 3")];
        let read = [
            ReadLine {
                text: "Bản Mau Xã Mường Thừ".into(),
                place: "bản Mẫu, xã Mường Thử, tỉnh".into(),
            },
            ReadLine::default(),
        ];
        let scores = score_lines(truth.iter().zip(&read));
        assert_eq!((scores.lines, scores.lines_missing), (2, 1));
        assert_eq!(scores.chars, 25);
        let is = |rate: f64, wrong: f64, letters: u64| {
            (rate - ratio(wrong, letters)).abs() < 1e-9
        };
        assert!(is(scores.cer, 2.0 + 5.0, 25), "{scores:?}");
        assert!(is(scores.bare_cer, 2.0 + 5.0, 22), "{scores:?}");
        assert!(
            is(scores.place_cer, 5.0, 22),
            "nothing was read of the second: {scores:?}"
        );
    }

    #[test]
    fn the_place_of_a_tone_makes_no_difference_and_the_tone_does() {
        assert_eq!(bare("Xã Hoà Thuỷ"), bare("hòa, thủy"));
        assert_ne!(bare("Hoà"), bare("Hoá"));
        assert_eq!(bare("Quỳ").chars().count(), 3);
        assert_eq!(bare("TP. Thị Xã Thị Nghè"), "thị nghè");
    }

    #[test]
    fn lines_without_a_picture_are_none_of_the_corpus() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!holds_lines(folder.path()));
        std::fs::write(folder.path().join("gt.tsv"), "a.png\tXã Mẫu\nb.png\tx\nno tab\n")
            .unwrap();
        std::fs::write(folder.path().join("a.png"), "").unwrap();
        assert!(holds_lines(folder.path()));
        let lines = true_lines(folder.path()).unwrap();
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].text, "Xã Mẫu");
    }
}
