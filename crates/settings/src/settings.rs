//! The effective settings of one component.

use std::borrow::Cow;
use std::sync::Arc;

use ironsides_core::{Container, HostPlace, Pod};
use ironsides_tree::{Cursor, Lines, Node, Value as TreeValue, parse_one};

use crate::command_line::{CommandLine, Value, Word, start};
use crate::component::{Component, FlagType};
use crate::container::{self, Started};
use crate::file::File;
use crate::host::{Host, Process};
use crate::place::Place;
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
                Component::ALL.into_iter().filter_map(|component| Self::of_process(process, component)),
            );
        }
        let mut idle = Vec::new();
        for (path, file) in host.manifests() {
            for settings in Self::of_manifest(path, file) {
                for running in all.iter_mut().filter(|running| running.component == settings.component) {
                    running.minor = running.minor.or(settings.minor);
                }
                if !all.iter().any(|running| running.component == settings.component) {
                    idle.push(settings);
                }
            }
        }
        all.extend(idle);
        all.sort_by_key(|settings| (settings.component, settings.pid));
        all
    }

    fn of_process(process: &Process, component: Component) -> Option<Self> {
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
        let start = start(&words, component)?;
        Some(Self {
            component,
            minor: None,
            whole: place(None),
            list: None,
            is_script: false,
            pid: Some(process.pid),
            line: CommandLine::parse(words.get(start..)?, component),
            is_truncated: process.truncated,
        })
    }

    /// The components that a container starts.
    pub fn of_container(container: &Container<'_>) -> Vec<Self> {
        Self::of_placed(container, &|at| Place::of(at))
    }

    fn of_placed<'a>(container: &Container<'a>, place: &dyn Fn(&Cursor<'a>) -> Place) -> Vec<Self> {
        let of = |component| {
            let Started { line, list, is_script } = container::started(container, component, place)?;
            Some(Self {
                component,
                minor: container::minor(container),
                whole: list.clone(),
                list: Some(list),
                is_script,
                pid: None,
                line,
                is_truncated: false,
            })
        };
        Component::ALL.into_iter().filter_map(of).collect()
    }

    /// The components that a static pod is to start.
    fn of_manifest(path: &str, file: &File) -> Vec<Self> {
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
            all.extend(Self::of_placed(&container, &place));
        }
        all
    }

    /// Whether the manifest of a static pod starts a component: by its containers, or by its name where its text is not known.
    pub fn is_started_by(component: Component, path: &str, file: &File) -> bool {
        if file.content.is_some() {
            return Self::of_manifest(path, file).iter().any(|settings| settings.component == component);
        }
        let name = path.rsplit('/').next().unwrap_or(path);
        name.split_once('.').is_some_and(|(name, _)| name == component.program())
    }

    /// The component.
    pub fn component(&self) -> Component {
        self.component
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

    /// A setting: a flag, named without dashes.
    ///
    /// # Errors
    ///
    /// What is missing, where the value cannot be told.
    pub fn get(&self, key: &str) -> Result<Setting, Unsure> {
        let known = self.component.flag(key);
        let ty = known.map_or(FlagType::Single, |flag| flag.ty);
        let unsure = |message, place: &Place| {
            let missing =
                format!("the command line of the running {}: `ironsides scan --node` there", self.component);
            Err(Unsure { message, missing, place: place.clone() })
        };
        let value = |text: &str| Some(Node::bare(TreeValue::String(text.into())));
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
                    .collect(),
            }),
            Value::NotGiven => match &self.line.hidden {
                Some(hidden) => unsure(
                    format!("--{key} may stand in what is filled in when the container starts"),
                    hidden,
                ),
                None if self.is_truncated => unsure(
                    format!("--{key} may stand in the part of the command line that was not kept"),
                    &self.whole,
                ),
                None => {
                    let default = known.map(|flag| flag.default).filter(|default| !default.is_empty());
                    Ok(Setting {
                        key: key.to_owned(),
                        raw: None,
                        value: default.and_then(value),
                        rule: default.map(|_| Cow::Borrowed("the default")),
                        place: self.whole.clone(),
                        value_place: None,
                        overruled: Vec::new(),
                    })
                }
            },
        }
    }
}
