//! What was seen on one host, raw: processes, files, sockets, kernel settings. Nothing here is judged or merged yet.
//!
//! It is written and read as a document of kind [`KIND`], so that facts that were collected elsewhere are scanned like any
//! other document:
//!
//! ```yaml
//! apiVersion: ironsides.dev/v1
//! kind: NodeFacts
//! metadata: {name: node-1}
//! processes:
//! - {pid: 812, program: kubelet, arguments: [/usr/bin/kubelet, --config=/var/lib/kubelet/config.yaml]}
//! files:
//!   /var/lib/kubelet/config.yaml: {kind: file, mode: "0600", uid: 0, gid: 0, user: root, group: root, content: "…"}
//!   /etc/kubernetes/admin.conf: {kind: missing}
//! ```
//!
//! What was not looked at is not mentioned; what was looked for and is not there is [`FileKind::Missing`]; what could not
//! be read is [`FileKind::Unreadable`] and says why.

use std::collections::BTreeMap;

use ironsides_tree::Node;
use serde::{Deserialize, Serialize};

use crate::component::Component;
use crate::error::SettingsError;
use crate::file::File;
use crate::settings::Settings;
use crate::typed::typed;

/// The kind of the document.
pub const KIND: &str = "NodeFacts";

/// The `apiVersion` of the document, and so the version of its format.
pub const API_VERSION: &str = "ironsides.dev/v1";

/// The folders in which distributions keep the manifests of static pods: kubeadm, RKE2, `OpenShift`.
const MANIFESTS: [&str; 3] = [
    "/etc/kubernetes/manifests",
    "/var/lib/rancher/rke2/agent/pod-manifests",
    "/etc/kubernetes/static-pod-resources",
];

/// The facts of one host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Host {
    /// [`API_VERSION`].
    pub api_version: String,
    /// [`KIND`].
    pub kind: String,
    /// The name, and when it was looked at.
    pub metadata: Metadata,
    /// The operating system.
    #[serde(default)]
    pub system: System,
    /// The processes that matter: components of Kubernetes and of the container runtime, and what starts them.
    #[serde(default)]
    pub processes: Vec<Process>,
    /// The files of the host that were looked at, by absolute path as the host itself has it (no `--root` in front).
    #[serde(default)]
    pub files: BTreeMap<String, File>,
    /// The sockets that listen.
    #[serde(default)]
    pub listening: Vec<Listening>,
    /// Kernel settings by their dotted name: `kernel.panic`.
    #[serde(default)]
    pub sysctls: BTreeMap<String, String>,
    /// What the kubelet answers to `GET /configz`: the object under `kubeletconfig`, as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configz: Option<serde_json::Value>,
    /// What could not be looked at, and why.
    #[serde(default)]
    pub gaps: Vec<Gap>,
}

/// The name of a host, and when it was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// The name of the node, or else of the host.
    pub name: String,
    /// When it was looked at, RFC 3339 in UTC.
    #[serde(default, rename = "creationTimestamp", skip_serializing_if = "Option::is_none")]
    pub collected: Option<String>,
}

/// The operating system of a host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct System {
    /// `ID` of os-release: `ubuntu`, `talos`, `bottlerocket`.
    pub id: String,
    /// `VERSION_ID` of os-release.
    pub version: String,
    /// The release of the kernel: `6.8.0-45-generic`.
    pub kernel: String,
    /// Its architecture, as the kernel names it: `x86_64`.
    pub architecture: String,
}

/// A running process.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Process {
    /// Its process id in the outermost PID namespace that was seen.
    pub pid: u32,
    /// The process that started it.
    pub parent: u32,
    /// The name of its program: the file name of the executable, or else of the first argument.
    pub program: String,
    /// The executable, as the process sees it; `None` where the link could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub executable: Option<String>,
    /// The command line, the name of the program first. Bytes that are no UTF-8 are replaced.
    pub arguments: Vec<String>,
    /// Whether the command line is longer than what is kept of it.
    #[serde(skip_serializing_if = "is_false")]
    pub truncated: bool,
    /// The variables of the environment that components read (`ETCD_…`, `KUBE…`, `K3S_…`, `RKE2_…`, `GODEBUG`, proxies), and no other.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
    /// Whether the environment could be read.
    #[serde(skip_serializing_if = "is_false")]
    pub environment_unreadable: bool,
    /// The user it runs as.
    pub uid: u32,
    /// The group it runs as.
    pub gid: u32,
    /// Its working directory, as it sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory: Option<String>,
    /// The id of the container it runs in, from its cgroup.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The files that it names, where it sees other files than the host does (it has a mount namespace of its own), by
    /// absolute path as it sees them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<BTreeMap<String, File>>,
}

/// Beginnings of the names of variables that components read.
const READ: [&str; 7] = ["ETCD_", "GODEBUG", "K0S_", "K3S_", "KUBE", "NO_PROXY", "RKE2_"];

impl Process {
    /// Whether a variable of the environment is kept where it is set: one that components read. Those of service links say
    /// nothing of a component.
    pub fn keeps(variable: &str) -> bool {
        let upper = variable.to_ascii_uppercase();
        let is_read = READ.iter().any(|start| upper.starts_with(start))
            || matches!(&*upper, "HTTP_PROXY" | "HTTPS_PROXY" | "ALL_PROXY");
        let is_link = upper.starts_with("KUBERNETES_SERVICE_") || upper.starts_with("KUBERNETES_PORT");
        is_read && !is_link
    }
}

/// A socket that listens.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Listening {
    /// `tcp` or `tcp6`.
    pub protocol: String,
    /// The address, `0.0.0.0` or `::` for all.
    pub address: String,
    /// The port.
    pub port: u16,
    /// The process that holds it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
}

/// Something that could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Gap {
    /// What was to be looked at: a path, `processes`, `listening`.
    pub what: String,
    /// Why that failed, and what to do.
    pub why: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_false(value: &bool) -> bool {
    !value
}

impl Host {
    /// An empty host of this name.
    pub fn new(name: &str) -> Self {
        Self {
            api_version: API_VERSION.into(),
            kind: KIND.into(),
            metadata: Metadata { name: name.into(), collected: None },
            system: System::default(),
            processes: Vec::new(),
            files: BTreeMap::new(),
            listening: Vec::new(),
            sysctls: BTreeMap::new(),
            configz: None,
            gaps: Vec::new(),
        }
    }

    /// Whether a document holds the facts of a host.
    pub fn is_in(document: &Node) -> bool {
        document.get("kind").and_then(Node::as_str) == Some(KIND)
            && document
                .get("apiVersion")
                .and_then(Node::as_str)
                .is_some_and(|version| version.starts_with("ironsides.dev/"))
    }

    /// Reads a document.
    ///
    /// # Errors
    ///
    /// Another version of the format, a field of another type.
    pub fn read(document: &Node) -> Result<Self, SettingsError> {
        let version = document.get("apiVersion").and_then(Node::as_str).unwrap_or_default();
        if version != API_VERSION {
            return Err(SettingsError::Version { version: version.to_owned() });
        }
        typed(document).map_err(SettingsError::Facts)
    }

    /// The processes that run a program.
    pub fn running<'a>(&'a self, program: &str) -> impl Iterator<Item = &'a Process> {
        self.processes.iter().filter(move |process| process.program == program)
    }

    /// A file as a process sees it, or as the host does where no process is given. `None` where nobody looked.
    pub fn file<'a>(&'a self, process: Option<&'a Process>, path: &str) -> Option<&'a File> {
        match process.and_then(|process| process.files.as_ref()) {
            Some(own) => own.get(path),
            None => self.files.get(path),
        }
    }

    /// The manifests of static pods: what lies in the folder that a kubelet among these components reads, and where
    /// distributions put them.
    pub fn manifests(&self, running: &[Settings]) -> impl Iterator<Item = (&str, &File)> {
        let kubelets = running.iter().filter(|settings| settings.component() == Component::Kubelet);
        let own =
            kubelets.filter_map(|kubelet| Some(kubelet.get("staticPodPath").ok()?.text()?.into_owned()));
        let mut folders: Vec<String> = own.filter(|path| path.starts_with('/')).collect();
        folders.extend(MANIFESTS.map(str::to_owned));
        let is_in = move |path: &str| {
            folders.iter().any(|folder| match path.strip_prefix(folder.trim_end_matches('/')) {
                // The kubelet also takes one file.
                Some("") => path.contains('.'),
                Some(rest) => rest.strip_prefix('/').is_some_and(|name| !name.contains('/')),
                None => false,
            })
        };
        let own = self.processes.iter().filter_map(|process| process.files.as_ref()).flatten();
        own.chain(&self.files).map(|(path, file)| (path.as_str(), file)).filter(move |(path, _)| is_in(path))
    }

    /// Whether all that is known of it is what its kubelet answers: nobody looked at the host itself.
    pub fn is_answer(&self) -> bool {
        let is_empty = self.processes.is_empty() && self.files.is_empty() && self.sysctls.is_empty();
        self.configz.is_some() && is_empty && self.listening.is_empty() && self.gaps.is_empty()
    }

    /// Why something was not looked at: a gap that names it, or a folder above it.
    pub fn gap(&self, what: &str) -> Option<&Gap> {
        let names = |gap: &&Gap| {
            what.strip_prefix(&*gap.what).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.gaps.iter().find(names)
    }
}
