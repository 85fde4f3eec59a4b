//! `ironsides harden diff`: what runs on a node, and what a profile wants.

use anyhow::{Context, Result, anyhow, bail};
use ironsides_harden::{Compared, Comparison, DESCRIPTION, Options, Plan, State, diff, read_description};
use ironsides_settings::Host;
use ironsides_tree::parse_one;
use serde_json::{Value, json};

use crate::args::harden::{DiffArgs, HardenFormat};
use crate::columns::Columns;
use crate::exit::{Exit, nothing, unread};
use crate::print::{emit, envelope, yaml};
use crate::say::Say;

pub(crate) fn run(args: &DiffArgs, say: &Say) -> Result<Exit> {
    let options = options(args)?;
    let plan = Plan::new(&options)?;
    let host = host(args, say)?;
    let comparison = diff(&plan, &host);
    if comparison.compared.iter().all(|one| matches!(one.component, "files" | "kernel")) {
        return Err(nothing(anyhow!(
            "{} runs no component of Kubernetes, as far as its facts tell; collect them on a node, as root",
            host.metadata.name
        )));
    }
    emit(&args.output, |format| {
        let text = json_text(&host, &options, &comparison, args.all)?;
        match format {
            HardenFormat::Table => Ok(table(&comparison, args.all)),
            HardenFormat::Json => Ok(text),
            HardenFormat::Yaml => yaml(&text),
        }
    })?;
    for component in &comparison.absent {
        say.note(&format!("{component} does not run on {}, and was not compared", host.metadata.name));
    }
    for gap in &host.gaps {
        say.detail(&format!("{}: {}", gap.what, gap.why));
    }
    let (differs, unsure) = (comparison.differences().count(), comparison.unsure().count());
    let all = comparison.compared.len();
    if differs > 0 {
        say.ending("differs", &format!("{differs} of {all} settings from the profile {}", options.profile));
        return Ok(Exit::Findings);
    }
    if unsure > 0 {
        say.ending("incomplete", &format!("{unsure} of {all} settings cannot be told"));
        return Ok(Exit::Incomplete);
    }
    say.news("same", &format!("{all} settings are as the profile {} wants them", options.profile));
    Ok(Exit::Clean)
}

/// What is wanted: by words, or by a folder that was generated.
fn options(args: &DiffArgs) -> Result<Options> {
    if let Some(folder) = &args.generated {
        let path = folder.join(DESCRIPTION);
        let text = std::fs::read_to_string(&path).with_context(|| {
            format!("cannot read {}; name a folder that `harden generate` wrote", path.display())
        })?;
        return Ok(read_description(&path.display().to_string(), &text)?);
    }
    let (Some(distribution), Some(profile)) = (args.wanted.distribution, args.wanted.profile) else {
        bail!(
            "name the distribution with --for and the profile with --profile, or a folder with --generated"
        );
    };
    Ok(args.wanted.options(distribution, profile))
}

/// The facts of the node.
fn host(args: &DiffArgs, say: &Say) -> Result<Host> {
    let Some(path) = &args.facts else { return crate::node::facts(&args.host, say) };
    let text = if path.as_os_str() == ironsides_files::STDIN {
        std::io::read_to_string(std::io::stdin()).context("cannot read standard input")?
    } else {
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?
    };
    let wrong = |why: String| unread(anyhow!("{} holds no facts of a node: {why}", path.display()));
    let root = parse_one(&text).map_err(|error| wrong(error.message))?;
    if !Host::is_in(&root) {
        return Err(wrong("it is no NodeFacts document; `ironsides collect --node` writes one".to_owned()));
    }
    Host::read(&root).map_err(|error| wrong(error.to_string()))
}

fn is_shown(one: &Compared, all: bool) -> bool {
    all || one.state != State::Same
}

fn word(state: &State) -> &'static str {
    match state {
        State::Same => "same",
        State::Differs => "differs",
        State::Unsure(_) => "unknown",
    }
}

pub(super) fn table(comparison: &Comparison, all: bool) -> String {
    let mut columns =
        Columns::new(&["COMPONENT", "SETTING", "STATE", "NOW", "WANTED", "CLOSES", "EVIDENCE", "MAY BREAK"]);
    let short = |text: &str| match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    };
    let mut any = false;
    for one in comparison.compared.iter().filter(|one| is_shown(one, all)) {
        any = true;
        let now = match &one.state {
            State::Unsure(why) => short(why),
            _ => one.now.as_deref().map_or_else(|| "(not set)".to_owned(), short),
        };
        columns.row(&[
            one.component,
            &one.setting,
            word(&one.state),
            &now,
            &short(&one.wanted),
            &one.controls.join(","),
            &short(&one.evidence),
            one.breaks,
        ]);
    }
    if any { columns.text() } else { String::new() }
}

/// What was compared, for programs.
pub(super) fn entries(comparison: &Comparison, all: bool) -> Vec<Value> {
    comparison
        .compared
        .iter()
        .filter(|one| is_shown(one, all))
        .map(|one| {
            let why_unsure = match &one.state {
                State::Unsure(why) => Some(why),
                _ => None,
            };
            json!({
                "component": one.component, "setting": one.setting, "state": word(&one.state), "now": one.now,
                "wanted": one.wanted, "evidence": one.evidence, "why": one.why, "closes": one.controls,
                "mayBreak": one.breaks, "unknown": why_unsure,
            })
        })
        .collect()
}

fn json_text(host: &Host, options: &Options, comparison: &Comparison, all: bool) -> Result<String> {
    let absent: Vec<&str> = comparison.absent.iter().map(|component| component.program()).collect();
    let answer = json!({
        "node": host.metadata.name, "distribution": options.distribution.word(), "profile": options.profile.word(),
        "kubernetesVersion": options.version.to_string(), "compared": comparison.compared.len(),
        "settings": entries(comparison, all), "notRunning": absent,
    });
    let gaps: Vec<String> = comparison
        .unsure()
        .map(|one| match &one.state {
            State::Unsure(why) => format!("{} {}: {why}", one.component, one.setting),
            _ => String::new(),
        })
        .collect();
    let gaps: Vec<&String> = gaps.iter().collect();
    Ok(serde_json::to_string_pretty(&envelope("harden-diff", &gaps, answer))? + "\n")
}
