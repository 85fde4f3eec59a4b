//! Label selectors that outlive their document.

use ironsides_core::{LabelSelector, Operator};
use ironsides_tree::Text;

/// A label selector as it was written: all of it must hold. Without requirements it selects everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Selector(pub Vec<Requirement>);

/// One condition on a label.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Requirement {
    /// The label.
    pub key: Text,
    /// What is asked of it.
    pub operator: Asked,
}

/// What is asked of a label.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Asked {
    /// It is there with one of these values.
    In(Vec<Text>),
    /// It is absent, or has none of these values.
    NotIn(Vec<Text>),
    /// It is there.
    Exists,
    /// It is absent.
    DoesNotExist,
}

impl Selector {
    /// Whether it selects everything.
    pub fn is_everything(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&LabelSelector<'_>> for Selector {
    fn from(selector: &LabelSelector<'_>) -> Self {
        let owned = |values: &[&str]| values.iter().map(Text::new).collect();
        let requirement = |requirement: &ironsides_core::Requirement<'_>| Requirement {
            key: Text::new(requirement.key),
            operator: match &requirement.operator {
                Operator::In(values) => Asked::In(owned(values)),
                Operator::NotIn(values) => Asked::NotIn(owned(values)),
                Operator::Exists => Asked::Exists,
                Operator::DoesNotExist => Asked::DoesNotExist,
            },
        };
        Self(selector.requirements().iter().map(requirement).collect())
    }
}
