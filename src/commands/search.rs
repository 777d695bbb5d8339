//! `sohoa search` and `sohoa serve`.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use anyhow::Context as _;
use sohoa::run::{Archive, Loader, PageDesk, desk};
use sohoa::serve::{
    BatchError, Certificate, Load, PageTools, Provider, SearchRequest, answer, look_up,
};

use super::archive::write_to;
use super::{Ended, Usage, open, print_json};
use crate::cli;

pub(super) fn search(arguments: &cli::Search) -> anyhow::Result<Ended> {
    let archive = open(&arguments.archive)?;
    let pairs = [
        ("q", Some(arguments.query.clone())),
        ("kind", arguments.kind.clone()),
        ("year", arguments.year.clone()),
        ("unit", arguments.unit.clone()),
        ("limit", Some(arguments.limit.to_string())),
    ];
    let pairs: Vec<(String, String)> = pairs
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect();
    let request = SearchRequest::of(&pairs).map_err(|error| Usage(error.to_string()))?;
    let searcher = desk::searcher(&archive)?;
    let answer = answer(&archive.catalog, &*searcher, &request)?;
    if arguments.json {
        print_json(&answer)?;
        return Ok(Ended::Well);
    }
    say!("{} found in {} ms", answer.total, answer.took_ms)?;
    for hit in &answer.hits {
        let shown: Vec<&str> = hit
            .matched
            .iter()
            .filter_map(|name| hit.fields.get(name)?.value.as_deref())
            .collect();
        say!("{:>7.2}  {}  {}  page {}", hit.score, hit.kind, hit.path, hit.page)?;
        say!("         {}", shown.join(" · "))?;
    }
    Ok(Ended::Well)
}

/// Looks up a list line by line.
pub(super) fn lookup(arguments: &cli::Lookup) -> anyhow::Result<Ended> {
    let archive = open(&arguments.archive)?;
    let searcher = desk::searcher(&archive)?;
    let names = &arguments.names;
    let list = std::fs::File::open(names)
        .with_context(|| format!("`{}` cannot be read", names.display()))?;
    let mut counts = None;
    write_to(arguments.out.as_deref(), |report| {
        let done = look_up(&archive.catalog, &*searcher, list, report, usize::MAX);
        counts = Some(match done {
            Err(error @ (BatchError::NoNames { .. } | BatchError::Csv(_))) => {
                return Err(Usage(error.to_string()).into());
            }
            done => done?,
        });
        Ok(())
    })?;
    let counts = counts.context("the list was not looked up")?;
    match (arguments.json, &arguments.out) {
        (true, Some(_)) => print_json(&counts)?,
        (true, None) => eprintln!("{}", serde_json::to_string(&counts)?),
        (false, _) => eprintln!(
            "{} lines: {} found, {} similar, {} not found, {} not digitized",
            counts.lines, counts.found, counts.similar, counts.none, counts.not_digitized
        ),
    }
    Ok(Ended::Well)
}

/// The secret that the desk shares with the provider of log-ins, where no file holds it.
const SECRET: &str = "SOHOA_OIDC_SECRET";

pub(super) fn serve(arguments: &cli::Serve, models: &Path) -> anyhow::Result<Ended> {
    let listen = arguments.listen;
    let archive = Arc::new(open(&arguments.archive)?);
    let certificate = certificate(arguments)?;
    let has_accounts = archive.catalog.has_accounts()?;
    if !listen.ip().is_loopback() && !has_accounts {
        let message = format!(
            "`--listen {listen}`: without accounts the desk answers on this machine only, \
             e.g. 127.0.0.1:8080; `sohoa account add NAME --roles administrator` makes the \
             first one"
        );
        return Err(Usage(message).into());
    }
    let program = std::env::current_exe().context("this program could not be found")?;
    let setup = archive.worker_setup(&program, models);
    let loader = Arc::new(Loader::new(Arc::clone(&archive), setup.clone()));
    let load: Arc<dyn Load> = Arc::clone(&loader) as _;
    let tools = PageDesk::new(Arc::clone(&archive), setup.clone())?;
    let tools: Arc<dyn PageTools> = Arc::new(tools);
    let mut app = desk::app(&archive, setup, Some(load), Some(tools), |line| {
        eprintln!("sohoa: {line}");
    })?;
    if let Some(oidc) = &archive.config.oidc {
        app.provider = Some(Provider::new(oidc.clone(), std::env::var(SECRET).ok())?);
    }
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let indexing = std::thread::spawn(move || keep_indexed(&archive, &stopped));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the desk could not be started")?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen)
            .await
            .with_context(|| format!("cannot listen on {listen}"))?;
        let address = listener.local_addr()?;
        let scheme = if certificate.is_some() { "https" } else { "http" };
        eprintln!("the search page is at {scheme}://{address}/ (Ctrl-C ends it)");
        if let Some(certificate) = certificate.as_ref().filter(|_| arguments.tls) {
            let print = certificate.fingerprint()?;
            eprintln!(
                "browsers ask once whether this certificate is trusted: SHA-256 {print}"
            );
        }
        if !has_accounts {
            eprintln!(
                "there are no accounts: only this machine is answered, without log-in"
            );
        } else if !listen.ip().is_loopback() && certificate.is_none() {
            eprintln!("not encrypted: give `--tls`, or put a proxy with TLS before it");
        }
        sohoa::serve::serve(app, listener, certificate.as_ref(), told_to_stop()).await?;
        anyhow::Ok(())
    })?;
    loader.end();
    drop(stop);
    // A panic in there has been told already.
    drop(indexing.join());
    Ok(Ended::Well)
}

/// The certificate that the desk shows: the given one, or one of its own, which it makes
/// once and keeps in the archive.
fn certificate(arguments: &cli::Serve) -> anyhow::Result<Option<Certificate>> {
    let read = |path: &Path| {
        std::fs::read_to_string(path)
            .with_context(|| format!("`{}` cannot be read", path.display()))
    };
    if let (Some(certificate), Some(key)) = (&arguments.tls_cert, &arguments.tls_key) {
        return Ok(Some(Certificate {
            certificate: read(certificate)?,
            key: read(key)?,
        }));
    }
    if !arguments.tls {
        return Ok(None);
    }
    let folder = arguments.archive.join("tls");
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    if !certificate.try_exists()? || !key.try_exists()? {
        let host =
            std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let listen = arguments.listen.ip().to_string();
        let names = ["localhost", "127.0.0.1", host.trim(), &listen];
        let mut names: Vec<String> =
            names.into_iter().filter(|it| !it.is_empty()).map(str::to_owned).collect();
        names.sort();
        names.dedup();
        let made = Certificate::made_for(names)?;
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("`{}` cannot be made", folder.display()))?;
        // The key first, and for nobody else to read: half a pair is made anew.
        for (path, text) in [(&key, &made.key), (&certificate, &made.certificate)] {
            write_to(Some(path), |out| Ok(out.write_all(text.as_bytes())?))?;
        }
    }
    Ok(Some(Certificate { certificate: read(&certificate)?, key: read(&key)? }))
}

/// What was changed at the desk is searchable after so long.
const INDEXED_EVERY: Duration = Duration::from_secs(10);

/// Indexes what is changed at the desk until the other end of `stopped` is gone.
fn keep_indexed(archive: &Archive, stopped: &Receiver<()>) {
    while stopped.recv_timeout(INDEXED_EVERY) == Err(RecvTimeoutError::Timeout) {
        if let Err(error) = desk::index_changes(archive) {
            eprintln!(
                "sohoa: changes could not be indexed: {:#}",
                anyhow::Error::from(error)
            );
        }
    }
}

/// Ready when SIGINT or SIGTERM arrives.
async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => drop(interrupt.await),
    }
}
