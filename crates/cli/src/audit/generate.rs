//! `ironsides audit generate`: a policy for a goal and a budget.

use std::fmt::Write as _;

use anyhow::Result;
use ironsides_audit::{Cluster, Cost, Generated, Load, Loads, Policy, Standing, bytes_text, generate};
use serde_json::{Value, json};

use super::log::each_event;
use super::words::{span, warn_of_short};
use crate::args::LogArgs;
use crate::args::audit::{GenerateArgs, PolicyFormat};
use crate::exit::Exit;
use crate::print::{emit, envelope};
use crate::say::Say;

/// How many kinds of requests are named that would have to go.
const SHOWN: usize = 15;

/// What a policy is made of.
struct Basis {
    loads: Vec<Load>,
    /// Where the rates come from, in a sentence.
    source: String,
    is_partial: bool,
}

pub(crate) fn run(args: &GenerateArgs, say: &Say) -> Result<Exit> {
    let Some(basis) = basis(args, say)? else { return Ok(Exit::Nothing) };
    let budget = args.budget.map(|budget| budget.0);
    let made = generate(args.goal.into(), budget, &basis.loads);
    let text = made.text(&heading(args, &basis, &made));
    // What is printed is what the API server reads, or nothing is.
    let read = Policy::read(&text).map_err(|errors| {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("the policy that was made is refused: {}", errors.join("; "))
    })?;
    anyhow::ensure!(read.notes.is_empty(), "the policy that was made has fields that the API server drops");
    emit(&args.output, |format| match format {
        PolicyFormat::Yaml => Ok(text.clone()),
        PolicyFormat::Json => json_text(args, &basis, &made, &text),
    })?;
    if basis.is_partial {
        say.ending("incomplete", &"not all of the log could be read; more is written than is told");
    }
    if !made.dropped.is_empty() {
        say.note(&format!("dropped for the budget: {}", dropped(&made)));
    }
    if let Some(budget) = budget.filter(|budget| made.bytes > *budget) {
        say.ending(
            "failed",
            &format!("{} a day are more than the budget of {}", bytes_text(made.bytes), bytes_text(budget)),
        );
        for cost in made.over.iter().take(SHOWN) {
            let hides = match cost.hides.as_slice() {
                [] => "no known technique".to_owned(),
                hides => hides.join(", "),
            };
            say.hint(&format!("without {}: {} a day less; hides {hides}", cost.what, bytes_text(cost.bytes)));
        }
        if let Some(more) = made.over.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            let rest: f64 = made.over.iter().skip(SHOWN).map(|cost| cost.bytes).sum();
            say.hint(&format!(
                "and {more} kinds of requests more: {} a day; -o json lists them",
                bytes_text(rest)
            ));
        }
        return Ok(Exit::Findings);
    }
    Ok(if basis.is_partial { Exit::Incomplete } else { Exit::Clean })
}

/// What is dropped for the budget, in words.
fn dropped(made: &Generated) -> String {
    let saved: f64 = made.dropped.iter().map(|cost| cost.bytes).sum();
    let kinds = match made.dropped.len() {
        1 => "1 kind".to_owned(),
        count => format!("{count} kinds"),
    };
    format!("{kinds} of requests in which no known technique hides, {} a day", bytes_text(saved))
}

/// The loads of a log, or of a cluster of some size.
fn basis(args: &GenerateArgs, say: &Say) -> Result<Option<Basis>> {
    if args.from.is_empty() {
        let cluster = Cluster { nodes: args.nodes, pods: args.pods, controllers: args.controllers };
        let source = format!(
            "a model of {} nodes, {} pods that start once a day, and {} controllers besides Kubernetes' own",
            cluster.nodes, cluster.pods, cluster.controllers
        );
        return Ok(Some(Basis { loads: cluster.loads(), source, is_partial: false }));
    }
    let logs = LogArgs { logs: args.from.clone(), since: args.since, until: args.until };
    let mut loads = Loads::default();
    let looked = each_event(&logs, say, &mut |event, text, _| {
        loads.add(event, text);
        Ok(())
    })?;
    let Some(window) = loads.window().filter(|window| *window > 0) else {
        say.error(&anyhow::anyhow!("{} audit events there, which span no time", looked.events));
        say.hint(&"rates need a log of some minutes; a day shows what happens once a day");
        return Ok(None);
    };
    let all = loads.loads();
    let assumed = all.iter().filter(|load| load.assumed).count();
    let mut source = format!("{} events of {}", looked.events, span(window));
    warn_of_short(window, say);
    if assumed > 0 {
        _ = write!(source, "; sizes of bodies are assumed for {assumed} of {} kinds of requests", all.len());
    }
    Ok(Some(Basis { loads: all, source, is_partial: looked.is_partial() }))
}

/// How many techniques are recorded well enough, how many leave a trace at least, and how many there are.
fn covered(made: &Generated) -> (usize, usize, usize) {
    let coverage = made.policy.coverage();
    let count = |least| coverage.iter().filter(|own| own.standing() >= least).count();
    (count(Standing::Covered), count(Standing::Indistinct), coverage.len())
}

fn heading(args: &GenerateArgs, basis: &Basis, made: &Generated) -> String {
    let (covered, seen, all) = covered(made);
    let mut text = format!("Made by `ironsides audit generate --goal {}`.\n", args.goal.word());
    _ = writeln!(text, "From {}.", basis.source);
    if args.from.is_empty() {
        text.push_str("A log of the cluster (--from) has its real rates.\n");
    }
    _ = match args.budget {
        Some(budget) => {
            writeln!(
                text,
                "Expected: {} a day, of a budget of {}.",
                bytes_text(made.bytes),
                bytes_text(budget.0)
            )
        }
        None => writeln!(text, "Expected: {} a day.", bytes_text(made.bytes)),
    };
    if !made.dropped.is_empty() {
        _ = writeln!(text, "Dropped for the budget: {}.", dropped(made));
    }
    _ = writeln!(text, "Attack techniques: {covered} of {all} recorded well enough, {seen} with a trace.");
    text
}

fn json_text(args: &GenerateArgs, basis: &Basis, made: &Generated, text: &str) -> Result<String> {
    let (covered, seen, all) = covered(made);
    let rules: Vec<Value> = made
        .rules
        .iter()
        .map(|made| {
            json!({ "level": made.rule.level, "why": made.why, "bytesADay": made.bytes, "savesADay": made.saves })
        })
        .collect();
    let costs = |costs: &[Cost]| -> Vec<Value> {
        let cost =
            |cost: &Cost| json!({ "requests": cost.what, "bytesADay": cost.bytes, "hides": cost.hides });
        costs.iter().map(cost).collect()
    };
    let answer = json!({
        "goal": args.goal.word(), "from": basis.source, "bytesADay": made.bytes,
        "budget": args.budget.map(|budget| budget.0),
        "techniques": { "total": all, "covered": covered, "seen": seen },
        "rules": rules, "droppedForBudget": costs(&made.dropped), "overBudget": costs(&made.over), "policy": text,
    });
    let partial = "not all of the log could be read".to_owned();
    let gaps: Vec<&String> = basis.is_partial.then_some(&partial).into_iter().collect();
    Ok(serde_json::to_string_pretty(&envelope("audit-generate", &gaps, answer))? + "\n")
}
