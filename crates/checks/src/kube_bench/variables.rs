//! The variables of benchmark files: `$apiserverbin`, `$kubeletconf`. They are replaced as text before a file is read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use ironsides_settings::Host;
use regex::Regex;
use serde_json::{Map, Value};

use super::configuration::{Configuration, find, words};
use super::shell::look;

/// The kinds of files: the end of the variable's name, the candidates, and what is taken where none is there.
const FILES: [(&str, &str, &str); 5] = [
    ("conf", "confs", "defaultconf"),
    ("svc", "svc", "defaultsvc"),
    ("kubeconfig", "kubeconfig", "defaultkubeconfig"),
    ("cafile", "cafile", "defaultcafile"),
    ("datadir", "datadirs", "defaultdatadir"),
];

/// The variables of one type of node on one host.
#[derive(Clone, Debug, Default)]
pub(super) struct Variables {
    /// Programs by the names of the variables.
    programs: Vec<(String, String)>,
    /// Files, in the order in which they are put in.
    files: Vec<(String, String)>,
    /// Variables whose values the facts leave open, and why.
    open: BTreeMap<String, String>,
    /// The first component that has to run and does not.
    missing: Option<String>,
}

impl Variables {
    /// Finds the programs that run and the files that are there.
    pub(super) fn of(configuration: &Configuration, node_type: &str, host: &Host) -> Self {
        let mut variables = Self::default();
        let components = configuration.components(node_type);
        for name in &components {
            let Some(component) = configuration.component(node_type, name) else { continue };
            variables.program(name, component, host);
        }
        if variables.missing.is_some() {
            // Then it replaces no program at all.
            variables.programs.clear();
        }
        for (end, candidates, default) in FILES {
            for name in &components {
                let Some(component) = configuration.component(node_type, name) else { continue };
                let candidates = find(component, candidates).map(words).unwrap_or_default();
                let default = find(component, default).and_then(Value::as_str);
                variables.file(&format!("{name}{end}"), &candidates, default.unwrap_or(name), host);
            }
        }
        variables
    }

    fn program(&mut self, name: &str, component: &Map<String, Value>, host: &Host) {
        let candidates = find(component, "bins").map(words).unwrap_or_default();
        if candidates.is_empty() {
            return;
        }
        let variable = format!("{name}bin");
        if let Some(gap) = host.gap("processes") {
            self.open.insert(variable, format!("the processes are not known: {}", gap.why));
            return;
        }
        let optional = find(component, "optional").and_then(Value::as_bool).unwrap_or(false);
        let running = candidates.into_iter().find(|candidate| runs(candidate, host));
        if running.is_none() && !optional && self.missing.is_none() {
            self.missing = Some(name.to_owned());
        }
        self.programs.push((variable, running.unwrap_or_else(|| name.to_owned())));
    }

    fn file(&mut self, variable: &str, candidates: &[String], default: &str, host: &Host) {
        for candidate in candidates {
            match look(host, candidate) {
                Ok(None) => {}
                Ok(Some(_)) => {
                    self.files.push((variable.into(), candidate.clone()));
                    return;
                }
                // Another candidate might stand before the one that is there.
                Err(why) => {
                    self.open.insert(variable.into(), format!("which file it means is not known: {}", why.0));
                    return;
                }
            }
        }
        self.files.push((variable.into(), default.to_owned()));
    }

    /// Why the value of a variable is not known, where it is not.
    pub(super) fn open(&self, name: &str) -> Option<&str> {
        self.open.get(name).map(String::as_str)
    }

    /// The first component that has to run here and does not.
    pub(super) fn missing(&self) -> Option<&str> {
        self.missing.as_deref()
    }

    /// Puts the values in; and the programs that took part.
    pub(super) fn substitute(&self, text: &str) -> (String, Vec<String>) {
        let mut text = text.to_owned();
        let mut programs = Vec::new();
        for (name, value) in &self.programs {
            let put = replace(&text, name, value);
            if put != text {
                programs.push(value.clone());
            }
            text = put;
        }
        for (name, value) in &self.files {
            text = replace(&text, name, value);
        }
        (text, programs)
    }
}

/// A value of several words comes in single quotes.
fn replace(text: &str, name: &str, value: &str) -> String {
    let quoted = if value.split_whitespace().count() > 1 { format!("'{value}'") } else { value.to_owned() };
    text.replace(&format!("${name}"), &quoted)
}

/// Whether a program runs: a process has the name of the first word, and its command line begins with all of them, a path
/// in front.
fn runs(candidate: &str, host: &Host) -> bool {
    let candidate = candidate.trim_matches(['\'', '"']);
    let Some(first) = candidate.split_whitespace().next() else { return false };
    let cut = |name: &str| name.chars().take(15).collect::<String>();
    host.processes.iter().filter(|process| cut(&process.program) == cut(first)).any(|process| {
        let line = process.arguments.join(" ");
        let program = line.split(' ').next().unwrap_or_default();
        let folders = program.rfind('/').map_or(0, |at| at + 1);
        // (Any slash of the first word may end the path in front.)
        (0..=folders)
            .filter(|at| *at == 0 || line.as_bytes().get(at - 1) == Some(&b'/'))
            .any(|at| line.get(at..).is_some_and(|rest| rest.starts_with(candidate)))
    })
}

/// The absolute paths in a text that may be files or folders of a host.
pub(super) fn paths_in(text: &str) -> BTreeSet<String> {
    static PATH: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?:^|[\s'"=(])(/(?:etc|var|lib|usr|home|opt|system|root|run|srv)/[\w./@:+-]+)"#).ok()
    });
    let found = PATH.iter().flat_map(|path| path.captures_iter(text));
    found
        .filter_map(|captures| captures.get(1))
        .map(|path| path.as_str().trim_end_matches(['/', '.', ':']).to_owned())
        .filter(|path| !path.starts_with("/usr/bin/"))
        .collect()
}

/// The folders that a text looks for files in: `find /etc/kubernetes/pki/ -name …`.
pub(super) fn folders_in(text: &str) -> BTreeSet<String> {
    let mut folders = BTreeSet::new();
    for (_, behind) in text.match_indices("find /").filter_map(|(at, _)| text.split_at_checked(at + 5)) {
        let end = behind.find(|c: char| c.is_whitespace() || "'\"|;".contains(c)).unwrap_or(behind.len());
        let folder = behind.get(..end).unwrap_or_default().trim_end_matches('/');
        // Nobody wants a whole system walked.
        if folder.matches('/').count() > 1 {
            folders.insert(folder.to_owned());
        }
    }
    folders
}
