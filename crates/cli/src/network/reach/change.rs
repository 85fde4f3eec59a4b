//! The smallest change that would flip an answer, as text and for programs.

use std::fmt::Write as _;

use ironsides_network::diff::{Changed, Somebody};
use ironsides_network::flip::{Flip, Step};
use ironsides_network::reach::told;
use ironsides_network::{Change, Verdict};
use ironsides_report::plain;
use ironsides_tree::{Node, print};
use serde_json::{Value, json};

use super::Asked;
use crate::network::json as shapes;
use crate::network::world::World;

/// Up to so many side effects are told.
const TOLD: usize = 5;

/// The ways to flip an answer for people.
pub(super) fn text(asked: &Asked<'_>, verdict: &Verdict, flips: &[Flip]) -> String {
    let mut text = String::new();
    let would = if *verdict == Verdict::Deny { "allow" } else { "deny" };
    for (at, flip) in flips.iter().enumerate() {
        let head = if at == 0 { format!("smallest change that would {would} it") } else { "or".to_owned() };
        _ = writeln!(text, "  {head}:");
        for step in &flip.steps {
            _ = writeln!(text, "    {}", plain(&head_of(asked.world, step)));
            for line in value_text(step).lines() {
                _ = writeln!(text, "      {}", plain(line));
            }
        }
        text.push_str(&besides(&flip.besides));
    }
    text
}

fn head_of(world: &World, step: &Step) -> String {
    match &step.change {
        Change::Add(_) => format!("add {}", step.policy),
        Change::Edit { document, .. } => {
            let at = at(world, *document, &step.path)
                .map(|place| format!("{}: ", place.text()))
                .unwrap_or_default();
            format!("{at}{}: {}", step.policy, step.what)
        }
    }
}

/// The line of what stands nearest to a path in a document that is there.
fn at(world: &World, document: u32, path: &str) -> Option<crate::places::Place> {
    let root = world.state.document(document)?;
    let mut node = root;
    let mut span = root.span();
    for word in path.split('.') {
        let mut parts = word.split('[');
        for part in parts.by_ref() {
            let next = match part.strip_suffix(']').and_then(|index| index.parse::<usize>().ok()) {
                Some(index) => node.items().get(index),
                None => node.get(part),
            };
            let Some(next) = next else {
                return Some(world.place(&ironsides_network::Place { document, path: path.into(), span }));
            };
            node = next;
            span = node.span();
        }
    }
    Some(world.place(&ironsides_network::Place { document, path: path.into(), span }))
}

/// What is written, as YAML: an item of a list where it becomes one.
fn value_text(step: &Step) -> String {
    match (&step.change, &step.value) {
        (_, None) => String::new(),
        (Change::Add(_), Some(value)) => print::yaml(value),
        (Change::Edit { .. }, Some(value)) => {
            print::yaml(&Node::bare(ironsides_tree::Value::List([value.clone()].into())))
        }
    }
}

fn besides(changes: &[Changed]) -> String {
    if changes.is_empty() {
        return "    it changes nothing else\n".to_owned();
    }
    let mut text = String::new();
    for change in changes.iter().take(TOLD) {
        let ends = format!("{} -> {}", people(&change.from), people(&change.to));
        for (word, list) in [
            ("opens", &change.delta.opened),
            ("closes", &change.delta.closed),
            ("alters", &change.delta.altered),
        ] {
            if !list.is_empty() {
                _ = writeln!(text, "    it also {word}: {}, {}", plain(&ends), told(list));
            }
        }
    }
    let more = changes.len().saturating_sub(TOLD);
    if more > 0 {
        _ = writeln!(text, "    and changes {more} more");
    }
    text
}

fn people(people: &std::collections::BTreeSet<Somebody>) -> String {
    let mut names: Vec<String> = people.iter().take(3).map(ToString::to_string).collect();
    let more = people.len().saturating_sub(names.len());
    if more > 0 {
        names.push(format!("{more} more"));
    }
    names.join(", ")
}

/// The ways to flip an answer for programs.
pub(super) fn json(asked: &Asked<'_>, flips: &[Flip]) -> Vec<Value> {
    let one = |flip: &Flip| {
        let steps: Vec<Value> = flip
            .steps
            .iter()
            .map(|step| {
                let place = match &step.change {
                    Change::Add(_) => None,
                    Change::Edit { document, .. } => at(asked.world, *document, &step.path),
                };
                json!({
                    "policy": step.policy.to_string(),
                    "do": step.what,
                    "path": (!step.path.is_empty()).then_some(&step.path),
                    "at": place.map(|place| place.json()),
                    "yaml": step.value.as_ref().map(print::yaml),
                })
            })
            .collect();
        let besides: Vec<Value> = flip
            .besides
            .iter()
            .map(|change| {
                let list = |list: &[ironsides_network::reach::Stretch]| {
                    list.iter().copied().map(shapes::stretch).collect::<Vec<_>>()
                };
                json!({
                    "from": change.from.iter().map(shapes::somebody).collect::<Vec<_>>(),
                    "to": change.to.iter().map(shapes::somebody).collect::<Vec<_>>(),
                    "opened": list(&change.delta.opened),
                    "closed": list(&change.delta.closed),
                    "altered": list(&change.delta.altered),
                })
            })
            .collect();
        json!({ "steps": steps, "besides": besides })
    };
    flips.iter().map(one).collect()
}
