//! `sohoa audit …`: the trail, handed out.

use sohoa::access::{trail_key, write_trail};
use sohoa::catalog::AuditEntry;

use super::archive::write_to;
use super::{Ended, open};
use crate::cli::Audit;

pub(super) fn audit(action: &Audit) -> anyhow::Result<Ended> {
    match action {
        Audit::Key { archive } => {
            let archive = open(archive)?;
            say!("{}", trail_key(&archive.catalog)?)?;
        }
        Audit::Export { archive, out } => {
            let archive = open(archive)?;
            // The export stands in the trail, and so in itself.
            archive.catalog.note(&AuditEntry {
                at_ms: jiff::Timestamp::now().as_millisecond(),
                account: "cli",
                what: "audit-exported",
                ..AuditEntry::default()
            })?;
            write_to(out.as_deref(), |out| Ok(write_trail(&archive.catalog, out)?))?;
        }
    }
    Ok(Ended::Well)
}
