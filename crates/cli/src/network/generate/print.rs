//! What was made as text and for programs.

use std::fmt::Write as _;

use anyhow::Result;
use ironsides_network::generate::{Denied, FlowProof, NoteKind};
use ironsides_network::reach::told;
use ironsides_report::plain;
use serde_json::{Value, json};

use super::Made;
use crate::print::envelope;
use crate::say::counted;

/// Up to so many lines of one kind are told; the JSON has all.
const TOLD: usize = 20;

pub(super) fn table(made: &Made<'_>) -> String {
    let generated = &made.generated;
    let mut text = String::new();
    for policy in &generated.policies {
        let rules = counted(policy.draft.rules.len(), "rule");
        _ = writeln!(text, "{}", plain(&format!("{} ({rules}): {}", policy.name, policy.draft.purpose)));
    }
    if generated.policies.is_empty() {
        _ = writeln!(
            text,
            "no policy is missing: what is there closes what can be closed, and lets through what is asked for"
        );
    }
    section(&mut text, "left out, because it changes nothing", &generated.left, |left| {
        format!("{}: {}", left.what, left.why)
    });
    section(&mut text, "to know", &generated.notes, |note| format!("{}: {}", word(note.kind), note.text));
    let proof = &generated.proof;
    section(&mut text, "observed and would be denied", &proof.denied, |flow| flow_text(made, flow));
    section(&mut text, "observed and cannot be decided", &proof.undecided, |flow| flow_text(made, flow));
    section(&mut text, "observed although policies that are there deny it", &proof.denied_before, |flow| {
        flow_text(made, flow)
    });
    section(
        &mut text,
        "denied or failed when it was seen, and will be possible",
        &proof.let_through,
        |flow| {
            let flow = made.observed.flows.get(*flow as usize);
            flow.map(|flow| {
                format!(
                    "{}: {} to {} on {} {}",
                    flow.place, flow.from, flow.to, flow.traffic.protocol, flow.traffic.port
                )
            })
            .unwrap_or_default()
        },
    );
    section(&mut text, "intended and would be denied", &proof.intended_denied, |(at, why)| {
        let intent = made.intents.get(*at).map(|intent| intent.why.to_string()).unwrap_or_default();
        format!("{intent}: {why}")
    });
    section(&mut text, "was possible and will be denied", &proof.newly_denied, denied_text);
    section(&mut text, "was denied and will be possible", &proof.newly_allowed, denied_text);
    _ = writeln!(
        text,
        "\n{}; proof under profile {}: {}",
        match generated.policies.len() {
            1 => "1 policy".to_owned(),
            many => format!("{many} policies"),
        },
        made.enforcer.profile,
        proved(made),
    );
    text
}

/// `36 of 36 observed flows stay allowed, 0 would be denied, 0 undecided`, and the same of what was intended.
fn proved(made: &Made<'_>) -> String {
    let proof = &made.generated.proof;
    let mut parts = Vec::new();
    if proof.asked > 0 || made.intents.is_empty() {
        let stay = if proof.allowed == 1 { "stays" } else { "stay" };
        parts.push(format!(
            "{} of {} {stay} allowed, {} would be denied, {} undecided",
            proof.allowed,
            counted(proof.asked, "observed flow"),
            proof.denied.len(),
            proof.undecided.len(),
        ));
    }
    if !made.intents.is_empty() {
        let possible = proof.intended.saturating_sub(proof.intended_denied.len());
        let stay = if possible == 1 { "is" } else { "are" };
        parts.push(format!(
            "{possible} of {} {stay} possible",
            counted(proof.intended, "intended connection")
        ));
    }
    parts.join("; ")
}

fn section<T>(text: &mut String, heading: &str, all: &[T], line: impl Fn(&T) -> String) {
    if all.is_empty() {
        return;
    }
    _ = writeln!(text, "\n{heading}:");
    for one in all.iter().take(TOLD) {
        _ = writeln!(text, "  {}", plain(&line(one)));
    }
    let more = all.len().saturating_sub(TOLD);
    if more > 0 {
        _ = writeln!(text, "  and {more} more; -o json has all");
    }
}

fn word(kind: NoteKind) -> &'static str {
    match kind {
        NoteKind::Impossible => "impossible",
        NoteKind::Assumed => "assumed",
        NoteKind::Widened => "widened",
        NoteKind::Remark => "note",
    }
}

fn flow_text(made: &Made<'_>, flow: &FlowProof) -> String {
    let place = made.observed.flows.get(flow.flow as usize).map(|flow| flow.place.to_string());
    format!("{}: {}", place.unwrap_or_default(), flow.why)
}

fn denied_text(denied: &Denied) -> String {
    let mut from: Vec<&str> = denied.from.iter().take(4).map(String::as_str).collect();
    let more = format!("{} more", denied.from.len().saturating_sub(from.len()));
    if denied.from.len() > from.len() {
        from.push(&more);
    }
    format!("{} -> {}: {}", from.join(", "), denied.to, told(&denied.traffic))
}

/// The roll-out.
pub(super) fn steps(made: &Made<'_>) -> String {
    let mut text = String::new();
    for (at, step) in made.generated.steps.iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        let namespace = step.namespace.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
        _ = writeln!(text, "{}", plain(&format!("{}. {}{namespace}", at + 1, step.title)));
        _ = writeln!(text, "   {}", plain(&step.why));
        for (word, commands) in [("run", &step.commands), ("undo", &step.rollback)] {
            for command in commands {
                _ = writeln!(text, "   {word}: {}", plain(command));
            }
        }
        for line in step.document.iter().flat_map(|document| document.lines()) {
            _ = writeln!(text, "     {}", plain(line));
        }
    }
    text
}

pub(super) fn json_text(made: &Made<'_>) -> Result<String> {
    let generated = &made.generated;
    let proof = &generated.proof;
    let flow = |flow: &FlowProof| {
        let place = made.observed.flows.get(flow.flow as usize).map(|flow| flow.place.to_string());
        json!({ "at": place, "why": flow.why })
    };
    let flows = |list: &[FlowProof]| list.iter().map(flow).collect::<Vec<Value>>();
    let changed = |list: &[Denied]| {
        let one = |denied: &Denied| {
            let traffic: Vec<Value> =
                denied.traffic.iter().copied().map(crate::network::json::stretch).collect();
            json!({ "from": denied.from, "to": denied.to, "traffic": traffic, "pairs": denied.pairs })
        };
        list.iter().map(one).collect::<Vec<Value>>()
    };
    let intended: Vec<Value> = proof
        .intended_denied
        .iter()
        .map(|(at, why)| json!({ "intent": made.intents.get(*at).map(|intent| intent.why.as_str()), "why": why }))
        .collect();
    let policies: Vec<Value> = generated
        .policies
        .iter()
        .map(|policy| json!({ "policy": policy.name.to_string(), "for": policy.draft.purpose, "yaml": policy.text }))
        .collect();
    let steps: Vec<Value> = generated
        .steps
        .iter()
        .map(|step| {
            json!({
                "namespace": step.namespace.as_deref(), "title": step.title, "why": step.why,
                "document": step.document, "commands": step.commands, "rollback": step.rollback,
            })
        })
        .collect();
    let answer = json!({
        "profile": made.enforcer.profile.name(),
        "policies": policies,
        "leftOut": generated.left.iter().map(|left| json!({ "what": left.what, "why": left.why })).collect::<Vec<_>>(),
        "notes": generated.notes.iter().map(|note| json!({ "kind": word(note.kind), "text": note.text })).collect::<Vec<_>>(),
        "proof": {
            "holds": proof.holds(),
            "asked": proof.asked,
            "allowed": proof.allowed,
            "denied": flows(&proof.denied),
            "deniedBefore": flows(&proof.denied_before),
            "undecided": flows(&proof.undecided),
            "letThrough": proof.let_through.iter().map(|&at| {
                let seen = made.observed.flows.get(at as usize);
                json!({ "at": seen.map(|flow| flow.place.to_string()) })
            }).collect::<Vec<_>>(),
            "widened": generated
                .notes
                .iter()
                .filter(|note| note.kind == NoteKind::Widened)
                .map(|note| note.text.as_str())
                .collect::<Vec<_>>(),
            "intended": proof.intended,
            "intendedDenied": intended,
            "newlyDenied": changed(&proof.newly_denied),
            "newlyAllowed": changed(&proof.newly_allowed),
        },
        "steps": steps,
        "files": generated.files.iter().map(|(name, text)| json!({ "name": name, "yaml": text })).collect::<Vec<_>>(),
    });
    let gaps: Vec<&String> = made.world.gaps.iter().collect();
    Ok(serde_json::to_string_pretty(&envelope("network-generate", &gaps, answer))? + "\n")
}
