//! The components that k3s runs in its own process, and the flags it gives them.
//!
//! k3s has flags of its own for each (`pkg/daemons/control/server.go`, `pkg/daemons/agent/agent_linux.go`). What is configured by
//! `kube-apiserver-arg` and its like takes the place of its own values; `NAME+=` adds behind them and `NAME-=` in front
//! (`pkg/util/args.go`). Configuration is `config.yaml`, then `config.yaml.d/*.yaml` in their order: a key takes the place of
//! an earlier one, `KEY+` adds to it; on the command line it takes the place of both. The process hides its command
//! line, so that of the unit is read.

use std::collections::{BTreeMap, BTreeSet};

use ironsides_core::HostPlace;
use ironsides_tree::{Cursor, Lines, Value, parse_one};

use crate::beside::{Beside, scalar};
use crate::command_line::{CommandLine, Given};
use crate::component::Component;
use crate::etcd;
use crate::file::{File, FileKind};
use crate::host::{Host, Process};
use crate::place::Place;
use crate::script;

/// A component in the process of k3s.
pub(crate) struct Embedded {
    pub(crate) component: Component,
    pub(crate) line: CommandLine,
    pub(crate) beside: Option<Beside>,
}

/// Component, flag, value of k3s's own.
const OWN: &str = include_str!("flags/k3s.tsv");
const CONFIG: &str = "/etc/rancher/k3s/config.yaml";
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

/// Values in their order, and where each stands.
type Configured = BTreeMap<String, Vec<(String, Place)>>;

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
    let (configured, hidden) = configured(host, process, is_server);
    let last =
        |key: &str| configured.get(key).and_then(|values| values.last()).map(|(value, _)| value.as_str());
    let is_on = |key: &str| last(key).is_some_and(|value| crate::parse_bool(value) == Some(true));
    let data = last("data-dir").unwrap_or(DATA).trim_end_matches('/').to_owned();
    let whole = Place::Host(HostPlace::Process {
        pid: process.pid,
        program: process.program.as_str().into(),
        argument: None,
    });
    let etcd_config = format!("{data}/server/db/etcd/config");
    let has_etcd = is_server
        && last("datastore-endpoint").is_none()
        && host.files.get(&etcd_config).is_some_and(File::exists);
    let mut all = Vec::new();
    for (component, keys, without) in SERVER.iter().filter(|_| is_server).chain([&AGENT]) {
        if is_on(without) {
            continue;
        }
        let mut own = own(*component, &data);
        if *component == Component::KubeApiserver {
            store(&mut own, &data, last("datastore-endpoint"), has_etcd);
            if is_on("secrets-encryption") {
                let path = format!("{data}/server/cred/encryption-config.json");
                own.insert("encryption-provider-config".to_owned(), path);
            }
        }
        let extra = keys.iter().filter_map(|key| configured.get(*key)).flatten();
        let given = merged(own, extra, &whole);
        all.push(Embedded {
            component: *component,
            line: CommandLine { given, hidden: hidden.clone() },
            beside: None,
        });
    }
    if has_etcd {
        let line = CommandLine::default();
        let files = |path: &str| host.files.get(path);
        let beside = Beside::read("etcd", Some(etcd_config), whole, &files, etcd::of_file);
        all.push(Embedded { component: Component::Etcd, line, beside: Some(beside) });
    }
    all
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
fn store(own: &mut BTreeMap<String, String>, data: &str, endpoint: Option<&str>, has_etcd: bool) {
    let is_etcd = endpoint.is_some_and(|endpoint| endpoint.starts_with("http"));
    if has_etcd {
        let tls = format!("{data}/server/tls/etcd");
        own.insert("etcd-servers".into(), "https://127.0.0.1:2379".into());
        own.insert("etcd-cafile".into(), format!("{tls}/server-ca.crt"));
        own.insert("etcd-certfile".into(), format!("{tls}/client.crt"));
        own.insert("etcd-keyfile".into(), format!("{tls}/client.key"));
    } else {
        let servers = endpoint
            .filter(|_| is_etcd)
            .map_or_else(|| format!("unix://{data}/server/kine.sock"), str::to_owned);
        own.insert("etcd-servers".into(), servers);
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

/// What is configured, and where flags may stand that nobody looked at.
fn configured(host: &Host, process: &Process, is_server: bool) -> (Configured, Option<Place>) {
    let mut all = Configured::new();
    let mut hidden = None;
    let drop_ins = format!("{CONFIG}.d/");
    let is_drop_in = |path: &&String| {
        let is_yaml = matches!(path.rsplit('.').next(), Some("yaml" | "yml"));
        is_yaml && path.strip_prefix(&drop_ins).is_some_and(|name| !name.contains('/'))
    };
    let paths = std::iter::once(CONFIG).chain(host.files.keys().filter(is_drop_in).map(String::as_str));
    for path in paths {
        match host.files.get(path) {
            Some(file) if file.kind == FileKind::Missing => {}
            Some(file) if file.content.is_some() => {
                let text = file.content.as_deref().unwrap_or_default();
                if !read(path, text, &mut all) {
                    hidden = Some(Place::file(path, None));
                }
            }
            Some(_) | None => hidden = Some(Place::file(path, None)),
        }
    }
    let unit = if is_server { "/k3s.service" } else { "/k3s-agent.service" };
    let units = host.files.iter().filter(|(path, _)| path.ends_with(unit));
    let mut words: Vec<(String, Place)> = Vec::new();
    for (path, text) in units.filter_map(|(path, file)| Some((path, file.content.as_deref()?))) {
        let joined = text.replace("\\\n", " ");
        for line in joined.lines().filter_map(|line| line.trim().strip_prefix("ExecStart=")) {
            let commands = script::commands(
                line.trim_start_matches(['-', '+', '!', '@', ':']),
                &Place::file(path, None),
            );
            words = commands.into_iter().flatten().skip(2).map(|word| (word.text, word.place)).collect();
        }
    }
    if words.is_empty() {
        let place = |word: &String| {
            Place::Host(HostPlace::Process {
                pid: process.pid,
                program: process.program.as_str().into(),
                argument: Some(word.as_str().into()),
            })
        };
        words = process.arguments.iter().skip(2).map(|word| (word.clone(), place(word))).collect();
    }
    let mut seen = BTreeSet::new();
    let mut rest = words.into_iter().peekable();
    while let Some((word, place)) = rest.next() {
        let Some(flag) = word.strip_prefix("--").or_else(|| word.strip_prefix('-')) else { continue };
        let (key, value) = if let Some((key, value)) = flag.split_once('=') {
            (key, value.to_owned())
        } else {
            let next = rest.next_if(|(next, _)| !next.starts_with('-')).map(|(next, _)| next);
            (flag, next.unwrap_or_else(|| "true".to_owned()))
        };
        let values = all.entry(key.to_owned()).or_default();
        if seen.insert(key.to_owned()) {
            values.clear();
        }
        values.push((value, place));
    }
    (all, hidden)
}

/// Reads a file of configuration; false where it is no YAML.
fn read(path: &str, text: &str, all: &mut Configured) -> bool {
    let Ok(root) = parse_one(text) else { return false };
    let lines = Lines::new(text);
    let place = |at: &Cursor<'_>| {
        let line = at.mark().is_some().then(|| lines.position(text, at.mark().start).line);
        Place::file(path, line)
    };
    for (key, at) in Cursor::root(&root).entries() {
        let (key, adds) = key.strip_suffix('+').map_or((key, false), |key| (key, true));
        let values = all.entry(key.to_owned()).or_default();
        if !adds {
            values.clear();
        }
        match at.node().map(|node| (node, node.value())) {
            Some((_, Value::List(_))) => {
                let items = at.items().filter_map(|item| Some((item.node().and_then(scalar)?, place(&item))));
                values.extend(items);
            }
            Some((node, _)) => values.extend(scalar(node).map(|value| (value, place(&at)))),
            None => {}
        }
    }
    true
}

#[cfg(test)]
mod tests;
