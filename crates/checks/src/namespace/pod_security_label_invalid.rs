//! A label that looks like Pod Security and is not, or has a value that is none.

use ironsides_podsecurity::labels::{
    AUDIT, AUDIT_VERSION, ENFORCE, ENFORCE_VERSION, PREFIX, WARN, WARN_VERSION,
};
use ironsides_podsecurity::{Level, Version};

use super::{NAMESPACE, is_written, label};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "pod-security-label-invalid",
        title: "Pod Security label is invalid or has no effect",
        severity: Severity::High,
        family: "namespace",
        since: "0.1.0",
        page: include_str!("pod_security_label_invalid.md"),
    },
    run: Run::Kinds(NAMESPACE, run),
};

/// The labels that mean something.
const MODES: [&str; 6] = [ENFORCE, ENFORCE_VERSION, AUDIT, AUDIT_VERSION, WARN, WARN_VERSION];

fn run(namespace: &Object, out: &mut Out<'_>) {
    for mode in MODES {
        judge(namespace, mode, out);
    }
    let metadata = namespace.cursor().get("metadata");
    for (key, at) in metadata.get("labels").entries() {
        if !MODES.contains(&key) && (key.starts_with(PREFIX) || is_look_alike(key)) {
            let message = format!("label \"{key}\" looks like a Pod Security label, but has no effect");
            out.fail(&at, message).severity(weight(namespace));
        }
    }
    for (key, at) in metadata.get("annotations").entries() {
        if key.starts_with(PREFIX) || is_look_alike(key) {
            let message = format!("annotation \"{key}\" has no effect; Pod Security reads labels only");
            out.fail(&at, message).severity(weight(namespace));
        }
    }
}

/// Judges the value of a label that means something.
fn judge(namespace: &Object, key: &'static str, out: &mut Out<'_>) {
    let at = label(namespace, key);
    let is_version = matches!(key, ENFORCE_VERSION | AUDIT_VERSION | WARN_VERSION);
    let is_valid = |value: &str| {
        if is_version { value.parse::<Version>().is_ok() } else { value.parse::<Level>().is_ok() }
    };
    if !is_written(namespace, key) {
        return;
    }
    if at.str().is_some_and(is_valid) {
        return out.pass(&at);
    }
    let wanted =
        if is_version { "latest or a version such as v1.32" } else { "privileged, baseline or restricted" };
    let fallback = match key {
        ENFORCE => "restricted",
        AUDIT | WARN => "privileged",
        _ => "latest",
    };
    let severity = if key == ENFORCE { Severity::High } else { Severity::Medium };
    let finding = out.fail(&at, format!("label \"{key}\" must be {wanted}"));
    finding
        .effective(fallback, "the server refuses such a value and reads a stored one as this")
        .severity(severity);
    // Capitals, blanks and a missing "v" leave no doubt about what was meant.
    let plain = at.str().unwrap_or_default().trim().to_ascii_lowercase();
    let meant = if is_version && plain.starts_with("1.") { format!("v{plain}") } else { plain };
    if is_valid(&meant) {
        let summary = format!("write {meant}");
        match key {
            ENFORCE | ENFORCE_VERSION => {
                finding.unsafe_fix(summary, super::TRY_LEVEL, || [set(&at, &*meant)])
            }
            // Warnings and audit events refuse nothing.
            _ => finding.safe_fix(summary, || [set(&at, &*meant)]),
        };
    }
}

/// How much hangs on a label without effect: all of it, where nothing else is enforced.
fn weight(namespace: &Object) -> Severity {
    if is_written(namespace, ENFORCE) { Severity::Medium } else { Severity::High }
}

/// Whether a key that does not begin as the labels do may well have been meant to.
fn is_look_alike(key: &str) -> bool {
    let domain = key.split('/').next().unwrap_or_default();
    let letters: String = domain.chars().filter(char::is_ascii_alphanumeric).collect();
    let mut names =
        ["podsecurity", "podsecuritykubernetes", "podsecuritykubernetesio", "podsecurityk8sio"].into_iter();
    names.any(|name| letters.eq_ignore_ascii_case(name))
        || letters.to_ascii_lowercase().starts_with("podsecuritykubernetesio")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alikes_are_recognised() {
        for key in [
            "pod-security.kubernetes.io",
            "podsecurity.kubernetes.io/enforce",
            "pod-security.k8s.io/enforce",
            "pod-security/enforce",
            "pod.security.kubernetes.io/enforce",
            "pod-security.kubernetes.io.enforce",
        ] {
            assert!(is_look_alike(key), "{key}");
        }
        for key in [
            "",
            "security.openshift.io/scc.podSecurityLabelSync",
            "example.com/pod-security",
            "kubernetes.io/metadata.name",
        ] {
            assert!(!is_look_alike(key), "{key}");
        }
    }
}
