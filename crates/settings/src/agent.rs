//! The settings of a kubelet on a host or in a manifest: what [`crate::kubelet`] makes of its command line and files, held
//! against what the kubelet itself answers.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use ironsides_core::HostPlace;
use ironsides_tree::{Lines, Node, Value, parse_one, print};

use crate::beside::Versioned;
use crate::command_line::{CommandLine, TRUNCATED, UNREAD, Value as Given, Word};
use crate::component::{Component, FlagType};
use crate::host::{Host, Process};
use crate::kubelet::{self, By, Files, Listing, Look, MEASURED, Outcome, Refusal, Seen, Start, settle};
use crate::place::Place;
use crate::setting::{Setting, Unsure};

/// A kubelet.
#[derive(Clone, Debug)]
pub(crate) struct Agent {
    whole: Place,
    /// Where each argument stands.
    places: Vec<Place>,
    line: CommandLine,
    outcome: Outcome,
    /// What holds where it runs though no kubelet that is known here would: one of another version, say.
    plain: Option<Plain>,
    /// What it answered to `GET /configz`.
    configz: Option<Node>,
    /// Why not all of its flags are known.
    hidden: Option<&'static str>,
    minor: u64,
}

/// The texts of a kubelet's configuration, and the defaults that go with them.
#[derive(Clone, Debug)]
struct Plain {
    refusal: Refusal,
    /// Path, text and root of the file and of drop-ins, in the order in which they are merged.
    documents: Vec<(Arc<str>, String, Node)>,
    /// Files that would have to be read.
    unread: Option<String>,
    defaults: Outcome,
}

/// The file that the kubelet takes.
const DOCUMENT: Versioned =
    Versioned { kind: "KubeletConfiguration", version: "kubelet.config.k8s.io/v1beta1" };

/// Where the kubelet tells its configuration.
const CONFIGZ: &str = "GET /configz";

impl Agent {
    /// A kubelet that runs, or that a container starts: then there is neither host nor process.
    pub(crate) fn of(
        words: &[Word],
        whole: &Place,
        minor: Option<u64>,
        at: Option<(&Host, &Process)>,
    ) -> Self {
        let (host, process) = at.unzip();
        let minor = minor.unwrap_or(MEASURED);
        let arguments: Vec<String> = words.iter().map(|word| word.text.clone()).collect();
        let line = CommandLine::parse(words, Component::Kubelet);
        let nothing = Host::new("");
        let seen = Seen { host: host.unwrap_or(&nothing), process };
        let directory = process.and_then(|process| process.directory.as_deref()).unwrap_or("/");
        let start =
            Start { arguments: &arguments, directory, files: &seen, minor, node: kubelet::Node::default() };
        let outcome = settle(&start);
        let plain = match &outcome {
            Outcome::Refuses(refusal) if process.is_some() => Some(Plain::of(refusal, &line, &start)),
            _ => None,
        };
        let hidden = if words.iter().any(|word| word.expands) {
            Some("a part of its command line is filled in when the container starts")
        } else {
            process.filter(|process| process.truncated).map(|_| TRUNCATED)
        };
        let configz = host.and_then(configz);
        let places = words.iter().map(|word| word.place.clone()).collect();
        Self { whole: whole.clone(), places, line, outcome, plain, configz, hidden, minor }
    }

    /// The same, where not all of its flags are known, because of this.
    pub(crate) fn despite_hidden(mut self, why: &'static str) -> Self {
        self.hidden = Some(why);
        self
    }

    /// The same, with a command line that is not known as a whole: then no flag is, and nobody can say whether it would start.
    pub(crate) fn with_lost(mut self, lost: Option<&'static str>) -> Self {
        if lost.is_some() {
            self.line.lost = lost;
            self.hidden = lost;
            self.plain = None;
        }
        self
    }

    /// A kubelet of which nothing is known but what it answers.
    pub(crate) fn of_answer(host: &Host) -> Option<(Self, Place)> {
        let whole = Place::Host(HostPlace::Answer { request: Arc::from(CONFIGZ) });
        let mut agent = Self::of(&[], &whole, None, None);
        agent.configz = Some(configz(host)?);
        Some((agent.with_lost(Some(UNREAD)), whole))
    }

    /// The flags that are given.
    pub(crate) fn line(&self) -> &CommandLine {
        &self.line
    }

    /// A setting: a path in the configuration, or a flag that stands for none.
    pub(crate) fn get(&self, key: &str) -> Result<Setting, Unsure> {
        let written = match self.hidden {
            Some(why) => self.despite(key, why),
            None => self.written(key),
        };
        match &self.configz {
            Some(root) => self.held_against(key, written, root),
            None => written,
        }
    }

    /// The names of the settings that are given, those of maps by their keys.
    pub(crate) fn stated(&self) -> BTreeSet<String> {
        let mut stated = BTreeSet::new();
        for key in kubelet::names() {
            let Ok(setting) = self.get(key) else { continue };
            if !setting.is_given() {
                continue;
            }
            match setting.value.as_ref().map(Node::value) {
                Some(Value::Map(map)) => stated.extend(map.iter().map(|(name, _)| format!("{key}.{name}"))),
                _ => _ = stated.insert(key.to_owned()),
            }
        }
        stated
    }

    /// Whether all of its flags and files are known.
    pub(crate) fn is_whole(&self) -> bool {
        let is_unread = self.plain.as_ref().is_some_and(|plain| plain.unread.is_some());
        self.hidden.is_none() && !matches!(self.outcome, Outcome::Unknown(_)) && !is_unread
    }

    /// What is known though not all flags are: those that are given.
    fn despite(&self, key: &str, why: &str) -> Result<Setting, Unsure> {
        if let Some(setting) = self.by_flag(key) {
            return Ok(setting);
        }
        let missing = "the command line of the running kubelet: `ironsides scan --node` there".to_owned();
        Err(Unsure {
            message: format!("{key} of the kubelet is not known: {why}"),
            missing,
            place: self.whole.clone(),
        })
    }

    /// What command line and files make of it.
    fn written(&self, key: &str) -> Result<Setting, Unsure> {
        if let Some(plain) = &self.plain {
            return self.plainly(key, plain);
        }
        let is_own = !kubelet::is_field(key) && kubelet::flag_of(key).is_some_and(|(_, part)| part.is_none());
        let found = if is_own { self.outcome.flag(key) } else { self.outcome.get(key) };
        match found {
            Ok(Some(setting)) => Ok(self.setting(key, setting)),
            Ok(None) => Ok(self.gate(key).unwrap_or_else(|| self.nothing(key))),
            Err(unsure) => Err(self.unsure(key, unsure)),
        }
    }

    fn unsure(&self, key: &str, unsure: kubelet::Unsure<'_>) -> Unsure {
        let place = self.whole.clone();
        match unsure {
            kubelet::Unsure::Refused(refusal) => Unsure {
                message: format!("{key} cannot be told: such a kubelet does not start: {}", refusal.why),
                missing: "settings with which it starts".into(),
                place,
            },
            kubelet::Unsure::Missing(files) => {
                let files: Vec<String> = files.iter().map(ToString::to_string).collect();
                let message = format!("{key} of the kubelet may stand in a file that is not known");
                Unsure { message, missing: files.join("; "), place }
            }
        }
    }

    /// A feature gate that nobody set.
    fn gate(&self, key: &str) -> Option<Setting> {
        let name = key.strip_prefix("featureGates.")?;
        let Outcome::Serves(effective) = &self.outcome else { return None };
        let is_on =
            effective.gates().iter().find(|(known, _)| known.as_str() == name).map(|(_, is_on)| *is_on)?;
        let mut setting = self.nothing(key);
        setting.value = Some(Node::bare(Value::Bool(is_on)));
        setting.rule =
            Some(Cow::Owned(format!("the default of the feature gate in Kubernetes 1.{}", self.minor)));
        Some(setting)
    }

    fn nothing(&self, key: &str) -> Setting {
        Setting {
            key: key.to_owned(),
            raw: None,
            value: None,
            rule: None,
            place: self.whole.clone(),
            value_place: None,
            overruled: Vec::new(),
        }
    }

    fn setting(&self, key: &str, setting: &kubelet::Setting) -> Setting {
        let mut made = self.nothing(key);
        made.value.clone_from(&setting.value);
        made.place = self.place(&setting.by);
        if is_own_pair(key, &setting.by) {
            made.value = None;
        }
        if setting.by.is_given() {
            made.raw = setting.value.as_ref().map(shown);
        } else {
            made.rule = Some(Cow::Owned(setting.by.to_string()));
        }
        made.overruled =
            setting.overruled.iter().map(|given| (shown(&given.value), self.place(&given.by))).collect();
        made
    }

    fn place(&self, by: &By) -> Place {
        match by {
            By::Flag { argument, .. } => {
                self.places.get(*argument).cloned().unwrap_or_else(|| self.whole.clone())
            }
            By::File(written) | By::DropIn(written) => {
                Place::file(&written.path, Some(written.position.line))
            }
            By::Zero { written, .. } => self.place(written),
            By::Default(_) | By::Derived(_) => self.whole.clone(),
        }
    }

    /// What the kubelet answers is what holds, but for what its answer does not tell: the flag that turns seccomp on, names,
    /// and the certificate that it signed itself, which stands there as if it had been given.
    fn held_against(
        &self,
        key: &str,
        written: Result<Setting, Unsure>,
        root: &Node,
    ) -> Result<Setting, Unsure> {
        let Some(answer) = answered(root, key) else {
            // It tells defaults too, and leaves out what is empty.
            if written.is_err() && kubelet::is_field(key) && !key.starts_with("featureGates") {
                let mut told = self.nothing(key);
                told.place = Place::Host(HostPlace::Answer { request: Arc::from(CONFIGZ) });
                return Ok(told);
            }
            return written;
        };
        let is_own_pair = matches!(key, "tlsCertFile" | "tlsPrivateKeyFile")
            && answer
                .as_str()
                .is_some_and(|path| path.ends_with("/pki/kubelet.crt") || path.ends_with("/pki/kubelet.key"));
        let mut told = self.nothing(key);
        told.place = Place::Host(HostPlace::Answer { request: Arc::from(CONFIGZ) });
        if is_own_pair {
            told.rule = Some(Cow::Borrowed("the pair that the kubelet signs itself where none is given"));
        } else {
            told.raw = Some(shown(&answer));
            told.value = Some(answer);
        }
        let Ok(mut written) = written else {
            let by_flag = (key == "seccompDefault").then(|| self.by_flag(key)).flatten();
            return Ok(by_flag.filter(|flag| flag.is_on() == Some(true)).unwrap_or(told));
        };
        let is_hidden = key == "seccompDefault" && written.is_on() == Some(true);
        let says = |setting: &Setting| setting.value.as_ref().map(print::json);
        if is_own_pair || is_hidden || says(&written) == says(&told) || is_zero(&written, &told) {
            return Ok(written);
        }
        told.overruled.append(&mut written.overruled);
        told.overruled.push((written.raw.unwrap_or_default(), written.place));
        Ok(told)
    }

    /// Why it would not start with what it runs with: of which version that is told, and why.
    pub(crate) fn refusal(&self) -> Option<(u64, &str)> {
        self.plain.as_ref().map(|plain| (self.minor, plain.refusal.why.as_str()))
    }

    /// What a flag says, whatever else there is.
    fn by_flag(&self, key: &str) -> Option<Setting> {
        let (name, part) = kubelet::flag_of(key)?;
        let ty = match name {
            "feature-gates" => FlagType::Map,
            "tls-cipher-suites" | "allowed-unsafe-sysctls" => FlagType::List,
            _ => FlagType::Single,
        };
        let Given::Known(text, given, _) = self.line.value(name, ty) else { return None };
        let mut setting = self.nothing(key);
        setting.value = Some(Node::bare(Value::String(text.as_str().into())));
        if let Some(part) = part {
            setting.value = Some(Node::bare(Value::String(setting.pair(part)?.as_str().into())));
        }
        setting.raw = Some(text);
        setting.place = given.place.clone();
        Some(setting)
    }

    /// The flag, or else what the last of the files says that says anything, or else the default.
    fn plainly(&self, key: &str, plain: &Plain) -> Result<Setting, Unsure> {
        if let Some(setting) = self.by_flag(key) {
            return Ok(setting);
        }
        let path: Vec<&str> = key.split('.').collect();
        for (file, text, root) in plain.documents.iter().rev() {
            let Some(node) = root.at(&path).filter(|node| !matches!(node.value(), Value::Null)) else {
                continue;
            };
            let mut setting = self.nothing(key);
            setting.raw = Some(shown(node));
            setting.value = Some(node.clone());
            let line = Lines::new(text).position(text, node.span().start).line;
            setting.place = Place::file(file, Some(line));
            return Ok(setting);
        }
        if let Some(missing) = &plain.unread {
            let message = format!("{key} of the kubelet may stand in a file that is not known");
            return Err(Unsure { message, missing: missing.clone(), place: self.whole.clone() });
        }
        let mut setting = self.nothing(key);
        if let Ok(Some(default)) = plain.defaults.get(key)
            && !is_own_pair(key, &default.by)
        {
            setting.value.clone_from(&default.value);
            setting.rule = Some(Cow::Owned(default.by.to_string()));
        } else if let (Outcome::Serves(known), Some(name)) =
            (&plain.defaults, key.strip_prefix("featureGates."))
        {
            let gate = known.gates().iter().find(|(known, _)| known.as_str() == name);
            setting.value = gate.map(|(_, is_on)| Node::bare(Value::Bool(*is_on)));
        }
        Ok(setting)
    }
}

/// Whether a setting is the pair that the kubelet signs itself, which stands there as if it had been given.
fn is_own_pair(key: &str, by: &By) -> bool {
    matches!(by, By::Derived(_)) && matches!(key, "tlsCertFile" | "tlsPrivateKeyFile")
}

impl Plain {
    fn of(refusal: &Refusal, line: &CommandLine, start: &Start<'_>) -> Self {
        let flag = |name| match line.value(name, FlagType::Single) {
            Given::Known(text, ..) if !text.is_empty() => Some(absolute(&text, start.directory)),
            _ => None,
        };
        let (file, folder) = (flag("config"), flag("config-dir"));
        let mut paths: Vec<String> = file.iter().cloned().collect();
        let mut unread = None;
        if let Some(folder) = &folder {
            match start.files.list(folder) {
                Listing::Entries(entries) => paths.extend(
                    entries
                        .iter()
                        .filter(|entry| {
                            !entry.folder && entry.name.rsplit_once('.').is_some_and(|(_, end)| end == "conf")
                        })
                        .map(|entry| format!("{}/{}", folder.trim_end_matches('/'), entry.name)),
                ),
                Listing::Absent => {}
                _ => unread = Some(format!("the drop-ins in {folder}: collect them from the node")),
            }
        }
        let mut documents = Vec::new();
        for path in paths {
            match start.files.look(&path) {
                Look::Text(text) => match parse_one(&text) {
                    // In another version a field may mean anything.
                    Ok(root) => match DOCUMENT.refuses(&root) {
                        None => documents.push((Arc::from(path), text.into_owned(), root)),
                        Some(why) => unread = Some(format!("{path} in a version that is known: {why}")),
                    },
                    Err(error) => unread = Some(format!("{path} as a document that can be read: {error}")),
                },
                _ => unread = Some(format!("{path}: collect it from the node")),
            }
        }
        let mut arguments = vec!["--kubeconfig=/kubeconfig".to_owned()];
        arguments.extend(file.iter().map(|_| format!("--config={EMPTY}")));
        let defaults = settle(&Start { arguments: &arguments, files: &Empty, ..*start });
        Self { refusal: refusal.clone(), documents, unread, defaults }
    }
}

/// The path of an empty configuration.
const EMPTY: &str = "/empty";

/// A file system with an empty configuration in it.
struct Empty;

impl Files for Empty {
    fn look(&self, path: &str) -> Look<'_> {
        if path != EMPTY {
            return Look::Unseen;
        }
        Look::Text("apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n".into())
    }

    fn list(&self, _: &str) -> Listing {
        Listing::Unseen
    }

    fn is_link(&self, _: &str) -> bool {
        false
    }
}

fn absolute(path: &str, directory: &str) -> String {
    if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{}/{path}", directory.trim_end_matches('/'))
    }
}

/// What the kubelet of a host answered.
fn configz(host: &Host) -> Option<Node> {
    let root = parse_one(&host.configz.as_ref()?.to_string()).ok()?;
    // With or without the object around it.
    let answer = root.get("kubeletconfig").cloned().unwrap_or(root);
    is_configuration(&answer).then_some(answer)
}

/// Whether an answer is a configuration: an error, `null` or an empty object tells nothing, least of all zeros.
fn is_configuration(answer: &Node) -> bool {
    let kind = answer.get("kind").map(Node::as_str);
    let Some(map) = answer.as_map() else { return false };
    kind.is_none_or(|kind| kind == Some("KubeletConfiguration"))
        && map.iter().any(|(key, _)| kubelet::is_section(key))
}

/// What an answer says of a setting: a field that is left out is zero.
fn answered(root: &Node, key: &str) -> Option<Node> {
    let path: Vec<&str> = key.split('.').collect();
    root.at(&path).cloned().or_else(|| kubelet::zero(key))
}

/// Whether what was written is what is told, though one has a zero where the other has nothing.
fn is_zero(written: &Setting, told: &Setting) -> bool {
    let is_empty = |setting: &Setting| match setting.value.as_ref().map(Node::value) {
        None | Some(Value::Null | Value::Bool(false) | Value::Int(0)) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::List(items)) => items.is_empty(),
        _ => false,
    };
    is_empty(written) && is_empty(told)
}

/// A value as people write it.
fn shown(node: &Node) -> String {
    node.as_str().map_or_else(|| print::json(node), str::to_owned)
}

#[cfg(test)]
mod tests;
