//! What one identity used.

use std::collections::BTreeMap;

use ironsides_tree::Text;

use crate::identity::Identity;
use crate::request::Request;

/// What one identity used.
#[derive(Clone, Debug, Default)]
pub struct Used {
    /// Its user name.
    pub user: Text,
    /// The groups it was seen in.
    pub groups: Vec<Text>,
    /// Whether it was in `system:masters`, whose members are let through before RBAC is asked.
    pub is_privileged: bool,
    /// Every request that an authorizer allowed.
    pub requests: BTreeMap<Request, Proof>,
    /// Requests without their names (paths: one that stands for all), of which more names were used than are kept: how
    /// often with others.
    pub many: BTreeMap<Request, u64>,
    /// How many requests were refused: they prove no right.
    pub refused: u64,
}

/// The events that prove a right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// The id of the first.
    pub audit_id: Text,
    /// When that was, as written.
    pub at: Text,
    /// The file in which it stands.
    pub file: Text,
    /// The line, from 1.
    pub line: u64,
    /// How many requests there were that had ended.
    pub count: u64,
    /// Who acted, where somebody made the request as this identity.
    pub by: Option<Text>,
    /// The reason (it may be empty) of an authorizer other than RBAC, where no such request was allowed by RBAC.
    pub other: Option<Text>,
    /// How it proves the right.
    pub means: Means,
}

/// How an event proves a right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Means {
    /// The request needed it, and an authorizer allowed it.
    #[default]
    Request,
    /// The request was made as somebody else, which takes the right to act as them.
    Impersonation,
    /// A PUT or PATCH made the object (201): the server asks for `create` too, which leaves no event of its own.
    Creation,
    /// A WebSocket was opened to a pod (101): from 1.35 on the server asks for `create` too.
    Upgrade,
    /// A binding was written: whoever does not hold all that the role allows needs `bind` on it.
    Binding,
}

impl Used {
    /// The identity, with the groups it was seen in.
    pub fn identity(&self) -> Identity {
        Identity { user: self.user.clone(), groups: self.groups.clone(), ..Identity::default() }
    }

    /// Adds what another identity used: a group uses what its members do.
    pub fn join(&mut self, other: &Self) {
        for (request, proof) in &other.requests {
            match self.requests.get_mut(request) {
                Some(known) => {
                    let count = known.count + proof.count;
                    if proof.rank() < known.rank() || proof.rank() == known.rank() && proof.at < known.at {
                        *known = proof.clone();
                    }
                    known.count = count;
                }
                None => _ = self.requests.insert(request.clone(), proof.clone()),
            }
        }
        for (request, count) in &other.many {
            *self.many.entry(request.clone()).or_default() += count;
        }
        self.refused += other.refused;
        self.is_privileged |= other.is_privileged;
    }
}

impl Proof {
    /// The smaller, the better it proves: by RBAC before others, in person, then by somebody who acted for them, then by what
    /// follows.
    fn rank(&self) -> (bool, bool, bool) {
        rank(self.other.is_some(), self.means, self.by.is_some())
    }
}

/// See [`Proof::rank`].
pub(super) fn rank(by_other: bool, means: Means, for_another: bool) -> (bool, bool, bool) {
    (by_other, !matches!(means, Means::Request | Means::Impersonation), for_another)
}
