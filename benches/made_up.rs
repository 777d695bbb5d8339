//! Made-up records with the frequencies of real ones: names, places, years, reading errors.
//!
//! A record follows from the seed and its number alone, so that a bench can make the same
//! one again to know what it has to find. Nobody in it exists.

use std::cell::Cell;
use std::collections::BTreeMap;

use sohoa::config::gazetteer::{Gazetteer, Level, Unit};
use sohoa::model::{Field, FieldState, KindId, Record, RecordId, ScanId, fold_letter};

const GIVEN: &str = include_str!("../pipelines/lexicon/names/given.tsv");
const FAMILY: &str = include_str!("../pipelines/lexicon/names/family.tsv");
const MINORITY: &str = include_str!("../pipelines/lexicon/names/minority.tsv");

/// Share of people with a name of a minority.
const MINORITY_SHARE: f64 = 0.15;

/// Entries of a book, which is of one commune, year and kind: an archive is read book by book.
const ENTRIES_OF_BOOK: u64 = 200;

/// Random numbers: `SplitMix64` (Steele, Lea, Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014).
pub(crate) struct Dice(Cell<u64>);

impl Dice {
    /// Dice that fall the same for the same seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(Cell::new(seed))
    }

    fn next(&self) -> u64 {
        self.0.set(self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15));
        let mut z = self.0.get();
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to `below`, not included.
    pub(crate) fn up_to(&self, below: usize) -> usize {
        (self.next() % below.max(1) as u64) as usize
    }

    /// From 0 to 1.
    pub(crate) fn share(&self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// One of them; the earlier ones far more often, as names are (Zipf).
    fn favoured<'a, T>(&self, all: &'a [T]) -> Option<&'a T> {
        let at = (all.len() as f64).powf(self.share()) - 1.0;
        all.get(at as usize)
    }

    fn any<'a, T>(&self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.up_to(all.len()))
    }
}

/// Makes records up.
pub(crate) struct MadeUp {
    seed: u64,
    /// Share of letters that are misread; marks twice as often.
    error_rate: f64,
    families: Vec<(&'static str, usize)>,
    men: Vec<&'static str>,
    women: Vec<&'static str>,
    minority: Vec<&'static str>,
    communes: Vec<&'static Unit>,
    /// Of each commune, what share of all records is its own or stands before it.
    up_to: Vec<f64>,
}

/// A person of a record.
pub(crate) struct Somebody {
    /// With accents.
    pub name: String,
    /// ISO date of birth.
    pub born: String,
    /// Twelve digits.
    pub number: String,
}

/// A made-up record, and what it should be found by.
pub(crate) struct Made {
    /// As read, with errors.
    pub record: Record,
    /// Path in the archive.
    pub path: String,
    /// The people as they are.
    pub people: Vec<Somebody>,
    /// The commune, without the word for its kind.
    pub commune: &'static str,
    /// Number/year of the entry, where it has one.
    pub register: Option<String>,
    /// Number of the entry in its book, from 1.
    entry: u64,
}

impl MadeUp {
    /// Makes the records of a seed, each letter misread with a probability of `error_rate`.
    pub(crate) fn new(seed: u64, error_rate: f64) -> Self {
        let rows = |text: &'static str| {
            let lines = text.lines().filter(|line| !line.starts_with('#'));
            lines.filter_map(|line| line.split_once('\t'))
        };
        let of =
            |sex: &str| rows(GIVEN).filter(|row| row.0 == sex).map(|row| row.1).collect();
        let families = rows(FAMILY);
        let communes = Gazetteer::get()
            .units()
            .iter()
            .filter(|unit| unit.level == Level::Commune && unit.entity.starts_with('C'));
        let communes = shuffled(communes.collect(), seed);
        let up_to = shares(communes.len(), seed);
        Self {
            seed,
            error_rate,
            families: families
                .filter_map(|row| Some((row.0, row.1.parse().ok()?)))
                .collect(),
            men: shuffled(of("m"), seed),
            women: shuffled(of("f"), seed),
            minority: rows(MINORITY).map(|row| row.1).collect(),
            communes,
            up_to,
        }
    }

    /// The record of that number.
    pub(crate) fn record(&self, number: u64) -> Made {
        let dice = Dice::new(self.seed ^ number.wrapping_mul(0xd134_2543_de82_ef95));
        let book = number / ENTRIES_OF_BOOK;
        let of_book = Dice::new(!self.seed ^ book.wrapping_mul(0xd134_2543_de82_ef95));
        let share = of_book.share();
        let at = self.up_to.partition_point(|up_to| *up_to < share);
        let commune = self.communes.get(at).copied();
        let (short, address) = commune
            .map_or(("", String::new()), |unit| (unit.short_name(), address_of(unit)));
        let year = 1960 + of_book.up_to(66);
        let mut made = Made {
            record: Record {
                record: RecordId(format!("{:016x}", dice.next())),
                kind: KindId(String::new()),
                scan: ScanId(format!("{number:064x}")),
                pages: vec![1],
                fields: BTreeMap::new(),
                findings: Vec::new(),
            },
            path: format!(
                "{}/{year}/scan{:04}.pdf",
                commune.map_or("", Unit::code),
                number % 977
            ),
            people: Vec::new(),
            commune: short,
            register: None,
            entry: 0,
        };
        made.entry = 1 + number % ENTRIES_OF_BOOK;
        match of_book.up_to(100) {
            0..50 => self.birth(&dice, &mut made, year, &address),
            50..70 => self.marriage(&dice, &mut made, year, &address),
            70..82 => self.death(&dice, &mut made, year, &address),
            _ => self.certificate(&dice, &mut made, year.max(1994), &address),
        }
        made
    }

    fn birth(&self, dice: &Dice, made: &mut Made, year: usize, address: &str) {
        made.record.kind = KindId("so-khai-sinh".to_owned());
        let father = self.somebody(dice, year - 20 - dice.up_to(20), true);
        let mother = self.somebody(dice, year - 18 - dice.up_to(20), false);
        let child_is_boy = dice.up_to(2) == 0;
        let mut child = self.somebody(dice, year, child_is_boy);
        let family = father.name.split(' ').next().unwrap_or_default();
        let rest = child.name.split_once(' ').map_or("", |(_, rest)| rest);
        child.name = format!("{family} {rest}");
        self.put(dice, made, "nksHoTen", &child.name);
        self.put(dice, made, "nksNgaySinh", &child.born);
        self.put(dice, made, "nksNoiSinh", address);
        self.put(dice, made, "chaHoTen", &father.name);
        self.put(dice, made, "chaNgaySinh", father.born.get(..4).unwrap_or_default());
        self.put(dice, made, "meHoTen", &mother.name);
        self.put(dice, made, "meNgaySinh", mother.born.get(..4).unwrap_or_default());
        self.put(
            dice,
            made,
            "meNoiCuTru",
            &format!("thôn {}, {address}", 1 + dice.up_to(9)),
        );
        self.entered(dice, made, year, address);
        made.people = vec![child, father, mother];
    }

    fn marriage(&self, dice: &Dice, made: &mut Made, year: usize, address: &str) {
        made.record.kind = KindId("so-ket-hon".to_owned());
        let husband = self.somebody(dice, year - 20 - dice.up_to(15), true);
        let wife = self.somebody(dice, year - 18 - dice.up_to(15), false);
        for (person, name, born, number, place) in [
            (
                &husband,
                "chongHoTen",
                "chongNgaySinh",
                "chongSoGiayToTuyThan",
                "chongNoiCuTru",
            ),
            (&wife, "voHoTen", "voNgaySinh", "voSoGiayToTuyThan", "voNoiCuTru"),
        ] {
            self.put(dice, made, name, &person.name);
            self.put(dice, made, born, &person.born);
            self.put(dice, made, number, &person.number);
            self.put(
                dice,
                made,
                place,
                &format!("thôn {}, {address}", 1 + dice.up_to(9)),
            );
        }
        self.entered(dice, made, year, address);
        made.people = vec![husband, wife];
    }

    fn death(&self, dice: &Dice, made: &mut Made, year: usize, address: &str) {
        made.record.kind = KindId("so-khai-tu".to_owned());
        let is_man = dice.up_to(2) == 0;
        let dead = self.somebody(dice, year - 20 - dice.up_to(70), is_man);
        let declarant = self.somebody(dice, year - 30, !is_man);
        self.put(dice, made, "nktHoTen", &dead.name);
        self.put(dice, made, "nktNgaySinh", &dead.born);
        self.put(
            dice,
            made,
            "nktNoiCuTru",
            &format!("thôn {}, {address}", 1 + dice.up_to(9)),
        );
        self.put(
            dice,
            made,
            "nktNgayChet",
            &format!("{year}-0{}-1{}", 1 + dice.up_to(9), dice.up_to(9)),
        );
        self.put(dice, made, "nktSoDinhDanh", &dead.number);
        self.put(dice, made, "nycHoTen", &declarant.name);
        self.entered(dice, made, year, address);
        made.people = vec![dead, declarant];
    }

    fn certificate(&self, dice: &Dice, made: &mut Made, year: usize, address: &str) {
        made.record.kind = KindId("gcn-2009".to_owned());
        let holder = self.somebody(dice, year - 25 - dice.up_to(40), true);
        let second = self.somebody(dice, year - 25 - dice.up_to(40), false);
        self.put(dice, made, "holder_name", &holder.name);
        self.put(
            dice,
            made,
            "holder_birth_year",
            holder.born.get(..4).unwrap_or_default(),
        );
        self.put(dice, made, "holder_id_number", &holder.number);
        self.put(dice, made, "holder2_name", &second.name);
        self.put(dice, made, "holder2_id_number", &second.number);
        self.put(
            dice,
            made,
            "parcel_address",
            &format!("thôn {}, {address}", 1 + dice.up_to(9)),
        );
        let letters = ["AK", "BE", "BP", "BU", "BY", "CQ", "CV", "DK"];
        let series = dice.any(&letters).copied().unwrap_or("AA");
        let serial = format!("{series} {:06}", dice.up_to(1_000_000));
        self.put(dice, made, "certificate_serial", &serial);
        self.put(dice, made, "parcel_no", &(1 + dice.up_to(900)).to_string());
        self.put(dice, made, "map_sheet_no", &(1 + dice.up_to(120)).to_string());
        self.put(
            dice,
            made,
            "issue_date",
            &format!("{year}-0{}-1{}", 1 + dice.up_to(9), dice.up_to(9)),
        );
        made.people = vec![holder, second];
    }

    fn entered(&self, dice: &Dice, made: &mut Made, year: usize, address: &str) {
        let register = format!("{:02}/{year}", made.entry);
        self.put(dice, made, "so", &register);
        self.put(
            dice,
            made,
            "ngayDangKy",
            &format!("{year}-0{}-2{}", 1 + dice.up_to(9), dice.up_to(9)),
        );
        self.put(dice, made, "noiDangKy", &format!("UBND {address}"));
        made.register = Some(register);
    }

    fn somebody(&self, dice: &Dice, year: usize, is_man: bool) -> Somebody {
        let name = if dice.share() < MINORITY_SHARE {
            dice.any(&self.minority).map_or("", |name| *name).to_owned()
        } else {
            self.kinh(dice, is_man)
        };
        let born = format!("{year}-{:02}-{:02}", 1 + dice.up_to(12), 1 + dice.up_to(28));
        let number = format!(
            "0{:02}{}{:02}{:06}",
            1 + dice.up_to(96),
            usize::from(!is_man) + if year < 2000 { 0 } else { 2 },
            year % 100,
            dice.up_to(1_000_000)
        );
        Somebody { name, born, number }
    }

    fn kinh(&self, dice: &Dice, is_man: bool) -> String {
        let all: usize = self.families.iter().map(|(_, share)| share).sum();
        let mut at = dice.up_to(all);
        let mut family = "";
        for (name, share) in &self.families {
            family = name;
            if at < *share {
                break;
            }
            at -= share;
        }
        let given = if is_man { &self.men } else { &self.women };
        let middle = match (dice.up_to(10), is_man) {
            (0..5, true) => "Văn",
            (0..7, false) => "Thị",
            _ => dice.favoured(given).copied().unwrap_or_default(),
        };
        let last = dice.favoured(given).copied().unwrap_or_default();
        if dice.up_to(5) == 0 {
            let more = dice.favoured(given).copied().unwrap_or_default();
            return format!("{family} {middle} {more} {last}");
        }
        format!("{family} {middle} {last}")
    }

    fn put(&self, dice: &Dice, made: &mut Made, name: &str, value: &str) {
        let value = if self.error_rate > 0.0 {
            misread(dice, value, self.error_rate)
        } else {
            value.to_owned()
        };
        let field = Field {
            text: value.clone(),
            value: Some(value),
            state: FieldState::Read,
            confidence: 0.9,
            page: Some(1),
            quad: None,
            alternatives: Vec::new(),
        };
        made.record.fields.insert(name.to_owned(), field);
    }
}

/// How much the books of communes differ: of the logarithm of their records, the standard
/// deviation. One in forty has five times as many as the middle one, and of ten thousand
/// communes the largest twenty times as many.
const UNLIKE: f64 = 0.8;

/// Shares of records that add up to 1, one behind the other: log-normal, as the sizes of places
/// are (Eeckhout, "Gibrat's law for all cities", American Economic Review 2004).
fn shares(count: usize, seed: u64) -> Vec<f64> {
    let dice = Dice::new(seed);
    let normal = || {
        let radius = (-2.0 * (1.0 - dice.share()).ln()).sqrt();
        radius * (std::f64::consts::TAU * dice.share()).cos()
    };
    let sizes: Vec<f64> = (0..count).map(|_| (UNLIKE * normal()).exp()).collect();
    let all: f64 = sizes.iter().sum();
    let mut up_to = 0.0;
    let shares = sizes.iter().map(|size| {
        up_to += size / all;
        up_to
    });
    shares.collect()
}

/// Another order for each seed: which names and places are frequent.
fn shuffled<T>(mut all: Vec<T>, seed: u64) -> Vec<T> {
    let dice = Dice::new(seed);
    for at in (1..all.len()).rev() {
        all.swap(at, dice.up_to(at + 1));
    }
    all
}

fn address_of(commune: &Unit) -> String {
    let gazetteer = Gazetteer::get();
    let district = gazetteer.newest(commune.parent);
    let province = district.and_then(|district| gazetteer.newest(district.parent));
    let above = [district, province].into_iter().flatten();
    above.fold(lower_kind(commune.name), |address, unit| {
        format!("{address}, {}", lower_kind(unit.name))
    })
}

/// `Xã Na Ư` in the middle of a line: `xã Na Ư`.
fn lower_kind(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}

/// As a machine reads bad paper: marks are lost first, and letters taken for like ones.
fn misread(dice: &Dice, text: &str, rate: f64) -> String {
    const ALIKE: [(char, char); 10] = [
        ('n', 'u'),
        ('h', 'b'),
        ('i', 'l'),
        ('c', 'e'),
        ('a', 'o'),
        ('g', 'q'),
        ('v', 'y'),
        ('0', '8'),
        ('1', '7'),
        ('5', '6'),
    ];
    let mut out = String::new();
    for letter in text.chars() {
        let marked = !letter.is_ascii();
        if dice.share() >= if marked { rate * 2.0 } else { rate } {
            out.push(letter);
        } else if marked {
            out.extend(fold_letter(letter));
        } else if let Some((_, like)) = ALIKE.iter().find(|(one, _)| *one == letter) {
            out.push(*like);
        }
    }
    out
}
