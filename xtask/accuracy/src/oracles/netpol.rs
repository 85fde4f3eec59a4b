//! Lists of connections as netpol-analyzer prints them, under the profile that follows it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use ironsides_core::{Object, Origin};
use ironsides_network::profile::np_guard;
use ironsides_network::{Cluster, Engine, Options, Policies, Profile};
use ironsides_tree::{Documents, Limits};

use crate::data;
use crate::oracle::{Oracle, Score};

pub(crate) const ORACLE: Oracle = Oracle { name: "netpol", files: &["netpol"], run };

fn run(folder: &Path) -> Result<Score> {
    let mut score = Score::default();
    for case in children(&folder.join("netpol"))? {
        let expected = case.join("expected.txt");
        if !expected.exists() {
            continue;
        }
        let expected = sorted(&data::text(&expected)?);
        let name = || case.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let got = connections(&case.join("manifests"));
        let (expected, got) = match got {
            // Only the lines that differ are of interest.
            Ok(got) if got != expected => (without(&expected, &got), Ok(without(&got, &expected))),
            got => (expected, got),
        };
        score.compare(name, &expected, got);
    }
    Ok(score)
}

fn children(folder: &Path) -> Result<Vec<PathBuf>> {
    let read = fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut children = read
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<Vec<_>>>()
        .with_context(|| format!("cannot list {}", folder.display()))?;
    children.sort();
    Ok(children)
}

fn sorted(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.sort_unstable();
    lines.join("\n")
}

fn without(text: &str, other: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !other.lines().any(|known| known == *line)).collect();
    lines.join("\n")
}

fn connections(manifests: &Path) -> Result<String> {
    let mut objects = Vec::new();
    read(manifests, &mut objects)?;
    let mut policies = Policies::default();
    for (number, object) in (0..).zip(&objects) {
        policies.read(number, &object.root);
    }
    let (mut cluster, _) = Cluster::read_as_written(&objects);
    let controller = cluster.add_ingress_controller();
    let lowered = np_guard::lower(&cluster, &policies, &Options::of(Profile::NpGuard));
    let lines: Vec<String> =
        Engine::new(&lowered).listed(&cluster, controller).iter().map(ToString::to_string).collect();
    Ok(sorted(&lines.join("\n")))
}

/// The objects of all files below a folder. What is no document is passed over, as netpol-analyzer does.
fn read(folder: &Path, objects: &mut Vec<Object>) -> Result<()> {
    for path in children(folder)? {
        let extension = path.extension().map(|extension| extension.to_string_lossy().into_owned());
        if path.is_dir() {
            read(&path, objects)?;
        } else if matches!(extension.as_deref(), Some("yaml" | "yml" | "json")) {
            let text: Arc<str> = data::text(&path)?.into();
            for document in Documents::new(&text, Limits::default()).filter_map(Result::ok) {
                let origin = Origin::File { path: path.to_string_lossy().into(), text: Arc::clone(&text) };
                if !document.envelope && document.root.as_map().is_some() {
                    objects.push(Object::new(document.root, origin, document.remarks));
                }
            }
        }
    }
    Ok(())
}
