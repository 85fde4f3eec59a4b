//! Events of logs that lie there or are still written.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use ironsides_streams::{Log, LogOptions, Marks, Next, Stretch};

use super::run::Run;
use crate::args::detect::DetectArgs;
use crate::exit::Exit;
use crate::say::Say;
use crate::signals::Signals;

/// How long one waits before it is looked at what else there is to do.
const TICK: Duration = Duration::from_millis(500);
/// Marks behind stretches without alerts are written no more often.
const SELDOM: Duration = Duration::from_secs(1);

/// Reads the logs that the arguments name, to their ends or until somebody ends it.
pub(super) fn run(args: &DetectArgs, mut run: Run<'_>, reopens: bool, say: &Say) -> Result<Exit> {
    let mut state = args.state.as_deref().map(State::open).transpose()?;
    let marks = state.as_ref().map(|state| state.marks.clone()).unwrap_or_default();
    let mut log =
        Log::open(&args.log.logs, LogOptions { follow: args.follow, marks, ..LogOptions::default() })?;
    let stopper = log.stopper();
    let signals = args.follow.then(|| Signals::listen(reopens, move || stopper.stop())).transpose()?;
    let length = log.size().unwrap_or_default();
    let bar = say.progress(length, true);
    if args.follow {
        say.note(&"following; Ctrl-C ends");
    }
    loop {
        match log.next_within(TICK)? {
            Next::Stretch(stretch) => {
                for record in stretch.records() {
                    run.record(record)?;
                }
                run.flush()?;
                if let Some(state) = &mut state {
                    let had_alerts = run.settle()?;
                    state.note(&stretch, had_alerts)?;
                }
                bar.set_position(log.position());
            }
            Next::Waiting => {
                if let Some(state) = &mut state {
                    state.write()?;
                }
            }
            Next::End => break,
        }
        if args.follow {
            run.tell_unread(log.tally());
        }
        if signals.as_ref().is_some_and(Signals::take_hung_up) {
            run.reopen()?;
        }
    }
    bar.finish_and_clear();
    if let Some(state) = &mut state {
        state.write()?;
    }
    run.finish(log.tally().clone(), signals.and_then(|signals| signals.ended()))
}

/// How far logs were read, in a file.
struct State<'a> {
    path: &'a Path,
    marks: Marks,
    is_written: bool,
    written: Instant,
}

impl<'a> State<'a> {
    fn open(path: &'a Path) -> Result<Self> {
        let state = Self { path, marks: Marks::read(path)?, is_written: true, written: Instant::now() };
        // Where it cannot be written that is told before anything is read.
        state.marks.write(path)?;
        Ok(state)
    }

    /// Notes that the records of a stretch were dealt with; at once where they made alerts, which must not come again.
    fn note(&mut self, stretch: &Stretch, had_alerts: bool) -> Result<()> {
        self.marks.note(stretch);
        self.is_written = false;
        if had_alerts || self.written.elapsed() >= SELDOM { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<()> {
        if !self.is_written {
            self.marks.write(self.path)?;
            (self.is_written, self.written) = (true, Instant::now());
        }
        Ok(())
    }
}
