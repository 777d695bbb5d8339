//! The grammar of folder and file names: which register, year, office, book and number a
//! path speaks of.

use std::collections::BTreeMap;

/// What a part of a name may be about.
const PARTS: [&str; 8] =
    ["register", "year", "office", "book", "number", "date", "page", "size"];

/// Years that registers can be from; another number is no year.
const YEARS: std::ops::RangeInclusive<u32> = 1800..=2100;

/// Why a pattern cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// A brace is not closed, or closed without being opened.
    #[error("pattern `{0}`: braces do not match")]
    Braces(String),
    /// The part is none of those that are known.
    #[error("pattern `{pattern}`: `{part}` is unknown, expected one of: {}", PARTS.join(", "))]
    Part {
        /// The pattern.
        pattern: String,
        /// The unknown part.
        part: String,
    },
    /// It names nothing.
    #[error("pattern `{0}` names no part")]
    NoPart(String),
}

/// One piece of a shape.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Digit,
    Digits,
    Letter(char),
}

/// What a part looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Shape {
    /// Everything up to the next `.` or `/`.
    Word,
    /// Everything up to the next `/`.
    Anything,
    /// One of these.
    OneOf(Vec<Vec<Piece>>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Literal(char),
    /// `None` for what is passed over.
    Part(Option<&'static str>, Shape),
}

/// One pattern, e.g. `{register:KS|KT}.{year:####}.{number:#+}`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern {
    tokens: Vec<Token>,
    /// How many folders of the path it looks at.
    folders: usize,
}

/// The patterns of an archive, tried in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameGrammar(Vec<Pattern>);

impl NameGrammar {
    /// A grammar of these patterns.
    ///
    /// # Errors
    ///
    /// [`PatternError`] names the pattern that makes no sense.
    pub fn new(patterns: &[String]) -> Result<Self, PatternError> {
        patterns.iter().map(|text| pattern(text)).collect::<Result<_, _>>().map(Self)
    }

    /// Whether there is no pattern, so that nothing is expected of names.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What `path` (with `/` between folders) says, by part. `None` if it fits no pattern,
    /// or fits the first one that it fits in more than one way.
    pub fn read(&self, path: &str) -> Option<BTreeMap<String, String>> {
        let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let mut parts: Vec<&str> =
            folders.split('/').filter(|folder| !folder.is_empty()).collect();
        parts.push(stem);
        for pattern in &self.0 {
            let Some(from) = parts.len().checked_sub(pattern.folders + 1) else {
                continue;
            };
            let text: Vec<char> =
                parts.get(from..).unwrap_or_default().join("/").chars().collect();
            let mut found = Vec::new();
            every_way(&pattern.tokens, &text, &BTreeMap::new(), &mut found);
            found.retain(makes_sense);
            match found.as_slice() {
                [] => {}
                [one] => {
                    let named = one
                        .iter()
                        .map(|(part, value)| ((*part).to_owned(), value.clone()));
                    return Some(named.collect());
                }
                _ => return None,
            }
        }
        None
    }
}

type Found = BTreeMap<&'static str, String>;

/// Adds every different way in which `text` fits the tokens, at most two.
fn every_way(tokens: &[Token], text: &[char], so_far: &Found, found: &mut Vec<Found>) {
    if found.len() > 1 {
        return;
    }
    let Some((token, rest)) = tokens.split_first() else {
        if text.is_empty() && !found.contains(so_far) {
            found.push(so_far.clone());
        }
        return;
    };
    match token {
        Token::Literal(letter) => {
            if let Some((first, after)) = text.split_first()
                && is_same(*first, *letter)
            {
                every_way(rest, after, so_far, found);
            }
        }
        Token::Part(name, shape) => {
            for length in lengths(shape, text) {
                let (mine, after) = text.split_at(length);
                let mut now = so_far.clone();
                if let Some(name) = name {
                    let value: String = mine.iter().collect();
                    // Folder and file must not contradict each other.
                    if now.get(name).is_some_and(|before| *before != value) {
                        continue;
                    }
                    now.insert(name, value);
                }
                every_way(rest, after, &now, found);
            }
        }
    }
}

/// How many letters of `text` the shape may take; ascending, each once, never none.
fn lengths(shape: &Shape, text: &[char]) -> Vec<usize> {
    let up_to = |stops: &[char]| {
        let end = text.iter().position(|letter| stops.contains(letter));
        end.unwrap_or(text.len())
    };
    match shape {
        Shape::Word => match up_to(&['.', '/']) {
            0 => Vec::new(),
            length => vec![length],
        },
        Shape::Anything => (1..=up_to(&['/'])).collect(),
        Shape::OneOf(choices) => {
            let mut lengths: Vec<usize> =
                choices.iter().flat_map(|pieces| taken(pieces, text)).collect();
            lengths.sort_unstable();
            lengths.dedup();
            lengths
        }
    }
}

/// How many letters of `text` the pieces take, in every way.
fn taken(pieces: &[Piece], text: &[char]) -> Vec<usize> {
    let mut ends = vec![0];
    for piece in pieces {
        let mut next = Vec::new();
        for end in ends {
            let left = text.get(end..).unwrap_or_default();
            let digits = left.iter().take_while(|letter| letter.is_ascii_digit()).count();
            match piece {
                Piece::Digit if digits > 0 => next.push(end + 1),
                Piece::Digits => next.extend((1..=digits).map(|count| end + count)),
                Piece::Letter(letter)
                    if left.first().is_some_and(|first| is_same(*first, *letter)) =>
                {
                    next.push(end + 1);
                }
                Piece::Digit | Piece::Letter(_) => {}
            }
        }
        ends = next;
    }
    ends
}

fn is_same(found: char, expected: char) -> bool {
    found == expected || found.to_lowercase().eq(expected.to_lowercase())
}

/// Whether year and date can be such.
fn makes_sense(found: &Found) -> bool {
    let is_year = |text: &str| text.parse().is_ok_and(|year| YEARS.contains(&year));
    let year = found.get("year").is_none_or(|year| is_year(year));
    let date = found.get("date").is_none_or(|date| {
        let parts: Vec<&str> = date.split(['-', '.', '_']).collect();
        let in_range = |text: &str, most| {
            text.parse().is_ok_and(|number: u32| (1..=most).contains(&number))
        };
        match parts.as_slice() {
            [year, month, day] => {
                is_year(year) && in_range(month, 12) && in_range(day, 31)
            }
            _ => true,
        }
    });
    year && date
}

fn pattern(text: &str) -> Result<Pattern, PatternError> {
    let braces = || PatternError::Braces(text.to_owned());
    let mut tokens = Vec::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '{' => {
                let inside: String = letters.by_ref().take_while(|c| *c != '}').collect();
                let is_open = !text.contains(&format!("{{{inside}}}"));
                if is_open || inside.contains('{') {
                    return Err(braces());
                }
                tokens.push(part(text, &inside)?);
            }
            '}' => return Err(braces()),
            letter => tokens.push(Token::Literal(letter)),
        }
    }
    if !tokens.iter().any(|token| matches!(token, Token::Part(Some(_), _))) {
        return Err(PatternError::NoPart(text.to_owned()));
    }
    let is_slash = |token: &&Token| **token == Token::Literal('/');
    let folders = tokens.iter().filter(is_slash).count();
    Ok(Pattern { tokens, folders })
}

fn part(pattern: &str, inside: &str) -> Result<Token, PatternError> {
    if inside == "*" {
        return Ok(Token::Part(None, Shape::Anything));
    }
    let (name, shape) = match inside.split_once(':') {
        Some((name, shape)) => (name, Some(shape)),
        None => (inside, None),
    };
    let Some(known) = PARTS.into_iter().find(|known| *known == name) else {
        let (pattern, part) = (pattern.to_owned(), name.to_owned());
        return Err(PatternError::Part { pattern, part });
    };
    let shape = match shape {
        None => Shape::Word,
        Some("*") => Shape::Anything,
        Some(shape) => Shape::OneOf(shape.split('|').map(pieces).collect()),
    };
    Ok(Token::Part(Some(known), shape))
}

fn pieces(choice: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for letter in choice.chars() {
        match (letter, pieces.last_mut()) {
            ('#', _) => pieces.push(Piece::Digit),
            ('+', Some(last)) if *last == Piece::Digit => *last = Piece::Digits,
            (letter, _) => pieces.push(Piece::Letter(letter)),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(patterns: &[&str], path: &str) -> Option<String> {
        let patterns: Vec<String> = patterns.iter().map(|p| (*p).to_owned()).collect();
        let found = NameGrammar::new(&patterns).unwrap().read(path)?;
        let shown = found.iter().map(|(part, value)| format!("{part}={value}"));
        Some(shown.collect::<Vec<_>>().join(" "))
    }

    const CONTRACTOR: &str = "{register:KS|KT|KH}.{year:####}.{office:#####}.{book:#+}.{number:#+}.{size:A3|A4}";

    #[test]
    fn a_name_by_the_grammar_says_register_year_office_book_and_number() {
        assert_eq!(
            read(&[CONTRACTOR], "Files/KS/1987/93029/01/KS.1987.93029.01.012.A4.pdf"),
            Some("book=01 number=012 office=93029 register=KS size=A4 year=1987".into())
        );
        assert_eq!(
            read(&["{register}/{year:####}/{number:#+}"], "KH/1982/31.tif"),
            Some("number=31 register=KH year=1982".into())
        );
        assert_eq!(
            read(
                &["SO {register:KS|KT} {year:####} ({number:#+})"],
                "so kt 1999 (7).jpg"
            ),
            Some("number=7 register=kt year=1999".into())
        );
    }

    #[test]
    fn what_does_not_fit_is_not_guessed() {
        for path in [
            "Scan 55-05-2022.pdf",
            "KS.1987.93029.01.012.A5.pdf",
            "KS.0087.93029.01.012.A4.pdf",
            "XX.1987.93029.01.012.A4.pdf",
            "",
        ] {
            assert_eq!(read(&[CONTRACTOR], path), None, "{path}");
        }
        let date = "{register:KS}.{date:####-##-##}";
        assert_eq!(read(&[date], "KS.1987-13-01.pdf"), None, "there is no 13th month");
    }

    #[test]
    fn a_name_that_fits_in_two_ways_is_not_guessed() {
        assert_eq!(read(&["{book:#+}{number:#+}"], "123.pdf"), None);
        assert_eq!(
            read(&["{book:#}{number:#+}"], "123.pdf"),
            Some("book=1 number=23".into())
        );
    }

    #[test]
    fn folder_and_file_must_say_the_same() {
        let twice = "{year:####}/{register}.{year:####}";
        assert_eq!(
            read(&[twice], "1987/KS.1987.pdf"),
            Some("register=KS year=1987".into())
        );
        assert_eq!(read(&[twice], "1987/KS.1988.pdf"), None);
    }

    #[test]
    fn a_pattern_that_makes_no_sense_is_refused_by_name() {
        let refused = |text: &str| NameGrammar::new(&[text.to_owned()]).unwrap_err();
        assert_eq!(refused("{year"), PatternError::Braces("{year".into()));
        assert_eq!(refused("year}"), PatternError::Braces("year}".into()));
        assert_eq!(refused("scan"), PatternError::NoPart("scan".into()));
        assert!(matches!(refused("{jear}"), PatternError::Part { .. }));
    }
}
