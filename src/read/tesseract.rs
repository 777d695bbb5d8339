//! The installed program Tesseract as an engine: many line images a start, one thread.

use std::fs;
use std::fs::File;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::thread;
use std::time::Duration;
use std::time::Instant;

use super::engine::Engine;
use super::engine::LineImage;
use super::engine::LineReading;
use super::engine::PlacedLetter;
use super::engine::ReadError;
use crate::model::Letter;
use crate::model::nfc;

/// Lines that one start of the program reads at most: a start costs 0.2 s, and a start
/// that hangs loses what it has read.
const LINES_A_START: usize = 100;

/// Time for a start, and for each line on top of it; a line takes 0.05 s on an old PC.
const TIME_A_START: Duration = Duration::from_secs(20);
const TIME_A_LINE: Duration = Duration::from_secs(2);

/// How often a running program is asked whether it has ended.
const PATIENCE: Duration = Duration::from_millis(10);

/// What a person does where the program or its language is missing.
const REMEDY: &str = "run `apt-get install tesseract-ocr tesseract-ocr-vie`";

/// Paper around a line, in pixels: Tesseract misses letters that touch the border.
const MARGIN: u32 = 10;

/// Smallest side of an image that Tesseract takes, in pixels.
const LEAST_SIDE: u32 = 4;

/// Tesseract 5 with its Vietnamese model.
#[derive(Debug)]
pub struct Tesseract {
    program: PathBuf,
    language: String,
    name: String,
}

/// What went wrong with a start of the program.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error("a temporary file could not be written")]
    Files(#[from] io::Error),
    #[error("a line image could not be written")]
    Image(#[from] image::ImageError),
    #[error("no answer after {} s", .0.as_secs())]
    Timeout(Duration),
    #[error("ended with {status}: {message}")]
    Status { status: std::process::ExitStatus, message: String },
}

impl Tesseract {
    /// Looks for `program` (a name on the PATH or a path) and its model for `language`.
    ///
    /// # Errors
    ///
    /// [`ReadError::NotInstalled`] if either is missing; it says how to install them.
    pub fn find(program: &Path, language: &str) -> Result<Self, ReadError> {
        let missing = |problem: String| ReadError::NotInstalled {
            engine: "tesseract".to_owned(),
            problem,
            remedy: REMEDY.to_owned(),
        };
        let ask = |argument: &str| {
            let output = Command::new(program)
                .arg(argument)
                .stdin(Stdio::null())
                .output()
                .map_err(|_| missing(format!("no program `{}`", program.display())))?;
            Ok(format!(
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            ))
        };
        let languages = ask("--list-langs")?;
        if !languages.lines().any(|line| line.trim() == language) {
            return Err(missing(format!("no model for language `{language}`")));
        }
        let version = ask("--version")?;
        let version = version.split_whitespace().nth(1).unwrap_or("of unknown version");
        Ok(Self {
            program: program.to_owned(),
            language: language.to_owned(),
            name: format!("tesseract {language} {version}"),
        })
    }

    /// Reads up to [`LINES_A_START`] lines with one start of the program.
    fn start(&self, lines: &[LineImage]) -> Result<Vec<LineReading>, StartError> {
        let folder = tempfile::tempdir()?;
        let mut list = String::new();
        // Tesseract counts only the images that it was given.
        let mut given = Vec::new();
        for (i, line) in lines.iter().enumerate() {
            if line.pixels.width() < LEAST_SIDE || line.pixels.height() < LEAST_SIDE {
                continue;
            }
            let path = folder.path().join(format!("{i}.png"));
            with_margin(&line.pixels).save(&path)?;
            list.push_str(&path.display().to_string());
            list.push('\n');
            given.push(i);
        }
        let mut readings = vec![LineReading::default(); lines.len()];
        if given.is_empty() {
            return Ok(readings);
        }
        fs::write(folder.path().join("list.txt"), list)?;
        self.run(folder.path(), given.len())?;
        let answer = fs::read(folder.path().join("answer.tsv"))?;
        for word in tsv_words(&String::from_utf8_lossy(&answer)) {
            let line = word.image.checked_sub(1).and_then(|i| given.get(i));
            if let Some(reading) = line.and_then(|&i| readings.get_mut(i)) {
                push_word(&mut reading.letters, &word);
            }
        }
        Ok(readings)
    }

    fn run(&self, folder: &Path, lines: usize) -> Result<(), StartError> {
        let messages = folder.join("messages.txt");
        let mut child = Command::new(&self.program)
            .arg(folder.join("list.txt"))
            .arg(folder.join("answer"))
            .args(["-l", &self.language, "--psm", "7", "--dpi", "300", "tsv"])
            .env("OMP_THREAD_LIMIT", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&messages)?)
            .spawn()?;
        let limit = TIME_A_START + TIME_A_LINE * u32::try_from(lines).unwrap_or(u32::MAX);
        let status = wait(&mut child, limit)?;
        if !status.success() {
            let message = fs::read(&messages).unwrap_or_default();
            let message = String::from_utf8_lossy(&message);
            let message = message.lines().last().unwrap_or("no message").to_owned();
            return Err(StartError::Status { status, message });
        }
        Ok(())
    }
}

impl Engine for Tesseract {
    fn name(&self) -> &str {
        &self.name
    }

    fn read(&mut self, lines: &[LineImage]) -> Result<Vec<LineReading>, ReadError> {
        let mut readings = Vec::with_capacity(lines.len());
        for some in lines.chunks(LINES_A_START) {
            let read = self.start(some).map_err(|source| ReadError::Engine {
                engine: self.name.clone(),
                source: Box::new(source),
            })?;
            readings.extend(read);
        }
        Ok(readings)
    }
}

/// Waits for the end of a program; kills it when its time is over.
fn wait(
    child: &mut Child,
    limit: Duration,
) -> Result<std::process::ExitStatus, StartError> {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if started.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Err(StartError::Timeout(limit));
        }
        thread::sleep(PATIENCE);
    }
}

fn with_margin(line: &image::GrayImage) -> image::GrayImage {
    let (width, height) = line.dimensions();
    let mut wide = image::GrayImage::from_pixel(
        width + 2 * MARGIN,
        height + 2 * MARGIN,
        image::Luma([u8::MAX]),
    );
    image::imageops::replace(&mut wide, line, MARGIN.into(), MARGIN.into());
    wide
}

/// A word of Tesseract's answer.
#[derive(Debug, Clone, PartialEq)]
struct TsvWord {
    /// Number of the image among those given, from 1.
    image: usize,
    /// Left edge in pixels of the image.
    left: f32,
    /// Width in pixels.
    width: f32,
    /// 0–1.
    confidence: f32,
    text: String,
}

/// The words of a TSV answer; rows that are none are passed over.
fn tsv_words(tsv: &str) -> Vec<TsvWord> {
    tsv.lines().filter_map(tsv_word).collect()
}

fn tsv_word(row: &str) -> Option<TsvWord> {
    let cells: Vec<&str> = row.split('\t').collect();
    let [_, page, _, _, _, _, left, _, width, _, confidence, text] = cells[..] else {
        return None;
    };
    let confidence: f32 = confidence.parse().ok()?;
    // Rows that stand for blocks and lines have the confidence -1.
    if confidence < 0.0 || text.trim().is_empty() {
        return None;
    }
    Some(TsvWord {
        image: page.parse().ok()?,
        left: left.parse().ok()?,
        width: width.parse().ok()?,
        confidence: (confidence / 100.0).min(1.0),
        text: nfc(text.trim()),
    })
}

/// Appends a word; Tesseract places words only, so its letters share the width evenly.
fn push_word(letters: &mut Vec<PlacedLetter>, word: &TsvWord) {
    let count = word.text.chars().count();
    // The words of a line are independent of each other, the letters of a word are not:
    // the product over them shall be the confidence of the word.
    let confidence = word.confidence.powf(1.0 / count.max(1) as f32);
    let left = word.left - MARGIN as f32;
    if let Some(last) = letters.last() {
        let from = last.to;
        letters.push(placed(' ', 1.0, from, left.max(from)));
    }
    for (i, letter) in word.text.chars().enumerate() {
        let from = left + word.width * i as f32 / count as f32;
        letters.push(placed(letter, confidence, from, from + word.width / count as f32));
    }
}

fn placed(letter: char, probability: f32, from: f32, to: f32) -> PlacedLetter {
    let letter = Letter { may_be: vec![(letter, probability)] };
    PlacedLetter { letter, from, to, ..PlacedLetter::default() }
}

#[cfg(test)]
mod tests {
    use image::GrayImage;
    use image::Luma;

    use super::*;
    use crate::model::Affine;

    #[test]
    fn words_are_taken_from_rows_that_are_words() {
        let tsv = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n\
                   1\t2\t0\t0\t0\t0\t0\t0\t500\t50\t-1\t\n\
                   5\t2\t1\t1\t1\t1\t30\t5\t40\t20\t96.5\tHo\u{300}a\n\
                   5\t2\t1\t1\t1\t2\t80\t5\t40\t20\t10\t \n\
                   a broken row\n";
        let words = tsv_words(tsv);
        assert_eq!(words.len(), 1);
        assert_eq!((words[0].image, words[0].text.as_str()), (2, "Hòa"));
        assert!((words[0].confidence - 0.965).abs() < 1e-5);
    }

    #[test]
    fn letters_share_the_box_and_the_confidence_of_their_word() {
        let mut letters = Vec::new();
        let word = TsvWord {
            image: 1,
            left: 110.0,
            width: 40.0,
            confidence: 0.5,
            text: "ab".into(),
        };
        push_word(&mut letters, &word);
        push_word(&mut letters, &TsvWord { left: 160.0, ..word });
        let text: String = letters.iter().map(|l| l.letter.may_be[0].0).collect();
        assert_eq!(text, "ab ab");
        assert!((letters[1].from - 120.0).abs() < 1e-4);
        let product: f32 = letters[..2].iter().map(|l| l.letter.may_be[0].1).product();
        assert!((product - 0.5).abs() < 1e-5);
    }

    #[test]
    fn a_missing_program_or_language_says_how_to_install_it() {
        for (program, language) in
            [("/nonexistent/tesseract", "vie"), ("true", "vie"), ("tesseract", "xyz")]
        {
            let error = Tesseract::find(Path::new(program), language)
                .expect_err(program)
                .to_string();
            assert!(
                error.contains("apt-get install tesseract-ocr tesseract-ocr-vie"),
                "{error}"
            );
        }
    }

    #[cfg(unix)]
    fn program(folder: &Path, script: &str) -> Tesseract {
        use std::os::unix::fs::PermissionsExt as _;
        let path = folder.join("fake");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("set");
        Tesseract { program: path, language: "vie".into(), name: "fake".into() }
    }

    fn lines(count: u32) -> Vec<LineImage> {
        (0..count)
            .map(|_| LineImage {
                pixels: GrayImage::from_pixel(60, 30, Luma([255])),
                to_page: Affine::IDENTITY,
            })
            .collect()
    }

    #[cfg(unix)]
    #[test]
    fn an_engine_that_fails_says_what_it_said() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut fake = program(folder.path(), "echo 'out of paper' >&2; exit 3");
        let error = fake.read(&lines(1)).expect_err("exit 3");
        let source = std::error::Error::source(&error).expect("a cause").to_string();
        assert!(source.contains("out of paper"), "{source}");
    }

    #[cfg(unix)]
    #[test]
    fn an_engine_that_returns_nothing_reads_empty_lines() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut fake = program(folder.path(), ": > \"$2.tsv\"");
        let readings = fake.read(&lines(3)).expect("an answer");
        assert_eq!(readings, vec![LineReading::default(); 3]);
    }

    #[cfg(unix)]
    #[test]
    fn an_engine_that_hangs_is_killed() {
        let mut child = Command::new("sleep").arg("60").spawn().expect("started");
        let error = wait(&mut child, Duration::from_millis(50)).expect_err("too slow");
        assert!(matches!(error, StartError::Timeout(_)));
    }

    #[cfg(unix)]
    #[test]
    fn words_of_an_image_that_was_not_given_are_dropped() {
        let folder = tempfile::tempdir().expect("a folder");
        let row = "5\\t9\\t1\\t1\\t1\\t1\\t30\\t5\\t40\\t20\\t96\\tabc\\n";
        let mut fake = program(folder.path(), &format!("printf '{row}' > \"$2.tsv\""));
        let readings = fake.read(&lines(1)).expect("an answer");
        assert_eq!(readings, [LineReading::default()]);
    }
}
