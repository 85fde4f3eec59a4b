//! The rule files that Falco ships: they load unchanged, alone and together.

use std::path::Path;

use anyhow::Result;
use ironsides_detect::rules::{Options, RuleFile, Severity, load};

use crate::data;
use crate::oracle::{Oracle, Score};

pub(crate) const ORACLE: Oracle = Oracle { name: "falco-rules", files: &["falco/rules"], run };

fn run(folder: &Path) -> Result<Score> {
    let folder = folder.join("falco/rules");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.push((name, data::text(&path)?));
        }
    }
    // The stable rules come first: the others may build on them.
    files.sort_by_key(|(name, _)| (name != "falco_rules.yaml", name.clone()));
    let mut score = Score::default();
    for (name, text) in &files {
        score.compare(|| name.clone(), "loads", Ok(outcome(&[RuleFile { name, text }])));
    }
    let all: Vec<RuleFile<'_>> = files.iter().map(|(name, text)| RuleFile { name, text }).collect();
    if all.len() > 1 {
        score.compare(|| "all together".to_owned(), "loads", Ok(outcome(&all)));
    }
    Ok(score)
}

/// Whether the files load with every rule in them.
fn outcome(files: &[RuleFile<'_>]) -> String {
    let loaded = load(files, &Options::default());
    let errors = loaded.messages.iter().filter(|message| message.severity == Severity::Error);
    let errors: Vec<String> = errors.map(ToString::to_string).collect();
    match loaded.rules {
        Some(rules) => {
            let names = files
                .iter()
                .flat_map(|file| file.text.lines())
                .filter_map(|line| line.strip_prefix("- rule: "));
            let mut names: Vec<&str> = names.map(str::trim).collect();
            names.sort_unstable();
            names.dedup();
            if rules.rules.len() == names.len() {
                "loads".to_owned()
            } else {
                format!("loads with {} of {} rules", rules.rules.len(), names.len())
            }
        }
        None => errors.join("; "),
    }
}
