//! `ironsides check`: the catalogue.

use std::fmt::Write as _;
use std::io::Write;

use anyhow::Result;
use ironsides_checks::CATALOGUE;
use ironsides_core::CheckMeta;

use crate::args::{CheckArgs, CheckCommand, CheckListArgs, Global, ListFormat};
use crate::exit::Exit;

pub(crate) fn run(args: &CheckArgs, _: &Global) -> Result<Exit> {
    let CheckCommand::List(CheckListArgs { family, severity, output }) = &args.command;
    let is_wanted = |meta: &&CheckMeta| {
        (family.is_empty() || family.iter().any(|family| family == meta.family))
            && (severity.is_empty() || severity.contains(&meta.severity))
    };
    let metas: Vec<&CheckMeta> =
        CATALOGUE.iter().copied().flatten().map(|check| &check.meta).filter(is_wanted).collect();
    let mut text = String::new();
    match output {
        ListFormat::Json => text = serde_json::to_string_pretty(&metas)? + "\n",
        ListFormat::Name => metas.iter().for_each(|meta| _ = writeln!(text, "{}", meta.id)),
        ListFormat::Table => {
            let width = metas.iter().map(|meta| meta.id.len()).max().unwrap_or_default();
            let row = |text: &mut String, id: &str, severity: &str, family: &str, title: &str| {
                _ = writeln!(text, "{id:<width$}  {severity:<8}  {family:<9}  {title}");
            };
            row(&mut text, "CHECK", "SEVERITY", "FAMILY", "TITLE");
            for meta in &metas {
                row(&mut text, meta.id, meta.severity.as_str(), meta.family, meta.title);
            }
        }
    }
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(Exit::Clean)
}

/// The sentence for an id that no check has.
pub(crate) fn unknown(word: &str) -> anyhow::Error {
    let near = match ironsides_checks::nearest(word).as_slice() {
        [] => ";".to_owned(),
        [one] => format!("; did you mean {one}?"),
        [others @ .., last] => format!("; did you mean {} or {last}?", others.join(", ")),
    };
    anyhow::anyhow!("no check is called {word:?}{near} `ironsides check list` lists them")
}

#[cfg(test)]
mod tests {
    use ironsides_checks::nearest;

    #[test]
    fn a_slip_finds_its_check() {
        assert_eq!(nearest("priviledged-container").first(), Some(&"privileged-container"));
        assert!(nearest("xyzzy").is_empty());
    }
}
