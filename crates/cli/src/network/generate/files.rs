//! The files of a roll-out, and the commands that make them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use ironsides_network::generate::Files;

use super::{Made, print};
use crate::args::network::GenerateArgs;
use crate::say::{Say, counted};
use crate::shell::quoted;

/// The folder that the steps name where none was given.
const FOLDER: &str = "policies";
/// The file with the steps.
const STEPS: &str = "steps.txt";

/// Where the steps find the policies: in the folder that is written, or in one that is still to be.
pub(super) fn files(args: &GenerateArgs) -> Files {
    let command = |more: &[&str]| {
        let mut words = vec!["ironsides".to_owned()];
        words.extend(words_without_outputs(std::env::args().skip(1)).iter().map(|word| quoted(word)));
        words.extend(more.iter().map(|word| (*word).to_owned()));
        words.join(" ")
    };
    let folder = match &args.out {
        Some(folder) => quoted(&folder.display().to_string()),
        None => FOLDER.to_owned(),
    };
    Files {
        write: args.out.is_none().then(|| command(&["--out", FOLDER])),
        again: (!args.flows.is_empty()).then(|| command(&[])),
        folder,
    }
}

/// The words of a command line without those that say where its answers go.
fn words_without_outputs(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut kept = Vec::new();
    let mut words = words;
    while let Some(word) = words.next() {
        if matches!(word.as_str(), "-o" | "--output" | "--out") {
            words.next();
            continue;
        }
        let is_output = ["--output=", "--out="].iter().any(|front| word.starts_with(front));
        if !is_output && (!word.starts_with("-o") || word.len() == 2) {
            kept.push(word);
        }
    }
    kept
}

/// Writes a file for each namespace, what keeps it open on the way, and the steps.
pub(super) fn write(folder: &Path, made: &Made<'_>, say: &Say) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let steps = (STEPS.to_owned(), print::steps(made));
    let files = &made.generated.files;
    for (name, text) in files.iter().chain([&steps]) {
        let path = folder.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    say.news(
        "written",
        &format!("{} in {}, the steps in {STEPS}", counted(files.len() + 1, "file"), folder.display()),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_left_out_of_a_command() {
        let table = [
            ("network generate -o steps --flows a", "network generate --flows a"),
            (
                "network generate -osteps --output yaml=x --out=y --flows a --output=json",
                "network generate --flows a",
            ),
            ("network generate --out x --without-requests", "network generate --without-requests"),
        ];
        for (words, expected) in table {
            let kept = words_without_outputs(words.split(' ').map(str::to_owned));
            assert_eq!(kept.join(" "), expected);
        }
    }
}
