//! Selectors over labels that have a source.

use std::fmt;

use ironsides_tree::Text;

use crate::kinds::selector::Asked;
use crate::place::Place;

/// A selector of endpoints: all of it must hold. Without requirements it selects everything, before the agent completes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointSelector {
    /// Where it is written.
    pub place: Place,
    /// `matchLabels` (each as `In` one value) and then `matchExpressions`.
    pub requirements: Vec<Requirement>,
}

/// One condition on a label.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Requirement {
    /// The label.
    pub key: LabelKey,
    /// What is asked of it.
    pub operator: Asked,
}

/// The key of a label with its source: `k8s:app`, `any:app`, `reserved:host`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LabelKey {
    /// Who gave the label: `k8s` for labels of pods and namespaces, `reserved` for what Cilium gives, `cidr`, `cidrgroup`,
    /// `fqdn`, `node`; `any` for whichever gave it.
    pub source: Text,
    /// The key without its source.
    pub name: Text,
}

impl LabelKey {
    /// The source that stands for all.
    pub const ANY: &'static str = "any";
    /// The source of the labels of pods and of their namespaces.
    pub const K8S: &'static str = "k8s";
    /// The source of Cilium's own labels.
    pub const RESERVED: &'static str = "reserved";

    /// A key of a source.
    pub fn new(source: &str, name: &str) -> Self {
        Self { source: Text::new(source), name: Text::new(name) }
    }

    /// Reads a key as it is written in a policy: the source stands before the first colon, and a key without one is of any.
    pub fn read(text: &str) -> Self {
        let (source, name) = text.split_once(':').unwrap_or((Self::ANY, text));
        Self::new(source, name)
    }

    /// Whether it is one of Cilium's own labels.
    pub fn is_reserved(&self) -> bool {
        self.source == Self::RESERVED
    }

    /// Whether a label of this source and name is meant.
    pub fn means(&self, source: &str, name: &str) -> bool {
        self.name == name && (self.source == Self::ANY || self.source == source)
    }
}

impl fmt::Display for LabelKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.source, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_read_from_keys() {
        let read = |text| LabelKey::read(text).to_string();
        assert_eq!(read("app"), "any:app");
        assert_eq!(read("k8s:app"), "k8s:app");
        assert_eq!(read("k8s:a:b"), "k8s:a:b");
        assert_eq!(read("reserved:host"), "reserved:host");
        assert!(LabelKey::read("app").means("k8s", "app") && !LabelKey::read("k8s:app").means("cidr", "app"));
    }
}
