//! Which files of a node a question is about: those that running components name, then those that lie where distributions
//! put them.

use std::collections::BTreeSet;

use ironsides_settings::{Component, File, FileKind, Host, Process, Settings};

use crate::out::Out;

/// A path of the node that a question is about.
pub(super) struct Seen<'a> {
    pub(super) path: String,
    /// What is known of it; `None` where nobody looked.
    pub(super) file: Option<&'a File>,
}

/// What was found of the files that a question is about.
pub(super) enum Sought<'a> {
    /// These are.
    These(Vec<Seen<'a>>),
    /// There are none, because of this.
    None(String),
    /// Which there are is not known, for the processes of the node were not seen: what is not known, in one sentence.
    Unseen(String),
}

/// Where admins' kubeconfigs lie: kubeadm's two (the second since 1.29), k3s, RKE2, k0s, microk8s.
pub(super) const ADMIN: &[&str] = &[
    "/etc/kubernetes/admin.conf",
    "/etc/kubernetes/super-admin.conf",
    "/etc/rancher/k3s/k3s.yaml",
    "/var/lib/rancher/k3s/server/cred/admin.kubeconfig",
    "/etc/rancher/rke2/rke2.yaml",
    "/var/lib/rancher/rke2/server/cred/admin.kubeconfig",
    "/var/lib/k0s/pki/admin.conf",
    "/var/snap/microk8s/current/credentials/client.config",
];

/// Where the scheduler's kubeconfig lies.
pub(super) const SCHEDULER: &[&str] = &[
    "/etc/kubernetes/scheduler.conf",
    "/var/lib/rancher/k3s/server/cred/scheduler.kubeconfig",
    "/var/lib/rancher/rke2/server/cred/scheduler.kubeconfig",
    "/var/lib/k0s/pki/scheduler.conf",
    "/var/snap/microk8s/current/credentials/scheduler.config",
];

/// Where the controller manager's kubeconfig lies.
pub(super) const CONTROLLER_MANAGER: &[&str] = &[
    "/etc/kubernetes/controller-manager.conf",
    "/var/lib/rancher/k3s/server/cred/controller.kubeconfig",
    "/var/lib/rancher/rke2/server/cred/controller.kubeconfig",
    "/var/snap/microk8s/current/credentials/controller.config",
];

/// Where the kubelet's kubeconfig lies.
pub(super) const KUBELET: &[&str] = &[
    "/etc/kubernetes/kubelet.conf",
    "/var/lib/kubelet/kubeconfig",
    "/var/lib/rancher/k3s/agent/kubelet.kubeconfig",
    "/var/lib/rancher/rke2/agent/kubelet.kubeconfig",
    "/var/lib/k0s/kubelet.conf",
    "/var/snap/microk8s/current/credentials/kubelet.config",
];

/// Where kube-proxy's kubeconfig lies.
pub(super) const KUBE_PROXY: &[&str] = &[
    "/var/lib/kube-proxy/kubeconfig.conf",
    "/var/lib/kube-proxy/kubeconfig",
    "/etc/kubernetes/kube-proxy.conf",
    "/etc/kubernetes/proxy.conf",
    "/var/lib/rancher/k3s/agent/kubeproxy.kubeconfig",
    "/var/lib/rancher/rke2/agent/kubeproxy.kubeconfig",
    "/var/snap/microk8s/current/credentials/proxy.config",
];

/// Where the kubelet's configuration lies.
pub(super) const KUBELET_CONFIGURATION: &[&str] = &[
    "/var/lib/kubelet/config.yaml",
    "/etc/kubernetes/kubelet/kubelet-config.json",
    "/etc/kubernetes/kubelet/config.json",
    "/etc/kubernetes/kubelet-config.yaml",
];

/// Where the certificate authority lies that kubelets know clients by.
pub(super) const CLIENT_CA: &[&str] = &[
    "/etc/kubernetes/pki/ca.crt",
    "/var/lib/rancher/k3s/agent/client-ca.crt",
    "/var/lib/rancher/rke2/agent/client-ca.crt",
    "/var/lib/k0s/pki/ca.crt",
    "/var/snap/microk8s/current/certs/ca.crt",
];

/// Where etcd keeps its data.
pub(super) const ETCD_DATA: &[&str] = &[
    "/var/lib/etcd",
    "/var/lib/rancher/k3s/server/db/etcd",
    "/var/lib/rancher/rke2/server/db/etcd",
    "/var/lib/k0s/etcd",
];

/// Folders of the control plane's certificates and keys: kubeadm, kubespray, k3s, RKE2, k0s, microk8s, minikube.
const PKI: &[&str] = &[
    "/etc/kubernetes/pki",
    "/etc/kubernetes/ssl",
    "/var/lib/rancher/k3s/server/tls",
    "/var/lib/rancher/rke2/server/tls",
    "/var/lib/k0s/pki",
    "/var/snap/microk8s/current/certs",
    "/var/lib/minikube/certs",
];

/// Where a kubelet keeps its certificates unless a flag names another folder.
const KUBELET_PKI: &str = "/var/lib/kubelet/pki";

/// Where the kubelet's unit lies unless it is found elsewhere.
const UNIT: &str = "/etc/systemd/system/kubelet.service";

/// Folders of static pods.
const MANIFESTS: &[&str] = &[
    "/etc/kubernetes/manifests",
    "/var/lib/rancher/rke2/agent/pod-manifests",
    "/etc/kubernetes/static-pod-resources",
];

/// Folders of the network's configuration.
const CNI: &[&str] = &[
    "/etc/cni/net.d",
    "/var/lib/rancher/k3s/agent/etc/cni/net.d",
    "/var/lib/rancher/rke2/agent/etc/cni/net.d",
    "/var/snap/microk8s/current/args/cni-network",
];

/// The flags with which components name certificates and keys.
const OF_PKI: &[(Component, &[&str])] = &[
    (
        Component::KubeApiserver,
        &[
            "client-ca-file",
            "etcd-cafile",
            "etcd-certfile",
            "etcd-keyfile",
            "kubelet-certificate-authority",
            "kubelet-client-certificate",
            "kubelet-client-key",
            "proxy-client-cert-file",
            "proxy-client-key-file",
            "requestheader-client-ca-file",
            "service-account-key-file",
            "service-account-signing-key-file",
            "tls-cert-file",
            "tls-private-key-file",
        ],
    ),
    (
        Component::KubeControllerManager,
        &[
            "client-ca-file",
            "cluster-signing-cert-file",
            "cluster-signing-key-file",
            "requestheader-client-ca-file",
            "root-ca-file",
            "service-account-private-key-file",
            "tls-cert-file",
            "tls-private-key-file",
        ],
    ),
    (
        Component::KubeScheduler,
        &["client-ca-file", "requestheader-client-ca-file", "tls-cert-file", "tls-private-key-file"],
    ),
    (
        Component::Etcd,
        &[
            "cert-file",
            "key-file",
            "peer-cert-file",
            "peer-key-file",
            "peer-trusted-ca-file",
            "trusted-ca-file",
        ],
    ),
    (Component::Kubelet, &["authentication.x509.clientCAFile", "tlsCertFile", "tlsPrivateKeyFile"]),
];

/// Whether a path lies in a folder or below it.
fn is_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'))
}

fn is_folder(file: &File) -> bool {
    matches!(file.kind, FileKind::Directory)
}

/// Whether anybody looked at a path, or at something below it.
fn is_known(host: &Host, path: &str) -> bool {
    host.files.keys().any(|known| known == path || is_in(known, path))
}

/// The program that runs components within its own process, where one does.
fn combined(host: &Host) -> Option<&'static str> {
    let programs = [("k3s", "k3s"), ("k3s-server", "k3s"), ("k3s-agent", "k3s"), ("kubelite", "microk8s")];
    programs.into_iter().find(|(program, _)| host.running(program).next().is_some()).map(|(_, name)| name)
}

/// Why there is no component on a node.
fn no_component(host: &Host, component: Component) -> Sought<'static> {
    Sought::None(match combined(host) {
        Some(name) => format!("{name} runs the components within its own process: no {component} of its own"),
        None => format!("no {component} runs on this node, and no static pod starts one"),
    })
}

/// The settings of a component on the node, wherever it runs.
pub(super) fn of<'a>(out: &Out<'a>, component: Component) -> impl Iterator<Item = &'a Settings> {
    out.components().iter().filter(move |settings| settings.component() == component)
}

/// The manifests of static pods that start a component.
pub(super) fn manifests<'a>(out: &Out<'a>, component: Component) -> Sought<'a> {
    let Some(host) = out.host() else { return Sought::None(String::new()) };
    let found: Vec<Seen<'a>> = host
        .manifests(out.components())
        .filter(|(path, file)| Settings::is_started_by(component, path, file))
        .map(|(path, file)| Seen { path: path.to_owned(), file: Some(file) })
        .collect();
    let is_gone = |seen: &Seen<'_>| seen.file.is_some_and(|file| file.kind == FileKind::Missing);
    if combined(host).is_some() && found.iter().all(is_gone) {
        return no_component(host, component);
    }
    if !found.is_empty() {
        return Sought::These(found);
    }
    if of(out, component).next().is_none() {
        // Where processes could not be looked at, the folder of static pods tells.
        let folder = MANIFESTS.iter().find(|folder| host.gap(folder).is_some());
        return match (
            folder,
            host.gap("processes").is_some() && !MANIFESTS.iter().any(|at| is_known(host, at)),
        ) {
            (Some(folder), _) => Sought::These(vec![Seen { path: (*folder).to_owned(), file: None }]),
            (None, true) => Sought::These(vec![Seen { path: MANIFESTS[0].to_owned(), file: None }]),
            (None, false) => no_component(host, component),
        };
    }
    if let Some(unread) = MANIFESTS
        .iter()
        .filter_map(|folder| Some((*folder, host.files.get(*folder)?)))
        .find(|(_, file)| file.kind == FileKind::Unreadable)
    {
        return Sought::These(vec![Seen { path: unread.0.to_owned(), file: Some(unread.1) }]);
    }
    if MANIFESTS.iter().any(|folder| is_known(host, folder)) {
        return Sought::None(format!("{component} runs on this node, but no static pod starts it"));
    }
    Sought::These(vec![Seen { path: MANIFESTS[0].to_owned(), file: None }])
}

/// The files that components name by these settings, and those of the known places that are there. Of the known places
/// none is asked for where a component names another.
pub(super) fn named<'a>(out: &Out<'a>, component: Component, keys: &[&str], known: &[&str]) -> Sought<'a> {
    let Some(host) = out.host() else { return Sought::None(String::new()) };
    let mut found: Vec<Seen<'a>> = Vec::new();
    for settings in of(out, component) {
        for key in keys {
            let Some(path) = named_by(host, settings, key) else { continue };
            let path = absolute(host, settings, &path);
            let file = settings.file(host, &path);
            // Of what it names besides, what is known is judged.
            let is_wanted = found.is_empty() || file.is_some();
            if is_wanted && !found.iter().any(|seen| seen.path == path) {
                found.push(Seen { path, file });
            }
        }
    }
    let is_gone = |seen: &Seen<'_>| seen.file.is_some_and(|file| file.kind == FileKind::Missing);
    let mut processes = of(out, component).filter_map(|settings| settings.process(host));
    if !found.is_empty() && found.iter().all(is_gone) && processes.any(|process| is_closed(host, process)) {
        return Sought::Unseen(format!("whether {component} sees the files of the host is not known"));
    }
    if !found.is_empty() {
        return Sought::These(found);
    }
    let is_there = |path: &&str| host.files.get(*path).is_some_and(File::exists);
    if host.gap("processes").is_some() && !known.iter().any(is_there) {
        return Sought::Unseen(format!("which file {component} names is not known"));
    }
    anywhere(host, known)
}

/// Whether the kernel lets nobody look into a process: what is missing on the host may be there for it.
fn is_closed(host: &Host, process: &Process) -> bool {
    process.environment_unreadable && process.files.is_none() && host.gap("processes").is_some()
}

/// A path as a component takes it: a relative one from its working directory, where that is known.
fn absolute(host: &Host, settings: &Settings, path: &str) -> String {
    let directory = settings.process(host).and_then(|process| process.directory.as_deref());
    match directory {
        Some(directory) if !path.starts_with('/') => {
            format!("{}/{}", directory.trim_end_matches('/'), path.trim_start_matches("./"))
        }
        _ => path.to_owned(),
    }
}

/// The path that a setting names. Where what the configuration file of a scheduler says of it is not known, it is that file.
fn named_by(host: &Host, settings: &Settings, key: &str) -> Option<String> {
    let text = |key: &str| settings.get(key).ok()?.text().map(std::borrow::Cow::into_owned);
    if settings.component() == Component::KubeScheduler && settings.get(key).is_err() {
        return text("config").map(|path| absolute(host, settings, &path));
    }
    text(key)
}

/// Those of the known places at which something is.
pub(super) fn anywhere<'a>(host: &'a Host, known: &[&str]) -> Sought<'a> {
    let looked: Vec<Seen<'a>> = known
        .iter()
        .filter_map(|path| Some(Seen { path: (*path).to_owned(), file: Some(host.files.get(*path)?) }))
        .collect();
    let first = known.first().copied().unwrap_or_default();
    Sought::These(if looked.is_empty() { vec![Seen { path: first.to_owned(), file: None }] } else { looked })
}

/// Programs that read the configuration of the network.
const RUNTIMES: [&str; 3] = ["containerd", "crio", "kubelet"];

/// The files in which the network of a node is configured: in the folder that the container runtime names, or else where
/// it looks by itself.
pub(super) fn cni<'a>(out: &Out<'a>) -> Sought<'a> {
    let Some(host) = out.host() else { return Sought::None(String::new()) };
    let mut folders: BTreeSet<String> = CNI.iter().map(|folder| (*folder).to_owned()).collect();
    folders.extend(super::runtime::cni_folders(host));
    // Where runtime and kubelet see other files than the host, theirs count too; what both see is told once.
    let own = host.processes.iter().filter_map(|process| process.files.as_ref());
    let mut found: Vec<Seen<'a>> = Vec::new();
    for files in std::iter::once(&host.files).chain(own) {
        let inside = |path: &str| folders.iter().any(|folder| is_in(path, folder));
        for (path, file) in files.iter().filter(|(path, file)| inside(path) && !is_folder(file)) {
            if !found.iter().any(|seen| seen.path == *path && seen.file == Some(file)) {
                found.push(Seen { path: path.clone(), file: Some(file) });
            }
        }
    }
    if !found.is_empty() {
        return Sought::These(found);
    }
    let reads = |process: &&Process| RUNTIMES.contains(&process.program.as_str());
    if let Some(runtime) = host.processes.iter().filter(reads).find(|process| is_closed(host, process)) {
        return Sought::Unseen(format!(
            "whether {} sees the files of the host is not known",
            runtime.program
        ));
    }
    if folders.iter().any(|folder| is_known(host, folder)) {
        return Sought::None("there is no configuration of a network plug-in on this node".into());
    }
    Sought::These(vec![Seen { path: CNI[0].to_owned(), file: None }])
}

/// The kubelet's unit and its drop-ins.
pub(super) fn kubelet_units<'a>(out: &Out<'a>) -> Sought<'a> {
    let Some(host) = out.host() else { return Sought::None(String::new()) };
    let is_one = |path: &str| {
        let Some((folder, name)) = path.rsplit_once('/') else { return false };
        let in_units = |folder: &str| folder.ends_with("/systemd/system");
        let drop_in = folder.rsplit_once('/').is_some_and(|(above, unit)| {
            in_units(above) && unit == "kubelet.service.d" && is_named(name, &[".conf"])
        });
        drop_in || in_units(folder) && name == "kubelet.service"
    };
    let units = host.files.iter().filter(|(path, _)| is_one(path));
    let found: Vec<Seen<'a>> =
        units.map(|(path, file)| Seen { path: path.clone(), file: Some(file) }).collect();
    let nowhere = || vec![Seen { path: UNIT.to_owned(), file: None }];
    Sought::These(if found.is_empty() { nowhere() } else { found })
}

/// The kubelet's configuration: the file that it names and its drop-ins, or else what lies where distributions put one.
pub(super) fn kubelet_configuration<'a>(out: &Out<'a>) -> Sought<'a> {
    let Some(host) = out.host() else { return Sought::None(String::new()) };
    let mut sought = named(out, Component::Kubelet, &["config"], KUBELET_CONFIGURATION);
    let Sought::These(found) = &mut sought else { return sought };
    for settings in of(out, Component::Kubelet) {
        let Ok(setting) = settings.get("config-dir") else { continue };
        let Some(folder) = setting.text().map(|path| absolute(host, settings, &path)) else { continue };
        let process = settings.process(host).and_then(|process| process.files.as_ref());
        let files = process.unwrap_or(&host.files);
        if !files.keys().any(|path| *path == folder || is_in(path, &folder)) || host.gap(&folder).is_some() {
            found.push(Seen { path: folder.clone(), file: None });
        }
        let drop_ins = files.iter().filter(|(path, _)| is_in(path, &folder) && is_named(path, &[".conf"]));
        found.extend(drop_ins.map(|(path, file)| Seen { path: path.clone(), file: Some(file) }));
    }
    sought
}

/// The certificates and keys of the node with their folders: whatever lies in the folders of the PKI and below them, and
/// what components name.
pub(super) fn pki<'a>(out: &Out<'a>) -> Sought<'a> {
    let Some(host) = out.host() else { return Sought::None(String::new()) };
    let is_one = |path: &str| PKI.iter().any(|folder| path == *folder || is_in(path, folder));
    let mut found: Vec<Seen<'a>> = host
        .files
        .iter()
        .filter(|(path, _)| is_one(path))
        .map(|(path, file)| Seen { path: path.clone(), file: Some(file) })
        .collect();
    for (component, keys) in OF_PKI {
        let each = keys.iter().filter_map(|key| match named(out, *component, &[*key], &[]) {
            Sought::These(found) => Some(found),
            Sought::None(_) | Sought::Unseen(_) => None,
        });
        for seen in each.flatten() {
            if !seen.path.is_empty() && !found.iter().any(|known| known.path == seen.path) {
                found.push(seen);
            }
        }
    }
    for seen in kubelet_pair(out, host) {
        if !found.iter().any(|known| known.path == seen.path) {
            found.push(seen);
        }
    }
    if found.is_empty() {
        return anywhere(host, PKI);
    }
    // What was not read of these folders is not known; of folders above, only what lies in one of which something was seen.
    let mut unread: Vec<&str> =
        host.gaps.iter().map(|gap| &*gap.what).filter(|path| path.starts_with('/') && is_one(path)).collect();
    let is_below = |folder: &&&str| is_known(host, folder) && host.gap(folder).is_some();
    unread.extend(PKI.iter().filter(is_below).copied());
    unread.sort_unstable();
    unread.dedup();
    found.extend(unread.into_iter().map(|folder| Seen { path: format!("{folder}/*"), file: None }));
    Sought::These(found)
}

/// The certificates that kubelets use without being told of: what the cluster signs for them and they renew, or else the
/// pair that they sign themselves. What nobody looked at is left out.
fn kubelet_pair<'a>(out: &Out<'a>, host: &'a Host) -> Vec<Seen<'a>> {
    let mut found = Vec::new();
    for settings in of(out, Component::Kubelet) {
        let is_on = |key: &str| settings.get(key).ok().and_then(|setting| setting.is_on());
        let has = |key: &str| settings.get(key).ok().map(|setting| setting.text().is_some());
        let folder = settings.get("cert-dir").ok();
        let folder =
            folder.as_ref().and_then(ironsides_settings::Setting::text).unwrap_or(KUBELET_PKI.into());
        let server: &[&str] = match (has("tlsCertFile"), is_on("serverTLSBootstrap")) {
            (Some(false), Some(true)) => &["kubelet-server-current.pem"],
            (Some(false), Some(false) | None) => &["kubelet.crt", "kubelet.key"],
            _ => &[],
        };
        let client: &[&str] =
            if is_on("rotateCertificates") == Some(true) { &["kubelet-client-current.pem"] } else { &[] };
        for name in server.iter().chain(client) {
            let path = format!("{}/{name}", folder.trim_end_matches('/'));
            let Some(file) = settings.file(host, &path) else { continue };
            found.push(Seen { path, file: Some(file) });
        }
    }
    found
}

/// Those that are certificates, or may be: what could not be looked at stays.
pub(super) fn certificates(sought: Sought<'_>) -> Sought<'_> {
    only(sought, |path, file| is_named(path, &[".crt", ".cert", ".cer"]) || has_certificate(path, file))
}

/// Those that hold private keys, or may.
pub(super) fn keys(sought: Sought<'_>) -> Sought<'_> {
    only(sought, |path, file| file.key.is_some() || is_named(path, &[".key", "-key.pem", ".p12", ".pfx"]))
}

fn has_certificate(path: &str, file: &File) -> bool {
    let is_key = file.key.is_some() || path.ends_with("-key.pem");
    !is_key && (!file.certificates.is_empty() || is_named(path, &[".pem"]))
}

fn is_named(path: &str, ends: &[&str]) -> bool {
    ends.iter().any(|end| path.ends_with(end))
}

fn only(sought: Sought<'_>, is_one: impl Fn(&str, &File) -> bool) -> Sought<'_> {
    let Sought::These(mut places) = sought else { return sought };
    places.retain(|seen| match seen.file {
        Some(file) => !is_folder(file) && (!file.exists() || is_one(&seen.path, file)),
        None => true,
    });
    Sought::These(places)
}
