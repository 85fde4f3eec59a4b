//! What is said of one subject.

use std::collections::{BTreeMap, BTreeSet};

use ironsides_core::Severity;
use ironsides_rbac::diff::risk_changes;
use ironsides_rbac::{
    Binding, BindingId, Certificate, MASTERS, Means, Proposal, Rbac, Removed, Request, Subject, Used,
    role_name,
};

use super::super::risks::reach_text;
use super::super::world::World;
use super::blind::{Unrecorded, unrecorded};
use super::origins::Origin;
use super::{Look, identity_of};

/// So many reasons of other authorizers are told.
const REASONS: usize = 3;

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
    /// The dangerous permissions that the proposed roles still give, the worst first.
    pub(super) keeps: Vec<Danger>,
    /// Where its requests came from.
    pub(super) origin: Origin,
    /// For each removed right the audit policy's rule by which its use may not be recorded.
    pub(super) unrecorded: Vec<Option<Unrecorded>>,
}

/// A dangerous permission.
pub(super) struct Danger {
    pub(super) severity: Severity,
    pub(super) family: &'static str,
    pub(super) title: &'static str,
    /// Whether its family is critical, and it reaches far enough to be critical or high.
    pub(super) is_grave: bool,
    /// Where it would be gone, or stay.
    pub(super) reach: String,
}

impl Answer {
    pub(super) fn new(look: &Look, subject: Subject, mut used: Used, origin: Origin) -> Self {
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
            keeps: Vec::new(),
            origin,
            unrecorded,
        };
        if let (Some(world), Some(held)) = (&look.world, &look.held) {
            answer.today(look, held);
            if look.namespaces.is_empty() {
                answer.dangers(world, held, look);
            }
        }
        answer.keeps(look);
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
        let proposed = self.proposed();
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
                is_grave: change.risk.family.severity == Severity::Critical
                    && change.risk.severity >= Severity::High,
                reach: reach_text(&change.reach),
            })
            .collect();
    }

    /// The dangerous permissions of the proposed roles.
    fn keeps(&mut self, look: &Look) {
        let mut identity = identity_of(&self.subject, &self.used);
        // Its members have everything, whatever roles say.
        identity.groups.retain(|group| group != MASTERS);
        let around = look.world.as_ref().map(World::surroundings).unwrap_or_default();
        let told = self.proposed().risks_of(&identity, &around).told;
        self.keeps = told
            .into_iter()
            .map(|risk| Danger {
                severity: risk.severity,
                family: risk.family.id,
                title: risk.family.title,
                is_grave: risk.family.severity == Severity::Critical && risk.severity >= Severity::High,
                reach: reach_text(&risk.reach),
            })
            .collect();
    }

    /// The proposed roles and bindings alone.
    fn proposed(&self) -> Rbac {
        let roles: Vec<_> =
            self.proposal.roles.iter().flat_map(|role| role.objects(&self.subject, &self.name)).collect();
        Rbac::new(&roles)
    }

    /// The requests that were made without or beyond what everybody may.
    pub(super) fn rights(&self) -> usize {
        self.used.requests.len() - self.proposal.standing.len() - self.proposal.without_role().count()
    }

    /// What needs no role, since another authorizer allowed it; `None` where there is nothing.
    pub(super) fn elsewhere(&self) -> Option<String> {
        let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
        for (_, proof) in &self.proposal.elsewhere {
            *reasons.entry(proof.other.as_deref().unwrap_or_default()).or_default() += proof.count.max(1);
        }
        let total: u64 = reasons.values().sum();
        let named = |reason: &&str| {
            if reason.is_empty() { "no reason given".to_owned() } else { format!("{reason:?}") }
        };
        let mut told: Vec<String> = reasons.keys().take(REASONS).map(named).collect();
        if reasons.len() > REASONS {
            told.push(format!("and {} more reasons", reasons.len() - REASONS));
        }
        (total > 0).then(|| {
            let (requests, they) =
                if total == 1 { ("request was", "it needs") } else { ("requests were", "they need") };
            format!(
                "{total} {requests} allowed by another authorizer than RBAC ({}): {they} no role",
                told.join(", ")
            )
        })
    }

    /// The checks of the certificate that are no request of their own, in words; empty where there are none.
    pub(super) fn besides(&self) -> String {
        let left_out: BTreeSet<&Request> = self.proposal.without_role().map(|(request, _)| request).collect();
        let (mut begun, mut acting, mut implied) = (0, 0, 0);
        for (_, proof) in self.used.requests.iter().filter(|(request, _)| !left_out.contains(request)) {
            match proof.means {
                Means::Request if proof.count == 0 => begun += 1,
                Means::Request => {}
                Means::Impersonation => acting += proof.count.max(1),
                Means::Creation | Means::Upgrade | Means::Binding => implied += proof.count.max(1),
            }
        }
        let apart = self.proposal.without_role().filter(|(_, proof)| proof.means == Means::Request);
        let apart: u64 = apart.map(|(_, proof)| proof.count).sum();
        let mut parts = vec![format!("{} requests", self.count().saturating_sub(apart))];
        for (count, what) in
            [(begun, "that had only begun"), (acting, "to act as others"), (implied, "implied by these")]
        {
            if count > 0 {
                parts.push(format!("{count} {what}"));
            }
        }
        if parts.len() == 1 { String::new() } else { format!(" ({})", parts.join(", ")) }
    }

    /// Why the roles have another number of rights than were used, in words; empty where they have as many.
    pub(super) fn within(&self) -> String {
        let used = self.rights() + self.proposal.kept.len();
        match used.saturating_sub(self.certificate.atoms) {
            0 => String::new(),
            1 => format!("; 1 of the {used} used is in a wider one"),
            more => format!("; {more} of the {used} used are in wider ones"),
        }
    }

    /// How many requests were allowed.
    pub(super) fn count(&self) -> u64 {
        let own = self.used.requests.values().filter(|proof| proof.means == Means::Request);
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
