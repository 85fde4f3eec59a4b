//! A comparison as text, as Markdown, and for programs.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::Result;
use ironsides_network::diff::{Changed, Exposed, Somebody};
use ironsides_network::reach::{Stretch, told};
use ironsides_network::{PolicyName, Profile};
use ironsides_report::{escape, plain};
use serde_json::{Value, json};

use super::{Compared, Found, Under};
use crate::network::{json as shapes, words};
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

/// How a workload is open to more than before, in sentences without a full stop.
fn openings(exposed: &Exposed) -> Vec<String> {
    let unprotected =
        exposed.is_unprotected.then(|| "no policy guards its ingress: every pod may reach it".to_owned());
    let ways = exposed.ways.iter().map(|way| {
        let internal = if way.internal { ", from private networks" } else { "" };
        format!("a new way in{internal}: {way}, {}", words::verdict(&way.verdict))
    });
    unprotected.into_iter().chain(ways).collect()
}

pub(super) fn table(compared: &Compared<'_>) -> String {
    let mut text = String::new();
    for (at, under) in compared.under.iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        let own = one(compared, under);
        if compared.all {
            let word = if under.profiles.len() == 1 { "profile" } else { "profiles" };
            _ = writeln!(text, "{word} {}:", under.names());
            for line in own.lines() {
                text.push_str(format!("  {line}").trim_end());
                text.push('\n');
            }
        } else {
            text.push_str(&own);
        }
    }
    text
}

/// What is between two states under some profiles.
fn one(compared: &Compared<'_>, under: &Under) -> String {
    let Found { diff, exposed } = &under.found;
    let mut text = String::new();
    for change in &diff.changes {
        let (from, to) = (people(&change.from, 6), people(&change.to, 6));
        _ = writeln!(text, "{}", plain(&format!("{from} -> {to}")));
        for (sign, word, list) in ways(change) {
            _ = writeln!(text, "  {sign} {word}: {}", told(list));
        }
        _ = writeln!(text, "    by {}", plain(&causes(compared, &change.policies)));
    }
    for who in &diff.new {
        _ = writeln!(text, "new: {}", plain(&who.to_string()));
        for own in exposed.iter().filter(|own| own.who == *who) {
            for opening in openings(own) {
                _ = writeln!(text, "  ! exposed: {}", plain(&opening));
            }
        }
    }
    for own in exposed.iter().filter(|own| !own.is_new) {
        _ = writeln!(text, "{}", plain(&own.who.to_string()));
        for opening in openings(own) {
            _ = writeln!(text, "  ! exposed: {}", plain(&opening));
        }
    }
    for who in &diff.gone {
        _ = writeln!(text, "gone: {}", plain(&who.to_string()));
    }
    if text.is_empty() {
        return format!("nothing changes{}\n", profile(compared, under));
    }
    _ = writeln!(text, "\n{}", summary(compared, under));
    text
}

/// The profile of an answer, where the heading does not say it.
fn profile(compared: &Compared<'_>, under: &Under) -> String {
    if compared.all { String::new() } else { format!(" (profile {})", under.names()) }
}

fn summary(compared: &Compared<'_>, under: &Under) -> String {
    let Found { diff, exposed } = &under.found;
    let count = |list: super::List| counted(super::pairs(diff, list), "pair");
    format!(
        "opened between {}, closed between {}, altered between {}; {} new, {} gone, {} exposed{}",
        count(|delta| &delta.opened),
        count(|delta| &delta.closed),
        count(|delta| &delta.altered),
        diff.new.len(),
        diff.gone.len(),
        exposed.iter().filter(|own| own.counts()).count(),
        profile(compared, under),
    )
}

/// For comments on pull requests.
pub(super) fn markdown(compared: &Compared<'_>) -> String {
    let mut text = String::from("## Network\n");
    for under in &compared.under {
        if compared.all {
            _ = writeln!(text, "\n### Profile {}", under.names());
        }
        text.push('\n');
        text.push_str(&markdown_of(compared, under));
    }
    text
}

fn markdown_of(compared: &Compared<'_>, under: &Under) -> String {
    let Found { diff, exposed } = &under.found;
    let mut text = String::new();
    if diff.changes.is_empty() && diff.new.is_empty() && diff.gone.is_empty() && exposed.is_empty() {
        return format!("Nothing changes{}.\n", profile(compared, under));
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
    if !exposed.is_empty() {
        text.push_str("\nExposed:\n\n");
    }
    for own in exposed {
        for opening in openings(own) {
            _ = writeln!(text, "* {}: {}", code(&own.who.to_string()), escape(&plain(&opening)));
        }
    }
    for (word, list) in [("New", &diff.new), ("Gone", &diff.gone)] {
        if !list.is_empty() {
            let names: Vec<String> = list.iter().map(|who| code(&who.to_string())).collect();
            _ = writeln!(text, "\n{word}: {}", names.join(", "));
        }
    }
    _ = writeln!(text, "\n{}", summary(compared, under));
    text
}

/// A row for each pair and way, and one for each workload that is new, gone or exposed; with the profiles first where all were
/// asked for.
pub(super) fn csv(compared: &Compared<'_>) -> String {
    let heading = ["change", "from", "to", "traffic", "policies"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    if compared.all {
        rows = vec![["profiles"].into_iter().chain(heading).map(str::to_owned).collect()];
    }
    for under in &compared.under {
        for mut row in rows_of(&under.found) {
            if compared.all {
                row.insert(0, under.names());
            }
            rows.push(row);
        }
    }
    ironsides_report::csv(&rows)
}

fn rows_of(Found { diff, exposed }: &Found) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for change in &diff.changes {
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
    for own in exposed {
        rows.extend(openings(own).into_iter().map(|opening| {
            vec!["exposed".to_owned(), String::new(), own.who.to_string(), opening, String::new()]
        }));
    }
    for (word, list) in [("new", &diff.new), ("gone", &diff.gone)] {
        let row = |who: &Somebody| {
            vec![word.to_owned(), who.to_string(), String::new(), String::new(), String::new()]
        };
        rows.extend(list.iter().map(row));
    }
    rows
}

pub(super) fn json_text(compared: &Compared<'_>) -> Result<String> {
    let people = |list: &[Somebody]| list.iter().map(shapes::somebody).collect::<Vec<_>>();
    let one = |profile: &str, Found { diff, exposed }: &Found| {
        let changes: Vec<Value> = diff.changes.iter().map(|change| change_json(compared, change)).collect();
        json!({
            "profile": profile,
            "changes": changes,
            "new": people(&diff.new),
            "gone": people(&diff.gone),
            "exposed": exposed.iter().map(exposed_json).collect::<Vec<_>>(),
        })
    };
    let mut answers: Vec<Value> = Profile::ALL
        .iter()
        .filter_map(|profile| {
            let under = compared.under.iter().find(|under| under.profiles.contains(profile))?;
            Some(one(profile.name(), &under.found))
        })
        .collect();
    let answer = match answers.pop() {
        Some(only) if answers.is_empty() && !compared.all => only,
        last => {
            answers.extend(last);
            json!({ "answers": answers })
        }
    };
    let gaps: Vec<&String> = compared.old.gaps.iter().chain(&compared.new.gaps).collect();
    Ok(serde_json::to_string_pretty(&envelope("network-diff", &gaps, answer))? + "\n")
}

fn exposed_json(exposed: &Exposed) -> Value {
    let ways: Vec<Value> = exposed
        .ways
        .iter()
        .map(|way| {
            json!({ "way": way.to_string(), "internal": way.internal, "verdict": words::word(&way.verdict) })
        })
        .collect();
    json!({
        "workload": shapes::somebody(&exposed.who),
        "new": exposed.is_new,
        "unprotected": exposed.is_unprotected,
        "waysIn": ways,
    })
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
