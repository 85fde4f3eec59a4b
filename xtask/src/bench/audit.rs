//! What it costs to ask rules of an audit log, to propose roles from it, and to hold the server's decisions against ours.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::Row;
use super::measure::measure;

/// Events of the generated log.
const EVENTS: usize = 250_000;
/// How many copies of the log are read to see whether memory grows with them.
const TIMES: usize = 4;
/// What a core reads in a second at least, in MB: rules asked, and roles proposed.
const BOUNDS: [f64; 2] = [400.0, 300.0];
const DETECT: &[&str] = &["audit", "detect", "--quiet", "--fail-on", "none"];
const LEAST: &[&str] = &["rbac", "least-privilege", "--quiet"];

/// The rows: rules asked of a log, alone and with others'; roles proposed from a log in which rights are used again and
/// again, from ten times as much of it, and from one in which nearly every event is a right of its own; and the server's
/// decisions held against ours.
pub(crate) fn rows(ironsides: &Path, scratch: &Path, runs: u32) -> Result<Vec<Row>> {
    std::fs::create_dir_all(scratch).with_context(|| format!("cannot make {}", scratch.display()))?;
    let log = write_log(&scratch.join("audit.jsonl"))?;
    let rbac = scratch.join("audit-rbac.yaml");
    std::fs::write(&rbac, ROLES).with_context(|| format!("cannot write {}", rbac.display()))?;
    let falco = crate::root().join("../shared/conformance/falco/rules/k8s_audit_rules.yaml");
    let roles = rbac.display().to_string();
    let mut rows = Vec::new();
    let mut out = std::io::stdout().lock();
    let mut add = |what: &str, logs: &[&Path], args: &[&[&str]], bound: Option<f64>| -> Result<()> {
        let mut command = Command::new(ironsides);
        command.args(args.concat()).args(logs);
        let cost = measure(&mut command, runs)?;
        let mut megabytes = 0.0;
        for log in logs {
            #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
            let bytes = std::fs::metadata(log)?.len() as f64;
            megabytes += bytes / 1e6;
        }
        let rate = megabytes / cost.cpu;
        let under = bound.filter(|bound| rate < *bound);
        let under = under.map(|bound| format!(", UNDER the bound of {bound}")).unwrap_or_default();
        let row = Row {
            what: format!("{what}, {megabytes:.0} MB"),
            cost: Some(cost),
            note: format!("{rate:.0} MB/s a core{under}"),
        };
        writeln!(
            out,
            "{:<60} {:>8.3} {:>8.3} {:>8.1}  {}",
            row.what, cost.cpu, cost.wall, cost.mib, row.note
        )?;
        rows.push(row);
        Ok(())
    };
    let [detect, least] = BOUNDS.map(Some);
    let copies = copies(&log)?;
    let once = [log.as_path()];
    let often: Vec<&Path> = copies.iter().map(PathBuf::as_path).collect();
    add("our rules asked of a log at level Metadata", &once, &[DETECT], detect)?;
    add("four such logs", &often, &[DETECT], detect)?;
    if falco.exists() {
        let falco = falco.display().to_string();
        let both: &[&str] = &["--rules", &falco, "--shipped-rules"];
        add("our rules and Falco's", &once, &[DETECT, both], detect)?;
    } else {
        writeln!(std::io::stderr(), "SKIPPED: {} is not there", falco.display())?;
    }
    add("least privilege of a log at level Metadata", &once, &[LEAST], least)?;
    add("four such logs", &often, &[LEAST], least)?;
    match distinct(scratch)? {
        Some(distinct) => {
            add("a log in which nearly every right is another", &[distinct.as_path()], &[LEAST], least)?;
        }
        None => {
            writeln!(std::io::stderr(), "SKIPPED: ../shared/bench/audit.py is not there; it writes a log")?;
        }
    }
    let reasons: &[&str] = &["--check-reasons", "-f", &roles];
    add("the server's reasons held against ours", &once, &[LEAST, reasons], None)?;
    Ok(rows)
}

/// The roles of the generated log.
const ROLES: &str = r"{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: reader},
rules: [{apiGroups: ['', apps, coordination.k8s.io], resources: ['*'], verbs: ['*']}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: reader},
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader},
subjects: [{kind: Group, apiGroup: rbac.authorization.k8s.io, name: 'system:serviceaccounts'}]}
";

/// Writes a log as an API server at level Metadata would: 40 workloads that renew leases, watch, and read and write a few
/// hundred objects.
fn write_log(path: &Path) -> Result<PathBuf> {
    const CALLS: [(&str, &str, &str); 6] = [
        ("update", "coordination.k8s.io", "leases"),
        ("get", "", "configmaps"),
        ("watch", "", "pods"),
        ("list", "apps", "deployments"),
        ("patch", "apps", "deployments"),
        ("get", "", "secrets"),
    ];
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut file = BufWriter::new(file);
    let mut line = String::new();
    for at in 0..EVENTS {
        let (user, space, object) = (at % 40, at / 7 % 25, at / 11 % 20);
        let (verb, group, resource) = CALLS[at / 3 % CALLS.len()];
        // Leaders are elected at home.
        let space = if resource == "leases" { user } else { space };
        let name = match verb {
            "watch" | "list" => String::new(),
            _ => format!(r#","name":"object-{object}""#),
        };
        let base = if group.is_empty() { "/api/v1".to_owned() } else { format!("/apis/{group}/v1") };
        let tail = match verb {
            "watch" => format!("?allowWatchBookmarks=true\\u0026resourceVersion={at}\\u0026watch=true"),
            "list" => "?limit=500".to_owned(),
            _ => format!("/object-{object}"),
        };
        let (minute, second) = (at / 6000 % 60, at / 100 % 60);
        line.clear();
        write!(
            line,
            r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"{at:08x}-0000-4000-8000-000000000000","stage":"ResponseComplete","requestURI":"{base}/namespaces/ns-{space}/{resource}{tail}","verb":"{verb}","user":{{"username":"system:serviceaccount:ns-{user}:sa-{user}","uid":"00c9c3d9-c264-4524-a103-1e714da52853","groups":["system:serviceaccounts","system:serviceaccounts:ns-{user}","system:authenticated"],"extra":{{"authentication.kubernetes.io/credential-id":["JTI=9fc5c37b-c7f3-4c72-be45-f5e62693a601"]}}}},"sourceIPs":["10.0.0.1"],"userAgent":"workload/v1.2.3 (linux/amd64) kubernetes/$Format","objectRef":{{"resource":"{resource}","namespace":"ns-{space}"{name},"apiGroup":"{group}","apiVersion":"v1"}},"responseStatus":{{"metadata":{{}},"code":200}},"requestReceivedTimestamp":"2026-01-01T00:{minute:02}:{second:02}.000000Z","stageTimestamp":"2026-01-01T00:{minute:02}:{second:02}.010000Z","annotations":{{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":"RBAC: allowed by ClusterRoleBinding \"reader\" of ClusterRole \"reader\" to Group \"system:serviceaccounts\""}}}}"#
        )?;
        writeln!(file, "{line}")?;
    }
    file.flush()?;
    Ok(path.to_owned())
}

/// Copies of a log under names of their own: a file that is named twice is read once.
fn copies(log: &Path) -> Result<Vec<PathBuf>> {
    let copy = |at: usize| {
        let path = log.with_extension(format!("{at}.jsonl"));
        std::fs::copy(log, &path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    };
    (0..TIMES).map(copy).collect()
}

/// The log of the generator beside this checkout, where it is there.
fn distinct(scratch: &Path) -> Result<Option<PathBuf>> {
    let generator = crate::root().join("../shared/bench/audit.py");
    if !generator.exists() {
        return Ok(None);
    }
    let path = scratch.join("audit-distinct.jsonl");
    let written =
        Command::new("python3").arg(&generator).arg(&path).status().context("cannot run python3")?;
    if !written.success() {
        bail!("{} wrote no log: {written}", generator.display());
    }
    Ok(Some(path))
}
