//! What a worker process may not do: take all memory, write files, talk to the network.

use std::io;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, Ruleset,
    RulesetAttr as _, RulesetCreatedAttr as _, RulesetError, RulesetStatus,
    path_beneath_rules,
};
use rlimit::Resource;

/// The kernel interface that the rules are written for; an older kernel enforces what of
/// it it knows.
const INTERFACE: ABI = ABI::V4;

/// Confines this process for the rest of its life. A worker that calls an installed
/// program may write to the folder for temporary files; any other may write nowhere.
///
/// # Errors
///
/// If the limits cannot be set. A kernel that cannot confine is no error: `doctor` tells.
pub(super) fn confine(memory_bytes: u64, may_write_temporary: bool) -> io::Result<()> {
    let (_, hard) = Resource::AS.get()?;
    Resource::AS.set(memory_bytes.min(hard), hard)?;
    Resource::CORE.set(0, 0)?;
    restrict(may_write_temporary).map(|_| ()).map_err(io::Error::other)
}

fn restrict(may_write_temporary: bool) -> Result<RulesetStatus, RulesetError> {
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(INTERFACE))?
        .handle_access(AccessNet::from_all(INTERFACE))?
        .create()?
        .add_rules(path_beneath_rules(["/"], AccessFs::from_read(INTERFACE)))?;
    if may_write_temporary {
        let everything = AccessFs::from_all(INTERFACE);
        rules =
            rules.add_rules(path_beneath_rules([std::env::temp_dir()], everything))?;
    }
    Ok(rules.restrict_self()?.ruleset)
}

/// What this kernel can take away from workers, in words. Tried on a thread of its own,
/// because there is no way back.
pub fn isolation() -> String {
    let tried = std::thread::spawn(|| restrict(false)).join();
    match tried {
        Ok(Ok(RulesetStatus::FullyEnforced)) => {
            "workers can write no file and reach no network".to_owned()
        }
        Ok(Ok(RulesetStatus::PartiallyEnforced)) => {
            "this kernel confines workers in part: files, but not the network".to_owned()
        }
        _ => "this kernel cannot confine workers (no landlock): run sohoa under an account \
              that may write nothing but the archive"
            .to_owned(),
    }
}
