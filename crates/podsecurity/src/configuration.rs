//! The configuration that an API server's Pod Security plug-in starts with.

use std::fmt;
use std::str::FromStr;

use ironsides_tree::{Cursor, Node};
use thiserror::Error;

use crate::policy::{LevelVersion, Policy};

const GROUP: &str = "pod-security.admission.config.k8s.io/";

/// What namespaces without labels are asked, and who is asked nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    /// The policy of a namespace without labels.
    pub defaults: Policy,
    /// Who is asked nothing.
    pub exemptions: Exemptions,
}

/// Requests that are not looked at. Names are compared to the letter; an empty name is never exempt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exemptions {
    /// Users who may create anything anywhere. Exempting a controller exempts whoever can make it create pods.
    pub usernames: Vec<String>,
    /// Namespaces in which anything may be created.
    pub namespaces: Vec<String>,
    /// Runtime classes whose pods may do anything.
    pub runtime_classes: Vec<String>,
}

impl Exemptions {
    pub(crate) fn user(&self, name: &str) -> bool {
        has(&self.usernames, name)
    }

    pub(crate) fn namespace(&self, name: &str) -> bool {
        has(&self.namespaces, name)
    }

    pub(crate) fn runtime_class(&self, name: Option<&str>) -> bool {
        name.is_some_and(|name| has(&self.runtime_classes, name))
    }
}

fn has(names: &[String], name: &str) -> bool {
    !name.is_empty() && names.iter().any(|known| known == name)
}

/// Something in a configuration that keeps the server from starting.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{at}: {problem}")]
pub struct ConfigurationError {
    /// The path of the field.
    pub at: String,
    /// What is wrong with it.
    pub problem: String,
}

impl Configuration {
    /// Reads a `PodSecurityConfiguration`, or the one in an `AdmissionConfiguration`. What has neither kind, or a
    /// plug-in that is not configured, gives the defaults, as for the server.
    pub fn read(root: &Node) -> Result<Self, Vec<ConfigurationError>> {
        let mut reader = Reader { errors: Vec::new() };
        let root = Cursor::root(root);
        let found = if root.get("kind").str() == Some("AdmissionConfiguration") {
            let mut plugins = root.get("plugins").items();
            plugins
                .find(|plugin| plugin.get("name").str() == Some("PodSecurity"))
                .map(|at| at.get("configuration"))
        } else {
            Some(root)
        };
        let Some(at) = found.filter(Cursor::is_set) else { return Ok(Self::default()) };
        if at.get("kind").str() != Some("PodSecurityConfiguration") {
            reader.fault(&at.get("kind"), "must be PodSecurityConfiguration");
        }
        if !at.get("apiVersion").str().is_some_and(|version| version.starts_with(GROUP)) {
            reader.fault(&at.get("apiVersion"), format_args!("must be {GROUP}v1"));
        }
        let (defaults, exemptions) = (at.get("defaults"), at.get("exemptions"));
        let configuration = Self {
            defaults: Policy {
                enforce: reader.mode(&defaults, ["enforce", "enforce-version"]),
                audit: reader.mode(&defaults, ["audit", "audit-version"]),
                warn: reader.mode(&defaults, ["warn", "warn-version"]),
            },
            exemptions: Exemptions {
                usernames: reader.names(&exemptions.get("usernames")),
                namespaces: reader.names(&exemptions.get("namespaces")),
                runtime_classes: reader.names(&exemptions.get("runtimeClasses")),
            },
        };
        if reader.errors.is_empty() { Ok(configuration) } else { Err(reader.errors) }
    }
}

struct Reader {
    errors: Vec<ConfigurationError>,
}

impl Reader {
    fn fault(&mut self, at: &Cursor<'_>, problem: impl fmt::Display) {
        self.errors.push(ConfigurationError { at: at.path().to_string(), problem: problem.to_string() });
    }

    fn mode(&mut self, defaults: &Cursor<'_>, [level, version]: [&'static str; 2]) -> LevelVersion {
        LevelVersion {
            level: self.parsed(&defaults.get(level)),
            version: self.parsed(&defaults.get(version)),
        }
    }

    /// The value here, its default where nothing or an empty text stands.
    fn parsed<T: FromStr<Err: fmt::Display> + Default>(&mut self, at: &Cursor<'_>) -> T {
        let text = match at.node() {
            None => "",
            Some(node) => node.as_str().unwrap_or_else(|| {
                self.fault(at, "must be a string");
                ""
            }),
        };
        if text.is_empty() {
            return T::default();
        }
        text.parse().unwrap_or_else(|problem| {
            self.fault(at, problem);
            T::default()
        })
    }

    fn names(&mut self, list: &Cursor<'_>) -> Vec<String> {
        if list.node().is_some_and(|node| node.as_list().is_none()) {
            self.fault(list, "must be a list");
        }
        let mut names: Vec<String> = Vec::new();
        for at in list.items() {
            match at.str() {
                None => self.fault(&at, "must be a string"),
                Some("") => self.fault(&at, "must not be empty"),
                Some(name) if names.iter().any(|known| known == name) => {
                    self.fault(&at, format_args!("{name} is listed twice"));
                }
                Some(name) => names.push(name.to_owned()),
            }
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level::Level;
    use crate::version::Version;
    use ironsides_tree::parse_one;

    const INNER: &str = "
apiVersion: pod-security.admission.config.k8s.io/v1
kind: PodSecurityConfiguration
defaults: {enforce: baseline, enforce-version: v1.30, warn: ''}
exemptions: {usernames: [u], namespaces: [kube-system], runtimeClasses: []}
";

    #[test]
    fn both_forms_are_read() {
        let plain = Configuration::read(&parse_one(INNER).unwrap()).unwrap();
        assert_eq!(plain.defaults.enforce, LevelVersion::new(Level::Baseline, Version::V(30)));
        assert_eq!((plain.defaults.warn, plain.exemptions.namespaces.len()), (LevelVersion::default(), 1));
        let wrapped = format!(
            "kind: AdmissionConfiguration\nplugins:\n- name: PodSecurity\n  configuration:{}",
            INNER.replace('\n', "\n    ")
        );
        assert_eq!(Configuration::read(&parse_one(&wrapped).unwrap()), Ok(plain));
        let other = "kind: AdmissionConfiguration\nplugins: [{name: Other}]";
        assert_eq!(Configuration::read(&parse_one(other).unwrap()), Ok(Configuration::default()));
    }

    #[test]
    fn what_keeps_a_server_from_starting_is_told() {
        let text = "
apiVersion: v1
kind: PodSecurityConfiguration
defaults: {enforce: Baseline, audit-version: '1.2', warn: 3}
exemptions: {usernames: ['', a, a], namespaces: x}
";
        let errors = Configuration::read(&parse_one(text).unwrap()).unwrap_err();
        let at: Vec<&str> = errors.iter().map(|error| error.at.as_str()).collect();
        let expected = ["apiVersion", "defaults.enforce", "defaults.audit-version", "defaults.warn"];
        let names = ["exemptions.usernames[0]", "exemptions.usernames[2]", "exemptions.namespaces"];
        assert_eq!(at, [&expected[..], &names[..]].concat());
        assert!(errors[1].to_string().ends_with("must be one of privileged, baseline, restricted"));
    }

    #[test]
    fn an_empty_name_is_never_exempt() {
        let exemptions = Exemptions { usernames: vec![String::new()], ..Exemptions::default() };
        assert!(!exemptions.user("") && !exemptions.runtime_class(None));
    }
}
