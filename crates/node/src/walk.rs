//! Paths that are to be looked at, and what they name in turn.

use std::collections::{BTreeMap, VecDeque};

use ironsides_settings::{File, FileKind, Gap};
use ironsides_tree::{Documents, Limits};

use crate::collect::Options;
use crate::follow::{self, Named};
use crate::inspect;
use crate::kind::{Format, Kind};
use crate::layout::{self, Layout};
use crate::process::Seen;
use crate::procfs::Proc;
use crate::root::{Root, clean, why};
use crate::users::Users;

/// How many paths of one file system are looked at.
const PATHS: usize = 4000;
/// How many bytes of text are kept of a host.
const TEXT: usize = 8 << 20;

/// A file system that is looked at: that of the host, or that of a process.
pub(crate) struct View {
    /// `None` where it cannot be opened: why.
    root: Result<Root, String>,
    /// What every path was looked at for.
    looked: BTreeMap<String, Kind>,
    pub(crate) files: BTreeMap<String, File>,
}

/// What is still to be looked at, and what was.
pub(crate) struct Walk {
    pub(crate) views: Vec<View>,
    users: Users,
    queue: VecDeque<Ask>,
    text: usize,
    pub(crate) gaps: Vec<Gap>,
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
    pub(crate) fn new(root: Root) -> Self {
        let users = Users::of(&root);
        let host = View { root: Ok(root), looked: BTreeMap::new(), files: BTreeMap::new() };
        Self { views: vec![host], users, queue: VecDeque::new(), text: 0, gaps: Vec::new() }
    }

    /// The file system that a process sees; 0 is that of the host.
    pub(crate) fn view_of(
        &mut self,
        proc: Option<&Proc>,
        seen: &Seen,
        first: Option<&(String, String)>,
    ) -> usize {
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
    pub(crate) fn named_by(&mut self, seen: &Seen, view: usize) {
        let directory = seen.process.directory.clone().unwrap_or_else(|| "/".into());
        for Named { path, kind } in follow::flags(&seen.process.program, &seen.words) {
            let path = join(&directory, &path);
            // Of drop-ins the kubelet takes relative paths from where it runs.
            let base = (kind == Kind::KubeletDropIns).then_some(&*directory);
            self.ask_from(view, &path, kind, true, base);
        }
        if seen.process.program == "etcd" {
            for Named { path, kind } in follow::variables_of_etcd(&seen.process.environment) {
                self.ask(view, &join(&directory, &path), kind, true);
            }
        }
        if let Some(folder) = flag(&seen.words, "cert-dir").filter(|_| seen.process.program == "kubelet") {
            for name in layout::KUBELET_PAIR {
                self.ask(view, &join(&directory, &format!("{folder}/{name}")), Kind::Keys, true);
            }
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
            self.ask(view, &format!("{path}.d"), Kind::Texts(Format::Unit, &[".conf"]), is_told);
        }
    }

    /// What is known to be on nodes, by the way they were set up.
    pub(crate) fn known(&mut self, seen: &[Seen], views: &[usize]) {
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

    /// What the caller asks for.
    pub(crate) fn asked(&mut self, options: &Options) {
        for path in &options.paths {
            let texts = [".yaml", ".yml", ".json", ".conf", ".manifest", "kubeconfig"];
            let is_text = texts.iter().any(|end| path.ends_with(end));
            let kind = if is_text { Kind::Text(Format::Yaml) } else { Kind::Entries };
            self.ask(0, path, kind, true);
        }
        for folder in &options.folders {
            self.ask(0, folder, Kind::KeyFolder, true);
        }
    }

    /// Looks at everything that is asked for, and at what that names in turn.
    pub(crate) fn look(&mut self) {
        while let Some(ask) = self.queue.pop_front() {
            let Some(view) = self.views.get_mut(ask.view) else { continue };
            match view.looked.get(&ask.path) {
                Some(before) if *before >= ask.kind => continue,
                None if view.looked.len() >= PATHS => {
                    let why = format!("more than {PATHS} paths are named; the rest was not looked at");
                    let folder = ask.path.rsplit_once('/').map_or("/", |(folder, _)| folder).to_owned();
                    self.gap("files", &why);
                    self.gap(&folder, &why);
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
            if let Some(why) = file.unread.as_ref().filter(|_| file.kind == FileKind::Directory) {
                self.gap(&ask.path, why);
            }
            self.follow(&ask, &file);
            if (file.kind != FileKind::Missing || ask.is_told)
                && let Some(view) = self.views.get_mut(ask.view)
            {
                view.files.insert(ask.path, file);
            }
        }
    }

    /// Something that was not looked at, once.
    fn gap(&mut self, what: &str, why: &str) {
        let gap = Gap { what: what.to_owned(), why: why.to_owned() };
        if !self.gaps.contains(&gap) {
            self.gaps.push(gap);
        }
    }

    /// Asks for what a file names.
    fn follow(&mut self, ask: &Ask, file: &File) {
        let child = |name: &str| format!("{}/{}", ask.path.trim_end_matches('/'), name.trim_end_matches('/'));
        // A link to a folder above shows nothing new.
        let is_above = |real: &String| {
            ask.path.strip_prefix(&**real).is_some_and(|rest| rest.starts_with('/')) || real == "/"
        };
        let is_again = ask.kind == Kind::KeyFolder && file.target.as_ref().is_some_and(is_above);
        for name in file.entries.iter().flatten().filter(|_| !is_again) {
            let is_folder = name.ends_with('/');
            let inner = match ask.kind {
                Kind::KeyFolder | Kind::KubeletDropIns if is_folder && depth(&ask.path) >= DEEPEST => {
                    let why = format!("it lies deeper than {DEEPEST} folders, and was not looked at");
                    self.gap(&child(name), &why);
                    false
                }
                Kind::KubeletDropIns if is_folder => true,
                // A key may have any name.
                Kind::KeyFolder => true,
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
    pub(crate) fn node_name(&self, seen: &[Seen], views: &[usize]) -> Option<String> {
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
