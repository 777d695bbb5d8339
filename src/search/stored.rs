//! The compact form of a record, fetched without anything around it.

use tantivy::schema::document::{
    DeserializeError, DocumentDeserialize, DocumentDeserializer, ValueDeserialize,
    ValueDeserializer,
};

/// The one stored value of a document.
pub(super) struct StoredForm(pub(super) Vec<u8>);

impl DocumentDeserialize for StoredForm {
    fn deserialize<'de, D: DocumentDeserializer<'de>>(
        mut document: D,
    ) -> Result<Self, DeserializeError> {
        match document.next_field()? {
            Some((_, value)) => Ok(value),
            None => Err(DeserializeError::custom("no stored form")),
        }
    }
}

impl ValueDeserialize for StoredForm {
    fn deserialize<'de, D: ValueDeserializer<'de>>(
        value: D,
    ) -> Result<Self, DeserializeError> {
        value.deserialize_bytes().map(Self)
    }
}
