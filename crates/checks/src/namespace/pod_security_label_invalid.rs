//! A label that looks like Pod Security and is not, or has a value that is none.

use ironsides_podsecurity::labels::{
    AUDIT, AUDIT_VERSION, ENFORCE, ENFORCE_VERSION, PREFIX, WARN, WARN_VERSION,
};
use ironsides_podsecurity::{Level, Version};

use super::{NAMESPACE, label};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "pod-security-label-invalid",
        title: "Pod Security label means nothing or not what it says",
        severity: Severity::High,
        family: "namespace",
        since: "0.1.0",
        page: include_str!("pod_security_label_invalid.md"),
    },
    run: Run::Kinds(NAMESPACE, run),
};

fn run(namespace: &Object, out: &mut Out<'_>) {
    let metadata = namespace.cursor().get("metadata");
    for (key, at) in metadata.get("labels").entries() {
        let Some(mode) = key.strip_prefix(PREFIX) else {
            if is_look_alike(key) {
                means_nothing(namespace, &at, key, out);
            }
            continue;
        };
        let is_version = match key {
            ENFORCE | AUDIT | WARN => false,
            ENFORCE_VERSION | AUDIT_VERSION | WARN_VERSION => true,
            _ => {
                means_nothing(namespace, &at, key, out);
                continue;
            }
        };
        let at = label(namespace, key);
        let valid = at.str().is_some_and(|value| {
            if is_version { value.parse::<Version>().is_ok() } else { value.parse::<Level>().is_ok() }
        });
        if valid {
            out.pass(&at);
            continue;
        }
        let wanted = if is_version {
            "latest or a version such as v1.32"
        } else {
            "privileged, baseline or restricted"
        };
        let message = format!("the label that sets the Pod Security {mode} must be {wanted}");
        let fallback = match key {
            ENFORCE => "restricted",
            AUDIT | WARN => "privileged",
            _ => "latest",
        };
        let rule = "the server refuses the value, and takes one stored earlier for this";
        let severity = if key == ENFORCE { Severity::High } else { Severity::Medium };
        out.fail(&at, message).effective(fallback, rule).severity(severity);
    }
    for (key, at) in metadata.get("annotations").entries() {
        if key.starts_with(PREFIX) || is_look_alike(key) {
            let message = format!("the annotation \"{key}\" has no effect, since Pod Security reads labels");
            out.fail(&at, message).severity(weight(namespace));
        }
    }
}

fn means_nothing(namespace: &Object, at: &Cursor<'_>, key: &str, out: &mut Out<'_>) {
    let message = format!("the label \"{key}\" has no effect, though it looks like one of Pod Security");
    out.fail(at, message).severity(weight(namespace));
}

/// How much hangs on a label without effect: all of it, where nothing else is enforced.
fn weight(namespace: &Object) -> Severity {
    if label(namespace, ENFORCE).is_set() { Severity::Medium } else { Severity::High }
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
