//! Audit logs as commands read them: every event once, and what was none told at the end.

use anyhow::Result;
use ironsides_audit::{Event, EventError, each_event_with_text};
use ironsides_streams::{At, Count, Log, LogOptions, Place, Record, Tally};
use jiff::Timestamp;

use crate::args::LogArgs;
use crate::say::Say;

/// What became of a log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Looked {
    /// Events that were handed out.
    pub(crate) events: u64,
    /// Events outside of `--since` and `--until`.
    pub(crate) outside: u64,
    /// The times of the first and the last event that was handed out, by their own clock; `None` where none has one.
    pub(crate) window: Option<(Timestamp, Timestamp)>,
    /// Records that are JSON and break off, or are none.
    pub(crate) malformed: Count,
    /// What is wrong with the first of them.
    pub(crate) wrong: Option<EventError>,
    /// Records that are no audit events: other JSON, or text.
    pub(crate) foreign: Count,
    /// What was read, and what could not be.
    pub(crate) tally: Tally,
}

impl Looked {
    /// Whether something of the log was not read.
    pub(crate) fn is_partial(&self) -> bool {
        self.malformed.count > 0 || self.tally.is_partial()
    }

    /// Counts an event; whether it is within the times that were asked for.
    pub(crate) fn takes(&mut self, args: &LogArgs, time: Option<Timestamp>) -> bool {
        let is_outside = time.is_some_and(|time| {
            args.since.is_some_and(|since| time < since) || args.until.is_some_and(|until| time >= until)
        });
        if is_outside {
            self.outside += 1;
            return false;
        }
        self.events += 1;
        if let Some(time) = time {
            let (first, last) = self.window.unwrap_or((time, time));
            self.window = Some((first.min(time), last.max(time)));
        }
        true
    }

    /// Counts the events of a record, and hands out those within the times that were asked for.
    pub(crate) fn record(
        &mut self,
        args: &LogArgs,
        record: Record<'_>,
        each: &mut dyn FnMut(&Event<'_>, &str, Place<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut ended = Ok(());
        let read = each_event_with_text(record.text, &mut |event, text| {
            if ended.is_err() {
                return;
            }
            if self.takes(args, time(event)) {
                ended = each(event, text, record.place);
            }
        });
        let at = || {
            let Place { source, line, offset } = record.place;
            At { source: source.into(), line, offset }
        };
        match read {
            Ok(()) => {}
            Err(EventError::Broken { .. }) if !record.text.starts_with(['{', '[']) => self.foreign.add(at),
            Err(EventError::Foreign) => self.foreign.add(at),
            Err(wrong) => {
                self.malformed.add(at);
                self.wrong.get_or_insert(wrong);
            }
        }
        ended
    }

    /// Tells on standard error what was no event and what could not be read.
    pub(crate) fn tell(&self, say: &Say) {
        let wrong = self.wrong.as_ref().map(|wrong| format!(" ({wrong})")).unwrap_or_default();
        for (count, one, many, more) in [
            (&self.malformed, "record is broken", "records are broken", &*wrong),
            (&self.foreign, "record is no audit event", "records are no audit events", ""),
        ] {
            warn(say, count, one, many, more);
        }
        tell_tally(&self.tally, say);
    }
}

/// Tells on standard error what of a log could not be read, or not as it stands.
pub(crate) fn tell_tally(tally: &Tally, say: &Say) {
    let Tally { too_long, cut_off, not_utf8, nul, unread, passed_over, .. } = tally;
    for unread in unread {
        say.warning(&unread.why);
    }
    for (count, one, many) in [
        (too_long, "record is longer than is read", "records are longer than is read"),
        (cut_off, "record breaks off where its file ends", "records break off where their files end"),
        (not_utf8, "record is not UTF-8 and was mended", "records are not UTF-8 and were mended"),
        (nul, "block of NUL bytes was passed over", "blocks of NUL bytes were passed over"),
    ] {
        warn(say, count, one, many, "");
    }
    for path in passed_over {
        say.detail(&format!("{}: passed over: not called like a log", path.display()));
    }
}

fn warn(say: &Say, count: &Count, one: &str, many: &str, more: &str) {
    let Some(first) = &count.first else { return };
    match count.count {
        1 => say.warning(&format!("{first}: 1 {one}{more}")),
        number => say.warning(&format!("{number} {many}, the first at {first}{more}")),
    }
}

/// When an event was written, or else when its request came in.
pub(crate) fn time(event: &Event<'_>) -> Option<Timestamp> {
    event.staged.parse().or_else(|_| event.received.parse()).ok()
}

/// Reads the log that the arguments name, and hands out every event with its own JSON text, wrappers taken off, and the
/// place of its record. Shows progress, and tells at the end what was no event.
pub(crate) fn each_event(
    args: &LogArgs,
    say: &Say,
    each: &mut dyn FnMut(&Event<'_>, &str, Place<'_>) -> Result<()>,
) -> Result<Looked> {
    each_record(args, say, &mut |looked, record| looked.record(args, record, each))
}

/// Reads the log record by record; whoever is called counts the events in each ([`Looked::record`], or
/// [`Looked::takes`]).
pub(crate) fn each_record(
    args: &LogArgs,
    say: &Say,
    each: &mut dyn FnMut(&mut Looked, Record<'_>) -> Result<()>,
) -> Result<Looked> {
    let mut log = Log::open(&args.logs, LogOptions::default())?;
    let bar = say.progress(log.size().unwrap_or_default(), true);
    let mut looked = Looked::default();
    while let Some(stretch) = log.next()? {
        for record in stretch.records() {
            each(&mut looked, record)?;
        }
        bar.set_position(log.position());
    }
    bar.finish_and_clear();
    looked.tally = log.tally().clone();
    looked.tell(say);
    Ok(looked)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const EVENT: &str = r#"{"auditID":"1","stage":"ResponseComplete","verb":"get","stageTimestamp":"2026-11-22T10:00:0N.5Z"}"#;

    fn event(second: u8) -> String {
        EVENT.replace('N', &second.to_string())
    }

    fn args(path: &std::path::Path) -> LogArgs {
        LogArgs { logs: vec![path.to_owned()], since: None, until: None }
    }

    #[test]
    fn every_event_is_handed_out_and_the_rest_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.log");
        let list = format!("{{\"kind\":\"EventList\",\"items\":[{},{}]}}", event(1), event(2));
        let cut = &event(3)[..50];
        let text = format!("{}\n{list}\nI1122 text\n{cut}\n{{\"a\":1}}\n{}\n{cut}", event(0), event(4));
        fs::write(&path, text).unwrap();
        let mut seen = Vec::new();
        let looked = each_event(&args(&path), &Say::mute(), &mut |event, text, place| {
            assert_eq!(Event::read(text).unwrap().staged.to_string(), event.staged.to_string());
            seen.push((place.line, event.staged[17..19].to_owned()));
            Ok(())
        })
        .unwrap();
        let expected = [(1, "00"), (2, "01"), (2, "02"), (6, "04")];
        assert_eq!(seen, expected.map(|(line, second)| (line, second.to_owned())));
        let line = |count: &Count| (count.count, count.first.as_ref().map(|first| first.line));
        assert_eq!(line(&looked.malformed), (1, Some(4)));
        assert_eq!(line(&looked.foreign), (2, Some(3)));
        assert_eq!(line(&looked.tally.cut_off), (1, Some(7)));
        assert!(looked.is_partial());
        let (first, last) = looked.window.unwrap();
        assert_eq!(
            (first.to_string(), last.to_string()),
            ("2026-11-22T10:00:00.5Z".to_owned(), "2026-11-22T10:00:04.5Z".to_owned())
        );
    }

    #[test]
    fn only_the_times_asked_for_are_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.log");
        fs::write(&path, (0..6).map(|second| event(second) + "\n").collect::<String>()).unwrap();
        let mut args = args(&path);
        args.since = Some("2026-11-22T10:00:02.5Z".parse().unwrap());
        args.until = Some("2026-11-22T10:00:04.5Z".parse().unwrap());
        let mut seen = 0;
        let looked = each_event(&args, &Say::mute(), &mut |_, _, _| {
            seen += 1;
            Ok(())
        });
        let looked = looked.unwrap();
        assert_eq!((seen, looked.events, looked.outside), (2, 2, 4));
        assert!(!looked.is_partial());
    }

    #[test]
    fn whoever_is_called_may_end_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.log");
        fs::write(&path, (0..6).map(|second| event(second) + "\n").collect::<String>()).unwrap();
        let mut seen = 0;
        let ended = each_event(&args(&path), &Say::mute(), &mut |_, _, _| {
            seen += 1;
            anyhow::bail!("enough")
        });
        assert_eq!((seen, ended.unwrap_err().to_string()), (1, "enough".to_owned()));
    }
}
