//! `ironsides rbac diff`: who gains and who loses what.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;
use ironsides_core::Severity;
use ironsides_rbac::diff::{Change, RiskChange, changes, risk_changes};
use ironsides_rbac::{Risks, Rule};
use ironsides_report::plain;
use serde_json::{Value, json};

use super::print::{code, emit, envelope, yaml};
use super::risks::{reach_json, reach_text, risk_json};
use super::who_can::subject_json;
use super::world::{AROUND, World, nothing};
use crate::args::rbac::{DiffArgs, DiffFormat};
use crate::exit::Exit;
use crate::gather::Place;
use crate::say::Say;

/// Two states and what is between them.
struct Compared<'a> {
    old: &'a World,
    new: &'a World,
    changes: Vec<Change>,
    gained: Vec<RiskChange<'a>>,
    lost: Vec<RiskChange<'a>>,
}

pub(crate) fn run(args: &DiffArgs, say: &Say) -> Result<Exit> {
    let old = read(&args.old, say)?;
    let new = read(&args.new, say)?;
    // One side may well be empty: everything is new, or everything is gone.
    if old.is_empty() && new.is_empty() {
        return Ok(nothing(&[&old, &new], say));
    }
    for (side, world, what) in [("old", &old, "gained"), ("new", &new, "lost")] {
        if world.is_empty() {
            say.warning(&format!(
                "{side}: no roles and no bindings in {}, so all of the other side counts as {what}",
                world.source
            ));
        }
    }
    let (before, after) = (risks(&old), risks(&new));
    let compared = Compared {
        old: &old,
        new: &new,
        changes: changes(&old.rbac, &new.rbac),
        gained: risk_changes(&before, &after),
        lost: risk_changes(&after, &before),
    };
    emit(&args.output, |format| match format {
        DiffFormat::Table => Ok(table(&compared)),
        DiffFormat::Markdown => Ok(markdown(&compared)),
        DiffFormat::Json => Ok(json_text(&compared)?),
        DiffFormat::Yaml => yaml(&json_text(&compared)?),
    })?;
    let gaps = old.gaps.len() + new.gaps.len() + old.open_all().len() + new.open_all().len();
    for (side, world) in [("old", &old), ("new", &new)] {
        for open in world.open_all() {
            say.warning(&format!("{side}: {open}"));
        }
    }
    if gaps > 0 {
        say.ending("incomplete", &"not everything could be read; the comparison may depend on it");
    }
    let bad = |least: Severity| compared.gained.iter().filter(|change| change.risk.severity >= least).count();
    if let Some((least, count)) =
        args.fail_on.0.map(|least| (least, bad(least))).filter(|(_, count)| *count > 0)
    {
        let noun = if count == 1 { "risk" } else { "risks" };
        say.ending(
            "failed",
            &format!("{count} {noun} of severity {least} or worse gained (--fail-on {least})"),
        );
        return Ok(Exit::Findings);
    }
    Ok(if gaps > 0 { Exit::Incomplete } else { Exit::Clean })
}

fn read(path: &Path, say: &Say) -> Result<World> {
    // A fact bundle is a compressed archive; no manifest is.
    let is_bundle = path.extension().is_some_and(|extension| extension == "zst" || extension == "tar");
    let place = if is_bundle { Place::Facts(path.to_owned()) } else { Place::Files(vec![path.to_owned()]) };
    World::with(&place, &AROUND, say)
}

fn risks(world: &World) -> Risks {
    world.rbac.risks(&world.surroundings())
}

fn place(change: &Change) -> String {
    change.namespace.as_ref().map_or_else(|| "whole cluster".to_owned(), |name| format!("namespace {name}"))
}

/// What is told of a risk that came or went.
fn risk_line(change: &RiskChange<'_>) -> String {
    let risk = change.risk;
    let already = if change.before.is_some() { ", further than before" } else { "" };
    let reach = reach_text(&change.reach);
    format!("{}: {}: {} ({reach}{already})", risk.severity, risk.subject, risk.family.title)
}

fn table(compared: &Compared<'_>) -> String {
    let mut text = String::new();
    for (heading, sign, risks) in [
        ("Dangerous permissions gained", '+', &compared.gained),
        ("Dangerous permissions lost", '-', &compared.lost),
    ] {
        if !risks.is_empty() {
            _ = writeln!(text, "{heading}");
            for change in risks {
                _ = writeln!(text, "  {sign} {}", plain(&risk_line(change)));
            }
            text.push('\n');
        }
    }
    for change in &compared.changes {
        _ = writeln!(text, "{}", plain(&format!("{} ({})", change.subject, place(change))));
        for (sign, rules) in [('+', &change.gained), ('-', &change.lost)] {
            for rule in rules {
                _ = writeln!(text, "  {sign} {}", plain(&rule.to_string()));
            }
        }
    }
    let doubt = doubt(compared);
    if compared.changes.is_empty() && text.is_empty() {
        if doubt.is_none() {
            text.push_str("no rights change\n");
        }
    } else {
        let count = |side: fn(&Change) -> &Vec<Rule>| {
            compared.changes.iter().filter(|change| !side(change).is_empty()).count()
        };
        let (gain, lose) = (count(|change| &change.gained), count(|change| &change.lost));
        _ = writeln!(
            text,
            "\nrights gained in {gain} and lost in {lose} places; dangerous permissions: {} gained, {} lost",
            compared.gained.len(),
            compared.lost.len()
        );
    }
    if let Some(doubt) = doubt {
        _ = writeln!(text, "{doubt}");
    }
    text
}

/// What is unknown of a comparison, where not everything could be read of a side.
fn doubt(compared: &Compared<'_>) -> Option<String> {
    let of = |world: &World| world.doubt("what else changes", &world.open_all());
    of(compared.old).or_else(|| of(compared.new))
}

/// For comments on pull requests.
fn markdown(compared: &Compared<'_>) -> String {
    let mut text = String::from("## Rights\n\n");
    if compared.changes.is_empty() && compared.gained.is_empty() && compared.lost.is_empty() {
        match doubt(compared) {
            Some(doubt) => _ = writeln!(text, "{}", ironsides_report::escape(&doubt)),
            None => text.push_str("No rights change.\n"),
        }
        return text;
    }
    if let Some(doubt) = doubt(compared) {
        _ = writeln!(text, "{}\n", ironsides_report::escape(&doubt));
    }
    for (heading, risks) in
        [("Dangerous permissions gained", &compared.gained), ("Dangerous permissions lost", &compared.lost)]
    {
        if risks.is_empty() {
            continue;
        }
        _ = write!(text, "### {heading}\n\n| severity | subject | what | where |\n|---|---|---|---|\n");
        for change in risks {
            let risk = change.risk;
            _ = writeln!(
                text,
                "| {} | {} | {} | {} |",
                risk.severity,
                code(&risk.subject.to_string()),
                risk.family.title,
                code(&reach_text(&change.reach))
            );
        }
        text.push('\n');
    }
    if !compared.changes.is_empty() {
        text.push_str("### Who gains and who loses\n\n| | subject | where | right |\n|---|---|---|---|\n");
    }
    for change in &compared.changes {
        for (sign, rules) in [("gains", &change.gained), ("loses", &change.lost)] {
            for rule in rules {
                _ = writeln!(
                    text,
                    "| {sign} | {} | {} | {} |",
                    code(&change.subject.to_string()),
                    code(&place(change)),
                    code(&rule.to_string())
                );
            }
        }
    }
    text
}

fn json_text(compared: &Compared<'_>) -> Result<String> {
    let changes: Vec<Value> = compared
        .changes
        .iter()
        .map(|change| {
            json!({
                "subject": subject_json(&change.subject), "namespace": change.namespace.as_deref(),
                "gained": change.gained, "lost": change.lost,
            })
        })
        .collect();
    let risks = |world: &World, risks: &[RiskChange<'_>]| -> Vec<Value> {
        let one = |change: &RiskChange<'_>| {
            let mut value = risk_json(world, change.risk);
            value["changedReach"] = reach_json(&change.reach);
            value["severityBefore"] = json!(change.before);
            value
        };
        risks.iter().map(one).collect()
    };
    let answer = json!({
        "changes": changes,
        "risksGained": risks(compared.new, &compared.gained),
        "risksLost": risks(compared.old, &compared.lost),
    });
    let open = [compared.old.open_all(), compared.new.open_all()].concat();
    let gaps: Vec<&String> = compared.old.gaps.iter().chain(&compared.new.gaps).chain(&open).collect();
    Ok(serde_json::to_string_pretty(&envelope("diff", &gaps, answer))? + "\n")
}
