//! A run: what is asked, where alerts go, and what was found so far.

use anyhow::Result;
use ironsides_streams::alert::Delivery;
use ironsides_streams::{Record, Tally};

use super::alert::Alert;
use super::detector::{self, Detector, Reader};
use super::out::Outs;
use super::rules::Asked;
use super::summary::{self, Summary};
use crate::args::LogArgs;
use crate::args::detect::DetectArgs;
use crate::audit::log::Looked;
use crate::exit::Exit;
use crate::say::Say;
use crate::say::counted;
use crate::signals::Ended;

/// What a run has.
pub(super) struct Run<'a> {
    args: &'a DetectArgs,
    asked: &'a Asked,
    say: &'a Say,
    detector: Detector,
    outs: Outs,
    summary: Summary,
    pub(super) looked: Looked,
    reader: Reader,
    inner: Reader,
    /// Whether there were alerts since they were settled.
    is_unsettled: bool,
    /// What is wrong besides, each in a sentence.
    gaps: Vec<String>,
    /// How many files were told that cannot be read.
    told: usize,
}

impl<'a> Run<'a> {
    pub(super) fn new(args: &'a DetectArgs, asked: &'a Asked, outs: Outs, say: &'a Say) -> Self {
        Self {
            args,
            asked,
            say,
            detector: Detector::new(&asked.rules, asked.matching),
            outs,
            summary: Summary::default(),
            looked: Looked::default(),
            reader: Reader::default(),
            inner: Reader::default(),
            is_unsettled: false,
            gaps: asked.gaps.clone(),
            told: 0,
        }
    }

    /// Asks everything of the events of a record, and writes the alerts.
    pub(super) fn record(&mut self, record: Record<'_>) -> Result<()> {
        let Self { detector, outs, summary, looked, reader, inner, is_unsettled, .. } = self;
        let log: &LogArgs = &self.args.log;
        let mut found = |alert: &Alert<'_>| {
            summary.count(alert);
            *is_unsettled = true;
            outs.alert(alert)
        };
        // Nearly every record is an event as it stands: it is indexed, and not read twice.
        if let Some(root) = reader.event(record.text) {
            let time = detector::time(root);
            if looked.takes(log, time) {
                return detector.event(root, record.text, record.place, &mut found);
            }
            return Ok(());
        }
        looked.record(log, record, &mut |_, text, place| match inner.event(text) {
            Some(root) => detector.event(root, text, place, &mut found),
            None => Ok(()),
        })
    }

    /// Hands over what was written so far.
    pub(super) fn flush(&mut self) -> Result<()> {
        self.outs.flush()
    }

    /// Waits until all alerts so far arrived or were given up, tells of those that were, and says whether there were any.
    pub(super) fn settle(&mut self) -> Result<bool> {
        if !std::mem::take(&mut self.is_unsettled) {
            return Ok(false);
        }
        for delivery in &self.outs.settle()? {
            lost(delivery, self.say);
        }
        Ok(true)
    }

    /// Opens the files of alerts anew.
    pub(super) fn reopen(&mut self) -> Result<()> {
        self.say.detail(&"SIGHUP: the files of alerts are opened anew");
        self.outs.reopen()
    }

    /// Notes that something was not read.
    pub(super) fn gap(&mut self, gap: String) {
        self.say.warning(&gap);
        self.gaps.push(gap);
    }

    /// Tells at once what cannot be read of a log that is followed.
    pub(super) fn tell_unread(&mut self, tally: &Tally) {
        for unread in tally.unread.get(self.told..).unwrap_or_default() {
            self.say.warning(&unread.why);
        }
        self.told = tally.unread.len();
    }

    /// Tells what was found and what was not read, and says how the run ends.
    pub(super) fn finish(mut self, tally: Tally, ended: Option<Ended>) -> Result<Exit> {
        self.looked.tally = tally;
        let mut untold = self.looked.clone();
        untold.tally.unread.drain(..self.told.min(self.looked.tally.unread.len()));
        untold.tell(self.say);
        let odd = self.detector.tally();
        for odd in summary::odd(odd) {
            self.say.warning(&odd);
        }
        self.summary.tell(&self.looked, self.asked.count(), self.say);
        let partial = "some of the log could not be read".to_owned();
        let mut gaps: Vec<&String> = self.gaps.iter().collect();
        gaps.extend(self.looked.is_partial().then_some(&partial));
        let summary = self.summary.json(&self.looked, odd, self.asked.count());
        let (untold, is_lossy) = self.outs.finish(&summary, &gaps)?;
        let is_partial = !gaps.is_empty() || is_lossy;
        for delivery in &untold {
            lost(delivery, self.say);
        }
        let failed = self.args.fail_on.0.map(|least| (least, self.summary.at_least(least)));
        let failed = failed.filter(|(_, count)| *count > 0);
        let fails = failed.is_some();
        if let (Some((least, count)), None) = (failed, ended) {
            let (alerts, word) = (counted(count, "alert"), least.name().to_lowercase());
            self.say.ending("failed", &format!("{alerts} of priority {word} or worse (--fail-on {word})"));
        }
        Ok(match (ended, fails, is_partial) {
            (Some(Ended::Interrupted), ..) => Exit::Interrupted,
            (None, true, _) => Exit::Findings,
            (_, _, true) => Exit::Incomplete,
            (None, false, false) if self.looked.events == 0 && self.args.state.is_none() => {
                self.say.hint(
                    &"no event was looked at; is this the log that --audit-log-path of the API server names?",
                );
                Exit::Nothing
            }
            (_, _, false) => Exit::Clean,
        })
    }
}

/// Tells of alerts that did not arrive.
fn lost(delivery: &Delivery, say: &Say) {
    let Delivery { output, failed, dropped, trouble, .. } = delivery;
    let trouble = trouble.as_deref().unwrap_or("the receiver was too slow");
    say.warning(&format!("{} did not reach {output}: {trouble}", counted(failed + dropped, "alert")));
}
