//! Where roles, bindings and rules stand.

use ironsides_core::Inventory;
use ironsides_rbac::{Binding, Role, Rule};

pub(crate) use crate::places::{Place, Places};

impl Places {
    /// The place of a rule: its own line, or that of its role where it was gathered from others.
    pub(crate) fn rule(&self, inventory: &Inventory, role: &Role, rule: usize) -> Place {
        let Some(object) = inventory.objects().get(role.object) else { return Place::Cluster };
        let written = object.root.get("rules").and_then(|rules| rules.items().get(rule));
        let written = written.filter(|node| role.rules.get(rule) == Some(&Rule::read(node)));
        self.at(inventory, object, written.unwrap_or(&object.root).span())
    }

    /// The place of a binding.
    pub(crate) fn binding(&self, inventory: &Inventory, binding: &Binding) -> Place {
        let object = inventory.objects().get(binding.object);
        object.map_or(Place::Cluster, |object| self.at(inventory, object, object.root.span()))
    }
}
