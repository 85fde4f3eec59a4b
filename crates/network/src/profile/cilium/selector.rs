//! Selectors over the labels of identities.

use smallvec::SmallVec;

use crate::kinds::cilium::{EndpointSelector, LabelKey};
use crate::kinds::selector::{Asked, Selector};
use crate::matcher::{Conjunct, Operator, Requirement};
use crate::profile::cilium::label::{CLUSTER, CLUSTER_NAME, NAMESPACE, NAMESPACE_LABELS};
use crate::symbol::Symbols;

/// The key under which a view keeps which aggregate its identity is counted in, if it is in one.
pub(super) const AGGREGATE: &str = "ironsides:aggregate";

/// A selector over labels with sources: all of it must hold. Without requirements it selects everyone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Labels(pub(super) Vec<(LabelKey, Asked)>);

impl Labels {
    /// As it is written in a policy of Cilium's.
    pub(super) fn written(selector: &EndpointSelector) -> Self {
        let asked = |requirement: &crate::kinds::cilium::Requirement| {
            (requirement.key.clone(), requirement.operator.clone())
        };
        Self(selector.requirements.iter().map(asked).collect())
    }

    /// A selector of Kubernetes over labels whose keys have `prefix` in front.
    pub(super) fn kubernetes(selector: &Selector, prefix: &str) -> Self {
        let asked = |requirement: &crate::kinds::selector::Requirement| {
            let key = LabelKey::new(LabelKey::K8S, &format!("{prefix}{}", requirement.key));
            (key, requirement.operator.clone())
        };
        Self(selector.0.iter().map(asked).collect())
    }

    /// The namespaces that a selector means, as labels of their pods. An empty one means all.
    pub(super) fn namespaces(selector: &Selector) -> Self {
        if selector.is_everything() {
            return Self::default().with(LabelKey::new(LabelKey::K8S, NAMESPACE), Asked::Exists);
        }
        Self::kubernetes(selector, NAMESPACE_LABELS)
    }

    /// One of Cilium's own labels.
    pub(super) fn reserved(name: &str) -> Self {
        Self::default().with(LabelKey::new(LabelKey::RESERVED, name), Asked::Exists)
    }

    pub(super) fn with(mut self, key: LabelKey, asked: Asked) -> Self {
        self.0.push((key, asked));
        self
    }

    /// In one namespace.
    pub(super) fn in_namespace(self, namespace: &str) -> Self {
        self.with(LabelKey::new(LabelKey::K8S, NAMESPACE), Asked::In(vec![namespace.into()]))
    }

    /// Whether it names another namespace as that of its pods, in the way in which it does not count.
    pub(super) fn names_other_than(&self, namespace: &str) -> bool {
        let own = LabelKey::new(LabelKey::K8S, NAMESPACE);
        let other = |asked: &Asked| matches!(asked, Asked::In(values) if values.iter().any(|value| value != namespace));
        self.0.iter().any(|(key, asked)| *key == own && other(asked))
    }

    /// As the subject of a policy in a namespace: the namespace of the policy counts, whichever is written.
    pub(super) fn subject_in(mut self, namespace: &str) -> Self {
        let own = LabelKey::new(LabelKey::K8S, NAMESPACE);
        self.0.retain(|(key, asked)| *key != own || !matches!(asked, Asked::In(_)));
        self.in_namespace(namespace)
    }

    /// In this cluster, unless it names one.
    pub(super) fn in_cluster(self) -> Self {
        if self.names(CLUSTER) {
            return self;
        }
        self.with(LabelKey::new(LabelKey::K8S, CLUSTER), Asked::In(vec![CLUSTER_NAME.into()]))
    }

    /// All of both.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Whether it names a label of pods by this name, whatever the operator.
    fn names(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key.means(LabelKey::K8S, name))
    }

    /// Whether it names a label of namespaces.
    fn names_namespace_labels(&self) -> bool {
        let source = |key: &LabelKey| key.source == LabelKey::K8S || key.source == LabelKey::ANY;
        self.0.iter().any(|(key, _)| source(key) && key.name.starts_with(NAMESPACE_LABELS))
    }

    /// As a peer of a policy, in the namespace of the policy or of the whole cluster: without a namespace of its own it
    /// is confined to that of the policy, or to pods.
    pub(super) fn peer(self, namespace: Option<&str>) -> Self {
        if self.0.iter().any(|(key, _)| key.is_reserved()) {
            return self;
        }
        let confined = match namespace {
            _ if self.names(NAMESPACE) => self,
            None => self.with(LabelKey::new(LabelKey::K8S, NAMESPACE), Asked::Exists),
            Some(_) if self.names_namespace_labels() => self,
            Some(namespace) => self.in_namespace(namespace),
        };
        confined.in_cluster()
    }

    /// Whether an identity that has no labels would be selected.
    fn selects_unlabelled(&self) -> bool {
        self.0.iter().all(|(_, asked)| matches!(asked, Asked::NotIn(_) | Asked::DoesNotExist))
    }

    /// The conditions. The datapath asks a second time with the aggregate that an identity is counted in, and
    /// aggregates have no labels by which policies select: a selector that only says what must not be there takes them
    /// all.
    pub(super) fn conjuncts(&self, symbols: &mut Symbols) -> Vec<Conjunct> {
        let mut conjuncts = vec![self.conjunct(symbols)];
        if !self.0.is_empty() && self.selects_unlabelled() {
            conjuncts.push(Conjunct::of([Requirement::exists(symbols.intern(AGGREGATE))]));
        }
        conjuncts
    }

    /// The conditions on labels alone.
    pub(super) fn conjunct(&self, symbols: &mut Symbols) -> Conjunct {
        Conjunct::of(self.0.iter().map(|(key, asked)| Requirement {
            key: symbols.intern(&key.to_string()),
            operator: operator(asked, symbols),
        }))
    }
}

fn operator(asked: &Asked, symbols: &mut Symbols) -> Operator {
    let mut values = |values: &[ironsides_tree::Text]| -> SmallVec<[_; 1]> {
        values.iter().map(|value| symbols.intern(value)).collect()
    };
    match asked {
        Asked::In(list) => Operator::In(values(list)),
        Asked::NotIn(list) => Operator::NotIn(values(list)),
        Asked::Exists => Operator::Exists,
        Asked::DoesNotExist => Operator::DoesNotExist,
    }
}
