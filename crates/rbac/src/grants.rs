//! Who can: everybody that a request is granted to, with every binding and rule that grants it.

use ironsides_tree::Text;
use rustc_hash::FxHashMap;

use crate::authorizer::Grant;
use crate::binding::{BindingId, Subject, SubjectKind};
use crate::identity::Identity;
use crate::policy::Rbac;
use crate::request::{Request, ResourceRequest, UrlRequest};
use crate::role::RoleId;
use crate::rule::Rule;

/// What is asked about: a request, or several at once whose namespace or name is left open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// About a resource.
    Resource {
        /// The verb.
        verb: Text,
        /// The API group; empty for the core group.
        group: Text,
        /// The plural name of the resource.
        resource: Text,
        /// The subresource; empty where there is none.
        subresource: Text,
        /// Which namespace.
        namespace: Where,
        /// Which object.
        name: Which,
    },
    /// About a path.
    Url(UrlRequest),
}

/// The namespace of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Where {
    /// None: a resource that has none, or all namespaces at once. Only cluster role bindings grant it.
    Cluster,
    /// This one.
    Namespace(Text),
    /// Any, or none: whoever is granted it somewhere.
    Anywhere,
}

/// The object of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// None is named, as in list and create. Rules with `resourceNames` do not grant it.
    Nameless,
    /// This one.
    Named(Text),
    /// Some: rules that are limited to names count too.
    Any,
}

/// Who is granted what was asked. Members of `system:masters` can do it too, whatever stands here: they are let through
/// before RBAC is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WhoCan {
    /// Users, groups and service accounts, by kind, namespace and name.
    pub holders: Vec<Holder>,
}

/// A subject and what grants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The subject. A User that is spelled as a service account is that service account.
    pub subject: Subject,
    /// Every binding, role and rule, in order.
    pub grants: Vec<Grant>,
}

impl From<&Request> for Question {
    fn from(request: &Request) -> Self {
        match request {
            Request::Url(url) => Self::Url(url.clone()),
            Request::Resource(ResourceRequest { verb, group, resource, subresource, namespace, name }) => {
                Self::Resource {
                    verb: verb.clone(),
                    group: group.clone(),
                    resource: resource.clone(),
                    subresource: subresource.clone(),
                    namespace: match &**namespace {
                        "" => Where::Cluster,
                        _ => Where::Namespace(namespace.clone()),
                    },
                    name: if name.is_empty() { Which::Nameless } else { Which::Named(name.clone()) },
                }
            }
        }
    }
}

/// Finds rules by resource, bindings by role, and subjects by binding.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// Rules by each of their resources, as written.
    by_resource: FxHashMap<Text, Vec<(RoleId, u32)>>,
    /// Rules about paths.
    urls: Vec<(RoleId, u32)>,
    /// The bindings of each role.
    bindings: Vec<Vec<BindingId>>,
    /// Every subject once, in order.
    subjects: Vec<Subject>,
    /// For each binding the subjects in `subjects`; those that are nobody are left out. With the place in the binding.
    bound: Vec<Vec<(u32, u32)>>,
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// A subject as whom it is, or none where it can be nobody.
fn known(subject: &Subject) -> Option<Subject> {
    let subject = subject.canonical();
    let somebody = match subject.kind {
        SubjectKind::User => !subject.name.is_empty(),
        SubjectKind::Group => true,
        SubjectKind::ServiceAccount => !subject.namespace.is_empty(),
    };
    somebody.then(|| subject.into_owned())
}

impl Index {
    fn of(rbac: &Rbac) -> Self {
        let mut index = Self { bindings: vec![Vec::new(); rbac.roles().len()], ..Self::default() };
        for (role, id) in rbac.roles().iter().zip((0..).map(RoleId)) {
            for (rule, at) in role.rules.iter().zip(0..) {
                for resource in &rule.resources {
                    let rules = index.by_resource.entry(resource.clone()).or_default();
                    if rules.last() != Some(&(id, at)) {
                        rules.push((id, at));
                    }
                }
                if !rule.non_resource_urls.is_empty() {
                    index.urls.push((id, at));
                }
            }
        }
        let mut places: FxHashMap<Subject, u32> = FxHashMap::default();
        let mut subjects = Vec::new();
        for (binding, id) in rbac.bindings().iter().zip((0..).map(BindingId)) {
            let role = rbac.role_of(binding).and_then(|role| index.bindings.get_mut(role.0 as usize));
            if let Some(bindings) = role {
                bindings.push(id);
            }
            let mut bound = Vec::new();
            for (subject, place) in binding.subjects.iter().zip(0..) {
                let Some(subject) = known(subject) else { continue };
                let at = *places.entry(subject.clone()).or_insert_with(|| {
                    subjects.push(subject);
                    number(subjects.len() - 1)
                });
                bound.push((at, place));
            }
            index.bound.push(bound);
        }
        index.order(subjects);
        index
    }

    /// Puts the subjects in order.
    fn order(&mut self, subjects: Vec<Subject>) {
        let mut order: Vec<(Subject, usize)> = subjects.into_iter().zip(0..).collect();
        order.sort_by(|(a, _), (b, _)| (a.kind, &a.namespace, &a.name).cmp(&(b.kind, &b.namespace, &b.name)));
        let mut ranks = vec![0; order.len()];
        for ((_, old), new) in order.iter().zip(0..) {
            if let Some(rank) = ranks.get_mut(*old) {
                *rank = new;
            }
        }
        for (subject, _) in self.bound.iter_mut().flatten() {
            *subject = ranks.get(*subject as usize).copied().unwrap_or_default();
        }
        self.subjects = order.into_iter().map(|(subject, _)| subject).collect();
    }

    /// The rules that may be about a resource, each once, in order.
    fn about(&self, resource: &str, subresource: &str) -> Vec<(RoleId, u32)> {
        let keys = if subresource.is_empty() {
            vec!["*".to_owned(), resource.to_owned()]
        } else {
            vec!["*".to_owned(), format!("{resource}/{subresource}"), format!("*/{subresource}")]
        };
        let mut all: Vec<(RoleId, u32)> =
            keys.iter().filter_map(|key| self.by_resource.get(&**key)).flatten().copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl Rbac {
    /// Every grant of what is asked, whoever the subject is, by binding: for each subject of a binding every rule of its
    /// role that grants it.
    pub fn grants(&self, question: &Question) -> Vec<Grant> {
        let mut grants: Vec<Grant> = self.held_by(question).into_iter().map(|(_, grant)| grant).collect();
        grants.sort_unstable_by_key(|grant| (grant.binding, grant.subject, grant.rule));
        grants
    }

    /// Everybody who is granted what is asked, each with all grants.
    pub fn who_can(&self, question: &Question) -> WhoCan {
        let mut held = self.held_by(question);
        held.sort_unstable_by_key(|(subject, grant)| (*subject, grant.binding, grant.subject, grant.rule));
        let subjects = &self.grant_index().subjects;
        let holders = held.chunk_by(|(a, _), (b, _)| a == b).filter_map(|held| {
            let subject = subjects.get(held.first()?.0 as usize)?.clone();
            Some(Holder { subject, grants: held.iter().map(|(_, grant)| *grant).collect() })
        });
        WhoCan { holders: holders.collect() }
    }

    /// The grants of an identity for a request, the first rule of each binding. The server names any of the first kind of
    /// binding among them.
    pub fn grants_of(&self, identity: &Identity, request: &Request) -> Vec<Grant> {
        let granting = self.bindings_of(identity).into_iter().filter_map(|id| {
            let binding = self.binding(id)?;
            binding.namespace.as_deref().is_none_or(|own| own == request.namespace()).then_some(())?;
            let role = self.role_of(binding)?;
            let rule = self.role(role)?.rules.iter().position(|rule| rule.allows(request))?;
            let subject = binding.subjects.iter().position(|subject| subject.is(identity))?;
            Some(Grant { binding: id, subject, role, rule })
        });
        granting.collect()
    }

    fn grant_index(&self) -> &Index {
        self.grants.get_or_init(|| Index::of(self))
    }

    /// Grants with the place of their subject in the index.
    fn held_by(&self, question: &Question) -> Vec<(u32, Grant)> {
        let index = self.grant_index();
        let (rules, place): (Vec<(RoleId, u32)>, &Where) = match question {
            Question::Url(request) => {
                let about = |rule: &Rule| rule.allows_url(request);
                (self.filtered(index.urls.iter().copied(), &Where::Cluster, about), &Where::Cluster)
            }
            Question::Resource { verb, group, resource, subresource, namespace, name } => {
                let about = |rule: &Rule| {
                    rule.has_verb(verb)
                        && rule.has_group(group)
                        && match name {
                            Which::Nameless => rule.has_name(""),
                            Which::Named(name) => rule.has_name(name),
                            Which::Any => true,
                        }
                };
                (self.filtered(index.about(resource, subresource), namespace, about), namespace)
            }
        };
        let mut held = Vec::new();
        for (role, rule) in rules {
            for binding in index.bindings.get(role.0 as usize).into_iter().flatten() {
                let bound = self.binding(*binding).and_then(|binding| binding.namespace.as_deref());
                if !reaches(bound, place) {
                    continue;
                }
                for (subject, at) in index.bound.get(binding.0 as usize).into_iter().flatten() {
                    let grant = Grant { binding: *binding, subject: *at as usize, role, rule: rule as usize };
                    held.push((*subject, grant));
                }
            }
        }
        held
    }

    /// The rules of roles that can be bound in a place, and for which something holds.
    fn filtered(
        &self,
        rules: impl IntoIterator<Item = (RoleId, u32)>,
        place: &Where,
        about: impl Fn(&Rule) -> bool,
    ) -> Vec<(RoleId, u32)> {
        let fits = |(id, at): &(RoleId, u32)| {
            self.role(*id).is_some_and(|role| {
                reaches(role.namespace.as_deref(), place) && role.rules.get(*at as usize).is_some_and(&about)
            })
        };
        rules.into_iter().filter(fits).collect()
    }
}

/// Whether what is in a namespace, or everywhere, reaches a place.
fn reaches(own: Option<&str>, place: &Where) -> bool {
    match (own, place) {
        (None, _) | (_, Where::Anywhere) => true,
        (Some(_), Where::Cluster) => false,
        (Some(own), Where::Namespace(namespace)) => own == namespace,
    }
}
