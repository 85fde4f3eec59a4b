//! What a report is made of, besides findings.

use std::collections::BTreeMap;

use ironsides_core::{
    AuditState, CheckMeta, Compliance, Coverage, Finding, Severity, Tallies, Tally, Verdict,
};
use serde::Serialize;

/// What is known before the first finding.
#[derive(Clone, Debug)]
pub struct Header {
    /// The version of Ironsides.
    pub version: &'static str,
    /// The cards of the checks that run, in catalogue order.
    pub checks: Vec<&'static CheckMeta>,
    /// When the run began, in milliseconds since 1970-01-01 UTC. Only formats that must tell a time do.
    pub started: u64,
}

/// Something that was asked for and could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// The file or stream.
    pub path: String,
    /// Where in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Where in the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// The highest Pod Security level that a namespace's pods allow today.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NamespaceLevel {
    /// The namespace; `None` for manifests that name none.
    pub namespace: Option<String>,
    /// The version of the policy, `v1.37`.
    pub version: String,
    /// The level its pods could be held to: `privileged`, `baseline` or `restricted`; `None` where pods that could not
    /// be judged leave it open.
    pub could_enforce: Option<&'static str>,
    /// The level its label enforces, where the namespace itself was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enforces: Option<String>,
    /// How many pods and templates were judged.
    pub pods: u64,
    /// What stands in the way of the next level, at most a few named.
    pub blockers: Vec<Blocker>,
    /// How many objects stand in the way, named or not.
    pub blocked_by: u64,
    /// Objects that could not be judged because the API server would refuse them.
    pub undecided: u64,
    /// What breaks when the policy version moves to the one asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub upgrade: Vec<Blocker>,
}

/// An object that a Pod Security level would refuse.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Blocker {
    /// The object: `Deployment shop/cart`.
    pub object: String,
    /// The level that refuses it.
    pub level: &'static str,
    /// The server's reasons, without details.
    pub reasons: Vec<String>,
}

/// Exceptions that were written for another tool, in one file or in all comments or annotations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Exceptions {
    /// Where they were read: `.trivyignore`, `kube-linter annotations`.
    pub source: String,
    /// How many there are.
    pub entries: u64,
    /// How many of them apply to checks.
    pub applied: u64,
    /// Those that do not, and why, by what the tool calls the rule.
    pub ignored: BTreeMap<String, String>,
}

impl Exceptions {
    /// `.trivyignore: 4 entries, 3 apply to checks here, 1 does not (AVD-DS-0001: why)`
    pub fn told(&self) -> String {
        let Self { source, entries, applied, ignored } = self;
        let word = |count: u64, one: &'static str, many: &'static str| if count == 1 { one } else { many };
        let told = format!(
            "{source}: {entries} {}, {applied} {} to checks here",
            word(*entries, "entry", "entries"),
            word(*applied, "applies", "apply")
        );
        let rest = entries - applied;
        if rest == 0 {
            return told;
        }
        let named: Vec<String> = ignored.iter().take(3).map(|(id, why)| format!("{id}: {why}")).collect();
        let more = ignored.len().saturating_sub(named.len());
        let more = if more > 0 { format!("; and {more} more") } else { String::new() };
        format!("{told}, {rest} {} not ({}{more})", word(rest, "does", "do"), named.join("; "))
    }
}

/// The cluster that was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cluster {
    /// The address of the API server.
    pub address: String,
    /// The kubeconfig context that named it; empty where there was none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub context: String,
    /// The server's version: `v1.36.3`; empty where it is not known.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// How many namespaces hold the objects that were judged.
    pub namespaces: u64,
    /// Objects that a controller made and that say nothing its template does not: they are told of with it.
    pub folded: u64,
    /// `ReplicaSet`s without replicas, of earlier versions of Deployments: they were passed over.
    pub old: u64,
}

/// What is known after the last finding.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// The cluster, where one was looked at rather than files.
    pub cluster: Option<Cluster>,
    /// Files and streams that were read.
    pub files: u64,
    /// Helm charts that were rendered.
    pub charts: u64,
    /// Kustomizations that were built.
    pub kustomizations: u64,
    /// Documents in all of them.
    pub documents: u64,
    /// Kubernetes objects among those.
    pub objects: u64,
    /// Nodes among those, by their facts.
    pub nodes: u64,
    /// Objects of which only the form (kind, fields, types, keys) was checked, by kind: no check asks more of them yet.
    pub form_only: BTreeMap<String, u64>,
    /// Answers by check.
    pub tallies: Tallies,
    /// Failures by check, with the worst severity among them.
    pub failures_by_check: BTreeMap<&'static str, (Severity, u64)>,
    /// Failures by severity, the worst first.
    pub failures: [u64; 5],
    /// Failures that somebody answers for; they are in no other count of failures here.
    pub waived: u64,
    /// How many failures `scan --fix` could close: with safe fixes, and only with unsafe ones.
    pub fixable: [u64; 2],
    /// What exceptions written for other tools came to, by where they were read.
    pub exceptions: Vec<Exceptions>,
    /// What was and was not seen.
    pub coverage: Coverage,
    /// What could not be read, in order.
    pub problems: Vec<Problem>,
    /// Pod Security, a row a namespace.
    pub pod_security: Vec<NamespaceLevel>,
    /// How often each check of Pod Security refused a pod, by Kubernetes' own id of the check.
    pub pod_security_tallies: Tallies,
    /// How far the frameworks that were asked for are met.
    pub compliance: Vec<Compliance>,
}

impl Summary {
    /// What was looked at, in words: `12 objects of 3 files and 1 chart`.
    pub fn looked_at(&self) -> String {
        let count =
            |count: u64, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
        if let Some(cluster) = &self.cluster {
            let objects = count(self.objects, "object", "objects");
            let namespaces = count(cluster.namespaces, "namespace", "namespaces");
            let known = [("context ", &cluster.context), ("", &cluster.version)];
            let known: Vec<String> = known
                .into_iter()
                .filter(|(_, text)| !text.is_empty())
                .map(|(word, text)| format!("{word}{text}"))
                .collect();
            let known = if known.is_empty() { String::new() } else { format!(" ({})", known.join(", ")) };
            return format!("{objects} in {namespaces} of the cluster {}{known}", cluster.address);
        }
        let sources = [
            (self.files, "file", "files"),
            (self.charts, "chart", "charts"),
            (self.kustomizations, "kustomization", "kustomizations"),
        ];
        // Files are named even where there are none, unless something else was read.
        let none = sources.iter().all(|(number, ..)| *number == 0);
        let named: Vec<String> = sources
            .into_iter()
            .enumerate()
            .filter(|(at, (number, ..))| *number > 0 || none && *at == 0)
            .map(|(_, (number, one, many))| count(number, one, many))
            .collect();
        let sources = match named.as_slice() {
            [many @ .., last] if !many.is_empty() => format!("{} and {last}", many.join(", ")),
            _ => named.concat(),
        };
        let nodes = count(self.nodes, "node", "nodes");
        match self.objects - self.nodes.min(self.objects) {
            0 if self.nodes > 0 => nodes,
            0 => format!("{} of {sources}", count(self.objects, "object", "objects")),
            objects if self.nodes > 0 => {
                format!("{} and {nodes} of {sources}", count(objects, "object", "objects"))
            }
            objects => format!("{} of {sources}", count(objects, "object", "objects")),
        }
    }

    /// All tallies together.
    pub fn total(&self) -> Tally {
        let mut total = Tally::default();
        self.tallies.values().for_each(|tally| total.add(*tally));
        total
    }

    /// How many failures there are of a severity.
    pub fn failures_of(&self, severity: Severity) -> u64 {
        let at = Severity::ALL.iter().position(|known| *known == severity);
        at.and_then(|at| self.failures.get(at)).copied().unwrap_or_default()
    }

    /// Counts a finding: failures by check and severity, those that are waived apart. Other verdicts are in the tallies.
    pub fn count(&mut self, finding: &Finding) {
        match (&finding.verdict, &finding.waived) {
            (Verdict::Fail, None) => self.count_failure(finding.check, finding.severity),
            (Verdict::Fail, Some(_)) => self.waived += 1,
            _ => {}
        }
    }

    /// Counts a failure.
    pub fn count_failure(&mut self, check: &'static str, severity: Severity) {
        let (worst, count) = self.failures_by_check.entry(check).or_insert((severity, 0));
        *worst = severity.max(*worst);
        *count += 1;
        let at = Severity::ALL.iter().position(|known| *known == severity);
        if let Some(count) = at.and_then(|at| self.failures.get_mut(at)) {
            *count += 1;
        }
    }

    /// Failures of this severity or worse.
    pub fn failures_from(&self, severity: Severity) -> u64 {
        Severity::ALL
            .into_iter()
            .filter(|known| *known >= severity)
            .map(|known| self.failures_of(known))
            .sum()
    }

    /// Whether all that was asked for was read and decided.
    pub fn is_complete(&self) -> bool {
        let undecided = self.pod_security.iter().any(|row| row.undecided > 0);
        let rows = self.compliance.iter().flat_map(|compliance| &compliance.controls);
        let mut audits = rows.filter_map(|row| row.audit.as_ref());
        if audits.any(|audit| audit.state == AuditState::Unknown) {
            return false;
        }
        self.problems.is_empty() && self.coverage.is_complete() && self.total().unknown == 0 && !undecided
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_looked_at_is_told_in_words() {
        let said = |objects, files, charts, kustomizations| {
            Summary { files, charts, kustomizations, objects, ..Summary::default() }.looked_at()
        };
        assert_eq!(said(0, 0, 0, 0), "0 objects of 0 files");
        assert_eq!(said(1, 1, 0, 0), "1 object of 1 file");
        assert_eq!(said(3, 0, 1, 0), "3 objects of 1 chart");
        assert_eq!(said(9, 2, 1, 3), "9 objects of 2 files, 1 chart and 3 kustomizations");
    }
}
