//! All links of an archive, found by the rare marks that records share.

use std::collections::BTreeSet;

use super::compare::links_between;
use super::marks::marks;
use super::rules::Rules;
use super::{Link, LinkKind, Strength};
use crate::catalog::Catalog;
use crate::catalog::CatalogError;
use crate::model::Record;
use crate::model::RecordId;

/// Links of one record that are kept, the strongest.
const MOST_LINKS: usize = 20;

/// The catalog could not be read while links were looked for.
#[derive(Debug, thiserror::Error)]
#[error("links could not be looked for")]
pub struct LinkError(#[from] CatalogError);

/// Which records share a mark: 64 bits of a mark's hash and the number of a record, sorted.
/// Some 100 bytes a record; the records themselves stay in the catalog.
pub struct Links<'c> {
    catalog: &'c Catalog,
    ids: Vec<RecordId>,
    shared: Vec<(u64, u32)>,
}

fn short(mark: &str) -> u64 {
    let hash = blake3::hash(mark.as_bytes());
    let bytes = hash.as_bytes().first_chunk::<8>();
    bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

impl<'c> Links<'c> {
    /// Looks through the whole archive once.
    ///
    /// # Errors
    ///
    /// If the catalog cannot be read.
    pub fn of(catalog: &'c Catalog) -> Result<Self, LinkError> {
        let mut ids = Vec::new();
        let mut shared = Vec::new();
        for scan in catalog.scans()? {
            for stored in catalog.records_of(&scan.id)? {
                let number = ids.len() as u32;
                shared.extend(marks(&stored.record).iter().map(|m| (short(m), number)));
                ids.push(stored.record.record);
            }
        }
        shared.sort_unstable();
        shared.dedup();
        Ok(Self { catalog, ids, shared })
    }

    /// The links of one record, the most telling first.
    ///
    /// # Errors
    ///
    /// If the catalog cannot be read.
    pub fn for_record(&self, record: &Record) -> Result<Vec<Link>, LinkError> {
        let mut others: BTreeSet<u32> = BTreeSet::new();
        for mark in marks(record) {
            let mark = short(&mark);
            let start = self.shared.partition_point(|(known, _)| *known < mark);
            let rest = self.shared.get(start..).unwrap_or_default();
            let end = rest.partition_point(|(known, _)| *known == mark);
            if end <= Rules::get().most_sharing {
                let sharing = rest.get(..end).unwrap_or_default();
                others.extend(sharing.iter().map(|(_, number)| *number));
            }
        }
        let mut links = Vec::new();
        for number in others {
            let Some(id) = self.ids.get(number as usize) else { continue };
            if let Some(other) = self.catalog.record(id)? {
                links.extend(links_between(record, &other.record));
            }
        }
        Ok(most_telling(links))
    }
}

/// The strongest links, sorted, at most twenty; those of one kind and strength by record.
pub fn most_telling(mut links: Vec<Link>) -> Vec<Link> {
    let rank = |link: &Link| -> (LinkKind, Strength, RecordId) {
        (link.kind, link.strength, link.record.clone())
    };
    links.sort_by_key(|link| (rank(link).1, rank(link).0, rank(link).2));
    links.truncate(MOST_LINKS);
    links
}
