//! `ironsides audit simulate --log`: what a policy would record of a log.

use std::fmt::Write as _;

use anyhow::Result;
use ironsides_audit::{Replay, Written, bytes_text};
use ironsides_report::plain;
use serde_json::{Value, json};

use super::log::{Looked, each_event};
use super::policy::PolicyFile;
use super::words::warn_of_short;
use crate::args::LogArgs;
use crate::args::audit::{AuditFormat, SimulateArgs};
use crate::columns::Columns;
use crate::exit::Exit;
use crate::print::{code, emit, envelope, yaml};
use crate::say::Say;

/// How many kinds of requests that are no longer recorded a table names.
const SHOWN: usize = 20;

pub(super) fn run(args: &SimulateArgs, file: &PolicyFile, say: &Say) -> Result<Exit> {
    let logs = LogArgs { logs: args.log.clone(), since: args.since, until: args.until };
    let mut replay = Replay::new(&file.policy);
    let looked = each_event(&logs, say, &mut |event, text, _| {
        replay.add(event, text);
        Ok(())
    })?;
    if looked.events == 0 {
        say.error(&anyhow::anyhow!("no audit events there"));
        say.hint(&"name logs of a kube-apiserver: files, packed or not, folders of rotated ones, or - for standard input");
        return Ok(Exit::Nothing);
    }
    let over = OverLog { file, replay: &replay, looked: &looked };
    emit(&args.output, |format| match format {
        AuditFormat::Table => Ok(over.table(SHOWN)),
        AuditFormat::Wide => Ok(over.table(usize::MAX)),
        AuditFormat::Markdown => Ok(over.markdown()),
        AuditFormat::Json => over.json(),
        AuditFormat::Yaml => yaml(&over.json()?),
    })?;
    if let Some(window) = replay.window() {
        warn_of_short(window, say);
    }
    Ok(if looked.is_partial() { Exit::Incomplete } else { Exit::Clean })
}

/// A policy and what it makes of a log.
struct OverLog<'a> {
    file: &'a PolicyFile,
    replay: &'a Replay<'a>,
    looked: &'a Looked,
}

impl OverLog<'_> {
    /// The rules that decide about anything, and what no rule decides.
    fn rules(&self) -> impl Iterator<Item = (Option<usize>, &Written)> {
        let count = self.file.policy.rules.len();
        let all = self.replay.rules.iter().enumerate();
        all.map(move |(at, written)| ((at < count).then_some(at), written))
            .filter(|(_, written)| written.decided > 0)
    }

    fn level(&self, rule: Option<usize>) -> &'static str {
        rule.and_then(|at| self.file.policy.rules.get(at)).map_or("None", |rule| rule.level.as_str())
    }

    /// Bytes as bytes a day, where the log spans a time.
    fn a_day(&self, bytes: f64) -> Option<f64> {
        #[allow(clippy::cast_precision_loss, reason = "a window of less than a century")]
        let days =
            self.replay.window().filter(|window| *window > 0).map(|window| window as f64 / 86_400e6)?;
        Some(bytes / days)
    }

    fn a_day_text(&self, bytes: f64) -> String {
        self.a_day(bytes).map_or_else(|| "unknown".to_owned(), bytes_text)
    }

    fn cells(&self, rule: Option<usize>, written: &Written) -> [String; 6] {
        [
            self.file.place(rule),
            self.level(rule).to_owned(),
            written.decided.to_string(),
            written.events.to_string(),
            bytes_text(written.bytes),
            self.a_day_text(written.bytes),
        ]
    }

    fn sum(&self, of: fn(&Written) -> u64) -> u64 {
        self.replay.rules.iter().map(of).sum()
    }

    /// What the log cannot tell of the volume.
    fn doubts(&self) -> Vec<String> {
        let mut doubts = Vec::new();
        let unknown = self.sum(|written| written.bodies_unknown);
        if unknown > 0 {
            doubts.push(format!(
                "{unknown} events would have bodies that the log does not have: more bytes than told"
            ));
        }
        let gone = self.sum(|written| written.bodies_gone);
        if gone > 0 {
            doubts.push(format!("{gone} events would lose bodies that the log has"));
        }
        doubts
    }

    fn gone(&self) -> Vec<(String, String, u64)> {
        let all = self.replay.gone.iter();
        let mut gone: Vec<_> =
            all.map(|((rule, what), count)| (self.file.place(*rule), what.clone(), *count)).collect();
        gone.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| (&a.0, &a.1).cmp(&(&b.0, &b.1))));
        gone
    }

    fn headline(&self) -> String {
        let events = self.sum(|written| written.events);
        format!(
            "of {} events {} would write {events}, {}, {} a day",
            self.looked.events,
            self.file.name,
            bytes_text(self.replay.bytes()),
            self.a_day_text(self.replay.bytes())
        )
    }

    fn table(&self, shown: usize) -> String {
        let mut text = plain(&self.headline()).into_owned() + "\n\n";
        let mut columns = Columns::new(&["RULE", "LEVEL", "DECIDED", "WRITTEN", "BYTES", "A DAY"]);
        for (rule, written) in self.rules() {
            columns.row(&self.cells(rule, written).each_ref().map(String::as_str));
        }
        text += &columns.text();
        for doubt in self.doubts() {
            _ = writeln!(text, "{doubt}");
        }
        let gone = self.gone();
        if !gone.is_empty() {
            let events: u64 = gone.iter().map(|(.., count)| count).sum();
            _ = writeln!(text, "\nNo longer written: {events} events");
            let mut columns = Columns::new(&["EVENTS", "REQUESTS", "RULE"]);
            for (place, what, count) in gone.iter().take(shown) {
                columns.row(&[&count.to_string(), what, place]);
            }
            text += &columns.text();
            if gone.len() > shown {
                _ = writeln!(text, "and {} more kinds of requests; -o wide shows them", gone.len() - shown);
            }
        }
        text
    }

    fn markdown(&self) -> String {
        let mut text = format!("## Audit policy over a log\n\n{}.\n\n", code(&self.headline()));
        text.push_str("| rule | level | decided | written | bytes | a day |\n|---|---|---|---|---|---|\n");
        for (rule, written) in self.rules() {
            _ = writeln!(text, "| {} |", self.cells(rule, written).map(|cell| code(&cell)).join(" | "));
        }
        for doubt in self.doubts() {
            _ = writeln!(text, "\n{doubt}.");
        }
        let gone = self.gone();
        if !gone.is_empty() {
            text.push_str("\n### No longer written\n\n| events | requests | rule |\n|---|---|---|\n");
            for (place, what, count) in gone {
                _ = writeln!(text, "| {count} | {} | {} |", code(&what), code(&place));
            }
        }
        text
    }

    fn json(&self) -> Result<String> {
        let rules: Vec<Value> = self
            .rules()
            .map(|(rule, written)| {
                json!({
                    "rule": self.file.rule_json(rule), "level": self.level(rule), "decided": written.decided,
                    "written": written.events, "bytes": written.bytes, "bytesADay": self.a_day(written.bytes),
                    "bodiesUnknown": written.bodies_unknown, "bodiesGone": written.bodies_gone,
                })
            })
            .collect();
        let gone = self.replay.gone.iter().map(|((rule, what), count)| {
            json!({ "rule": self.file.rule_json(*rule), "requests": what, "events": count })
        });
        let answer = json!({
            "policy": self.file.name, "events": self.looked.events,
            "bytes": self.replay.bytes(), "bytesADay": self.a_day(self.replay.bytes()),
            "rules": rules, "noLongerWritten": gone.collect::<Vec<_>>(),
        });
        let partial = "not all of the log could be read".to_owned();
        let gaps: Vec<&String> = self.looked.is_partial().then_some(&partial).into_iter().collect();
        Ok(serde_json::to_string_pretty(&envelope("audit-simulate-log", &gaps, answer))? + "\n")
    }
}
