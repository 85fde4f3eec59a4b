//! Why a rule fired for events of a log, or did not.

use anyhow::{Context, Result, anyhow};
use ironsides_audit::{Event as Recorded, Stage};
use ironsides_detect::correlation::Detection;
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

/// Explains a rule for the events that the arguments name, or for those for which it fires.
pub(super) fn run(args: &DetectArgs, word: &str, asked: &Asked, say: &Say) -> Result<Exit> {
    let rule = find(&asked.rules, word)?;
    let explained = Explained { rules: &asked.rules, loaded: &asked.loaded, rule };
    // Alone, so that no rule before it hides when its condition is true.
    let mut alone = Detector::new(&only(&asked.rules, rule), Matching::All);
    let (mut reader, mut told, mut more) = (Reader::default(), Vec::new(), 0_u64);
    let mut met: Option<String> = None;
    let looked = log::each_record(&args.log, say, &mut |looked, record| {
        looked.record(&args.log, record, &mut |recorded, text, place| {
            let Some(root) = reader.event(text) else { return Ok(()) };
            // A correlation is replayed: what it says of an event depends on those before it.
            let (is_rule, detection) = alone.found(root);
            if detection.is_some() && met.is_none() {
                met = Some(format!("{} ({})", at(place), recorded.audit_id));
            }
            let is_wanted = match &args.event {
                Some(word) => is_called(root, place, word),
                None => is_rule || detection.is_some(),
            };
            if is_wanted && told.len() >= MOST {
                more += 1;
            } else if is_wanted {
                told.push(one(&explained, asked.matching, root, recorded, place, detection)?);
            }
            Ok(())
        })
    })?;
    if more > 0 {
        say.note(&format!("{more} more events are not explained; --event names one"));
    }
    if let (Some(id), true) = (&args.event, told.is_empty()) {
        return Err(exit::nothing(anyhow!(
            "no event of the audit id or at the line {id} is in the log ({} events)",
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
        let word = if explained.is_correlation() { "fires at" } else { "is true for" };
        let text = format!("{:?} {word} none of {} events; --event names one", rule.name, looked.events);
        say.ending("false", &text);
    } else if let (Some(met), true) = (met, told.iter().all(|told| !told.fires)) {
        say.hint(&format!("it first fires at {met}"));
    }
    Ok(match told.iter().any(|told| told.fires) {
        true if looked.is_partial() || !gaps.is_empty() => Exit::Incomplete,
        true => Exit::Clean,
        false => Exit::Findings,
    })
}

/// Whether an event has this audit id, or stands at this line: `LINE`, or `FILE:LINE` as alerts name it.
fn is_called(root: At<'_>, place: Place<'_>, word: &str) -> bool {
    let is_line = |line: &str| line.parse() == Ok(place.line);
    let is_at = match word.rsplit_once(':') {
        Some((file, line)) => is_line(line) && (file == place.source || word == at(place)),
        None => is_line(word),
    };
    is_at || matches!(root.member("auditID").map(Json::shape), Some(Shape::Text(own)) if own == word)
}

fn one(
    explained: &Explained<'_>,
    matching: Matching,
    root: At<'_>,
    recorded: &Recorded<'_>,
    place: Place<'_>,
    detection: Option<Detection>,
) -> Result<Told> {
    let event = AuditEvent::new(root, 1);
    let judged = ask(explained, &event, matching, Vec::new)?.replayed(explained, &event, detection);
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
