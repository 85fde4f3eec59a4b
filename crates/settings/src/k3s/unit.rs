//! The unit of systemd that starts k3s: its words and variables, drop-ins and files of variables included
//! (systemd.unit(5), systemd.service(5), systemd.exec(5)).

use std::collections::BTreeMap;

use ironsides_core::HostPlace;

use crate::command_line::Word;
use crate::file::{File, FileKind};
use crate::host::Host;
use crate::place::Place;
use crate::script;

/// Folders of units, the first that has one wins.
const FOLDERS: [&str; 5] = [
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];

/// How k3s is started.
#[derive(Debug, Default)]
pub(super) struct Unit {
    /// The words behind the subcommand.
    pub(super) words: Vec<Word>,
    /// The variables it is given, and where each stands.
    pub(super) variables: BTreeMap<String, (String, Place)>,
    /// A file of it that is not known.
    pub(super) unread: Option<String>,
}

/// The unit that starts k3s with a subcommand; an error is the path where one would stand that is not known.
pub(super) fn find(host: &Host, subcommand: &str) -> Result<Unit, Option<String>> {
    let usual = if subcommand == "server" { "k3s.service" } else { "k3s-agent.service" };
    let mut found: BTreeMap<&str, Unit> = BTreeMap::new();
    for folder in FOLDERS {
        let inside = |path: &str| path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')).is_some();
        for (path, file) in host.files.iter().filter(|(path, _)| inside(path)) {
            let name = path.rsplit('/').next().unwrap_or(path);
            let is_unit = path.len() == folder.len() + 1 + name.len() && name.ends_with(".service");
            if !is_unit || found.contains_key(name) {
                continue;
            }
            if let Some(text) = &file.content {
                found.extend(read(host, name, path, text, subcommand).map(|unit| (name, unit)));
            } else if name == usual && file.kind != FileKind::Missing {
                return Err(Some(path.clone()));
            }
        }
    }
    if let Some(unit) = found.remove(usual) {
        return Ok(unit);
    }
    if found.len() == 1
        && let Some((_, unit)) = found.pop_first()
    {
        return Ok(unit);
    }
    let is_known = FOLDERS.iter().any(|folder| host.files.contains_key(&format!("{folder}/{usual}")));
    Err((!is_known).then(|| format!("{}/{usual}", FOLDERS[0])))
}

/// What a unit and its drop-ins say; `None` where it does not start k3s with this subcommand.
fn read(host: &Host, name: &str, path: &str, text: &str, subcommand: &str) -> Option<Unit> {
    let mut drop_ins: BTreeMap<&str, (&String, &File)> = BTreeMap::new();
    for folder in FOLDERS {
        let folder = format!("{folder}/{name}.d/");
        for (path, file) in &host.files {
            let Some(inner) = path.strip_prefix(&folder) else { continue };
            if inner.rsplit_once('.').is_some_and(|(_, end)| end == "conf") && !inner.contains('/') {
                drop_ins.entry(inner).or_insert((path, file));
            }
        }
    }
    let mut made = Unit::default();
    let mut texts = vec![(path, text)];
    for (path, file) in drop_ins.into_values().filter(|(_, file)| file.kind != FileKind::Missing) {
        match &file.content {
            Some(text) => texts.push((path, text)),
            None => made.unread = Some(path.clone()),
        }
    }
    let mut commands: Vec<Vec<Word>> = Vec::new();
    let mut files: Vec<String> = Vec::new();
    for (path, text) in texts {
        let joined = text.replace("\\\n", " ");
        let place = Place::file(path, None);
        let words = |text: &str| script::commands(text, &place).into_iter().flatten();
        for (key, value) in joined.lines().filter_map(|line| line.trim().split_once('=')) {
            let value = value.trim();
            match key.trim_end() {
                "ExecStart" if value.is_empty() => commands.clear(),
                "ExecStart" => {
                    commands.push(words(value.trim_start_matches(['-', '+', '!', '@', ':'])).collect());
                }
                "Environment" if value.is_empty() => made.variables.clear(),
                "Environment" => {
                    let pairs = words(value).filter_map(|word| {
                        let (name, value) = word.text.split_once('=')?;
                        Some((name.to_owned(), (value.to_owned(), place.clone())))
                    });
                    made.variables.extend(pairs);
                }
                "EnvironmentFile" if value.is_empty() => files.clear(),
                "EnvironmentFile" => {
                    let stem = name.trim_end_matches(".service");
                    let value = value.trim_start_matches('-').trim_matches('"');
                    files.push(value.replace("%N", stem).replace("%n", name));
                }
                _ => {}
            }
        }
    }
    for path in files {
        match host.files.get(&path) {
            Some(File { kind: FileKind::Missing, .. }) => {}
            Some(File { content: Some(text), .. }) => made.variables.extend(variables(&path, text)),
            Some(_) | None => made.unread = Some(path),
        }
    }
    let runs = |words: &Vec<Word>| {
        let program = words.first().map_or("", |word| word.text.rsplit('/').next().unwrap_or_default());
        program == "k3s" && words.iter().any(|word| word.text == subcommand)
    };
    let words = commands.into_iter().find(runs)?;
    let behind = words.into_iter().skip_while(|word| word.text != subcommand).skip(1);
    made.words = filled_in(behind, &made.variables);
    Some(made)
}

/// The variables in a file of them.
fn variables(path: &str, text: &str) -> Vec<(String, (String, Place))> {
    let line = |(number, line): (u32, &str)| {
        let (name, value) = line.trim().split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']);
        let place = Place::file(path, Some(number));
        (!name.starts_with(['#', ';'])).then(|| (name.trim().to_owned(), (value.to_owned(), place)))
    };
    (1..).zip(text.lines()).filter_map(line).collect()
}

/// Words with their variables: `$NAME` gives as many words as it holds, `${NAME}` one.
fn filled_in(words: impl Iterator<Item = Word>, variables: &BTreeMap<String, (String, Place)>) -> Vec<Word> {
    let mut all = Vec::new();
    for word in words {
        let name = word.text.strip_prefix('$').unwrap_or_default();
        let braced = name.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
        let name = braced.unwrap_or(name);
        let is_name =
            !name.is_empty() && name.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '_');
        if !word.expands || !is_name {
            all.push(word);
            continue;
        }
        let Some((text, place)) = variables.get(name) else { continue };
        let part = |text: &str| Word { text: text.to_owned(), place: place.clone(), expands: false };
        match braced {
            Some(_) => all.push(part(text)),
            None => all.extend(text.split_whitespace().map(part)),
        }
    }
    all
}

/// The variables that the process itself shows. One that writes a title of its own may show none.
pub(super) fn shown(process: &crate::host::Process) -> BTreeMap<String, (String, Place)> {
    let place = |name: &str| {
        Place::Host(HostPlace::Process {
            pid: process.pid,
            program: process.program.as_str().into(),
            argument: Some(name.into()),
        })
    };
    let shown = process.environment.iter();
    shown.map(|(name, value)| (name.clone(), (value.clone(), place(name)))).collect()
}
