//! Runs of words that mean one thing each: a date, a number, a word for a role.

use super::lex::Word;
use crate::config::gazetteer::Gazetteer;
use crate::config::index::{Event, IndexDefinitions, Meaning, NumberClass, PlaceLevel};
use crate::search::numbers::{Day, as_digit, normalized};

/// Words of the longest name of a unit (`Nam Ban Lâm Hà`, `Cam Ly - Đà Lạt`).
pub(super) const LONGEST_UNIT: usize = 6;

/// Years that a query may name.
const YEARS: std::ops::RangeInclusive<u32> = 1850..=2099;

/// A run of words with one meaning.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece<'w> {
    pub(super) words: &'w [Word],
    pub(super) means: Means,
}

/// What a run of words means.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Means {
    /// Part of a name or a place.
    Word,
    /// Position in `role` of the definitions.
    Role(usize),
    /// Position in `kind` of the definitions.
    Kind(usize),
    /// A place follows.
    Place(PlaceLevel),
    /// Years from, to (included).
    Years(u16, u16, Event),
    /// A date.
    Day(Day, Event),
    /// A number that may be of these classes.
    Number(Vec<(NumberClass, String)>),
    /// Sheet and parcel, in either order.
    SheetAndParcel(String, String),
    /// A number of few digits without a word before it.
    Small,
    /// Joins.
    Joining,
}

/// How far words are taken for what they mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Depth {
    /// Only what has digits, or a colon behind it.
    Numbers,
    /// Kinds of paper as well.
    Kinds,
    /// Everything.
    All,
}

/// Cuts words into pieces.
pub(super) fn pieces(words: &[Word], depth: Depth) -> Vec<Piece<'_>> {
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    let mut rest = words;
    while !rest.is_empty() {
        let reader = Reader { rest, depth, at_start: pieces.is_empty() };
        let (taken, means) = reader.next();
        let (words, after) = rest.split_at(taken.clamp(1, rest.len()));
        pieces.push(Piece { words, means });
        rest = after;
    }
    pieces
}

struct Reader<'w> {
    rest: &'w [Word],
    depth: Depth,
    at_start: bool,
}

impl Reader<'_> {
    fn word(&self, at: usize) -> Option<&Word> {
        self.rest.get(at)
    }

    /// The next piece: how many words, and what they mean.
    fn next(&self) -> (usize, Means) {
        self.unit()
            .or_else(|| self.phrase())
            .or_else(|| {
                self.date(0).map(|(taken, day)| (taken, Means::Day(day, Event::Any)))
            })
            .or_else(|| self.identity(0, false))
            .or_else(|| self.serial())
            .or_else(|| self.years(0, Event::Any))
            .or_else(|| self.pair())
            .or_else(|| self.document())
            .unwrap_or_else(|| {
                let small = self.word(0).is_some_and(Word::is_number);
                (1, if small { Means::Small } else { Means::Word })
            })
    }

    /// The name of a unit that holds a word for a place: `Nam Ban Lâm Hà` has no hamlet
    /// `Lâm Hà`. Two words are enough if the second is such a word.
    fn unit(&self) -> Option<(usize, Means)> {
        if self.depth < Depth::All {
            return None;
        }
        let definitions = IndexDefinitions::get();
        let is_marker = |word: &Word| {
            let meanings = definitions.meanings(&word.folded);
            meanings.iter().any(|(_, meaning)| matches!(meaning, Meaning::Place(_)))
        };
        for length in (2..=LONGEST_UNIT).rev() {
            let Some(words) = self.rest.get(..length) else { continue };
            let inside = words.iter().skip(1);
            if inside.clone().any(Word::is_parted) || !inside.clone().any(is_marker) {
                continue;
            }
            let name: Vec<&str> = words.iter().map(|word| word.folded.as_str()).collect();
            if Gazetteer::get().knows(&name.join(" ")) {
                return Some((length, Means::Word));
            }
        }
        None
    }

    /// The longest phrase of the definitions that can be meant here.
    fn phrase(&self) -> Option<(usize, Means)> {
        let definitions = IndexDefinitions::get();
        for length in (1..=definitions.longest_phrase()).rev() {
            let Some(words) = self.rest.get(..length) else { continue };
            if words.iter().skip(1).any(Word::is_parted) {
                continue;
            }
            let folded: Vec<&str> =
                words.iter().map(|word| word.folded.as_str()).collect();
            for (written, meaning) in definitions.meanings(&folded.join(" ")) {
                let mut parts = written.split(' ').zip(words);
                if !parts.all(|(part, word)| word.can_be(part)) {
                    continue;
                }
                let colon = words.last().is_some_and(|word| word.colon);
                if let Some(found) = self.meant(length, *meaning, written, colon) {
                    return Some(found);
                }
            }
        }
        None
    }

    /// Whether a phrase of `length` words can mean that here, and with what follows it.
    fn meant(
        &self,
        length: usize,
        meaning: Meaning,
        written: &str,
        colon: bool,
    ) -> Option<(usize, Means)> {
        let followed = self.word(length).is_some_and(|next| !next.is_number());
        match meaning {
            Meaning::Role(role) => {
                let words = &IndexDefinitions::get().query.role.get(role)?.colon_only;
                let needs_colon = words.iter().any(|word| word == written);
                let fits =
                    followed && (colon || (self.depth == Depth::All && !needs_colon));
                fits.then_some((length, Means::Role(role)))
            }
            Meaning::Number(class) => self.number(length, class),
            _ if self.depth < Depth::Kinds => None,
            Meaning::Kind(kind) => {
                // Two letters are a kind only in front of a number or at the start.
                let number = self.word(length).is_some_and(|next| {
                    next.is_number() || next.folded == "so" && length < self.rest.len()
                });
                let long = written.chars().count() > 2;
                (long || number || self.at_start).then_some((length, Means::Kind(kind)))
            }
            Meaning::Joining => Some((length, Means::Joining)),
            _ if self.depth < Depth::All => None,
            Meaning::Event(event) => {
                if let Some((taken, day)) = self.date(length) {
                    return Some((length + taken, Means::Day(day, event)));
                }
                let (taken, means) = self.years(length, event)?;
                Some((length + taken, means))
            }
            Meaning::Place(level) => {
                self.place_follows(length, level).then_some((length, Means::Place(level)))
            }
        }
    }

    /// Whether a place may stand behind the `length` words for one. Typed with its
    /// accents, the word can hardly be a name; without, a known unit must follow, or
    /// enough words for a hamlet.
    fn place_follows(&self, length: usize, level: PlaceLevel) -> bool {
        let Some(next) = self.word(length) else { return false };
        // The number of a ward (`quận 1`), but no year.
        if next.is_number() && next.text.len() > 2 {
            return false;
        }
        let said = self.rest.iter().take(length).any(|word| !word.text.is_ascii());
        let names = self.rest.get(length..).unwrap_or_default();
        let known = (1..=LONGEST_UNIT.min(names.len())).any(|words| {
            let name: Vec<&str> =
                names.iter().take(words).map(|word| word.folded.as_str()).collect();
            Gazetteer::get().knows(&name.join(" "))
        });
        said || known || level == PlaceLevel::Hamlet
    }

    /// A number whose class was said: the words of the class may repeat (`tờ bản đồ số`).
    fn number(&self, start: usize, class: NumberClass) -> Option<(usize, Means)> {
        if class == NumberClass::Identity {
            return self
                .identity(start, true)
                .map(|(taken, means)| (start + taken, means));
        }
        let word = self.word(start)?;
        if !word.text.chars().any(|letter| letter.is_ascii_digit()) {
            return None;
        }
        let mut text = word.text.clone();
        let mut taken = 1;
        let next = self.word(start + 1);
        let slash = next
            .filter(|next| next.is_number() && matches!(next.gap.as_str(), "/" | "-"));
        if let (Some(next), NumberClass::Register | NumberClass::Book) = (slash, class) {
            text = format!("{text}/{}", next.text);
            taken = 2;
        }
        let value = normalized(class, &text);
        if value.is_empty() {
            return None;
        }
        let mut may_be = vec![(class, value)];
        if class == NumberClass::Register {
            may_be
                .push((NumberClass::Document, normalized(NumberClass::Document, &text)));
        }
        Some((start + taken, Means::Number(may_be)))
    }

    /// `15/9/1995`, `24-01-1994`, `24.1.1994`, `1994-01-24`, `15 tháng 9 năm 1995`.
    fn date(&self, start: usize) -> Option<(usize, Day)> {
        let first = self.word(start)?.number()?;
        let second = self.word(start + 1)?;
        let third = self.word(start + 2)?;
        let separated =
            |word: &Word| matches!(word.gap.as_str(), "/" | "-" | "." | " / " | " - ");
        if let (Some(b), Some(c)) = (second.number(), third.number()) {
            let same = second.gap == third.gap && separated(second);
            let spaced = second.gap == " " && third.gap == " " && YEARS.contains(&c);
            if !(same || spaced) {
                return None;
            }
            let day =
                if first >= 1000 { Day::new(first, b, c) } else { Day::new(c, b, first) };
            return day.filter(|day| day.is_whole()).map(|day| (3, day));
        }
        let (month, fourth, year) =
            (third.number()?, self.word(start + 3)?, self.word(start + 4)?);
        let said = second.folded == "thang" && fourth.folded == "nam";
        let day = Day::new(year.number()?, month, first)?;
        (said && day.is_whole()).then_some((5, day))
    }

    /// Nine or twelve digits, in groups; fewer where it was said that it is one.
    fn identity(&self, start: usize, said: bool) -> Option<(usize, Means)> {
        let mut digits = String::new();
        let mut best = None;
        for (at, word) in self.rest.iter().skip(start).enumerate() {
            let grouped = at == 0 || matches!(word.gap.as_str(), " " | "." | "-");
            let looks = word.text.chars().all(|letter| as_digit(letter).is_some())
                && word.text.chars().any(|letter| letter.is_ascii_digit());
            // Two digits are no group: `1 2 1987` is a date.
            let group = word.text.len() >= 3 || said;
            if !(grouped && looks && group) || digits.len() > 12 {
                break;
            }
            digits.push_str(&normalized(NumberClass::Identity, &word.text));
            let whole = matches!(digits.len(), 9 | 12) || (digits.len() == 10 && at == 0);
            if whole || (said && digits.len() >= 6) {
                best = Some((at + 1, digits.clone()));
            }
        }
        let (taken, value) = best?;
        Some((taken, Means::Number(vec![(NumberClass::Identity, value)])))
    }

    /// One or two letters and six to eight digits, in one word or two.
    fn serial(&self) -> Option<(usize, Means)> {
        let first = self.word(0)?;
        let letters =
            first.text.chars().take_while(|letter| letter.is_alphabetic()).count();
        if !(1..=2).contains(&letters) {
            return None;
        }
        let alone = letters == first.text.chars().count();
        let (taken, digits): (usize, String) = if alone {
            let next = self
                .word(1)
                .filter(|next| matches!(next.gap.as_str(), " " | "-" | "." | " - "))?;
            (2, next.text.clone())
        } else {
            (1, first.text.chars().skip(letters).collect())
        };
        let real = digits.chars().filter(char::is_ascii_digit).count();
        let length = digits.chars().count();
        let looks = digits.chars().all(|letter| as_digit(letter).is_some());
        // A look-alike or two among six to eight, not a syllable.
        if !looks || !(5..=8).contains(&length) || real + 2 < length {
            return None;
        }
        let prefix: String = first.text.chars().take(letters).collect();
        let value = normalized(NumberClass::Serial, &format!("{prefix}{digits}"));
        Some((taken, Means::Number(vec![(NumberClass::Serial, value)])))
    }

    /// `1987`, `1985-1990`, `1985 đến 1990`.
    fn years(&self, start: usize, event: Event) -> Option<(usize, Means)> {
        let from = self.year(start)?;
        let years = |taken, to| (taken, Means::Years(from.min(to), from.max(to), event));
        if let (Some(next), Some(to)) = (self.word(start + 1), self.year(start + 1))
            && next.gap.contains(['-', '–', '—'])
        {
            return Some(years(2, to));
        }
        let joins = self.word(start + 1).is_some_and(|word| {
            let words = &IndexDefinitions::get().query.range.words;
            words.iter().any(|written| crate::model::fold(written) == word.folded)
        });
        match self.year(start + 2).filter(|_| joins) {
            Some(to) => Some(years(3, to)),
            None => Some(years(1, from)),
        }
    }

    fn year(&self, at: usize) -> Option<u16> {
        let word = self.word(at).filter(|word| word.text.len() == 4)?;
        let year = word.number().filter(|year| YEARS.contains(year))?;
        // `27/2015` is the number of an entry.
        let of_number =
            self.word(at + 1).is_some_and(|next| next.gap == "/" && next.is_number());
        (!of_number).then_some(year as u16)
    }

    /// `27/2015` is an entry, `48/141` sheet and parcel.
    fn pair(&self) -> Option<(usize, Means)> {
        let (first, second) = (self.word(0)?, self.word(1)?);
        let (a, b) = (first.number()?, second.number()?);
        if !matches!(second.gap.as_str(), "/" | "-" | " / ") || a > 99_999 || b > 99_999 {
            return None;
        }
        if second.text.len() == 4 && YEARS.contains(&b) {
            let text = format!("{a}/{b}");
            let may_be =
                vec![(NumberClass::Register, text.clone()), (NumberClass::Book, text)];
            return Some((2, Means::Number(may_be)));
        }
        Some((2, Means::SheetAndParcel(a.to_string(), b.to_string())))
    }

    /// `326/QĐ-UBND`.
    fn document(&self) -> Option<(usize, Means)> {
        let (first, second) = (self.word(0)?, self.word(1)?);
        if !first.is_number() || second.gap != "/" || second.is_number() {
            return None;
        }
        let more = self.word(2).filter(|third| third.gap == "-" && !third.is_number());
        let text = format!(
            "{}/{}{}",
            first.text,
            second.text,
            more.map_or("", |third| third.text.as_str())
        );
        let value = normalized(NumberClass::Document, &text);
        let taken = if more.is_some() { 3 } else { 2 };
        Some((taken, Means::Number(vec![(NumberClass::Document, value)])))
    }
}
