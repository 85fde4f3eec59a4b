//! A comparison as text, as Markdown, and for programs.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::Result;
use ironsides_network::PolicyName;
use ironsides_network::diff::{Changed, Somebody};
use ironsides_network::reach::{Stretch, told};
use ironsides_report::plain;
use serde_json::{Value, json};

use super::Compared;
use crate::network::json as shapes;
use crate::print::{code, envelope};
use crate::say::counted;

/// The ways in which traffic changes: a sign, a word, and which.
fn ways(change: &Changed) -> impl Iterator<Item = (char, &'static str, &[Stretch])> {
    let delta = &change.delta;
    let all =
        [('+', "opened", &delta.opened), ('-', "closed", &delta.closed), ('~', "altered", &delta.altered)];
    all.into_iter()
        .filter(|(.., list)| !list.is_empty())
        .map(|(sign, word, list)| (sign, word, list.as_slice()))
}

/// Those at one end, up to a few by name.
fn people(people: &BTreeSet<Somebody>, most: usize) -> String {
    let mut names: Vec<String> = people.iter().take(most).map(ToString::to_string).collect();
    let more = people.len().saturating_sub(names.len());
    if more > 0 {
        names.push(format!("{more} more"));
    }
    names.join(", ")
}

/// The policies that make a difference, with where they stand in the new state, or in the old one.
fn causes(compared: &Compared<'_>, policies: &[PolicyName]) -> String {
    if policies.is_empty() {
        return "labels, addresses or ports, and no policy".to_owned();
    }
    let told = |name: &PolicyName| {
        let place = |world: &crate::network::world::World| world.policy_place(name).map(|place| place.text());
        match (place(compared.new), place(compared.old)) {
            (Some(place), _) => format!("{name} ({place})"),
            (None, Some(place)) => format!("{name} (gone, was {place})"),
            (None, None) => name.to_string(),
        }
    };
    policies.iter().map(told).collect::<Vec<_>>().join(", ")
}

pub(super) fn table(compared: &Compared<'_>) -> String {
    let diff = &compared.diff;
    let mut text = String::new();
    for change in &diff.changes {
        let (from, to) = (people(&change.from, 6), people(&change.to, 6));
        _ = writeln!(text, "{}", plain(&format!("{from} -> {to}")));
        for (sign, word, list) in ways(change) {
            _ = writeln!(text, "  {sign} {word}: {}", told(list));
        }
        _ = writeln!(text, "    by {}", plain(&causes(compared, &change.policies)));
    }
    for (word, list) in [("new", &diff.new), ("gone", &diff.gone)] {
        for who in list {
            _ = writeln!(text, "{word}: {}", plain(&who.to_string()));
        }
    }
    if text.is_empty() {
        return format!("nothing changes (profile {})\n", compared.profile);
    }
    _ = writeln!(text, "\n{}", summary(compared));
    text
}

fn summary(compared: &Compared<'_>) -> String {
    let diff = &compared.diff;
    let count = |list: super::List| counted(super::pairs(diff, list), "pair");
    format!(
        "opened between {}, closed between {}, altered between {}; {} new, {} gone (profile {})",
        count(|delta| &delta.opened),
        count(|delta| &delta.closed),
        count(|delta| &delta.altered),
        diff.new.len(),
        diff.gone.len(),
        compared.profile,
    )
}

/// For comments on pull requests.
pub(super) fn markdown(compared: &Compared<'_>) -> String {
    let diff = &compared.diff;
    let mut text = String::from("## Network\n\n");
    if diff.changes.is_empty() && diff.new.is_empty() && diff.gone.is_empty() {
        _ = writeln!(text, "Nothing changes (profile {}).", compared.profile);
        return text;
    }
    if !diff.changes.is_empty() {
        text.push_str("| | from | to | traffic | by |\n|---|---|---|---|---|\n");
    }
    for change in &diff.changes {
        for (_, word, list) in ways(change) {
            _ = writeln!(
                text,
                "| {word} | {} | {} | {} | {} |",
                code(&people(&change.from, 12)),
                code(&people(&change.to, 12)),
                told(list),
                code(&causes(compared, &change.policies)),
            );
        }
    }
    for (word, list) in [("New", &diff.new), ("Gone", &diff.gone)] {
        if !list.is_empty() {
            let names: Vec<String> = list.iter().map(|who| code(&who.to_string())).collect();
            _ = writeln!(text, "\n{word}: {}", names.join(", "));
        }
    }
    _ = writeln!(text, "\n{}", summary(compared));
    text
}

/// A row for each pair and way.
pub(super) fn csv(compared: &Compared<'_>) -> String {
    let heading = ["change", "from", "to", "traffic", "policies"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    for change in &compared.diff.changes {
        for (_, word, list) in ways(change) {
            for from in &change.from {
                for to in &change.to {
                    let policies: Vec<String> = change.policies.iter().map(ToString::to_string).collect();
                    rows.push(vec![
                        word.to_owned(),
                        from.to_string(),
                        to.to_string(),
                        told(list),
                        policies.join(" "),
                    ]);
                }
            }
        }
    }
    for (word, list) in [("new", &compared.diff.new), ("gone", &compared.diff.gone)] {
        let row = |who: &Somebody| {
            vec![word.to_owned(), who.to_string(), String::new(), String::new(), String::new()]
        };
        rows.extend(list.iter().map(row));
    }
    ironsides_report::csv(&rows)
}

pub(super) fn json_text(compared: &Compared<'_>) -> Result<String> {
    let diff = &compared.diff;
    let changes: Vec<Value> = diff.changes.iter().map(|change| change_json(compared, change)).collect();
    let people = |list: &[Somebody]| list.iter().map(shapes::somebody).collect::<Vec<_>>();
    let answer = json!({
        "profile": compared.profile.name(),
        "changes": changes,
        "new": people(&diff.new),
        "gone": people(&diff.gone),
    });
    let gaps: Vec<&String> = compared.old.gaps.iter().chain(&compared.new.gaps).collect();
    Ok(serde_json::to_string_pretty(&envelope("network-diff", &gaps, answer))? + "\n")
}

fn change_json(compared: &Compared<'_>, change: &Changed) -> Value {
    let list = |stretches: &[Stretch]| stretches.iter().copied().map(shapes::stretch).collect::<Vec<_>>();
    let policies: Vec<Value> = change
        .policies
        .iter()
        .map(|name| {
            let at =
                |world: &crate::network::world::World| world.policy_place(name).map(|place| place.json());
            json!({ "policy": name.to_string(), "old": at(compared.old), "new": at(compared.new) })
        })
        .collect();
    json!({
        "from": change.from.iter().map(shapes::somebody).collect::<Vec<_>>(),
        "to": change.to.iter().map(shapes::somebody).collect::<Vec<_>>(),
        "opened": list(&change.delta.opened),
        "closed": list(&change.delta.closed),
        "altered": list(&change.delta.altered),
        "policies": policies,
    })
}
