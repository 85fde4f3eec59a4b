//! What etcd takes besides its flags: variables below them, or a file that makes both of no account.
//!
//! A variable is `ETCD_` and the flag in capitals with `_`; a flag that is given wins over it. With `--config-file` (or
//! `ETCD_CONFIG_FILE`) flags and variables are read and dropped, and what the file does not name has its default
//! (etcd's `embed.ConfigFromFile`).

use std::collections::BTreeMap;

use ironsides_core::{Container, HostPlace};
use ironsides_tree::{Cursor, Lines, Node};

use crate::beside::{Beside, Files, Open, Placed, scalar};
use crate::command_line::{CommandLine, Value as Given};
use crate::component::FlagType;
use crate::host::Process;
use crate::place::Place;

const PREFIX: &str = "ETCD_";
const CONFIG_FILE: &str = "config-file";

/// Keys of the file that hold others, and what these are called as flags.
const SECTIONS: [(&str, [(&str, &str); 9]); 2] = [
    (
        "client-transport-security",
        [
            ("cert-file", "cert-file"),
            ("key-file", "key-file"),
            ("client-cert-file", "client-cert-file"),
            ("client-key-file", "client-key-file"),
            ("client-cert-auth", "client-cert-auth"),
            ("trusted-ca-file", "trusted-ca-file"),
            ("auto-tls", "auto-tls"),
            ("allowed-hostname", "client-cert-allowed-hostname"),
            ("crl-file", "client-crl-file"),
        ],
    ),
    (
        "peer-transport-security",
        [
            ("cert-file", "peer-cert-file"),
            ("key-file", "peer-key-file"),
            ("client-cert-file", "peer-client-cert-file"),
            ("client-key-file", "peer-client-key-file"),
            ("client-cert-auth", "peer-client-cert-auth"),
            ("trusted-ca-file", "peer-trusted-ca-file"),
            ("auto-tls", "peer-auto-tls"),
            ("allowed-hostname", "peer-cert-allowed-hostname"),
            ("allowed-cn", "peer-cert-allowed-cn"),
        ],
    ),
];

/// What a running etcd was given.
pub(crate) fn of_process(line: &CommandLine, process: &Process, files: Files<'_>) -> Beside {
    let place = |name: &str| {
        let (program, name) = (process.program.as_str().into(), name.into());
        Place::Host(HostPlace::Variable { pid: process.pid, program, name })
    };
    let whole =
        HostPlace::Process { pid: process.pid, program: process.program.as_str().into(), argument: None };
    let open = process
        .environment_unreadable
        .then_some(Open { why: "its environment could not be read", place: Place::Host(whole) });
    let variables = process.environment.iter();
    let variables =
        variables.map(|(name, value)| (name.as_str(), Some(value.clone()), place(name))).collect();
    of(line, variables, open, files)
}

/// What a container gives its etcd. Variables that come from elsewhere are not known, and `envFrom` may give any.
pub(crate) fn of_container<'a>(
    line: &CommandLine,
    container: &Container<'a>,
    place: &dyn Fn(&Cursor<'a>) -> Place,
    files: Files<'_>,
) -> Beside {
    let variable = |one: Cursor<'a>| {
        let is_from_elsewhere = one.get("valueFrom").node().is_some();
        let value = one.get("value").str().filter(|value| !value.contains("$(")).map(str::to_owned);
        let value = value.or_else(|| (!is_from_elsewhere).then(String::new));
        Some((one.get("name").str()?, value, place(&one.get("value"))))
    };
    let elsewhere = container.get("envFrom").items().next();
    let open =
        elsewhere.map(|at| Open { why: "envFrom takes its environment from elsewhere", place: place(&at) });
    of(line, container.get("env").items().filter_map(variable).collect(), open, files)
}

fn of(
    line: &CommandLine,
    variables: Vec<(&str, Option<String>, Place)>,
    open: Option<Open>,
    files: Files<'_>,
) -> Beside {
    let flag = |name: &str| name.strip_prefix(PREFIX).map(|rest| rest.to_lowercase().replace('_', "-"));
    let variables: BTreeMap<String, Placed> = variables
        .into_iter()
        .filter(|(_, value, _)| value.as_deref() != Some(""))
        .filter_map(|(name, value, place)| Some((flag(name)?, (value, place))))
        .collect();
    let (path, place) = match line.value(CONFIG_FILE, FlagType::Single) {
        Given::Known(path, flag, _) if !path.is_empty() => (Some(path), flag.place.clone()),
        Given::FilledIn(flag) => (None, flag.place.clone()),
        // A line of which a part is not known makes every flag unsure by itself.
        Given::Open => return Beside::Variables(variables, open),
        Given::Known(..) | Given::NotGiven => match variables.get(CONFIG_FILE) {
            Some((path, place)) => (path.clone(), place.clone()),
            None => return Beside::Variables(variables, open),
        },
    };
    Beside::read("etcd", path, place, files, None, of_file)
}

/// The settings of a file, by the names of the flags that do the same.
pub(crate) fn of_file(path: &str, text: &str, root: &Node) -> BTreeMap<String, Placed> {
    let lines = Lines::new(text);
    let mut all = BTreeMap::new();
    let mut put = |name: &str, at: &Cursor<'_>| {
        let line = at.mark().is_some().then(|| lines.position(text, at.mark().start).line);
        if let Some(value) = at.node().and_then(scalar) {
            all.insert(name.to_owned(), (Some(value), Place::file(path, line)));
        }
    };
    let in_section = |key: &str| SECTIONS.iter().any(|(_, names)| names.iter().any(|(_, flag)| *flag == key));
    for (key, at) in Cursor::root(root).entries() {
        match SECTIONS.iter().find(|(section, _)| *section == key) {
            // At the top level etcd knows none of what the sections hold, and says nothing of it.
            None if in_section(key) => {}
            None => put(key, &at),
            Some((_, names)) => {
                for (key, flag) in names {
                    put(flag, &at.get(key));
                }
            }
        }
    }
    all
}

#[cfg(test)]
mod tests;
