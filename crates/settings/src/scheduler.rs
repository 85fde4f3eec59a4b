//! What kube-scheduler takes from the file that `--config` names: where there is one, some of its flags do not count, whether
//! the file says anything of them or not.
//!
//! Source: `DeprecatedOptions.AddFlags` in
//! <https://github.com/kubernetes/kubernetes/blob/v1.36.0/cmd/kube-scheduler/app/options/deprecated.go>, and
//! `KubeSchedulerConfiguration` (<https://kubernetes.io/docs/reference/config-api/kube-scheduler-config.v1/>), whose defaults
//! are those of the flags.

use std::collections::BTreeMap;

use ironsides_tree::{Cursor, Lines, Node};

use crate::beside::{Placed, Versioned, scalar};
use crate::place::Place;

/// The file that kube-scheduler takes since 1.29 (1.25 to 1.28 took `v1beta3` too).
pub(crate) const DOCUMENT: Versioned =
    Versioned { kind: "KubeSchedulerConfiguration", version: "kubescheduler.config.k8s.io/v1" };

/// The flags that do not count beside a file, and the fields that do.
const FIELDS: [(&str, &[&str]); 6] = [
    ("contention-profiling", &["enableContentionProfiling"]),
    ("kube-api-burst", &["clientConnection", "burst"]),
    ("kube-api-content-type", &["clientConnection", "contentType"]),
    ("kube-api-qps", &["clientConnection", "qps"]),
    ("kubeconfig", &["clientConnection", "kubeconfig"]),
    ("profiling", &["enableProfiling"]),
];

/// Whether a file takes the place of a flag.
pub(crate) fn is_of_file(flag: &str) -> bool {
    FIELDS.iter().any(|(known, _)| *known == flag)
}

/// What a file says, by the names of the flags.
pub(crate) fn of_file(path: &str, text: &str, root: &Node) -> BTreeMap<String, Placed> {
    let (root, lines) = (Cursor::root(root), Lines::new(text));
    let field = |(flag, field): &(&str, &'static [&'static str])| {
        let at = root.at(field);
        let value = at.node().and_then(scalar).filter(|value| !value.is_empty())?;
        let line = at.mark().is_some().then(|| lines.position(text, at.mark().start).line);
        Some(((*flag).to_owned(), (Some(value), Place::file(path, line))))
    };
    FIELDS.iter().filter_map(field).collect()
}

#[cfg(test)]
mod tests {
    use crate::{Component, Host, Settings};

    fn scheduler(flags: &str, files: &str) -> Settings {
        let text = format!(
            "apiVersion: ironsides.dev/v1
kind: NodeFacts
metadata: {{name: a}}
processes: [{{pid: 7, program: kube-scheduler, arguments: [kube-scheduler, {flags}]}}]
files: {{{files}}}"
        );
        let host = Host::read(&ironsides_tree::parse_one(&text).unwrap()).unwrap();
        Settings::of_host(&host).into_iter().find(|one| one.component() == Component::KubeScheduler).unwrap()
    }

    #[test]
    fn beside_a_file_some_flags_do_not_count() {
        let file =
            |text: &str| format!("/c: {{content: \"apiVersion: kubescheduler.config.k8s.io/v1\\n{text}\"}}");
        let flags = "--config=/c, --profiling=false, --bind-address=127.0.0.1, --kubeconfig=/k";
        let silent = scheduler(flags, &file("kind: KubeSchedulerConfiguration"));
        let profiling = silent.get("profiling").unwrap();
        assert_eq!((profiling.is_on(), profiling.is_given()), (Some(true), false));
        assert_eq!(silent.get("bind-address").unwrap().text().as_deref(), Some("127.0.0.1"));
        assert!(!silent.get("kubeconfig").unwrap().is_given());
        let told = scheduler(flags, &file("enableProfiling: false\\nclientConnection: {kubeconfig: /s}"));
        let profiling = told.get("profiling").unwrap();
        assert_eq!(profiling.is_on(), Some(false));
        assert_eq!(profiling.place.to_string(), "/c:2");
        assert_eq!(told.get("kubeconfig").unwrap().text().as_deref(), Some("/s"));
        assert!(told.stated().contains("profiling"));
        let without = scheduler("--profiling=false", "");
        assert_eq!(without.get("profiling").unwrap().is_on(), Some(false));
    }

    #[test]
    fn a_file_of_another_version_leaves_open_what_it_decides() {
        let file = "/c: {content: \"apiVersion: kubescheduler.config.k8s.io/v9\\nenableProfiling: false\"}";
        let unsure = scheduler("--config=/c", file).get("profiling").unwrap_err();
        assert_eq!(
            unsure.message,
            "/c holds the settings of kube-scheduler, and its apiVersion is kubescheduler.config.k8s.io/v9, where \
             kubescheduler.config.k8s.io/v1 is known"
        );
    }

    #[test]
    fn a_file_that_nobody_looked_at_leaves_open_what_it_decides() {
        let scheduler = scheduler("--config=/c, --profiling=false, --bind-address=0.0.0.0", "");
        let unsure = scheduler.get("profiling").unwrap_err();
        assert_eq!(unsure.message, "/c holds the settings of kube-scheduler, and nobody looked at it");
        assert_eq!(scheduler.get("bind-address").unwrap().text().as_deref(), Some("0.0.0.0"));
    }
}
