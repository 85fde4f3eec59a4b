//! What checks of nodes and of components say, and the evidence that they show.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

use ironsides_core::{Evidence, HostPlace, Pod, Source, Target, Verdict};
use ironsides_settings::{Component, File, FileKind, Host, Place, Setting, Settings, SettingsError, Unsure};
use ironsides_tree::edit::Edit;
use ironsides_tree::{Node, print};

use crate::out::{Case, Draft, Out};

/// What checks about one node share: its facts, and the settings of the components on it; or the components that the pod
/// of an object starts. Read when first asked.
#[derive(Default)]
pub(crate) struct NodeCase {
    host: OnceCell<Option<Result<Host, SettingsError>>>,
    target: OnceCell<Arc<Target>>,
    settings: OnceCell<Vec<Settings>>,
}

impl Case<'_> {
    /// Whether the object holds the facts of a node.
    pub(crate) fn is_host(&self) -> bool {
        self.host().is_some()
    }

    /// Whether the object holds what a kubelet answers, and nothing else of its node.
    pub(crate) fn is_answer(&self) -> bool {
        matches!(self.host(), Some(Ok(host)) if host.is_answer())
    }

    /// The facts of the node that the object holds.
    pub(crate) fn host(&self) -> Option<&Result<Host, SettingsError>> {
        let read = || Host::is_in(&self.object.root).then(|| Host::read(&self.object.root));
        self.node.host.get_or_init(read).as_ref()
    }

    /// The components that run on the node, or that the pod starts.
    pub(crate) fn settings(&self, pod: Option<&Pod<'_>>) -> &[Settings] {
        self.node.settings.get_or_init(|| match (self.host(), pod) {
            (Some(Ok(host)), _) => Settings::of_host(host),
            (None, Some(pod)) => Settings::of_pod(pod),
            (Some(Err(_)), _) | (None, None) => Vec::new(),
        })
    }

    /// What findings are about: the object, or the node whose facts it holds.
    pub(crate) fn target(&self) -> &Arc<Target> {
        if !Host::is_in(&self.object.root) {
            return &self.object.target;
        }
        self.node.target.get_or_init(|| {
            let name = self.object.reference().name.as_str().to_owned();
            Arc::new(Target::Node { name })
        })
    }

    /// The object or the node as a whole, as evidence.
    pub(crate) fn whole(&self) -> Evidence {
        match self.node_name() {
            Some(node) => fact("", None, Source::Host { node, place: HostPlace::Whole }),
            None => crate::out::evidence(self.object, &self.object.cursor(), |_| false),
        }
    }

    fn node_name(&self) -> Option<Arc<str>> {
        Host::is_in(&self.object.root).then(|| Arc::from(self.object.reference().name.as_str()))
    }

    fn source(&self, place: &Place) -> Source {
        match place {
            Place::Object { span, .. } => self.object.source(*span),
            Place::Host(place) => {
                Source::Host { node: self.node_name().unwrap_or_else(|| Arc::from("")), place: place.clone() }
            }
        }
    }
}

impl<'a> Out<'a> {
    /// Asks about every one of these components; where there is none, the question does not arise.
    pub(crate) fn each_of(
        &mut self,
        settings: &[Settings],
        components: &[Component],
        run: fn(&Settings, &mut Out<'_>),
    ) {
        if self.say_unreadable() {
            return;
        }
        let mut any = false;
        for one in settings.iter().filter(|one| components.contains(&one.component())) {
            run(one, self);
            any = true;
        }
        if !any {
            let names: Vec<&str> = components.iter().map(|component| component.program()).collect();
            let names = names.join(" or ");
            if self.say_unseen(&format!("whether {names} runs on this node is not known")) {
                return;
            }
            self.not_applicable(if self.case.is_host() {
                format!("no {names} runs on this node")
            } else {
                format!("no container starts {names}")
            });
        }
    }

    /// Asks about the node.
    pub(crate) fn of_host(&mut self, run: fn(&Host, &mut Out<'_>)) {
        if self.say_unreadable() {
            return;
        }
        if let Some(Ok(host)) = self.case.host() {
            run(host, self);
        }
    }

    /// Says, where the processes of the node were not seen, that therefore something is not known.
    pub(crate) fn say_unseen(&mut self, message: &str) -> bool {
        let Some(gap) = self.host().and_then(|host| host.gap("processes")) else { return false };
        let missing = format!("the processes of the node: {}", gap.why);
        self.unknown_with(self.case.whole(), "processes", message, missing);
        true
    }

    /// Says where the facts of the node cannot be read.
    pub(crate) fn say_unreadable(&mut self) -> bool {
        let case = self.case;
        let Some(Err(error)) = case.host() else { return false };
        // Equal reasons are told once: the reason must stand in what is missing.
        let missing = format!("{error}: `ironsides collect --node` with this version of ironsides");
        self.unknown_with(case.whole(), "", "the facts of this node cannot be read", missing);
        true
    }

    /// The facts of the node; `None` where the component is not on a node but in a manifest.
    pub fn host(&self) -> Option<&'a Host> {
        self.case.host().and_then(|host| host.as_ref().ok())
    }

    /// The components that run on the node, or that its static pods are to start.
    pub fn components(&self) -> &'a [Settings] {
        if self.host().is_some() { self.case.settings(None) } else { &[] }
    }

    /// The minor version that a component is of, or that objects are meant for.
    pub fn minor(&self, settings: &Settings) -> u64 {
        settings.minor().unwrap_or_else(|| self.kubernetes())
    }

    /// A setting as evidence.
    pub fn setting(&self, setting: &Setting) -> Evidence {
        let looked_at = match &setting.place {
            Place::Object { text, .. } => text.to_string(),
            Place::Host(_) => setting.name(),
        };
        let mut fact = fact(&looked_at, setting.raw.clone(), self.case.source(&setting.place));
        if setting.rule.is_some() {
            let shown = setting.value.as_ref().map(|value| match setting.text() {
                Some(text) => text.into_owned(),
                None => print::json(value),
            });
            if shown.is_none() || shown != setting.raw {
                fact.rule.clone_from(&setting.rule);
                fact.effective = Some(shown.map_or(Cow::Borrowed("nothing"), Cow::Owned));
            }
        }
        fact
    }

    /// A component as a whole, as evidence.
    pub fn placed(&self, place: &Place, looked_at: &str) -> Evidence {
        fact(looked_at, None, self.case.source(place))
    }

    /// What is known of a file of the node, as evidence: its mode and owner, say.
    pub fn file(&self, path: &str, looked_at: &str, raw: Option<String>) -> Evidence {
        let place = HostPlace::File { path: Arc::from(path), line: None };
        fact(looked_at, raw, self.case.source(&Place::Host(place)))
    }

    /// Something else on the node, as evidence.
    pub fn on_host(&self, place: HostPlace, looked_at: &str, raw: Option<String>) -> Evidence {
        fact(looked_at, raw, self.case.source(&Place::Host(place)))
    }

    /// This fact is as it should be.
    pub fn pass_with(&mut self, fact: Evidence) {
        if self.case.keep_passes() {
            self.passes.push(fact);
        }
    }

    /// This fact is not as it should be. `stable` is what its place is called whatever moves around it: component and
    /// setting, the path of a file.
    pub fn fail_with(&mut self, fact: Evidence, stable: &str, message: impl Into<String>) -> &mut Draft {
        self.draft_of(fact, stable.to_owned(), Verdict::Fail, message.into())
    }

    /// Nothing can be said, because `missing`.
    pub fn unknown_with(
        &mut self,
        fact: Evidence,
        stable: &str,
        message: impl Into<String>,
        missing: impl Into<String>,
    ) -> &mut Draft {
        let verdict = Verdict::Unknown { missing: missing.into() };
        self.draft_of(fact, stable.to_owned(), verdict, message.into())
    }

    /// A person must look at this fact.
    pub fn manual_with(
        &mut self,
        fact: Evidence,
        stable: &str,
        message: impl Into<String>,
        look_at: impl Into<String>,
    ) -> &mut Draft {
        let verdict = Verdict::Manual { look_at: look_at.into() };
        self.draft_of(fact, stable.to_owned(), verdict, message.into())
    }

    /// A setting; where it cannot be told, says so and gives `None`.
    pub fn get(&mut self, settings: &Settings, key: &str) -> Option<Setting> {
        match settings.get(key) {
            Ok(setting) => Some(setting),
            Err(unsure) => {
                self.unsure(settings, key, unsure);
                None
            }
        }
    }

    fn unsure(&mut self, settings: &Settings, key: &str, unsure: Unsure) {
        let Unsure { message, missing, place } = unsure;
        let looked_at = match &place {
            Place::Object { text, .. } => text.to_string(),
            Place::Host(_) => key.to_owned(),
        };
        let fact = fact(&looked_at, None, self.case.source(&place));
        self.unknown_with(fact, &stable(settings, key), message, missing).key(key);
    }

    /// This setting is as it should be.
    pub fn pass_setting(&mut self, setting: &Setting) {
        if self.case.keep_passes() {
            let fact = self.setting(setting);
            self.passes.push(fact);
        }
    }

    /// This setting is not as it should be.
    pub fn fail_setting(
        &mut self,
        settings: &Settings,
        setting: &Setting,
        message: impl Into<String>,
    ) -> &mut Draft {
        let fact = self.setting(setting);
        self.fail_with(fact, &stable(settings, &setting.key), message)
    }

    /// A person must look at this setting.
    pub fn manual_setting(
        &mut self,
        settings: &Settings,
        setting: &Setting,
        message: impl Into<String>,
        look_at: impl Into<String>,
    ) -> &mut Draft {
        let fact = self.setting(setting);
        self.manual_with(fact, &stable(settings, &setting.key), message, look_at)
    }

    /// What is known of a path of the node; where nothing is, says so and gives `None`. A file that is not there is known.
    pub fn look(&mut self, found: Option<&'a File>, path: &str) -> Option<&'a File> {
        let why = match found {
            Some(File { kind: FileKind::Unreadable, why, .. }) => {
                why.clone().unwrap_or_else(|| "it could not be read".to_owned())
            }
            Some(file) => return Some(file),
            None => match self.host().and_then(|host| host.gap(path)) {
                Some(gap) => gap.why.clone(),
                None => "nobody looked at it".to_owned(),
            },
        };
        let fact = self.file(path, path, None);
        let missing = format!("{path} of the node, as root: {why}");
        self.unknown_with(fact, path, format!("{path} could not be looked at"), missing);
        None
    }
}

/// The edit that gives a flag a value; `None` where it stands in no list of a manifest.
pub(crate) fn set_flag(settings: &Settings, setting: &Setting, value: &str) -> Option<Edit> {
    settings.list()?;
    let text = |text: &str| Node::bare(text.into());
    let flag = format!("--{}={value}", setting.key);
    match (setting.is_given(), &setting.value_place, &setting.place, settings.list()) {
        (true, Some(Place::Object { path, .. }), ..) => Some(Edit::set(path.clone(), text(value))),
        (true, None, Place::Object { path, .. }, _) => Some(Edit::set(path.clone(), text(&flag))),
        (false, _, _, Some(Place::Object { path, .. })) => Some(Edit::append(path.clone(), text(&flag))),
        _ => None,
    }
}

/// What the place of a setting is called whatever moves around it: not by the process, which has another id tomorrow.
pub(crate) fn stable(settings: &Settings, key: &str) -> String {
    match settings.instance() {
        Some(instance) => format!("{} {instance} {key}", settings.component()),
        None => format!("{} {key}", settings.component()),
    }
}

fn fact(looked_at: &str, raw: Option<String>, source: Source) -> Evidence {
    Evidence { looked_at: Arc::from(looked_at), raw, effective: None, rule: None, source, causes: Vec::new() }
}

#[cfg(test)]
mod tests {
    use ironsides_core::{Inventory, Object, Origin, Verdict};
    use ironsides_tree::parse_one;

    use crate::{Judge, Options};

    /// What a check says of a node.
    fn said(check: &str, facts: &str) -> Vec<(Verdict, String)> {
        let text =
            format!("apiVersion: ironsides.dev/v1\nkind: NodeFacts\nmetadata: {{name: node-1}}\n{facts}");
        let judge =
            Judge::new(Options { only: [check.to_owned()].into_iter().collect(), ..Options::default() });
        let (mut findings, mut counts) = (Vec::new(), judge.counts());
        let origin = Origin::File { path: "n.yaml".into(), text: text.as_str().into() };
        let object = Object::new(parse_one(&text).unwrap(), origin, Vec::new());
        judge.object(&object, &mut findings, &mut counts);
        judge.together(&Inventory::default(), &mut findings, &mut counts);
        findings.into_iter().map(|finding| (finding.verdict, finding.message.clone())).collect()
    }

    const UNSEEN: &str = "gaps: [{what: processes, why: /proc is not mounted}]\n";

    #[test]
    fn what_runs_is_unknown_where_processes_were_not_seen() {
        for (check, message) in [
            ("kubelet-anonymous-auth", "whether kubelet runs on this node is not known"),
            ("apiserver-profiling", "whether kube-apiserver runs on this node is not known"),
            ("etcd-auto-tls", "whether etcd runs on this node is not known"),
            ("kernel-differs-from-kubelet", "whether a kubelet runs on this node is not known"),
            ("kubelet-kubeconfig-readable", "which file kubelet names is not known"),
        ] {
            let missing = "the processes of the node: /proc is not mounted".to_owned();
            let expected = [(Verdict::Unknown { missing }, message.to_owned())];
            assert_eq!(said(check, UNSEEN), expected, "{check}");
            assert_ne!(said(check, ""), expected, "{check}");
        }
    }

    #[test]
    fn what_is_known_is_told_all_the_same() {
        let file = "files: {/etc/kubernetes/kubelet.conf: {kind: file, mode: '0644'}}\n";
        let told = said("kubelet-kubeconfig-readable", &format!("{file}{UNSEEN}"));
        assert_eq!(told[0].0, Verdict::Fail);
    }

    #[test]
    fn kernel_settings_that_nobody_looked_at_are_unknown() {
        assert!(matches!(said("kernel-unprivileged-bpf", "")[0].0, Verdict::Unknown { .. }));
        assert_eq!(said("kernel-unprivileged-bpf", "sysctls: {vm.swappiness: '60'}\n"), []);
    }
}
