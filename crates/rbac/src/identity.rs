//! Who makes a request.

use ironsides_schema::admit::{is_label, is_subdomain};
use ironsides_tree::Text;

/// What an authenticator says of a client.
///
/// Access reviews are about exactly what they name; live requests also have the groups that the server adds, which
/// [`Identity::live`] does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The user; `system:serviceaccount:NAMESPACE:NAME` for a service account, empty where only groups are asked about.
    pub user: Text,
    /// The groups, in the order they were given.
    pub groups: Vec<Text>,
    /// The uid, where one is known.
    pub uid: Option<Text>,
    /// Further attributes: `scopes`, `authentication.kubernetes.io/pod-name`, ….
    pub extra: Vec<(Text, Vec<Text>)>,
}

/// Everybody who proved who they are.
pub const AUTHENTICATED: &str = "system:authenticated";
/// Everybody who did not.
pub const UNAUTHENTICATED: &str = "system:unauthenticated";
/// The user that requests without credentials are made as.
pub const ANONYMOUS: &str = "system:anonymous";
/// The group that is allowed everything before RBAC is asked.
pub const MASTERS: &str = "system:masters";
/// All service accounts.
pub const SERVICE_ACCOUNTS: &str = "system:serviceaccounts";

/// The group of the nodes' kubelets.
pub const NODES: &str = "system:nodes";

const SERVICE_ACCOUNT: &str = "system:serviceaccount:";

impl Identity {
    /// A user without groups.
    pub fn user(name: &str) -> Self {
        Self { user: Text::new(name), ..Self::default() }
    }

    /// A group's rights alone.
    pub fn group(name: &str) -> Self {
        Self { groups: vec![Text::new(name)], ..Self::default() }
    }

    /// A service account as its live requests are seen: with its two groups and `system:authenticated`.
    pub fn service_account(namespace: &str, name: &str) -> Self {
        Self::user(&service_account_user(namespace, name)).live()
    }

    /// With the groups that the server adds to live requests: those of service accounts, and `system:authenticated`
    /// (`system:unauthenticated` for `system:anonymous`) unless one of the two is there.
    #[must_use]
    pub fn live(mut self) -> Self {
        for group in service_account_groups(&self.user) {
            self.join(group);
        }
        self.authenticated()
    }

    /// With `system:authenticated` unless `system:unauthenticated` is there, which `system:anonymous` gets.
    #[must_use]
    pub fn authenticated(mut self) -> Self {
        if self.user == ANONYMOUS {
            self.join(Text::new_static(UNAUTHENTICATED));
        } else if !self.is_in(UNAUTHENTICATED) {
            self.join(Text::new_static(AUTHENTICATED));
        }
        self
    }

    fn join(&mut self, group: Text) {
        if !self.is_in(&group) {
            self.groups.push(group);
        }
    }

    /// Whether it is allowed everything before RBAC is asked.
    pub fn is_privileged(&self) -> bool {
        self.is_in(MASTERS)
    }

    /// Whether the Node authorizer, which is asked beside RBAC, knows it as a node's kubelet. (Source: the default node
    /// identifier of the API server, which looks at the prefix of the user name and at the group.)
    pub fn is_node(&self) -> bool {
        self.user.strip_prefix("system:node:").is_some_and(|name| !name.is_empty()) && self.is_in(NODES)
    }

    /// Whether it is in a group.
    pub fn is_in(&self, group: &str) -> bool {
        self.groups.iter().any(|known| known == group)
    }
}

/// The namespace and name of the service account that a user name stands for; `None` where they are not well-formed: such
/// a name is an ordinary user's.
pub fn service_account(user: &str) -> Option<(&str, &str)> {
    let (namespace, name) = user.strip_prefix(SERVICE_ACCOUNT)?.split_once(':')?;
    (is_label(namespace) && is_subdomain(name)).then_some((namespace, name))
}

/// The name of the node that a user name stands for; `None` where it is not well-formed.
pub fn node(user: &str) -> Option<&str> {
    user.strip_prefix("system:node:").filter(|name| is_subdomain(name))
}

/// The user name of a service account.
pub fn service_account_user(namespace: &str, name: &str) -> String {
    format!("{SERVICE_ACCOUNT}{namespace}:{name}")
}

/// The two groups of the service account that a user name stands for; none for others.
pub fn service_account_groups(user: &str) -> Vec<Text> {
    let groups = |(namespace, _)| {
        vec![Text::new_static(SERVICE_ACCOUNTS), Text::from(format!("{SERVICE_ACCOUNTS}:{namespace}"))]
    };
    service_account(user).map(groups).unwrap_or_default()
}
