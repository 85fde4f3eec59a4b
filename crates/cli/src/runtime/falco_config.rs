//! A `falco.yaml` on disk, with the files that it includes.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use ironsides_detect::falco::{self, ConfigFile, Include, Strategy};

use super::rule_files::{RuleFiles, Texts};

/// Where packages of Falco put its configuration and its rules.
const INSTALLED: &str = "/etc/falco";

/// Reads a configuration and what it includes.
pub(super) fn read(path: &Path, into: &mut RuleFiles) -> Result<()> {
    let name = path.to_string_lossy();
    let text = ironsides_files::read(path).with_context(|| "cannot read the configuration of Falco")?;
    let main = ConfigFile { name: &name, text: &text, strategy: Strategy::Append };
    let env = |name: &str| std::env::var(name).ok();
    let mut texts = Texts::default();
    let mut strategies = vec![Strategy::Append];
    let includes = falco::includes(main, &env);
    texts.push(&name, text);
    for Include { path: wanted, strategy } in &includes {
        // Like rule files: what is not there is passed over.
        let Some(found) = locate(wanted, path) else { continue };
        if is_same(&found, path) {
            bail!("{name} names itself in config_files: Falco would not start; take it out");
        }
        for file in if found.is_dir() { files_of(&found)? } else { vec![found] } {
            let text =
                ironsides_files::read(&file).with_context(|| "cannot read the configuration of Falco")?;
            texts.push(&file.to_string_lossy(), text);
            strategies.push(*strategy);
        }
    }
    let files: Vec<ConfigFile<'_>> = texts
        .iter()
        .zip(strategies)
        .map(|(file, strategy)| ConfigFile { name: file.path(), text: file.text(), strategy })
        .collect();
    let (config, notes) = falco::read(&files, &env);
    into.notes.extend(config.foreign_plugins().map(|plugin| {
        format!("nobody here knows the events of the plug-in {plugin}: rules for its source are passed over")
    }));
    into.config = Some(config);
    into.config_notes = notes;
    into.config_texts = texts;
    Ok(())
}

/// Whether two paths lead to one file.
fn is_same(one: &Path, other: &Path) -> bool {
    one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}

/// All files right in a folder, in the order of their names: Falco takes every file of a folder of configurations.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("cannot list the folder {}", folder.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.with_context(|| format!("cannot list the folder {}", folder.display()))?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort_by(|a, b| a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes()));
    Ok(files)
}

/// Where a path of a configuration is: as it is written, or beside the configuration. Whoever keeps a copy of
/// `/etc/falco` somewhere else means the files of the copy. An empty path, as of a variable that is not set, is none.
pub(super) fn locate(written: &str, config: &Path) -> Option<PathBuf> {
    if written.is_empty() {
        return None;
    }
    let folder = config.parent().unwrap_or(Path::new(""));
    let path = Path::new(written);
    let copied = path.strip_prefix(INSTALLED).ok().map(|inner| folder.join(inner));
    let in_place = folder.canonicalize().is_ok_and(|folder| folder == Path::new(INSTALLED));
    let beside = path.is_relative().then(|| folder.join(path));
    let first = if in_place { None } else { copied };
    [first, Some(path.to_owned()), beside].into_iter().flatten().find(|path| path.exists())
}

/// Says that a rule file is not there.
pub(super) fn missing(file: &falco::Path) -> String {
    let at = file.place.as_ref().map(|place| format!("{}:{}: ", place.name, place.position));
    let what = if file.path.is_empty() { "file: the path is empty" } else { &file.path };
    format!("{}there is no {what}; Falco passes over it, too", at.unwrap_or_default())
}
