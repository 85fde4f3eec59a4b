//! What of a node is compared with others, and what a node shares with those that it is compared with.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ironsides_core::duration_seconds;
use ironsides_settings::{Component, File, FlagType, Host, Setting, Settings, parse_bool};
use ironsides_tree::{Node, Value, print};

/// Something that nodes of one role should have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Feature {
    /// A setting of a component, by its name.
    Setting(Component, String),
    /// The permissions of a file. The node's own name in its path is [`NODE`].
    Mode(String),
    /// User and group of a file, likewise.
    Owner(String),
    /// A kernel setting.
    Kernel(String),
    /// Who is served on a port of the components.
    Port(u16),
}

/// What a node has of a feature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trait {
    /// The same text for what means the same; empty for nothing.
    pub(super) value: String,
    /// As people are told it.
    pub(super) told: String,
    /// The file as it is called on this node; empty for what is no file.
    pub(super) path: String,
}

/// A node as others see it.
#[derive(Debug)]
pub(super) struct Portrait {
    /// The same for nodes of one role: components, programs that run them, operating system, folders.
    pub(super) role: String,
    /// What is known of it. `None` for what is given and cannot be told.
    pub(super) traits: Vec<(Feature, Option<Trait>)>,
    /// The components of which what is not among the traits is as it is by default.
    pub(super) whole: Vec<Component>,
    /// Whether the sockets that listen are known.
    pub(super) knows_ports: bool,
}

/// What stands for a node's own name.
const NODE: &str = "<node>";

/// What stands for an address of a node.
const ADDRESS: &str = "<address>";

/// Settings that tell nodes apart: names, addresses, networks and labels of one node, and how a member joined etcd.
const OWN: [&str; 25] = [
    "advertise-address",
    "advertise-client-urls",
    "cloud-node-ip",
    "hostname-override",
    "hostnameOverride",
    "initial-advertise-peer-urls",
    "initial-cluster",
    "initial-cluster-state",
    "initial-cluster-token",
    "kubelet-node-ip",
    "lock-file",
    "log-file",
    "metrics-unique-name",
    "name",
    "node-external-ip",
    "node-ip",
    "node-labels",
    "node-name",
    "nodeIP",
    "podCIDR",
    "provider-id",
    "providerID",
    "root-dir",
    "service-node-name",
    "unique-name",
];

/// Folders by which a distribution is known, the more particular first.
const LAYOUTS: [&str; 6] = [
    "/var/lib/rancher/rke2/",
    "/var/lib/rancher/k3s/",
    "/var/lib/k0s/",
    "/var/snap/microk8s/",
    "/var/lib/minikube/",
    "/etc/kubernetes/",
];

/// The ports of components: API server and k3s' supervisor, etcd, kubelet, kube-proxy, controller manager, scheduler.
fn is_of_component(port: u16) -> bool {
    matches!(port, 2379..=2382 | 4194 | 6443 | 8080 | 9345 | 10248..=10259 | 16443)
}

/// The settings that checks ask about, by which a difference weighs more.
pub(super) fn security(component: Component) -> &'static [&'static str] {
    match component {
        Component::Kubelet => &[
            "allowedUnsafeSysctls",
            "authentication.anonymous.enabled",
            "authentication.x509.clientCAFile",
            "authorization.mode",
            "healthzBindAddress",
            "makeIPTablesUtilChains",
            "podPidsLimit",
            "protectKernelDefaults",
            "readOnlyPort",
            "rotateCertificates",
            "seccompDefault",
            "serverTLSBootstrap",
            "staticPodURL",
            "tlsCertFile",
            "tlsCipherSuites",
            "tlsMinVersion",
            "tlsPrivateKeyFile",
        ],
        Component::KubeProxy => &["enableProfiling", "metricsBindAddress"],
        Component::KubeApiserver => &[
            "anonymous-auth",
            "audit-log-path",
            "audit-policy-file",
            "authorization-config",
            "authorization-mode",
            "client-ca-file",
            "disable-admission-plugins",
            "enable-admission-plugins",
            "encryption-provider-config",
            "etcd-cafile",
            "kubelet-certificate-authority",
            "profiling",
            "service-account-lookup",
            "tls-cipher-suites",
            "tls-min-version",
            "token-auth-file",
        ],
        Component::KubeControllerManager => &[
            "bind-address",
            "profiling",
            "root-ca-file",
            "service-account-private-key-file",
            "tls-cipher-suites",
            "tls-min-version",
            "use-service-account-credentials",
        ],
        Component::KubeScheduler => &["bind-address", "profiling", "tls-cipher-suites", "tls-min-version"],
        Component::Etcd => &[
            "auto-tls",
            "cert-file",
            "cipher-suites",
            "client-cert-auth",
            "key-file",
            "peer-auto-tls",
            "peer-cert-file",
            "peer-client-cert-auth",
            "peer-key-file",
            "peer-trusted-ca-file",
            "tls-min-version",
            "trusted-ca-file",
        ],
    }
}

impl Portrait {
    /// What is seen of a node on which these components run. Of several of a kind the first counts.
    pub(super) fn of(host: &Host, components: &[Settings]) -> Self {
        let mut components: Vec<&Settings> = components.iter().collect();
        components.dedup_by_key(|settings| settings.component());
        let mut traits = Vec::new();
        for settings in &components {
            let component = settings.component();
            let mut keys = settings.stated();
            keys.extend(security(component).iter().map(|key| (*key).to_owned()));
            keys.retain(|key| !is_own(key));
            for key in keys {
                let value = of_setting(host, settings, &key);
                traits.push((Feature::Setting(component, key), value));
            }
        }
        for (path, file) in host.files.iter().filter(|(_, file)| file.exists()) {
            of_file(host, path, file, &mut traits);
        }
        for (name, value) in host.sysctls.iter().filter(|(name, _)| is_shared(name)) {
            traits.push((Feature::Kernel(name.clone()), Some(Trait::plain(value.trim()))));
        }
        let knows_ports = !host.listening.is_empty() && host.gap("listening").is_none();
        let ports: BTreeSet<u16> = host.listening.iter().map(|socket| socket.port).collect();
        for port in ports.into_iter().filter(|port| knows_ports && is_of_component(*port)) {
            traits.push((Feature::Port(port), Some(Trait::plain(served(host, port)))));
        }
        let whole = components.iter().filter(|one| one.is_whole()).map(|one| one.component()).collect();
        Self { role: role(host, &components), traits, whole, knows_ports }
    }
}

impl Trait {
    fn plain(text: &str) -> Self {
        Self { value: text.to_owned(), told: text.to_owned(), path: String::new() }
    }

    /// What a node has of a port on which nothing listens.
    pub(super) fn nobody() -> Self {
        Self { value: String::new(), told: "nothing".to_owned(), path: String::new() }
    }
}

/// What nodes have in common that are compared with each other.
fn role(host: &Host, components: &[&Settings]) -> String {
    let mut parts = vec![host.system.id.clone()];
    let is_there = |folder: &&&str| {
        let after = host.files.range((**folder).to_owned()..);
        after.take_while(|(path, _)| path.starts_with(**folder)).any(|(_, file)| file.exists())
    };
    parts.extend(LAYOUTS.iter().find(is_there).map(|folder| (*folder).to_owned()));
    for settings in components {
        let program = settings.process(host).map(|process| process.program.as_str()).unwrap_or_default();
        let component = settings.component().program();
        parts.push(if program.is_empty() || program == component {
            component.to_owned()
        } else {
            format!("{component} in {program}")
        });
    }
    parts.join(", ")
}

/// Whether a setting tells nodes apart.
fn is_own(key: &str) -> bool {
    OWN.contains(&key)
}

/// Whether a kernel setting is one that nodes share, and none that names or counts.
fn is_shared(name: &str) -> bool {
    !name.starts_with("kernel.random.") && !matches!(name, "kernel.hostname" | "kernel.domainname")
}

/// What a node has of a setting; `None` where that cannot be told.
pub(super) fn of_setting(host: &Host, settings: &Settings, key: &str) -> Option<Trait> {
    let setting = settings.get(key).ok()?;
    let shown = shown(&setting);
    if shown.contains("********") {
        return None;
    }
    let value = same(host, settings.component(), key, &setting, &shown);
    let told = match (setting.is_given(), shown.is_empty()) {
        (_, true) => "not set".to_owned(),
        (false, _) if value.is_empty() => "not set".to_owned(),
        (false, false) => format!("{} by default", shorten(&shown)),
        (true, false) => shorten(&shown),
    };
    Some(Trait { value, told, path: String::new() })
}

fn shown(setting: &Setting) -> String {
    match (setting.text(), setting.value.as_ref().map(Node::value)) {
        (Some(text), _) => text.into_owned(),
        (None, Some(Value::List(_) | Value::Map(_))) => {
            setting.value.as_ref().map(print::json).unwrap_or_default()
        }
        (None, _) => String::new(),
    }
}

/// One text for values that mean the same: without what names the node, order where it means nothing, and spellings of
/// booleans and lengths of time. Of a kubelet, a zero is nothing.
fn same(host: &Host, component: Component, key: &str, setting: &Setting, shown: &str) -> String {
    if is_set(component, key) {
        let mut items = setting.list();
        items.sort_unstable();
        items.dedup();
        return items.join(",");
    }
    let is_agent = component == Component::Kubelet;
    let is_bool = component.flag(key).is_some_and(|flag| flag.ty == FlagType::Bool);
    if let Some(is_on) = parse_bool(shown).filter(|_| is_bool) {
        return is_on.to_string();
    }
    if let Some(seconds) = duration_seconds(shown).filter(|_| shown.ends_with(['s', 'm', 'h'])) {
        return if is_agent && seconds == 0.0 { String::new() } else { format!("{seconds}s") };
    }
    match shown {
        "0" | "false" | "[]" | "{}" if is_agent => String::new(),
        _ => without_addresses(key, &without_name(&host.metadata.name, shown)),
    }
}

/// Whether a setting is a list whose order means nothing.
fn is_set(component: Component, key: &str) -> bool {
    matches!(
        key,
        "enable-admission-plugins"
            | "disable-admission-plugins"
            | "tls-cipher-suites"
            | "tlsCipherSuites"
            | "cipher-suites"
    ) || component.flag(key).is_some_and(|flag| flag.ty == FlagType::Map)
}

/// A text with a node's own name taken out, where that stands as a word of its own.
fn without_name(name: &str, text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    let is_word = |c: char| c.is_ascii_alphanumeric();
    while let Some(at) = rest.find(name).filter(|_| !name.is_empty()) {
        let (before, after) = (&rest[..at], &rest[at + name.len()..]);
        let is_within = before.ends_with(is_word) || after.starts_with(is_word);
        kept.push_str(before);
        kept.push_str(if is_within { name } else { NODE });
        rest = after;
    }
    kept.push_str(rest);
    kept
}

/// Of a setting that holds addresses of the node, the value with those taken out that are of one node: whether it is
/// reached on all of its addresses or by itself alone stays.
fn without_addresses(key: &str, text: &str) -> String {
    let lower = key.to_ascii_lowercase();
    let is_one =
        ["address", "addresses", "urls", "-ip", "etcd-servers"].iter().any(|end| lower.ends_with(end));
    if !is_one {
        return text.to_owned();
    }
    let is_of_address = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':');
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(begin) = rest.find(is_of_address) {
        kept.push_str(&rest[..begin]);
        let found = &rest[begin..];
        let end = found.find(|c| !is_of_address(c)).unwrap_or(found.len());
        let (word, after) = found.split_at(end);
        let (host, port) = match word.rsplit_once(':') {
            Some((host, port)) if word.parse::<IpAddr>().is_err() => (host, Some(port)),
            _ => (word, None),
        };
        match host.parse::<IpAddr>() {
            Ok(ip) if !ip.is_loopback() && !ip.is_unspecified() => {
                kept.push_str(ADDRESS);
                if let Some(port) = port {
                    kept.push(':');
                    kept.push_str(port);
                }
            }
            _ => kept.push_str(word),
        }
        rest = after;
    }
    kept.push_str(rest);
    kept
}

fn of_file(host: &Host, path: &str, file: &File, traits: &mut Vec<(Feature, Option<Trait>)>) {
    let name = without_name(&host.metadata.name, path);
    let of = |text: String| Some(Trait { value: text.clone(), told: text, path: path.to_owned() });
    if let Some(mode) = file.mode {
        traits.push((Feature::Mode(name.clone()), of(format!("{:04o}", mode & 0o7777))));
    }
    if let Some(owner) = file.owner() {
        traits.push((Feature::Owner(name), of(owner)));
    }
}

/// Who reaches a port on which something listens.
fn served(host: &Host, port: u16) -> &'static str {
    let addresses = host.listening.iter().filter(|socket| socket.port == port);
    let parsed: Vec<Option<IpAddr>> = addresses.map(|socket| socket.address.parse().ok()).collect();
    if parsed.iter().any(|address| address.is_none_or(|ip| ip.is_unspecified())) {
        "all addresses"
    } else if parsed.iter().flatten().all(IpAddr::is_loopback) {
        "the node itself alone"
    } else {
        "one of its addresses"
    }
}

/// The most bytes of a value that a message repeats.
const LIMIT: usize = 80;

fn shorten(text: &str) -> String {
    let end = (0..=LIMIT).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    match text.get(..end) {
        Some(kept) if end < text.len() => format!("{kept}…"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_out_where_it_is_a_word() {
        for (text, kept) in [
            ("/etc/ssl/node-1.pem", "/etc/ssl/<node>.pem"),
            ("/etc/ssl/node-11.pem", "/etc/ssl/node-11.pem"),
            ("system:node:node-1", "system:node:<node>"),
            ("node-1", "<node>"),
            ("supernode-1", "supernode-1"),
        ] {
            assert_eq!(without_name("node-1", text), kept, "{text}");
        }
        assert_eq!(without_name("", "a"), "a");
    }

    #[test]
    fn addresses_of_one_node_are_taken_out_and_others_stay() {
        for (key, text, kept) in [
            ("bind-address", "10.0.0.11", "<address>"),
            ("bind-address", "0.0.0.0", "0.0.0.0"),
            ("metricsBindAddress", "127.0.0.1:10249", "127.0.0.1:10249"),
            ("metricsBindAddress", "10.0.0.1:10249", "<address>:10249"),
            ("metricsBindAddress", "[2001:db8::1]:10249", "[<address>]:10249"),
            ("metricsBindAddress", "[::]:10249", "[::]:10249"),
            (
                "listen-client-urls",
                "https://127.0.0.1:2379,https://10.0.0.11:2379",
                "https://127.0.0.1:2379,https://<address>:2379",
            ),
            ("clusterDNS", "[\"10.96.0.10\"]", "[\"10.96.0.10\"]"),
        ] {
            assert_eq!(without_addresses(key, text), kept, "{key} {text}");
        }
    }

    #[test]
    fn what_weighs_more_is_what_checks_ask_about() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
        for (component, family) in [
            (Component::Kubelet, "kubelet"),
            (Component::KubeProxy, "kube_proxy"),
            (Component::KubeApiserver, "apiserver"),
            (Component::KubeControllerManager, "controller_manager"),
            (Component::KubeScheduler, "scheduler"),
            (Component::Etcd, "etcd"),
        ] {
            let files = std::fs::read_dir(format!("{folder}/{family}")).unwrap();
            let mut source = std::fs::read_to_string(format!("{folder}/{family}.rs")).unwrap();
            source.extend(
                files
                    .map(|file| file.unwrap().path())
                    .filter(|path| path.extension().is_some_and(|end| end == "rs"))
                    .map(|path| std::fs::read_to_string(path).unwrap()),
            );
            for key in security(component) {
                assert!(source.contains(&format!("\"{key}\"")), "no check of {component} asks about {key}");
            }
        }
    }
}
