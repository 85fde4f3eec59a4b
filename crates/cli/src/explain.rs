//! `ironsides explain`: the page of a check, as a terminal shows it.

use std::fmt::Write as _;
use std::io::Write;

use anstyle::{AnsiColor, Style};
use anyhow::Result;

use crate::args::{ExplainArgs, Global};
use crate::exit::Exit;
use crate::{check, say};
use ironsides_checks::foreign::{Mapping, Tool};
use ironsides_checks::framework::{self, Control, Framework};

pub(crate) fn run(args: &ExplainArgs, global: &Global) -> Result<Exit> {
    let Some(found) = ironsides_checks::find(&args.check) else { return control(&args.check) };
    let meta = &found.meta;
    let colour = say::colours_stdout(global.color);
    let style = |style: Style| if colour { style } else { Style::new() };
    let (bold, dim, code) =
        (style(Style::new().bold()), style(Style::new().dimmed()), style(AnsiColor::Cyan.on_default()));
    let mut text = String::new();
    writeln!(text, "{bold}{}{bold:#}: {}", meta.id, meta.title)?;
    writeln!(text, "{dim}severity {}, family {}, since {}{dim:#}\n", meta.severity, meta.family, meta.since)?;
    let mut fenced = false;
    for line in meta.page.lines() {
        if let Some(fence) = line.strip_prefix("```") {
            fenced = !fenced;
            match fence {
                "yaml flagged" => writeln!(text, "  {dim}flagged:{dim:#}")?,
                "yaml passes" => writeln!(text, "  {dim}passes:{dim:#}")?,
                _ => {}
            }
        } else if fenced {
            writeln!(text, "    {code}{line}{code:#}")?;
        } else if let Some(heading) = line.strip_prefix("## ") {
            writeln!(text, "{bold}{heading}{bold:#}")?;
        } else {
            writeln!(text, "{line}")?;
        }
    }
    let mut controls = framework::controls_of(meta.id).peekable();
    if controls.peek().is_some() {
        writeln!(text, "\n{bold}Frameworks{bold:#}")?;
    }
    for (framework, control) in controls {
        writeln!(text, "  {}/{}: {}", framework.id, control.id, control.title)?;
    }
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(Exit::Clean)
}

/// A control, wherever one of this number stands, or a rule of another tool.
fn control(word: &str) -> Result<Exit> {
    let controls = crate::framework::controls(word);
    let mut text = String::new();
    for (tool, mapping) in foreign(word) {
        writeln!(text, "{word} of {}", tool.name())?;
        match mapping {
            Mapping::Mapped(checks) => {
                for check in checks {
                    writeln!(text, "  {}: {} ({})", check.meta.id, check.meta.title, check.meta.severity)?;
                }
            }
            Mapping::Unmapped(why) => writeln!(text, "  no check corresponds to it: {why}")?,
            Mapping::Unknown => {}
        }
        writeln!(text)?;
    }
    if controls.is_empty() && text.is_empty() {
        return Err(check::unknown(word));
    }
    // What several versions of a benchmark ask alike is told once.
    let mut told: Vec<(&Control, Vec<&Framework>)> = Vec::new();
    for (framework, control) in controls {
        let ids = |control: &Control| control.checks().map(|check| check.meta.id).collect::<Vec<_>>();
        let same = told.iter_mut().find(|(known, _)| {
            (&known.id, &known.title, &known.manual, &known.needs, &known.level, ids(known))
                == (
                    &control.id,
                    &control.title,
                    &control.manual,
                    &control.needs,
                    &control.level,
                    ids(control),
                )
        });
        match same {
            Some((_, frameworks)) => frameworks.push(framework),
            None => told.push((control, vec![framework])),
        }
    }
    for (control, frameworks) in told {
        let level = control.level.as_deref().map(|level| format!(" ({level})")).unwrap_or_default();
        let names: Vec<&str> = frameworks.iter().map(|framework| framework.id.as_str()).collect();
        match frameworks.as_slice() {
            [framework] => {
                writeln!(text, "{}/{}: {}{level}", framework.id, control.id, control.title)?;
                writeln!(text, "{}, {}", framework.title, framework.source)?;
            }
            _ => writeln!(text, "{}: {}{level}\n{}", control.id, control.title, names.join(", "))?,
        }
        for check in control.checks() {
            writeln!(text, "  {}: {} ({})", check.meta.id, check.meta.title, check.meta.severity)?;
        }
        for (word, why) in [("manual:", &control.manual), ("not covered: needs", &control.needs)] {
            if let Some(why) = why {
                writeln!(text, "  {word} {why}")?;
            }
        }
        writeln!(text)?;
    }
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(Exit::Clean)
}

/// What a word means to other tools: `KSV-0017`, `CKV_K8S_16`, `C-0057`.
pub(crate) fn foreign(word: &str) -> impl Iterator<Item = (Tool, Mapping)> {
    let known = move |tool: Tool| (tool, ironsides_checks::foreign::checks(tool, word));
    Tool::ALL.into_iter().map(known).filter(|(_, mapping)| !matches!(mapping, Mapping::Unknown))
}
