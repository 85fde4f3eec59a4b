//! A Secret without the keys of its type.

use super::SECRETS;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "incomplete-secret",
        title: "Secret lacks what its type demands",
        severity: Severity::Medium,
        family: "configuration",
        since: "0.1.0",
        page: include_str!("incomplete_secret.md"),
    },
    run: Run::Kinds(SECRETS, run),
};

/// Types and the keys that the server demands.
const TYPES: [(&str, &[&str]); 5] = [
    ("kubernetes.io/dockercfg", &[".dockercfg"]),
    ("kubernetes.io/dockerconfigjson", &[".dockerconfigjson"]),
    ("kubernetes.io/ssh-auth", &["ssh-privatekey"]),
    ("kubernetes.io/tls", &["tls.crt", "tls.key"]),
    ("bootstrap.kubernetes.io/token", &["token-id", "token-secret"]),
];

fn run(object: &Object, out: &mut Out<'_>) {
    let root = object.cursor();
    let at = root.get("type");
    let kind = at.str().unwrap_or_default();
    let has = |key: &str| {
        ["data", "stringData"].iter().any(|field| {
            let map = root.node().and_then(|node| node.get(field));
            map.and_then(|map| map.get(key)).is_some_and(|value| !value.is_null())
        })
    };
    if kind == "kubernetes.io/basic-auth" && !has("username") && !has("password") {
        out.fail(&at, "a Secret of type kubernetes.io/basic-auth needs username or password");
        return;
    }
    let account = root.at(&["metadata", "annotations", "kubernetes.io/service-account.name"]);
    if kind == "kubernetes.io/service-account-token" && account.str().is_none_or(str::is_empty) {
        out.fail(&at, "a Secret of this type needs the annotation kubernetes.io/service-account.name");
        return;
    }
    let demanded = TYPES.iter().find(|(known, _)| *known == kind).map_or(&[][..], |(_, keys)| keys);
    let missing: Vec<&str> = demanded.iter().copied().filter(|key| !has(key)).collect();
    if missing.is_empty() {
        out.pass(&at);
    } else {
        out.fail(&at, format!("a Secret of type {kind} needs {}", missing.join(" and ")));
    }
}
