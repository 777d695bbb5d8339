//! What a worker process may not do: take all memory, write files, start programs, talk to
//! the network. Landlock rules guard the files, a seccomp filter the system calls.

use std::collections::BTreeMap;
use std::io;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, Ruleset,
    RulesetAttr as _, RulesetCreatedAttr as _, RulesetError, RulesetStatus,
    path_beneath_rules,
};
use rlimit::Resource;
use seccompiler::{SeccompAction, SeccompFilter};

/// The kernel interface that the rules are written for; an older kernel enforces what of
/// it it knows.
const INTERFACE: ABI = ABI::V4;

/// What a worker needs of files: to read them.
fn reading() -> landlock::BitFlags<AccessFs> {
    AccessFs::ReadFile | AccessFs::ReadDir
}

/// System calls by which a process reaches the network, other processes or the kernel's
/// insides. `io_uring` is among them because it does all of that behind a filter's back.
const FORBIDDEN: [i64; 24] = [
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_sendto,
    libc::SYS_sendmsg,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_io_uring_setup,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_init_module,
    libc::SYS_kexec_load,
];

/// System calls by which a process becomes another program.
const STARTING: [i64; 2] = [libc::SYS_execve, libc::SYS_execveat];

/// What a worker may do beyond reading files and using its pipes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// Nothing.
    Alone,
    /// Call an installed program, which writes to the folder for temporary files.
    CallsProgram,
}

/// Confines this process for the rest of its life.
///
/// # Errors
///
/// If the limits cannot be set. A kernel that cannot confine is no error: `doctor` tells.
pub(super) fn confine(memory_bytes: u64, trust: Trust) -> io::Result<()> {
    let (_, hard) = Resource::AS.get()?;
    Resource::AS.set(memory_bytes.min(hard), hard)?;
    Resource::CORE.set(0, 0)?;
    guard_files(trust).map(|_| ()).map_err(io::Error::other)?;
    // A kernel without seccomp says so in `doctor`; the worker reads on.
    drop(guard_calls(trust));
    Ok(())
}

/// Leaves room in the address space for a file of `mapped_bytes`, beside `memory_bytes`. The
/// room for a file before it goes. A process that was not confined stays so.
///
/// # Errors
///
/// If the limit cannot be set.
pub(super) fn allow(memory_bytes: u64, mapped_bytes: u64) -> io::Result<()> {
    let (soft, hard) = Resource::AS.get()?;
    if soft == rlimit::INFINITY {
        return Ok(());
    }
    Resource::AS.set(memory_bytes.saturating_add(mapped_bytes).min(hard), hard)
}

fn guard_files(trust: Trust) -> Result<RulesetStatus, RulesetError> {
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(INTERFACE))?
        .handle_access(AccessNet::from_all(INTERFACE))?
        .create()?
        .add_rules(path_beneath_rules(["/"], reading()))?;
    if trust == Trust::CallsProgram {
        let everything = AccessFs::from_all(INTERFACE);
        rules = rules
            .add_rules(path_beneath_rules(["/"], AccessFs::Execute))?
            .add_rules(path_beneath_rules([std::env::temp_dir()], everything))?;
    }
    Ok(rules.restrict_self()?.ruleset)
}

fn guard_calls(trust: Trust) -> Result<(), seccompiler::Error> {
    let mut calls = FORBIDDEN.to_vec();
    if trust == Trust::Alone {
        calls.extend(STARTING);
    }
    let rules: BTreeMap<i64, _> =
        calls.into_iter().map(|call| (call, Vec::new())).collect();
    let machine =
        std::env::consts::ARCH.try_into().map_err(seccompiler::Error::Backend)?;
    let filter = SeccompFilter::new(
        rules,
        SeccompAction::Allow,
        SeccompAction::Errno(libc::EPERM as u32),
        machine,
    )
    .map_err(seccompiler::Error::Backend)?;
    let program: seccompiler::BpfProgram =
        filter.try_into().map_err(seccompiler::Error::Backend)?;
    seccompiler::apply_filter(&program)
}

/// What this kernel can take away from workers, in words; an error says what it cannot.
/// Tried on a thread of its own, because there is no way back.
///
/// # Errors
///
/// In words: what is not confined, and what to do.
pub fn isolation() -> Result<String, String> {
    let tried =
        std::thread::spawn(|| (guard_files(Trust::Alone), guard_calls(Trust::Alone)));
    let (files, calls) = match tried.join() {
        Ok((files, calls)) => (files.ok(), calls.is_ok()),
        Err(_) => (None, false),
    };
    let files = matches!(
        files,
        Some(RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced)
    );
    let remedy = "run sohoa under an account of its own that may write nothing but the \
                  archive, and keep the machine off the network";
    match (files, calls) {
        (true, true) => Ok("workers can write no file, start no program and reach no \
                            network (landlock, seccomp)"
            .to_owned()),
        (true, false) => Err(format!(
            "this kernel keeps workers from writing files, but not from programs and the \
             network (no seccomp): {remedy}"
        )),
        (false, true) => Err(format!(
            "this kernel keeps workers from programs and the network, but not from writing \
             files (no landlock): {remedy}"
        )),
        (false, false) => Err(format!(
            "this kernel cannot confine workers (no landlock, no seccomp): {remedy}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::net::{TcpListener, TcpStream, UdpSocket};
    use std::process::Command;

    use super::*;

    /// Runs `tries` on a confined thread; `None` where the kernel cannot confine it.
    fn confined<T: Send>(trust: Trust, tries: impl FnOnce() -> T + Send) -> Option<T> {
        std::thread::scope(|scope| {
            let thread = scope.spawn(|| {
                let files = guard_files(trust).ok()?;
                guard_calls(trust).ok()?;
                (files != RulesetStatus::NotEnforced).then(tries)
            });
            thread.join().unwrap()
        })
    }

    #[test]
    fn a_confined_worker_writes_no_file_starts_no_program_and_reaches_no_network() {
        let folder = tempfile::tempdir().unwrap();
        let known = folder.path().join("known");
        std::fs::write(&known, "a").unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let tried = confined(Trust::Alone, || {
            let kind = |error: io::Error| error.kind();
            [
                std::fs::write(folder.path().join("new"), "b").map_err(kind).err(),
                std::fs::write(&known, "b").map_err(kind).err(),
                std::fs::remove_file(&known).map_err(kind).err(),
                TcpStream::connect(address).map(drop).map_err(kind).err(),
                UdpSocket::bind("127.0.0.1:0").map(drop).map_err(kind).err(),
                Command::new("true").status().map(drop).map_err(kind).err(),
            ]
        });
        let Some(tried) = tried else {
            eprintln!("skipped: {}", isolation().unwrap_err());
            return;
        };
        assert_eq!(tried, [Some(ErrorKind::PermissionDenied); 6]);
        assert_eq!(std::fs::read_to_string(&known).unwrap(), "a", "reading is allowed");
    }

    #[test]
    fn a_worker_that_calls_a_program_may_do_that_and_still_reaches_no_network() {
        let tried = confined(Trust::CallsProgram, || {
            let program = Command::new("true").status().map(|status| status.success());
            (program.unwrap_or(false), UdpSocket::bind("127.0.0.1:0").is_err())
        });
        if let Some(tried) = tried {
            assert_eq!(tried, (true, true));
        }
    }
}
