//! Label selectors that outlive their document.

use std::fmt;

use ironsides_core::{LabelSelector, Operator};
use ironsides_tree::Text;

use crate::cluster::Labels;

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

impl Asked {
    /// Whether a label with this value, or one that is absent, is as it is asked.
    pub fn allows(&self, value: Option<&Text>) -> bool {
        match self {
            Self::In(values) => value.is_some_and(|value| values.contains(value)),
            Self::NotIn(values) => value.is_none_or(|value| !values.contains(value)),
            Self::Exists => value.is_some(),
            Self::DoesNotExist => value.is_none(),
        }
    }
}

impl Selector {
    /// Whether it selects something with these labels.
    pub fn selects(&self, labels: &Labels) -> bool {
        self.0.iter().all(|requirement| requirement.operator.allows(labels.get(&requirement.key)))
    }

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

impl fmt::Display for Selector {
    /// As `kubectl` takes it: `app=web,tier in (a,b),!debug`; empty where it selects everything.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, Requirement { key, operator }) in self.0.iter().enumerate() {
            if at > 0 {
                out.write_str(",")?;
            }
            match operator {
                Asked::In(values) if let [value] = values.as_slice() => write!(out, "{key}={value}")?,
                Asked::NotIn(values) if let [value] = values.as_slice() => write!(out, "{key}!={value}")?,
                Asked::In(values) => write!(out, "{key} in ({})", values.join(","))?,
                Asked::NotIn(values) => write!(out, "{key} notin ({})", values.join(","))?,
                Asked::Exists => write!(out, "{key}")?,
                Asked::DoesNotExist => write!(out, "!{key}")?,
            }
        }
        Ok(())
    }
}
