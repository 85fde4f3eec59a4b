//! What differs between what runs on a host and what a plan wants.

use ironsides_settings::kubelet::{self, Outcome};
use ironsides_settings::{Component, Host, Process, Setting, Settings};
use ironsides_tree::{Node, Value as Tree, print};

use crate::holds::{Now, holds};
use crate::parts::modes::Mode;
use crate::plan::Plan;
use crate::wanted::Wanted;

/// Something that was compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// The component, or `files`, `kernel`.
    pub component: &'static str,
    /// The setting as people call it: `--profiling`, `readOnlyPort`, a path, a kernel setting.
    pub setting: String,
    /// What is in force; `None` where nothing is set and there is no default.
    pub now: Option<String>,
    /// Where that stands, and what made it so.
    pub evidence: String,
    /// What is wanted.
    pub wanted: String,
    /// What is the matter.
    pub state: State,
    /// Why it is wanted.
    pub why: String,
    /// The controls that it closes.
    pub controls: &'static [&'static str],
    /// What may break.
    pub breaks: &'static str,
}

/// How what is in force stands to what is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It is as good.
    Same,
    /// It is not.
    Differs,
    /// It cannot be told, for this reason.
    Unsure(String),
}

/// What came of comparing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Everything that was compared, in the order of the plan.
    pub compared: Vec<Compared>,
    /// The components of the plan that the host does not run.
    pub absent: Vec<Component>,
    /// Why a kubelet would not start with what its files say, where the rules that are known say so: its settings are
    /// compared as they are written then.
    pub refused: Option<String>,
}

impl Comparison {
    /// What differs.
    pub fn differences(&self) -> impl Iterator<Item = &Compared> {
        self.compared.iter().filter(|one| one.state == State::Differs)
    }

    /// What cannot be told.
    pub fn unsure(&self) -> impl Iterator<Item = &Compared> {
        self.compared.iter().filter(|one| matches!(one.state, State::Unsure(_)))
    }
}

/// Compares what runs on a host, or would by its static pods, with a plan.
pub fn diff(plan: &Plan, host: &Host) -> Comparison {
    let all = Settings::of_host(host);
    let mut comparison = Comparison::default();
    for component in Component::ALL {
        let wanted: Vec<&Wanted> = plan.wanted.iter().filter(|one| one.component == component).collect();
        if wanted.is_empty() {
            continue;
        }
        let before = comparison.compared.len();
        match component {
            Component::Kubelet => {
                for process in host.running(component.program()) {
                    let settings = all.iter().find(|settings| {
                        settings.component() == component
                            && settings.process(host).is_some_and(|own| own.pid == process.pid)
                    });
                    if let Some((settings, (_, why))) = settings.and_then(|one| Some((one, one.refusal()?))) {
                        comparison.refused = Some(why.to_owned());
                        flags(settings, &wanted, &mut comparison.compared);
                    } else {
                        kubelet(plan, host, process, &wanted, &mut comparison.compared);
                    }
                }
            }
            // What kube-proxy makes of its configuration is not known yet.
            Component::KubeProxy => {
                for process in host.running(component.program()) {
                    proxy(host, process, &wanted, &mut comparison.compared);
                }
            }
            _ => {
                for settings in all.iter().filter(|settings| settings.component() == component) {
                    flags(settings, &wanted, &mut comparison.compared);
                }
            }
        }
        if comparison.compared.len() == before {
            comparison.absent.push(component);
        }
    }
    for mode in &plan.modes {
        files(host, mode, &mut comparison.compared);
    }
    for (name, value) in &plan.sysctls {
        kernel(host, name, value, &mut comparison.compared);
    }
    comparison
}

impl Compared {
    fn of(wanted: &Wanted, now: Option<String>, evidence: String, state: State) -> Self {
        Self {
            component: wanted.component.program(),
            setting: wanted.name(),
            now,
            evidence,
            wanted: wanted.value.to_string(),
            state,
            why: wanted.why.clone(),
            controls: wanted.controls,
            breaks: wanted.breaks,
        }
    }
}

/// Flags of a component that takes its settings by flags.
fn flags(settings: &Settings, wanted: &[&Wanted], compared: &mut Vec<Compared>) {
    let get = |key: &'static str| settings.get(key).ok();
    let given = |key| get(key).is_some_and(|setting| setting.is_given());
    for one in wanted {
        let setting = match settings.get(one.key) {
            Ok(setting) => setting,
            Err(unsure) => {
                let state = State::Unsure(unsure.message);
                compared.push(Compared::of(one, None, unsure.place.to_string(), state));
                continue;
            }
        };
        let is_good = holds(one, &now(&setting))
            // No anonymous requests at all are as good as anonymous requests for health.
            || one.key == "authentication-config"
                && get("anonymous-auth").and_then(|setting| setting.is_on()) == Some(false);
        let state = match one.key {
            "authorization-mode" if !is_good && given("authorization-config") => {
                State::Unsure("the file of --authorization-config decides it".to_owned())
            }
            "anonymous-auth" if !is_good && given("authentication-config") => {
                State::Unsure("the file of --authentication-config decides it".to_owned())
            }
            _ if is_good => State::Same,
            _ => State::Differs,
        };
        let mut evidence = setting.place.to_string();
        if let Some(rule) = &setting.rule {
            evidence = format!("{evidence}: {rule}");
        }
        compared.push(Compared::of(one, text(setting.value.as_ref()), evidence, state));
    }
}

/// The settings of the kubelet, as it makes them of its flags and files.
fn kubelet(plan: &Plan, host: &Host, process: &Process, wanted: &[&Wanted], compared: &mut Vec<Compared>) {
    let seen = kubelet::Seen { host, process: Some(process) };
    let outcome = kubelet::settle(&kubelet::Start {
        arguments: process.arguments.get(1..).unwrap_or_default(),
        directory: process.directory.as_deref().unwrap_or("/"),
        files: &seen,
        minor: plan.options.version.minor,
        // It runs, so what stops a kubelet on its way up did not stop this one.
        node: kubelet::Node::default(),
    });
    let place = format!("kubelet ({})", process.pid);
    for one in wanted {
        let unsure = |why: String| Compared::of(one, None, place.clone(), State::Unsure(why));
        compared.push(match (&outcome, outcome.get(one.key)) {
            (Outcome::Refuses(refusal), _) => {
                unsure(format!("such a kubelet does not start: {}", refusal.why))
            }
            (_, Ok(Some(setting))) => {
                let now = Now::of(setting.value.as_ref());
                let state = if holds(one, &now) { State::Same } else { State::Differs };
                Compared::of(one, text(setting.value.as_ref()), format!("{place}: {}", setting.by), state)
            }
            (_, Ok(None)) => {
                unsure(format!("a kubelet of 1.{} has no such setting", plan.options.version.minor))
            }
            (_, Err(kubelet::Unsure::Missing(missing))) => {
                let missing: Vec<String> = missing.iter().map(ToString::to_string).collect();
                unsure(missing.join("; "))
            }
            (_, Err(kubelet::Unsure::Refused(refusal))) => unsure(refusal.why.clone()),
        });
    }
}

/// The settings of kube-proxy, in the file that `--config` names.
fn proxy(host: &Host, process: &Process, wanted: &[&Wanted], compared: &mut Vec<Compared>) {
    let place = format!("kube-proxy ({})", process.pid);
    let path = process.arguments.iter().filter_map(|word| word.strip_prefix("--config=")).next_back();
    let content =
        path.and_then(|path| host.file(Some(process), path)).and_then(|file| file.content.as_deref());
    let root = content.and_then(|text| ironsides_tree::parse_one(text).ok());
    for one in wanted {
        let Some(root) = &root else {
            let why = "the file of --config was not looked at: collect it from the node".to_owned();
            compared.push(Compared::of(one, None, place.clone(), State::Unsure(why)));
            continue;
        };
        let value = one.key.split('.').try_fold(root, |node, key| node.get(key));
        // Metrics are for the host alone where nothing is said.
        let is_good = holds(one, &Now::of(value)) || value.and_then(Node::as_str).is_none_or(str::is_empty);
        let state = if is_good { State::Same } else { State::Differs };
        compared.push(Compared::of(
            one,
            text(value),
            format!("{place}: {}", path.unwrap_or_default()),
            state,
        ));
    }
}

/// Modes and owners of files that were looked at.
fn files(host: &Host, mode: &Mode, compared: &mut Vec<Compared>) {
    let matches = |path: &str| match mode.path.split_once('*') {
        None => path == mode.path,
        Some((head, tail)) => path
            .strip_prefix(head)
            .and_then(|rest| rest.strip_suffix(tail))
            .is_some_and(|name| !name.is_empty() && !name.contains('/')),
    };
    for (path, file) in host.files.iter().filter(|(path, file)| matches(path) && file.exists()) {
        let (Some(bits), Some(owner)) = (file.mode, file.owner()) else { continue };
        let is_good = bits & !mode.mode == 0 && owner == mode.owner;
        compared.push(Compared {
            component: "files",
            setting: path.clone(),
            now: Some(format!("{bits:04o} {owner}")),
            evidence: path.clone(),
            wanted: format!("{:04o} {}", mode.mode, mode.owner),
            state: if is_good { State::Same } else { State::Differs },
            why: format!("Nobody else reads or changes it: {}.", mode.what),
            controls: mode.controls,
            breaks: "",
        });
    }
}

fn kernel(host: &Host, name: &'static str, value: &'static str, compared: &mut Vec<Compared>) {
    let Some(now) = host.sysctls.get(name) else { return };
    compared.push(Compared {
        component: "kernel",
        setting: name.to_owned(),
        now: Some(now.clone()),
        evidence: format!("/proc/sys/{}", name.replace('.', "/")),
        wanted: value.to_owned(),
        state: if now.trim() == value { State::Same } else { State::Differs },
        why: "The kubelet insists on it with protectKernelDefaults.".to_owned(),
        controls: &[],
        breaks: "",
    });
}

fn now(setting: &Setting) -> Now {
    Now::of(setting.value.as_ref())
}

/// A value as text: the items of a list with commas between them.
fn text(value: Option<&Node>) -> Option<String> {
    let value = value?;
    Some(match value.value() {
        Tree::Null => return None,
        Tree::String(text) => text.as_str().to_owned(),
        Tree::List(items) => {
            let item = |item: &Node| item.as_str().map_or_else(|| print::json(item), str::to_owned);
            items.iter().map(item).collect::<Vec<_>>().join(",")
        }
        _ => print::json(value),
    })
}
