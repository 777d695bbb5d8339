//! Reading with the alternatives that the engine saw.

use crate::model::Word;

use super::{Context, Normalized, normalize};

/// The likeliest well-formed reading of `words` as a value of type `value_type`; `None`
/// if there is no such type.
pub fn decode(value_type: &str, words: &[Word], context: &Context) -> Option<Normalized> {
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    normalize(value_type, &texts.join(" "), context)
}
