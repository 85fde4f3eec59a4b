//! The host as it would run with the files: what kubeadm puts around them, and they.

use ironsides_settings::{Component, File, FileKind, Host, Process, System};
use ironsides_tree::{Node, Value as Tree, print};

use super::flags::given;
use super::on_node::kernel;
use super::{Case, Read, of_kind};
use crate::options::Options;

/// What kubeadm gives each component itself, from `cmd/kubeadm/app/phases` of 1.31 to 1.37; what is given besides takes the
/// place of a flag of the same name.
fn own(component: Component, options: &Options) -> Vec<(String, String)> {
    let address = options.control_plane.first().map_or_else(|| "127.0.0.1".to_owned(), ToString::to_string);
    let pki = "/etc/kubernetes/pki";
    let pairs: Vec<(&str, String)> = match component {
        Component::KubeApiserver => vec![
            ("advertise-address", address),
            ("allow-privileged", "true".into()),
            ("authorization-mode", "Node,RBAC".into()),
            ("client-ca-file", format!("{pki}/ca.crt")),
            ("enable-admission-plugins", "NodeRestriction".into()),
            ("enable-bootstrap-token-auth", "true".into()),
            ("etcd-cafile", format!("{pki}/etcd/ca.crt")),
            ("etcd-certfile", format!("{pki}/apiserver-etcd-client.crt")),
            ("etcd-keyfile", format!("{pki}/apiserver-etcd-client.key")),
            ("etcd-servers", "https://127.0.0.1:2379".into()),
            ("kubelet-client-certificate", format!("{pki}/apiserver-kubelet-client.crt")),
            ("kubelet-client-key", format!("{pki}/apiserver-kubelet-client.key")),
            ("kubelet-preferred-address-types", "InternalIP,ExternalIP,Hostname".into()),
            ("proxy-client-cert-file", format!("{pki}/front-proxy-client.crt")),
            ("proxy-client-key-file", format!("{pki}/front-proxy-client.key")),
            ("requestheader-allowed-names", "front-proxy-client".into()),
            ("requestheader-client-ca-file", format!("{pki}/front-proxy-ca.crt")),
            ("requestheader-extra-headers-prefix", "X-Remote-Extra-".into()),
            ("requestheader-group-headers", "X-Remote-Group".into()),
            ("requestheader-username-headers", "X-Remote-User".into()),
            ("secure-port", "6443".into()),
            ("service-account-issuer", "https://kubernetes.default.svc.cluster.local".into()),
            ("service-account-key-file", format!("{pki}/sa.pub")),
            ("service-account-signing-key-file", format!("{pki}/sa.key")),
            ("service-cluster-ip-range", "10.96.0.0/12".into()),
            ("tls-cert-file", format!("{pki}/apiserver.crt")),
            ("tls-private-key-file", format!("{pki}/apiserver.key")),
        ],
        Component::KubeControllerManager => vec![
            ("authentication-kubeconfig", "/etc/kubernetes/controller-manager.conf".into()),
            ("authorization-kubeconfig", "/etc/kubernetes/controller-manager.conf".into()),
            ("bind-address", "127.0.0.1".into()),
            ("client-ca-file", format!("{pki}/ca.crt")),
            ("cluster-signing-cert-file", format!("{pki}/ca.crt")),
            ("cluster-signing-key-file", format!("{pki}/ca.key")),
            ("controllers", "*,bootstrapsigner,tokencleaner".into()),
            ("kubeconfig", "/etc/kubernetes/controller-manager.conf".into()),
            ("leader-elect", "true".into()),
            ("requestheader-client-ca-file", format!("{pki}/front-proxy-ca.crt")),
            ("root-ca-file", format!("{pki}/ca.crt")),
            ("service-account-private-key-file", format!("{pki}/sa.key")),
            ("use-service-account-credentials", "true".into()),
        ],
        Component::KubeScheduler => vec![
            ("authentication-kubeconfig", "/etc/kubernetes/scheduler.conf".into()),
            ("authorization-kubeconfig", "/etc/kubernetes/scheduler.conf".into()),
            ("bind-address", "127.0.0.1".into()),
            ("kubeconfig", "/etc/kubernetes/scheduler.conf".into()),
            ("leader-elect", "true".into()),
        ],
        Component::Etcd => vec![
            ("advertise-client-urls", format!("https://{address}:2379")),
            ("cert-file", format!("{pki}/etcd/server.crt")),
            ("client-cert-auth", "true".into()),
            ("data-dir", "/var/lib/etcd".into()),
            ("key-file", format!("{pki}/etcd/server.key")),
            ("listen-client-urls", format!("https://127.0.0.1:2379,https://{address}:2379")),
            ("listen-metrics-urls", "http://127.0.0.1:2381".into()),
            ("listen-peer-urls", format!("https://{address}:2380")),
            ("peer-cert-file", format!("{pki}/etcd/peer.crt")),
            ("peer-client-cert-auth", "true".into()),
            ("peer-key-file", format!("{pki}/etcd/peer.key")),
            ("peer-trusted-ca-file", format!("{pki}/etcd/ca.crt")),
            ("trusted-ca-file", format!("{pki}/etcd/ca.crt")),
        ],
        Component::Kubelet | Component::KubeProxy => Vec::new(),
    };
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// The host as it would run.
pub(super) fn host(case: &Case<'_>, read: &[Read]) -> Host {
    let options = &case.plan.options;
    let mut host = Host::new("as-generated");
    host.system = System::default();
    let mut scratch = Case { problems: Vec::new(), verified: Vec::new(), open: Vec::new(), ..*case };
    let given = given(&mut scratch, read);
    let parts = [
        Component::KubeApiserver,
        Component::KubeControllerManager,
        Component::KubeScheduler,
        Component::Etcd,
    ];
    for (at, component) in (0_u32..).zip(parts) {
        let ours: Vec<_> = given.iter().filter(|one| one.component == component).collect();
        let mut pairs = own(component, options);
        pairs.retain(|(key, _)| !ours.iter().any(|one| one.key == *key));
        pairs.extend(ours.iter().map(|one| (one.key.clone(), one.value.clone())));
        pairs.sort();
        let flags = pairs.iter().map(|(key, value)| format!("--{key}={value}"));
        host.processes.push(process(component, 101 + at, flags.collect()));
    }
    host.processes.push(process(
        Component::Kubelet,
        110,
        vec![
            "--config=/var/lib/kubelet/config.yaml".to_owned(),
            "--kubeconfig=/etc/kubernetes/kubelet.conf".to_owned(),
        ],
    ));
    host.processes.push(process(
        Component::KubeProxy,
        111,
        vec!["--config=/var/lib/kube-proxy/config.conf".to_owned()],
    ));
    for (kind, path) in [
        ("KubeletConfiguration", "/var/lib/kubelet/config.yaml"),
        ("KubeProxyConfiguration", "/var/lib/kube-proxy/config.conf"),
    ] {
        let found = of_kind(read, kind).find(|(from, _)| *from == "kubeadm/init.yaml");
        if let Some((_, root)) = found {
            host.files.insert(path.to_owned(), file(print::yaml(root), 0o600));
        }
    }
    for (path, found) in case.folder {
        let on_host = path.strip_prefix("control-plane").or_else(|| path.strip_prefix("all-nodes"));
        if let (Some(on_host), Ok(text)) = (on_host, &found.text) {
            let text = if on_host.ends_with("/encryption.yaml") { concealed(text) } else { text.clone() };
            host.files.insert(on_host.to_owned(), file(text, found.mode.unwrap_or(0o600)));
        }
    }
    for (path, found) in case.folder.iter().filter(|(path, _)| path.contains("/sysctl.d/")) {
        let Ok(text) = &found.text else { continue };
        if path.starts_with("all-nodes") || path.starts_with("control-plane") {
            host.sysctls.extend(kernel(text));
        }
    }
    host
}

fn process(component: Component, pid: u32, flags: Vec<String>) -> Process {
    let program = component.program().to_owned();
    let mut arguments = vec![program.clone()];
    arguments.extend(flags);
    Process { pid, parent: 1, program, arguments, directory: Some("/".to_owned()), ..Process::default() }
}

/// A file of root.
fn file(text: String, mode: u32) -> File {
    File {
        kind: FileKind::File,
        mode: Some(mode),
        uid: Some(0),
        gid: Some(0),
        user: Some("root".to_owned()),
        group: Some("root".to_owned()),
        content: Some(text),
        ..File::default()
    }
}

/// A configuration without its keys, as a collection leaves it.
fn concealed(text: &str) -> String {
    fn conceal(node: &Node) -> Node {
        match node.value() {
            Tree::Map(map) => {
                let pairs = map.iter().map(|(key, value)| {
                    let value = if key == "secret" {
                        Node::bare(Tree::String("********".into()))
                    } else {
                        conceal(value)
                    };
                    (key.into(), value)
                });
                Node::bare(Tree::Map(pairs.collect::<ironsides_tree::Map>().into()))
            }
            Tree::List(items) => Node::bare(Tree::List(items.iter().map(conceal).collect::<Vec<_>>().into())),
            _ => node.clone(),
        }
    }
    ironsides_tree::parse_one(text).map_or_else(|_| String::new(), |root| print::yaml(&conceal(&root)))
}
