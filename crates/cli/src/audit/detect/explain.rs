//! Why a rule fired for events of a log, or did not.

use anyhow::{Context, Result, anyhow};
use ironsides_audit::{Event as Recorded, Stage};
use ironsides_detect::engine::Matching;
use ironsides_detect::k8s_audit::{At, AuditEvent, Json, Shape};
use ironsides_report::plain;
use ironsides_streams::Place;
use serde_json::{Value, json};

use super::alert::{acts, at};
use super::detector::{Detector, Reader};
use super::rules::{Asked, only};
use crate::args::detect::{DetectArgs, DetectFormat};
use crate::audit::log;
use crate::exit::{self, Exit};
use crate::print;
use crate::runtime::explain::event::ask;
use crate::runtime::explain::{Explained, find};
use crate::say::Say;

/// How many events are explained at most.
const MOST: usize = 20;

/// An event, and what became of the rule for it.
struct Told {
    text: String,
    json: Value,
    fires: bool,
}

/// Explains a rule for the events of the audit id that the arguments name, or for those for which it fires.
pub(super) fn run(args: &DetectArgs, word: &str, asked: &Asked, say: &Say) -> Result<Exit> {
    let rule = find(&asked.rules, word)?;
    let explained = Explained { rules: &asked.rules, loaded: &asked.loaded, rule };
    // Alone, so that no rule before it hides when its condition is true.
    let mut alone = Detector::new(&only(&asked.rules, rule), Matching::All);
    let (mut reader, mut told, mut more) = (Reader::default(), Vec::new(), 0_u64);
    let looked = log::each_record(&args.log, say, &mut |looked, record| {
        looked.record(&args.log, record, &mut |recorded, text, place| {
            let Some(root) = reader.event(text) else { return Ok(()) };
            let is_wanted = match &args.event {
                Some(id) => is_of(root, id),
                None => alone.is_true(root),
            };
            if is_wanted && told.len() >= MOST {
                more += 1;
            } else if is_wanted {
                told.push(one(&explained, asked.matching, root, recorded, place)?);
            }
            Ok(())
        })
    })?;
    if more > 0 {
        say.note(&format!("{more} more events are not explained; --event names one"));
    }
    if let (Some(id), true) = (&args.event, told.is_empty()) {
        return Err(exit::nothing(anyhow!(
            "no event of the audit id {id} is in the log ({} events)",
            looked.events
        )));
    }
    let gaps: Vec<&String> = asked.gaps.iter().collect();
    print::emit(&args.output, |format| {
        let events = || told.iter().map(|told| &told.json);
        Ok(match format {
            DetectFormat::Table | DetectFormat::Wide => {
                told.iter().map(|told| &*told.text).collect::<Vec<_>>().join("\n")
            }
            DetectFormat::Jsonl => {
                events().map(|event| event.to_string() + "\n").collect::<Vec<_>>().concat()
            }
            DetectFormat::Json => {
                let answer = json!({ "events": events().collect::<Vec<_>>() });
                serde_json::to_string_pretty(&print::envelope("detect-explained", &gaps, answer))? + "\n"
            }
        })
    })?;
    if told.is_empty() {
        say.ending(
            "false",
            &format!("{:?} is true for none of {} events; --event names one", rule.name, looked.events),
        );
    }
    Ok(match told.iter().any(|told| told.fires) {
        true if looked.is_partial() || !gaps.is_empty() => Exit::Incomplete,
        true => Exit::Clean,
        false => Exit::Findings,
    })
}

/// Whether an event has this audit id.
fn is_of(root: At<'_>, id: &str) -> bool {
    matches!(root.member("auditID").map(Json::shape), Some(Shape::Text(own)) if own == id)
}

fn one(
    explained: &Explained<'_>,
    matching: Matching,
    root: At<'_>,
    recorded: &Recorded<'_>,
    place: Place<'_>,
) -> Result<Told> {
    let judged = ask(explained, &AuditEvent::new(root, 1), matching, Vec::new)?;
    let stage = recorded.stage.map(Stage::as_str).unwrap_or_default();
    let text = format!(
        "{}: {} ({stage}, {})\n{}",
        plain(&at(place)),
        plain(&acts(recorded)),
        plain(&recorded.audit_id),
        judged.text(explained)
    );
    let mut json = judged.json(explained);
    let map = json.as_object_mut().context("an explanation is a map")?;
    map.insert("auditID".into(), json!(recorded.audit_id));
    map.insert("place".into(), json!({ "file": place.source, "line": place.line, "offset": place.offset }));
    Ok(Told { text, json, fires: judged.fires() })
}
