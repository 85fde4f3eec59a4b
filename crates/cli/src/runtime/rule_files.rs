//! Rule files as Falco finds them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, bail};
use ironsides_detect::falco::{FalcoConfig, Note};
use ironsides_detect::rules::{Loaded, Options, RuleFile, RuleSet, load};
use ironsides_report::SourceText;

use super::{falco_config, messages};
use crate::args::runtime::RuleFilesArgs;
use crate::exit;
use crate::say::Say;

/// Texts that messages point into, by their numbers.
#[derive(Debug, Default)]
pub(crate) struct Texts(Vec<SourceText>);

impl Texts {
    /// A text by its number, which is what places of messages name.
    pub(crate) fn source(&self, file: usize) -> Option<&SourceText> {
        self.0.get(file)
    }

    /// The names, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|file| &**file.path())
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &SourceText> {
        self.0.iter()
    }

    /// Adds one.
    pub(crate) fn push(&mut self, name: &str, text: String) {
        self.0.push(SourceText::new(Arc::from(name), Arc::from(text)));
    }
}

/// Rule files and how they are loaded.
#[derive(Debug, Default)]
pub(crate) struct RuleFiles {
    /// The texts, in the order in which they are loaded.
    pub(crate) texts: Texts,
    /// What a `falco.yaml` says, if one is named.
    pub(crate) config: Option<FalcoConfig>,
    /// The texts of the configuration.
    pub(crate) config_texts: Texts,
    /// What there is to say about the configuration.
    pub(crate) config_notes: Vec<Note>,
    /// What was asked for and could not be read, one sentence each.
    pub(crate) gaps: Vec<String>,
    /// What was passed over, one sentence each.
    pub(crate) notes: Vec<String>,
}

impl RuleFiles {
    /// Reads the files of the command line and of the `falco.yaml`; `more` are paths that are named otherwise. As with
    /// Falco, those of the command line count in place of those of the configuration. Where neither is named these are
    /// the rules that Ironsides brings.
    pub(crate) fn read(args: &RuleFilesArgs, more: &[PathBuf]) -> Result<Self> {
        let mut files = Self::default();
        if let Some(path) = &args.falco_config {
            falco_config::read(path, &mut files)?;
        }
        let named: Vec<&PathBuf> = args.rules.iter().chain(more).collect();
        if !named.is_empty() {
            for path in named {
                files.path(path);
            }
        } else if let (Some(config), Some(path)) = (files.config.take(), &args.falco_config) {
            for file in &config.rules_files {
                match falco_config::locate(&file.path, path) {
                    Some(found) => files.path(&found),
                    None => files.notes.push(falco_config::missing(file)),
                }
            }
            files.config = Some(config);
        } else {
            for (name, text) in ironsides_detect::shipped() {
                files.texts.push(&format!("rules/audit/{name}"), (*text).to_owned());
            }
        }
        Ok(files)
    }

    /// Reads files and folders. Of a folder the .yaml and .yml files are read in the order of their names, and of no
    /// folder in it; a file by any other name is passed over, as Falco does it. `-` is standard input.
    fn path(&mut self, path: &Path) {
        if path.is_dir() {
            match files_of(path) {
                Ok(files) if files.is_empty() => {
                    self.notes.push(format!("{} holds no .yaml and no .yml file", path.display()));
                }
                Ok(files) => files.iter().for_each(|file| self.file(file)),
                Err(error) => self.gaps.push(format!("cannot list the folder {}: {error}", path.display())),
            }
        } else if path == Path::new(ironsides_files::STDIN) || is_rule_file(path) {
            self.file(path);
        } else {
            let note = "is passed over: Falco reads rules of files whose names end in .yaml or .yml";
            self.notes.push(format!("{} {note}", path.display()));
        }
    }

    fn file(&mut self, path: &Path) {
        match ironsides_files::read(path) {
            Ok(text) => self.texts.push(&path.to_string_lossy(), text),
            Err(error) => self.gaps.push(error.to_string()),
        }
    }

    /// Puts files that are no files on the disk, by name and text, in front of all others.
    pub(crate) fn begin_with(&mut self, shipped: &[(&str, &str)]) {
        let own = std::mem::take(&mut self.texts.0);
        for (name, text) in shipped {
            self.texts.push(name, (*text).to_owned());
        }
        self.texts.0.extend(own);
    }

    /// Whether there is nothing to load.
    pub(crate) fn is_empty(&self) -> bool {
        self.texts.0.is_empty()
    }

    /// Loads the rules; what the configuration enables and disables is done.
    pub(crate) fn load(&self) -> Loaded {
        let files = self.texts.iter().map(|file| RuleFile { name: file.path(), text: file.text() });
        let options = self.config.as_ref().map_or_else(Options::default, FalcoConfig::options);
        let mut loaded = load(&files.collect::<Vec<_>>(), &options);
        if let (Some(rules), Some(config)) = (&mut loaded.rules, &self.config) {
            rules.select(&config.selections);
        }
        loaded
    }

    /// Tells on standard error what is worth knowing about the files themselves.
    pub(crate) fn tell(&self, say: &Say) {
        say.block(&messages::notes(&self.config_notes, &self.config_texts));
        self.notes.iter().for_each(|note| say.warning(note));
        self.gaps.iter().for_each(|gap| say.error(&anyhow::anyhow!("{gap}")));
    }

    /// Loads rules that are there to be used: what is wrong is told on standard error, and errors end the run.
    pub(crate) fn usable(&self, say: &Say) -> Result<(RuleSet, Loaded)> {
        self.tell(say);
        if self.is_empty() {
            let gaps = self.gaps.first();
            return Err(match gaps {
                Some(_) => exit::unread(anyhow::anyhow!("no rules could be read")),
                None => anyhow::anyhow!("there are no rules; name files or folders with --rules"),
            });
        }
        let mut loaded = self.load();
        messages::tell(&loaded, &self.texts, say);
        match loaded.rules.take() {
            Some(rules) => Ok((rules, loaded)),
            None => bail!("the rules cannot be used; mend what is told above"),
        }
    }
}

/// The rule files right in a folder, in the order of their whole names, byte by byte.
pub(super) fn files_of(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() && is_rule_file(&path) {
            files.push(path);
        }
    }
    files.sort_by(|a, b| a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes()));
    Ok(files)
}

fn is_rule_file(path: &Path) -> bool {
    let name = path.as_os_str().as_encoded_bytes();
    name.ends_with(b".yaml") || name.ends_with(b".yml")
}
