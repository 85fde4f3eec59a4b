//! From rules to subjects: what every role holds is found once, then spread over bindings and subjects.

use std::borrow::Cow;
use std::collections::BTreeMap;

use ironsides_core::Severity;
use ironsides_tree::Text;
use rustc_hash::{FxHashMap, FxHashSet};

use super::family::{Family, MadeBy, Place, Standing};
use super::mask::{self, Bits, Mask, Masks};
use super::{Reach, Risk, RiskGrant, Risks, families};
use crate::binding::{BindingId, Subject, SubjectKind};
use crate::defaults::{BUILT_IN_MINOR, Defaults};
use crate::identity::{
    ANONYMOUS, AUTHENTICATED, Identity, MASTERS, SERVICE_ACCOUNTS, UNAUTHENTICATED, service_account,
};
use crate::policy::Rbac;
use crate::role::RoleId;
use crate::surroundings::Surroundings;

/// The namespace whose objects the cluster itself runs on.
const SYSTEM: &str = "kube-system";
/// From how many roles on a subject has many.
const MANY: usize = 10;

impl Rbac {
    /// Who has dangerous permissions: one risk for each subject of bindings and family.
    ///
    /// What comes through a group is told of the group. What Kubernetes itself brings stands apart: bindings of its
    /// bootstrap policy with their subjects, as far as they and the rules of their roles are as it brings them.
    pub fn risks(&self, around: &Surroundings) -> Risks {
        let survey = Survey::new(self, around);
        let mut held: FxHashMap<Cow<'_, Subject>, Vec<(BindingId, usize)>> = FxHashMap::default();
        for (id, binding) in (0..).map(BindingId).zip(self.bindings()) {
            for (place, subject) in binding.subjects.iter().enumerate() {
                held.entry(subject.canonical()).or_default().push((id, place));
            }
        }
        let mut subjects: Vec<_> = held.into_iter().collect();
        subjects.sort_unstable_by(|(a, _), (b, _)| {
            (a.kind, &a.namespace, &a.name).cmp(&(b.kind, &b.namespace, &b.name))
        });
        let mut risks = Risks::default();
        for (subject, bindings) in subjects {
            survey.judge(&subject, &bindings, &mut risks);
        }
        risks.told.sort_by_key(|risk| std::cmp::Reverse(risk.severity));
        risks.built_in.sort_by_key(|risk| std::cmp::Reverse(risk.severity));
        risks
    }

    /// What dangerous permissions reach an identity, through whichever of its groups too: each grant names the binding's
    /// subject by which it does.
    pub fn risks_of(&self, identity: &Identity, around: &Surroundings) -> Risks {
        let survey = Survey::new(self, around);
        let subject = as_subject(identity);
        let mut risks = Risks::default();
        if identity.is_in(MASTERS)
            && let Some(family) = Family::named("all-rights")
        {
            let reach = Reach { cluster: true, ..Reach::default() };
            let severity = family.severity;
            risks.told.push(Risk { subject, family, severity, reach, grants: Vec::new() });
            return risks;
        }
        let bindings = self.bindings_of(identity).into_iter().filter_map(|id| {
            let subjects = &self.binding(id)?.subjects;
            Some((id, subjects.iter().position(|subject| subject.is(identity))?))
        });
        survey.judge(&subject, &bindings.collect::<Vec<_>>(), &mut risks);
        risks.told.sort_by_key(|risk| std::cmp::Reverse(risk.severity));
        risks.built_in.sort_by_key(|risk| std::cmp::Reverse(risk.severity));
        risks
    }
}

/// The subject that an identity is.
pub(crate) fn as_subject(identity: &Identity) -> Subject {
    if let Some((namespace, name)) = service_account(&identity.user) {
        let (namespace, name) = (Text::new(namespace), Text::new(name));
        return Subject { kind: SubjectKind::ServiceAccount, name, namespace };
    }
    let (kind, name) = match identity.groups.first() {
        Some(group) if identity.user.is_empty() => (SubjectKind::Group, group),
        _ => (SubjectKind::User, &identity.user),
    };
    Subject { kind, name: name.clone(), namespace: Text::default() }
}

/// What the rules of a role allow.
#[derive(Default)]
struct Held {
    all: Masks,
    /// Of each rule that allows anything dangerous: its place, what it allows, whether Kubernetes brings it.
    rules: Vec<(usize, Masks, bool)>,
    /// Whether Kubernetes brings all of its rules.
    built_in: bool,
}

/// A family with the bits of its lists.
struct Wanted {
    family: &'static Family,
    lists: Vec<Bits>,
}

/// Everything that is found once for all subjects.
struct Survey<'a> {
    rbac: &'a Rbac,
    around: &'a Surroundings,
    defaults: &'static Defaults,
    roles: Vec<Option<RoleId>>,
    held: Vec<Held>,
    wanted: Vec<Wanted>,
    everything: Bits,
    clouds: FxHashSet<&'a str>,
}

/// What a subject has in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hold {
    Full,
    /// Of some names only.
    Named,
}

/// One binding of a subject.
struct Grant<'a> {
    binding: BindingId,
    subject: usize,
    role: RoleId,
    namespace: Option<&'a str>,
    mask: Mask,
}

impl<'a> Survey<'a> {
    fn new(rbac: &'a Rbac, around: &'a Surroundings) -> Self {
        let defaults = Defaults::get();
        let held = rbac.roles().iter().map(|role| {
            let mut held = Held { built_in: true, ..Held::default() };
            for (place, rule) in role.rules.iter().enumerate() {
                let masks = mask::masks(rule);
                let built_in = defaults.has_rule(role.namespace.as_deref(), &role.name, rule);
                held.built_in &= built_in;
                if masks == Masks::default() {
                    continue;
                }
                held.all.cluster.join(masks.cluster);
                held.all.namespace.join(masks.namespace);
                held.rules.push((place, masks, built_in));
            }
            held
        });
        let mut bits = mask::asks();
        let mut everything = 0;
        let wanted = families().iter().map(|family| {
            let lists = family.asks().iter().map(|list| {
                let own = bits.by_ref().take(list.len());
                own.filter(|(_, ask)| {
                    ask.before.is_none_or(|minor| around.minor.unwrap_or(BUILT_IN_MINOR) < minor)
                })
                .fold(0, |bits, (bit, _)| bits | bit)
            });
            let lists: Vec<Bits> = lists.collect();
            if family.id == "all-rights" {
                everything = lists.first().copied().unwrap_or_default();
            }
            Wanted { family, lists }
        });
        let wanted = wanted.collect();
        Self {
            rbac,
            around,
            defaults,
            roles: rbac.bindings().iter().map(|binding| rbac.role_of(binding)).collect(),
            held: held.collect(),
            wanted,
            everything,
            clouds: around.cloud_namespaces().map(Text::as_str).collect(),
        }
    }

    fn judge(&self, subject: &Subject, bindings: &[(BindingId, usize)], risks: &mut Risks) {
        let mut cluster = Mask::default();
        let mut local: BTreeMap<&str, Mask> = BTreeMap::new();
        let mut grants = Vec::new();
        for &(id, place) in bindings {
            let Some(binding) = self.rbac.binding(id) else { continue };
            let Some(role) = self.role_of(id) else { continue };
            let Some(held) = self.held.get(role.0 as usize) else { continue };
            let namespace = binding.namespace.as_deref();
            let mask = if namespace.is_some() { held.all.namespace } else { held.all.cluster };
            match namespace {
                None => cluster.join(mask),
                Some(namespace) if mask.any() != 0 => local.entry(namespace).or_default().join(mask),
                Some(_) => {}
            }
            if mask.any() != 0 {
                grants.push(Grant { binding: id, subject: place, role, namespace, mask });
            }
        }
        let rules_all = |mask: Mask| mask.full & self.everything != 0;
        for wanted in &self.wanted {
            if wanted.lists.is_empty() {
                self.judge_standing(subject, bindings, wanted.family, risks);
                continue;
            }
            let all_rights = wanted.lists.first() == Some(&self.everything);
            let only = match wanted.family.made_by {
                MadeBy::In(namespace, _) => Some(namespace),
                _ => None,
            };
            let fits = |namespace: &str| match wanted.family.made_by {
                MadeBy::Where(Place::CloudIdentity, _) => self.clouds.contains(namespace),
                _ => only.is_none_or(|only| only == namespace),
            };
            let somewhere = !matches!(wanted.family.made_by, MadeBy::Where(..)) || !self.clouds.is_empty();
            let mut places: Vec<(Option<&str>, Hold)> = Vec::new();
            match wanted.hold(cluster).filter(|_| somewhere) {
                Some(_) if rules_all(cluster) && !all_rights => {
                    risks.implied += 1;
                    continue;
                }
                Some(hold) => places.push((None, hold)),
                None => {}
            }
            if !places.contains(&(None, Hold::Full)) {
                for (&namespace, &own) in local.iter().filter(|(namespace, _)| fits(namespace)) {
                    let mut joined = cluster;
                    joined.join(own);
                    match wanted.hold(joined) {
                        // Nothing of it is this namespace's own.
                        Some(_) if !wanted.lists.iter().any(|list| own.any() & list != 0) => {}
                        Some(_) if rules_all(own) && !all_rights => risks.implied += 1,
                        Some(hold) => places.push((Some(namespace), hold)),
                        None => {}
                    }
                }
            }
            if !places.is_empty() {
                self.tell(subject, wanted, &places, &grants, risks);
            }
        }
    }

    fn role_of(&self, binding: BindingId) -> Option<RoleId> {
        self.roles.get(binding.0 as usize).copied().flatten()
    }

    /// Makes the risk of a family that a subject holds in some places.
    fn tell(
        &self,
        subject: &Subject,
        wanted: &Wanted,
        places: &[(Option<&str>, Hold)],
        grants: &[Grant<'_>],
        risks: &mut Risks,
    ) {
        let bits = wanted.lists.iter().fold(0, |bits, list| bits | list);
        // A grant matters where it is for one of the places, or, for lists that several bindings satisfy together, for all.
        let matters = |grant: &&Grant<'_>| {
            grant.mask.any() & bits != 0
                && match grant.namespace {
                    None => places.iter().any(|(place, _)| place.is_none()) || wanted.lists.len() > 1,
                    own => places.iter().any(|(place, _)| *place == own),
                }
        };
        let mut told = Vec::new();
        let mut own = Vec::new();
        for grant in grants.iter().filter(matters) {
            let default_binding = self.is_default(grant.binding, grant.subject);
            let Some(held) = self.held.get(grant.role.0 as usize) else { continue };
            let (mut new, mut brought) = (Vec::new(), Vec::new());
            for (place, masks, built_in) in &held.rules {
                let mask = if grant.namespace.is_some() { masks.namespace } else { masks.cluster };
                if mask.any() & bits != 0 {
                    if default_binding && *built_in { &mut brought } else { &mut new }.push(*place);
                }
            }
            for (list, rules) in [(&mut told, new), (&mut own, brought)] {
                if !rules.is_empty() {
                    list.push((grant, rules));
                }
            }
        }
        // Whoever may do everything with some names has that risk.
        let follows = |(grant, rules): &(&Grant<'_>, Vec<usize>)| {
            let Some(held) = self.held.get(grant.role.0 as usize) else { return false };
            rules.iter().all(|place| {
                let rule = held.rules.iter().find(|(own, ..)| own == place);
                rule.is_some_and(|(_, masks, _)| {
                    let mask = if grant.namespace.is_some() { masks.namespace } else { masks.cluster };
                    mask.any() & self.everything != 0
                })
            })
        };
        if bits & self.everything == 0 && !told.is_empty() && told.iter().all(follows) {
            risks.implied += 1;
            return;
        }
        let built_in = told.is_empty();
        // Of what lies beside that Kubernetes brings, only what several requests together need is told again.
        if built_in || wanted.lists.len() > 1 {
            told.append(&mut own);
            told.sort_by_key(|(grant, _)| grant.binding);
        }
        let here = |place: Option<&str>| {
            place.is_none() && told.iter().any(|(grant, _)| grant.namespace.is_none())
                || place.is_some() && told.iter().any(|(grant, _)| grant.namespace == place)
        };
        let places: Vec<_> = places.iter().filter(|(place, _)| here(*place)).collect();
        let severity = places.iter().map(|(place, hold)| severity(wanted.family, *place, *hold)).max();
        let Some(severity) = severity else { return };
        let cluster = places.iter().any(|(place, _)| place.is_none());
        let namespaces =
            if cluster && places.iter().all(|(place, hold)| place.is_none() || *hold == Hold::Named) {
                Vec::new()
            } else {
                places.iter().filter_map(|(place, _)| place.map(Text::new)).collect()
            };
        let named = places.iter().all(|(_, hold)| *hold == Hold::Named);
        let mut names: Vec<Text> = Vec::new();
        if named {
            for (grant, rules) in &told {
                let role = self.rbac.role(grant.role).map(|role| &*role.rules).unwrap_or_default();
                let rules = rules.iter().filter_map(|place| role.get(*place));
                names.extend(rules.flat_map(mask::names).cloned());
            }
            names.sort_unstable();
            names.dedup();
        }
        let reach = Reach { cluster, namespaces, names };
        let grants = told.into_iter().map(|(grant, rules)| RiskGrant {
            binding: grant.binding,
            subject: grant.subject,
            role: Some(grant.role),
            rules,
        });
        let risk = Risk {
            subject: subject.clone(),
            family: wanted.family,
            severity,
            reach,
            grants: grants.collect(),
        };
        if built_in { &mut risks.built_in } else { &mut risks.told }.push(risk);
    }

    fn is_default(&self, id: BindingId, subject: usize) -> bool {
        self.rbac.binding(id).is_some_and(|binding| self.defaults.has_subject(binding, subject))
    }

    /// Whether a binding brings a subject nothing but what Kubernetes itself does.
    fn is_built_in(&self, id: BindingId, subject: usize) -> bool {
        let role = self.role_of(id).and_then(|role| self.held.get(role.0 as usize));
        role.is_some_and(|role| role.built_in) && self.is_default(id, subject)
    }

    fn judge_standing(
        &self,
        subject: &Subject,
        bindings: &[(BindingId, usize)],
        family: &'static Family,
        risks: &mut Risks,
    ) {
        let MadeBy::Standing(standing) = family.made_by else { return };
        let name = subject.name.as_str();
        let is_group = subject.kind == SubjectKind::Group;
        let applies = match standing {
            Standing::Anonymous => {
                is_group && name == UNAUTHENTICATED || subject.kind == SubjectKind::User && name == ANONYMOUS
            }
            Standing::Authenticated => is_group && name == AUTHENTICATED,
            Standing::EveryServiceAccount => {
                let rest = name.strip_prefix(SERVICE_ACCOUNTS);
                is_group && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
            }
            Standing::DanglingRole => self.around.complete.roles,
            Standing::MissingServiceAccount => {
                let account = (subject.namespace.clone(), subject.name.clone());
                self.around.complete.service_accounts
                    && subject.kind == SubjectKind::ServiceAccount
                    && !self.around.service_accounts.contains_key(&account)
            }
            Standing::ManyRoles => bindings.len() >= MANY,
        };
        if !applies {
            return;
        }
        let of_interest = |&&(id, place): &&(BindingId, usize)| match standing {
            Standing::DanglingRole => self.role_of(id).is_none(),
            Standing::MissingServiceAccount => true,
            Standing::ManyRoles => !self.is_built_in(id, place),
            _ => self
                .role_of(id)
                .is_some_and(|role| self.rbac.role(role).is_some_and(|role| !role.rules.is_empty())),
        };
        let (brought, mut told): (Vec<(BindingId, usize)>, Vec<_>) =
            bindings.iter().copied().filter(|grant| of_interest(&grant)).partition(|(id, place)| {
                match standing {
                    Standing::MissingServiceAccount => self.is_default(*id, *place),
                    _ => self.is_built_in(*id, *place),
                }
            });
        let built_in = told.is_empty();
        if built_in {
            told = brought;
        }
        if standing == Standing::ManyRoles {
            let roles: FxHashSet<_> = told.iter().filter_map(|(id, _)| self.role_of(*id)).collect();
            if roles.len() < MANY {
                return;
            }
        }
        let spaces = told.iter().filter_map(|(id, _)| Some(self.rbac.binding(*id)?.namespace.as_deref()));
        let spaces: Vec<Option<&str>> = spaces.collect();
        let Some(severity) = spaces.iter().map(|place| severity(family, *place, Hold::Full)).max() else {
            return;
        };
        let mut namespaces: Vec<Text> = spaces.iter().copied().flatten().map(Text::new).collect();
        namespaces.sort_unstable();
        namespaces.dedup();
        let reach = Reach { cluster: spaces.contains(&None), namespaces, names: Vec::new() };
        let grants = told.iter().map(|&(binding, subject)| {
            let role = self.role_of(binding);
            let rules =
                role.and_then(|role| self.rbac.role(role)).map(|role| (0..role.rules.len()).collect());
            RiskGrant { binding, subject, role, rules: rules.unwrap_or_default() }
        });
        let risk = Risk { subject: subject.clone(), family, severity, reach, grants: grants.collect() };
        if built_in { &mut risks.built_in } else { &mut risks.told }.push(risk);
    }
}

impl Wanted {
    /// Whether all lists are satisfied.
    fn hold(&self, mask: Mask) -> Option<Hold> {
        if self.lists.iter().all(|list| mask.full & list != 0) {
            return Some(Hold::Full);
        }
        self.lists.iter().all(|list| mask.any() & list != 0).then_some(Hold::Named)
    }
}

/// How bad a family is in a place; one step milder where only some names are reached.
fn severity(family: &Family, place: Option<&str>, hold: Hold) -> Severity {
    let severity = match place {
        None | Some(SYSTEM) => family.severity,
        Some(_) => family.in_namespace,
    };
    match (hold, severity) {
        (Hold::Full, severity) => severity,
        (Hold::Named, Severity::Critical) => Severity::High,
        (Hold::Named, Severity::High) => Severity::Medium,
        (Hold::Named, Severity::Medium) => Severity::Low,
        (Hold::Named, _) => Severity::Info,
    }
}

#[cfg(test)]
mod tests;
