//! The components that k3s runs in its own process, and the flags it gives them.
//!
//! k3s has flags of its own for each (`pkg/daemons/control/server.go`, `pkg/daemons/agent/agent_linux.go`). What is configured by
//! `kube-apiserver-arg` and its like takes the place of its own values; `NAME+=` adds behind them and `NAME-=` in front
//! (`pkg/util/args.go`). Configuration is `config.yaml`, then `config.yaml.d/*.yaml` in their order: a key takes the place of
//! an earlier one, `KEY+` adds to it; on the command line it takes the place of both. The process hides its command
//! line, so that of the unit is read.

mod configured;
mod unit;

use std::collections::BTreeMap;

use ironsides_core::HostPlace;

use crate::agent::Agent;
use crate::beside::Beside;
use crate::command_line::{CommandLine, Given, Word};
use crate::component::Component;
use crate::etcd;
use crate::file::{File, FileKind};
use crate::host::{Host, Process};
use crate::place::Place;
use crate::setting::Unsure;

use configured::Configured;
pub(crate) use configured::Doubt;

/// A component in the process of k3s, or of another program that holds several.
pub(crate) struct Embedded {
    pub(crate) component: Component,
    pub(crate) line: CommandLine,
    pub(crate) beside: Option<Beside>,
    pub(crate) agent: Option<Agent>,
    /// Why not all of its flags are known.
    pub(crate) doubt: Option<Doubt>,
}

/// Component, flag, value of k3s's own.
const OWN: &str = include_str!("flags/k3s.tsv");
const DATA: &str = "/var/lib/rancher/k3s";

/// Each component with the key that configures its flags, and the one that leaves it out.
const SERVER: [(Component, &[&str], &str); 3] = [
    (Component::KubeApiserver, &["kube-apiserver-arg"], "disable-apiserver"),
    (
        Component::KubeControllerManager,
        &["kube-controller-manager-arg", "kube-controller-arg"],
        "disable-controller-manager",
    ),
    (Component::KubeScheduler, &["kube-scheduler-arg"], "disable-scheduler"),
];
const AGENT: (Component, &[&str], &str) = (Component::KubeProxy, &["kube-proxy-arg"], "disable-kube-proxy");

/// The flags that depend on where the API server keeps what it stores.
const STORE: &[&str] = &["etcd-cafile", "etcd-certfile", "etcd-keyfile", "etcd-servers"];

/// The components in a process; none where it is no k3s.
pub(crate) fn embedded(host: &Host, process: &Process) -> Vec<Embedded> {
    let subcommand = |name: &str| {
        process.program == format!("k3s-{name}")
            || process.arguments.iter().flat_map(|word| word.split_whitespace()).nth(1) == Some(name)
    };
    if !matches!(process.program.as_str(), "k3s" | "k3s-server" | "k3s-agent") {
        return Vec::new();
    }
    let is_server = subcommand("server");
    if !is_server && !subcommand("agent") {
        return Vec::new();
    }
    let configured = configured::read(host, process, if is_server { "server" } else { "agent" });
    let doubt = configured.doubt.as_ref();
    let data = configured.last("data-dir").unwrap_or(DATA).trim_end_matches('/').to_owned();
    let whole = Place::Host(HostPlace::Process {
        pid: process.pid,
        program: process.program.as_str().into(),
        argument: None,
    });
    let endpoint = configured.last("datastore-endpoint");
    let etcd_config = format!("{data}/server/db/etcd/config");
    let etcd_file = host.files.get(&etcd_config);
    let has_etcd = is_server && endpoint.is_none() && etcd_file.is_some_and(File::exists);
    // Where nobody looked, there may be one.
    let may_have_etcd = is_server
        && endpoint.is_none()
        && (doubt.is_some() || etcd_file.is_none_or(|file| file.kind != FileKind::Missing));
    let mut all = Vec::new();
    let has_agent = !configured.is_on("disable-agent");
    for (component, keys, without) in SERVER.iter().filter(|_| is_server).chain(has_agent.then_some(&AGENT)) {
        if configured.is_on(without) {
            continue;
        }
        let mut own = own(*component, &data);
        let mut doubt = doubt.cloned();
        if *component == Component::KubeApiserver {
            if has_etcd || !may_have_etcd {
                store(&mut own, &data, &configured, has_etcd);
            } else {
                doubt.get_or_insert_with(|| Doubt::of_file(host, &etcd_config, Some(STORE)));
            }
            if configured.is_on("secrets-encryption") {
                let path = format!("{data}/server/cred/encryption-config.json");
                own.insert("encryption-provider-config".to_owned(), path);
            }
        }
        // What is not known may take the place of its own.
        if configured.doubt.is_some() {
            own.clear();
        }
        let given = merged(own, configured.all(keys), &whole);
        let line = CommandLine { given, ..CommandLine::default() };
        all.push(Embedded { component: *component, line, beside: None, agent: None, doubt });
    }
    if has_agent {
        let agent = kubelet(host, process, &data, &configured, &whole);
        let (component, line) = (Component::Kubelet, CommandLine::default());
        all.push(Embedded { component, line, beside: None, agent: Some(agent), doubt: None });
    }
    if has_etcd || may_have_etcd {
        let (component, line) = (Component::Etcd, CommandLine::default());
        let files = |path: &str| host.files.get(path);
        let beside = match doubt.filter(|_| !has_etcd) {
            Some(Doubt { why, missing, place, .. }) => Beside::Unread(Unsure {
                message: format!("whether k3s runs etcd, and with what settings, is not known: {why}"),
                missing: missing.clone(),
                place: place.clone(),
            }),
            None => Beside::read("etcd", Some(etcd_config), whole, &files, None, etcd::of_file),
        };
        all.push(Embedded { component, line, beside: Some(beside), agent: None, doubt: None });
    }
    all
}

/// The kubelet: k3s hands it a folder of drop-ins, in which its own is the first
/// (`pkg/daemons/agent/agent_linux.go`). Before 1.32 it gave flags, and they are not known here.
fn kubelet(host: &Host, process: &Process, data: &str, configured: &Configured, whole: &Place) -> Agent {
    let folder = format!("{data}/agent/etc/kubelet.conf.d");
    let has_file = host.files.get(&format!("{folder}/00-k3s-defaults.conf")).is_some_and(File::exists);
    let own = [
        ("config-dir", folder),
        ("kubeconfig", format!("{data}/agent/kubelet.kubeconfig")),
        ("read-only-port", "0".to_owned()),
    ];
    let mut own: BTreeMap<String, String> =
        own.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let hidden = match (&configured.doubt, has_file) {
        (Some(_), _) => Some("not all that k3s was started with is known"),
        (None, false) => Some("the configuration that k3s writes for it (00-k3s-defaults.conf) is not known"),
        (None, true) => None,
    };
    if hidden.is_some() {
        own.clear();
    }
    let given = merged(own, configured.all(&["kubelet-arg"]), whole);
    let words: Vec<Word> = given
        .into_iter()
        .map(|Given { name, value, place, .. }| Word {
            text: format!("--{name}={}", value.unwrap_or_default()),
            place,
            expands: false,
        })
        .collect();
    let agent = Agent::of(&words, whole, None, Some((host, process)));
    match hidden {
        Some(why) => agent.despite_hidden(why),
        None => agent,
    }
}

/// The flags that k3s gives a component by itself.
fn own(component: Component, data: &str) -> BTreeMap<String, String> {
    let (tls, cred) = (format!("{data}/server/tls"), format!("{data}/server/cred"));
    let row = |line: &str| {
        let mut columns = line.split('\t');
        let (of, flag, value) = (columns.next()?, columns.next()?, columns.next()?);
        let value = value.replace("{tls}", &tls).replace("{cred}", &cred);
        (of == component.program()).then(|| (flag.to_owned(), value))
    };
    OWN.lines().filter_map(row).collect()
}

/// Where the API server keeps what it stores: etcd in the same process, the endpoint that is configured, or kine's socket.
fn store(own: &mut BTreeMap<String, String>, data: &str, configured: &Configured, has_etcd: bool) {
    let mut set = |flag: &str, value: String| own.insert(flag.to_owned(), value);
    match configured.last("datastore-endpoint") {
        _ if has_etcd => {
            let tls = format!("{data}/server/tls/etcd");
            set("etcd-servers", "https://127.0.0.1:2379".to_owned());
            set("etcd-cafile", format!("{tls}/server-ca.crt"));
            set("etcd-certfile", format!("{tls}/client.crt"));
            set("etcd-keyfile", format!("{tls}/client.key"));
        }
        Some(endpoint) if endpoint.starts_with("http") => {
            set("etcd-servers", endpoint.to_owned());
            let keys = ["datastore-cafile", "datastore-certfile", "datastore-keyfile"];
            for (flag, key) in ["etcd-cafile", "etcd-certfile", "etcd-keyfile"].into_iter().zip(keys) {
                if let Some(path) = configured.last(key) {
                    set(flag, path.to_owned());
                }
            }
        }
        _ => {
            set("etcd-servers", format!("unix://{data}/server/kine.sock"));
        }
    }
}

/// k3s's own flags with those that are configured.
fn merged<'c>(
    mut own: BTreeMap<String, String>,
    extra: impl Iterator<Item = &'c (String, Place)>,
    whole: &Place,
) -> Vec<Given> {
    let mut configured: BTreeMap<String, Vec<(String, Place)>> = BTreeMap::new();
    for (word, place) in extra {
        let word = word.trim_start_matches("--");
        let (name, value) = word.split_once('=').unwrap_or((word, "true"));
        let clean = name.trim_end_matches(['-', '+']).replace('_', "-");
        let before = own.remove(&clean).map(|value| (value, whole.clone()));
        let values = configured.entry(clean).or_default();
        let this = (value.to_owned(), place.clone());
        if name.ends_with('-') {
            values.splice(0..0, [this].into_iter().chain(before));
        } else {
            values.splice(0..0, before.filter(|_| name.ends_with('+')));
            values.push(this);
        }
    }
    let own = own.into_iter().map(|(name, value)| (name, vec![(value, whole.clone())]));
    let all = own.chain(configured).flat_map(|(name, values)| {
        values.into_iter().map(move |(value, place)| Given {
            name: name.clone(),
            value: Some(value),
            place,
            value_place: None,
        })
    });
    all.collect()
}

#[cfg(test)]
mod tests;
