//! Roles that gather the rules of others.

use std::sync::Arc;

use ironsides_core::{LabelSelector, Labels, Object};
use ironsides_tree::{Cursor, Node};
use rustc_hash::FxHashMap;

use crate::role::{Role, RoleId};
use crate::rule::Rule;

/// How often rules are gathered again where roles gather from each other and the order of rules does not come to rest.
const ROUNDS: usize = 100;

/// The cluster roles that gather, and the labels by which they choose.
///
/// The controller gathers selector by selector, roles by name, each rule once, never from the role itself. Rules that were
/// written by hand are replaced as soon as anything is gathered, and stay where nothing ever is. (Source:
/// `pkg/controller/clusterroleaggregation`.)
#[derive(Default)]
pub(crate) struct Aggregation {
    /// The selectors of roles that gather.
    selectors: FxHashMap<RoleId, Vec<Node>>,
    /// The labels of roles that have some.
    labels: FxHashMap<RoleId, Node>,
    /// Roles as a server stores them: the authorizer reads what is stored, and the controller has been there before.
    stored: Vec<RoleId>,
}

impl Aggregation {
    /// Notes a ClusterRole. Of several of one name the last counts.
    pub(crate) fn add(&mut self, id: RoleId, object: &Object) {
        self.selectors.remove(&id);
        self.labels.remove(&id);
        self.stored.retain(|known| *known != id);
        let selectors = object.root.at(&["aggregationRule", "clusterRoleSelectors"]).map(Node::items);
        if let Some(selectors) = selectors.filter(|selectors| !selectors.is_empty()) {
            self.selectors.insert(id, selectors.to_vec());
            let meta = |field| object.root.at(&["metadata", field]).and_then(Node::as_str);
            if meta("uid").is_some() || meta("resourceVersion").is_some() {
                self.stored.push(id);
            }
        }
        if let Some(labels) = object.root.at(&["metadata", "labels"]) {
            self.labels.insert(id, labels.clone());
        }
    }

    /// Gathers until nothing changes.
    pub(crate) fn settle(self, roles: &mut [Role]) {
        if self.selectors.is_empty() {
            return;
        }
        let mut by_name: Vec<RoleId> = (0..)
            .map(RoleId)
            .zip(&*roles)
            .filter(|(_, role)| role.namespace.is_none())
            .map(|(id, _)| id)
            .collect();
        let name = |id: &RoleId| roles.get(id.0 as usize).map(|role| role.name.clone());
        by_name.sort_by_cached_key(name);
        let mut gathering: Vec<(RoleId, Vec<RoleId>)> = Vec::new();
        for id in &by_name {
            if let Some(selectors) = self.selectors.get(id) {
                gathering.push((*id, self.chosen(*id, selectors, &by_name)));
            }
        }
        for _ in 0..ROUNDS {
            let mut changed = false;
            for (id, from) in gathering.iter().filter(|(id, _)| !self.stored.contains(id)) {
                let rules = gather(roles, from);
                if let Some(role) = roles.get_mut(id.0 as usize)
                    && !rules.is_empty()
                    && *role.rules != *rules
                {
                    role.rules = Arc::from(rules);
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        for (id, from) in gathering {
            if let Some(role) = roles.get_mut(id.0 as usize) {
                role.gathers = Some(from);
            }
        }
    }

    /// The roles that selectors choose, in order. A role that several choose is there several times no longer than once:
    /// its rules count once. A selector that a server would refuse makes the role gather nothing.
    fn chosen(&self, own: RoleId, selectors: &[Node], by_name: &[RoleId]) -> Vec<RoleId> {
        let read: Result<Vec<_>, _> =
            selectors.iter().map(|node| LabelSelector::read(&Cursor::root(node))).collect();
        let Ok(selectors) = read else { return Vec::new() };
        let mut chosen = Vec::new();
        for selector in selectors {
            for id in by_name.iter().filter(|id| **id != own) {
                let labels = self.labels.get(id).unwrap_or(&Node::NULL);
                if selector.matches(&Labels::at(&Cursor::root(labels))) && !chosen.contains(id) {
                    chosen.push(*id);
                }
            }
        }
        chosen
    }
}

/// The rules of roles in order, each once.
fn gather(roles: &[Role], from: &[RoleId]) -> Vec<Rule> {
    let mut seen = rustc_hash::FxHashSet::default();
    let rules = from.iter().filter_map(|id| roles.get(id.0 as usize)).flat_map(|role| role.rules.iter());
    rules.filter(|rule| seen.insert(*rule)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use ironsides_core::Origin;

    use crate::policy::Rbac;

    use super::*;

    /// Roles from lines `NAME LABELS SELECTORS VERBS`, where a rule is a verb.
    fn verbs(lines: &[(&str, &str, &str, &str)], of: &str) -> Vec<String> {
        let objects: Vec<Object> = lines
            .iter()
            .map(|(name, labels, selectors, verbs)| {
                let rules: Vec<String> = verbs
                    .split_whitespace()
                    .map(|verb| format!("{{apiGroups: [''], resources: [pods], verbs: [{verb}]}}"))
                    .collect();
                let text = format!(
                    "{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole,
                      metadata: {{name: {name}, labels: {labels}}},
                      aggregationRule: {{clusterRoleSelectors: {selectors}}}, rules: [{}]}}",
                    rules.join(", ")
                );
                let root = ironsides_tree::parse_one(&text).unwrap();
                Object::new(root, Origin::Api { request: Arc::from("") }, Vec::new())
            })
            .collect();
        let rbac = Rbac::new(&objects);
        let role = rbac.role(rbac.role_named(None, of).unwrap()).unwrap();
        role.rules.iter().flat_map(|rule| rule.verbs.iter().map(ToString::to_string)).collect()
    }

    const A: &str = "[{matchLabels: {to: a}}]";

    #[test]
    fn rules_are_gathered_by_name_and_once() {
        let roles = [
            ("top", "{}", A, "delete"),
            ("z", "{to: a}", "[]", "get list get"),
            ("b", "{to: a}", "[]", "watch list"),
        ];
        assert_eq!(verbs(&roles, "top"), ["watch", "list", "get"]);
    }

    #[test]
    fn selectors_come_in_their_order() {
        let both = "[{matchLabels: {to: b}}, {matchLabels: {to: a}}]";
        let roles = [("top", "{}", both, ""), ("a", "{to: a}", "[]", "get"), ("b", "{to: b}", "[]", "list")];
        assert_eq!(verbs(&roles, "top"), ["list", "get"]);
    }

    #[test]
    fn what_nobody_gives_to_keeps_its_own() {
        assert_eq!(verbs(&[("top", "{}", A, "delete"), ("x", "{}", "[]", "get")], "top"), ["delete"]);
        assert_eq!(verbs(&[("top", "{to: a}", A, "delete")], "top"), ["delete"], "never from itself");
        let wrong = "[{matchExpressions: [{key: to, operator: like}]}]";
        assert_eq!(
            verbs(&[("top", "{}", wrong, "delete"), ("x", "{to: a}", "[]", "get")], "top"),
            ["delete"]
        );
    }

    #[test]
    fn chains_and_circles_come_to_rest() {
        let b = "[{matchLabels: {to: b}}]";
        let chain = [("a", "{}", A, ""), ("b", "{to: a}", b, ""), ("c", "{to: b}", "[]", "get")];
        assert_eq!(verbs(&chain, "a"), ["get"]);
        let circle = [("a", "{to: b}", A, ""), ("b", "{to: a}", b, ""), ("c", "{to: b}", "[]", "get")];
        assert_eq!((verbs(&circle, "a"), verbs(&circle, "b")), (vec!["get".into()], vec!["get".into()]));
    }

    #[test]
    fn an_empty_selector_gathers_all() {
        let roles = [
            ("a", "{}", "[{}]", ""),
            ("b", "{}", "[{}]", ""),
            ("c", "{}", "[]", "get"),
            ("d", "{}", "[]", "list"),
        ];
        assert_eq!(
            (verbs(&roles, "a"), verbs(&roles, "b")),
            (vec!["get".into(), "list".into()], vec!["get".into(), "list".into()])
        );
    }
}
