//! What the configuration of container runtimes tells: containerd's and CRI-O's, and files that these take in.

use ironsides_settings::{File, Host};
use toml::{Table, Value};

/// Where the configuration of runtimes lies, drop-ins included.
const PLACES: [&str; 8] = [
    "/etc/containerd/",
    "/etc/containers/registries.conf",
    "/etc/crio/",
    "/var/lib/rancher/k3s/agent/etc/containerd/",
    "/var/lib/rancher/rke2/agent/etc/containerd/",
    "/run/k0s/",
    "/etc/k0s/containerd",
    "/var/snap/microk8s/current/args/containerd",
];

/// A file of a runtime's configuration.
pub(super) struct Configuration<'a> {
    pub(super) path: &'a str,
    pub(super) table: Table,
}

/// The files of runtimes' configuration that could be read as TOML.
pub(super) fn configurations(host: &Host) -> impl Iterator<Item = Configuration<'_>> {
    let is_one = |path: &str| {
        PLACES.iter().any(|place| path.starts_with(place))
            || path.ends_with("/config.toml") && path.contains("containerd")
    };
    host.files.iter().filter(move |(path, _)| is_one(path)).filter_map(|(path, file): (_, &File)| {
        let table = file.content.as_deref()?.parse::<Table>().ok()?;
        Some(Configuration { path, table })
    })
}

impl Configuration<'_> {
    /// The tables of containerd's CRI plug-ins, of all versions of its configuration.
    pub(super) fn cri(&self) -> impl Iterator<Item = &Table> {
        let plugins = self.table.get("plugins").and_then(Value::as_table);
        let is_cri = |name: &str| name == "cri" || name.contains(".cri") && !name.contains("cri-api");
        plugins
            .into_iter()
            .flatten()
            .filter(move |(name, _)| is_cri(name))
            .filter_map(|(_, plugin)| plugin.as_table())
    }

    /// CRI-O's own table of this name.
    pub(super) fn crio(&self, name: &str) -> Option<&Table> {
        self.table.get("crio")?.as_table()?.get(name)?.as_table()
    }
}

/// The folders that runtimes read the network's configuration from, where they name one.
pub(super) fn cni_folders(host: &Host) -> Vec<String> {
    let text = |table: &Table, key: &str| table.get(key).and_then(Value::as_str).map(str::to_owned);
    let mut folders = Vec::new();
    for configuration in configurations(host) {
        let of_containerd = configuration.cri().filter_map(|cri| cri.get("cni")?.as_table());
        folders.extend(of_containerd.filter_map(|cni| text(cni, "conf_dir")));
        folders.extend(configuration.crio("network").and_then(|network| text(network, "network_dir")));
    }
    folders.retain(|folder| folder.starts_with('/'));
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_every_format() {
        let mut host = Host::new("a");
        let mut add = |path: &str, text: &str| {
            host.files.insert(path.into(), File { content: Some(text.into()), ..File::default() })
        };
        add(
            "/etc/containerd/config.toml",
            "[plugins.\"io.containerd.grpc.v1.cri\".cni]\nconf_dir = \"/a\"\n",
        );
        add(
            "/etc/containerd/conf.d/x.toml",
            "[plugins.'io.containerd.cri.v1.runtime'.cni]\nconf_dir = '/b'\n",
        );
        add("/etc/crio/crio.conf", "[crio.network]\nnetwork_dir = \"/c\"\n");
        add("/etc/crio/crio.conf.d/broken.conf", "[crio.network\n");
        assert_eq!(cni_folders(&host), ["/b", "/a", "/c"]);
    }
}
