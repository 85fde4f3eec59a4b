//! Observed flows, from logs and captures.

use std::fs;
use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use ironsides_network::flow::{Capture, FlowTally, Flows, Observed, is_capture, is_flow_log};
use ironsides_streams::{Log, LogOptions, unpacked};

use super::world::can_be_opened;
use crate::audit::log::tell_tally;
use crate::exit::{Exit, nothing as nothing_there, unread};
use crate::say::{Say, counted};

/// How many bytes of a capture are read at a time.
const AT_ONCE: usize = 1 << 20;
/// How many bytes of a file are looked at to tell what it holds.
const BEGIN: u64 = 64 << 10;
/// Up to so many records that could not be understood are told.
const TOLD: usize = 8;
/// Up to so many files are named.
const NAMED: usize = 3;

/// What is named where a folder holds no flows.
const FILES: &str = "name a file or folder with what `hubble observe --output jsonpb` or `cilium monitor` prints, with Calico's flow \
                     logs (flows.log), or with captured packets (.pcap, .pcapng)";

/// What was observed, and whether all of it could be read.
pub(super) struct Seen {
    pub(super) observed: Observed,
    pub(super) is_whole: bool,
}

/// Reads logs and captures; what cannot be understood is told.
pub(super) fn read(paths: &[PathBuf], say: &Say) -> Result<Seen> {
    let mut flows = Flows::new();
    let mut is_whole = true;
    let (mut captures, mut logs) = (Vec::new(), Vec::new());
    for path in paths {
        can_be_opened(std::slice::from_ref(path))?;
        if path.is_dir() {
            is_whole &= folder(path, &mut captures, &mut logs, say)?;
        } else if holds_packets(path) {
            captures.push(path.clone());
        } else {
            logs.push(path.clone());
        }
    }
    for path in captures {
        capture(&path, &mut flows).map_err(unread)?;
    }
    if !logs.is_empty() {
        let cannot = |error| unread(anyhow::Error::new(error));
        let mut log = Log::open(&logs, LogOptions::default()).map_err(cannot)?;
        while let Some(stretch) = log.next().map_err(cannot)? {
            for record in stretch.records() {
                flows.record(record.place.source, record.place.line, record.text);
            }
        }
        is_whole &= !log.tally().is_partial();
        tell_tally(log.tally(), say);
    }
    let observed = flows.finish();
    tell(&observed.tally, say);
    is_whole &= observed.tally.is_whole();
    Ok(Seen { observed, is_whole })
}

/// Says what could not be understood, and what is no flow.
fn tell(tally: &FlowTally, say: &Say) {
    for bad in tally.first_bad.iter().take(TOLD) {
        say.warning(&format!("{}: {}", bad.place, bad.why));
    }
    let more = tally.bad.saturating_sub(tally.first_bad.len().min(TOLD).try_into().unwrap_or(u64::MAX));
    if more > 0 {
        say.warning(&format!("{} could not be understood", counted(more, "more record")));
    }
    if tally.lost > 0 {
        say.warning(&format!("the observer lost {}, so flows may be missing", counted(tally.lost, "event")));
    }
    if tally.overflow > 0 {
        say.warning(&format!(
            "{} left out: there are too many different flows; read the log in parts, by namespace or by hour",
            counted(tally.overflow, "flow")
        ));
    }
    let passed: Vec<String> = tally.passed.iter().map(|(what, count)| format!("{count} {what}")).collect();
    if !passed.is_empty() {
        say.note(&format!("passed over: {}", passed.join(", ")));
    }
}

/// Says why no flow was read, and what to do.
pub(super) fn nothing(paths: &[PathBuf], seen: &Seen, say: &Say) -> Exit {
    let tally = &seen.observed.tally;
    let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let names = names.join(", ");
    let why = if tally.records == 0 && !seen.is_whole {
        "what it holds could not be read".to_owned()
    } else if tally.records == 0 {
        "it holds no records".to_owned()
    } else {
        let passed = tally.passed.values().sum::<u64>();
        let parts = [
            (tally.replies, "tells of replies alone", "tell of replies alone"),
            (passed, "tells of no flow", "tell of no flow"),
            (tally.bad, "could not be understood", "could not be understood"),
        ];
        let parts = parts.into_iter().filter(|(count, ..)| *count > 0);
        let parts: Vec<String> = parts
            .map(|(count, one, many)| {
                format!("{} {}", counted(count, "record"), if count == 1 { one } else { many })
            })
            .collect();
        parts.join(", ")
    };
    say.error(&anyhow::anyhow!(
        "no flow was read from {names}: {why}. Policies of nothing would close every namespace, so none are made"
    ));
    say.hint(
        &"record flows while the applications are in use, as with `hubble observe --output jsonpb --last 100000 > flows.json`, or \
          give --intents to go by what the manifests say",
    );
    if seen.is_whole { Exit::Nothing } else { Exit::Incomplete }
}

/// The files of a folder, and of those in it, that hold flows, whatever they are called; whether all could be looked at.
fn folder(path: &Path, captures: &mut Vec<PathBuf>, logs: &mut Vec<PathBuf>, say: &Say) -> Result<bool> {
    let (mut others, mut is_whole) = (Vec::new(), true);
    let before = captures.len() + logs.len();
    let mut folders = vec![path.to_owned()];
    let mut empty = 0usize;
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if folder == path => {
                return Err(error).with_context(|| format!("cannot look into {}", folder.display()));
            }
            Err(error) => {
                say.warning(&format!("cannot look into {}: {error}", folder.display()));
                is_whole = false;
                continue;
            }
        };
        let mut names: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        names.sort();
        for name in names {
            // A link to a folder may lead back up.
            let is_link = fs::symlink_metadata(&name).is_ok_and(|meta| meta.is_symlink());
            if name.is_dir() {
                if !is_link {
                    folders.push(name);
                }
                continue;
            }
            if !name.is_file() {
                continue;
            }
            match begin(&name) {
                Ok(begin) if begin.is_empty() => empty += 1,
                Ok(begin) if is_capture(&begin) => captures.push(name),
                Ok(begin) if is_flow_log(&String::from_utf8_lossy(&begin)) => logs.push(name),
                Ok(_) => others.push(name),
                Err(error) => {
                    say.warning(&format!("cannot read {}: {error}", name.display()));
                    is_whole = false;
                }
            }
        }
    }
    if captures.len() + logs.len() == before && empty == 0 && others.is_empty() {
        return Err(nothing_there(anyhow::anyhow!(
            "no flows in {}: there is no file in it; {FILES}",
            path.display()
        )));
    }
    if captures.len() + logs.len() == before && empty == 0 {
        bail!(
            "no flows in {}: none of its {} begins like a flow log or like captured packets; {FILES}",
            path.display(),
            counted(others.len(), "file")
        );
    }
    if !others.is_empty() {
        let named: Vec<String> = others.iter().take(NAMED).map(|path| path.display().to_string()).collect();
        let more = others.len().saturating_sub(named.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        say.note(&format!("no flow logs, passed over: {}{more}", named.join(", ")));
    }
    Ok(is_whole)
}

/// How the contents of a file begin.
fn begin(path: &Path) -> Result<Vec<u8>> {
    let mut begin = Vec::new();
    unpacked(path)?.take(BEGIN).read_to_end(&mut begin)?;
    Ok(begin)
}

/// Whether what is named begins as a capture of packets does. Of standard input nothing is taken.
fn holds_packets(path: &Path) -> bool {
    if path == Path::new("-") {
        return std::io::stdin().lock().fill_buf().is_ok_and(is_capture);
    }
    let mut first = [0; 4];
    path.is_file()
        && unpacked(path).is_ok_and(|mut file| file.read_exact(&mut first).is_ok())
        && is_capture(&first)
}

fn capture(path: &Path, flows: &mut Flows) -> Result<()> {
    let name = path.display().to_string();
    let cannot = || format!("cannot read {name}");
    let mut file = unpacked(path).with_context(cannot)?;
    let mut capture = Capture::new(&name);
    let mut bytes = vec![0; AT_ONCE];
    loop {
        let count = file.read(&mut bytes).with_context(cannot)?;
        match bytes.get(..count) {
            Some(read) if count > 0 => capture.push(read, flows),
            _ => break,
        }
    }
    capture.end(flows);
    Ok(())
}
