//! Modes and owners of files on the nodes.

use crate::distribution::Distribution;
use crate::options::Options;
use crate::profile::Profile;
use crate::yaml::Text;

/// What a file or folder should be like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mode {
    /// The path, with `*` for any name in a folder.
    pub path: String,
    /// The permissions: no bit more than these.
    pub mode: u32,
    /// `USER:GROUP`.
    pub owner: &'static str,
    /// The controls of CIS 1.12 that it meets.
    pub controls: &'static [&'static str],
    /// What it is.
    pub what: &'static str,
    /// Whether only nodes of the control plane have it.
    pub is_control_plane: bool,
}

/// The files of the nodes of a distribution.
pub(crate) fn modes(options: &Options) -> Vec<Mode> {
    let mut all = Vec::new();
    let mut add = |path: &str, mode, controls, what, is_control_plane| {
        all.push(Mode { path: path.to_owned(), mode, owner: "root:root", controls, what, is_control_plane });
    };
    match options.distribution {
        Distribution::Kubeadm | Distribution::Kubespray => {
            let manifests = "/etc/kubernetes/manifests";
            let pki = if options.distribution == Distribution::Kubeadm {
                "/etc/kubernetes/pki"
            } else {
                "/etc/kubernetes/ssl"
            };
            add(&format!("{manifests}/kube-apiserver.yaml"), 0o600, &["1.1.1", "1.1.2"], "static pod", true);
            add(
                &format!("{manifests}/kube-controller-manager.yaml"),
                0o600,
                &["1.1.3", "1.1.4"],
                "static pod",
                true,
            );
            add(&format!("{manifests}/kube-scheduler.yaml"), 0o600, &["1.1.5", "1.1.6"], "static pod", true);
            add(&format!("{manifests}/etcd.yaml"), 0o600, &["1.1.7", "1.1.8"], "static pod", true);
            add("/etc/cni/net.d/*", 0o600, &["1.1.9", "1.1.10"], "configuration of the CNI plug-in", false);
            for name in ["admin.conf", "super-admin.conf"] {
                add(
                    &format!("/etc/kubernetes/{name}"),
                    0o600,
                    &["1.1.13", "1.1.14"],
                    "kubeconfig of an administrator",
                    true,
                );
            }
            add("/etc/kubernetes/scheduler.conf", 0o600, &["1.1.15", "1.1.16"], "kubeconfig", true);
            add("/etc/kubernetes/controller-manager.conf", 0o600, &["1.1.17", "1.1.18"], "kubeconfig", true);
            add(pki, 0o755, &["1.1.19"], "certificates and keys", true);
            add(
                &format!("{pki}/*.crt"),
                0o644,
                &["1.1.19", "1.1.20", "4.1.7", "4.1.8"],
                "certificates",
                false,
            );
            add(&format!("{pki}/*.key"), 0o600, &["1.1.19", "1.1.21"], "keys", true);
            add(&format!("{pki}/etcd/*.crt"), 0o644, &["1.1.19", "1.1.20"], "certificates of etcd", true);
            add(&format!("{pki}/etcd/*.key"), 0o600, &["1.1.19", "1.1.21"], "keys of etcd", true);
            add(
                "/usr/lib/systemd/system/kubelet.service",
                0o600,
                &["4.1.1", "4.1.2"],
                "unit of the kubelet",
                false,
            );
            add(
                "/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf",
                0o600,
                &["4.1.1", "4.1.2"],
                "unit of the kubelet",
                false,
            );
            add(
                "/etc/kubernetes/kubelet.conf",
                0o600,
                &["4.1.5", "4.1.6"],
                "kubeconfig of the kubelet",
                false,
            );
            add(
                "/var/lib/kubelet/config.yaml",
                0o600,
                &["4.1.9", "4.1.10"],
                "configuration of the kubelet",
                false,
            );
        }
        Distribution::K3s | Distribution::Rke2 => {
            let root = format!("/var/lib/rancher/{}", options.distribution);
            add(
                &format!("/etc/rancher/{}/config.yaml", options.distribution),
                0o600,
                &[],
                "configuration",
                false,
            );
            add(
                &format!("/etc/rancher/{0}/{0}.yaml", options.distribution),
                0o600,
                &["1.1.13", "1.1.14"],
                "kubeconfig of an administrator",
                true,
            );
            add(
                &format!("{root}/server/cred/*"),
                0o600,
                &["1.1.15", "1.1.16", "1.1.17", "1.1.18"],
                "kubeconfigs and the encryption key",
                true,
            );
            add(&format!("{root}/server/tls/*.crt"), 0o644, &["1.1.19", "1.1.20"], "certificates", true);
            add(&format!("{root}/server/tls/*.key"), 0o600, &["1.1.19", "1.1.21"], "keys", true);
            add(
                &format!("{root}/agent/kubelet.kubeconfig"),
                0o600,
                &["4.1.5", "4.1.6"],
                "kubeconfig of the kubelet",
                false,
            );
            add(&format!("{root}/agent/client-ca.crt"), 0o644, &["4.1.7", "4.1.8"], "CA of clients", false);
            if options.distribution == Distribution::Rke2 {
                add(
                    &format!("{root}/agent/pod-manifests/*"),
                    0o600,
                    &["1.1.1", "1.1.2", "1.1.3", "1.1.4", "1.1.5", "1.1.6", "1.1.7", "1.1.8"],
                    "static pods",
                    true,
                );
                add(
                    &format!("{root}/agent/etc/cni/net.d/*"),
                    0o600,
                    &["1.1.9", "1.1.10"],
                    "configuration of the CNI plug-in",
                    false,
                );
            }
        }
        // A read-only system without users: nothing to set.
        Distribution::Talos => return all,
    }
    let audit = options.distribution.audit_folder();
    add(audit, 0o700, &[], "audit log", true);
    add(options.distribution.server_folder(), 0o700, &[], "files that the API server's flags name", true);
    let data = match options.distribution {
        Distribution::K3s => "/var/lib/rancher/k3s/server/db/etcd",
        Distribution::Rke2 => "/var/lib/rancher/rke2/server/db/etcd",
        _ => "/var/lib/etcd",
    };
    // k3s runs etcd within itself, as root: another owner would lock it out of nothing and mean nothing.
    let has_user = options.profile >= Profile::CisL1 && options.distribution != Distribution::K3s;
    all.push(Mode {
        path: data.to_owned(),
        mode: 0o700,
        owner: if has_user { "etcd:etcd" } else { "root:root" },
        controls: if has_user { &["1.1.11", "1.1.12"] } else { &["1.1.11"] },
        what: "data of etcd",
        is_control_plane: true,
    });
    all
}

/// Modes as a file of tmpfiles.d, which systemd sets at every boot and with `systemd-tmpfiles --create`. Paths that are not
/// there are passed over.
pub(crate) fn tmpfiles(modes: &[Mode], is_control_plane: bool) -> String {
    let mut text = Text::new();
    text.comment(
        "Modes and owners of Kubernetes' files. `systemd-tmpfiles --create` sets them, at every boot too; what is not \
         there is passed over. Run it once more after kubeadm, an upgrade, or a change of the CNI plug-in.",
    );
    let made = [Distribution::Kubeadm, Distribution::Kubespray, Distribution::K3s, Distribution::Rke2]
        .map(Distribution::audit_folder);
    for mode in modes.iter().filter(|mode| mode.is_control_plane == is_control_plane) {
        let (user, group) = mode.owner.split_once(':').unwrap_or((mode.owner, mode.owner));
        let controls = if mode.controls.is_empty() {
            String::new()
        } else {
            format!(" CIS {}.", mode.controls.join(", "))
        };
        text.comment(&format!("{}.{controls}", sentence(mode.what)));
        // The folder of the audit log is made where it is missing: the kubelet would make it for all to read.
        let kind = if made.contains(&mode.path.as_str()) { 'd' } else { 'z' };
        text.line(&format!("{kind} {} {:04o} {user} {group} -", mode.path, mode.mode));
    }
    text.finish()
}

/// The user of etcd, as a file of sysusers.d.
pub(crate) fn sysusers() -> String {
    let mut text = Text::new();
    text.comment("The user that etcd's data belongs to. CIS 1.1.12. `systemd-sysusers` makes it.");
    text.line("u etcd - \"etcd\" /var/lib/etcd");
    text.finish()
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
