//! The files in which other tools are told what to leave alone.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, anyhow, bail};
use ironsides_checks::waivers::{self, IgnoreFile, Noted, Place};
use ironsides_report::SourceText;
use ironsides_tree::{Node, SyntaxError};

use crate::args::ScanArgs;
use crate::config::{above, absolute, shown};
use crate::say::Say;
use crate::scan::waiving::today;

/// How a file is read.
type Read = fn(&IgnoreFile<'_>) -> Result<Noted, SyntaxError>;

/// The files that are found by their names, of each tool the first that is there.
const NAMES: [(&[&str], Read); 4] = [
    (&[".trivyignore.yaml"], waivers::trivyignore_yaml),
    (&[".trivyignore"], plain),
    (&[".kube-linter.yaml", ".kube-linter.yml"], waivers::kube_linter),
    (&[".checkov.yaml", ".checkov.yml"], waivers::checkov),
];

#[expect(clippy::unnecessary_wraps, reason = "the others may fail")]
fn plain(file: &IgnoreFile<'_>) -> Result<Noted, SyntaxError> {
    Ok(waivers::trivyignore(file))
}

/// Reads the files that are named and those that are found from the scanned paths upwards. One that is found and cannot
/// be read is told of and left alone; one that is named ends the run.
pub(crate) fn read(args: &ScanArgs, say: &Say) -> Result<Noted> {
    let mut noted = Noted::default();
    let bases = bases(args)?;
    for path in &args.ignore_file {
        let is_yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        noted.append(one(path, &bases, if is_yaml { waivers::trivyignore_yaml } else { plain })?);
    }
    for path in &args.exceptions {
        noted.append(one(path, &bases, by_content(path)?)?);
    }
    if args.no_foreign_waivers {
        return Ok(noted);
    }
    let mut seen: BTreeSet<PathBuf> = BTreeSet::new();
    for path in &args.paths {
        for (names, how) in NAMES {
            let found = names.iter().find_map(|name| above(path, name).transpose()).transpose()?;
            let Some(found) = found.filter(|found| seen.insert(found.clone())) else { continue };
            match one(&shown(&found), &bases, how) {
                Ok(more) => noted.append(more),
                Err(error) => say.warning(&format!("{error:#}; its exceptions are not honoured")),
            }
        }
    }
    Ok(noted)
}

/// Reads one file.
fn one(path: &Path, bases: &[Arc<str>], how: Read) -> Result<Noted> {
    let text = ironsides_files::read(path)?;
    let source = SourceText::new(Arc::from(path.to_string_lossy()), Arc::from(text));
    let line = |at| source.lines().position(source.text(), at).line;
    let own = absolute(path)?.parent().map(|folder| Arc::from(folder.to_string_lossy()));
    let bases: Vec<Arc<str>> = own.into_iter().chain(bases.iter().cloned()).collect();
    let place = Place { path: source.path(), line: &line };
    how(&IgnoreFile { place, text: source.text(), bases: &bases, today: today()? })
        .map_err(|error| anyhow!("{}:{}: {error}", path.display(), error.position(source.text())))
}

/// The folders that tools count paths from: those that are scanned.
fn bases(args: &ScanArgs) -> Result<Vec<Arc<str>>> {
    let folders = args.paths.iter().filter(|path| path.is_dir());
    folders.map(|path| Ok(Arc::from(absolute(path)?.to_string_lossy()))).collect()
}

/// A list is Kubescape's, a map with exemptions is Polaris'.
fn by_content(path: &Path) -> Result<Read> {
    let text = ironsides_files::read(path)?;
    let root = ironsides_tree::parse_one(&text)
        .map_err(|error| anyhow!("{}:{}: {error}", path.display(), error.position(&text)))?;
    if root.get("exemptions").is_some() {
        return Ok(waivers::polaris);
    }
    let is_policy = |node: &Node| node.get("posturePolicies").is_some();
    if root.items().iter().any(is_policy) || is_policy(&root) {
        return Ok(waivers::kubescape_exceptions);
    }
    bail!(
        "{} holds neither exceptions of kubescape (a list with posturePolicies) nor a configuration of polaris with exemptions",
        path.display()
    );
}
