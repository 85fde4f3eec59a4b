//! Rule files as Falco finds them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ironsides_detect::rules::{Loaded, Options, RuleFile, load};
use ironsides_report::SourceText;

/// The texts of rule files, in the order in which they are loaded, and what could not be read.
#[derive(Debug, Default)]
pub(crate) struct RuleTexts {
    files: Vec<SourceText>,
    /// What was asked for and could not be read, one sentence each.
    pub(crate) gaps: Vec<String>,
    /// What was passed over, one sentence each.
    pub(crate) notes: Vec<String>,
}

impl RuleTexts {
    /// Reads files and folders. Of a folder the .yaml and .yml files are read in the order of their names, and of no
    /// folder in it; a file by any other name is passed over, as Falco does it. `-` is standard input.
    pub(crate) fn read(paths: &[PathBuf]) -> Self {
        let mut texts = Self::default();
        for path in paths {
            texts.path(path);
        }
        texts
    }

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
            Ok(text) => {
                let name = path.to_string_lossy();
                self.files.push(SourceText::new(Arc::from(&*name), Arc::from(text)));
            }
            Err(error) => self.gaps.push(error.to_string()),
        }
    }

    /// A file by its number, which is what places of messages name.
    pub(crate) fn source(&self, file: usize) -> Option<&SourceText> {
        self.files.get(file)
    }

    /// The names of the files, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| &**file.path())
    }

    /// Loads the rules.
    pub(crate) fn load(&self, options: &Options) -> Loaded {
        let files = self.files.iter().map(|file| RuleFile { name: file.path(), text: file.text() });
        load(&files.collect::<Vec<_>>(), options)
    }
}

/// The rule files right in a folder, in the order of their whole names, byte by byte.
fn files_of(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
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
