//! Volumes of kind `hostPath`: which path of the node a container gets, and what lies there.

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

use crate::prelude::*;

/// A `hostPath` volume.
pub(super) struct Volume<'a> {
    /// Where its path stands.
    pub(super) at: Cursor<'a>,
    /// Its name.
    pub(super) name: &'a str,
    /// The path as written.
    pub(super) written: &'a str,
    /// The path that is meant.
    pub(super) path: Rc<str>,
}

/// A place where a container mounts such a volume.
pub(super) struct Mount<'a> {
    /// Who mounts.
    pub(super) container: Container<'a>,
    /// Where the mount stands.
    pub(super) at: Cursor<'a>,
    /// The path of the node that the container gets.
    pub(super) path: Rc<str>,
    /// Whether nothing there can be written.
    pub(super) read_only: bool,
}

/// What lies at a path of the node.
#[derive(Clone, Copy)]
pub(super) struct Reach {
    /// How bad it is to write it.
    pub(super) write: Option<Severity>,
    /// How bad it is to read it.
    pub(super) read: Option<Severity>,
    /// Whether it is a device node.
    pub(super) is_device: bool,
    /// The path that makes it so: this one, one above it, or the worst beneath it.
    reason: &'static str,
    what: &'static str,
}

/// The `hostPath` volumes of a pod. One without a path is none: the server refuses it.
pub(super) fn volumes<'a>(pod: &Pod<'a>) -> impl Iterator<Item = Volume<'a>> + use<'a> {
    pod.spec().get("volumes").items().filter_map(|volume| {
        let at = volume.get("hostPath").get("path");
        let written = at.str().filter(|path| !path.is_empty())?;
        let path = Rc::from(clean(start(written)));
        Some(Volume { name: volume.get("name").str().unwrap_or_default(), written, path, at })
    })
}

/// The `hostPath` volumes of a pod, each with the places where it is mounted.
pub(super) fn mounted<'a>(pod: &Pod<'a>) -> Vec<(Volume<'a>, Vec<Mount<'a>>)> {
    let mut volumes: Vec<_> = volumes(pod).map(|volume| (volume, Vec::new())).collect();
    let mut named: HashMap<&str, Vec<usize>> = HashMap::new();
    for (number, (volume, _)) in volumes.iter().enumerate() {
        named.entry(volume.name).or_default().push(number);
    }
    let mut budget = BUDGET;
    for container in pod.containers() {
        let mut environment = None;
        for at in container.get("volumeMounts").items() {
            let Some(numbers) = at.get("name").str().and_then(|name| named.get(name)) else { continue };
            let sub = sub_path(&container, &at, &mut environment, &mut budget);
            // The server refuses volumes of equal names. Every one has the first mount, a few have all.
            for (copy, &number) in numbers.iter().enumerate() {
                let Some((volume, mounts)) = volumes.get_mut(number) else { continue };
                if copy >= COPIES && !mounts.is_empty() {
                    continue;
                }
                let path = match &sub {
                    Some(sub) if spend(&mut budget, volume.path.len() + sub.len()) => {
                        Rc::from(clean(&format!("{}/{sub}", volume.path)))
                    }
                    _ => Rc::clone(&volume.path),
                };
                let recursive = at.get("recursiveReadOnly").str() == Some("Enabled");
                // Beneath / there always are other mounts.
                let read_only = at.get("readOnly").is(true) && (recursive || &*path != "/");
                mounts.push(Mount { container: container.clone(), at: at.clone(), path, read_only });
            }
        }
    }
    volumes
}

/// The most bytes of a path, as Linux has it, and of anything that is put into one.
const LONGEST: usize = 4096;

/// The most bytes that the paths of one pod take up together: beyond, mounts count as mounts of the whole volume.
const BUDGET: usize = 1 << 24;

/// How many volumes of one name are looked at in full.
const COPIES: usize = 8;

/// The part of a written path that is looked at.
fn start(path: &str) -> &str {
    path.get(..path.floor_char_boundary(LONGEST)).unwrap_or(path)
}

/// Takes some bytes from what is left, where that is enough.
fn spend(budget: &mut usize, bytes: usize) -> bool {
    let left = budget.checked_sub(bytes);
    *budget = left.unwrap_or(*budget);
    left.is_some()
}

/// The part of the volume that is mounted, with the variables filled in that have a written value; `None` for the
/// whole volume, or where what is mounted is too long to tell.
fn sub_path<'a>(
    container: &Container<'a>,
    mount: &Cursor<'a>,
    environment: &mut Option<Environment<'a>>,
    budget: &mut usize,
) -> Option<Cow<'a, str>> {
    if let Some(plain) = mount.get("subPath").str().filter(|plain| !plain.is_empty()) {
        return Some(Cow::Borrowed(start(plain)));
    }
    let expression = mount.get("subPathExpr").str()?;
    environment.get_or_insert_with(|| Environment::of(container, budget)).expand(expression)
}

/// The values of a container's variables as far as they are written, `None` for one that is too long.
#[derive(Default)]
struct Environment<'a>(HashMap<&'a str, Option<Cow<'a, str>>>);

impl<'a> Environment<'a> {
    /// Values may refer to variables that stand before theirs.
    fn of(container: &Container<'a>, budget: &mut usize) -> Self {
        let mut environment = Self::default();
        for variable in container.get("env").items() {
            let Some(name) = variable.get("name").str() else { continue };
            let value = variable.get("value");
            if value.str().is_none_or(str::is_empty) && variable.get("valueFrom").is_set() {
                environment.0.remove(name);
                continue;
            }
            let expanded = environment.expand(value.str().unwrap_or_default());
            let kept = expanded.filter(|value| match value {
                Cow::Borrowed(_) => true,
                Cow::Owned(value) => spend(budget, value.len()),
            });
            environment.0.insert(name, kept);
        }
        environment
    }

    /// Fills in variables as the kubelet does: once, from left to right, `$$` for one dollar. A variable whose value is
    /// not written stays as it is.
    fn expand(&self, text: &'a str) -> Option<Cow<'a, str>> {
        if text.len() > LONGEST {
            return None;
        }
        let mut expanded = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            expanded.push_str(before);
            let reference = after.strip_prefix('(').and_then(|after| after.split_once(')'));
            if let Some((name, after)) = reference {
                match self.0.get(name) {
                    Some(value) => expanded.push_str(value.as_ref()?),
                    None => expanded.extend(["$(", name, ")"]),
                }
                rest = after;
            } else {
                expanded.push('$');
                rest = after.strip_prefix('$').unwrap_or(after);
            }
            if expanded.len() > LONGEST {
                return None;
            }
        }
        if expanded.is_empty() {
            return Some(Cow::Borrowed(rest));
        }
        expanded.push_str(rest);
        (expanded.len() <= LONGEST).then_some(Cow::Owned(expanded))
    }
}

impl Mount<'_> {
    /// Whether the mount is read-only at the top, yet not beneath.
    pub(super) fn is_shallow(&self) -> bool {
        self.at.get("readOnly").is(true) && !self.read_only
    }
}

impl Reach {
    /// The path and what lies there, in words.
    pub(super) fn of(&self, path: &str) -> String {
        let Self { reason, what, .. } = self;
        if path == "/" {
            "the node's whole file system".to_owned()
        } else if is_within(path, reason) {
            format!("the node's \"{path}\", {what}")
        } else {
            format!("the node's \"{path}\" with \"{reason}\" in it, {what}")
        }
    }
}

/// The sockets of container runtimes where they usually lie, by the path without `/var`.
const SOCKETS: [&str; 12] = [
    "/run/docker.sock",
    "/run/containerd/containerd.sock",
    "/run/crio/crio.sock",
    "/run/podman/podman.sock",
    "/run/cri-dockerd.sock",
    "/run/dockershim.sock",
    "/run/docker/containerd/containerd.sock",
    "/run/k3s/containerd/containerd.sock",
    "/run/k0s/containerd.sock",
    "/run/buildkit/buildkitd.sock",
    "/run/nri/nri.sock",
    "/var/snap/microk8s/common/run/containerd.sock",
];

/// Names that mean a runtime wherever they lie; the last three are pipes of Windows.
const SOCKET_NAMES: [&str; 14] = [
    "buildkitd.sock",
    "containerd.sock",
    "containerd.sock.ttrpc",
    "cri-dockerd.sock",
    "crio.sock",
    "docker.sock",
    "dockershim.sock",
    "isulad.sock",
    "nri.sock",
    "podman.sock",
    "pouchcri.sock",
    "containerd-containerd",
    "cri-dockerd",
    "docker_engine",
];

/// The socket of a container runtime that this path is, or that lies in the directory it is.
pub(super) fn socket(path: &str) -> Option<&'static str> {
    let name = path.rsplit('/').next().unwrap_or_default();
    let pipe = path.starts_with("/pipe/");
    let by_name = SOCKET_NAMES.iter().find(|known| **known == name && (pipe || name.contains(".sock")));
    by_name.copied().or_else(|| {
        // Directories above /run hold more than sockets: sensitive-host-path speaks of those.
        let narrow = is_within(path, "/run") || path.ends_with("/run");
        SOCKETS.into_iter().find(|known| narrow && is_within(known, path))
    })
}

const CRITICAL: Option<Severity> = Some(Severity::Critical);
const HIGH: Option<Severity> = Some(Severity::High);
const MEDIUM: Option<Severity> = Some(Severity::Medium);
const LOW: Option<Severity> = Some(Severity::Low);
const FINE: Option<Severity> = None;

const CLUSTER: &str = "which holds cluster credentials";
const CONFIGURED: &str = "which configures the node";
const CONTAINERS: &str = "where the runtime keeps the files of every container";
const CREDENTIALS: &str = "which holds credentials";
const DISK: &str = "a disk of the node";
const ETCD: &str = "where every Secret of the cluster is stored";
const HARMLESS: &str = "";
const LOGS: &str = "where a planted symbolic link makes the kubelet read other files";
const MEMORY: &str = "the memory of the node";
const PROGRAMS: &str = "from which the node runs programs as root";
const TRUST: &str = "which lists the certificate authorities that the node trusts";

/// What lies where on a node: path, harm of writing, harm of reading, why. The longest path that fits counts, a final
/// star standing for the rest of a name; what lies above a path is as bad as that path. Windows paths come last.
const NODE: &[(&str, Option<Severity>, Option<Severity>, &str)] = &[
    ("/etc/kubernetes", CRITICAL, HIGH, CLUSTER),
    ("/etc/kubernetes/admin.conf", CRITICAL, CRITICAL, "the credentials of an administrator of the cluster"),
    (
        "/etc/kubernetes/super-admin.conf",
        CRITICAL,
        CRITICAL,
        "the credentials of an administrator of the cluster",
    ),
    (
        "/etc/kubernetes/manifests",
        CRITICAL,
        MEDIUM,
        "from which the kubelet starts pods without any admission check",
    ),
    ("/etc/rancher", CRITICAL, HIGH, CLUSTER),
    ("/etc/srv/kubernetes", CRITICAL, HIGH, CLUSTER),
    ("/etc/shadow", CRITICAL, HIGH, "the password hashes of the node"),
    ("/etc/ssh", CRITICAL, HIGH, "the keys of the node's SSH server"),
    ("/etc/apt", CRITICAL, FINE, PROGRAMS),
    ("/etc/cni", CRITICAL, FINE, PROGRAMS),
    ("/etc/containerd", CRITICAL, FINE, PROGRAMS),
    ("/etc/containers", CRITICAL, FINE, PROGRAMS),
    ("/etc/cron*", CRITICAL, FINE, PROGRAMS),
    ("/etc/crio", CRITICAL, FINE, PROGRAMS),
    ("/etc/default", CRITICAL, FINE, PROGRAMS),
    ("/etc/docker", CRITICAL, FINE, PROGRAMS),
    ("/etc/init.d", CRITICAL, FINE, PROGRAMS),
    ("/etc/ld.so*", CRITICAL, FINE, PROGRAMS),
    ("/etc/logrotate.d", CRITICAL, FINE, PROGRAMS),
    ("/etc/modprobe.d", CRITICAL, FINE, PROGRAMS),
    ("/etc/pam.d", CRITICAL, FINE, PROGRAMS),
    ("/etc/profile*", CRITICAL, FINE, PROGRAMS),
    ("/etc/rc*", CRITICAL, FINE, PROGRAMS),
    ("/etc/sysconfig", CRITICAL, FINE, PROGRAMS),
    ("/etc/systemd", CRITICAL, FINE, PROGRAMS),
    ("/etc/udev", CRITICAL, FINE, PROGRAMS),
    ("/etc/group", CRITICAL, FINE, "which defines the node's users"),
    ("/etc/passwd", CRITICAL, FINE, "which defines the node's users"),
    ("/etc/sudoers*", CRITICAL, FINE, "which defines the node's users"),
    ("/etc/ca-certificates", HIGH, FINE, TRUST),
    ("/etc/pki", HIGH, FINE, TRUST),
    ("/etc/ssl", HIGH, FINE, TRUST),
    ("/etc/hostname", FINE, FINE, HARMLESS),
    ("/etc/localtime", FINE, FINE, HARMLESS),
    ("/etc/machine-id", FINE, FINE, HARMLESS),
    ("/etc/os-release", FINE, FINE, HARMLESS),
    ("/etc/timezone", FINE, FINE, HARMLESS),
    ("/etc", MEDIUM, FINE, CONFIGURED),
    ("/var/lib/kubelet", CRITICAL, HIGH, "where the kubelet keeps its keys and the Secrets of every pod"),
    ("/var/lib/kubelet/device-plugins", HIGH, FINE, "where the kubelet takes orders from plug-ins"),
    ("/var/lib/kubelet/plugins", HIGH, FINE, "where the kubelet takes orders from plug-ins"),
    ("/var/lib/kubelet/plugins_registry", HIGH, FINE, "where the kubelet takes orders from plug-ins"),
    ("/var/lib/kubelet/pod-resources", FINE, FINE, HARMLESS),
    ("/var/lib/etcd*", CRITICAL, CRITICAL, ETCD),
    ("/var/lib/k0s", CRITICAL, CRITICAL, ETCD),
    ("/var/lib/rancher/k3s/agent", CRITICAL, HIGH, CLUSTER),
    ("/var/lib/rancher/k3s/server", CRITICAL, CRITICAL, ETCD),
    ("/var/lib/rancher/rke2/agent", CRITICAL, HIGH, CLUSTER),
    ("/var/lib/rancher/rke2/server", CRITICAL, CRITICAL, ETCD),
    ("/var/snap/microk8s", CRITICAL, CRITICAL, ETCD),
    ("/srv/kubernetes", CRITICAL, HIGH, CLUSTER),
    ("/var/lib/kubernetes", CRITICAL, HIGH, CLUSTER),
    ("/var/lib/minikube", CRITICAL, HIGH, CLUSTER),
    ("/var/lib/cloud", CRITICAL, HIGH, "which holds the scripts and secrets of cloud-init"),
    ("/var/lib/containerd", CRITICAL, MEDIUM, CONTAINERS),
    ("/var/lib/containers", CRITICAL, MEDIUM, CONTAINERS),
    ("/var/lib/docker", CRITICAL, MEDIUM, CONTAINERS),
    ("/var/spool/cron", CRITICAL, FINE, PROGRAMS),
    ("/var/log", MEDIUM, FINE, LOGS),
    ("/var/log/containers", HIGH, FINE, LOGS),
    ("/var/log/pods", HIGH, FINE, LOGS),
    ("/run/containerd", CRITICAL, HIGH, CONTAINERS),
    ("/run/containers", CRITICAL, HIGH, CONTAINERS),
    ("/run/crio", CRITICAL, HIGH, CONTAINERS),
    ("/run/docker", CRITICAL, HIGH, CONTAINERS),
    ("/run/runc", CRITICAL, HIGH, CONTAINERS),
    // A socket is reached through a read-only mount as well.
    ("/run/dbus", HIGH, HIGH, "through which systemd takes orders"),
    ("/run/systemd", HIGH, HIGH, "through which systemd takes orders"),
    ("/run/systemd/journal", MEDIUM, FINE, "the journal of the node"),
    ("/run/systemd/resolve", FINE, FINE, HARMLESS),
    ("/proc", CRITICAL, MEDIUM, "which holds the kernel's settings and every process of the node"),
    ("/sys", CRITICAL, FINE, "which holds the kernel's settings"),
    ("/sys/fs/bpf", HIGH, FINE, "the eBPF programs of the kernel"),
    ("/sys/kernel/debug", HIGH, MEDIUM, "the internals of the kernel"),
    ("/sys/kernel/tracing", HIGH, MEDIUM, "the internals of the kernel"),
    ("/dev/mem", CRITICAL, CRITICAL, MEMORY),
    ("/dev/kmem", CRITICAL, CRITICAL, MEMORY),
    ("/dev/port", CRITICAL, CRITICAL, MEMORY),
    ("/dev/block", CRITICAL, CRITICAL, DISK),
    ("/dev/disk", CRITICAL, CRITICAL, DISK),
    ("/dev/dm-*", CRITICAL, CRITICAL, DISK),
    ("/dev/mapper", CRITICAL, CRITICAL, DISK),
    ("/dev/md*", CRITICAL, CRITICAL, DISK),
    ("/dev/nvme*", CRITICAL, CRITICAL, DISK),
    ("/dev/sd*", CRITICAL, CRITICAL, DISK),
    ("/dev/vd*", CRITICAL, CRITICAL, DISK),
    ("/dev/xvd*", CRITICAL, CRITICAL, DISK),
    ("/root", CRITICAL, HIGH, CREDENTIALS),
    ("/home", CRITICAL, HIGH, CREDENTIALS),
    ("/.aws", HIGH, HIGH, CREDENTIALS),
    ("/.azure", HIGH, HIGH, CREDENTIALS),
    ("/.config", HIGH, HIGH, CREDENTIALS),
    ("/.kube", HIGH, HIGH, CREDENTIALS),
    ("/.ssh", HIGH, HIGH, CREDENTIALS),
    ("/boot", CRITICAL, LOW, "from which the node starts its kernel"),
    ("/bin", CRITICAL, FINE, PROGRAMS),
    ("/lib", CRITICAL, FINE, PROGRAMS),
    ("/lib64", CRITICAL, FINE, PROGRAMS),
    ("/sbin", CRITICAL, FINE, PROGRAMS),
    ("/usr", CRITICAL, FINE, PROGRAMS),
    ("/usr/local/share/ca-certificates", HIGH, FINE, TRUST),
    ("/usr/share/ca-certificates", HIGH, FINE, TRUST),
    ("/usr/share/zoneinfo", FINE, FINE, HARMLESS),
    ("/opt/cni", CRITICAL, FINE, PROGRAMS),
    ("/opt/bin", CRITICAL, FINE, PROGRAMS),
    ("/opt/containerd", CRITICAL, FINE, PROGRAMS),
    ("/opt/nri", CRITICAL, FINE, PROGRAMS),
    ("c:/windows", CRITICAL, FINE, PROGRAMS),
    ("c:/program files*", CRITICAL, FINE, PROGRAMS),
    ("c:/programdata", CRITICAL, HIGH, CREDENTIALS),
    ("c:/users", CRITICAL, HIGH, CREDENTIALS),
    ("c:/k", CRITICAL, HIGH, CLUSTER),
    ("c:/etc/kubernetes", CRITICAL, HIGH, CLUSTER),
    ("c:/var/lib/kubelet", CRITICAL, HIGH, "where the kubelet keeps its keys and the Secrets of every pod"),
];

/// What lies at a path that [`clean`] made, or `None` where nothing is known to.
pub(super) fn reach(path: &str) -> Option<Reach> {
    let entry = |&(reason, write, read, what): &_| Reach { write, read, is_device: false, reason, what };
    let own = NODE
        .iter()
        .filter(|(known, ..)| is_within(path, known))
        .max_by_key(|(known, ..)| known.len())
        .map(entry);
    let own = own.map(|own| Reach { is_device: path.starts_with("/dev/"), ..own });
    let beneath =
        NODE.iter().filter(|(known, ..)| is_within(known, path) && !is_within(path, known)).map(entry);
    beneath.fold(own, |worst, beneath| {
        // Not every node has etcd, say: whoever may only read a directory may find nothing in it.
        let read = beneath.read.min(HIGH);
        let Some(worst) = worst else { return Some(Reach { read, ..beneath }) };
        let named = if beneath.write > worst.write { beneath } else { worst };
        Some(Reach { read: worst.read.max(read), ..named })
    })
}

/// Whether `path` is `known` or lies beneath it. A star at the end of `known` stands for the rest of a name.
fn is_within(path: &str, known: &str) -> bool {
    match known.strip_suffix('*') {
        Some(prefix) => path.starts_with(prefix),
        None if known == "/" => path.starts_with('/'),
        None => path.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
    }
}

/// A path without `.`, `..`, doubled or trailing slashes, and with `/run` for `/var/run`, which is a link to it. A
/// path of Windows gets small letters and slashes: `c:/windows`, `/pipe/docker_engine`.
fn clean(path: &str) -> String {
    let drive = path.as_bytes().get(1) == Some(&b':');
    let text = if drive || path.contains('\\') {
        path.to_ascii_lowercase().replace('\\', "/")
    } else {
        path.to_owned()
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    if let ["var", "run", ..] = parts.as_slice() {
        parts.remove(0);
    }
    if drive { parts.join("/") } else { format!("/{}", parts.join("/")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ironsides_core::ContainerKind;
    use ironsides_tree::parse_one;

    fn expanded(env: &str, expression: &str) -> Option<String> {
        let node = parse_one(&format!("env:\n{env}")).unwrap();
        let container = Container { kind: ContainerKind::Regular, at: Cursor::root(&node) };
        let mut budget = BUDGET;
        Environment::of(&container, &mut budget).expand(expression).map(Cow::into_owned)
    }

    #[test]
    fn variables_are_filled_in_as_the_kubelet_does() {
        let env = "
- {name: A, value: a}
- {name: B, value: $(A)/$(C)/$$(A)}
- {name: C, value: c}
- {name: P, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
- {name: E}
- {name: A, value: $(A)$(A)}
";
        for (expression, path) in [
            ("x", "x"),
            ("", ""),
            ("$(A)", "aa"),
            ("$(B)", "a/$(C)/$(A)"),
            ("$$(A)", "$(A)"),
            ("$(P)/$(E)/$(N)", "$(P)//$(N)"),
            ("$", "$"),
            ("$(A", "$(A"),
            ("$x$(A)é", "$xaaé"),
        ] {
            assert_eq!(expanded(env, expression).as_deref(), Some(path), "{expression}");
        }
    }

    #[test]
    fn values_that_grow_without_end_are_given_up() {
        let grow = |number: usize| {
            format!("- {{name: a{}, value: {}}}\n", number + 1, format!("$(a{number})").repeat(4))
        };
        let env: String = "- {name: a0, value: x}\n".to_owned() + &(0..40).map(grow).collect::<String>();
        assert_eq!(expanded(&env, "$(a6)").map(|path| path.len()), Some(4096));
        for expression in ["$(a7)", "$(a40)", "$(a6)$(a0)", "$(a6)/"] {
            assert_eq!(expanded(&env, expression), None, "{expression}");
        }
    }

    #[test]
    fn paths_become_plain() {
        for (written, plain) in [
            ("/", "/"),
            ("", "/"),
            ("//etc//kubernetes/", "/etc/kubernetes"),
            ("/data/../etc/./ssh", "/etc/ssh"),
            ("/../..", "/"),
            ("/var/run/docker.sock", "/run/docker.sock"),
            ("/var/run", "/run"),
            ("/var/running", "/var/running"),
            ("etc", "/etc"),
            (r"C:\", "c:"),
            (r"C:\Windows\System32", "c:/windows/system32"),
            (r"\\.\pipe\docker_engine", "/pipe/docker_engine"),
        ] {
            assert_eq!(clean(written), plain, "{written:?}");
        }
    }

    #[test]
    fn sockets_are_known_by_name_and_by_directory() {
        for (path, found) in [
            ("/run/docker.sock", true),
            ("/run", true),
            ("/run/containerd", true),
            ("/run/k3s", true),
            ("/data/docker.sock", true),
            ("/pipe/docker_engine", true),
            ("/var/snap/microk8s/common/run", true),
            ("/", false),
            ("/var", false),
            ("/var/snap", false),
            ("/run/containerd/io.containerd.runtime.v2.task", false),
            ("/run/netns", false),
            ("/data/docker_engine", false),
            ("/data/docker.sock.d", false),
        ] {
            assert_eq!(socket(&clean(path)).is_some(), found, "{path}");
        }
    }

    #[test]
    fn harm_follows_what_lies_above_and_beneath() {
        for (path, write, read) in [
            ("/", CRITICAL, HIGH),
            ("/etc", CRITICAL, HIGH),
            ("/etc/kubernetes/pki/ca.key", CRITICAL, HIGH),
            ("/etc/kubernetes/admin.conf", CRITICAL, CRITICAL),
            ("/etc/cron.d/job", CRITICAL, FINE),
            ("/etc/myapp", MEDIUM, FINE),
            ("/etc/localtime", FINE, FINE),
            ("/etc/ssl/certs", HIGH, FINE),
            ("/opt", CRITICAL, FINE),
            ("/var", CRITICAL, HIGH),
            ("/var/lib", CRITICAL, HIGH),
            ("/var/lib/etcd", CRITICAL, CRITICAL),
            ("/var/lib/etcd-events/member", CRITICAL, CRITICAL),
            ("/var/lib/rancher", CRITICAL, HIGH),
            ("/var/lib/kubelet", CRITICAL, HIGH),
            ("/var/lib/kubelet/plugins/driver", HIGH, FINE),
            ("/var/log", HIGH, FINE),
            ("/var/log/app", MEDIUM, FINE),
            ("/sys", CRITICAL, MEDIUM),
            ("/dev", CRITICAL, HIGH),
            ("/dev/sda1", CRITICAL, CRITICAL),
            ("/run/systemd", HIGH, HIGH),
            ("c:", CRITICAL, HIGH),
            ("c:/users/me", CRITICAL, HIGH),
        ] {
            let reach = reach(path).map(|reach| (reach.write, reach.read));
            assert_eq!(reach, Some((write, read)), "{path}");
        }
        for path in [
            "/data",
            "/dev/kvm",
            "/var/lib/rancher/k3s/storage/pv",
            "/optional",
            "/home2",
            "/tmp",
            "/etcetera",
        ] {
            assert!(reach(path).is_none(), "{path}");
        }
    }
}
