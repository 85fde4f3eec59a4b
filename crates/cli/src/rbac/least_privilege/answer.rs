//! What is said of one subject.

use ironsides_core::Severity;
use ironsides_rbac::diff::risk_changes;
use ironsides_rbac::{
    Binding, BindingId, Certificate, Proposal, Rbac, Removed, Request, Subject, Used, role_name,
};

use super::super::risks::reach_text;
use super::super::world::World;
use super::blind::{Unrecorded, unrecorded};
use super::{Look, identity_of};

/// One subject: what it holds, used and needs.
pub(super) struct Answer {
    pub(super) subject: Subject,
    pub(super) used: Used,
    pub(super) proposal: Proposal,
    pub(super) certificate: Certificate,
    /// The name of the proposed roles.
    pub(super) name: String,
    /// Today's bindings that are not everybody's.
    pub(super) today: Vec<BindingId>,
    /// The dangerous permissions that would go, the worst first.
    pub(super) dangers: Vec<Danger>,
    /// For each removed right the audit policy's rule by which its use may not be recorded.
    pub(super) unrecorded: Vec<Option<Unrecorded>>,
}

/// A dangerous permission that the proposal takes away.
pub(super) struct Danger {
    pub(super) severity: Severity,
    pub(super) family: &'static str,
    pub(super) title: &'static str,
    /// Where it would be gone.
    pub(super) reach: String,
}

impl Answer {
    pub(super) fn new(look: &Look, subject: Subject, mut used: Used) -> Self {
        if !look.namespaces.is_empty() {
            used.requests.retain(|request, _| look.namespaces.contains(request.namespace()));
            used.many.retain(|request, _| look.namespaces.contains(request.namespace()));
        }
        let mut proposal = used.proposal(&look.standing, look.held.as_ref(), look.making);
        if !look.namespaces.is_empty() {
            let is_there = |removed: &Removed| match &removed.namespace {
                Some(namespace) => look.namespaces.contains(namespace),
                None => false,
            };
            proposal.removed.retain(is_there);
        }
        let certificate = used.certificate(&proposal);
        let name = role_name(&subject);
        let identity = identity_of(&subject, &used);
        let unrecorded = proposal
            .removed
            .iter()
            .map(|removed| {
                let policy = &look.policy.as_ref()?.policy;
                unrecorded(policy, &identity, &removed.rule, removed.namespace.as_deref())
            })
            .collect();
        let mut answer = Self {
            subject,
            used,
            proposal,
            certificate,
            name,
            today: Vec::new(),
            dangers: Vec::new(),
            unrecorded,
        };
        if let (Some(world), Some(held)) = (&look.world, &look.held) {
            answer.today(look, held);
            if look.namespaces.is_empty() {
                answer.dangers(world, held, look);
            }
        }
        answer
    }

    fn today(&mut self, look: &Look, held: &Rbac) {
        let identity = identity_of(&self.subject, &self.used);
        let everybody = look.standing.bindings();
        let is_everybodys = |binding: &Binding| {
            binding.namespace.is_none() && everybody.iter().any(|own| own.name == binding.name)
        };
        let bindings = held.bindings_of(&identity).into_iter();
        self.today =
            bindings.filter(|id| held.binding(*id).is_some_and(|binding| !is_everybodys(binding))).collect();
    }

    /// The dangerous permissions that are held today and would not be, or not as far, with the proposed roles alone.
    fn dangers(&mut self, world: &World, held: &Rbac, look: &Look) {
        let identity = identity_of(&self.subject, &self.used);
        let around = world.surroundings();
        let roles: Vec<_> =
            self.proposal.roles.iter().flat_map(|role| role.objects(&self.subject, &self.name)).collect();
        let proposed = Rbac::new(&roles);
        let (before, after) = (held.risks_of(&identity, &around), proposed.risks_of(&identity, &around));
        let everybody = look.standing.risks_of(&identity, &around);
        let gone = risk_changes(&after, &before);
        let is_own = |family: &str| !everybody.told.iter().any(|risk| risk.family.id == family);
        self.dangers = gone
            .into_iter()
            .filter(|change| is_own(change.risk.family.id))
            .map(|change| Danger {
                severity: change.risk.severity,
                family: change.risk.family.id,
                title: change.risk.family.title,
                reach: reach_text(&change.reach),
            })
            .collect();
    }

    /// The requests that were made without or beyond what everybody may.
    pub(super) fn rights(&self) -> usize {
        self.used.requests.len() - self.proposal.standing.len() - self.proposal.left_out.len()
    }

    /// How many requests were allowed.
    pub(super) fn count(&self) -> u64 {
        let own = self.used.requests.values().filter(|proof| proof.means == ironsides_rbac::Means::Request);
        own.map(|proof| proof.count).sum::<u64>() + self.used.many.values().sum::<u64>()
    }
}

/// A request for people: `get pods/log cart in shop`.
pub(super) fn request_text(request: &Request) -> String {
    match request {
        Request::Url(url) => format!("{} {}", url.verb, url.path),
        Request::Resource(request) => {
            let mut text = format!(
                "{} {}",
                request.verb,
                ironsides_rbac::resource_name(&request.group, &request.written())
            );
            if !request.name.is_empty() {
                text = format!("{text} {}", request.name);
            }
            if request.namespace.is_empty() { text } else { format!("{text} in {}", request.namespace) }
        }
    }
}
