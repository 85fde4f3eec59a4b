//! A family of dangerous permissions.

use ironsides_core::Severity;

use crate::rule::Rule;

/// Permissions that hand an attacker the same thing.
#[derive(Debug)]
pub struct Family {
    /// The id, in kebab case: `secrets-read`.
    pub id: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    /// How bad it is for the whole cluster, and in `kube-system`.
    pub severity: Severity,
    /// How bad it is in another namespace.
    pub in_namespace: Severity,
    /// What an attacker does with it.
    pub attack: &'static str,
    /// What to grant instead.
    pub instead: &'static str,
    /// What makes it.
    pub made_by: MadeBy,
}

/// What makes a risk.
#[derive(Clone, Copy, Debug)]
pub enum MadeBy {
    /// Requests that are allowed: of every list at least one. Lists that are satisfied by different bindings count too.
    Requests(&'static [&'static [Ask]]),
    /// Requests that are allowed in one namespace, which is named.
    In(&'static str, &'static [&'static [Ask]]),
    /// Requests that are allowed in a namespace that has what makes them bad.
    Where(Place, &'static [&'static [Ask]]),
    /// Something that no single request shows.
    Standing(Standing),
}

/// What makes requests in a namespace bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A service account that a cloud provider trusts.
    CloudIdentity,
}

/// What is bad about a subject or its bindings without regard to single permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Bound for those who did not say who they are.
    Anonymous,
    /// Bound for everybody who has any credentials.
    Authenticated,
    /// Bound for all service accounts, of the cluster or of a namespace.
    EveryServiceAccount,
    /// Bound to a role that is not there.
    DanglingRole,
    /// Bound, and not there.
    MissingServiceAccount,
    /// Has more roles than anybody keeps in mind.
    ManyRoles,
}

/// Requests for resources: every verb on every resource of one group.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    /// The verbs; `*` is the verb of that name, which only `*` grants. One that ends in `:` stands for all that begin so.
    pub verbs: &'static [&'static str],
    /// The API group.
    pub group: &'static str,
    /// The resources, all with a subresource or all without; none for every resource of the group, or, with verbs that
    /// end in `:`, of every group.
    pub resources: &'static [&'static str],
    /// The minor version of Kubernetes from which on the requests are harmless.
    pub before: Option<u64>,
}

/// A request for resources of a group.
pub(crate) const fn ask(
    verbs: &'static [&'static str],
    group: &'static str,
    resources: &'static [&'static str],
) -> Ask {
    Ask { verbs, group, resources, before: None }
}

impl Ask {
    /// Whether every verb in it names one object, so that `resourceNames` can limit it. Creating names none, but for
    /// subresources. (Lists and watches carry a name where they select it.)
    pub(crate) fn carries_name(&self, verb: &str) -> bool {
        let subresource = self.resources.iter().any(|resource| resource.contains('/'));
        match verb {
            "create" => subresource,
            "deletecollection" => false,
            _ => true,
        }
    }

    /// Of a rule, the verbs and the resources that are asked for here, as they stand in the rule.
    pub fn told<'a>(&self, rule: &'a Rule) -> (Vec<&'a str>, Vec<&'a str>) {
        let verbs = rule.verbs.iter().map(ironsides_tree::Text::as_str);
        let verb = |own: &str| own == "*" || self.verbs.iter().any(|asked| verb_is(asked, own));
        let resources = rule.resources.iter().map(ironsides_tree::Text::as_str);
        let resource = |own: &str| {
            self.resources.is_empty() || self.resources.iter().any(|asked| resource_is(asked, own))
        };
        (verbs.filter(|own| verb(own)).collect(), resources.filter(|own| resource(own)).collect())
    }
}

/// Whether a verb of a rule is one that is asked for.
fn verb_is(asked: &str, own: &str) -> bool {
    own == asked || asked.ends_with(':') && own.starts_with(asked)
}

/// Whether a resource of a rule holds one that is asked for.
fn resource_is(asked: &str, own: &str) -> bool {
    own == "*"
        || own == asked
        || asked.split_once('/').is_some_and(|(_, sub)| own.strip_prefix("*/") == Some(sub))
}

impl Family {
    /// The requests that make it, list after list.
    pub fn asks(&self) -> &'static [&'static [Ask]] {
        match self.made_by {
            MadeBy::Requests(asks) | MadeBy::In(_, asks) | MadeBy::Where(_, asks) => asks,
            MadeBy::Standing(_) => &[],
        }
    }

    /// A family by its id.
    pub fn named(id: &str) -> Option<&'static Self> {
        super::families().iter().find(|family| family.id == id)
    }
}
