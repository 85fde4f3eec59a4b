//! How much of the truth was seen.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A kind of fact that a check may ask for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(tag = "fact", rename_all = "camelCase")]
pub enum Fact {
    /// The object under judgement itself; always there.
    Object,
    /// The objects of a resource (`namespaces`, `deployments.apps`).
    Objects {
        /// The resource, with its group where it has one.
        resource: String,
        /// The namespace they are in; `None` for all of them.
        #[serde(skip_serializing_if = "Option::is_none")]
        namespace: Option<String>,
    },
    /// The content of a file or stream that was asked for.
    File {
        /// Its path.
        path: String,
    },
}

impl Fact {
    /// The objects of a resource of a group, in a namespace or in all.
    pub fn objects(group: &str, resource: &str, namespace: Option<&str>) -> Self {
        let resource = if group.is_empty() { resource.to_owned() } else { format!("{resource}.{group}") };
        Self::Objects { resource, namespace: namespace.map(str::to_owned) }
    }
}

/// How much of a kind of fact is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "coverage", rename_all = "camelCase")]
pub enum Extent {
    /// All of it.
    Complete,
    /// Some of it.
    Partial {
        /// What is missing, why, and what to do.
        why: String,
    },
    /// None of it.
    Absent {
        /// Why, and what to do.
        why: String,
    },
}

impl Extent {
    /// How the reason begins where a right is missing: what grants it follows.
    pub const FORBIDDEN: &str = "forbidden";

    /// Whether nothing was seen for want of a right.
    pub fn is_forbidden(&self) -> bool {
        matches!(self, Self::Absent { why } if why.starts_with(Self::FORBIDDEN))
    }
}

/// For every kind of fact, how much of it was seen. What was never mentioned is absent.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Coverage(#[serde(serialize_with = "pairs")] BTreeMap<Fact, Extent>);

fn pairs<S: serde::Serializer>(map: &BTreeMap<Fact, Extent>, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Pair<'a> {
        #[serde(flatten)]
        fact: &'a Fact,
        #[serde(flatten)]
        extent: &'a Extent,
    }
    serializer.collect_seq(map.iter().map(|(fact, extent)| Pair { fact, extent }))
}

impl Coverage {
    /// Why something is absent that was never mentioned.
    pub const NOT_ASKED_FOR: &str = "not asked for";

    /// How much was seen of the objects of each resource, in all namespaces or in one, in a fixed order.
    pub fn resources(&self) -> impl Iterator<Item = (&str, Option<&str>, &Extent)> + Clone {
        self.0.iter().filter_map(|(fact, extent)| match fact {
            Fact::Objects { resource, namespace } => Some((resource.as_str(), namespace.as_deref(), extent)),
            _ => None,
        })
    }

    /// Records how much of a fact is there. Worse news about the same fact replaces better.
    pub fn record(&mut self, fact: Fact, extent: Extent) {
        let rank = |extent: &Extent| match extent {
            Extent::Complete => 0,
            Extent::Partial { .. } => 1,
            Extent::Absent { .. } => 2,
        };
        let known = self.0.entry(fact).or_insert(Extent::Complete);
        if rank(&extent) > rank(known) {
            *known = extent;
        }
    }

    /// How much of a fact is there.
    pub fn of(&self, fact: &Fact) -> Extent {
        match (fact, self.0.get(fact)) {
            (Fact::Object, None) => Extent::Complete,
            (_, Some(extent)) => extent.clone(),
            (_, None) => Extent::Absent { why: Self::NOT_ASKED_FOR.into() },
        }
    }

    /// How much of the objects of a resource is there: in a namespace, or in all. What was read of all namespaces counts
    /// for each that is not known better; what was read of some of them is a part of all.
    pub fn of_objects(&self, group: &str, resource: &str, namespace: Option<&str>) -> Extent {
        let known =
            namespace.and_then(|namespace| self.0.get(&Fact::objects(group, resource, Some(namespace))));
        if let Some(extent) = known {
            return extent.clone();
        }
        let all = Fact::objects(group, resource, None);
        if let Some(extent) = self.0.get(&all) {
            return extent.clone();
        }
        let Fact::Objects { resource, .. } = all else { return self.of(&all) };
        if let Some(namespace) = namespace {
            return self.of(&Fact::Objects { resource, namespace: Some(namespace.to_owned()) });
        }
        let known = |(fact, extent): (&Fact, &Extent)| match fact {
            Fact::Objects { resource: known, namespace: Some(namespace) } if *known == resource => {
                (!matches!(extent, Extent::Absent { .. })).then(|| namespace.clone())
            }
            _ => None,
        };
        let read: Vec<String> = self.0.iter().filter_map(known).collect();
        if read.is_empty() {
            return Extent::Absent { why: Self::NOT_ASKED_FOR.into() };
        }
        Extent::Partial { why: format!("only of the namespaces {}", read.join(", ")) }
    }

    /// Whether everything that was asked for was read.
    pub fn is_complete(&self) -> bool {
        self.0.values().all(|extent| *extent == Extent::Complete)
    }

    /// What is incomplete, and why, in a fixed order.
    pub fn gaps(&self) -> impl Iterator<Item = (&Fact, &str)> {
        self.0.iter().filter_map(|(fact, extent)| match extent {
            Extent::Complete => None,
            Extent::Partial { why } | Extent::Absent { why } => Some((fact, why.as_str())),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_of_a_namespace_counts_before_what_is_known_of_all() {
        let mut coverage = Coverage::default();
        coverage.record(Fact::objects("apps", "deployments", None), Extent::Partial { why: "some".into() });
        coverage.record(Fact::objects("apps", "deployments", Some("shop")), Extent::Complete);
        let of = |namespace| coverage.of_objects("apps", "deployments", namespace);
        assert_eq!(of(Some("shop")), Extent::Complete);
        assert_eq!(of(Some("other")), Extent::Partial { why: "some".into() });
        assert_eq!(of(None), Extent::Partial { why: "some".into() });
    }

    #[test]
    fn what_was_never_mentioned_is_absent_and_bad_news_stays() {
        let mut coverage = Coverage::default();
        let pods = Fact::objects("", "pods", None);
        assert!(matches!(coverage.of(&pods), Extent::Absent { .. }));
        coverage.record(pods.clone(), Extent::Partial { why: "forbidden".into() });
        coverage.record(pods.clone(), Extent::Complete);
        assert!(matches!(coverage.of(&pods), Extent::Partial { .. }));
        assert!(!coverage.is_complete());
    }
}
