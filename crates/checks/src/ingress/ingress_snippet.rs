//! An Ingress that writes into the configuration of its controller.

use super::INGRESS;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "ingress-snippet",
        title: "ingress brings configuration of its own",
        severity: Severity::High,
        family: "ingress",
        since: "0.1.0",
        page: include_str!("ingress_snippet.md"),
    },
    run: Run::Kinds(INGRESS, run),
};

/// Prefixes of the annotations of the two controllers that are built on nginx.
const PREFIXES: [&str; 3] = ["nginx.ingress.kubernetes.io/", "nginx.org/", "ingress.kubernetes.io/"];

fn run(ingress: &Object, out: &mut Out<'_>) {
    let annotations = ingress.cursor().at(&["metadata", "annotations"]);
    let name = |key: &str| PREFIXES.iter().find_map(|prefix| key.strip_prefix(prefix).map(str::to_owned));
    for (key, at) in annotations.entries() {
        if name(key).is_some_and(|name| name.ends_with("-snippet") || name.ends_with("-snippets")) {
            out.fail(&at, format!("{key} puts its text into the configuration of the controller"));
        } else {
            out.pass(&at);
        }
    }
    if annotations.entries().next().is_none() {
        out.pass(&annotations);
    }
}
