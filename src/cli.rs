//! argv as typed. What it means is decided in `main`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Turns scanned Vietnamese civil-status registers and land records into a searchable,
/// checked archive.
#[derive(Debug, Parser)]
#[command(version, about, disable_help_subcommand = true)]
pub(crate) struct Cli {
    /// Folder with the line models; else $`SOHOA_MODELS`, else `models` beside the program.
    #[arg(long, global = true, env = "SOHOA_MODELS", hide_env_values = true)]
    pub(crate) models: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Which archive, and how to answer.
#[derive(Debug, Args)]
pub(crate) struct Where {
    /// The archive folder.
    #[arg(long, value_name = "DIR")]
    pub(crate) archive: PathBuf,
    /// Answer in JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Family {
    CivilStatus,
    Land,
    Auto,
}

impl Family {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::CivilStatus => "civil-status",
            Self::Land => "land",
            Self::Auto => "auto",
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Copies scans in, reads them, extracts their records and indexes them.
    Ingest(Ingest),
    /// Takes in what is new in the watched folders, retries, verifies, backs up, reports.
    Nightly(Nightly),
    /// Scores this program against a corpus with truth.
    Eval(Eval),
    /// Finds records the way a clerk asks for them.
    Search(Search),
    /// Makes and changes the accounts of the desk.
    Account {
        #[command(subcommand)]
        action: Account,
    },
    /// Reads and hands out the audit trail.
    Audit {
        #[command(subcommand)]
        action: Audit,
    },
    /// Looks up a list of names, one line a person, and writes what was found.
    Lookup(Lookup),
    /// Serves the search page and `/api/v1/…`.
    Serve(Serve),
    /// Writes everything out again.
    Export {
        /// The archive folder.
        #[arg(long, value_name = "DIR")]
        archive: PathBuf,
        /// records-jsonl, pages-jsonl, csv, xlsx, vbdlis, corrections-jsonl, pdf, alto or hocr.
        #[arg(long)]
        format: String,
        /// Only scans whose ids start so; of pdf, alto and hocr.
        #[arg(long, value_name = "ID")]
        scan: Option<String>,
        /// Only this page, from 1; of pdf, alto and hocr.
        #[arg(long, value_name = "N")]
        page: Option<u32>,
        /// With each record what it may belong to, with reasons; of records-jsonl.
        #[arg(long)]
        links: bool,
        /// Only values that people have verified or approved.
        #[arg(long)]
        verified_only: bool,
        /// File to write; stdout without it.
        #[arg(long, value_name = "PATH")]
        out: Option<PathBuf>,
    },
    /// Lists what was set aside, or lets it be tried again.
    Quarantine {
        #[command(subcommand)]
        action: Quarantine,
    },
    /// Counts what the archive holds and what waits.
    Status(Where),
    /// Checks every original, the catalog and the index.
    Verify {
        #[command(flatten)]
        place: Where,
        /// Check every book instead: numbers missing or twice, dates out of order.
        #[arg(long)]
        books: bool,
    },
    /// Says what is wrong with the set-up and what to do.
    Doctor(Where),
    /// Builds the index anew beside the old one and swaps it in.
    Reindex {
        #[command(flatten)]
        place: Where,
        /// Make the records anew from what was read as well.
        #[arg(long)]
        extract: bool,
    },
    /// Checks the definitions of kinds, with their own tests.
    Check {
        /// The archive folder; without it the built-in definitions are checked.
        #[arg(long, value_name = "DIR")]
        archive: Option<PathBuf>,
        /// Folder of definitions to check instead.
        #[arg(long, value_name = "DIR")]
        pipelines: Option<PathBuf>,
        /// Answer in JSON on stdout.
        #[arg(long)]
        json: bool,
    },
    /// Decodes and reads what the coordinator sends; not for people.
    #[command(hide = true)]
    Worker {
        #[arg(long)]
        engine: String,
        #[arg(long)]
        memory_bytes: u64,
        #[arg(long)]
        trust_hidden_text: bool,
        /// Names of the steps before reading, with commas between them.
        #[arg(long)]
        clean: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Ingest {
    /// Files and folders with scans.
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The archive folder; made if there is none.
    #[arg(long, value_name = "DIR")]
    pub(crate) archive: PathBuf,
    /// Which definitions may recognise the papers.
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) pipeline: Family,
    /// Code of the unit whose books these are.
    #[arg(long, value_name = "CODE")]
    pub(crate) unit: Option<String>,
    /// Name of the collection they belong to.
    #[arg(long, value_name = "NAME")]
    pub(crate) collection: Option<String>,
    /// Worker processes at a time; one a core without it.
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<std::num::NonZeroUsize>,
    /// Begin no new page after this time of day; the same command goes on later.
    #[arg(long, value_name = "HH:MM")]
    pub(crate) until: Option<String>,
    /// Say what would be taken in, and take in nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// End with one JSON object on stdout.
    #[arg(long)]
    pub(crate) json: bool,
    /// Draw no progress bar.
    #[arg(long)]
    pub(crate) no_progress: bool,
    /// Write one JSON line a file to stderr instead of the account for people.
    #[arg(long)]
    pub(crate) log_json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Nightly {
    /// The archive folder; `watch` in its sohoa.toml names the folders.
    #[arg(long, value_name = "DIR")]
    pub(crate) archive: PathBuf,
    /// Begin nothing after this time of day.
    #[arg(long, value_name = "HH:MM")]
    pub(crate) until: Option<String>,
    /// Write one JSON line a file to stderr instead of the account for people.
    #[arg(long)]
    pub(crate) log_json: bool,
    /// End with one JSON object on stdout.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Eval {
    /// Folder with `files`, `truth` and `queries.jsonl`, or one of pictures of single lines
    /// with a table `gt.tsv` (a file and its text).
    pub(crate) corpus: PathBuf,
    /// Use this archive; it is filled if there is none. A temporary one without it.
    #[arg(long, value_name = "DIR")]
    pub(crate) archive: Option<PathBuf>,
    /// Worker processes at a time; one a core without it.
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<std::num::NonZeroUsize>,
    /// Answer in JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Search {
    /// What the citizen says, e.g. `nguyen thi lan 1987`.
    pub(crate) query: String,
    /// The archive folder.
    #[arg(long, value_name = "DIR")]
    pub(crate) archive: PathBuf,
    /// Only this kind of document.
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Option<String>,
    /// Only this year, or these years: `1987`, `1985-1990`.
    #[arg(long, value_name = "Y[-Y]")]
    pub(crate) year: Option<String>,
    /// Only this unit, by code or name, with its predecessors.
    #[arg(long, value_name = "CODE")]
    pub(crate) unit: Option<String>,
    /// At most so many hits.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) limit: usize,
    /// Answer in JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The archive folder.
    #[arg(long, value_name = "DIR")]
    pub(crate) archive: PathBuf,
    /// Address and port; another machine can be answered only once there are accounts.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(crate) listen: std::net::SocketAddr,
    /// Over TLS, with a certificate that is made once and kept in the archive.
    #[arg(long, conflicts_with = "tls_cert")]
    pub(crate) tls: bool,
    /// Over TLS, with this certificate (PEM, those that vouch for it behind it).
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// Its private key (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Lookup {
    /// A CSV with headings in Vietnamese or English, e.g. `Họ tên,Năm sinh,Xã,Cha,Mẹ`.
    pub(crate) names: PathBuf,
    /// The archive folder.
    #[arg(long, value_name = "DIR")]
    pub(crate) archive: PathBuf,
    /// File for the report; stdout without it.
    #[arg(long, value_name = "PATH")]
    pub(crate) out: Option<PathBuf>,
    /// End with one JSON object of counts: on stdout, or on stderr without `--out`.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Quarantine {
    /// What was set aside, why, and what to do.
    List(Where),
    /// Reads what was set aside again, now.
    Retry {
        #[command(flatten)]
        place: Where,
        /// Only what was set aside for this reason, e.g. `timeout`.
        #[arg(long, value_name = "REASON")]
        reason: Option<String>,
        /// Worker processes at a time; one a core without it.
        #[arg(long, value_name = "N")]
        jobs: Option<std::num::NonZeroUsize>,
    },
    /// Writes the list as a table that opens in Excel.
    Export {
        /// The archive folder.
        #[arg(long, value_name = "DIR")]
        archive: PathBuf,
        /// File to write; stdout without it.
        #[arg(long, value_name = "PATH")]
        out: Option<PathBuf>,
        /// Copy the files themselves into this folder too, under their own names.
        #[arg(long, value_name = "DIR")]
        files: Option<PathBuf>,
    },
}

/// An account, in which archive.
#[derive(Debug, Args)]
pub(crate) struct AccountName {
    /// Name of the account: 2 to 32 of a–z, 0–9, `.`, `-`, `_`.
    pub(crate) name: String,
    /// The archive folder.
    #[arg(long, value_name = "DIR")]
    pub(crate) archive: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Account {
    /// Makes an account; the password is asked for, or is the first line of stdin.
    Add {
        #[command(flatten)]
        of: AccountName,
        /// The person.
        #[arg(long, value_name = "NAME")]
        full_name: String,
        /// clerk, operator, verifier, approver, archivist, auditor, administrator; several
        /// with commas between.
        #[arg(long, value_name = "ROLES")]
        roles: String,
        /// Codes of the communes whose papers it sees, those that went into them included;
        /// all without it.
        #[arg(long, value_name = "CODES", default_value = "")]
        units: String,
        /// Collections whose papers it sees, with commas between; all without it.
        #[arg(long, value_name = "NAMES", default_value = "")]
        collections: String,
        /// The person types a password of their own before anything else.
        #[arg(long)]
        must_change: bool,
        /// The person comes in by the provider of log-ins that `sohoa.toml` names, which
        /// calls them so; no password is asked for.
        #[arg(long, value_name = "NAME", conflicts_with = "must_change")]
        provider_name: Option<String>,
    },
    /// Gives an account other roles or another scope; what is left out stays.
    Rights {
        #[command(flatten)]
        of: AccountName,
        /// As of `add`.
        #[arg(long, value_name = "ROLES")]
        roles: Option<String>,
        /// As of `add`; `all` for every commune.
        #[arg(long, value_name = "CODES")]
        units: Option<String>,
        /// As of `add`; `all` for every collection.
        #[arg(long, value_name = "NAMES")]
        collections: Option<String>,
    },
    /// Sets a password that its person must change, and lifts a lock.
    Password(AccountName),
    /// Takes the password away: the person comes in by the provider of log-ins that
    /// `sohoa.toml` names, as whoever comes first under that name.
    Provider {
        #[command(flatten)]
        of: AccountName,
        /// What the provider calls the person.
        #[arg(long, value_name = "NAME")]
        provider_name: String,
    },
    /// Lets nobody use an account any more.
    Close(AccountName),
    /// Opens a closed account again.
    Open(AccountName),
    /// Lists the accounts.
    List(Where),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Writes the whole trail as JSON Lines; the last line is its signature.
    Export {
        /// The archive folder.
        #[arg(long, value_name = "DIR")]
        archive: PathBuf,
        /// File to write; stdout without it.
        #[arg(long, value_name = "PATH")]
        out: Option<PathBuf>,
    },
    /// Shows the key that exports are signed with, for whoever is to check them.
    Key {
        /// The archive folder.
        #[arg(long, value_name = "DIR")]
        archive: PathBuf,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_contract_of_the_command_line_is_understood() {
        for argv in [
            "sohoa ingest a b.pdf --archive A --pipeline civil-status --unit 03361 \
             --collection hotich --jobs 2 --until 05:30 --dry-run --json --no-progress",
            "sohoa search lan --archive A --kind so-khai-sinh --year 1985-1990 --unit 1 \
             --limit 5 --json",
            "sohoa lookup names.csv --archive A --out report.csv --json",
            "sohoa serve --archive A --listen 127.0.0.1:0",
            "sohoa export --archive A --format pages-jsonl --out x",
            "sohoa export --archive A --format xlsx --verified-only --out x",
            "sohoa export --archive A --format alto --scan ab12 --page 2",
            "sohoa export --archive A --format records-jsonl --links",
            "sohoa eval corpus/dev --json",
            "sohoa nightly --archive A --until 05:30 --json",
            "sohoa quarantine list --archive A --json",
            "sohoa quarantine retry --archive A",
            "sohoa quarantine export --archive A",
            "sohoa status --archive A --json",
            "sohoa verify --archive A --json",
            "sohoa verify --archive A --books",
            "sohoa nightly --archive A --log-json",
            "sohoa quarantine retry --archive A --reason timeout --json",
            "sohoa quarantine export --archive A --out x.csv --files y",
            "sohoa doctor --archive A --json",
            "sohoa reindex --archive A --json",
            "sohoa check --archive A --json",
            "sohoa account add lan --archive A --full-name Lan --roles clerk,operator",
            "sohoa account add lan --archive A --full-name Lan --roles clerk --units 03361 \
             --collections hotich --must-change",
            "sohoa account rights lan --archive A --roles verifier",
            "sohoa account rights lan --archive A --units all",
            "sohoa account password lan --archive A",
            "sohoa account add hoa --archive A --full-name Hoa --roles clerk \
             --provider-name hoa@tinh.example",
            "sohoa account provider lan --archive A --provider-name lan@tinh.example",
            "sohoa account close lan --archive A",
            "sohoa account open lan --archive A",
            "sohoa account list --archive A --json",
            "sohoa audit export --archive A --out x.jsonl",
            "sohoa audit key --archive A",
        ] {
            assert!(Cli::try_parse_from(argv.split_whitespace()).is_ok(), "{argv}");
        }
    }
}
