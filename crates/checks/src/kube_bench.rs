//! kube-bench's benchmark files (`cfg/NAME/*.yaml`) and its `config.yaml`, judged over the facts of a host.
//!
//! The files are read and their tests applied with kube-bench's own rules, odd ones included: of a flag that stands twice
//! the first one counts, an unknown comparison is false, a check that is not scored warns instead of failing. Only the
//! commands are not run: `shell` answers them from the facts, and what it cannot answer is [`AuditState::Unknown`], with
//! the reason.
//!
//! Source: aquasecurity/kube-bench v0.15.6, `check/check.go`, `check/test.go`, `check/controls.go`, `cmd/common.go`,
//! `cmd/util.go` (behaviour only), and its `docs/controls.md`.

mod configuration;
mod file;
mod item;
mod json_path;
mod shell;
mod state;
mod variables;

use std::collections::BTreeSet;

use ironsides_core::{AuditState, Audited, Compliance, ControlResult, ControlStanding, Tally};
use ironsides_settings::Host;
use thiserror::Error;

pub use self::configuration::Configuration;
use self::file::Controls;
use self::variables::Variables;

/// Why a benchmark cannot be read.
#[derive(Debug, Error)]
pub enum BenchError {
    /// A file is no YAML.
    #[error("{file}:{line}: {message}")]
    Syntax {
        /// The file.
        file: String,
        /// The line.
        line: u32,
        /// What is wrong.
        message: String,
    },
    /// A value has another shape than kube-bench reads.
    #[error("{file}:{line}: {what}")]
    Shape {
        /// The file.
        file: String,
        /// The line.
        line: u32,
        /// What is wrong.
        what: String,
    },
    /// A file is of another type than its name says.
    #[error(
        "{file}: it says `type: {says}`, and its name {named}: kube-bench refuses such a file; make them equal"
    )]
    Type {
        /// The file.
        file: String,
        /// What it says.
        says: String,
        /// What its name says.
        named: String,
    },
}

/// A file of a benchmark: `master.yaml`, `node.yaml`.
#[derive(Clone, Debug)]
pub struct BenchFile {
    /// Its path, for messages; the name without `.yaml` is the type of node it is for.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl BenchFile {
    /// The type of node it is for: `master`, `node`, `etcd`, `controlplane`, `policies`, `managedservices`.
    pub fn node_type(&self) -> &str {
        let name = self.path.rsplit(['/', '\\']).next().unwrap_or(&self.path);
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }
}

/// A benchmark: the files of one folder of kube-bench's `cfg`.
#[derive(Clone, Debug)]
pub struct Benchmark {
    /// The name of the folder: `cis-1.12`.
    pub name: String,
    /// Its files, `config.yaml` not among them.
    pub files: Vec<BenchFile>,
}

/// The order in which kube-bench looks at types of nodes; others follow by name.
const ORDER: [&str; 6] = ["master", "etcd", "controlplane", "node", "policies", "managedservices"];

impl Benchmark {
    /// Judges a host: a row a check. The rows of files that are not meant for it (no API server runs there, say) do not
    /// apply. `configuration` is the `config.yaml` of `cfg` with that of the benchmark merged over it.
    ///
    /// # Errors
    ///
    /// A file cannot be read as kube-bench reads it.
    pub fn judge(&self, configuration: &Configuration, host: &Host) -> Result<Compliance, BenchError> {
        let targets = configuration.targets(&self.name);
        let mut files: Vec<&BenchFile> = self
            .files
            .iter()
            .filter(|file| targets.is_empty() || targets.iter().any(|target| target == file.node_type()))
            .collect();
        let place = |file: &BenchFile| ORDER.iter().position(|known| *known == file.node_type());
        files.sort_by_key(|file| (place(file).unwrap_or(ORDER.len()), file.node_type().to_owned()));
        let mut rows = Vec::new();
        for file in files {
            judge_file(file, configuration, host, &mut rows)?;
        }
        Ok(Compliance {
            framework: format!("kube-bench/{}", self.name),
            title: format!("{} as kube-bench's files have it, on {}", self.name, host.metadata.name),
            node: Some(host.metadata.name.clone()),
            controls: rows,
        })
    }

    /// The absolute paths that the benchmark and its configuration name: what has to be looked at on a host so that it can
    /// be judged.
    pub fn paths(&self, configuration: &Configuration) -> BTreeSet<String> {
        let mut paths = configuration.paths();
        for file in &self.files {
            paths.extend(variables::paths_in(&file.text));
        }
        paths
    }

    /// The folders whose files its commands look for.
    pub fn folders(&self) -> BTreeSet<String> {
        self.files.iter().flat_map(|file| variables::folders_in(&file.text)).collect()
    }
}

/// Judges a host by one file.
fn judge_file(
    file: &BenchFile,
    configuration: &Configuration,
    host: &Host,
    rows: &mut Vec<ControlResult>,
) -> Result<(), BenchError> {
    let node_type = file.node_type();
    let variables = Variables::of(configuration, node_type, host);
    let (text, binaries) = variables.substitute(&file.text);
    let mut controls = Controls::read(&file.path, node_type, &text)?;
    controls.name_environments(&binaries);
    // kube-bench looks at control planes where their components run.
    let absent = Configuration::absent(node_type, &variables);
    for group in &controls.groups {
        for check in &group.checks {
            let answer = match &absent {
                Some(why) => state::Answer { reason: why.clone(), ..state::Answer::of(AuditState::Info) },
                None => state::judge(check, group, host, &variables),
            };
            let standing = match answer.state {
                _ if absent.is_some() => ControlStanding::NotApplicable,
                AuditState::Pass => ControlStanding::Pass,
                AuditState::Fail => ControlStanding::Fail,
                AuditState::Warn => ControlStanding::Manual,
                AuditState::Info => ControlStanding::NotCovered,
                AuditState::Unknown => ControlStanding::Unknown,
            };
            let why = Some(state::told(&answer, standing));
            rows.push(ControlResult {
                id: check.id.clone(),
                title: check.text.clone(),
                level: None,
                standing,
                why,
                checks: Vec::new(),
                tally: Tally::default(),
                evidence: Vec::new(),
                audit: Some(Box::new(Audited {
                    chapter: [controls.id.clone(), controls.text.clone()],
                    node_type: controls.node_type.clone(),
                    version: controls.version.clone(),
                    section: [group.id.clone(), group.text.clone()],
                    state: answer.state,
                    scored: check.scored,
                    kind: check.kind.clone(),
                    multiple: check.multiple,
                    audit: check.audit.clone(),
                    audit_env: check.audit_env.clone(),
                    audit_config: check.audit_config.clone(),
                    remediation: check.remediation.clone(),
                    expected: answer.expected,
                    actual: answer.actual,
                    reason: answer.reason,
                })),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
