//! Benchmarks of kube-bench, judged over the nodes of a scan.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use ironsides_checks::kube_bench::{BenchFile, Benchmark, Configuration};
use ironsides_core::{AuditState, Compliance, ControlStanding};
use ironsides_settings::Host;
use ironsides_tree::{Documents, Limits};

use crate::args::{KubeBenchArgs, ScanArgs};
use crate::scan::engine::Texts;

/// A benchmark and the configuration that goes with it.
pub(crate) struct Bench {
    benchmark: Benchmark,
    configuration: Configuration,
}

impl Bench {
    /// Reads what the arguments name; `None` where they name nothing.
    pub(crate) fn read(args: &KubeBenchArgs, version: Option<&str>) -> Result<Option<Self>> {
        let Some(folder) = &args.kube_bench else { return Ok(None) };
        let own = yaml_files(folder)?;
        // A folder with `config.yaml` and folders beside it holds benchmarks; one with other files is one.
        if !own.is_empty() {
            let name = folder.canonicalize().unwrap_or_else(|_| folder.clone());
            let name = name.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if args.benchmark.as_ref().is_some_and(|asked| *asked != name) {
                bail!("{} is the benchmark {name} itself; leave out --benchmark", folder.display());
            }
            let mut configuration = match folder.join("..").join("config.yaml") {
                path if path.is_file() => configuration(&path)?,
                _ => Configuration::default(),
            };
            merge(&mut configuration, folder)?;
            return Ok(Some(Self { benchmark: benchmark(name, &own)?, configuration }));
        }
        let path = folder.join("config.yaml");
        if !path.is_file() {
            bail!(
                "{} is no cfg folder of kube-bench: it has no config.yaml; name the cfg folder, or that of one benchmark",
                folder.display()
            );
        }
        let mut configuration = configuration(&path)?;
        let name = args.benchmark.clone().or_else(|| configuration.benchmark(version?));
        let Some(name) = name else {
            let why = match version {
                Some(version) => format!("{} has no benchmark for Kubernetes {version}", path.display()),
                None => "which benchmark is meant depends on the version of Kubernetes".into(),
            };
            bail!("{why}; say --benchmark NAME: {}", names(folder).join(", "));
        };
        let inner = folder.join(&name);
        let files = if inner.is_dir() { yaml_files(&inner)? } else { Vec::new() };
        if files.is_empty() {
            bail!("{} holds no benchmark {name}; it has {}", folder.display(), names(folder).join(", "));
        }
        merge(&mut configuration, &inner)?;
        Ok(Some(Self { benchmark: benchmark(name, &files)?, configuration }))
    }

    /// What has to be looked at on a node: paths, and folders with all that is in them.
    pub(crate) fn paths(&self) -> (BTreeSet<String>, BTreeSet<String>) {
        (self.benchmark.paths(&self.configuration), self.benchmark.folders())
    }

    /// Judges the nodes among the files of a scan, a framework each.
    pub(crate) fn judge(&self, files: &[PathBuf], texts: &Texts) -> Result<Vec<Compliance>> {
        let mut all = Vec::new();
        for file in files {
            for host in hosts(file, texts)? {
                all.push(self.benchmark.judge(&self.configuration, &host)?);
            }
        }
        if all.is_empty() {
            bail!("--kube-bench judges nodes, and the scan has none; say --node, or name the facts of nodes");
        }
        Ok(all)
    }

    /// The name of the benchmark.
    pub(crate) fn name(&self) -> &str {
        &self.benchmark.name
    }
}

/// Says beside each row where our own checks of the same control come to another answer.
pub(crate) fn compare(theirs: &mut Compliance, own: &Compliance) {
    for row in &mut theirs.controls {
        let Some(ours) = own.controls.iter().find(|control| control.id == row.id) else { continue };
        let definite = |standing| matches!(standing, ControlStanding::Pass | ControlStanding::Fail);
        if !definite(ours.standing) || ours.standing == row.standing {
            continue;
        }
        let seen = ours.evidence.iter().find(|evidence| evidence.verdict == ours.standing.as_str());
        let seen =
            seen.map(|evidence| format!(": {}, {}", evidence.check, evidence.seen)).unwrap_or_default();
        let remark = format!("; our own checks: {}{seen}", ours.standing.as_str());
        row.why = Some(row.why.take().unwrap_or_default() + &remark);
    }
}

/// Whether a check of a benchmark fails.
pub(crate) fn fails(compliance: &[Compliance]) -> bool {
    states(compliance).any(|state| state == AuditState::Fail)
}

fn states(compliance: &[Compliance]) -> impl Iterator<Item = AuditState> {
    let rows = compliance.iter().flat_map(|compliance| &compliance.controls);
    rows.filter(|row| row.standing != ControlStanding::NotApplicable)
        .filter_map(|row| row.audit.as_ref())
        .map(|audit| audit.state)
}

/// What the arguments of a scan say about versions.
pub(crate) fn of(args: &ScanArgs) -> Result<Option<Bench>> {
    let version = args.kubernetes_version.as_deref().map(|version| {
        let mut parts = version.trim_start_matches('v').split('.');
        let major = parts.next().unwrap_or_default();
        parts.next().map_or_else(|| major.to_owned(), |minor| format!("{major}.{minor}"))
    });
    Bench::read(&args.kube_bench, version.as_deref())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn configuration(path: &Path) -> Result<Configuration> {
    Ok(Configuration::read(&path.display().to_string(), &read(path)?)?)
}

/// Lays the configuration of a benchmark over that of all.
fn merge(base: &mut Configuration, folder: &Path) -> Result<()> {
    let path = folder.join("config.yaml");
    if path.is_file() {
        base.merge(configuration(&path)?);
    }
    Ok(())
}

fn benchmark(name: String, files: &[PathBuf]) -> Result<Benchmark> {
    let file = |path: &PathBuf| Ok(BenchFile { path: path.display().to_string(), text: read(path)? });
    Ok(Benchmark { name, files: files.iter().map(file).collect::<Result<_>>()? })
}

/// The `.yaml` files of a folder but `config.yaml`, sorted.
fn yaml_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read the folder {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml") && path.is_file())
        .filter(|path| path.file_name().is_some_and(|name| name != "config.yaml"))
        .collect();
    files.sort();
    Ok(files)
}

/// The benchmarks of a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// The nodes of a file. What is no facts of a node is not ours to complain of.
fn hosts(file: &Path, texts: &Texts) -> Result<Vec<Host>> {
    let text = match texts.get(file) {
        Some(text) => text.to_string(),
        None => match fs::read_to_string(file) {
            Ok(text) => text,
            Err(_) => return Ok(Vec::new()),
        },
    };
    if !text.contains(ironsides_settings::KIND) {
        return Ok(Vec::new());
    }
    let documents = Documents::new(&text, Limits::default()).flatten();
    let hosts =
        documents.filter(|document| Host::is_in(&document.root)).map(|document| Host::read(&document.root));
    // Of what a kubelet answers no command can be answered.
    let hosts = hosts.filter(|host| !matches!(host, Ok(host) if host.is_answer()));
    hosts.collect::<Result<_, _>>().with_context(|| format!("cannot judge the nodes of {}", file.display()))
}
