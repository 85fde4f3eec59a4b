//! What settings name: paths in flags, in configuration files and in unit files.

use std::collections::BTreeMap;

use ironsides_settings::with_folders_of_snap;
use ironsides_tree::{Node, Value};

use crate::kind::{CNI, Format, Kind};
use crate::names;

/// A path that something names, absolute or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) path: String,
    pub(crate) kind: Kind,
}

/// The paths in a command line. Of a flag that is not known every absolute path is looked at for its mode.
pub(crate) fn flags(program: &str, arguments: &[String]) -> Vec<Named> {
    let mut named = Vec::new();
    let mut rest = arguments.iter().skip(1).peekable();
    while let Some(word) = rest.next() {
        if !word.starts_with('-') {
            continue;
        }
        let flag = word.trim_start_matches('-');
        let (name, value) = match flag.split_once('=') {
            Some((name, value)) => (name, value),
            None => match rest.peek() {
                Some(next) if !next.starts_with('-') => (flag, rest.next().map_or("", |next| next)),
                _ => continue,
            },
        };
        flag_value(program, name, value, &mut named);
    }
    named
}

/// The paths in the variables that etcd takes for flags: `ETCD_CONFIG_FILE` is `--config-file`.
pub(crate) fn variables_of_etcd(environment: &BTreeMap<String, String>) -> Vec<Named> {
    let mut named = Vec::new();
    for (name, value) in environment {
        if let Some(flag) = name.strip_prefix("ETCD_") {
            flag_value("etcd", &flag.to_lowercase().replace('_', "-"), value, &mut named);
        }
    }
    named
}

/// The paths in the value of a flag.
fn flag_value(program: &str, name: &str, value: &str, named: &mut Vec<Named>) {
    let kind = match (program, &*names::plain(name)) {
        ("containerd" | "crio", "c" | "config") => Some(Kind::Text(Format::Toml)),
        ("crio", "d" | "configdir") => Some(Kind::Texts(Format::Toml, &[""])),
        (_, plain) => {
            if plain == "auditlogpath"
                && let Some((folder, _)) = value.rsplit_once('/').filter(|(folder, _)| !folder.is_empty())
            {
                named.push(Named { path: folder.to_owned(), kind: Kind::Attributes });
            }
            names::kind(name)
        }
    };
    // `cert,key:names` of SNI; lists of files.
    let value = if names::plain(name).ends_with("snicertkey") {
        value.split_once(':').map_or(value, |(files, _)| files)
    } else {
        value
    };
    for part in value.split(',') {
        let part = part.strip_prefix("unix://").unwrap_or(part);
        let is_path = !part.is_empty() && part != "-" && !part.contains("://") && !part.contains('\0');
        let kind = kind.or_else(|| part.starts_with('/').then_some(Kind::Attributes));
        if let Some(kind) = kind.filter(|_| is_path && part.len() < LONGEST) {
            named.push(Named { path: part.to_owned(), kind });
        }
    }
}

/// Longer paths are none.
const LONGEST: usize = 4096;

/// The paths in a document of configuration.
pub(crate) fn document(root: &Node) -> Vec<Named> {
    let mut named = Vec::new();
    let kind = root.get("kind").and_then(Node::as_str).unwrap_or_default();
    if kind == "AdmissionConfiguration" {
        for plugin in root.get("plugins").map(Node::items).unwrap_or_default() {
            if let Some(path) = plugin.get("path").and_then(Node::as_str).filter(|path| !path.is_empty()) {
                named.push(Named { path: path.to_owned(), kind: Kind::Text(Format::Yaml) });
            }
        }
    }
    // Of a pod only the files of the host are meant, and those are found by its mounts.
    if kind == "Pod" {
        return pod(root);
    }
    walk(root, &mut named);
    named
}

fn walk(node: &Node, named: &mut Vec<Named>) {
    match node.value() {
        Value::Map(map) => {
            for (key, value) in map.iter() {
                let kind = names::kind(key);
                let texts = value.as_str().into_iter().chain(value.items().iter().filter_map(Node::as_str));
                for text in texts {
                    match kind {
                        Some(_) => flag_value("", key, text, named),
                        // `kube-apiserver-arg: [audit-log-path=/a]` of k3s and RKE2.
                        None if key.ends_with("-arg") => {
                            if let Some((name, value)) = text.trim_start_matches('-').split_once('=') {
                                flag_value("", name, value, named);
                            }
                        }
                        None => {}
                    }
                }
                walk(value, named);
            }
        }
        Value::List(items) => items.iter().for_each(|item| walk(item, named)),
        _ => {}
    }
}

/// The files of the host that the command lines of a static pod name, as its mounts show them.
fn pod(root: &Node) -> Vec<Named> {
    let text = |node: &Node, keys: &[&str]| node.at(keys).and_then(Node::as_str).map(str::to_owned);
    let volumes = root.at(&["spec", "volumes"]).map(Node::items).unwrap_or_default();
    let mut named = Vec::new();
    for container in root.at(&["spec", "containers"]).map(Node::items).unwrap_or_default() {
        let words = |key| container.get(key).map(Node::items).unwrap_or_default().iter();
        let words: Vec<String> =
            words("command").chain(words("args")).filter_map(Node::as_str).map(str::to_owned).collect();
        let Some(program) = crate::program::of(&words) else { continue };
        let mounts = container.get("volumeMounts").map(Node::items).unwrap_or_default();
        let mut places: Vec<(String, String)> = Vec::new();
        for mount in mounts {
            let Some((name, at)) = text(mount, &["name"]).zip(text(mount, &["mountPath"])) else { continue };
            let volume = volumes.iter().find(|volume| text(volume, &["name"]).as_ref() == Some(&name));
            let host = volume.and_then(|volume| text(volume, &["hostPath", "path"]));
            let sub = text(mount, &["subPath"]).map(|sub| format!("/{sub}")).unwrap_or_default();
            places.extend(host.map(|host| (at, host + &sub)));
        }
        for Named { path, kind } in flags(program, &words) {
            let mount = places.iter().filter_map(|(at, host)| {
                let rest = path.strip_prefix(at.trim_end_matches('/'))?;
                (rest.is_empty() || rest.starts_with('/')).then(|| (at.len(), format!("{host}{rest}")))
            });
            if let Some((_, path)) = mount.max_by_key(|(length, _)| *length) {
                named.push(Named { path, kind });
            }
        }
    }
    named
}

/// The paths in the configuration of containerd or CRI-O: more of it, the folders of network plug-ins, certificates.
pub(crate) fn toml(text: &str) -> Vec<Named> {
    let mut named = Vec::new();
    if let Ok(table) = text.parse::<toml::Table>() {
        table_of(&table, &mut named);
    }
    named
}

fn table_of(table: &toml::Table, named: &mut Vec<Named>) {
    for (key, value) in table {
        let kind = match &**key {
            "imports" => Some(Kind::Text(Format::Toml)),
            "conf_dir" | "network_dir" => Some(CNI),
            "config_path" => Some(Kind::Entries),
            "address" | "listen" | "root" | "state" => Some(Kind::Attributes),
            key => names::kind(key),
        };
        match value {
            toml::Value::Table(table) => table_of(table, named),
            toml::Value::String(path) => named.extend(in_toml(path, kind)),
            toml::Value::Array(items) => {
                for item in items {
                    match item {
                        toml::Value::Table(table) => table_of(table, named),
                        toml::Value::String(path) => named.extend(in_toml(path, kind)),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}

fn in_toml(path: &str, kind: Option<Kind>) -> Option<Named> {
    // `imports = ["/etc/containerd/conf.d/*.toml"]`
    if let Some((folder, _)) = path.rsplit_once('/').filter(|(_, name)| name.contains('*')) {
        let kind = Kind::Texts(Format::Toml, &[".toml"]);
        return folder.starts_with('/').then(|| Named { path: folder.to_owned(), kind });
    }
    let kind = kind.filter(|_| !path.is_empty() && !path.contains("://") && path.len() < LONGEST)?;
    Some(Named { path: path.to_owned(), kind })
}

/// The paths in a unit file or a drop-in: files of variables, and the flags of the programs that it starts.
pub(crate) fn unit(text: &str) -> Vec<Named> {
    let mut named = Vec::new();
    for line in crate::unit::lines(text) {
        let Some((key, value)) = line.split_once('=') else { continue };
        match key.trim() {
            "EnvironmentFile" => {
                let path = value.trim().trim_start_matches('-').trim_matches('"');
                if path.starts_with('/') && !path.contains(['*', '%']) {
                    named.push(Named { path: path.to_owned(), kind: Kind::Text(Format::Environment) });
                }
            }
            "ExecStart" => {
                let words: Vec<String> = value
                    .trim_start_matches(['-', '@', ':', '+', '!', ' '])
                    .split_whitespace()
                    .map(|word| word.trim_matches(['"', '\'']).to_owned())
                    .collect();
                if let Some(program) = crate::program::of(&words) {
                    named.extend(flags(program, &words));
                }
            }
            "Environment" => named.extend(words(value)),
            _ => {}
        }
    }
    named
}

/// The paths in flags that stand in a text: files of variables, and of flags.
pub(crate) fn words(text: &str) -> Vec<Named> {
    let split = |word: &str| word.trim_matches(['"', '\'']).to_owned();
    // What stands before the first flag of a line is the name of a variable.
    let mut named = Vec::new();
    for line in with_folders_of_snap(text).lines() {
        let Some(start) = line.find("--") else { continue };
        let flags_of_line = line.get(start..).unwrap_or_default();
        let mut all = vec![String::new()];
        all.extend(flags_of_line.split_whitespace().map(split));
        named.extend(flags("", &all).into_iter().filter(|named| !named.path.contains('$')));
    }
    named
}
