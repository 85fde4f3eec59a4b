//! One walk over a host.

use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::{AsRawFd, BorrowedFd};
use std::path::{Path, PathBuf};

use ironsides_settings::{File, Gap, Host, Metadata};
use rustix::io::Errno;

use crate::error::NodeError;
use crate::process::{self, Seen};
use crate::procfs::Proc;
use crate::root::{Lost, Root, why};
use crate::walk::Walk;
use crate::{sockets, sysctls, system};

/// Which host is looked at, and how it is called.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The folder that holds the root of its file system, `/proc` included; `/` for the host that the program runs on.
    pub root: PathBuf,
    /// The name of the node, where it is not to be found out.
    pub name: Option<String>,
    /// When it is looked at, RFC 3339 in UTC.
    pub collected: Option<String>,
    /// Paths that are looked at besides.
    pub paths: BTreeSet<String>,
    /// Folders that are looked at with all that is in them.
    pub folders: BTreeSet<String>,
}

/// Whose sockets are looked at where they have a network namespace of their own.
const SERVERS: [&str; 11] = [
    "etcd",
    "k0s",
    "k3s",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-proxy",
    "kube-scheduler",
    "kubelet",
    "kubelite",
    "openshift",
    "rke2",
];

/// Looks at a host: its processes, the files that they and their settings name, those that are known to be there, its
/// sockets and kernel settings.
///
/// The same host gives the same facts. What cannot be looked at is a gap, or says so itself.
///
/// # Errors
///
/// The root is no folder, or cannot be opened.
pub fn collect(options: &Options) -> Result<Host, NodeError> {
    let root = Root::open(&options.root)
        .map_err(|error| NodeError::Root { root: options.root.display().to_string(), why: why(error) })?;
    let mut host = Host::new("");
    let proc = open_proc(&root, &mut host.gaps);
    let proc = proc.as_ref();
    let mut seen = proc.map(|proc| processes(proc, &mut host)).unwrap_or_default();
    let mut walk = Walk::new(root.clone());
    let first = home(proc, &root);
    let views: Vec<usize> = seen.iter().map(|seen| walk.view_of(proc, seen, first.as_ref())).collect();
    for (seen, view) in seen.iter().zip(&views) {
        walk.named_by(seen, *view);
    }
    walk.known(&seen, &views);
    walk.asked(options);
    // The kernel takes milliseconds for its tables of sockets: the files are looked at meanwhile.
    std::thread::scope(|scope| {
        if let Some(proc) = proc {
            scope.spawn(|| network(proc, &root, &seen, &mut host));
        }
        walk.look();
    });
    host.system = system::read(&root, proc);
    let name = options.name.clone().or_else(|| walk.node_name(&seen, &views));
    let name = name.or_else(|| system::host_name(&root, proc)).unwrap_or_else(|| "unknown".into());
    host.metadata = Metadata { name, collected: options.collected.clone() };
    host.gaps.append(&mut walk.gaps);
    let mut files: Vec<Option<BTreeMap<String, File>>> =
        walk.views.into_iter().map(|view| Some(view.files)).collect();
    host.files = files.first_mut().and_then(Option::take).unwrap_or_default();
    for (seen, view) in seen.iter_mut().zip(views) {
        seen.process.files = files.get_mut(view).and_then(Option::take);
    }
    host.processes = seen.into_iter().map(|seen| seen.process).collect();
    host.gaps.sort();
    host.gaps.dedup();
    Ok(host)
}

/// Whether this program runs as root. What others may look at is not enough for most questions.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The `/proc` of a host.
fn open_proc(root: &Root, gaps: &mut Vec<Gap>) -> Option<Proc> {
    let why = match root.find("/proc") {
        Ok(found) => return Some(Proc::of(found)),
        Err(Lost::Missing) => "it is not there; name the root of a running host".to_owned(),
        Err(Lost::Unknown(why)) => why,
    };
    gaps.push(Gap { what: "processes".into(), why: format!("/proc cannot be looked at: {why}") });
    None
}

/// The processes that matter, and what is not known of them.
fn processes(proc: &Proc, host: &mut Host) -> Vec<Seen> {
    let mut gap = |why: String| host.gaps.push(Gap { what: "processes".into(), why });
    let pids = match proc.pids() {
        Ok(pids) => pids,
        Err(error) => {
            gap(format!("/proc cannot be listed: {}", why(error)));
            return Vec::new();
        }
    };
    if pids.first() != Some(&1) {
        gap(if pids.is_empty() {
            "/proc is empty; mount that of the host there, or name a root that has one".into()
        } else {
            "/proc hides the processes of others (hidepid); run as root".into()
        });
    }
    // What is gone by now is not told of.
    let seen: Vec<Seen> = pids.into_iter().filter_map(|pid| process::read(proc.process(pid).ok()?)).collect();
    let closed = |seen: &&Seen| matches!(seen.mounts, Err(Errno::ACCESS | Errno::PERM));
    let closed: Vec<String> = seen
        .iter()
        .filter(closed)
        .map(|seen| format!("{} ({})", seen.process.program, seen.process.pid))
        .collect();
    if !closed.is_empty() {
        gap(format!(
            "the kernel does not let us look into {}: their environment, and whether they see the files of the host, is \
             not known; run as root with CAP_SYS_PTRACE, and without an AppArmor profile that forbids it",
            closed.join(", ")
        ));
    }
    seen
}

/// The sockets that listen, and the kernel settings.
fn network(proc: &Proc, root: &Root, seen: &[Seen], host: &mut Host) {
    let mut holders = BTreeMap::new();
    for seen in seen {
        for inode in seen.pid.sockets().unwrap_or_default() {
            holders.entry(inode).or_insert(seen.process.pid);
        }
    }
    let first = proc.process(1).ok();
    let own = std::fs::read_link("/proc/self/ns/net").ok().map(|link| link.display().to_string());
    let home = if is_own(root) {
        own.clone()
    } else {
        first.as_ref().and_then(|first| first.link("ns", "net").ok())
    };
    let mut told = BTreeSet::from([home.clone()]);
    let others = seen.iter().filter(|seen| SERVERS.contains(&&*seen.process.program));
    let others = others.filter(|seen| seen.network.is_some() && told.insert(seen.network.clone()));
    let mut is_read = false;
    for pid in first.iter().chain(others.map(|seen| &seen.pid)) {
        for protocol in ["tcp", "tcp6"] {
            if let Ok(table) = pid.sockets_of(protocol) {
                is_read = true;
                host.listening.extend(sockets::read(protocol, &table, &holders));
            }
        }
    }
    if !is_read {
        let why = "the tables of sockets in /proc/1/net cannot be read; run as root".into();
        host.gaps.push(Gap { what: "listening".into(), why });
    }
    host.listening.sort();
    host.listening.dedup();
    // Of a copy everything is as it was copied.
    let is_home = !proc.is_real || own.is_some() && own == home;
    host.sysctls = sysctls::read(proc, is_home);
    if !is_home {
        let why = "these settings are those of a network namespace, and this program runs in another than the host; give \
                   it that of the host (hostNetwork: true)";
        host.gaps.push(Gap { what: "sysctls net".into(), why: why.into() });
    }
}

/// The mount namespace that the files of the root are in, and the root there: our own, or else that of the first process.
fn home(proc: Option<&Proc>, root: &Root) -> Option<(String, String)> {
    let text = |path: &str| std::fs::read_link(path).ok().map(|link| link.display().to_string());
    if is_own(root) {
        return text("/proc/self/ns/mnt").zip(text("/proc/self/root"));
    }
    let first = proc?.process(1).ok()?;
    Some((first.link("ns", "mnt").ok()?, first.link(".", "root").ok()?))
}

/// Whether a root is that of this program itself: the same folder of the same mount. The root of another mount namespace
/// may be the same folder, with other things mounted in it.
fn is_own(root: &Root) -> bool {
    let identity = |folder: BorrowedFd<'_>| {
        let stat = rustix::fs::fstat(folder).ok()?;
        let about = std::fs::read_to_string(format!("/proc/self/fdinfo/{}", folder.as_raw_fd())).ok()?;
        let mount = about.lines().find_map(|line| line.strip_prefix("mnt_id:"))?.trim().to_owned();
        Some((stat.st_dev, stat.st_ino, mount))
    };
    let own = Root::open(Path::new("/")).ok().and_then(|own| identity(own.folder()));
    own.is_some() && own == identity(root.folder())
}
