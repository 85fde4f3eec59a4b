//! What kube-proxy takes: a configuration file, or else flags.
//!
//! With `--config` every flag that has a place in the configuration is read and dropped, but for the host's name and the
//! settings of logging (`Options.Complete` of `cmd/kube-proxy`). Settings are called by their paths in a
//! `KubeProxyConfiguration`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use ironsides_tree::{Cursor, Lines, Node, Value};

use crate::beside::{Placed, Versioned, scalar};
use crate::place::Place;

/// The file that kube-proxy takes.
pub(crate) const DOCUMENT: Versioned =
    Versioned { kind: "KubeProxyConfiguration", version: "kubeproxy.config.k8s.io/v1alpha1" };

/// Flag, type, default, path in the configuration.
pub(crate) const FLAGS: &str = include_str!("flags/kube_proxy.tsv");

/// The flag that does the same as a path in the configuration.
pub(crate) fn flag_of(path: &str) -> Option<&'static str> {
    static FLAG_OF: LazyLock<BTreeMap<&str, &str>> = LazyLock::new(|| {
        let row = |line: &'static str| {
            let mut columns = line.split('\t');
            let flag = columns.next()?;
            columns.nth(2).filter(|path| !path.is_empty()).map(|path| (path, flag))
        };
        FLAGS.lines().filter_map(row).collect()
    });
    FLAG_OF.get(path).copied()
}

/// The path in the configuration that does the same as a flag.
pub(crate) fn path_of(flag: &str) -> Option<&'static str> {
    let row = |line: &'static str| {
        let mut columns = line.split('\t');
        (columns.next()? == flag).then(|| columns.nth(2))?.filter(|path| !path.is_empty())
    };
    FLAGS.lines().find_map(row)
}

/// Whether a flag wins over the file.
pub(crate) fn wins_over_file(path: &str) -> bool {
    path == "hostnameOverride" || path.starts_with("logging.")
}

/// Where a setting of a document stands, by its path and its place in the document.
type Where<'w> = &'w dyn Fn(&str, &Cursor<'_>) -> Place;

/// The settings of a file, by their paths.
pub(crate) fn of_file(path: &str, text: &str, root: &Node) -> BTreeMap<String, Placed> {
    let lines = Lines::new(text);
    of_document(root, &|_, at| {
        let line = at.mark().is_some().then(|| lines.position(text, at.mark().start).line);
        Place::file(path, line)
    })
}

/// The settings of a document, by their paths.
pub(crate) fn of_document(root: &Node, place: Where<'_>) -> BTreeMap<String, Placed> {
    let mut all = BTreeMap::new();
    flatten(&Cursor::root(root), "", place, &mut all);
    all
}

fn flatten(at: &Cursor<'_>, above: &str, place: Where<'_>, all: &mut BTreeMap<String, Placed>) {
    for (key, at) in at.entries() {
        let name = if above.is_empty() { key.to_owned() } else { format!("{above}.{key}") };
        let Some(node) = at.node() else { continue };
        if matches!(node.value(), Value::Map(_)) {
            flatten(&at, &name, place, all);
        } else if let Some(value) = scalar(node).filter(|value| !value.is_empty()) {
            let place = place(&name, &at);
            all.insert(name, (Some(value), place));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Component, Host, Settings};

    fn proxy(facts: &str) -> Settings {
        let text =
            format!("apiVersion: ironsides.dev/v1\nkind: NodeFacts\nmetadata: {{name: node-1}}\n{facts}");
        let host = Host::read(&ironsides_tree::parse_one(&text).unwrap()).unwrap();
        let mut all = Settings::of_host(&host);
        all.retain(|settings| settings.component() == Component::KubeProxy);
        assert_eq!(all.len(), 1);
        all.remove(0)
    }

    fn text(proxy: &Settings, key: &str) -> Option<String> {
        proxy.get(key).unwrap().text().map(std::borrow::Cow::into_owned)
    }

    #[test]
    fn flags_count_where_there_is_no_file() {
        let proxy = proxy(
            "processes: [{pid: 9, program: kube-proxy, arguments: [kube-proxy, --metrics-bind-address=0.0.0.0:10249]}]",
        );
        assert_eq!(text(&proxy, "metricsBindAddress").as_deref(), Some("0.0.0.0:10249"));
        assert_eq!(text(&proxy, "healthzBindAddress").as_deref(), Some("0.0.0.0:10256"));
        assert!(!proxy.get("healthzBindAddress").unwrap().is_given());
    }

    #[test]
    fn beside_a_file_flags_do_not_count_but_for_the_name_and_logging() {
        let proxy = proxy(
            "processes:
- pid: 9
  program: kube-proxy
  arguments: [kube-proxy, --config, /c, --metrics-bind-address=0.0.0.0:10249, --hostname-override=a, --proxy-mode=ipvs]
  files:
    /c:
      content: |
        kind: KubeProxyConfiguration
        hostnameOverride: b
        mode: nftables
        metricsBindAddress: ''
        conntrack: {maxPerCore: 5}
files: {/c: {kind: missing}}",
        );
        assert_eq!(text(&proxy, "metricsBindAddress").as_deref(), Some("127.0.0.1:10249"));
        assert_eq!(text(&proxy, "hostnameOverride").as_deref(), Some("a"));
        let mode = proxy.get("mode").unwrap();
        assert_eq!(mode.text().as_deref(), Some("nftables"));
        assert_eq!(mode.place.to_string(), "/c:3");
        assert_eq!(text(&proxy, "conntrack.maxPerCore").as_deref(), Some("5"));
    }

    #[test]
    fn a_file_that_nobody_looked_at_leaves_everything_open() {
        let proxy = proxy("processes: [{pid: 9, program: kube-proxy, arguments: [kube-proxy, --config=/c]}]");
        let unsure = proxy.get("metricsBindAddress").unwrap_err();
        assert_eq!(unsure.message, "/c holds the settings of kube-proxy, and nobody looked at it");
    }
}
