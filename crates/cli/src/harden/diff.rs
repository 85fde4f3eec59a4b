//! `ironsides harden diff`: what runs on a node, and what a profile wants.

use std::fmt::Write as _;

use anyhow::{Context, Result, anyhow, bail};
use ironsides_harden::{Compared, Comparison, DESCRIPTION, Options, Plan, State, diff, read_description};
use ironsides_report::wrap;
use ironsides_settings::Host;
use ironsides_tree::parse_one;
use serde_json::{Value, json};

use crate::args::harden::{DiffArgs, HardenFormat};
use crate::exit::{Exit, nothing, unread};
use crate::print::{emit, envelope, yaml};
use crate::say::{Say, counted, stdout_width};

/// The columns of lines where standard output is no terminal.
const WIDTH: usize = 100;

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
            HardenFormat::Table => Ok(blocks(&comparison, args.all, stdout_width().unwrap_or(WIDTH))),
            HardenFormat::Json => Ok(text),
            HardenFormat::Yaml => yaml(&text),
        }
    })?;
    for component in &comparison.absent {
        say.note(&format!("{component} does not run on {}, and was not compared", host.metadata.name));
    }
    if let Some(why) = &comparison.refused {
        say.note(&format!(
            "the kubelet would not start again, as far as the facts tell: {why}; compared as written"
        ));
    }
    for gap in &host.gaps {
        say.detail(&format!("{}: {}", gap.what, gap.why));
    }
    let (differs, unsure) = (comparison.differences().count(), comparison.unsure().count());
    let all = comparison.compared.len();
    if differs > 0 {
        let unknown = if unsure > 0 { format!(", and {unsure} cannot be told") } else { String::new() };
        say.ending(
            "differs",
            &format!(
                "{differs} of {} from the profile {}{unknown}",
                counted(all, "setting"),
                options.profile
            ),
        );
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

/// A block for each setting, and one for each reason why some cannot be told, in lines of `width` columns.
fn blocks(comparison: &Comparison, all: bool, width: usize) -> String {
    let mut text = String::new();
    let part = |text: &mut String, name: &str, words: &str| {
        if words.is_empty() {
            return;
        }
        // Lists have no blanks, and would never be broken.
        // Evidence stands as it is, to be found again.
        let words =
            if name == "at" { words.to_owned() } else { words.replace(',', ", ").replace(",  ", ", ") };
        let room = width.saturating_sub(11).max(20);
        for (at, line) in wrap(&words, room, room).iter().enumerate() {
            let name = if at == 0 { name } else { "" };
            _ = writeln!(text, "  {name:8} {line}");
        }
    };
    for one in comparison.compared.iter().filter(|one| is_shown(one, all)) {
        if matches!(one.state, State::Unsure(_)) {
            continue;
        }
        _ = writeln!(text, "{} {} {}", word(&one.state), one.component, one.setting);
        let now = one.now.as_deref().unwrap_or("not set");
        let evidence = if one.evidence == one.setting { "" } else { &one.evidence };
        part(&mut text, "now", now);
        part(&mut text, "at", evidence);
        part(&mut text, "wanted", &one.wanted);
        part(&mut text, "why", &one.why);
        part(&mut text, "closes", &one.controls.join(", "));
        part(&mut text, "breaks", one.breaks);
        text.push('\n');
    }
    for (component, why, settings) in unsure(comparison) {
        _ = writeln!(text, "unknown {component}: {}", counted(settings.len(), "setting"));
        part(&mut text, "why", why);
        part(&mut text, "settings", &settings.join(", "));
        text.push('\n');
    }
    text
}

/// What cannot be told, by component and reason, in the order of the comparison.
pub(super) fn unsure(comparison: &Comparison) -> Vec<(&'static str, &str, Vec<&str>)> {
    let mut all: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for one in &comparison.compared {
        let State::Unsure(why) = &one.state else { continue };
        match all.iter_mut().find(|(component, own, _)| *component == one.component && *own == why.as_str()) {
            Some((.., settings)) => settings.push(&one.setting),
            None => all.push((one.component, why, vec![&one.setting])),
        }
    }
    all
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
