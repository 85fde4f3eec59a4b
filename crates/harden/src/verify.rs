//! A folder of generated configuration, read back strictly: also one that somebody edited.

mod contents;
mod files;
mod flags;
mod host;
mod on_node;

use std::collections::BTreeMap;

use ironsides_settings::Host;
use ironsides_tree::{Documents, Limits, Node, RemarkKind};

use crate::describe::{DESCRIPTION, read_description};
use crate::diff::{Comparison, diff};
use crate::distribution::Distribution;
use crate::error::HardenError;
use crate::options::Options;
use crate::plan::Plan;

/// A file as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its text, or why it could not be read.
    pub text: Result<String, String>,
    /// Its permissions, where they are known.
    pub mode: Option<u32>,
}

/// A folder: files by their path in it, with `/` between names.
pub type Folder = BTreeMap<String, Found>;

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file.
    pub path: String,
    /// What is wrong with it: a sentence without full stop.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// What came of verifying.
#[derive(Clone, Debug)]
pub struct Verified {
    /// What the folder says it was generated for.
    pub options: Options,
    /// What is wrong, sorted.
    pub problems: Vec<Problem>,
    /// What was verified: sentences.
    pub verified: Vec<String>,
    /// What could not be verified, and why: sentences.
    pub open: Vec<String>,
    /// The host as it would run with these files; `None` where the distribution's own part of it is not known.
    pub host: Option<Host>,
    /// What would be in force, compared with what the profile wants.
    pub comparison: Comparison,
}

/// The documents of a file.
pub(crate) struct Read {
    path: String,
    roots: Vec<Node>,
}

/// What is being verified.
pub(crate) struct Case<'a> {
    folder: &'a Folder,
    plan: &'a Plan,
    problems: Vec<Problem>,
    verified: Vec<String>,
    open: Vec<String>,
}

impl Case<'_> {
    fn problem(&mut self, path: &str, message: impl Into<String>, hint: impl Into<String>) {
        self.problems.push(Problem { path: path.to_owned(), message: message.into(), hint: hint.into() });
    }

    /// Says what was verified, unless something was found wrong with it since there were `before` problems.
    fn verified_since(&mut self, before: usize, sentence: impl FnOnce() -> String) {
        if self.problems.len() == before {
            self.verified.push(sentence());
        }
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.folder.get(path)?.text.as_deref().ok()
    }
}

/// Reads a folder back.
///
/// # Errors
///
/// A folder without its description, or one that describes nothing that can be generated.
pub fn verify(folder: &Folder) -> Result<Verified, HardenError> {
    let missing = |why: String| HardenError::Description { path: DESCRIPTION.to_owned(), why };
    let description = match folder.get(DESCRIPTION).map(|found| &found.text) {
        Some(Ok(text)) => text,
        Some(Err(why)) => return Err(missing(why.clone())),
        None => {
            return Err(missing("it is not there; name a folder that `harden generate` wrote".to_owned()));
        }
    };
    let options = read_description(DESCRIPTION, description)?;
    let plan = Plan::new(&options)?;
    let mut case = Case { folder, plan: &plan, problems: Vec::new(), verified: Vec::new(), open: Vec::new() };
    let read = parse(&mut case);
    files::verify(&mut case)?;
    flags::verify(&mut case, &read);
    contents::verify(&mut case, &read);
    on_node::verify(&mut case, &read)?;
    let host = match options.distribution {
        Distribution::Kubeadm => Some(host::host(&case, &read)),
        other => {
            case.open.push(format!(
                "what would be in force: {other} puts its own settings around these, and was not asked"
            ));
            None
        }
    };
    let comparison = host.as_ref().map(|host| diff(&plan, host)).unwrap_or_default();
    if let Some(why) = &comparison.refused {
        case.problem(
            "kubeadm/init.yaml",
            format!("the kubelet would not start: {why}"),
            "mend its KubeletConfiguration, or generate it anew",
        );
    }
    let mut problems = case.problems;
    problems.sort();
    problems.dedup();
    Ok(Verified { problems, verified: case.verified, open: case.open, host, comparison, options })
}

/// Reads every YAML file.
fn parse(case: &mut Case<'_>) -> Vec<Read> {
    let mut read = Vec::new();
    let folder = case.folder;
    let is_yaml = |path: &str| matches!(path.rsplit_once('.'), Some((_, "yaml" | "yml")));
    let mut count = 0;
    let before = case.problems.len();
    for (path, found) in folder {
        let text = match &found.text {
            Ok(text) => text,
            Err(why) => {
                case.problem(
                    path,
                    format!("it could not be read: {why}"),
                    "make it readable, or generate it anew",
                );
                continue;
            }
        };
        if !is_yaml(path) {
            continue;
        }
        count += 1;
        let mut roots = Vec::new();
        for document in Documents::new(text, Limits::default()) {
            match document {
                Ok(document) => {
                    for remark in &document.remarks {
                        if let RemarkKind::DuplicateKey { key, .. } = &remark.kind {
                            case.problem(
                                path,
                                format!(
                                    "the key {:?} stands there twice; the second counts, or nothing",
                                    key.as_str()
                                ),
                                "take one of them away",
                            );
                        }
                    }
                    if !document.root.is_null() {
                        roots.push(document.root);
                    }
                }
                Err(error) => {
                    let message = format!("it is no YAML: {}", error.message);
                    case.problem(path, message, error.hint.unwrap_or("mend it, or generate it anew"));
                }
            }
        }
        read.push(Read { path: path.clone(), roots });
    }
    case.verified_since(before, || format!("{} parse, and no key stands twice", counted(count, "YAML file")));
    read
}

/// A number with its noun: `1 entry`, `2 entries`, `3 flags`, `4 patches`, `5 paths`.
pub(crate) fn counted(number: usize, noun: &str) -> String {
    let plural = match noun.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if ["s", "ch", "sh"].iter().any(|end| noun.ends_with(end)) => format!("{noun}es"),
        None => format!("{noun}s"),
    };
    format!("{number} {}", if number == 1 { noun } else { &plural })
}

/// The documents of a kind, with the path of their file.
pub(crate) fn of_kind<'a>(read: &'a [Read], kind: &'a str) -> impl Iterator<Item = (&'a str, &'a Node)> {
    read.iter()
        .flat_map(|read| read.roots.iter().map(|root| (read.path.as_str(), root)))
        .filter(move |(_, root)| root.get("kind").and_then(Node::as_str) == Some(kind))
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn numbers_have_their_nouns() {
        let told = ["entry", "flag", "address", "patch", "path"].map(|noun| counted(2, noun));
        assert_eq!(told, ["2 entries", "2 flags", "2 addresses", "2 patches", "2 paths"]);
        assert_eq!(counted(1, "path"), "1 path");
    }
}
