//! `scan --watch`: scans again whenever something changes.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::args::{Global, ScanArgs};
use crate::config::{self, Config};
use crate::exit::{Exit, is_broken_pipe};
use crate::say::Say;

/// How often is looked for changes.
const EVERY: Duration = Duration::from_millis(300);
/// For how long nothing may change before the scan begins: editors and checkouts write many files in a row.
const QUIET: Duration = Duration::from_millis(150);

/// Scans, waits for a change, and begins anew, until somebody interrupts it. What ends a single run (a broken
/// configuration, say) is told, and the next change is waited for.
pub(crate) fn run(args: &ScanArgs, global: &Global, say: &Say) -> Result<Exit> {
    if args.paths.iter().any(|path| path == Path::new(ironsides_files::STDIN)) {
        bail!("standard input cannot be watched; name files or folders");
    }
    let mut args = args.clone();
    loop {
        let outputs = outputs(&args);
        let mut seen = state(&args, &outputs);
        clear()?;
        match super::once(&args, global, say) {
            Err(error) if is_broken_pipe(&error) => return Err(error),
            Err(error) => say.error(&error),
            // The first run made sure that nothing is overwritten; from now on the reports are known for ours.
            Ok(_) => args.own_outputs.clone_from(&outputs),
        }
        say.note(&"watching for changes; Ctrl-C ends");
        // What changed during the scan is a change too.
        while state(&args, &outputs) == seen {
            sleep(EVERY);
        }
        loop {
            seen = state(&args, &outputs);
            sleep(QUIET);
            if state(&args, &outputs) == seen {
                break;
            }
        }
    }
}

/// The files that reports go to, by the arguments and the configuration. They are written anew by every run.
fn outputs(args: &ScanArgs) -> Vec<PathBuf> {
    let completed = Config::load(args).map(|config| config.complete(args));
    let outputs = completed.map_or_else(|_| args.output.clone(), |args| args.output);
    outputs.into_iter().filter_map(|output| output.file).collect()
}

/// The state of everything that a scan reads.
fn state(args: &ScanArgs, outputs: &[PathBuf]) -> u64 {
    let mut paths = args.paths.clone();
    paths.extend(config::find(args).ok().flatten());
    paths.extend(args.baseline.iter().chain(&args.ignore_file).chain(&args.exceptions).cloned());
    paths.extend(args.rendering.values.iter().cloned());
    ironsides_files::stamp(&paths, outputs)
}

/// Empties the screen, where there is one.
fn clear() -> Result<()> {
    let mut out = std::io::stdout();
    if out.is_terminal() {
        out.write_all(b"\x1b[2J\x1b[3J\x1b[H")?;
        out.flush()?;
    }
    Ok(())
}
