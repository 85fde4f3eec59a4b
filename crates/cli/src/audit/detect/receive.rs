//! Events as an API server posts them.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use ironsides_streams::receive::{LARGEST_BATCH, ReceiveOptions, Received, Receiver, TlsFiles};
use ironsides_streams::spool::{SpoolError, SpoolLimits};
use ironsides_streams::{Place, Record, StreamError, Tally};

use super::run::Run;
use crate::args::detect::ReceiveArgs;
use crate::exit::Exit;
use crate::say::Say;
use crate::say::counted;
use crate::signals::Signals;

/// How long one waits before it is looked at what else there is to do.
const TICK: Duration = Duration::from_millis(500);
/// What stands where the name of a log would.
const SOURCE: &str = "(received)";

/// Receives batches until somebody ends it, and asks everything of their events. What is in the spool by then is still
/// looked at.
pub(super) fn run(
    args: &ReceiveArgs,
    listen: &str,
    mut run: Run<'_>,
    reopens: bool,
    say: &Say,
) -> Result<Exit> {
    let tls = match (&args.tls_cert, &args.tls_key) {
        (Some(certificate), Some(key)) => Some(TlsFiles {
            certificate: certificate.clone(),
            key: key.clone(),
            client_ca: args.tls_client_ca.clone(),
        }),
        _ => None,
    };
    let spool = args.spool.clone().map_or_else(default_spool, Ok)?;
    let limits = SpoolLimits { batch: LARGEST_BATCH, ..SpoolLimits::default() };
    let options = ReceiveOptions { address: address(listen)?, tls, spool, limits };
    let receiver = Receiver::start(&options)?;
    let stopper = receiver.stopper();
    let signals = Signals::listen(reopens, move || stopper.stop())?;
    tell(&options, receiver.address(), say);
    let mut number = 0;
    loop {
        // Asked before the spool is, so that what came before the end is not passed over.
        let is_ended = signals.ended().is_some();
        match receiver.next(TICK) {
            Ok(Some(batch)) => {
                number += 1;
                let place = Place { source: SOURCE, line: number, offset: 0 };
                run.record(Record { text: &batch.text, place })?;
                run.flush()?;
                run.settle()?;
                receiver.acknowledge(&batch)?;
            }
            Ok(None) if is_ended => break,
            Ok(None) => {}
            Err(StreamError::Spool(error @ SpoolError::Damaged { .. })) => run.gap(error.to_string()),
            Err(error) => return Err(error.into()),
        }
        if signals.take_hung_up() {
            run.reopen()?;
        }
    }
    let Received { batches, repeated, events, refused, full } = receiver.received();
    let batches = if batches == 1 { "1 batch".to_owned() } else { format!("{batches} batches") };
    say.news(
        "received",
        &format!(
            "{batches} ({}), {repeated} that came again, {refused} refused, {full} sent away for want of room",
            counted(events, "event")
        ),
    );
    run.finish(Tally::default(), signals.ended())
}

/// Tells where it listens, and what is dangerous about that.
fn tell(options: &ReceiveOptions, address: SocketAddr, say: &Say) {
    let scheme = if options.tls.is_some() { "https" } else { "http" };
    say.note(&format!(
        "listening on {scheme}://{address}, spool in {}; Ctrl-C ends",
        options.spool.display()
    ));
    if address.ip().is_loopback() {
        return;
    }
    if options.tls.is_none() {
        say.warning(&"audit events come over the network without TLS: anybody on the way reads and changes them (--tls-cert, --tls-key)");
    }
    if options.tls.as_ref().is_none_or(|tls| tls.client_ca.is_none()) {
        say.warning(&"whoever reaches this address can post events that never were (--tls-client-ca)");
    }
}

/// An address to listen on: `PORT` of this machine alone, or `HOST:PORT`.
fn address(text: &str) -> Result<SocketAddr> {
    if let Ok(port) = text.parse() {
        return Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    }
    if let Some(port) = text.strip_prefix(':') {
        bail!(
            "--listen {text}: which address? write 0.0.0.0:{port} for all of this machine's, or {port} for loopback"
        );
    }
    let mut found = text
        .to_socket_addrs()
        .with_context(|| format!("--listen {text}: no address; write 8443, 10.0.0.5:8443 or [::1]:8443"))?;
    found.next().with_context(|| format!("--listen {text}: this name has no address"))
}

/// Where the spool is unless `--spool` says otherwise: below what systemd or the user's session name for state.
fn default_spool() -> Result<PathBuf> {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let systemd = named("STATE_DIRECTORY").map(|folders| first_of(&folders));
    let session =
        || named("XDG_STATE_HOME").filter(|path| path.is_absolute()).map(|path| path.join("ironsides"));
    let home = || std::env::home_dir().map(|home| home.join(".local/state/ironsides"));
    let state = systemd.or_else(session).or_else(home).filter(|path| path.is_absolute());
    Ok(state.context("there is no folder for state; name one for the spool with --spool")?.join("spool"))
}

/// The first of several folders with colons between them.
fn first_of(folders: &Path) -> PathBuf {
    std::env::split_paths(folders).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_of_this_machine_alone_unless_named() {
        for (text, expected) in [
            ("8443", "127.0.0.1:8443"),
            ("0", "127.0.0.1:0"),
            ("0.0.0.0:8443", "0.0.0.0:8443"),
            ("[::1]:8443", "[::1]:8443"),
        ] {
            assert_eq!(address(text).unwrap().to_string(), expected);
        }
        assert!(address("localhost:8443").unwrap().ip().is_loopback());
        for (text, said) in
            [(":8443", "write 0.0.0.0:8443"), ("99999", "no address"), ("10.0.0.5", "no address")]
        {
            let error = address(text).unwrap_err().to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
