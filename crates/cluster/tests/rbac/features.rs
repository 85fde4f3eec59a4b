//! Which parts of the language of rules made a decision.

use std::collections::{BTreeMap, HashMap};

use ironsides_rbac::{Decision, Grant, Identity, Rbac, Request, SubjectKind};
use ironsides_tree::Text;

/// How often each was met.
#[derive(Default)]
pub(crate) struct Features(BTreeMap<&'static str, usize>);

/// What a decision met, each once.
pub(crate) fn of(
    rbac: &Rbac,
    bare: &Bare,
    who: &Identity,
    request: &Request,
    decision: &Decision,
) -> Vec<&'static str> {
    match decision {
        Decision::Privileged => vec!["system:masters"],
        Decision::NoOpinion(dangling) if dangling.is_empty() => vec!["refused"],
        Decision::NoOpinion(_) => vec!["refused", "dangling"],
        Decision::Allowed(_) => {
            let mut met = Vec::new();
            for grant in rbac.grants_of(who, request) {
                of_grant(rbac, bare, request, &grant, &mut met);
            }
            met.sort_unstable();
            met.dedup();
            met
        }
    }
}

/// Which subjects of which bindings (by namespace and name) are service accounts that were sent without a namespace.
pub(crate) type Bare = HashMap<(String, String), Vec<bool>>;

/// All that must be met.
const ALL: &[&str] = &[
    "verb *",
    "verb exact",
    "group *",
    "group exact",
    "resource *",
    "resource */sub",
    "resource/sub",
    "resource exact",
    "resourceNames",
    "resourceNames, empty name",
    "url exact",
    "url prefix",
    "url *",
    "subject User",
    "subject Group",
    "subject ServiceAccount",
    "subject ServiceAccount without namespace",
    "subject User spelled as a ServiceAccount",
    "ClusterRoleBinding",
    "RoleBinding of Role",
    "RoleBinding of ClusterRole",
    "aggregation",
    "dangling",
    "system:masters",
    "refused",
];

impl Features {
    /// Notes what one decision met.
    pub(crate) fn note(&mut self, met: &[&'static str]) {
        for feature in met {
            *self.0.entry(feature).or_default() += 1;
        }
    }

    /// Whether something of this was met less often than so many times.
    pub(crate) fn lacks(&self, met: &[&'static str], least: usize) -> bool {
        met.iter().any(|feature| self.0.get(feature).copied().unwrap_or_default() < least)
    }

    /// Prints the counts and says which are too few.
    pub(crate) fn report(&self, least: usize) -> Vec<String> {
        let mut few = Vec::new();
        for feature in ALL {
            let count = self.0.get(feature).copied().unwrap_or_default();
            eprintln!("  {feature:<42} {count:>6}");
            if count < least {
                few.push(format!("{feature}: {count}"));
            }
        }
        few
    }
}

fn of_grant(rbac: &Rbac, bare: &Bare, request: &Request, grant: &Grant, met: &mut Vec<&'static str>) {
    let (Some(binding), Some(role), Some(rule)) =
        (rbac.binding(grant.binding), rbac.role(grant.role), rbac.rule(grant))
    else {
        return;
    };
    met.push(match (binding.namespace.is_some(), binding.role.cluster) {
        (false, _) => "ClusterRoleBinding",
        (true, false) => "RoleBinding of Role",
        (true, true) => "RoleBinding of ClusterRole",
    });
    if role.gathers.is_some() {
        met.push("aggregation");
    }
    let subject = &binding.subjects[grant.subject];
    let key = (binding.namespace.as_deref().unwrap_or_default().to_owned(), binding.name.to_string());
    let is_bare = bare.get(&key).is_some_and(|bare| bare[grant.subject]);
    met.push(match subject.kind {
        SubjectKind::User if subject.name.starts_with("system:serviceaccount:") => {
            "subject User spelled as a ServiceAccount"
        }
        SubjectKind::User => "subject User",
        SubjectKind::Group => "subject Group",
        SubjectKind::ServiceAccount if is_bare => "subject ServiceAccount without namespace",
        SubjectKind::ServiceAccount => "subject ServiceAccount",
    });
    met.push(if rule.verbs.iter().any(|verb| verb == request.verb()) { "verb exact" } else { "verb *" });
    match request {
        Request::Url(url) => {
            let prefix = |own: &Text| {
                own != "*" && own.ends_with('*') && url.path.starts_with(own.trim_end_matches('*'))
            };
            met.push(if rule.non_resource_urls.contains(&url.path) {
                "url exact"
            } else if rule.non_resource_urls.iter().any(prefix) {
                "url prefix"
            } else {
                "url *"
            });
        }
        Request::Resource(asked) => {
            met.push(if rule.api_groups.contains(&asked.group) { "group exact" } else { "group *" });
            let joined = format!("{}/{}", asked.resource, asked.subresource);
            let any = format!("*/{}", asked.subresource);
            let has = |text: &str| rule.resources.iter().any(|own| own == text);
            met.push(match &*asked.subresource {
                "" if has(&asked.resource) => "resource exact",
                sub if !sub.is_empty() && has(&joined) => "resource/sub",
                sub if !sub.is_empty() && has(&any) => "resource */sub",
                _ => "resource *",
            });
            if !rule.resource_names.is_empty() {
                met.push(if asked.name.is_empty() { "resourceNames, empty name" } else { "resourceNames" });
            }
        }
    }
}
