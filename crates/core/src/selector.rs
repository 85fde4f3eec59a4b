//! Label selectors, as the API server evaluates them.

use ironsides_tree::{Cursor, Map, Node};
use smallvec::SmallVec;
use thiserror::Error;

/// The labels of one object. A label that is null is an empty string, as it is for the API server.
#[derive(Clone, Copy, Debug, Default)]
pub struct Labels<'a>(Option<&'a Map>);

impl<'a> Labels<'a> {
    /// The labels at this place; none where nothing or no map stands there.
    pub fn at(place: &Cursor<'a>) -> Self {
        Self(place.node().and_then(Node::as_map))
    }

    /// The labels below `metadata`.
    pub fn of(metadata: &Cursor<'a>) -> Self {
        Self::at(&metadata.get("labels"))
    }

    /// The value of a label.
    pub fn get(&self, key: &str) -> Option<&'a str> {
        text(self.0?.get(key)?)
    }

    /// All labels in written order. Values that are no strings are left out: the server refuses them.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let entries = self.0.into_iter().flat_map(Map::iter);
        entries.filter_map(|(key, value)| Some((key, text(value)?)))
    }
}

fn text(node: &Node) -> Option<&str> {
    if node.is_null() { Some("") } else { node.as_str() }
}

/// One condition on labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement<'a> {
    /// The label.
    pub key: &'a str,
    /// What is asked of it.
    pub operator: Operator<'a>,
}

/// What a requirement asks of a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operator<'a> {
    /// It is there with one of these values.
    In(SmallVec<[&'a str; 1]>),
    /// It is absent, or there with none of these values.
    NotIn(SmallVec<[&'a str; 1]>),
    /// It is there.
    Exists,
    /// It is absent.
    DoesNotExist,
}

impl Requirement<'_> {
    /// Whether labels satisfy it.
    pub fn matches(&self, labels: &Labels<'_>) -> bool {
        self.allows(labels.get(self.key))
    }

    /// Whether a label with this value, or one that is absent, satisfies it.
    pub fn allows(&self, value: Option<&str>) -> bool {
        match &self.operator {
            Operator::In(values) => value.is_some_and(|value| values.contains(&value)),
            Operator::NotIn(values) => value.is_none_or(|value| !values.contains(&value)),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
        }
    }
}

/// A selector: all of its requirements must hold. Without any it selects everything.
///
/// What an absent selector means differs from field to field (nothing for a `PodDisruptionBudget`, every pod for the
/// `podSelector` of a NetworkPolicy), so that is for whoever reads the field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelSelector<'a> {
    requirements: SmallVec<[Requirement<'a>; 2]>,
}

/// Why the API server refuses a selector.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SelectorError {
    /// A label is asked to be a boolean, number, list or map.
    #[error("{0} is no string")]
    NotString(String),
    /// An expression without a key.
    #[error("{0} has no key")]
    NoKey(String),
    /// An operator there is not. They are case-sensitive.
    #[error("{0} is none of In, NotIn, Exists and DoesNotExist")]
    Operator(String),
    /// `In` or `NotIn` without values, or one of the others with some.
    #[error("{0} must be given with In and NotIn, and with no other operator")]
    Values(String),
}

impl<'a> LabelSelector<'a> {
    /// Reads a selector with `matchLabels` and `matchExpressions`, as most kinds have it.
    pub fn read(at: &Cursor<'a>) -> Result<Self, SelectorError> {
        let mut selector = Self::read_map(&at.get("matchLabels"))?;
        for expression in at.get("matchExpressions").items() {
            selector.requirements.push(requirement(&expression)?);
        }
        Ok(selector)
    }

    /// Reads a selector that is a plain map of labels, as a Service has it.
    pub fn read_map(at: &Cursor<'a>) -> Result<Self, SelectorError> {
        let mut requirements = SmallVec::new();
        for (key, node) in at.node().and_then(Node::as_map).into_iter().flat_map(Map::iter) {
            let not_string = || SelectorError::NotString(format!("{}[{key}]", at.path()));
            let value = text(node).ok_or_else(not_string)?;
            requirements.push(Requirement { key, operator: Operator::In(SmallVec::from_slice(&[value])) });
        }
        Ok(Self { requirements })
    }

    /// Whether every object is selected, whatever its labels.
    pub fn is_everything(&self) -> bool {
        self.requirements.is_empty()
    }

    /// What it asks, all of which must hold.
    pub fn requirements(&self) -> &[Requirement<'a>] {
        &self.requirements
    }

    /// The same selector over other names of labels.
    #[must_use]
    pub fn with_keys(&self, rename: impl Fn(&'a str) -> &'a str) -> Self {
        let mut selector = self.clone();
        for requirement in &mut selector.requirements {
            requirement.key = rename(requirement.key);
        }
        selector
    }

    /// Whether it selects an object with these labels.
    pub fn matches(&self, labels: &Labels<'_>) -> bool {
        self.requirements.iter().all(|requirement| requirement.matches(labels))
    }
}

fn requirement<'a>(at: &Cursor<'a>) -> Result<Requirement<'a>, SelectorError> {
    let path = |field: &'static str| at.get(field).path().to_string();
    let key =
        at.get("key").str().filter(|key| !key.is_empty()).ok_or_else(|| SelectorError::NoKey(path("key")))?;
    let values_at = at.get("values");
    let mut values = SmallVec::new();
    for value in values_at.items() {
        values.push(value.str().ok_or_else(|| SelectorError::NotString(value.path().to_string()))?);
    }
    let wrong = || SelectorError::Values(path("values"));
    let operator = match (at.get("operator").str(), values.is_empty()) {
        (Some("In"), false) => Operator::In(values),
        (Some("NotIn"), false) => Operator::NotIn(values),
        (Some("Exists"), true) => Operator::Exists,
        (Some("DoesNotExist"), true) => Operator::DoesNotExist,
        (Some("In" | "NotIn" | "Exists" | "DoesNotExist"), _) => return Err(wrong()),
        _ => return Err(SelectorError::Operator(path("operator"))),
    };
    Ok(Requirement { key, operator })
}

#[cfg(test)]
mod tests {
    use ironsides_tree::parse_one;

    use super::*;

    fn node(text: &str) -> Node {
        parse_one(text).unwrap()
    }

    fn selects(selector: &str, labels: &str) -> bool {
        let (selector, labels) = (node(selector), node(labels));
        LabelSelector::read(&Cursor::root(&selector)).unwrap().matches(&Labels::at(&Cursor::root(&labels)))
    }

    #[test]
    fn operators_ask_what_they_say() {
        for (selector, labels, expected) in [
            ("{}", "{}", true),
            ("{}", "{a: b}", true),
            ("matchLabels:", "{}", true),
            ("{matchLabels: {a: b}}", "{a: b, c: d}", true),
            ("{matchLabels: {a: b, c: d}}", "{a: b}", false),
            ("{matchLabels: {a: ''}}", "{a: null}", true),
            ("{matchLabels: {a: null}}", "{a: ''}", true),
            ("{matchLabels: {a: ''}}", "{}", false),
            ("{matchLabels: {A: b}}", "{a: b}", false),
            ("{matchExpressions: [{key: a, operator: In, values: [p, q]}]}", "{a: q}", true),
            ("{matchExpressions: [{key: a, operator: In, values: [p, q]}]}", "{a: r}", false),
            ("{matchExpressions: [{key: a, operator: In, values: [p]}]}", "{}", false),
            ("{matchExpressions: [{key: a, operator: NotIn, values: [p]}]}", "{}", true),
            ("{matchExpressions: [{key: a, operator: NotIn, values: [p]}]}", "{a: p}", false),
            ("{matchExpressions: [{key: a, operator: NotIn, values: [p]}]}", "{a: q}", true),
            ("{matchExpressions: [{key: a, operator: Exists}]}", "{a: ''}", true),
            ("{matchExpressions: [{key: a, operator: Exists, values: []}]}", "{b: c}", false),
            ("{matchExpressions: [{key: a, operator: DoesNotExist}]}", "{}", true),
            ("{matchExpressions: [{key: a, operator: DoesNotExist}]}", "{a: ''}", false),
            // Expressions and labels are one conjunction.
            (
                "{matchLabels: {a: b}, matchExpressions: [{key: a, operator: NotIn, values: [b]}]}",
                "{a: b}",
                false,
            ),
            ("{matchLabels: {a: b}, matchExpressions: [{key: c, operator: Exists}]}", "{a: b, c: d}", true),
        ] {
            assert_eq!(selects(selector, labels), expected, "{selector} on {labels}");
        }
    }

    #[test]
    fn what_the_server_refuses_is_an_error() {
        for (selector, message) in [
            ("{matchLabels: {a: 1}}", "matchLabels[a] is no string"),
            ("{matchLabels: {a: yes}}", "matchLabels[a] is no string"),
            ("{matchExpressions: [{operator: Exists}]}", "matchExpressions[0].key has no key"),
            (
                "{matchExpressions: [{key: a, operator: in, values: [p]}]}",
                "matchExpressions[0].operator is none of In, NotIn, Exists and DoesNotExist",
            ),
            (
                "{matchExpressions: [{key: a}]}",
                "matchExpressions[0].operator is none of In, NotIn, Exists and DoesNotExist",
            ),
            (
                "{matchExpressions: [{key: a, operator: In}]}",
                "matchExpressions[0].values must be given with In and NotIn, and with no other operator",
            ),
            (
                "{matchExpressions: [{key: a, operator: Exists, values: [p]}]}",
                "matchExpressions[0].values must be given with In and NotIn, and with no other operator",
            ),
            (
                "{matchExpressions: [{key: a, operator: In, values: [1]}]}",
                "matchExpressions[0].values[0] is no string",
            ),
        ] {
            let root = node(selector);
            let error = LabelSelector::read(&Cursor::root(&root)).unwrap_err();
            assert_eq!(error.to_string(), message, "{selector}");
        }
    }

    #[test]
    fn a_plain_map_is_equality() {
        let (selector, labels) = (node("{app: web, tier: null}"), node("{app: web, tier: '', o: p}"));
        let selector = LabelSelector::read_map(&Cursor::root(&selector)).unwrap();
        assert!(!selector.is_everything() && selector.requirements().len() == 2);
        assert!(selector.matches(&Labels::at(&Cursor::root(&labels))));
        assert!(!selector.matches(&Labels::default()));
        let labels: Vec<_> = Labels::at(&Cursor::root(&labels)).iter().collect();
        assert_eq!(labels, [("app", "web"), ("tier", ""), ("o", "p")]);
    }
}
