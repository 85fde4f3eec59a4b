//! A container runtime that takes images from registries without knowing who they are.

use toml::{Table, Value};

use super::runtime::{Configuration, configurations};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "insecure-image-registry",
        title: "Container runtime takes images from registries it does not verify",
        severity: Severity::High,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("insecure_image_registry.md"),
    },
    run: Run::Host(run),
};

fn run(host: &Host, out: &mut Out<'_>) {
    let mut any = false;
    for configuration in configurations(host) {
        any = true;
        let registries = insecure(&configuration);
        let path = configuration.path;
        if registries.is_empty() {
            out.pass_with(out.file(path, path, None));
        }
        for (registry, why) in registries {
            let fact = out.file(path, path, Some(why.to_owned()));
            let message =
                format!("images of {registry} come from whoever answers in its place: {why} in {path}");
            out.fail_with(fact, path, message).key(registry);
        }
    }
    if !any {
        out.not_applicable("no configuration of a container runtime is known of this node");
    }
}

/// The registries that are not verified, and the setting that says so.
fn insecure(configuration: &Configuration<'_>) -> Vec<(String, &'static str)> {
    let root = &configuration.table;
    let mut found = Vec::new();
    let mut add = |registry: &str, why| {
        if !is_local(registry) {
            found.push((registry.to_owned(), why));
        }
    };
    // containerd's hosts.toml: settings of the server, and one table a host.
    let server = text(root, "server").unwrap_or(configuration.path);
    let hosts = tables(root, "host").map(|(name, table)| (name.as_str(), table));
    for (name, table) in std::iter::once((server, root)).chain(hosts) {
        if is_on(table, "skip_verify") {
            add(name, "skip_verify");
        }
    }
    // containerd's older form, in the table of its CRI plug-in.
    for cri in configuration.cri() {
        let Some(registry) = cri.get("registry").and_then(Value::as_table) else { continue };
        for (name, settings) in tables(registry, "configs") {
            let tls = settings.get("tls").and_then(Value::as_table);
            if tls.is_some_and(|tls| is_on(tls, "insecure_skip_verify")) {
                add(name, "insecure_skip_verify");
            }
        }
        for (name, mirror) in tables(registry, "mirrors") {
            let ends = mirror.get("endpoint").and_then(Value::as_array).into_iter().flatten();
            for end in ends.filter_map(Value::as_str).filter(|end| end.starts_with("http://")) {
                if !is_local(end) {
                    add(name, "an endpoint that begins with http://");
                }
            }
        }
    }
    // registries.conf and CRI-O's own list.
    for registry in root.get("registry").and_then(Value::as_array).into_iter().flatten() {
        let Some(registry) = registry.as_table() else { continue };
        let mirrors = registry.get("mirror").and_then(Value::as_array).into_iter().flatten();
        for at in std::iter::once(registry).chain(mirrors.filter_map(Value::as_table)) {
            if is_on(at, "insecure") {
                let name = text(at, "location").or_else(|| text(registry, "prefix"));
                add(name.unwrap_or_default(), "insecure");
            }
        }
    }
    let listed = configuration.crio("image").and_then(|image| image.get("insecure_registries")?.as_array());
    for name in listed.into_iter().flatten().filter_map(Value::as_str) {
        add(name, "insecure_registries");
    }
    found
}

fn text<'a>(table: &'a Table, key: &str) -> Option<&'a str> {
    table.get(key).and_then(Value::as_str)
}

fn is_on(table: &Table, key: &str) -> bool {
    table.get(key).and_then(Value::as_bool) == Some(true)
}

fn tables<'a>(table: &'a Table, key: &str) -> impl Iterator<Item = (&'a String, &'a Table)> {
    let inner = table.get(key).and_then(Value::as_table);
    inner.into_iter().flatten().filter_map(|(name, value)| Some((name, value.as_table()?)))
}

/// Whether a registry is on the node itself.
fn is_local(registry: &str) -> bool {
    let name = registry.split("://").last().unwrap_or_default();
    ["localhost", "127.", "[::1]"].iter().any(|local| name.starts_with(local))
}
