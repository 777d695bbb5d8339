//! PNG files.

use std::io::Cursor;

use png::{ColorType, Transformations, Unit};

use super::canvas::{Canvas, Channels};
use super::color::on_white;
use super::stored::Stored;
use super::turn::Turn;
use super::{IntakeError, Limits};

/// Millimetres of an inch, by which the resolution of PNG is given in metres.
const METRES_PER_INCH: f64 = 0.0254;

/// Reads a PNG file; transparent parts are white. Of an animation the first image is read.
///
/// # Errors
///
/// If it is broken before its first row, or asks for too much.
pub(super) fn load(data: &[u8], limits: &Limits) -> Result<Stored, IntakeError> {
    let memory = usize::try_from(limits.max_working_bytes).unwrap_or(usize::MAX);
    let mut decoder =
        png::Decoder::new_with_limits(Cursor::new(data), png::Limits { bytes: memory });
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let header = decoder.read_header_info().map_err(broken)?;
    limits.check_size(header.width, header.height)?;
    let mut reader = decoder.read_info().map_err(broken)?;
    let info = reader.info();
    let (width, height) = (info.width, info.height);
    let is_interlaced = info.interlaced;
    let dpi = info.pixel_dims.filter(|d| d.unit == Unit::Meter).map(|d| {
        (f64::from(d.xppu) * METRES_PER_INCH, f64::from(d.yppu) * METRES_PER_INCH)
    });
    let (color, _) = reader.output_color_type();
    let channels = match color {
        ColorType::Grayscale | ColorType::GrayscaleAlpha => Channels::Gray,
        _ => Channels::Rgb,
    };
    let mut canvas = Canvas::new(width, height, channels, limits)?;
    let mut row = Vec::with_capacity(canvas.row_bytes());
    if is_interlaced {
        let size = reader
            .output_buffer_size()
            .ok_or_else(|| IntakeError::corrupt("the PNG header is broken"))?;
        limits.check_working_bytes(size as u64)?;
        let mut frame = vec![0; size];
        // What came before an error is shown.
        let failure = reader.next_frame(&mut frame).err();
        if let Some(error) = failure
            && frame.iter().all(|&byte| byte == 0)
        {
            return Err(broken(error));
        }
        for samples in frame.chunks(size / height.max(1) as usize) {
            lay_down(samples, color, &mut row);
            canvas.push(&row);
        }
    } else {
        loop {
            match reader.next_row() {
                Ok(Some(samples)) => {
                    lay_down(samples.data(), color, &mut row);
                    canvas.push(&row);
                }
                Err(error) if canvas.num_rows() == 0 => return Err(broken(error)),
                Ok(None) | Err(_) => break,
            }
        }
    }
    Ok(Stored {
        painted: canvas.finish()?,
        dpi,
        turn: Turn::default(),
        incomplete: false,
    })
}

fn broken(error: png::DecodingError) -> IntakeError {
    match error {
        png::DecodingError::LimitsExceeded => {
            IntakeError::TooManyBytes { limit: super::limits::MAX_WORKING_BYTES }
        }
        other => IntakeError::corrupt(format!("the PNG data is broken: {other}")),
    }
}

/// Lays a row with or without transparency on white.
fn lay_down(samples: &[u8], color: ColorType, row: &mut Vec<u8>) {
    row.clear();
    match color {
        ColorType::GrayscaleAlpha => {
            row.extend(samples.chunks_exact(2).map(|p| on_white(p[0], p[1])));
        }
        ColorType::Rgba => row.extend(
            samples
                .chunks_exact(4)
                .flat_map(|p| [p[0], p[1], p[2]].map(|value| on_white(value, p[3]))),
        ),
        _ => row.extend_from_slice(samples),
    }
}
