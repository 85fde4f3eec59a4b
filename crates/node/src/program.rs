//! Which processes matter.

/// Programs whose processes are kept: components of Kubernetes, what holds several of them, container runtimes, and the
/// agents of network plug-ins.
const PROGRAMS: [&str; 37] = [
    "antrea-agent",
    "aws-k8s-agent",
    "calico-node",
    "cilium-agent",
    "cilium-operator",
    "containerd",
    "cri-dockerd",
    "crio",
    "dockerd",
    "etcd",
    "felix",
    "flanneld",
    "k0s",
    "k3s",
    "k3s-agent",
    "k3s-server",
    "kine",
    "konnectivity-server",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-ovn-cni",
    "kube-proxy",
    "kube-router",
    "kube-scheduler",
    "kubelet",
    "kubelite",
    "machined",
    "microk8s-cluster-agent",
    "openshift",
    "openshift-kube-apiserver",
    "openshift-sdn-node",
    "ovnkube",
    "proxy-agent",
    "rke2",
    "sdn-node",
    "talos",
    "weaver",
];

/// The names that `hyperkube`, `hypershift` and others give a component that they run as their first word.
const INNER: [(&str, &str); 13] = [
    ("apiserver", "kube-apiserver"),
    ("controller-manager", "kube-controller-manager"),
    ("kube-apiserver", "kube-apiserver"),
    ("kube-controller-manager", "kube-controller-manager"),
    ("kube-proxy", "kube-proxy"),
    ("kube-scheduler", "kube-scheduler"),
    ("kubelet", "kubelet"),
    ("openshift-controller-manager", "kube-controller-manager"),
    ("openshift-kube-apiserver", "kube-apiserver"),
    ("openshift-kube-controller-manager", "kube-controller-manager"),
    ("openshift-kube-scheduler", "kube-scheduler"),
    ("proxy", "kube-proxy"),
    ("scheduler", "kube-scheduler"),
];

/// The programs that hold components.
const HOLDERS: [&str; 2] = ["hyperkube", "hypershift"];

/// The program that a command line starts, where it matters. A program that holds components gets the name of the component.
pub(crate) fn of(arguments: &[String]) -> Option<&'static str> {
    let first = arguments.first()?;
    // k3s and rke2 write their subcommand into the first word, to hide the rest.
    let first = first.split_whitespace().next()?;
    let name = first.rsplit('/').next().unwrap_or(first);
    if HOLDERS.contains(&name) {
        let inner = arguments.get(1)?;
        return INNER.iter().find(|(word, _)| word == inner).map(|(_, program)| *program);
    }
    PROGRAMS.iter().find(|program| **program == name).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_known_however_they_are_started() {
        for (words, expected) in [
            (&["/usr/bin/kubelet", "--config=/a"][..], Some("kubelet")),
            (&["kube-apiserver"], Some("kube-apiserver")),
            (&["/usr/local/bin/k3s server"], Some("k3s")),
            (&["/hyperkube", "apiserver", "--x"], Some("kube-apiserver")),
            (&["hypershift", "openshift-kube-apiserver"], Some("kube-apiserver")),
            (&["hyperkube"], None),
            (&["/usr/local/bin/rke2 server"], Some("rke2")),
            (&["bash", "kubelet"], None),
            (&["kubelet-wrapper"], None),
            (&[""], None),
            (&[], None),
        ] {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(of(&words), expected, "{words:?}");
        }
    }
}
