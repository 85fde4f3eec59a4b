//! Nodes as distributions set them up.

use ironsides_settings::{FileKind, Host};

use crate::prepared::{Prepared, file, leaf, process};

/// A control plane of kubeadm.
fn kubeadm() -> Prepared {
    let root = Prepared::new();
    let (certificate, key) = leaf("system:node:Node-1", "system:nodes");
    root.process(
        700,
        &[
            "/usr/bin/kubelet",
            "--kubeconfig=/etc/kubernetes/kubelet.conf",
            "--config",
            "/var/lib/kubelet/config.yaml",
            "--config-dir=/etc/kubernetes/kubelet.conf.d",
        ],
        "0::/system.slice/kubelet.service",
    );
    let id = "ab".repeat(32);
    root.process(
        900,
        &[
            "kube-apiserver",
            "--client-ca-file=/etc/kubernetes/pki/ca.crt",
            "--audit-policy-file=/etc/kubernetes/audit/policy.yaml",
            "--admission-control-config-file=/etc/kubernetes/admission/all.yaml",
            "--audit-log-path=/var/log/audit/audit.log",
            "--tls-sni-cert-key=/etc/sni/a.crt,/etc/sni/a.key:a.example",
            "--encryption-provider-config=/etc/kubernetes/enc.yaml",
        ],
        &format!("0::/kubepods.slice/cri-containerd-{id}.scope"),
    );
    // The container sees files of its own.
    for (link, target) in [("ns/mnt", "mnt:[2]"), ("root", "/run/rootfs")] {
        std::fs::remove_file(root.at(&format!("/proc/900/{link}"))).unwrap();
        root.link(&format!("/proc/900/{link}"), target);
    }
    root.file("/run/rootfs/etc/kubernetes/pki/ca.crt", 0o600, &certificate);
    root.file(
        "/run/rootfs/etc/kubernetes/audit/policy.yaml",
        0o600,
        "apiVersion: audit.k8s.io/v1\nkind: Policy\n",
    );
    root.file(
        "/run/rootfs/etc/kubernetes/admission/all.yaml",
        0o600,
        "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins:\n- {name: PodSecurity, path: pss.yaml}\n\
         - name: ImagePolicyWebhook\n  configuration: {imagePolicy: {kubeConfigFile: /etc/kubernetes/hook.conf}}\n",
    );
    root.file("/run/rootfs/etc/kubernetes/admission/pss.yaml", 0o600, "kind: PodSecurityConfiguration\n");
    root.file(
        "/etc/kubernetes/kubelet.conf",
        0o600,
        "kind: Config\nusers: [{name: a, user: {client-certificate: pki/node.crt, client-key: /var/lib/kubelet/pki/node.key}}]\n",
    );
    root.file("/etc/kubernetes/pki/node.crt", 0o644, &certificate);
    root.file("/etc/kubernetes/pki/etcd/ca.key", 0o600, &key);
    root.file("/var/lib/kubelet/pki/node.key", 0o600, &key);
    root.file(
        "/var/lib/kubelet/config.yaml",
        0o644,
        "kind: KubeletConfiguration\nstaticPodPath: /etc/kubernetes/manifests\nauthentication: {x509: {clientCAFile: own-ca.crt}}\n",
    );
    root.file("/var/lib/kubelet/own-ca.crt", 0o644, &certificate);
    root.file("/etc/kubernetes/kubelet.conf.d/50-a.conf", 0o644, "kind: KubeletConfiguration\nport: 1\n");
    root.file("/etc/kubernetes/kubelet.conf.d/deep/60-b.conf", 0o644, "kind: KubeletConfiguration\n");
    root.file("/etc/kubernetes/kubelet.conf.d/.hidden.conf", 0o644, "x: 1\n");
    root.file(
        "/etc/kubernetes/manifests/etcd.yaml",
        0o600,
        "apiVersion: v1\nkind: Pod\nmetadata: {name: etcd}\nspec:\n  containers:\n  - name: etcd\n    command: [etcd, --cert-file=/pki/server.crt, --data-dir=/var/lib/etcd]\n    \
         volumeMounts: [{name: pki, mountPath: /pki}, {name: data, mountPath: /var/lib/etcd}]\n  volumes:\n  \
         - {name: pki, hostPath: {path: /etc/kubernetes/pki/etcd}}\n  - {name: data, hostPath: {path: /srv/etcd}}\n",
    );
    root.file("/etc/kubernetes/pki/etcd/server.crt", 0o644, &certificate);
    root.file("/srv/etcd/member/x", 0o600, "x");
    root.file(
        "/usr/lib/systemd/system/kubelet.service",
        0o644,
        "[Service]\nExecStart=/usr/bin/kubelet\nEnvironmentFile=-/etc/own/kubelet.env\n",
    );
    root.file(
        "/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf",
        0o644,
        "[Service]\nEnvironment=\"A_ARGS=--x\"\n",
    );
    root.file("/etc/own/kubelet.env", 0o640, "KUBELET_EXTRA_ARGS=--node-ip=10.0.0.1\n");
    root.link("/lib", "usr/lib");
    root.file(
        "/etc/containerd/config.toml",
        0o644,
        "version = 2\nimports = [\"/etc/containerd/conf.d/*.toml\"]\n",
    );
    root.file("/etc/containerd/conf.d/a.toml", 0o644, "[plugins.x.cni]\nconf_dir = \"/srv/cni\"\n");
    root.file("/srv/cni/10-a.conflist", 0o644, "{\"name\": \"a\"}");
    root
}

#[test]
fn a_control_plane_of_kubeadm() {
    let host = kubeadm().collect();
    assert_eq!(host.metadata.name, "node-1");
    assert_eq!(
        (&*host.system.id, &*host.system.version, &*host.system.kernel),
        ("some", "12", "6.8.0-45-generic")
    );
    assert_eq!(host.sysctls["kernel.panic"], "10");
    assert_eq!(host.sysctls["net.ipv4.ip_forward"], "1");
    assert_eq!((host.listening[0].port, &*host.listening[0].address), (10250, "0.0.0.0"));
    assert_eq!(host.gaps, []);
    // The kubelet is on the host: its files are the host's.
    let kubelet = process(&host, "kubelet");
    assert!(kubelet.files.is_none() && kubelet.container.is_none());
    for (path, holds) in [
        ("/var/lib/kubelet/config.yaml", "clientCAFile"),
        ("/etc/kubernetes/kubelet.conf.d/50-a.conf", "port: 1"),
        ("/etc/kubernetes/kubelet.conf.d/deep/60-b.conf", "kind"),
        ("/etc/kubernetes/manifests/etcd.yaml", "data-dir"),
        ("/usr/lib/systemd/system/kubelet.service", "ExecStart"),
        ("/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf", "--x"),
        ("/etc/own/kubelet.env", "--node-ip"),
        ("/etc/containerd/conf.d/a.toml", "/srv/cni"),
        ("/srv/cni/10-a.conflist", "name"),
    ] {
        let text = file(&host, path).content.as_deref().unwrap_or_else(|| panic!("{path} has no text"));
        assert!(text.contains(holds), "{path}: {text}");
    }
    assert!(!host.files.contains_key("/etc/kubernetes/kubelet.conf.d/.hidden.conf"));
    for path in
        ["/etc/kubernetes/pki/node.crt", "/var/lib/kubelet/own-ca.crt", "/etc/kubernetes/pki/etcd/server.crt"]
    {
        assert_eq!(
            file(&host, path).certificates[0].subject,
            "CN=system:node:Node-1,O=system:nodes",
            "{path}"
        );
    }
    assert_eq!(file(&host, "/var/lib/kubelet/pki/node.key").key.as_ref().unwrap().algorithm, "ECDSA-256");
    assert_eq!(file(&host, "/etc/kubernetes/pki/etcd/ca.key").mode, Some(0o600));
    assert_eq!(file(&host, "/srv/etcd").kind, FileKind::Directory);
    assert_eq!(file(&host, "/etc/kubernetes/admin.conf").kind, FileKind::Missing);
    // The kubelet's own pair is looked for whether or not anything names it.
    for name in ["kubelet.crt", "kubelet.key", "kubelet-client-current.pem", "kubelet-server-current.pem"] {
        assert_eq!(file(&host, &format!("/var/lib/kubelet/pki/{name}")).kind, FileKind::Missing, "{name}");
    }
    // The same file by another name.
    let other = file(&host, "/lib/systemd/system/kubelet.service");
    assert_eq!(other.target.as_deref(), Some("/usr/lib/systemd/system/kubelet.service"));
    // The API server sees other files.
    let server = process(&host, "kube-apiserver");
    let own = server.files.as_ref().unwrap();
    assert_eq!(server.container.as_deref(), Some(&*"ab".repeat(32)));
    assert_eq!(own["/etc/kubernetes/pki/ca.crt"].mode, Some(0o600));
    assert!(own["/etc/kubernetes/audit/policy.yaml"].content.is_some());
    assert!(own["/etc/kubernetes/admission/pss.yaml"].content.is_some());
    for missing in
        ["/etc/kubernetes/enc.yaml", "/etc/kubernetes/hook.conf", "/etc/sni/a.key", "/var/log/audit"]
    {
        assert_eq!(own[missing].kind, FileKind::Missing, "{missing}");
    }
    assert!(
        !host.files.contains_key("/etc/kubernetes/pki/ca.crt")
            || host.files["/etc/kubernetes/pki/ca.crt"].mode.is_none()
    );
}

#[test]
fn the_same_root_gives_the_same_document_and_it_can_be_read() {
    let root = kubeadm();
    let host = root.collect();
    let text = serde_json::to_string(&host).unwrap();
    assert_eq!(text, serde_json::to_string(&root.collect()).unwrap());
    let document = ironsides_tree::parse_one(&text).unwrap();
    assert!(Host::is_in(&document));
    assert_eq!(Host::read(&document).unwrap(), host);
}

#[test]
fn a_kubelet_keeps_its_certificates_where_it_is_told_to() {
    let root = Prepared::new();
    root.process(700, &["/usr/bin/kubelet", "--cert-dir=/srv/pki"], "0::/system.slice/kubelet.service");
    root.file("/srv/pki/kubelet-2026.pem", 0o600, "");
    root.link("/srv/pki/kubelet-server-current.pem", "kubelet-2026.pem");
    let host = root.collect();
    assert_eq!(file(&host, "/srv/pki/kubelet-server-current.pem").mode, Some(0o600));
    assert_eq!(file(&host, "/srv/pki/kubelet.crt").kind, FileKind::Missing);
}

#[test]
fn a_server_of_k3s() {
    let root = Prepared::new();
    // It hides what stands behind its subcommand.
    root.process(500, &["/usr/local/bin/k3s server"], "0::/system.slice/k3s.service");
    root.file(
        "/etc/rancher/k3s/config.yaml",
        0o600,
        "kube-apiserver-arg: [audit-policy-file=/var/lib/rancher/k3s/server/audit.yaml, audit-log-path=/srv/log/a]\n\
         kubelet-arg: [config=/etc/rancher/kubelet.yaml]\n",
    );
    root.file("/etc/rancher/kubelet.yaml", 0o600, "kind: KubeletConfiguration\n");
    root.file("/var/lib/rancher/k3s/server/audit.yaml", 0o600, "kind: Policy\n");
    root.file("/etc/systemd/system/k3s.service", 0o644, "[Service]\nExecStart=/usr/local/bin/k3s server\n");
    root.file(
        "/var/lib/rancher/k3s/agent/etc/kubelet.conf.d/00-k3s-defaults.conf",
        0o600,
        "kind: KubeletConfiguration\n",
    );
    let host = root.collect();
    assert_eq!(process(&host, "k3s").arguments, ["/usr/local/bin/k3s", "server"]);
    for path in [
        "/etc/rancher/k3s/config.yaml",
        "/etc/rancher/kubelet.yaml",
        "/etc/systemd/system/k3s.service",
        "/var/lib/rancher/k3s/agent/etc/kubelet.conf.d/00-k3s-defaults.conf",
        "/var/lib/rancher/k3s/server/audit.yaml",
    ] {
        assert!(file(&host, path).content.is_some(), "{path}");
    }
    assert_eq!(file(&host, "/var/lib/rancher/k3s/server/tls").kind, FileKind::Missing);
    assert_eq!(file(&host, "/srv/log").kind, FileKind::Missing);
    assert!(!host.files.contains_key("/etc/rancher/rke2/config.yaml"), "nobody set up RKE2 here");
    assert_eq!(host.metadata.name, "machine-1");
}

#[test]
fn a_server_of_rke2() {
    let root = Prepared::new();
    root.process(500, &["/usr/local/bin/rke2 server"], "0::/system.slice/rke2-server.service");
    root.process(
        600,
        &[
            "kubelet",
            "--hostname-override=Edge-7",
            "--kubeconfig=/var/lib/rancher/rke2/agent/kubelet.kubeconfig",
        ],
        "0::/system.slice/rke2-server.service",
    );
    root.file("/var/lib/rancher/rke2/agent/kubelet.kubeconfig", 0o600, "kind: Config\n");
    root.file("/var/lib/rancher/rke2/agent/pod-manifests/kube-apiserver.yaml", 0o644, "kind: Pod\n");
    root.file(
        "/usr/lib/systemd/system/rke2-server.service",
        0o644,
        "[Service]\nExecStart=/usr/bin/rke2 server\n",
    );
    let (certificate, key) = leaf("a", "b");
    root.file("/var/lib/rancher/rke2/server/tls/etcd/server-ca.crt", 0o644, &certificate);
    root.file("/var/lib/rancher/rke2/server/tls/etcd/server-ca.key", 0o600, &key);
    let host = root.collect();
    assert_eq!(host.metadata.name, "edge-7");
    assert_eq!(
        file(&host, "/var/lib/rancher/rke2/agent/pod-manifests/kube-apiserver.yaml").mode,
        Some(0o644)
    );
    assert_eq!(file(&host, "/var/lib/rancher/rke2/server/tls/etcd/server-ca.crt").certificates.len(), 1);
    assert!(file(&host, "/var/lib/rancher/rke2/server/tls/etcd/server-ca.key").key.is_some());
    assert!(file(&host, "/usr/lib/systemd/system/rke2-server.service").content.is_some());
}

#[test]
fn the_other_distributions_are_known_by_their_marks() {
    for (mark, text, expected) in [
        (
            "/var/snap/microk8s/current/args/kubelet",
            "--client-ca-file=${SNAP_DATA}/ca.crt\n--anonymous-auth=false\n",
            "/var/snap/microk8s/current/credentials/proxy.config",
        ),
        ("/etc/k0s/k0s.yaml", "spec: {}\n", "/var/lib/k0s/kubelet.conf"),
        ("/system/secrets/x", "", "/system/secrets/kubernetes/kube-scheduler/kubeconfig"),
        ("/etc/kubernetes/static-pod-resources/x", "", "/etc/kubernetes/kubelet-ca.crt"),
        ("/etc/eks/x", "", "/etc/kubernetes/kubelet/kubelet-config.json"),
        ("/home/kubernetes/kubelet-config.yaml", "kind: X\n", "/var/lib/kube-proxy/kubeconfig"),
        ("/etc/kubernetes/azure.json", "{}", "/etc/default/kubeletconfig.json"),
        ("/etc/bottlerocket-release", "", "/etc/kubernetes/kubelet/config"),
        ("/var/snap/kubelet/current/args", "--v=2\n", "/var/snap/etcd/common/etcd.conf.yml"),
    ] {
        let root = Prepared::new();
        root.file(mark, 0o644, text);
        let host = root.collect();
        assert!(host.files.contains_key(expected), "{mark}: {:?}", host.files.keys());
        let without = Prepared::new().collect();
        assert!(!without.files.contains_key(expected), "{expected}");
    }
}
