//! Observed flows, from logs and captures.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use ironsides_network::flow::{Capture, Flows, Observed, is_capture};
use ironsides_streams::{Log, LogOptions};

use crate::say::Say;

/// How many bytes of a capture are read at a time.
const AT_ONCE: usize = 1 << 20;

/// What was observed, and whether all of it could be read.
pub(super) struct Seen {
    pub(super) observed: Observed,
    pub(super) is_whole: bool,
}

/// Reads logs and captures; what cannot be understood is told.
pub(super) fn read(paths: &[PathBuf], say: &Say) -> Result<Seen> {
    let mut flows = Flows::new();
    let mut is_whole = true;
    let (captures, logs): (Vec<&PathBuf>, Vec<&PathBuf>) = paths.iter().partition(|path| holds_packets(path));
    for path in captures {
        capture(path, &mut flows)?;
    }
    if !logs.is_empty() {
        let logs: Vec<PathBuf> = logs.into_iter().cloned().collect();
        let mut log = Log::open(&logs, LogOptions::default())?;
        while let Some(stretch) = log.next()? {
            for record in stretch.records() {
                flows.record(record.place.source, record.place.line, record.text);
            }
        }
        let tally = log.tally();
        is_whole = !tally.is_partial();
        for unread in &tally.unread {
            say.warning(&unread.why);
        }
    }
    let observed = flows.finish();
    let tally = &observed.tally;
    for bad in &tally.first_bad {
        say.warning(&format!("{}: {}", bad.place, bad.why));
    }
    let more = tally.bad.saturating_sub(tally.first_bad.len().try_into().unwrap_or(u64::MAX));
    if more > 0 {
        say.warning(&format!("{more} more records could not be understood"));
    }
    if tally.lost > 0 {
        say.warning(&format!("the observer lost {} events, so flows may be missing", tally.lost));
    }
    let passed: Vec<String> = tally.passed.iter().map(|(what, count)| format!("{count} {what}")).collect();
    if !passed.is_empty() {
        say.note(&format!("passed over: {}", passed.join(", ")));
    }
    is_whole &= tally.is_whole();
    Ok(Seen { observed, is_whole })
}

/// Whether a file begins as a capture of packets does.
fn holds_packets(path: &Path) -> bool {
    let mut first = [0; 4];
    path.is_file()
        && File::open(path).and_then(|mut file| file.read_exact(&mut first)).is_ok()
        && is_capture(&first)
}

fn capture(path: &Path, flows: &mut Flows) -> Result<()> {
    let name = path.display().to_string();
    let cannot = || format!("cannot read {name}");
    let mut file = File::open(path).with_context(cannot)?;
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
