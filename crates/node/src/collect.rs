//! One walk over a host.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;

use ironsides_settings::{File, FileKind, Gap, Host, Metadata};
use ironsides_tree::{Documents, Limits};
use rustix::io::Errno;

use crate::error::NodeError;
use crate::follow::{self, Named};
use crate::kind::{Format, Kind};
use crate::layout::{self, Layout};
use crate::process::{self, Seen};
use crate::procfs::Proc;
use crate::root::{Lost, Root, clean, why};
use crate::users::Users;
use crate::{inspect, sockets, sysctls, system};

/// Which host is looked at, and how it is called.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder that holds the root of its file system, `/proc` included; `/` for the host that the program runs on.
    pub root: PathBuf,
    /// The name of the node, where it is not to be found out.
    pub name: Option<String>,
    /// When it is looked at, RFC 3339 in UTC.
    pub collected: Option<String>,
}

/// How many paths of one file system are looked at.
const PATHS: usize = 4000;
/// How many bytes of text are kept of a host.
const TEXT: usize = 8 << 20;
/// How much of a table of sockets is read: those that listen stand first.
const SOCKETS: usize = 1 << 20;
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
    walk.look();
    if let Some(proc) = proc {
        network(proc, &root, &seen, &mut host);
    }
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
            if let Ok((bytes, _)) = pid.bytes_in("net", protocol, SOCKETS) {
                is_read = true;
                host.listening.extend(sockets::read(protocol, &String::from_utf8_lossy(&bytes), &holders));
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

/// Whether a root is that of this program itself.
fn is_own(root: &Root) -> bool {
    let own = rustix::fs::stat("/").ok();
    let stat = rustix::fs::fstat(root.folder()).ok();
    own.zip(stat).is_some_and(|(own, stat)| (own.st_dev, own.st_ino) == (stat.st_dev, stat.st_ino))
}

/// A file system that is looked at: that of the host, or that of a process.
struct View {
    /// `None` where it cannot be opened: why.
    root: Result<Root, String>,
    /// What every path was looked at for.
    looked: BTreeMap<String, Kind>,
    files: BTreeMap<String, File>,
}

/// What is still to be looked at, and what was.
struct Walk {
    views: Vec<View>,
    users: Users,
    queue: VecDeque<Ask>,
    text: usize,
    gaps: Vec<Gap>,
}

/// A path that is to be looked at.
struct Ask {
    view: usize,
    path: String,
    kind: Kind,
    /// Whether it is told of where there is nothing.
    is_told: bool,
    /// The folder that relative paths in it begin in; its own where there is none.
    base: Option<String>,
}

impl Walk {
    fn new(root: Root) -> Self {
        let users = Users::of(&root);
        let host = View { root: Ok(root), looked: BTreeMap::new(), files: BTreeMap::new() };
        Self { views: vec![host], users, queue: VecDeque::new(), text: 0, gaps: Vec::new() }
    }

    /// The file system that a process sees; 0 is that of the host.
    fn view_of(&mut self, proc: Option<&Proc>, seen: &Seen, first: Option<&(String, String)>) -> usize {
        let Some((proc, Ok(host))) = proc.zip(self.views.first().map(|view| &view.root)) else { return 0 };
        let root = match (&seen.mounts, first) {
            (Ok(own), Some(first)) if own == first => return 0,
            // Nobody can tell: what is in a container sees other files, and the rest most probably does not.
            (Ok(_), None) | (Err(_), _) if seen.process.container.is_none() => return 0,
            (Ok(_), _) => seen.pid.root(proc, host).map_err(why),
            (Err(error), _) => Err(why(*error)),
        };
        // A copy of /proc may have no links at all.
        if !proc.is_real && root.is_err() && seen.process.container.is_none() {
            return 0;
        }
        let root = root.map_err(|why| {
            format!(
                "the files of process {} ({}) cannot be looked at: {why}",
                seen.process.pid, seen.process.program
            )
        });
        self.views.push(View { root, looked: BTreeMap::new(), files: BTreeMap::new() });
        self.views.len() - 1
    }

    fn ask(&mut self, view: usize, path: &str, kind: Kind, is_told: bool) {
        self.ask_from(view, path, kind, is_told, None);
    }

    fn ask_from(&mut self, view: usize, path: &str, kind: Kind, is_told: bool, base: Option<&str>) {
        let base = base.map(str::to_owned);
        self.queue.push_back(Ask { view, path: clean(path), kind, is_told, base });
    }

    /// What a process names in its flags, and the unit that starts it.
    fn named_by(&mut self, seen: &Seen, view: usize) {
        let directory = seen.process.directory.clone().unwrap_or_else(|| "/".into());
        for Named { path, kind } in follow::flags(&seen.process.program, &seen.words) {
            let path = join(&directory, &path);
            // Of drop-ins the kubelet takes relative paths from where it runs.
            let base = (kind == Kind::KubeletDropIns).then_some(&*directory);
            self.ask_from(view, &path, kind, true, base);
        }
        if let Some(unit) = &seen.unit {
            self.unit(0, unit, false);
        }
        match &*seen.process.program {
            "containerd" => self.ask(view, "/etc/containerd/config.toml", Kind::Text(Format::Toml), true),
            "crio" => {
                self.ask(view, "/etc/crio/crio.conf", Kind::Text(Format::Toml), true);
                self.ask(view, "/etc/crio/crio.conf.d", Kind::Texts(Format::Toml, &[".conf", ""]), true);
            }
            "dockerd" => self.ask(view, "/etc/docker/daemon.json", Kind::Text(Format::Yaml), true),
            _ => {}
        }
    }

    /// A unit of systemd and its drop-ins, wherever they may be (systemd.unit(5)).
    fn unit(&mut self, view: usize, name: &str, is_told: bool) {
        for folder in layout::UNITS {
            let path = format!("{folder}/{name}");
            self.ask(view, &path, Kind::Text(Format::Unit), is_told);
            self.ask(view, &format!("{path}.d"), Kind::Texts(Format::Unit, &[".conf"]), false);
        }
    }

    /// What is known to be on nodes, by the way they were set up.
    fn known(&mut self, seen: &[Seen], views: &[usize]) {
        let is_running = |program: &&str| seen.iter().any(|seen| seen.process.program == **program);
        for Layout { programs, marks, places, units } in layout::ALL.iter().copied() {
            let is_there = |mark: &&str| match self.views.first().map(|view| &view.root) {
                Some(Ok(root)) => root.find(mark).is_ok(),
                _ => false,
            };
            if !marks.is_empty() && !programs.iter().any(is_running) && !marks.iter().any(is_there) {
                continue;
            }
            for (path, kind) in *places {
                self.ask(0, path, *kind, true);
            }
            for unit in *units {
                self.unit(0, unit, true);
            }
        }
        // A kubelet that sees other files than the host does is a node of its own: kind, or a test.
        for (_, view) in
            seen.iter().zip(views).filter(|(seen, view)| seen.process.program == "kubelet" && **view != 0)
        {
            for (path, kind) in layout::BASE.places {
                self.ask(*view, path, *kind, false);
            }
        }
    }

    /// Looks at everything that is asked for, and at what that names in turn.
    fn look(&mut self) {
        while let Some(ask) = self.queue.pop_front() {
            let Some(view) = self.views.get_mut(ask.view) else { continue };
            match view.looked.get(&ask.path) {
                Some(before) if *before >= ask.kind => continue,
                None if view.looked.len() >= PATHS => {
                    let why = format!("more than {PATHS} paths are named; the rest was not looked at");
                    self.gaps.push(Gap { what: "files".into(), why });
                    continue;
                }
                _ => {}
            }
            view.looked.insert(ask.path.clone(), ask.kind);
            let mut file = match &view.root {
                Ok(root) => inspect::file(root, &self.users, &ask.path, ask.kind),
                Err(why) => inspect::unreadable(why.clone()),
            };
            let size = file.content.as_ref().map_or(0, String::len);
            if self.text + size > TEXT {
                file.content = None;
                file.unread = Some(format!("the texts of this host are larger than {} MiB", TEXT >> 20));
            } else {
                self.text += size;
            }
            self.follow(&ask, &file);
            if (file.kind != FileKind::Missing || ask.is_told)
                && let Some(view) = self.views.get_mut(ask.view)
            {
                view.files.insert(ask.path, file);
            }
        }
    }

    /// Asks for what a file names.
    fn follow(&mut self, ask: &Ask, file: &File) {
        let child = |name: &str| format!("{}/{}", ask.path.trim_end_matches('/'), name.trim_end_matches('/'));
        for name in file.entries.iter().flatten() {
            let is_folder = name.ends_with('/');
            let inner = match ask.kind {
                Kind::KeyFolder | Kind::KubeletDropIns if is_folder => depth(&ask.path) < DEEPEST,
                Kind::KeyFolder => KEYS.iter().any(|end| name.ends_with(end)),
                Kind::Texts(_, ends) => {
                    !is_folder && !name.starts_with('.') && ends.iter().any(|end| name.ends_with(end))
                }
                // Hidden files, and `.conf` itself, do not count.
                Kind::KubeletDropIns => !name.starts_with('.') && name.rsplit('.').next() == Some("conf"),
                _ => false,
            };
            if inner {
                self.ask_from(ask.view, &child(name), ask.kind, true, ask.base.as_deref());
            }
        }
        let Some(text) = &file.content else { return };
        let format = match ask.kind {
            Kind::Text(format) | Kind::Texts(format, _) => format,
            _ => Format::Yaml,
        };
        let named = match format {
            Format::Yaml => {
                let limits = Limits { split_lists: false, expanded: 100_000, ..Limits::default() };
                let documents = Documents::new(text, limits).flatten();
                documents.flat_map(|document| follow::document(&document.root)).collect()
            }
            Format::Toml => follow::toml(text),
            Format::Unit => follow::unit(text),
            Format::Environment | Format::Flags => follow::words(text),
        };
        let folder = ask.path.rsplit_once('/').map_or("/", |(folder, _)| folder);
        let base = ask.base.clone().unwrap_or_else(|| folder.to_owned());
        for Named { path, kind } in named {
            self.ask(ask.view, &join(&base, &path), kind, true);
        }
    }

    /// The name of the node: as a kubelet is told to call it, or as its certificate does.
    fn node_name(&self, seen: &[Seen], views: &[usize]) -> Option<String> {
        let mut kubelets = seen.iter().zip(views).filter(|(seen, _)| seen.process.program == "kubelet");
        let by_flag = kubelets.clone().find_map(|(seen, _)| flag(&seen.words, "hostname-override"));
        let by_certificate = || {
            let views = kubelets.by_ref().map(|(_, view)| *view).chain([0]);
            let mut certificates = views
                .filter_map(|view| self.views.get(view))
                .flat_map(|view| view.files.values())
                .flat_map(|file| &file.certificates);
            let name = |subject: &str| {
                let name = subject.split(',').find_map(|part| part.strip_prefix("CN=system:node:"));
                name.map(str::to_owned)
            };
            certificates.find_map(|certificate| name(&certificate.subject))
        };
        by_flag.or_else(by_certificate).map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty())
    }
}

/// How the names of certificates and keys end.
const KEYS: [&str; 7] = [".cer", ".cert", ".crt", ".csr", ".key", ".pem", ".pub"];
/// How deep folders of certificates and drop-ins are looked at, in components of a path.
const DEEPEST: usize = 16;

fn depth(path: &str) -> usize {
    path.matches('/').count()
}

/// A path in a folder, unless it begins in the root.
fn join(folder: &str, path: &str) -> String {
    if path.starts_with('/') { path.to_owned() } else { format!("{folder}/{path}") }
}

/// The value of a flag, the last one.
fn flag(words: &[String], name: &str) -> Option<String> {
    let mut value = None;
    let mut rest = words.iter().skip(1).peekable();
    while let Some(word) = rest.next() {
        match word.trim_start_matches('-').split_once('=') {
            Some((given, text)) if word.starts_with('-') && given.replace('_', "-") == name => {
                value = Some(text.to_owned());
            }
            None if word.starts_with('-') && word.trim_start_matches('-').replace('_', "-") == name => {
                value = rest.peek().map(|next| (*next).clone());
            }
            _ => {}
        }
    }
    value
}
