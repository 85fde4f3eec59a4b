//! What shows that roles are enough, and no more.

use std::collections::BTreeSet;

use super::{Proposal, ProposedRole, ProposedRule};
use crate::request::{Request, ResourceRequest};
use crate::rule::Rule;
use crate::usage::Used;

/// What shows that roles are enough, and no more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificate {
    /// Requests of the log that were replayed.
    pub replayed: u64,
    /// Those that the roles would newly deny: none, or the roles are wrong.
    pub newly_denied: Vec<Request>,
    /// How many rights the roles hold: single verbs on single resources and names.
    pub atoms: usize,
    /// Those of them that no event proves: none, or the roles are too wide.
    pub unproven: Vec<Rule>,
}

impl Used {
    /// Replays everything that was allowed over the roles of a proposal, but for what it says needs none or can have none.
    pub fn certificate(&self, proposal: &Proposal) -> Certificate {
        let mut certificate = Certificate::default();
        let standing: BTreeSet<&Request> = proposal.standing.iter().map(|(request, _)| request).collect();
        let beside: BTreeSet<&Request> = proposal.without_role().map(|(request, _)| request).collect();
        let elsewhere: BTreeSet<Request> =
            proposal.elsewhere.iter().map(|(request, _)| request.nameless()).collect();
        for (request, proof) in self.requests.iter().filter(|(request, _)| !beside.contains(request)) {
            certificate.replayed += proof.count.max(1);
            if !standing.contains(request) && !proposal.allows(request) {
                certificate.newly_denied.push(request.clone());
            }
        }
        for (request, count) in &self.many {
            if elsewhere.contains(request) && !proposal.allows(request) {
                continue;
            }
            certificate.replayed += count;
            if !proposal.allows(request) {
                certificate.newly_denied.push(request.clone());
            }
        }
        for role in &proposal.roles {
            for rule in &role.rules {
                for atom in rule.rule.atoms() {
                    certificate.atoms += 1;
                    if rule.proofs_of(&atom).next().is_none() {
                        certificate.unproven.push(atom);
                    }
                }
            }
        }
        certificate
    }
}

impl ProposedRule {
    /// What proves one right of the rule: a single verb on a single resource (and name), or path.
    pub fn proofs_of(&self, atom: &Rule) -> impl Iterator<Item = &(Request, crate::usage::Proof)> {
        let named = |request: &Request| match request {
            // A rule for all names is proved by any name; an exact one by its own.
            Request::Resource(request) if atom.resource_names.is_empty() => {
                Request::Resource(ResourceRequest {
                    name: ironsides_tree::Text::default(),
                    ..request.clone()
                })
            }
            other => other.clone(),
        };
        let atom = atom.clone();
        let matching: Vec<bool> =
            self.proofs.iter().map(|(request, _)| atom.allows(&named(request))).collect();
        self.proofs.iter().zip(matching).filter(|(_, is)| *is).map(|(proof, _)| proof)
    }
}

impl ProposedRole {
    /// Whether it allows a request, in its namespace.
    pub fn allows(&self, request: &Request) -> bool {
        self.namespace.as_deref().is_none_or(|own| own == request.namespace())
            && self.rules.iter().any(|rule| rule.rule.allows(request))
    }
}

impl Proposal {
    /// Requests that were used and that no role is for, though they are not everybody's.
    pub fn without_role(&self) -> impl Iterator<Item = &(Request, crate::usage::Proof)> {
        self.left_out.iter().chain(&self.elsewhere).chain(&self.inexpressible)
    }

    /// Whether the proposed roles allow a request.
    pub fn allows(&self, request: &Request) -> bool {
        self.roles.iter().any(|role| role.allows(request))
    }
}
