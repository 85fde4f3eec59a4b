//! `ironsides framework`: benchmarks and guidances, and how much of them the checks decide.

use std::fmt::Write as _;
use std::io::Write;

use anyhow::{Result, anyhow};
use ironsides_checks::framework::{self, Control, Framework};
use serde_json::json;
use strsim::levenshtein;

use crate::args::{
    FrameworkArgs, FrameworkCommand, FrameworkCoverageArgs, FrameworkListArgs, Global, ListFormat,
};
use crate::exit::Exit;

pub(crate) fn run(args: &FrameworkArgs, _: &Global) -> Result<Exit> {
    let text = match &args.command {
        FrameworkCommand::List(args) => list(args)?,
        FrameworkCommand::Coverage(args) => coverage(args)?,
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(Exit::Clean)
}

fn list(args: &FrameworkListArgs) -> Result<String> {
    let all = framework::all();
    let mut text = String::new();
    match args.output {
        ListFormat::Name => all.iter().for_each(|framework| _ = writeln!(text, "{}", framework.id)),
        ListFormat::Json => {
            let shapes: Vec<_> = all
                .iter()
                .map(|framework| {
                    let (decided, part) = reach(framework);
                    json!({
                        "id": framework.id, "title": framework.title, "source": framework.source,
                        "controls": framework.controls.len(), "decided": decided, "partly": part,
                    })
                })
                .collect();
            text = serde_json::to_string_pretty(&shapes)? + "\n";
        }
        ListFormat::Table => {
            let width = all.iter().map(|framework| framework.id.len()).max().unwrap_or_default().max(9);
            _ = writeln!(text, "{:<width$}  CONTROLS  DECIDED  PARTLY  TITLE", "FRAMEWORK");
            for framework in all {
                let (decided, part) = reach(framework);
                let (id, controls, title) = (&framework.id, framework.controls.len(), &framework.title);
                _ = writeln!(text, "{id:<width$}  {controls:>8}  {decided:>7}  {part:>6}  {title}");
            }
        }
    }
    Ok(text)
}

/// How many controls the checks decide, and of how many they decide a part.
fn reach(framework: &Framework) -> (usize, usize) {
    let has_checks = |control: &&Control| control.checks().next().is_some();
    let whole = |control: &&Control| control.manual.is_none() && control.needs.is_none();
    let with = framework.controls.iter().filter(has_checks);
    let decided = with.clone().filter(whole).count();
    (decided, with.count() - decided)
}

fn coverage(args: &FrameworkCoverageArgs) -> Result<String> {
    let framework = framework::named(&args.framework).ok_or_else(|| unknown(&args.framework))?;
    let mut text = String::new();
    match args.output {
        ListFormat::Name => {
            framework.controls.iter().for_each(|control| _ = writeln!(text, "{}", control.id));
        }
        ListFormat::Json => {
            let controls: Vec<_> = framework
                .controls
                .iter()
                .map(|control| {
                    let checks: Vec<&str> = control.checks().map(|check| check.meta.id).collect();
                    json!({
                        "id": control.id, "title": control.title, "level": control.level, "checks": checks,
                        "manual": control.manual, "needs": control.needs,
                    })
                })
                .collect();
            let shape = json!({
                "id": framework.id, "title": framework.title, "source": framework.source, "controls": controls,
            });
            text = serde_json::to_string_pretty(&shape)? + "\n";
        }
        ListFormat::Table => {
            _ = writeln!(text, "{}: {}\n{}\n", framework.id, framework.title, framework.source);
            let width = framework.controls.iter().map(|control| control.id.len()).max().unwrap_or_default();
            for control in &framework.controls {
                _ = writeln!(text, "{:<width$}  {}", control.id, control.title);
                let indent = " ".repeat(width + 2);
                let checks: Vec<&str> = control.checks().map(|check| check.meta.id).collect();
                for some in checks.chunks(4) {
                    _ = writeln!(text, "{indent}checks: {}", some.join(", "));
                }
                if let Some(manual) = &control.manual {
                    _ = writeln!(text, "{indent}manual: {manual}");
                }
                if let Some(needs) = &control.needs {
                    _ = writeln!(text, "{indent}not covered: needs {needs}");
                }
            }
        }
    }
    Ok(text)
}

/// The sentence for an id that no framework has.
pub(crate) fn unknown(word: &str) -> anyhow::Error {
    let near = framework::all().iter().map(|framework| framework.id.as_str());
    let near = near.min_by_key(|id| (!id.contains(word), levenshtein(word, id)));
    let near = near.map(|id| format!("; did you mean {id}?")).unwrap_or_default();
    anyhow!("no framework is called {word:?}{near} `ironsides framework list` lists them")
}

/// The controls that a word of the command line means: `nsa-cisa-1.2/non-root`, or `5.2.2` wherever it stands.
pub(crate) fn controls(word: &str) -> Vec<(&'static Framework, &'static Control)> {
    let all = framework::all().iter();
    let pairs = all.flat_map(|framework| framework.controls.iter().map(move |control| (framework, control)));
    pairs
        .filter(|(framework, control)| {
            let inside = word.strip_prefix(framework.id.as_str()).and_then(|rest| rest.strip_prefix('/'));
            control.id == word || inside == Some(control.id.as_str())
        })
        .collect()
}
