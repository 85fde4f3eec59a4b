//! Which processes matter.

/// Programs whose processes are kept: components of Kubernetes, what holds several of them, container runtimes, and the
/// agents of network plug-ins.
const PROGRAMS: [&str; 39] = [
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
    "kindnetd",
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
    "weave-npc",
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

/// Programs whose names say little, and the flag that says that they are meant: the agent that enforces network policies
/// beside Amazon's plug-in.
const BY_FLAG: [(&str, &str); 1] = [("controller", "--enable-network-policy")];

/// The programs that are others by the name under which they are started, and the tools among these, which do not matter.
const MANY: [&str; 7] = ["k0s", "k3s", "k3s-agent", "k3s-server", "machined", "openshift", "rke2"];
const TOOLS: [&str; 7] = ["check-config", "crictl", "ctr", "etcdctl", "kubectl", "oc", "runc"];

/// The program that a process runs, where it matters: by its executable, for a command line may say anything, or else by
/// its command line.
pub(crate) fn running(executable: Option<&str>, arguments: &[String]) -> Option<&'static str> {
    let by_words = of(arguments);
    let Some(path) = executable else { return by_words };
    let name = file_name(path.trim_end_matches(" (deleted)"));
    if HOLDERS.contains(&name) {
        return by_words.or_else(|| held(arguments));
    }
    let known =
        PROGRAMS.iter().find(|program| **program == name).copied().or_else(|| flagged(name, arguments));
    if !MANY.contains(&name) {
        return known.or(by_words);
    }
    let called = arguments.first().map_or("", |first| file_name(first));
    by_words.or_else(|| known.filter(|_| !TOOLS.contains(&called)))
}

/// Whether a word of a command line starts a program that matters, or a script in it does.
pub(crate) fn is_in(word: &str) -> bool {
    let is_edge = |c: char| c.is_whitespace() || matches!(c, ';' | '&' | '|' | '(' | ')' | '"' | '\'' | '`');
    word.split(is_edge).map(file_name).any(|name| PROGRAMS.contains(&name) || HOLDERS.contains(&name))
}

/// Whether the image of a container is named after a program that matters.
pub(crate) fn is_image(image: &str) -> bool {
    let name = file_name(image.split('@').next().unwrap_or(image));
    PROGRAMS.contains(&name.split(':').next().unwrap_or(name))
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The component that a holder runs.
fn held(arguments: &[String]) -> Option<&'static str> {
    let inner = arguments.get(1)?;
    INNER.iter().find(|(word, _)| word == inner).map(|(_, program)| *program)
}

/// The program that a command line starts, where it matters. A program that holds components gets the name of the component.
pub(crate) fn of(arguments: &[String]) -> Option<&'static str> {
    let first = arguments.first()?;
    // k3s and rke2 write their subcommand into the first word, to hide the rest.
    let first = first.split_whitespace().next()?;
    let name = file_name(first);
    if HOLDERS.contains(&name) {
        return held(arguments);
    }
    PROGRAMS.iter().find(|program| **program == name).copied().or_else(|| flagged(name, arguments))
}

/// The program of a name that says little, where a flag says that it is meant.
fn flagged(name: &str, arguments: &[String]) -> Option<&'static str> {
    let (program, flag) = BY_FLAG.iter().find(|(program, _)| *program == name)?;
    arguments.iter().any(|word| word.split('=').next() == Some(flag)).then_some(*program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn executables_say_what_runs_whatever_the_command_line_says() {
        for (executable, words, expected) in [
            (Some("/usr/bin/kube-apiserver"), &["nginx", "--x"][..], Some("kube-apiserver")),
            (Some("/usr/bin/kube-apiserver (deleted)"), &["x"], Some("kube-apiserver")),
            (Some("/usr/bin/kube-apiserver"), &["kube-proxy"], Some("kube-apiserver")),
            (Some("/usr/bin/kubelet"), &[], Some("kubelet")),
            (Some("/usr/bin/hyperkube"), &["x", "apiserver"], Some("kube-apiserver")),
            (Some("/usr/bin/k3s"), &["containerd", "-c"], Some("containerd")),
            (Some("/usr/bin/k3s"), &["kubectl", "get"], None),
            (Some("/usr/bin/k3s"), &["x", "server"], Some("k3s")),
            (Some("/usr/bin/app"), &["kubelet"], Some("kubelet")),
            (Some("/usr/bin/bash"), &["bash", "kubelet"], None),
            (None, &["kubelet"], Some("kubelet")),
            (Some("/controller"), &["/controller", "--enable-network-policy=true"], Some("controller")),
            (Some("/controller"), &["/controller", "--leader-elect"], None),
        ] {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(running(executable, &words), expected, "{executable:?} {words:?}");
        }
    }

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
