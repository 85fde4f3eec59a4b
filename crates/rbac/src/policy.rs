//! All roles and bindings of a cluster, indexed.

use std::sync::OnceLock;

use ironsides_core::Object;
use ironsides_tree::Text;
use rustc_hash::FxHashMap;

use crate::aggregation::Aggregation;
use crate::binding::{Binding, BindingId, SubjectKind};
use crate::grants::Index;
use crate::identity::service_account_user;
use crate::role::{Role, RoleId};

/// The API group of roles and bindings.
pub(crate) const GROUP: &str = "rbac.authorization.k8s.io";
/// The namespace of objects that do not name one.
const DEFAULT_NAMESPACE: &str = "default";

/// The roles and bindings of a cluster, or of manifests.
#[derive(Debug, Default)]
pub struct Rbac {
    roles: Vec<Role>,
    bindings: Vec<Binding>,
    role_names: FxHashMap<(Option<Text>, Text), RoleId>,
    /// Bindings by user name (service accounts by theirs), in order.
    pub(crate) by_user: FxHashMap<Text, Vec<BindingId>>,
    /// Bindings by group, in order.
    pub(crate) by_group: FxHashMap<Text, Vec<BindingId>>,
    /// What answers who can, made when it is first asked.
    pub(crate) grants: OnceLock<Index>,
}

impl Rbac {
    /// Reads the roles and bindings among objects; all others are passed over. Of several of one name the last counts, as
    /// it does when they are applied one after another.
    pub fn new<'a>(objects: impl IntoIterator<Item = &'a Object>) -> Self {
        let mut all = Self::default();
        let mut aggregation = Aggregation::default();
        let mut binding_names: FxHashMap<(Option<Text>, Text), usize> = FxHashMap::default();
        for (place, object) in objects.into_iter().enumerate() {
            let reference = object.reference();
            if reference.group() != GROUP {
                continue;
            }
            let local =
                || Some(reference.namespace.clone().unwrap_or_else(|| Text::new_static(DEFAULT_NAMESPACE)));
            match &*reference.kind {
                "Role" => _ = all.add_role(Role::read(object, place, local())),
                "ClusterRole" => aggregation.add(all.add_role(Role::read(object, place, None)), object),
                kind @ ("RoleBinding" | "ClusterRoleBinding") => {
                    let namespace = if kind == "RoleBinding" { local() } else { None };
                    let binding = Binding::read(object, place, namespace);
                    let at = *binding_names
                        .entry((binding.namespace.clone(), binding.name.clone()))
                        .or_insert(all.bindings.len());
                    match all.bindings.get_mut(at) {
                        Some(known) => *known = binding,
                        None => all.bindings.push(binding),
                    }
                }
                _ => {}
            }
        }
        aggregation.settle(&mut all.roles);
        all.index();
        all
    }

    fn add_role(&mut self, role: Role) -> RoleId {
        let next = RoleId(u32::try_from(self.roles.len()).unwrap_or(u32::MAX));
        let id = *self.role_names.entry((role.namespace.clone(), role.name.clone())).or_insert(next);
        match self.roles.get_mut(id.0 as usize) {
            Some(known) => *known = role,
            None => self.roles.push(role),
        }
        id
    }

    /// Sorts the bindings (those of the cluster first, then by namespace and name) and finds them by subject.
    fn index(&mut self) {
        self.bindings.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
        for (id, binding) in (0..).map(BindingId).zip(&self.bindings) {
            for subject in &binding.subjects {
                let (map, key) = match subject.kind {
                    SubjectKind::User => (&mut self.by_user, subject.name.clone()),
                    SubjectKind::Group => (&mut self.by_group, subject.name.clone()),
                    SubjectKind::ServiceAccount => (
                        &mut self.by_user,
                        Text::from(service_account_user(&subject.namespace, &subject.name)),
                    ),
                };
                let known = map.entry(key).or_default();
                if known.last() != Some(&id) {
                    known.push(id);
                }
            }
        }
    }

    /// All roles.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// All bindings: those of the cluster first, then by namespace and name.
    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }

    /// A role by its place.
    pub fn role(&self, id: RoleId) -> Option<&Role> {
        self.roles.get(id.0 as usize)
    }

    /// A binding by its place.
    pub fn binding(&self, id: BindingId) -> Option<&Binding> {
        self.bindings.get(id.0 as usize)
    }

    /// The role of a name: of a namespace, or the ClusterRole where there is none.
    pub fn role_named(&self, namespace: Option<&str>, name: &str) -> Option<RoleId> {
        self.role_names.get(&(namespace.map(Text::new), Text::new(name))).copied()
    }

    /// The role that a binding hands out; `None` where there is no such role.
    pub fn role_of(&self, binding: &Binding) -> Option<RoleId> {
        let namespace = if binding.role.cluster { None } else { Some(binding.namespace.as_deref()?) };
        self.role_named(namespace, &binding.role.name)
    }
}
