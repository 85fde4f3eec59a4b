//! The labels of a namespace that choose its policy.

use std::fmt;
use std::str::FromStr;

use ironsides_core::go_quoted;
use ironsides_tree::{Cursor, Map, Node};

use crate::level::Level;
use crate::policy::{LevelVersion, Policy};

/// What all these labels and annotations begin with.
pub const PREFIX: &str = "pod-security.kubernetes.io/";

/// The label of the enforced level.
pub const ENFORCE: &str = "pod-security.kubernetes.io/enforce";
/// The label of the enforced version.
pub const ENFORCE_VERSION: &str = "pod-security.kubernetes.io/enforce-version";
/// The label of the audited level.
pub const AUDIT: &str = "pod-security.kubernetes.io/audit";
/// The label of the audited version.
pub const AUDIT_VERSION: &str = "pod-security.kubernetes.io/audit-version";
/// The label of the level that is warned about.
pub const WARN: &str = "pod-security.kubernetes.io/warn";
/// The label of the version that is warned about.
pub const WARN_VERSION: &str = "pod-security.kubernetes.io/warn-version";

/// The six labels as they are set. Others, even under the same prefix, mean nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Labels<'a> {
    /// The level and version labels of `enforce`.
    pub enforce: Mode<'a>,
    /// The level and version labels of `audit`.
    pub audit: Mode<'a>,
    /// The level and version labels of `warn`.
    pub warn: Mode<'a>,
}

/// The two labels of a mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mode<'a> {
    /// The level, as written.
    pub level: Option<&'a str>,
    /// The version, as written.
    pub version: Option<&'a str>,
}

impl Mode<'_> {
    /// Whether either label is set.
    pub fn is_set(self) -> bool {
        self.level.is_some() || self.version.is_some()
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Labels<'a> {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(pairs: I) -> Self {
        let mut labels = Self::default();
        for (key, value) in pairs {
            match key {
                ENFORCE => labels.enforce.level = Some(value),
                ENFORCE_VERSION => labels.enforce.version = Some(value),
                AUDIT => labels.audit.level = Some(value),
                AUDIT_VERSION => labels.audit.version = Some(value),
                WARN => labels.warn.level = Some(value),
                WARN_VERSION => labels.warn.version = Some(value),
                _ => {}
            }
        }
        labels
    }
}

impl<'a> Labels<'a> {
    /// The labels of a namespace, from a cursor at its root. A null is an empty text, as for the server; what is no
    /// text at all is passed over and told by [`Labels::malformed`].
    pub fn of(namespace: &Cursor<'a>) -> Self {
        let labels = namespace.get("metadata").get("labels");
        let labels = labels.node().and_then(Node::as_map).into_iter().flat_map(Map::iter);
        labels.filter_map(|(key, value)| Some((key, text(value)?))).collect()
    }

    /// Labels of a namespace that no server takes: it refuses such an object before it looks at any label.
    pub fn malformed(namespace: &Cursor<'a>) -> Vec<Cursor<'a>> {
        let labels = namespace.get("metadata").get("labels");
        match labels.node() {
            None => Vec::new(),
            Some(node) if node.as_map().is_none() => vec![labels],
            Some(_) => labels.entries().filter(|(_, at)| at.str().is_none()).map(|(_, at)| at).collect(),
        }
    }

    /// The policy these labels make of the cluster's defaults, and what is wrong with them.
    ///
    /// There is always a policy. Where labels are wrong, a level is restricted to enforce and privileged to audit
    /// and to warn, and a version is the latest. A level that is enforced and stricter than the default of `warn`
    /// is warned about too unless the labels say otherwise.
    pub fn policy(&self, defaults: &Policy) -> (Policy, Vec<LabelError>) {
        let mut errors = Vec::new();
        let mut policy = *defaults;
        let enforced = self.enforce.level.is_some_and(|text| text.parse::<Level>().is_ok());
        self.enforce.read(&mut policy.enforce, Level::Restricted, [ENFORCE, ENFORCE_VERSION], &mut errors);
        self.audit.read(&mut policy.audit, Level::Privileged, [AUDIT, AUDIT_VERSION], &mut errors);
        self.warn.read(&mut policy.warn, Level::Privileged, [WARN, WARN_VERSION], &mut errors);
        if enforced && self.warn.level.is_none() && policy.enforce.level > policy.warn.level {
            policy.warn.level = policy.enforce.level;
            if self.warn.version.is_none() {
                policy.warn.version = policy.enforce.version;
            }
        }
        (policy, errors)
    }
}

fn text(value: &Node) -> Option<&str> {
    value.as_str().or(value.is_null().then_some(""))
}

impl Mode<'_> {
    fn read(
        self,
        into: &mut LevelVersion,
        fallback: Level,
        labels: [&'static str; 2],
        errors: &mut Vec<LabelError>,
    ) {
        let [level, version] = labels;
        if let Some(text) = self.level {
            into.level = read(text, level, errors).unwrap_or(fallback);
        }
        if let Some(text) = self.version {
            into.version = read(text, version, errors).unwrap_or_default();
        }
    }
}

fn read<T: FromStr<Err: fmt::Display>>(
    text: &str,
    label: &'static str,
    errors: &mut Vec<LabelError>,
) -> Option<T> {
    let read = text.parse::<T>();
    if let Err(problem) = &read {
        errors.push(LabelError { label, value: text.to_owned(), problem: problem.to_string() });
    }
    read.ok()
}

/// A label whose value is not valid, worded as the server words it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelError {
    /// The label's key.
    pub label: &'static str,
    /// Its value.
    pub value: String,
    /// What is wrong.
    pub problem: String,
}

impl fmt::Display for LabelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { label, value, problem } = self;
        write!(f, "metadata.labels[{label}]: Invalid value: {}: {problem}", go_quoted(value))
    }
}

impl std::error::Error for LabelError {}

/// Several errors as the server lists them: one alone stands bare, more stand in brackets.
pub(crate) fn listed(errors: &[LabelError]) -> String {
    match errors {
        [one] => one.to_string(),
        all => format!("[{}]", all.iter().map(LabelError::to_string).collect::<Vec<_>>().join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::Version;

    fn policy(pairs: &[(&'static str, &'static str)]) -> (Policy, Vec<LabelError>) {
        pairs.iter().copied().collect::<Labels<'_>>().policy(&Policy::default())
    }

    #[test]
    fn enforcing_also_warns() {
        let (found, errors) = policy(&[(ENFORCE, "baseline"), (ENFORCE_VERSION, "v1.20")]);
        assert!(errors.is_empty());
        assert_eq!((found.enforce, found.audit.level), (found.warn, Level::Privileged));
        let (found, _) =
            policy(&[(ENFORCE, "restricted"), (ENFORCE_VERSION, "v1.20"), (WARN_VERSION, "v1.31")]);
        assert_eq!(found.warn, LevelVersion::new(Level::Restricted, Version::V(31)));
        let (found, _) = policy(&[(ENFORCE, "restricted"), (WARN, "baseline")]);
        assert_eq!(found.warn, LevelVersion::new(Level::Baseline, Version::Latest));
        let (found, _) = policy(&[(ENFORCE_VERSION, "v1.3")]);
        assert_eq!((found.enforce.level, found.warn), (Level::Privileged, LevelVersion::default()));
    }

    #[test]
    fn wrong_labels_fail_closed_to_enforce_and_open_otherwise() {
        let (found, errors) = policy(&[(ENFORCE, "x"), (AUDIT, "x"), (WARN, "x"), (AUDIT_VERSION, "1.2")]);
        assert_eq!(found.enforce, LevelVersion::new(Level::Restricted, Version::Latest));
        assert_eq!((found.audit, found.warn), (LevelVersion::default(), LevelVersion::default()));
        let labels: Vec<_> = errors.iter().map(|error| error.label).collect();
        assert_eq!(labels, [ENFORCE, AUDIT, AUDIT_VERSION, WARN]);
        // A level that is not valid does not decide what is warned about.
        assert_eq!(policy(&[(ENFORCE, "x")]).0.warn, LevelVersion::default());
    }

    #[test]
    fn look_alikes_mean_nothing() {
        let (found, errors) =
            policy(&[("pod-security.kubernetes.io/deny", "x"), ("pod-security.kubernetes.io", "y")]);
        assert_eq!((found, errors), (Policy::default(), Vec::new()));
    }

    #[test]
    fn nulls_are_empty_and_what_is_no_text_is_told() {
        let parse = |text: &str| ironsides_tree::parse_one(text).unwrap();
        let text = "metadata: {labels: {pod-security.kubernetes.io/enforce: null, team: 3, a: b}}";
        let root = parse(text);
        assert_eq!(Labels::of(&Cursor::root(&root)).enforce.level, Some(""));
        let paths: Vec<_> =
            Labels::malformed(&Cursor::root(&root)).iter().map(|at| at.path().to_string()).collect();
        assert_eq!(paths, ["metadata.labels.team"]);
        assert_eq!(Labels::malformed(&Cursor::root(&parse("metadata: {labels: [a]}"))).len(), 1);
        assert!(Labels::malformed(&Cursor::root(&parse("kind: Namespace"))).is_empty());
    }

    #[test]
    fn several_errors_stand_in_brackets() {
        let (_, errors) = policy(&[(ENFORCE, "a\"")]);
        let one = r#"metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "a\"": must be one of privileged, baseline, restricted"#;
        assert_eq!(listed(&errors), one);
        assert!(listed(&[errors.clone(), errors].concat()).starts_with("[metadata"));
    }
}
