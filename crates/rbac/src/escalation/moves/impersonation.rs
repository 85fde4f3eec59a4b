//! Acting as somebody else: whole identities, and the impersonation that is good for some requests only.

use std::collections::BTreeSet;

use ironsides_schema::admit::is_subdomain;
use ironsides_tree::Text;

use super::{Moves, account, being};
use crate::binding::SubjectKind;
use crate::escalation::Power;
use crate::escalation::rights::Held;
use crate::escalation::way::{User, Way, Whom};
use crate::identity::{MASTERS, node, service_account};

const AUTHENTICATION: &str = "authentication.k8s.io";

impl Moves<'_> {
    pub(super) fn impersonation(&mut self) {
        let groups = self.rights.reach("impersonate", "", "groups", None);
        let user = self.user();
        if let Some((user, user_held)) = user {
            let way = |group: &str, held| Way::ImpersonateGroup {
                group: Text::new(group),
                held,
                user: user.clone(),
                user_held,
            };
            if let Some(held) = groups.of(MASTERS) {
                self.add(Power::ClusterAdmin, way(MASTERS, held));
            }
            let bound: Vec<Text> = self.rbac.by_group.keys().cloned().collect();
            let bound: BTreeSet<Text> =
                bound.into_iter().filter(|group| !group.is_empty() && group != MASTERS).collect();
            for group in bound {
                if let Some(held) = groups.of(&group) {
                    self.add(being(SubjectKind::Group, &group), way(&group, held));
                }
            }
        }
        let users = self.rights.reach("impersonate", "", "users", None);
        if let Some(held) = users.all {
            self.add(Power::Users, Way::Impersonate { kind: Whom::User, namespace: None, held });
        }
        for (name, held) in &users.names {
            // Names of service accounts are asked about as service accounts.
            if !name.is_empty() && service_account(name).is_none() {
                let way = Way::Impersonate { kind: Whom::User, namespace: None, held: *held };
                self.add(being(SubjectKind::User, name), way);
            }
        }
        self.impersonate_accounts(None);
        for (mode, resource) in
            [("user-info", "users"), ("arbitrary-node", "nodes"), ("associated-node", "nodes")]
        {
            self.constrained(mode, resource, None);
        }
    }

    /// A user that may be impersonated, to go with a group.
    fn user(&self) -> Option<(User, Held)> {
        let users = self.rights.reach("impersonate", "", "users", None);
        let plain = |name: &Text| !name.is_empty() && service_account(name).is_none();
        if let Some(held) = users.all {
            return Some((User::Named(Text::new_static("anyone")), held));
        }
        if let Some((name, held)) = users.names.iter().find(|(name, _)| plain(name)) {
            return Some((User::Named(name.clone()), *held));
        }
        let mut places: Vec<Option<&str>> = vec![None];
        places.extend(self.rights.namespaces().into_iter().map(Some));
        places.into_iter().find_map(|place| {
            let accounts = self.rights.reach("impersonate", "", "serviceaccounts", place);
            let (name, held) = accounts.any("default")?;
            let namespace = Text::new(place.unwrap_or("default"));
            Some((User::ServiceAccount(namespace, name), held))
        })
    }

    pub(super) fn impersonate_accounts(&mut self, namespace: Option<&str>) {
        let place = namespace.map(Text::new);
        let accounts = self.local("impersonate", "", "serviceaccounts", namespace);
        let kind = Whom::ServiceAccount;
        if let Some(held) = accounts.all {
            let way = Way::Impersonate { kind, namespace: place.clone(), held };
            self.add(Power::ServiceAccounts(place), way);
        } else if let Some(own) = namespace {
            let names: Vec<_> =
                accounts.names.iter().filter(|(name, _)| self.is_account(own, name)).collect();
            for (name, held) in names {
                let way = Way::Impersonate { kind, namespace: place.clone(), held: *held };
                self.add(account(own, name), way);
            }
        } else {
            for (name, held) in accounts.names.iter().filter(|(name, _)| is_subdomain(name)) {
                for own in self.namespaces_of(name) {
                    let way = Way::Impersonate { kind, namespace: Some(own.clone()), held: *held };
                    self.add(account(&own, name), way);
                }
            }
        }
        self.constrained("serviceaccount", "serviceaccounts", namespace);
    }

    /// Impersonation that is good for some requests only: it takes a second right, on the requests.
    fn constrained(&mut self, mode: &'static str, resource: &'static str, namespace: Option<&str>) {
        // Whoever may do it for all requests has no need of this.
        let legacy = if resource == "serviceaccounts" { resource } else { "users" };
        let legacy = self.rights.reach("impersonate", "", legacy, namespace);
        if self.around.minor.is_some_and(|minor| minor < 36)
            || legacy.all.is_some()
            || self.rights.verbs(&format!("impersonate-on:{mode}:")).is_empty()
        {
            return;
        }
        let reach = self.local(&format!("impersonate:{mode}"), AUTHENTICATION, resource, namespace);
        let place = namespace.map(Text::new);
        let mut found = Vec::new();
        let mut add = |namespace: Option<Text>, name: Option<Text>, held| {
            let way =
                Way::Constrained { mode, resource, namespace: namespace.clone(), name: name.clone(), held };
            let whole = name.map(|name| match &namespace {
                Some(own) => Text::from(format!("{own}/{name}")),
                None => name,
            });
            found.push((Power::ActsAs { mode, name: whole }, way));
        };
        if let Some(held) = reach.all {
            add(place, None, held);
            self.found.append(&mut found);
            return;
        }
        // The node of a token is asked about as `*`.
        if mode == "associated-node"
            && let Some(held) = reach.names.get("*")
        {
            add(None, None, *held);
        }
        let named = reach.names.iter().filter(|_| mode != "associated-node");
        for (name, held) in named.filter(|(name, _)| !legacy.names.contains_key(*name)) {
            match (resource, &place) {
                ("nodes", _) if self.is_node(name) => add(None, Some(name.clone()), *held),
                ("users", _)
                    if !name.is_empty() && service_account(name).is_none() && node(name).is_none() =>
                {
                    add(None, Some(name.clone()), *held);
                }
                ("serviceaccounts", Some(own)) if self.is_account(own, name) => {
                    add(place.clone(), Some(name.clone()), *held);
                }
                ("serviceaccounts", None) if is_subdomain(name) => {
                    for own in self.namespaces_of(name) {
                        add(Some(own), Some(name.clone()), *held);
                    }
                }
                _ => {}
            }
        }
        self.found.append(&mut found);
    }
}
