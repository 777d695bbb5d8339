//! From the samples of a TIFF image to grey or coloured rows.

use super::super::canvas::Channels;
use super::super::color::{on_white, rgb_of_cmyk};
use super::layout::{Alpha, Layout, Meaning, Number};

/// Grey or colour of the page image of a layout.
pub(super) fn channels(layout: &Layout) -> Channels {
    match layout.meaning {
        Meaning::WhiteIsZero | Meaning::BlackIsZero | Meaning::Lab => Channels::Gray,
        Meaning::Palette if layout.palette.iter().all(|[r, g, b]| r == g && g == b) => {
            Channels::Gray
        }
        _ => Channels::Rgb,
    }
}

/// Unpacks a row of samples to eight bits each; palette numbers are left as they are.
///
/// `row` holds `num_samples` samples, or fewer: then the rest is left as it was.
pub(super) fn to_bytes(
    layout: &Layout,
    row: &[u8],
    num_samples: usize,
    out: &mut Vec<u8>,
) {
    out.clear();
    let is_index = layout.meaning == Meaning::Palette;
    if layout.number == Number::Float {
        floats_to_bytes(layout, row, num_samples, out);
        return;
    }
    match layout.bits {
        8 => out.extend(row.iter().take(num_samples)),
        16 => {
            // Of colours the high byte counts, of palette numbers the low one.
            let at = usize::from(layout.is_little != is_index);
            out.extend(
                row.chunks_exact(2).take(num_samples).filter_map(|two| two.get(at)),
            );
        }
        32 => {
            let at = if layout.is_little { 3 } else { 0 };
            out.extend(
                row.chunks_exact(4).take(num_samples).filter_map(|four| four.get(at)),
            );
        }
        bits @ (1 | 2 | 4) => packed_to_bytes(row, bits, is_index, num_samples, out),
        bits => odd_to_bytes(row, bits, is_index, num_samples, out),
    }
    if layout.number == Number::Signed {
        for value in out.iter_mut() {
            *value ^= 0x80;
        }
    }
}

/// Samples of floating point, of 16, 32 or 64 bits; what is no number is black.
fn floats_to_bytes(layout: &Layout, row: &[u8], num_samples: usize, out: &mut Vec<u8>) {
    let bytes = layout.bits as usize / 8;
    for sample in row.chunks_exact(bytes).take(num_samples) {
        // From the lowest byte to the highest, in the lower end of 64 bits.
        let mut number = [0_u8; 8];
        for (at, to) in number.iter_mut().take(bytes).enumerate() {
            let from = if layout.is_little { at } else { bytes - 1 - at };
            *to = sample.get(from).copied().unwrap_or(0);
        }
        let all = u64::from_le_bytes(number);
        let value = match layout.bits {
            16 => half(all as u16),
            32 => f64::from(f32::from_bits(all as u32)),
            _ => f64::from_bits(all),
        };
        out.push((value.clamp(0.0, 1.0) * 255.0).round() as u8);
    }
}

/// A floating point number of 16 bits: a sign, 5 bits of exponent, 10 of fraction.
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1F), f64::from(bits & 0x3FF));
    let size = match exponent {
        0 => fraction / 1024.0 * 2.0_f64.powi(-14),
        31 => f64::INFINITY,
        _ => (1.0 + fraction / 1024.0) * 2.0_f64.powi(exponent - 15),
    };
    if bits >> 15 == 1 { -size } else { size }
}

/// Samples of 1, 2 or 4 bits.
fn packed_to_bytes(
    row: &[u8],
    bits: u32,
    is_index: bool,
    num_samples: usize,
    out: &mut Vec<u8>,
) {
    let most = (1_u32 << bits) - 1;
    let scale = if is_index { 1 } else { 255 / most };
    for byte in row {
        let mut shift = 8;
        while shift > 0 && out.len() < num_samples {
            shift -= bits;
            out.push((((u32::from(*byte) >> shift) & most) * scale) as u8);
        }
    }
}

/// Samples of 3, 5, 6, 7 and 9 to 15 bits.
fn odd_to_bytes(
    row: &[u8],
    bits: u32,
    is_index: bool,
    num_samples: usize,
    out: &mut Vec<u8>,
) {
    let most = (1_u32 << bits) - 1;
    let (mut held, mut num_held) = (0_u32, 0);
    for byte in row {
        held = (held << 8) | u32::from(*byte);
        num_held += 8;
        while num_held >= bits && out.len() < num_samples {
            num_held -= bits;
            let value = (held >> num_held) & most;
            out.push(if is_index { value } else { value * 255 / most } as u8);
        }
        held &= (1 << num_held) - 1;
    }
}

/// Undoes horizontal differencing in a row of a chunk.
pub(super) fn undo_prediction(layout: &Layout, row: &mut [u8]) {
    let samples = layout.samples_in_chunk();
    match layout.bits {
        8 => {
            for at in samples..row.len() {
                let before = row.get(at - samples).copied().unwrap_or(0);
                if let Some(value) = row.get_mut(at) {
                    *value = value.wrapping_add(before);
                }
            }
        }
        16 => {
            let (low, high) = if layout.is_little { (0, 1) } else { (1, 0) };
            let number = |row: &[u8], at: usize| {
                let part = |place: usize| row.get(at + place).copied().unwrap_or(0);
                u16::from_le_bytes([part(low), part(high)])
            };
            for at in (samples * 2..row.len().saturating_sub(1)).step_by(2) {
                let sum = number(row, at).wrapping_add(number(row, at - samples * 2));
                let [low_byte, high_byte] = sum.to_le_bytes();
                if let Some(two) = row.get_mut(at..at + 2) {
                    two[low] = low_byte;
                    two[high] = high_byte;
                }
            }
        }
        _ => {}
    }
}

/// Turns interleaved samples of eight bits into pixels of the page image.
pub(super) fn to_pixels(layout: &Layout, samples: &[u8], out: &mut Vec<u8>) {
    out.clear();
    let is_gray = channels(layout) == Channels::Gray;
    if layout.samples == 1 && layout.meaning == Meaning::BlackIsZero {
        out.extend_from_slice(samples);
        return;
    }
    if layout.samples == 3 && layout.meaning == Meaning::Rgb {
        out.extend_from_slice(samples);
        return;
    }
    for pixel in samples.chunks_exact(layout.samples) {
        match (layout.meaning, pixel) {
            (Meaning::WhiteIsZero, [value, rest @ ..]) => {
                out.push(laid(255 - value, rest.first(), layout.alpha));
            }
            (Meaning::BlackIsZero | Meaning::Lab, [value, rest @ ..]) => {
                let alpha = rest.first().filter(|_| layout.meaning != Meaning::Lab);
                out.push(laid(*value, alpha, layout.alpha));
            }
            (Meaning::Palette, [index, ..]) => {
                let entry = layout.palette.get(usize::from(*index)).copied();
                let color = entry.unwrap_or([*index; 3]);
                out.extend_from_slice(if is_gray { &color[..1] } else { &color });
            }
            (Meaning::Rgb, [r, g, b, rest @ ..]) => {
                out.extend([r, g, b].map(|v| laid(*v, rest.first(), layout.alpha)));
            }
            (Meaning::Inks, [c, m, y, k, ..]) => {
                out.extend(rgb_of_cmyk([*c, *m, *y, *k]));
            }
            (Meaning::YCbCr, [y, cb, cr, ..]) => out.extend(rgb_of_ycbcr([*y, *cb, *cr])),
            _ => {}
        }
    }
}

fn laid(value: u8, alpha_value: Option<&u8>, alpha: Alpha) -> u8 {
    match (alpha, alpha_value) {
        (Alpha::Unassociated, Some(&opacity)) => on_white(value, opacity),
        (Alpha::Associated, Some(&opacity)) => value.saturating_add(255 - opacity),
        _ => value,
    }
}

/// Full-range `YCbCr` of ITU-R BT.601.
pub(super) fn rgb_of_ycbcr([y, cb, cr]: [u8; 3]) -> [u8; 3] {
    let (y, cb, cr) = (f32::from(y), f32::from(cb) - 128.0, f32::from(cr) - 128.0);
    [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb]
        .map(|value| value.round().clamp(0.0, 255.0) as u8)
}
