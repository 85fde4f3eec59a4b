//! The effective settings of one component.

mod instance;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use ironsides_core::{Container, HostPlace, Pod};
use ironsides_tree::{Cursor, Lines, Node, Value as TreeValue, parse_one};

use crate::agent::Agent;
use crate::beside::{Beside, Files, Placed};
use crate::command_line::{CommandLine, TRUNCATED, UNREAD, Value, Word, start};
use crate::component::{Component, FlagType};
use crate::container::{self, Started};
use crate::etcd;
use crate::file::File;
use crate::host::{Host, Process};
use crate::k3s::{self, Doubt, Embedded};
use crate::kube_proxy;
use crate::microk8s;
use crate::openshift;
use crate::place::Place;
use crate::scheduler;
use crate::setting::{Setting, Unsure};

/// The settings of a component where it runs, or of a container that is to start it.
#[derive(Clone, Debug)]
pub struct Settings {
    component: Component,
    minor: Option<u64>,
    whole: Place,
    /// What is added to for another flag.
    list: Option<Place>,
    is_script: bool,
    pid: Option<u32>,
    line: CommandLine,
    /// Whether the command line is longer than what was kept of it.
    is_truncated: bool,
    /// What is given otherwise than by flags: of etcd, and of kube-proxy and kube-scheduler where they have a file.
    beside: Option<Arc<Beside>>,
    /// What makes settings of a kubelet's flags and files.
    agent: Option<Arc<Agent>>,
    /// Why not all that is given otherwise than on the command line is known: by k3s, by the file of `OpenShift`.
    doubt: Option<Arc<Doubt>>,
    /// What tells it from others of the same component on the host.
    instance: Option<Arc<str>>,
    /// The manifest of the static pod that is to start it.
    manifest: Option<Arc<str>>,
}

impl Settings {
    /// The components that the containers of a pod start.
    pub fn of_pod(pod: &Pod<'_>) -> Vec<Self> {
        pod.containers().flat_map(|container| Self::of_container(&container)).collect()
    }

    /// The components that run on a host, and those that its static pods are to start and that do not run.
    pub fn of_host(host: &Host) -> Vec<Self> {
        let mut all = Vec::new();
        for process in &host.processes {
            all.extend(
                Component::ALL.into_iter().filter_map(|component| Self::of_process(host, process, component)),
            );
        }
        for process in &host.processes {
            let embedded = k3s::embedded(host, process).into_iter().chain(microk8s::embedded(host, process));
            all.extend(embedded.map(|one| Self::of_embedded(process, one)));
        }
        let mut idle = Vec::new();
        let manifests: Vec<(&str, &File)> = host.manifests(&all).collect();
        for (path, file) in manifests {
            for settings in Self::of_manifest(path, file, Some(host)) {
                for running in all.iter_mut().filter(|running| running.component == settings.component) {
                    running.minor = running.minor.or(settings.minor);
                }
                if !all.iter().any(|running| running.component == settings.component) {
                    idle.push(settings);
                }
            }
        }
        all.extend(idle);
        if !all.iter().any(|settings| settings.component == Component::Kubelet) {
            all.extend(Self::of_answer(host));
        }
        all.sort_by_key(|settings| (settings.component, settings.pid));
        instance::tell_apart(&mut all);
        all
    }

    /// A kubelet that no process shows, but that answered.
    fn of_answer(host: &Host) -> Option<Self> {
        let (agent, whole) = Agent::of_answer(host)?;
        Some(Self {
            agent: Some(Arc::new(agent)),
            ..Self::at(whole, Component::Kubelet, CommandLine::default())
        })
    }

    /// A component of which the file that it is configured with is known, and nothing else.
    pub(crate) fn of_shared(component: Component, whole: Place, beside: Beside) -> Self {
        Self { beside: Some(Arc::new(beside)), ..Self::at(whole, component, CommandLine::default()) }
    }

    /// The file that its command line names as its configuration.
    pub(crate) fn config_path(&self) -> Option<String> {
        match self.line.value("config", FlagType::Single) {
            Value::Known(path, ..) => Some(path),
            Value::FilledIn(_) | Value::Open | Value::NotGiven => None,
        }
    }

    /// A component at a place, of which nothing else is known than its command line.
    fn at(whole: Place, component: Component, line: CommandLine) -> Self {
        Self {
            component,
            minor: None,
            whole,
            list: None,
            is_script: false,
            pid: None,
            line,
            is_truncated: false,
            beside: None,
            agent: None,
            doubt: None,
            instance: None,
            manifest: None,
        }
    }

    fn of_process(host: &Host, process: &Process, component: Component) -> Option<Self> {
        let program: Arc<str> = Arc::from(process.program.as_str());
        let place = |argument: Option<&String>| {
            Place::Host(HostPlace::Process {
                pid: process.pid,
                program: Arc::clone(&program),
                argument: argument.map(|argument| Arc::from(argument.as_str())),
            })
        };
        let word = |text: &String| Word { text: text.clone(), place: place(Some(text)), expands: false };
        let words: Vec<Word> = process.arguments.iter().map(word).collect();
        let is_program = |component: &Component| component.program() == process.program;
        let is_it = match Component::ALL.iter().find(|component| is_program(component)) {
            Some(other) if *other != component => return None,
            other => other.is_some(),
        };
        let whole = place(None);
        // The first word may say anything; what runs, its executable told. What does not look like its flags is not read.
        let started = start(&words, component).or_else(|| (is_it && has_flags(&words)).then_some(1));
        if started.is_none() && !is_it {
            return None;
        }
        let words = started.and_then(|at| words.get(at..)).unwrap_or_default();
        let mut line = CommandLine::parse(words, component);
        let unread = started.is_none().then_some(UNREAD);
        line.lost = unread.or(process.truncated.then_some(TRUNCATED));
        let agent = (component == Component::Kubelet)
            .then(|| Agent::of(words, &whole, None, Some((host, process))).with_lost(line.lost));
        let file = |path: &str| host.file(Some(process), path);
        let doubt = openshift::add(&mut line, component, &file);
        let beside = match component {
            Component::Etcd => Some(etcd::of_process(&line, process, &file)),
            _ => of_file(&line, component, &file),
        };
        Some(Self {
            pid: Some(process.pid),
            is_truncated: process.truncated,
            beside: beside.map(Arc::new),
            agent: agent.map(Arc::new),
            doubt: doubt.map(Arc::new),
            ..Self::at(whole, component, line)
        })
    }

    fn of_embedded(process: &Process, embedded: Embedded) -> Self {
        let Embedded { component, line, beside, agent, doubt } = embedded;
        let program = Arc::from(process.program.as_str());
        let whole = Place::Host(HostPlace::Process { pid: process.pid, program, argument: None });
        Self {
            pid: Some(process.pid),
            is_truncated: process.truncated,
            beside: beside.map(Arc::new),
            agent: agent.map(Arc::new),
            doubt: doubt.map(Arc::new),
            ..Self::at(whole, component, line)
        }
    }

    /// The components that a container starts.
    pub fn of_container(container: &Container<'_>) -> Vec<Self> {
        Self::of_placed(container, &|at| Place::of(at), None)
    }

    fn of_placed<'a>(
        container: &Container<'a>,
        place: &dyn Fn(&Cursor<'a>) -> Place,
        host: Option<&Host>,
    ) -> Vec<Self> {
        let of = |component| {
            let started = container::started(container, component, place)?;
            let Started { mut line, words, list, is_script } = started;
            let minor = container::minor(container);
            let agent = (component == Component::Kubelet).then(|| Agent::of(&words, &list, minor, None));
            // What it mounts elsewhere is not followed.
            let file = |path: &str| host.and_then(|host| host.file(None, path));
            let doubt = openshift::add(&mut line, component, &|_| None);
            let beside = match component {
                Component::Etcd => Some(etcd::of_container(&line, container, place, &file)),
                _ => of_file(&line, component, &file),
            };
            Some(Self {
                minor,
                list: Some(list.clone()),
                is_script,
                beside: beside.map(Arc::new),
                agent: agent.map(Arc::new),
                doubt: doubt.map(Arc::new),
                ..Self::at(list, component, line)
            })
        };
        Component::ALL.into_iter().filter_map(of).collect()
    }

    /// The components that a static pod is to start.
    fn of_manifest(path: &str, file: &File, host: Option<&Host>) -> Vec<Self> {
        let Some(text) = file.content.as_deref() else { return Vec::new() };
        let Ok(root) = parse_one(text) else { return Vec::new() };
        let lines = Lines::new(text);
        let place = |at: &Cursor<'_>| {
            let line = at.mark().is_some().then(|| lines.position(text, at.mark().start).line);
            Place::file(path, line)
        };
        let spec = Cursor::root(&root).get("spec");
        let mut all = Vec::new();
        for at in spec.get("containers").items() {
            let container = Container { kind: ironsides_core::ContainerKind::Regular, at };
            all.extend(Self::of_placed(&container, &place, host));
        }
        let manifest: Arc<str> = Arc::from(path);
        for settings in &mut all {
            settings.manifest = Some(Arc::clone(&manifest));
        }
        all
    }

    /// The components that the static pods of a host are to start, whether or not they run, each with the path of its manifest.
    /// `running` are the components that run on it: where the kubelet looks for manifests is its setting.
    pub fn of_static_pods<'h>(host: &'h Host, running: &[Self]) -> Vec<(&'h str, Self)> {
        let of =
            |(path, file)| Self::of_manifest(path, file, Some(host)).into_iter().map(move |one| (path, one));
        host.manifests(running).flat_map(of).collect()
    }

    /// The flags that stand on the command line, each once, sorted.
    pub fn given(&self) -> BTreeSet<&str> {
        self.line.given.iter().map(|flag| flag.name.as_str()).collect()
    }

    /// The names of the settings that are given anywhere: by flags, variables, files, or a kubelet's own answer. Of a map in
    /// the configuration of a kubelet, those of its keys (`evictionHard.memory.available`).
    pub fn stated(&self) -> BTreeSet<String> {
        if let Some(agent) = &self.agent {
            return agent.stated();
        }
        let path = |flag: &str| match self.component {
            Component::KubeProxy => kube_proxy::path_of(flag).map(str::to_owned),
            _ => Some(flag.to_owned()),
        };
        let mut stated: BTreeSet<String> = self.given().into_iter().filter_map(path).collect();
        match self.beside.as_deref() {
            Some(Beside::File(all) | Beside::Variables(all, _)) => stated.extend(all.keys().cloned()),
            Some(Beside::Unread(_)) | None => {}
        }
        stated
    }

    /// Whether all that it is given is known, so that a setting which is not [stated](Self::stated) has its default.
    pub fn is_whole(&self) -> bool {
        if let Some(agent) = &self.agent {
            return agent.is_whole();
        }
        let is_unread = matches!(self.beside.as_deref(), Some(Beside::Unread(_)));
        self.line.hidden.is_none() && !self.is_truncated && !is_unread
    }

    /// Whether the manifest of a static pod starts a component: by its containers, or by its name where its text is not known.
    pub fn is_started_by(component: Component, path: &str, file: &File) -> bool {
        if file.content.is_some() {
            return Self::of_manifest(path, file, None)
                .iter()
                .any(|settings| settings.component == component);
        }
        let name = path.rsplit('/').next().unwrap_or(path);
        name.split_once('.').is_some_and(|(name, _)| name == component.program())
    }

    /// The component.
    pub fn component(&self) -> Component {
        self.component
    }

    /// What tells it from others of the same component on its host, whatever their process ids are: the flags or the manifest
    /// that it is known by. `None` where it is the only one.
    pub fn instance(&self) -> Option<&str> {
        self.instance.as_deref()
    }

    /// The minor version of Kubernetes that it is of, where that is known.
    pub fn minor(&self) -> Option<u64> {
        self.minor
    }

    /// The component as a whole: the process, the container's command line.
    pub fn place(&self) -> &Place {
        &self.whole
    }

    /// The list that another flag is to be appended to; `None` where there is none, or a shell reads the line.
    pub fn list(&self) -> Option<&Place> {
        self.list.as_ref().filter(|_| !self.is_script)
    }

    /// The process that runs it, in the facts of its host.
    pub fn process<'h>(&self, host: &'h Host) -> Option<&'h Process> {
        self.pid.and_then(|pid| host.processes.iter().find(|process| process.pid == pid))
    }

    /// A file as the component sees it. `None` where nobody looked.
    pub fn file<'h>(&self, host: &'h Host, path: &str) -> Option<&'h File> {
        host.file(self.process(host), path)
    }

    /// Why a kubelet would not start with what its command line and its files say now: the minor version of Kubernetes by
    /// whose rules, and why. `None` where it would, or where that is not known.
    pub fn refusal(&self) -> Option<(u64, &str)> {
        self.agent.as_ref()?.refusal()
    }

    /// A setting: a flag, named without dashes; of kubelet and kube-proxy a path in their configuration
    /// (`authentication.anonymous.enabled`), or a flag that stands for none.
    ///
    /// # Errors
    ///
    /// What is missing, where the value cannot be told.
    pub fn get(&self, key: &str) -> Result<Setting, Unsure> {
        if let Some(agent) = &self.agent {
            return agent.get(key);
        }
        if self.component != Component::KubeProxy || self.line.lost.is_some() {
            return self.flag(key);
        }
        let flag = kube_proxy::flag_of(key);
        let default = flag.and_then(|flag| self.component.flag(flag)).map(|flag| flag.default);
        let setting = match (self.beside.as_deref(), flag) {
            (Some(Beside::Unread(unsure)), _) => return Err(unsure.clone()),
            (Some(Beside::File(all)), Some(flag)) if kube_proxy::wins_over_file(key) => {
                let setting = self.flag(flag)?;
                if setting.is_given() { setting } else { self.placed(key, all.get(key), default)? }
            }
            (Some(Beside::File(all)), _) => self.placed(key, all.get(key), default)?,
            (_, Some(flag)) => self.flag(flag)?,
            (_, None) if self.doubt.is_some() => return Err(self.doubtful(key)),
            (_, None) => self.placed(key, None, None)?,
        };
        Ok(Setting { key: key.to_owned(), ..setting })
    }

    /// A flag, named without dashes.
    fn flag(&self, key: &str) -> Result<Setting, Unsure> {
        let known = self.component.flag(key);
        let ty = known.map_or(FlagType::Single, |flag| flag.ty);
        let unsure = |message, place: &Place| {
            let missing =
                format!("the command line of the running {}: `ironsides scan --node` there", self.component);
            Err(Unsure { message, missing, place: place.clone() })
        };
        let value = |text: &str| Some(Node::bare(TreeValue::String(text.into())));
        if let Some(why) = self.line.lost {
            return unsure(format!("{key} of {} is not known: {why}", self.component), &self.whole);
        }
        let beside = match self.beside.as_deref() {
            Some(Beside::Unread(unsure)) if self.component == Component::Etcd && key != "config-file" => {
                return Err(unsure.clone());
            }
            Some(Beside::File(all)) if self.component == Component::Etcd && key != "config-file" => {
                return self.placed(key, all.get(key), known.map(|flag| flag.default));
            }
            Some(Beside::Unread(unsure)) if self.is_of_file(key) => return Err(unsure.clone()),
            Some(Beside::File(all)) if self.is_of_file(key) => {
                return self.placed(key, all.get(key), known.map(|flag| flag.default));
            }
            Some(Beside::Variables(all, _)) => all.get(key),
            _ => None,
        };
        match self.line.value(key, ty) {
            Value::FilledIn(flag) => {
                unsure(format!("the value of --{key} is filled in when the container starts"), &flag.place)
            }
            Value::Known(text, given, overruled) => Ok(Setting {
                key: key.to_owned(),
                value: value(&text),
                raw: Some(text),
                rule: None,
                place: given.place.clone(),
                value_place: given.value_place.clone(),
                overruled: overruled
                    .into_iter()
                    .map(|flag| (flag.value.clone().unwrap_or_default(), flag.place.clone()))
                    .chain(beside.map(|(value, place)| (value.clone().unwrap_or_default(), place.clone())))
                    .collect(),
            }),
            Value::Open | Value::NotGiven if self.doubt.as_ref().is_some_and(|doubt| doubt.covers(key)) => {
                Err(self.doubtful(key))
            }
            Value::Open | Value::NotGiven => match &self.line.hidden {
                Some(hidden) => unsure(
                    format!("--{key} may stand in what is filled in when the container starts"),
                    hidden,
                ),
                None if self.is_truncated => unsure(
                    format!("--{key} may stand in the part of the command line that was not kept"),
                    &self.whole,
                ),
                None => match self.beside.as_deref() {
                    Some(Beside::Variables(_, Some(open))) if beside.is_none() => Err(open.of(key)),
                    _ => self.placed(key, beside, known.map(|flag| flag.default)),
                },
            },
        }
    }

    /// Whether a file takes the place of a flag, where there is one.
    fn is_of_file(&self, key: &str) -> bool {
        self.component == Component::KubeScheduler && scheduler::is_of_file(key)
    }

    /// A flag that may be given where nobody could look.
    fn doubtful(&self, key: &str) -> Unsure {
        let (why, missing, place) = match self.doubt.as_deref() {
            Some(Doubt { why, missing, place, .. }) => (why.as_str(), missing.clone(), place),
            None => ("it may be given", String::new(), &self.whole),
        };
        let message = format!("{key} of {} is not known: {why}", self.component);
        Unsure { message, missing, place: place.clone() }
    }

    /// A setting that stands somewhere else than on the command line, or nowhere: then it has its default.
    fn placed(&self, key: &str, placed: Option<&Placed>, default: Option<&str>) -> Result<Setting, Unsure> {
        let value = |text: &str| Some(Node::bare(TreeValue::String(text.into())));
        let default = default.filter(|default| !default.is_empty());
        let setting = |raw: Option<String>, node, rule, place: &Place| Setting {
            key: key.to_owned(),
            raw,
            value: node,
            rule,
            place: place.clone(),
            value_place: None,
            overruled: Vec::new(),
        };
        match placed {
            Some((Some(text), place)) => Ok(setting(Some(text.clone()), value(text), None, place)),
            Some((None, place)) => Err(Unsure {
                message: format!("the value of {key} is filled in when the container starts"),
                missing: format!(
                    "the environment of the running {}: `ironsides scan --node` there",
                    self.component
                ),
                place: place.clone(),
            }),
            None => {
                let rule = default.map(|_| Cow::Borrowed("the default"));
                Ok(setting(None, default.and_then(value), rule, &self.whole))
            }
        }
    }
}

/// Whether flags of the program follow the first word, which is not a shell and names no other program to start.
fn has_flags(words: &[Word]) -> bool {
    let is_plain = |first: &Word| !container::is_shell(&first.text) && !first.text.contains(' ');
    words.first().is_some_and(is_plain) && words.get(1).is_some_and(|second| second.text.starts_with('-'))
}

/// The file that a component is configured with, where that is one of its own.
pub(crate) fn of_file(line: &CommandLine, component: Component, files: Files<'_>) -> Option<Beside> {
    let (wanted, of_file): (_, fn(&str, &str, &Node) -> _) = match component {
        Component::KubeProxy => (kube_proxy::DOCUMENT, kube_proxy::of_file),
        Component::KubeScheduler => (scheduler::DOCUMENT, scheduler::of_file),
        _ => return None,
    };
    let (path, place) = match line.value("config", FlagType::Single) {
        Value::Known(path, flag, _) if !path.is_empty() => (Some(path), flag.place.clone()),
        Value::FilledIn(flag) => (None, flag.place.clone()),
        Value::Known(..) | Value::Open | Value::NotGiven => return None,
    };
    Some(Beside::read(component.program(), path, place, files, Some(wanted), of_file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn static_pods_are_found_where_the_kubelet_looks() {
        let manifest = "spec: {containers: [{name: e, command: [etcd, --auto-tls]}]}";
        let host = |arguments: &[&str], path: &str| {
            let mut host = Host::new("n");
            host.processes.push(Process {
                pid: 1,
                program: "kubelet".into(),
                arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
                directory: Some("/".into()),
                ..Process::default()
            });
            let config = "kind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1beta1\nstaticPodPath: /opt/pods\n";
            for (path, text) in [("/k/config.yaml", config), (path, manifest)] {
                host.files.insert(path.into(), File { content: Some(text.into()), ..File::default() });
            }
            host
        };
        let flag: &[&str] = &["kubelet", "--pod-manifest-path=/srv/pods/"];
        let file: &[&str] = &["kubelet", "--config=/k/config.yaml"];
        for (arguments, path, found) in [
            (flag, "/srv/pods/etcd.yaml", true),
            (flag, "/srv/pods/old/etcd.yaml", false),
            (flag, "/opt/pods/etcd.yaml", false),
            (flag, "/etc/kubernetes/manifests/etcd.yaml", true),
            (file, "/opt/pods/etcd.yaml", true),
            (file, "/srv/pods/etcd.yaml", false),
            (&["kubelet", "--pod-manifest-path=/srv/etcd.yaml"], "/srv/etcd.yaml", true),
        ] {
            let host = host(arguments, path);
            let all = Settings::of_host(&host);
            assert_eq!(all.iter().any(|one| one.component == Component::Etcd), found, "{arguments:?} {path}");
            assert_eq!(
                Settings::of_static_pods(&host, &all).len(),
                usize::from(found),
                "{arguments:?} {path}"
            );
        }
    }
}
