//! Pictures of who is bound to what: subjects, bindings and roles, by the namespace in which they hold.
//!
//! A [`Graph`] has one [`Band`] for the whole cluster and one for each namespace with role bindings. A subject or a role that
//! counts in several of them stands in each: so no line leaves its band, and a picture of many namespaces reads like a
//! list of small ones. What would be too much to read is folded, see [`Graph::new`].

mod dot;
mod fold;
mod html;
mod layout;
mod mermaid;
mod svg;

use std::collections::BTreeMap;

use ironsides_core::{Object, Severity};
use ironsides_tree::{Node, Text};
use rustc_hash::FxHashMap;

use crate::binding::{Binding, BindingId, Subject, SubjectKind};
use crate::identity::Identity;
use crate::policy::Rbac;
use crate::role::{Role, RoleId};

/// Up to so many boxes a picture shows everything by itself.
const READABLE: usize = 160;
/// More boxes than these are never drawn.
const MOST: usize = 900;

/// A picture before it is drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// The cluster first, then namespaces by name.
    pub bands: Vec<Band>,
    /// What is not in the picture, and why: sentences without a full stop.
    pub left_out: Vec<String>,
}

/// What holds in one namespace, or in the whole cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Band {
    /// `whole cluster`, `namespace shop`, `12 namespaces like shop`.
    pub title: String,
    /// Who is bound.
    pub subjects: Vec<Item>,
    /// By what.
    pub bindings: Vec<Item>,
    /// To what.
    pub roles: Vec<Item>,
    /// Which subject is in which binding: places in `subjects` and `bindings`.
    pub holds: Vec<(usize, usize)>,
    /// Which binding hands out which role: places in `bindings` and `roles`.
    pub grants: Vec<(usize, usize)>,
}

/// A box of the picture: one thing, or several that are alike.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// What stands in it: a name, or how many of what.
    pub label: String,
    /// The line below: the kind, and for roles what they allow.
    pub detail: String,
    /// All that it stands for, in full.
    pub all: Vec<String>,
    /// How bad it is, where it is bad.
    pub severity: Option<Severity>,
}

/// Which part of a cluster is drawn. Empty lists leave nothing out.
#[derive(Clone, Debug, Default)]
pub struct Focus {
    /// Only the bindings of these: of a user or service account also by the groups of its live requests.
    pub subjects: Vec<Subject>,
    /// Only these namespaces, with what their service accounts hold in the whole cluster.
    pub namespaces: Vec<Text>,
    /// Only these roles: namespace (none for a ClusterRole) and name.
    pub roles: Vec<(Option<Text>, Text)>,
    /// Whether the bindings of Kubernetes' own components are drawn, too.
    pub system: bool,
}

/// What a role box says: how bad the role is, and its powers in a few words.
pub type Powers<'a> = &'a dyn Fn(RoleId) -> (Option<Severity>, String);

impl Graph {
    /// The picture of a part of the roles and bindings that were read from `objects`.
    ///
    /// Where it has more than a few boxes, subjects with the same roles become one box, then namespaces that look the
    /// same become one band, and what is still too much is left out and told in [`Graph::left_out`].
    pub fn new(rbac: &Rbac, objects: &[Object], focus: &Focus, powers: Powers<'_>) -> Self {
        let mut hidden = 0;
        let mut by_scope: BTreeMap<Option<Text>, Vec<(BindingId, Vec<Subject>)>> = BTreeMap::new();
        let meant: Vec<Identity> = focus.subjects.iter().map(identity).collect();
        for (id, binding) in (0..).map(BindingId).zip(rbac.bindings()) {
            let Some(subjects) = focus.part(binding, &meant) else { continue };
            if !focus.system && meant.is_empty() && is_builtin(binding, objects) {
                hidden += 1;
                continue;
            }
            by_scope.entry(binding.namespace.clone()).or_default().push((id, subjects));
        }
        let mut graph = Self::default();
        for (scope, bindings) in by_scope {
            graph.bands.push(Band::new(rbac, scope.as_deref(), &bindings, powers));
        }
        if hidden > 0 {
            graph.left_out.push(format!("{hidden} built-in bindings of Kubernetes' own components"));
        }
        if graph.size() > READABLE {
            graph.bands.iter_mut().for_each(fold::fold_band);
        }
        if graph.size() > READABLE {
            fold::fold_bands(&mut graph.bands);
        }
        graph.cut();
        graph
    }

    /// How many boxes there are.
    pub fn size(&self) -> usize {
        self.bands.iter().map(Band::size).sum()
    }

    /// Leaves out what nobody could read any more.
    fn cut(&mut self) {
        let (mut room, mut subjects, mut bindings, mut roles) = (MOST, 0, 0, 0);
        for band in &mut self.bands {
            let before = (band.subjects.len(), band.bindings.len(), band.roles.len());
            band.keep(room);
            room = room.saturating_sub(band.size());
            subjects += before.0 - band.subjects.len();
            bindings += before.1 - band.bindings.len();
            roles += before.2 - band.roles.len();
        }
        let before = self.bands.len();
        self.bands.retain(|band| band.size() > 0);
        let bands = before - self.bands.len();
        if subjects + bindings + roles > 0 {
            let namespaces =
                if bands == 0 { String::new() } else { format!(", {bands} whole namespaces among them") };
            self.left_out.push(format!(
                "{subjects} boxes of subjects, {bindings} of bindings and {roles} of roles, because nobody could read \
                 so many{namespaces}; draw a part with a subject, a namespace or a role"
            ));
        }
    }

    /// As a text for Graphviz.
    pub fn dot(&self) -> String {
        dot::write(self)
    }

    /// As a Mermaid flow chart, within the size that Mermaid draws by default.
    pub fn mermaid(&self) -> String {
        mermaid::write(self)
    }

    /// As a picture that stands for itself.
    pub fn svg(&self) -> String {
        svg::write(self)
    }

    /// As a page with the picture, a search and everything by name. It asks for nothing from outside.
    pub fn html(&self, title: &str) -> String {
        html::write(self, title)
    }
}

impl Focus {
    /// The subjects of a binding that are in the picture; `None` where the binding is not.
    fn part(&self, binding: &Binding, meant: &[Identity]) -> Option<Vec<Subject>> {
        let role = || {
            let namespace = if binding.role.cluster { None } else { binding.namespace.as_deref() };
            self.roles.iter().any(|(own, name)| own.as_deref() == namespace && *name == binding.role.name)
        };
        if !self.roles.is_empty() && !role() {
            return None;
        }
        let mut subjects: Vec<Subject> =
            binding.subjects.iter().map(|subject| subject.canonical().into_owned()).collect();
        if !meant.is_empty() {
            subjects.retain(|subject| meant.iter().any(|identity| subject.is(identity)));
            if subjects.is_empty() {
                return None;
            }
        }
        let inside = |namespace: &Text| self.namespaces.contains(namespace);
        if !self.namespaces.is_empty() && !binding.namespace.as_ref().is_some_and(inside) {
            subjects.retain(|subject| inside(&subject.namespace));
            if subjects.is_empty() {
                return None;
            }
        }
        Some(subjects)
    }
}

/// Whom a subject stands for, with the groups of live requests; a group for itself.
fn identity(subject: &Subject) -> Identity {
    match subject.kind {
        SubjectKind::User => Identity::user(&subject.name).live(),
        SubjectKind::Group => Identity::group(&subject.name),
        SubjectKind::ServiceAccount => Identity::service_account(&subject.namespace, &subject.name),
    }
}

/// Whether a binding is one that the API server makes for the components of Kubernetes. (Source: its bootstrap policy;
/// the label is how the server itself knows them.)
fn is_builtin(binding: &Binding, objects: &[Object]) -> bool {
    let label = |object: &Object| {
        object
            .root
            .at(&["metadata", "labels", "kubernetes.io/bootstrapping"])
            .and_then(Node::as_str)
            .is_some_and(|value| value == "rbac-defaults")
    };
    binding.name.starts_with("system:") && objects.get(binding.object).is_some_and(label)
}

impl Band {
    fn new(
        rbac: &Rbac,
        scope: Option<&str>,
        bindings: &[(BindingId, Vec<Subject>)],
        powers: Powers<'_>,
    ) -> Self {
        let mut band = Self {
            title: scope.map_or_else(|| "whole cluster".to_owned(), |scope| format!("namespace {scope}")),
            ..Self::default()
        };
        let mut subjects: FxHashMap<Subject, usize> = FxHashMap::default();
        let mut roles: BTreeMap<(bool, Text), usize> = BTreeMap::new();
        for (id, who) in bindings {
            let Some(binding) = rbac.binding(*id) else { continue };
            let at = band.bindings.len();
            band.bindings.push(Item::one(&binding.name, binding.kind().to_owned(), binding.to_string()));
            for subject in who {
                let place = *subjects.entry(subject.clone()).or_insert_with(|| {
                    let detail = match &*subject.namespace {
                        "" => subject.kind.as_str().to_owned(),
                        namespace => format!("{} of {namespace}", subject.kind.as_str()),
                    };
                    band.subjects.push(Item::one(&subject.name, detail, subject.to_string()));
                    band.subjects.len() - 1
                });
                band.holds.push((place, at));
            }
            let key = (binding.role.cluster, binding.role.name.clone());
            let place = *roles.entry(key).or_insert_with(|| {
                band.roles.push(role_item(rbac, binding, powers));
                band.roles.len() - 1
            });
            band.grants.push((at, place));
        }
        // A subject may stand twice in a binding.
        band.holds.sort_unstable();
        band.holds.dedup();
        band
    }

    /// For each binding its subjects and its roles.
    fn partners(&self) -> Vec<(Vec<usize>, Vec<usize>)> {
        let mut partners = vec![(Vec::new(), Vec::new()); self.bindings.len()];
        for (subject, binding) in &self.holds {
            if let Some((subjects, _)) = partners.get_mut(*binding) {
                subjects.push(*subject);
            }
        }
        for (binding, role) in &self.grants {
            if let Some((_, roles)) = partners.get_mut(*binding) {
                roles.push(*role);
            }
        }
        partners
    }

    fn size(&self) -> usize {
        self.subjects.len() + self.bindings.len() + self.roles.len()
    }

    /// Keeps the first bindings and what they need, so that there are no more than so many boxes.
    fn keep(&mut self, most: usize) {
        if self.size() <= most {
            return;
        }
        let mut kept = Self { title: self.title.clone(), ..Self::default() };
        for (binding, partners) in self.partners().iter().enumerate() {
            let mut next = kept.clone();
            next.take(self, binding, partners, most);
            if next.size() > most {
                break;
            }
            kept = next;
        }
        *self = kept;
    }

    /// Takes a binding of another band with its role and as many of its subjects as there is room for.
    fn take(&mut self, from: &Self, binding: usize, partners: &(Vec<usize>, Vec<usize>), most: usize) {
        let Some(item) = from.bindings.get(binding) else { return };
        let at = self.bindings.len();
        self.bindings.push(item.clone());
        for item in partners.1.iter().filter_map(|role| from.roles.get(*role)) {
            let place = place_of(&mut self.roles, item);
            self.grants.push((at, place));
        }
        for item in partners.0.iter().filter_map(|subject| from.subjects.get(*subject)) {
            if self.size() >= most && !self.subjects.contains(item) {
                return;
            }
            let place = place_of(&mut self.subjects, item);
            self.holds.push((place, at));
        }
    }
}

/// The place of an item, which is added where it is missing.
fn place_of(items: &mut Vec<Item>, item: &Item) -> usize {
    items.iter().position(|known| known == item).unwrap_or_else(|| {
        items.push(item.clone());
        items.len() - 1
    })
}

fn role_item(rbac: &Rbac, binding: &Binding, powers: Powers<'_>) -> Item {
    let kind = if binding.role.cluster { "ClusterRole" } else { "Role" };
    let Some((id, role)) = rbac.role_of(binding).and_then(|id| Some((id, rbac.role(id)?))) else {
        let name = &binding.role.name;
        return Item::one(name, format!("{kind} that does not exist"), format!("{kind} {name}"));
    };
    let (severity, power) = powers(id);
    Item { severity, ..Item::one(&role.name, format!("{kind}: {power}"), role.to_string()) }
}

impl Item {
    fn one(label: &str, detail: String, full: String) -> Self {
        Self { label: label.to_owned(), detail, all: vec![full], severity: None }
    }
}

/// What a role allows in a few words, for those who judge nothing: its first rule and how many more there are.
pub fn summary(role: &Role) -> String {
    match &*role.rules {
        [] => "no rules".to_owned(),
        [rule] => rule.to_string(),
        [rule, rest @ ..] => format!("{rule} and {} more", rest.len()),
    }
}

#[cfg(test)]
mod tests;
