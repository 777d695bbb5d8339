//! The description of a line model: `models/NAME.toml`, as written → checked.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use serde::Deserialize;
use sha2::Digest as _;

use super::engine::ReadError;
use crate::model::Calibration;
use crate::model::VIETNAMESE_LETTERS;

/// Tallest line image that a model may ask for, in pixels; anything above is a typing
/// error that would cost gigabytes.
const MAX_HEIGHT: u32 = 256;

/// Widest line image that a model may ask for, in pixels, for the same reason.
const MAX_WIDTH: u32 = 8192;

/// Order of the axes of a model's output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// `[lines, steps, classes]`.
    #[default]
    LineTimeClass,
    /// `[steps, lines, classes]`.
    TimeLineClass,
}

/// What the numbers of a model's output are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Values {
    /// Before the softmax.
    #[default]
    Logits,
    /// Natural logarithms of probabilities.
    LogProbabilities,
    /// Probabilities.
    Probabilities,
}

/// The file as a person writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    version: String,
    file: String,
    sha256: String,
    #[serde(default)]
    fetch: Option<String>,
    input: String,
    channels: u32,
    height: u32,
    max_width: u32,
    #[serde(default = "paper")]
    pad: f32,
    output: String,
    #[serde(default)]
    writing: Option<String>,
    #[serde(default)]
    layout: Layout,
    #[serde(default)]
    values: Values,
    pixels_per_step: u32,
    alphabet: String,
    #[serde(default)]
    calibration: Vec<[f32; 2]>,
}

fn paper() -> f32 {
    1.0
}

/// What makes a description unusable.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DescriptionError {
    /// The file could not be read.
    #[error("cannot be read")]
    Unreadable(#[from] io::Error),
    /// The file is not TOML, or a key is missing, unknown or of the wrong type.
    #[error("not a description of a line model")]
    Syntax(#[from] toml::de::Error),
    /// A key has a value that no model can have.
    #[error("key `{key}`: {problem}")]
    Value {
        /// The key.
        key: &'static str,
        /// What is wrong with its value.
        problem: String,
    },
}

/// A checked description of a line model and where its weights lie.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelFile {
    /// Name and version for the record, e.g. `asternet 1.0.2`.
    pub name: String,
    /// The ONNX file.
    pub weights: PathBuf,
    /// SHA-256 of the ONNX file, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// What a person does to get the ONNX file.
    pub fetch: String,
    /// Name of the input in the ONNX file; its shape is `[lines, channels, height, width]`.
    pub input: String,
    /// 1 for grey, 3 for the same grey three times.
    pub channels: u32,
    /// Height of a line image in pixels.
    pub height: u32,
    /// Widest line image in pixels.
    pub max_width: u32,
    /// Value right of a line that is narrower than its neighbours in a batch, 0–1.
    pub pad: f32,
    /// Name of the output in the ONNX file.
    pub output: String,
    /// Name of the output that tells how each step was written: shares of print, typewriter
    /// and handwriting, `[lines, steps, 3]`.
    pub writing: Option<String>,
    /// Axes of the output.
    pub layout: Layout,
    /// Meaning of the output.
    pub values: Values,
    /// Pixels of the line image for one step of the output.
    pub pixels_per_step: u32,
    /// Letter of each class from 1; class 0 is the blank.
    pub alphabet: Vec<char>,
    /// From the engine's confidence of a word to how often such words are right.
    pub calibration: Calibration,
}

impl ModelFile {
    /// Reads and checks `models/NAME.toml`; the weights are looked for beside it.
    ///
    /// # Errors
    ///
    /// [`ReadError::Description`] for a file that cannot be used,
    /// [`ReadError::Alphabet`] for a model that cannot write Vietnamese.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let refused = |source: DescriptionError| ReadError::Description {
            path: path.display().to_string(),
            source: Box::new(source),
        };
        let text = fs::read_to_string(path).map_err(|e| refused(e.into()))?;
        let folder = path.parent().unwrap_or_else(|| Path::new("."));
        let file = Self::parse(&text, folder).map_err(refused)?;
        file.writes_vietnamese()?;
        Ok(file)
    }

    /// Checks the text of a description; `folder` is where its weights lie.
    ///
    /// # Errors
    ///
    /// If the text is not a description, or one of its values cannot be.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, DescriptionError> {
        let written: Written = toml::from_str(text)?;
        let wrong = |key: &'static str, problem: String| {
            Err(DescriptionError::Value { key, problem })
        };
        if !matches!(written.channels, 1 | 3) {
            return wrong("channels", format!("{}, expected 1 or 3", written.channels));
        }
        if !(1..=MAX_HEIGHT).contains(&written.height) {
            return wrong(
                "height",
                format!("{}, expected 1 to {MAX_HEIGHT}", written.height),
            );
        }
        if !(1..=written.height).contains(&written.pixels_per_step) {
            return wrong(
                "pixels_per_step",
                format!("{}, expected 1 to the height", written.pixels_per_step),
            );
        }
        if !(written.height..=MAX_WIDTH).contains(&written.max_width) {
            return wrong(
                "max_width",
                format!("{}, expected the height to {MAX_WIDTH}", written.max_width),
            );
        }
        if !(0.0..=1.0).contains(&written.pad) {
            return wrong("pad", format!("{}, expected 0 to 1", written.pad));
        }
        if !is_sha256(&written.sha256) {
            return wrong("sha256", "expected 64 lower-case hexadecimal digits".into());
        }
        if Path::new(&written.file).components().count() != 1 {
            return wrong("file", format!("`{}` is not a plain file name", written.file));
        }
        let alphabet: Vec<char> = written.alphabet.chars().collect();
        if let Some(twice) = first_repeated(&alphabet) {
            return wrong("alphabet", format!("`{twice}` stands in it twice"));
        }
        let calibration =
            Calibration::new(&written.calibration).ok_or(DescriptionError::Value {
                key: "calibration",
                problem: "expected pairs from 0 to 1 that rise in both numbers".into(),
            })?;
        Ok(Self {
            name: format!("{} {}", written.name, written.version),
            weights: folder.join(&written.file),
            sha256: written.sha256,
            fetch: written
                .fetch
                .unwrap_or_else(|| "it ships with the program, install it again".into()),
            input: written.input,
            channels: written.channels,
            height: written.height,
            max_width: written.max_width - written.max_width % written.pixels_per_step,
            pad: written.pad,
            output: written.output,
            writing: written.writing,
            layout: written.layout,
            values: written.values,
            pixels_per_step: written.pixels_per_step,
            alphabet,
            calibration,
        })
    }

    /// Refuses an alphabet that lacks a Vietnamese letter.
    fn writes_vietnamese(&self) -> Result<(), ReadError> {
        let alphabet: BTreeSet<char> = self.alphabet.iter().copied().collect();
        let lacking: Vec<char> = VIETNAMESE_LETTERS
            .chars()
            .filter(|letter| !alphabet.contains(letter))
            .collect();
        let Some(&example) = lacking.first() else { return Ok(()) };
        Err(ReadError::Alphabet {
            model: self.name.clone(),
            missing: lacking.len(),
            example,
        })
    }

    /// Reads the weights and checks their SHA-256.
    ///
    /// # Errors
    ///
    /// [`ReadError::NoModel`] if the file is missing, [`ReadError::WrongModel`] if it is
    /// another one, [`ReadError::Engine`] if the disk fails.
    pub fn read_weights(&self) -> Result<Vec<u8>, ReadError> {
        let path = self.weights.display().to_string();
        let bytes = fs::read(&self.weights).map_err(|error| {
            if error.kind() == io::ErrorKind::NotFound {
                ReadError::NoModel { path: path.clone(), fetch: self.fetch.clone() }
            } else {
                ReadError::Engine { engine: self.name.clone(), source: Box::new(error) }
            }
        })?;
        let found = hexadecimal(&sha2::Sha256::digest(&bytes));
        if found != self.sha256 {
            return Err(ReadError::WrongModel {
                path,
                found,
                expected: self.sha256.clone(),
            });
        }
        Ok(bytes)
    }
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        write!(text, "{byte:02x}").unwrap_or_default();
        text
    })
}

fn first_repeated(letters: &[char]) -> Option<char> {
    let mut seen = BTreeSet::new();
    letters.iter().copied().find(|&letter| !seen.insert(letter))
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    fn description(key: &str, value: &str) -> String {
        let mut keys = vec![
            ("name", "\"test\"".to_owned()),
            ("version", "\"1\"".to_owned()),
            ("file", "\"test.onnx\"".to_owned()),
            ("sha256", format!("\"{}\"", "0".repeat(64))),
            ("input", "\"image\"".to_owned()),
            ("channels", "1".to_owned()),
            ("height", "40".to_owned()),
            ("max_width", "1022".to_owned()),
            ("output", "\"logits\"".to_owned()),
            ("pixels_per_step", "4".to_owned()),
            ("alphabet", format!("\"{VIETNAMESE_LETTERS} \"")),
        ];
        keys.retain(|(name, _)| *name != key);
        if !value.is_empty() {
            keys.push((key, value.to_owned()));
        }
        let lines: Vec<String> =
            keys.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        lines.join("\n")
    }

    #[test]
    fn a_description_with_its_defaults_is_accepted() {
        let file = ModelFile::parse(&description("", ""), Path::new("models"))
            .expect("a description");
        assert_eq!(file.name, "test 1");
        assert_eq!(file.weights, Path::new("models/test.onnx"));
        assert_eq!((file.layout, file.values), (Layout::LineTimeClass, Values::Logits));
        assert_eq!(file.max_width, 1020, "whole steps only");
        assert!((file.pad - 1.0).abs() < f32::EPSILON);
        file.writes_vietnamese().expect("all 134 letters");
    }

    #[test]
    fn a_wrong_description_names_the_key() {
        let cases = [
            ("colour", "\"red\""),
            ("height", ""),
            ("height", "0"),
            ("height", "\"forty\""),
            ("channels", "2"),
            ("max_width", "10"),
            ("pixels_per_step", "0"),
            ("pad", "2.0"),
            ("layout", "\"sideways\""),
            ("sha256", "\"abc\""),
            ("file", "\"../test.onnx\""),
            ("alphabet", "\"aăâa\""),
            ("calibration", "[[0.5, 0.9], [0.4, 1.0]]"),
        ];
        for (key, value) in cases {
            let error = ModelFile::parse(&description(key, value), Path::new("models"))
                .expect_err(key);
            let mut told = error.to_string();
            if let Some(cause) = error.source() {
                told.push_str(&cause.to_string());
            }
            assert!(told.contains(key), "{key} = {value}: {told}");
        }
    }

    #[test]
    fn an_unusable_description_is_named_by_its_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("test.toml");
        let missing = ModelFile::open(&path).expect_err("no file").to_string();
        assert!(missing.contains("test.toml"), "{missing}");
        fs::write(&path, description("height", "0")).expect("written");
        let wrong = ModelFile::open(&path).expect_err("height 0").to_string();
        assert!(wrong.contains("test.toml"), "{wrong}");
    }

    #[test]
    fn an_alphabet_without_one_vietnamese_letter_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("test.toml");
        for letter in VIETNAMESE_LETTERS.chars() {
            let rest: String =
                VIETNAMESE_LETTERS.chars().filter(|&other| other != letter).collect();
            fs::write(&path, description("alphabet", &format!("\"{rest}\"")))
                .expect("written");
            match ModelFile::open(&path) {
                Err(ReadError::Alphabet { missing: 1, example, .. }) => {
                    assert_eq!(example, letter);
                }
                other => panic!("without {letter}: {other:?}"),
            }
        }
    }

    #[test]
    fn missing_and_foreign_weights_are_told_apart() {
        let folder = tempfile::tempdir().expect("a folder");
        let file =
            ModelFile::parse(&description("", ""), folder.path()).expect("checked");
        assert!(matches!(file.read_weights(), Err(ReadError::NoModel { .. })));
        fs::write(folder.path().join("test.onnx"), b"something else").expect("written");
        assert!(matches!(file.read_weights(), Err(ReadError::WrongModel { .. })));
    }

    #[test]
    fn the_descriptions_that_ship_are_accepted() {
        let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
        let mut accepted = 0;
        for entry in fs::read_dir(models).expect("the folder with the models") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|e| e == "toml") {
                ModelFile::open(&path).expect("a description");
                accepted += 1;
            }
        }
        assert!(accepted >= 2, "{accepted} descriptions");
    }
}
