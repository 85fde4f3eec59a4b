//! Who may read the Secrets of which namespace.

use std::sync::Arc;

use ironsides_core::Inventory;
use ironsides_rbac::{Binding, ResourceRequest, Rule};
use ironsides_tree::Text;
use rustc_hash::FxHashMap;

use super::binding::is_own;
use super::holders::Holders;

/// The grants that let somebody read Secrets: of the whole cluster, and by namespace. Left out are the bindings that
/// Kubernetes brings, and those that allow everything: administrators are told by another check.
#[derive(Default)]
pub(super) struct Readers {
    cluster: Vec<Reader>,
    namespaces: FxHashMap<Text, Vec<Reader>>,
}

/// A binding that lets its subjects read Secrets.
pub(super) struct Reader {
    /// Its place in [`ironsides_rbac::Rbac::bindings`].
    pub(super) binding: usize,
    names: Names,
}

/// Which Secrets somebody may read.
enum Names {
    All,
    Only(Vec<Text>),
}

impl Reader {
    /// Whether it is for named Secrets only.
    pub(super) fn is_limited(&self) -> bool {
        matches!(self.names, Names::Only(_))
    }
}

impl Readers {
    /// Those of an input; found once.
    pub(super) fn of(inventory: &Inventory) -> Arc<Self> {
        inventory.derived(Self::new)
    }

    fn new(inventory: &Inventory) -> Self {
        let holders = Holders::of(inventory);
        let mut all = Self::default();
        for (at, binding) in holders.rbac.bindings().iter().enumerate() {
            let own = inventory.objects().get(binding.object).is_none_or(is_own);
            if own || binding.subjects.is_empty() || holders.is_unlimited(binding) {
                continue;
            }
            let Some(names) = readable(&holders, binding) else { continue };
            let reader = Reader { binding: at, names };
            match &binding.namespace {
                None => all.cluster.push(reader),
                Some(namespace) => all.namespaces.entry(namespace.clone()).or_default().push(reader),
            }
        }
        all
    }

    /// Those who may read one Secret.
    pub(super) fn of_secret<'a>(
        &'a self,
        namespace: &str,
        name: &'a str,
    ) -> impl Iterator<Item = &'a Reader> {
        let here = self.namespaces.get(namespace).into_iter().flatten();
        self.cluster.iter().chain(here).filter(move |reader| match &reader.names {
            Names::All => true,
            Names::Only(names) => names.iter().any(|own| own == name),
        })
    }
}

/// The Secrets that a binding lets its subjects read; `None` where it is about none.
fn readable(holders: &Holders, binding: &Binding) -> Option<Names> {
    let role = holders.rbac.role_of(binding).and_then(|role| holders.rbac.role(role));
    let Some(role) = role.filter(|role| !role.rules.is_empty()) else {
        // What every cluster brings for users, where the input does not hold it.
        let reads = binding.role.cluster && matches!(binding.role.name.as_str(), "admin" | "edit");
        return reads.then_some(Names::All);
    };
    let mut names: Option<Vec<Text>> = None;
    for rule in role.rules.iter().filter(|rule| reads_secrets(rule)) {
        if rule.resource_names.is_empty() {
            return Some(Names::All);
        }
        names.get_or_insert_default().extend(rule.resource_names.iter().cloned());
    }
    names.map(Names::Only)
}

fn reads_secrets(rule: &Rule) -> bool {
    let name = rule.resource_names.first().cloned().unwrap_or_default();
    let may = |verb: &str| rule.allows_resource(&ResourceRequest::new(verb, "", "secrets").named(&name));
    ["get", "list", "watch"].into_iter().any(may)
}
