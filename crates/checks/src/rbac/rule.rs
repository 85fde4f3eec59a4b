//! Rules of roles, read as the RBAC authorizer reads them.

use ironsides_core::{Inventory, Object, Severity};
use ironsides_rbac::{covers, covers_resource};
use ironsides_tree::{Cursor, Node, Text};

use super::holders::Held;
use crate::out::Out;

/// A rule of a Role or ClusterRole.
///
/// `*` stands for all groups, verbs or resources (subresources among them), and `*/sub` for that subresource of any
/// resource. Nothing else is a pattern: `pods/*` is the name of no resource.
pub(super) struct Rule<'a> {
    /// The rule's place.
    pub(super) at: Cursor<'a>,
    node: &'a Node,
    /// Whether it is in a Role, which allows nothing outside of its namespace.
    local: bool,
}

/// Resources of a group, and what may be done with them.
pub(super) struct Power {
    /// The API group; empty for the core group.
    pub(super) group: &'static str,
    /// The resources, with their subresource.
    pub(super) resources: &'static [&'static str],
    /// Any of these verbs is what is looked for.
    pub(super) verbs: &'static [&'static str],
}

impl<'a> Rule<'a> {
    /// The rules of a role, in written order.
    pub(super) fn all(role: &'a Object) -> impl Iterator<Item = Self> {
        let local = role.reference().kind == "Role";
        role.cursor().get("rules").items().filter_map(move |at| Some(Self { node: at.node()?, at, local }))
    }

    /// The texts of a list of the rule.
    pub(super) fn list(&self, field: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        self.node.get(field).map(Node::items).unwrap_or_default().iter().filter_map(Node::as_str)
    }

    fn lists(&self, field: &str, value: &str) -> bool {
        self.list(field).any(|listed| listed == value)
    }

    /// Whether it is about resources and allows any verb.
    pub(super) fn has_all_verbs(&self) -> bool {
        self.lists("verbs", "*")
    }

    /// Whether it is about all resources of its groups, whatever their number.
    pub(super) fn has_all_resources(&self) -> bool {
        self.lists("resources", "*")
    }

    /// Whether it is about all groups.
    pub(super) fn has_all_groups(&self) -> bool {
        self.lists("apiGroups", "*")
    }

    /// Whether it holds for named objects only.
    pub(super) fn is_limited(&self) -> bool {
        self.list("resourceNames").next().is_some()
    }

    /// Whether it allows everything on everything, or as good as: each verb that reads or writes.
    pub(super) fn is_unlimited(&self) -> bool {
        self.has_all_groups()
            && self.has_all_resources()
            && allows_everything(&ironsides_rbac::Rule::read(self.node))
    }

    /// Whether it leaves neither verbs nor resources out: one finding says so, and not one for each thing it allows.
    pub(super) fn is_wild(&self) -> bool {
        self.is_unlimited() || self.has_all_resources() && self.has_all_verbs() && !self.is_limited()
    }

    /// Whether it is about a resource of a group.
    pub(super) fn covers(&self, group: &str, resource: &str) -> bool {
        let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
        self.list("apiGroups").any(|listed| covers(listed, group))
            && self.list("resources").any(|listed| covers_resource(listed, resource, subresource))
    }

    /// Those of some verbs that it allows on a resource that it covers. A request to create or delete many objects
    /// carries no name, so a rule with names never matches one; requests to subresources carry the name of their object.
    pub(super) fn verbs_on(&self, resource: &str, verbs: &[&'static str]) -> Vec<&'static str> {
        let nameless = |verb: &str| matches!(verb, "create" | "deletecollection") && !resource.contains('/');
        let limited = self.is_limited();
        let listed = |verb: &str| self.list("verbs").any(|listed| covers(listed, verb));
        let allowed = |verb: &&&'static str| listed(verb) && !(limited && nameless(verb));
        verbs.iter().filter(allowed).copied().collect()
    }

    /// What it allows of some powers: resources and verbs in words, `None` where it allows none of them.
    pub(super) fn allows<'p>(&self, powers: impl IntoIterator<Item = &'p Power>) -> Option<String> {
        let mut resources: Vec<&str> = Vec::new();
        let mut verbs: Vec<&str> = Vec::new();
        for power in powers {
            for &resource in power.resources {
                if !self.covers(power.group, resource) || self.local && is_global(power.group, resource) {
                    continue;
                }
                let allowed = self.verbs_on(resource, power.verbs);
                if !allowed.is_empty() && !resources.contains(&resource) {
                    resources.push(resource);
                }
                for verb in allowed {
                    if !verbs.contains(&verb) {
                        verbs.push(verb);
                    }
                }
            }
        }
        (!verbs.is_empty()).then(|| format!("{} on {}", listed(&verbs), listed(&resources)))
    }
}

/// Whether a rule allows everything on everything, or as good as: each verb that reads or writes.
pub(super) fn allows_everything(rule: &ironsides_rbac::Rule) -> bool {
    const EACH: [&str; 7] = ["get", "list", "watch", "create", "update", "patch", "delete"];
    let all = |listed: &[Text]| listed.iter().any(|listed| listed == "*");
    all(&rule.api_groups)
        && all(&rule.resources)
        && rule.resource_names.is_empty()
        && EACH.iter().all(|verb| rule.has_verb(verb))
}

/// Whether a resource belongs to no namespace, so that no Role can allow it. (Requests for a namespace itself count as
/// requests in it.)
pub(super) fn is_global(group: &str, resource: &str) -> bool {
    let plural = resource.split('/').next().unwrap_or_default();
    let virtual_ones = ["groups", "signers", "uids", "userextras", "users"];
    if virtual_ones.contains(&plural) {
        return matches!(group, "" | "authentication.k8s.io" | "certificates.k8s.io");
    }
    let known = ironsides_schema::kind_of_resource(group, plural);
    known.is_some_and(|kind| !kind.namespaced) && (group, plural) != ("", "namespaces")
}

/// Whether every built-in resource of a name, whatever its group, belongs to no namespace.
pub(super) fn is_global_anywhere(resource: &str) -> bool {
    let plural = resource.split('/').next().unwrap_or_default();
    let mut known = ironsides_schema::kinds().iter().filter(|kind| kind.plural == plural).peekable();
    plural != "namespaces" && known.peek().is_some() && known.all(|kind| !kind.namespaced)
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed(words: &[&str]) -> String {
    match words.split_last() {
        None => String::new(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// Reports each rule of a role that allows some of these powers, and who holds it. Rules that leave nothing out are for
/// the checks of wildcards. What nobody holds allows nobody anything: of a cluster that is a pass, and in files, where
/// the binding may be somewhere else, a milder finding.
pub(super) fn report(role: &Object, inventory: &Inventory, out: &mut Out<'_>, powers: &[Power]) {
    if let Some(why) = excused(role) {
        return out.not_applicable(why);
    }
    let mut known = None;
    for rule in Rule::all(role) {
        // Wildcards that allow all of the core group are told once, and not for each thing they allow.
        let told = |power: &&Power| rule.is_unlimited() || rule.is_wild() && power.group.is_empty();
        let Some(what) = rule.allows(powers.iter().filter(|power| !told(power))) else {
            out.pass(&rule.at);
            continue;
        };
        let held = known.get_or_insert_with(|| Held::of(role, inventory));
        if matches!(held, Held::Nobody) {
            out.pass(&rule.at);
            continue;
        }
        let names = if rule.is_limited() { " of the names it lists" } else { "" };
        let message = format!("the {} allows {what}{names}{}", role.reference().kind, held.told());
        let finding = out.fail(&rule.at, message);
        if rule.is_limited() {
            finding.severity(Severity::Low);
        } else if matches!(held, Held::Unseen { beside: true }) {
            finding.milder();
        }
        held.show(inventory, finding);
    }
}

/// Why the rules of a role are not asked about.
pub(super) fn excused(role: &Object) -> Option<&'static str> {
    if is_built_in(role) {
        return Some("Kubernetes itself brings this role, and puts it back when it is changed");
    }
    let aggregates = role.cursor().get("aggregationRule").is_set();
    aggregates.then_some("its rules are copied from the ClusterRoles that it aggregates")
}

/// What the API server writes on the roles and bindings that it brings.
const BOOTSTRAPPING: &str = "kubernetes.io/bootstrapping";

/// Whether an API server brings this role: those for users by their names, others by name and label.
pub(super) fn is_built_in(role: &Object) -> bool {
    let reference = role.reference();
    let label = role.cursor().at(&["metadata", "labels"]).get(BOOTSTRAPPING).str() == Some("rbac-defaults");
    match &*reference.kind {
        "ClusterRole" => {
            matches!(&*reference.name, "cluster-admin" | "admin" | "edit" | "view")
                || label && reference.name.starts_with("system:")
        }
        _ => label && (reference.name.starts_with("system:") || reference.name == "cluster-admin"),
    }
}

/// Beginnings of names that platforms use for roles and bindings of their own. Kubernetes reserves `system:`; managed
/// clusters have theirs.
const PLATFORM: [&str; 3] = ["system:", "gce:", "eks:"];

/// What a person must look at where an object has a name of the platform's own; nothing keeps others from taking one.
pub(super) fn platform_name(object: &Object) -> Option<&'static str> {
    let name = &object.reference().name;
    PLATFORM.iter().any(|prefix| name.starts_with(prefix)).then_some(
        "whether the platform brought it: the name is one that platforms use for their own objects, and anybody may \
         take one",
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ironsides_core::Origin;
    use ironsides_tree::parse_one;

    use super::*;

    const POWERS: &[Power] =
        &[Power { group: "", resources: &["pods", "pods/exec", "nodes"], verbs: &["create", "get", "list"] }];

    fn allowed(rule: &str) -> Option<String> {
        let root = parse_one(&format!("{{kind: Role, rules: [{rule}]}}")).unwrap();
        let role = Object::new(root, Origin::Api { request: Arc::from("") }, Vec::new());
        Rule::all(&role).next().unwrap().allows(POWERS)
    }

    #[test]
    fn rules_are_read_as_the_authorizer_reads_them() {
        for (rule, expected) in [
            ("{apiGroups: [''], resources: [pods], verbs: [get]}", Some("get on pods")),
            ("{apiGroups: ['*'], resources: [pods], verbs: [get, list]}", Some("get and list on pods")),
            ("{apiGroups: [apps], resources: [pods], verbs: [get]}", None),
            ("{resources: [pods], verbs: [get]}", None),
            ("{apiGroups: [''], resources: ['*'], verbs: [get]}", Some("get on pods and pods/exec")),
            ("{apiGroups: [''], resources: ['*/exec'], verbs: [create]}", Some("create on pods/exec")),
            ("{apiGroups: [''], resources: ['*/log'], verbs: ['*']}", None),
            ("{apiGroups: [''], resources: ['pods/*'], verbs: ['*']}", None),
            ("{apiGroups: [''], resources: ['pod*', Pods], verbs: ['*']}", None),
            ("{apiGroups: [''], resources: [pods], verbs: [Get, 'ge*']}", None),
            ("{apiGroups: [''], resources: [pods], verbs: ['*']}", Some("create, get and list on pods")),
            // No request to create carries a name.
            ("{apiGroups: [''], resources: [pods], verbs: [create], resourceNames: [a]}", None),
            (
                "{apiGroups: [''], resources: [pods/exec], verbs: [create], resourceNames: [a]}",
                Some("create on pods/exec"),
            ),
            ("{nonResourceURLs: ['*'], verbs: ['*']}", None),
            // Nodes are in no namespace.
            ("{apiGroups: [''], resources: [nodes], verbs: ['*']}", None),
        ] {
            assert_eq!(allowed(rule).as_deref(), expected, "{rule}");
        }
    }
}
