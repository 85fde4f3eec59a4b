//! What real kubelets made of their settings: whether they served, the configuration in force, gates, and what was seen
//! from outside.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use anyhow::Result;
use ironsides_settings::kubelet::{
    Effective, Entry, Files, Listing, Look, Node, Outcome, Server, Start, Status, settle,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::data;
use crate::oracle::{Oracle, Score};

pub(crate) const ORACLE: Oracle =
    Oracle { name: "kubelet", files: &["cluster/kubelet/cases.jsonl", "cluster/kubelet/defaults.json"], run };

/// The version of the recorded kubelets.
const MINOR: u64 = 36;

/// Files that lay there whatever the case.
const PRESENT: [&str; 7] = [
    "/etc/kubernetes/kubelet.conf",
    "/etc/kubernetes/pki/ca.crt",
    "/etc/kubernetes/pki/ca.key",
    "/etc/kubernetes/pki/kubelet.crt",
    "/etc/kubernetes/pki/kubelet.key",
    "/etc/resolv.conf",
    "/run/containerd/containerd.sock",
];

/// Folders that were there whatever the case.
const FOLDERS: [&str; 5] =
    ["/etc/kubernetes/kubelet.conf.d", "/etc/kubernetes/manifests", "/root", "/tmp", "/var/lib/kubelet/pki"];

/// Cipher suites of TLS 1.2 that were offered: the five that some kubelet took, and two that none takes by itself.
const OFFERED: [&str; 7] = [
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
];

#[derive(Deserialize)]
struct Case {
    id: String,
    args: Vec<String>,
    #[serde(default)]
    files: BTreeMap<String, String>,
    #[serde(default)]
    links: BTreeMap<String, String>,
    cwd: Option<String>,
    #[serde(default)]
    tunables: BTreeMap<String, String>,
    starts: bool,
    configz: Option<Value>,
    gates: Option<Value>,
    observed: Option<Value>,
}

#[derive(Deserialize)]
struct Defaults {
    gates: BTreeMap<String, bool>,
}

fn run(folder: &Path) -> Result<Score> {
    let defaults: Defaults =
        serde_json::from_str(&data::text(&folder.join("cluster/kubelet/defaults.json"))?)?;
    let mut score = Score::default();
    for case in data::lines::<Case>(&folder.join("cluster/kubelet/cases.jsonl"))? {
        let expected = expected(&case);
        // The order of keys says nothing.
        let got = got(&case, &defaults)
            .map(|got| if got == expected { expected.to_string() } else { got.to_string() });
        score.compare(|| case.id.clone(), &expected.to_string(), got);
    }
    Ok(score)
}

fn expected(case: &Case) -> Value {
    if !case.starts {
        return json!({"starts": false});
    }
    let mut observed = case.observed.clone().unwrap_or_default();
    if let Some(ciphers) = observed.pointer_mut("/tls/ciphers12").and_then(Value::as_array_mut) {
        ciphers.sort_by_key(ToString::to_string);
    }
    json!({"starts": true, "configz": case.configz, "gates": case.gates, "observed": observed})
}

fn got(case: &Case, defaults: &Defaults) -> Result<Value> {
    let files = World::of(case);
    let mut sysctls: BTreeMap<String, String> = [
        ("kernel.keys.root_maxbytes", "25000000"),
        ("kernel.keys.root_maxkeys", "1000000"),
        ("kernel.panic", "10"),
        ("kernel.panic_on_oops", "1"),
        ("vm.overcommit_memory", "1"),
        ("vm.panic_on_oom", "0"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    sysctls.extend(case.tunables.iter().map(|(name, value)| (name.replace('/', "."), value.clone())));
    // The recorded node stood in a network of its own.
    let addresses: Vec<IpAddr> = (0..=255).map(|net| Ipv4Addr::new(198, 18, net, 2).into()).collect();
    let node = Node {
        cgroup_v1: Some(true),
        cgroup_driver: Some("cgroupfs"),
        sysctls: Some(&sysctls),
        processors: None,
        addresses: Some(&addresses),
    };
    let directory = case.cwd.as_deref().unwrap_or("/");
    match settle(&Start { arguments: &case.args, directory, files: &files, minor: MINOR, node }) {
        Outcome::Serves(effective) => served(case, &effective, defaults),
        Outcome::Refuses(refusal) if case.starts => Ok(json!({"starts": false, "why": refusal.why})),
        Outcome::Refuses(_) => Ok(json!({"starts": false})),
        Outcome::Unknown(partial) => Ok(json!({"missing": partial.missing[0].to_string()})),
    }
}

fn served(case: &Case, effective: &Effective, defaults: &Defaults) -> Result<Value> {
    let observed = effective.observed();
    let ok = |server: &Server| {
        let anonymous =
            server.anonymous.iter().any(|&(path, status)| path == "/configz" && status == Status::Code(200));
        anonymous || [server.certificate, server.token].contains(&Status::Code(200))
    };
    let seen = observed.server.as_ref().is_some_and(ok);
    let configz: Option<Value> =
        if seen { Some(serde_json::from_str(&effective.configz_json())?) } else { None };
    let gates: Map<String, Value> = effective
        .gates()
        .iter()
        .filter(|&(name, on)| defaults.gates.get(name.as_str()) != Some(on))
        .map(|(name, &on)| (name.to_string(), Value::Bool(on)))
        .collect();
    let mut out = json!({
        "listening": observed.listening,
        "healthzPort": if observed.healthz { json!(200) } else { json!("closed") },
    });
    let read_only = |path: &str, status: u16| {
        (path.to_owned(), if observed.read_only.is_some() { json!(status) } else { json!("closed") })
    };
    match &observed.server {
        Some(server) => {
            out["readOnlyPort"] = [("/configz", 404), ("/healthz", 200), ("/pods", 200)]
                .map(|(path, status)| read_only(path, status))
                .into_iter()
                .collect();
            out["anonymous"] =
                server.anonymous.iter().map(|&(path, status)| (path.to_owned(), shown(status))).collect();
            out["certificate"] = json!({"/configz": shown(server.certificate)});
            out["token"] = json!({"/configz": shown(server.token)});
            let mut ciphers = server.ciphers.clone();
            ciphers.retain(|name| OFFERED.contains(name));
            ciphers.sort_unstable();
            out["tls"] = json!({"versions": server.versions, "ciphers12": ciphers});
            if seen {
                out["flagz"] = json!(if server.flagz { 200 } else { 404 });
                out["statusz"] = json!(if server.statusz { 200 } else { 404 });
            }
            if !server.versions.is_empty() {
                out["serving"] = if server.self_signed {
                    json!({"subject": "CN=node-1@TIME", "issuer": "CN=node-1-ca@TIME"})
                } else if server.requested {
                    json!({"subject": "CN=system:node:node-1,O=system:nodes", "issuer": "CN=ca"})
                } else {
                    json!({"subject": "CN=node-1", "issuer": "CN=ca"})
                };
            }
        }
        None => out["readOnlyPort"] = [read_only("/pods", 200)].into_iter().collect(),
    }
    let gates = case.gates.as_ref().map(|_| Value::Object(gates));
    Ok(json!({"starts": true, "configz": configz, "gates": gates, "observed": out}))
}

fn shown(status: Status) -> Value {
    match status {
        Status::Code(code) => json!(code),
        Status::Refused => json!("handshake refused"),
    }
}

/// The files of a case.
struct World<'a> {
    texts: BTreeMap<&'a str, Option<&'a str>>,
    links: BTreeMap<&'a str, &'a str>,
    folders: BTreeSet<&'a str>,
}

impl<'a> World<'a> {
    fn of(case: &'a Case) -> Self {
        let mut texts: BTreeMap<&str, Option<&str>> = PRESENT.iter().map(|&path| (path, None)).collect();
        texts.extend(case.files.iter().map(|(path, text)| (path.as_str(), Some(text.as_str()))));
        let links: BTreeMap<&str, &str> =
            case.links.iter().map(|(path, target)| (path.as_str(), target.as_str())).collect();
        let mut folders: BTreeSet<&str> = FOLDERS.into();
        let all: Vec<&str> = texts.keys().chain(links.keys()).chain(FOLDERS.iter()).copied().collect();
        for path in all {
            let mut path = path;
            while let Some((folder, _)) = path.rsplit_once('/') {
                folders.insert(if folder.is_empty() { "/" } else { folder });
                path = folder;
            }
        }
        Self { texts, links, folders }
    }

    /// The path with all links on its way followed.
    fn follow(&self, path: &str) -> String {
        let mut path = path.to_owned();
        for _ in 0..40 {
            let link = self.links.iter().find_map(|(link, target)| {
                let rest = path.strip_prefix(link).filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
                Some(format!("{target}{rest}"))
            });
            match link {
                Some(next) => path = next,
                None => break,
            }
        }
        path
    }
}

impl Files for World<'_> {
    fn look(&self, path: &str) -> Look<'_> {
        let path = &*self.follow(path);
        match self.texts.get(path) {
            Some(Some(text)) => Look::Text(Cow::Borrowed(text)),
            Some(None) => Look::File { certificates: None },
            None if self.folders.contains(path) => Look::Folder,
            None => Look::Absent,
        }
    }

    fn list(&self, path: &str) -> Listing {
        let path = &*self.follow(path);
        if self.texts.contains_key(path) {
            return Listing::NoFolder;
        }
        if !self.folders.contains(path) {
            return Listing::Absent;
        }
        let inside = |full: &str| {
            let rest = full.strip_prefix(path)?.strip_prefix('/')?;
            (!rest.is_empty() && !rest.contains('/')).then(|| rest.to_owned())
        };
        let files = self.texts.keys().chain(self.links.keys());
        let files = files.filter_map(|full| inside(full).map(|name| Entry { name, folder: false }));
        let folders =
            self.folders.iter().filter_map(|full| inside(full).map(|name| Entry { name, folder: true }));
        Listing::Entries(files.chain(folders).collect())
    }

    fn is_link(&self, path: &str) -> bool {
        self.links.contains_key(path)
    }
}
