//! What k3s is told: by its command line, its files and its variables.

use std::collections::{BTreeMap, BTreeSet};

use ironsides_core::HostPlace;
use ironsides_tree::{Cursor, Lines, Value, parse_one};

use super::unit;
use crate::beside::scalar;
use crate::command_line::Word;
use crate::file::FileKind;
use crate::host::{Host, Process};
use crate::place::Place;

const CONFIG: &str = "/etc/rancher/k3s/config.yaml";

/// The variables that stand for flags, below the files (<https://docs.k3s.io/cli/server>); those of tokens and joining
/// say nothing of components.
const VARIABLES: [(&str, &str); 5] = [
    ("K3S_DATA_DIR", "data-dir"),
    ("K3S_DATASTORE_CAFILE", "datastore-cafile"),
    ("K3S_DATASTORE_CERTFILE", "datastore-certfile"),
    ("K3S_DATASTORE_ENDPOINT", "datastore-endpoint"),
    ("K3S_DATASTORE_KEYFILE", "datastore-keyfile"),
];

/// Why it cannot be told what a component is given.
#[derive(Clone, Debug)]
pub(crate) struct Doubt {
    /// Goes behind what cannot be told.
    pub(crate) why: String,
    /// What is missing, and how to supply it.
    pub(crate) missing: String,
    pub(crate) place: Place,
    /// The flags that cannot be told; `None` for all that are not given.
    pub(crate) flags: Option<&'static [&'static str]>,
}

impl Doubt {
    pub(crate) fn covers(&self, flag: &str) -> bool {
        self.flags.is_none_or(|flags| flags.contains(&flag))
    }

    /// A file that holds a part of it and is not known.
    pub(crate) fn of_file(host: &Host, path: &str, flags: Option<&'static [&'static str]>) -> Self {
        let why = match host.files.get(path) {
            Some(file) => file.why.as_deref().or(file.unread.as_deref()).unwrap_or("it could not be read"),
            None => host.gap(path).map_or("nobody looked at it", |gap| &gap.why),
        };
        Self {
            why: format!("{path} may say more of what it is given: {why}"),
            missing: format!("{path} of the node, as root: `ironsides scan --node` there"),
            place: Place::file(path, None),
            flags,
        }
    }
}

/// Values in their order, and where each stands.
#[derive(Debug, Default)]
pub(super) struct Configured {
    values: BTreeMap<String, Vec<(String, Place)>>,
    /// What stands on the command line.
    by_line: BTreeSet<String>,
    /// Why not all is known.
    pub(super) doubt: Option<Doubt>,
}

impl Configured {
    /// The value that counts of a key that takes one.
    pub(super) fn last(&self, key: &str) -> Option<&str> {
        self.values.get(key)?.last().map(|(value, _)| value.as_str())
    }

    pub(super) fn is_on(&self, key: &str) -> bool {
        self.last(key).is_some_and(|value| crate::parse_bool(value) == Some(true))
    }

    /// The values of these keys that are in force whatever else is not known.
    pub(super) fn all<'c>(&'c self, keys: &'c [&str]) -> impl Iterator<Item = &'c (String, Place)> {
        let counts = |key: &&&str| self.doubt.is_none() || self.by_line.contains(**key);
        keys.iter().filter(counts).filter_map(|key| self.values.get(*key)).flatten()
    }
}

/// What is configured.
pub(super) fn read(host: &Host, process: &Process, subcommand: &str) -> Configured {
    let mut all = Configured::default();
    let (words, mut variables) = line(host, process, subcommand, &mut all.doubt);
    variables.extend(unit::shown(process));
    let mut by_line: BTreeMap<String, Vec<(String, Place)>> = BTreeMap::new();
    let mut rest = words.into_iter().peekable();
    while let Some(Word { text, place, expands }) = rest.next() {
        if expands {
            all.doubt.get_or_insert_with(|| hidden(process, place.clone(), &text));
        }
        let Some(flag) = text.strip_prefix("--").or_else(|| text.strip_prefix('-')) else { continue };
        let (key, value) = if let Some((key, value)) = flag.split_once('=') {
            (key, value.to_owned())
        } else {
            let next = rest.next_if(|next| !next.text.starts_with('-')).map(|next| next.text);
            (flag, next.unwrap_or_else(|| "true".to_owned()))
        };
        let key = match key {
            "c" => "config",
            "d" => "data-dir",
            key => key,
        };
        by_line.entry(key.to_owned()).or_default().push((value, place));
    }
    let config = by_line.get("config").and_then(|values| values.last()).map(|(value, _)| value.clone());
    let config = config.or_else(|| variables.get("K3S_CONFIG_FILE").map(|(value, _)| value.clone()));
    files(host, config.as_deref().filter(|path| !path.is_empty()).unwrap_or(CONFIG), &mut all);
    all.by_line = by_line.keys().cloned().collect();
    all.values.extend(by_line);
    for (variable, key) in VARIABLES {
        if let Some(found) = variables.get(variable).filter(|(value, _)| !value.is_empty()) {
            all.values.entry(key.to_owned()).or_insert_with(|| vec![found.clone()]);
        }
    }
    all
}

/// The words behind the subcommand, and the variables of the unit. The process writes over its words, so that those of the
/// unit count where it shows none.
fn line(
    host: &Host,
    process: &Process,
    subcommand: &str,
    doubt: &mut Option<Doubt>,
) -> (Vec<Word>, BTreeMap<String, (String, Place)>) {
    let place = |word: &str| {
        Place::Host(HostPlace::Process {
            pid: process.pid,
            program: process.program.as_str().into(),
            argument: Some(word.into()),
        })
    };
    let shown = process.arguments.iter().flat_map(|word| match word.split_once(' ') {
        // A title is one word.
        Some((program, _)) if program.ends_with("k3s") => word.split(' ').collect::<Vec<_>>(),
        _ => vec![word.as_str()],
    });
    let shown = shown.skip_while(|word| *word != subcommand).skip(1);
    let shown: Vec<Word> =
        shown.map(|word| Word { text: word.to_owned(), place: place(word), expands: false }).collect();
    let unit = match unit::find(host, subcommand) {
        Ok(unit) => unit,
        Err(path) if shown.is_empty() => {
            *doubt = Some(match path {
                Some(path) => Doubt::of_file(host, &path, None),
                None => hidden(process, place(subcommand), "no unit of systemd starts it, and the process"),
            });
            unit::Unit::default()
        }
        Err(_) => unit::Unit::default(),
    };
    if let Some(path) = &unit.unread {
        *doubt = Some(Doubt::of_file(host, path, None));
    }
    (if shown.is_empty() { unit.words } else { shown }, unit.variables)
}

fn hidden(process: &Process, place: Place, what: &str) -> Doubt {
    Doubt {
        why: format!("{what} does not show all that {} was started with", process.program),
        missing: format!(
            "the command line that {} was started with: its flags can stand in {CONFIG}",
            process.program
        ),
        place,
        flags: None,
    }
}

/// Reads `config.yaml`, then the files of `config.yaml.d` in their order.
fn files(host: &Host, config: &str, all: &mut Configured) {
    let folder = format!("{config}.d");
    let drop_ins = format!("{folder}/");
    let is_drop_in = |path: &&String| {
        let is_yaml = matches!(path.rsplit('.').next(), Some("yaml" | "yml"));
        is_yaml && path.strip_prefix(&drop_ins).is_some_and(|name| !name.contains('/'))
    };
    let paths = std::iter::once(config).chain(host.files.keys().filter(is_drop_in).map(String::as_str));
    for path in paths {
        let file = host.files.get(path);
        if file.is_some_and(|file| file.kind == FileKind::Missing) {
            continue;
        }
        let text = file.and_then(|file| file.content.as_deref());
        if !text.is_some_and(|text| file_of(path, text, &mut all.values)) {
            all.doubt.get_or_insert_with(|| Doubt::of_file(host, path, None));
        }
    }
    if host.files.get(&folder).is_some_and(|file| file.kind == FileKind::Unreadable) {
        all.doubt.get_or_insert_with(|| Doubt::of_file(host, &folder, None));
    }
}

/// Reads a file of configuration; false where it is no YAML.
fn file_of(path: &str, text: &str, all: &mut BTreeMap<String, Vec<(String, Place)>>) -> bool {
    let Ok(root) = parse_one(text) else { return false };
    let lines = Lines::new(text);
    let place = |at: &Cursor<'_>| {
        let line = at.mark().is_some().then(|| lines.position(text, at.mark().start).line);
        Place::file(path, line)
    };
    for (key, at) in Cursor::root(&root).entries() {
        let (key, adds) = key.strip_suffix('+').map_or((key, false), |key| (key, true));
        let values = all.entry(key.to_owned()).or_default();
        if !adds {
            values.clear();
        }
        match at.node().map(|node| (node, node.value())) {
            Some((_, Value::List(_))) => {
                let items = at.items().filter_map(|item| Some((item.node().and_then(scalar)?, place(&item))));
                values.extend(items);
            }
            Some((node, _)) => values.extend(scalar(node).map(|value| (value, place(&at)))),
            None => {}
        }
    }
    true
}
