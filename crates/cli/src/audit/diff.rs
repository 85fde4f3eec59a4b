//! `ironsides audit diff`: what two policies record differently.

use std::fmt::Write as _;

use anyhow::Result;
use ironsides_audit::{Change, Coverage, Decision, Level, Request, Stage, Standing};
use ironsides_report::plain;
use serde_json::{Value, json};

use super::policy::PolicyFile;
use super::words::{request_json, stages, wrapped};
use crate::args::audit::{AuditFormat, DiffArgs, FailWhen};
use crate::exit::Exit;
use crate::print::{code, emit, envelope, yaml};
use crate::say::Say;

/// Which way a change goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// A lower level, or the only or last trace of a stage gone.
    Less,
    /// The other way round.
    More,
    /// As much, at other stages or with other managed fields.
    Otherwise,
}

const WAYS: [(Way, &str, &str); 3] = [
    (Way::Less, "less", "Recorded less"),
    (Way::More, "more", "Recorded more"),
    (Way::Otherwise, "otherwise", "Recorded otherwise"),
];

/// Two policies and what is between them.
struct Compared {
    old: PolicyFile,
    new: PolicyFile,
    changes: Vec<(Way, Change)>,
    /// Techniques by how well they are covered, where that changes: id, before, after.
    techniques: Vec<(&'static str, Standing, Standing)>,
}

pub(crate) fn run(args: &DiffArgs, say: &Say) -> Result<Exit> {
    let (old, new) = (PolicyFile::read(&args.old, say)?, PolicyFile::read(&args.new, say)?);
    let (Some(old), Some(new)) = (old, new) else { return Ok(Exit::Incomplete) };
    let changes = old.policy.changes(&new.policy).into_iter().map(|change| (way(&change), change)).collect();
    let techniques = techniques(&old.policy.coverage(), &new.policy.coverage());
    let compared = Compared { old, new, changes, techniques };
    emit(&args.output, |format| match format {
        AuditFormat::Table | AuditFormat::Wide => Ok(compared.table()),
        AuditFormat::Markdown => Ok(compared.markdown()),
        AuditFormat::Json => compared.json(),
        AuditFormat::Yaml => yaml(&compared.json()?),
    })?;
    let less = compared.of(Way::Less).count();
    let (count, what) = match args.fail_on {
        FailWhen::Less => (less, "less (--fail-on less)"),
        FailWhen::Any => (compared.changes.len(), "differently (--fail-on any)"),
        FailWhen::None => return Ok(Exit::Clean),
    };
    if count == 0 {
        return Ok(Exit::Clean);
    }
    let classes = if count == 1 { "class of requests is" } else { "classes of requests are" };
    say.ending("failed", &format!("{count} {classes} recorded {what}"));
    Ok(Exit::Findings)
}

/// Which way a change goes. The stage `RequestReceived` is no loss where a later one is still written: that holds all of it.
fn way(change: &Change) -> Way {
    let (old, new) = (change.old.written(&change.request), change.new.written(&change.request));
    let (old_level, new_level) = (level(change.old, &change.request), level(change.new, &change.request));
    let misses = |mine: ironsides_audit::Stages, other: ironsides_audit::Stages| {
        let is_lost =
            |stage: &Stage| !other.has(*stage) && (*stage != Stage::RequestReceived || other.is_empty());
        mine.iter().any(|stage| is_lost(&stage))
    };
    let panic = |decision: Decision| decision.level != Level::None && !decision.omit_stages.has(Stage::Panic);
    let is_less = new_level < old_level || misses(old, new) || panic(change.old) && !panic(change.new);
    let is_more = new_level > old_level || misses(new, old) || panic(change.new) && !panic(change.old);
    match (is_less, is_more) {
        (true, _) => Way::Less,
        (false, true) => Way::More,
        (false, false) => Way::Otherwise,
    }
}

/// The level at which anything is written at all.
fn level(decision: Decision, request: &Request<'_>) -> Level {
    if decision.written(request).is_empty() { Level::None } else { decision.level }
}

fn techniques(old: &[Coverage], new: &[Coverage]) -> Vec<(&'static str, Standing, Standing)> {
    let pairs = old.iter().zip(new);
    let pairs = pairs.map(|(old, new)| (old.technique.id, old.standing(), new.standing()));
    pairs.filter(|(_, old, new)| old != new).collect()
}

/// What is recorded of a request, in a few words.
fn told(decision: Decision, request: &Request<'_>) -> String {
    let written = decision.written(request);
    if decision.level == Level::None {
        return "None".to_owned();
    }
    let mut text = format!("{} at {}", decision.level, stages(written));
    if decision.omit_stages.has(Stage::Panic) {
        text.push_str(", not on a panic");
    }
    if decision.level >= Level::Request && decision.omit_managed_fields {
        text.push_str(", without managed fields");
    }
    text
}

fn request(change: &Change) -> String {
    let told = change.request.to_string();
    if change.request.user.is_none() { format!("{told} with credentials that are refused") } else { told }
}

impl Compared {
    fn of(&self, way: Way) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(move |(own, _)| *own == way).map(|(_, change)| change)
    }

    fn sides(&self, change: &Change) -> [(String, String); 2] {
        let side = |file: &PolicyFile, decision: Decision| {
            (told(decision, &change.request), file.place(decision.rule))
        };
        [side(&self.old, change.old), side(&self.new, change.new)]
    }

    /// Techniques that are covered no longer, and newly.
    fn techniques(&self, is_worse: bool) -> Vec<&'static str> {
        let all = self.techniques.iter().filter(|(_, old, new)| (new < old) == is_worse);
        all.map(|(id, ..)| *id).collect()
    }

    fn table(&self) -> String {
        let mut text = String::new();
        for (way, _, heading) in WAYS {
            let count = self.of(way).count();
            if count == 0 {
                continue;
            }
            _ = writeln!(text, "{heading}: {count} {}", classes(count));
            for change in self.of(way) {
                let [(old, old_place), (new, new_place)] = self.sides(change);
                _ = writeln!(text, "  such as {}", plain(&request(change)));
                _ = writeln!(text, "    - {old} ({})", plain(&old_place));
                _ = writeln!(text, "    + {new} ({})", plain(&new_place));
            }
            text.push('\n');
        }
        if text.is_empty() {
            return "both record the same\n".to_owned();
        }
        for (is_worse, heading) in [(true, "recorded worse"), (false, "recorded better")] {
            let ids = self.techniques(is_worse);
            if !ids.is_empty() {
                _ = writeln!(text, "{}", wrapped(&format!("attack techniques {heading}"), &ids));
            }
        }
        text.trim_end().to_owned() + "\n"
    }

    fn markdown(&self) -> String {
        let mut text = String::from("## Audit policy\n\n");
        if self.changes.is_empty() {
            text.push_str("Both record the same.\n");
            return text;
        }
        for (way, _, heading) in WAYS {
            if self.of(way).next().is_none() {
                continue;
            }
            _ = write!(
                text,
                "### {heading}\n\n| such as | before | rule | after | rule |\n|---|---|---|---|---|\n"
            );
            for change in self.of(way) {
                let [(old, old_place), (new, new_place)] = self.sides(change);
                let cells = [&request(change), &old, &old_place, &new, &new_place].map(|text| code(text));
                _ = writeln!(text, "| {} |", cells.join(" | "));
            }
            text.push('\n');
        }
        for (is_worse, heading) in [(true, "recorded worse"), (false, "recorded better")] {
            let ids = self.techniques(is_worse);
            if !ids.is_empty() {
                _ = writeln!(text, "Attack techniques {heading}: {}.\n", ids.join(", "));
            }
        }
        text.trim_end().to_owned() + "\n"
    }

    fn json(&self) -> Result<String> {
        let side = |file: &PolicyFile, decision: Decision, request: &Request<'_>| {
            json!({
                "level": decision.level,
                "stages": decision.written(request).iter().collect::<Vec<_>>(),
                "omitManagedFields": decision.omit_managed_fields,
                "rule": file.rule_json(decision.rule),
            })
        };
        let word = |way| WAYS.iter().find(|(own, ..)| *own == way).map(|(_, word, _)| *word);
        let changes: Vec<Value> = self
            .changes
            .iter()
            .map(|(way, change)| {
                json!({
                    "recorded": word(*way),
                    "request": request_json(&change.request),
                    "old": side(&self.old, change.old, &change.request),
                    "new": side(&self.new, change.new, &change.request),
                })
            })
            .collect();
        let answer = json!({
            "old": self.old.name, "new": self.new.name, "changes": changes,
            "techniquesWorse": self.techniques(true), "techniquesBetter": self.techniques(false),
        });
        Ok(serde_json::to_string_pretty(&envelope("audit-diff", &[], answer))? + "\n")
    }
}

fn classes(count: usize) -> &'static str {
    if count == 1 { "class of requests" } else { "classes of requests" }
}
