//! The kubelet's own order of things, from the command line to a configuration.

use std::collections::BTreeMap;
use std::sync::Arc;

use ironsides_tree::{Node, Text, Value};

use super::apply::{self, Read};
use super::arguments::{self, Given};
use super::decode::{Decoder, Wrong};
use super::defaults;
use super::document::{self, Document};
use super::drop_ins::{self, Found};
use super::fields::{FIELDS, find};
use super::files::Look;
use super::gates::Gates;
use super::origin::{self, By, Default, DefaultSet, Setting};
use super::state::State;
use super::tree::{self, From, Tree};
use super::{Missing, Outcome, Partial, Refusal, Start, check, paths};

/// Fields that hold paths. In the file of `--config` relative ones start at its folder.
const PATHS: [&str; 7] = [
    "authentication.x509.clientCAFile",
    "podLogsDir",
    "resolvConf",
    "staticPodPath",
    "tlsCertFile",
    "tlsPrivateKeyFile",
    "volumePluginDir",
];

/// What stops the reading.
pub(super) enum Stop {
    /// The kubelet would stop.
    Refused(Refusal),
    /// A file is missing.
    Missing(Missing),
}

impl Stop {
    pub(super) fn refused(why: impl Into<String>, place: Option<By>) -> Self {
        Self::Refused(Refusal { why: why.into(), place })
    }
}

/// Says what a kubelet makes of what it was started with.
pub fn settle(start: &Start<'_>) -> Outcome {
    let read = arguments::read(start.arguments, start.minor, |flag, text| {
        apply::value(flag.value, text, start.minor).map(|_| ())
    });
    let given = match read {
        Ok(given) => given,
        Err(fault) => {
            let name = start.arguments.get(fault.argument).map(String::as_str).unwrap_or_default();
            let name = name.trim_start_matches('-').split('=').next().unwrap_or_default();
            let name = super::flags::find(name, start.minor).map_or("", |flag| flag.name);
            let place = By::Flag { name, argument: fault.argument };
            return Outcome::Refuses(Refusal { why: fault.why, place: Some(place) });
        }
    };
    let own = own(&given, start.minor);
    match configuration(start, &given, &own) {
        Ok((state, gates)) => match check::check(start, state, &gates, own) {
            Ok(effective) => Outcome::Serves(Box::new(effective)),
            Err(refusal) => Outcome::Refuses(refusal),
        },
        Err(Stop::Refused(refusal)) => Outcome::Refuses(refusal),
        Err(Stop::Missing(missing)) => Outcome::Unknown(Box::new(partial(start, &given, own, missing))),
    }
}

/// Says what a kubelet that runs on a host makes of its settings: its command line and the files that it sees.
///
/// What is known of the node itself is left out: the kubelet runs, so the node does not stop it.
pub fn of_process(host: &crate::Host, process: &crate::Process, minor: u64) -> Outcome {
    if process.truncated {
        let missing = Missing {
            path: format!("the command line of process {}", process.pid),
            why: Some("it is longer than what was kept of it".into()),
        };
        let partial = Partial { missing: vec![missing], flags: BTreeMap::new(), own: BTreeMap::new() };
        return Outcome::Unknown(Box::new(partial));
    }
    settle(&Start {
        arguments: process.arguments.get(1..).unwrap_or_default(),
        directory: process.directory.as_deref().unwrap_or("/"),
        files: &super::Seen { host, process: Some(process) },
        minor,
        node: super::Node::default(),
    })
}

/// The flags that stand for no field.
fn own(given: &[Given<'_>], minor: u64) -> BTreeMap<&'static str, Setting> {
    let mut own: BTreeMap<&'static str, Setting> = BTreeMap::new();
    for one in given.iter().filter(|one| one.flag.path.is_empty()) {
        let by = By::Flag { name: one.flag.name, argument: one.argument };
        let value = match apply::value(one.flag.value, one.value, minor) {
            Ok(Read::One(node)) => node,
            Ok(Read::Entries(entries)) => {
                let before = own.get(one.flag.name).and_then(|setting| setting.value.as_ref());
                let mut all = apply::entries(before);
                all.extend(entries);
                Node::bare(Value::Map(all.into_iter().collect::<ironsides_tree::Map>().into()))
            }
            _ => continue,
        };
        let mut overruled = Vec::new();
        if let Some(before) = own.remove(one.flag.name) {
            overruled = before.overruled;
            if let Some(value) = before.value {
                overruled.push(origin::Given { value, by: before.by });
            }
        }
        own.insert(one.flag.name, Setting { value: Some(value), by, overruled });
    }
    own
}

/// A flag's text; empty where it was not given.
pub(super) fn text<'a>(own: &'a BTreeMap<&'static str, Setting>, name: &str) -> &'a str {
    own.get(name).and_then(|setting| setting.value.as_ref()?.as_str()).unwrap_or_default()
}

/// Whether a boolean flag was given as true.
pub(super) fn is_on(own: &BTreeMap<&'static str, Setting>, name: &str) -> bool {
    own.get(name).and_then(|setting| setting.value.as_ref()?.as_bool()).unwrap_or_default()
}

fn partial(
    start: &Start<'_>,
    given: &[Given<'_>],
    own: BTreeMap<&'static str, Setting>,
    missing: Missing,
) -> Partial {
    let mut state = State::new(start.minor);
    apply::lay(given, &mut state, true);
    let unset = By::Derived("not given");
    let set = |(at, field): (usize, &super::fields::Field)| {
        // Gates of the file stand beside those of flags.
        let setting = state.setting(at, &unset).filter(|setting| setting.by.is_given())?;
        (field.path != "featureGates").then(|| (field.path.to_owned(), setting))
    };
    let mut flags: BTreeMap<String, Setting> = FIELDS.iter().enumerate().filter_map(set).collect();
    if let Some(at) = find("featureGates")
        && let Some(slot) = state.slot(at)
    {
        for (name, on) in state.gates() {
            let by = slot.keys.get(&name).cloned().unwrap_or(unset.clone());
            let setting = Setting { value: Some(Node::bare(Value::Bool(on))), by, overruled: Vec::new() };
            flags.insert(format!("featureGates.{name}"), setting);
        }
    }
    Partial { missing: vec![missing], flags, own }
}

/// The configuration before it is checked, and the gates.
fn configuration(
    start: &Start<'_>,
    given: &[Given<'_>],
    own: &BTreeMap<&'static str, Setting>,
) -> Result<(State, Gates), Stop> {
    for (name, what) in [("help", "--help"), ("version", "--version")] {
        if is_on(own, name) {
            let place = own.get(name).map(|setting| setting.by.clone());
            return Err(Stop::refused(format!("with {what} the kubelet says so and ends"), place));
        }
    }
    // Flags count from the start, for gates.
    let mut gates = Gates::new(start.minor);
    let mut state = defaults::of_flags(start.minor, &gates);
    apply::lay(given, &mut state, true);
    set_gates(&mut gates, &state, "featureGates")?;
    super::checks::labels(own)?;

    let file = text(own, "config");
    let folder = text(own, "config-dir");
    if !file.is_empty() {
        state = load(start, file, &gates)?;
    }
    if !folder.is_empty() {
        let by = own.get("config-dir").map(|setting| setting.by.clone());
        state = merge(start, folder, by, &state, &gates)?;
    }
    if !file.is_empty() || !folder.is_empty() {
        let before = state.gates();
        let slot = find("featureGates").and_then(|at| Some((at, state.slot(at)?.clone())));
        // Without a file the flags were noted when they were laid over the defaults.
        apply::lay(given, &mut state, !file.is_empty());
        if let Some((at, old)) = slot {
            keep_gates(&mut state, at, &old, &before);
        }
        set_gates(&mut gates, &state, "featureGates")?;
    }
    Ok((state, gates))
}

/// Gates of flags are laid over those of files one by one.
fn keep_gates(state: &mut State, at: usize, old: &super::state::Slot, before: &BTreeMap<Text, bool>) {
    let now = state.gates();
    let Some(slot) = state.slot_mut(at) else { return };
    let mut entries = apply::entries(slot.value.as_ref());
    for (name, on) in before.iter().filter(|(name, _)| !now.contains_key(*name)) {
        entries.insert(name.clone(), Node::bare(Value::Bool(*on)));
        if let Some(by) = old.keys.get(name).or(old.by.as_ref()) {
            slot.keys.insert(name.clone(), by.clone());
        }
    }
    if !entries.is_empty() {
        slot.value =
            Some(Node::bare(Value::Map(entries.into_iter().collect::<ironsides_tree::Map>().into())));
    }
}

fn set_gates(gates: &mut Gates, state: &State, path: &str) -> Result<(), Stop> {
    gates.set(&state.gates()).map_err(|why| {
        let slot = find(path).and_then(|at| state.slot(at));
        let named = slot.and_then(|slot| slot.keys.iter().find(|(name, _)| why.contains(name.as_str())));
        let by = named.map(|(_, by)| by).or(slot.and_then(|slot| slot.by.as_ref()));
        Stop::refused(why, by.cloned())
    })
}

/// The file that `--config` names, with defaults.
fn load(start: &Start<'_>, name: &str, gates: &Gates) -> Result<State, Stop> {
    let path: Arc<str> = paths::join(start.directory, name).into();
    let document = read(start, &path, false)?;
    let documents = [document];
    let decoder = Decoder { documents: &documents, before: None, any_case: false };
    let mut state = State::new(start.minor);
    decoder.note(0, &mut state);
    let root = documents.first().map_or(Node::NULL, |document| document.root.clone());
    if let Tree::Map(map) = Tree::of(&root, From::Document(0)) {
        decoder.decode(&map, &mut state).map_err(wrong)?;
    }
    let mut local = gates.clone();
    set_gates(&mut local, &state, "featureGates")?;
    defaults::fill(&mut state, &local, DefaultSet::File);
    let folder = paths::parent(&path);
    for field in PATHS {
        let relative = state.text(field);
        if !relative.is_empty() && !relative.starts_with('/') {
            let absolute = paths::join(folder, relative);
            if let Some(slot) = find(field).and_then(|at| state.slot_mut(at)) {
                let span = slot.value.as_ref().map_or(ironsides_tree::Span::NONE, Node::span);
                slot.value = Some(Node::new(Value::from(absolute.as_str()), span));
            }
        }
    }
    defaults::evictions(&mut state);
    Ok(state)
}

/// The drop-ins over what was there, with defaults.
fn merge(
    start: &Start<'_>,
    folder: &str,
    by: Option<By>,
    before: &State,
    gates: &Gates,
) -> Result<State, Stop> {
    let mut documents = Vec::new();
    for found in drop_ins::walk(folder, start.directory, start.files) {
        match found {
            Found::File(path) => {
                let path: Arc<str> = paths::join(start.directory, &path).into();
                documents.push(read(start, &path, true)?);
            }
            Found::Absent(path) => return Err(Stop::refused(format!("there is no {path}"), by)),
            Found::Unknown(path, why) => return Err(Stop::Missing(Missing { path, why })),
        }
    }
    let decoder = Decoder { documents: &documents, before: Some(before), any_case: true };
    let mut merged = before.tree();
    let mut state = before.emptied();
    for (number, document) in documents.iter().enumerate() {
        decoder.note(number, &mut state);
        if let Tree::Map(patch) = Tree::of(&document.root, From::Document(number)) {
            tree::merge(&mut merged, patch);
        }
    }
    decoder.decode(&merged, &mut state).map_err(wrong)?;
    // A zero is not written into the merge; that somebody chose it is remembered all the same.
    for (at, field) in FIELDS.iter().enumerate() {
        let zero = before.slot(at).filter(|slot| slot.by.as_ref().is_some_and(By::is_given));
        let zero = zero.filter(|slot| slot.value.as_ref().is_some_and(super::state::is_zero));
        let gone = state.slot(at).is_some_and(|slot| slot.value.is_none());
        if let Some(slot) = zero
            && gone
            && super::state::zero(field.kind).is_some()
        {
            state.put(at, slot.clone());
        }
    }
    let mut local = gates.clone();
    set_gates(&mut local, &state, "featureGates")?;
    defaults::fill(&mut state, &local, DefaultSet::File);
    Ok(state)
}

fn wrong(wrong: Wrong) -> Stop {
    Stop::refused(wrong.why, wrong.by)
}

/// Reads a configuration file.
fn read(start: &Start<'_>, path: &Arc<str>, drop_in: bool) -> Result<Document, Stop> {
    let missing = |why: Option<String>| Stop::Missing(Missing { path: path.to_string(), why });
    let whole = |why: String| {
        Stop::refused(why, Some(document::place(path, "", ironsides_tree::Span::NONE, drop_in)))
    };
    match start.files.look(path) {
        Look::Text(text) => Document::read(path.clone(), &text, drop_in).map_err(|fault| {
            let place = document::place(path, &text, fault.span, drop_in);
            Stop::refused(format!("{path} cannot be read as a configuration: {}", fault.why), Some(place))
        }),
        Look::Folder => Err(whole(format!("{path} is a folder"))),
        Look::Absent => Err(whole(format!("there is no {path}"))),
        Look::Unreadable(why) => Err(missing(Some(why))),
        Look::File { .. } | Look::Unseen => Err(missing(None)),
    }
}

/// The default of fields that have none.
pub(super) fn unset(state: &State, own: &BTreeMap<&'static str, Setting>) -> By {
    let set = if text(own, "config").is_empty() { DefaultSet::Flags } else { DefaultSet::File };
    By::Default(Default { set, minor: state.minor() })
}
