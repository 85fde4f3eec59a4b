//! Settings that all nodes share, because each starts a component with the file that one `ConfigMap` holds.
//!
//! Who tells is asked in this order: the facts of a node, of what runs there; the `ConfigMap`, of every node without facts;
//! the pods that mount it, where it is not known.

use ironsides_core::{Inventory, Object, Pod, PodTemplates};
use ironsides_settings::{Component, Settings};

use crate::check::{CONFIG_MAP, NODE};
use crate::gathered::{named, namespace};
use crate::nodes::Nodes;
use crate::out::Out;

/// A question about shared settings.
#[derive(Clone, Copy)]
pub(crate) struct Shared<'a> {
    pub(crate) inventory: &'a Inventory,
    pub(crate) templates: &'a PodTemplates,
    pub(crate) components: &'static [Component],
    pub(crate) run: fn(&Settings, &mut Out<'_>),
}

impl Shared<'_> {
    /// Whether the question is one about an object: a `ConfigMap` with the settings, a pod that starts the component.
    pub(crate) fn concerns(&self, object: &Object) -> bool {
        if is_config_map(object) {
            return !self.held_by(object).is_empty();
        }
        let Some(pod) = Pod::of(object, self.templates) else { return false };
        let starts = |component: &Component| Settings::may_start(*component, &pod);
        self.components.iter().any(starts)
            && Settings::of_pod(&pod).iter().any(|one| self.components.contains(&one.component()))
    }

    /// Asks about an object that it [concerns](Self::concerns).
    pub(crate) fn ask(&self, object: &Object, out: &mut Out<'_>) {
        match Pod::of(object, self.templates) {
            Some(pod) => self.ask_pod(object, &pod, out),
            None => self.ask_config_map(object, out),
        }
    }

    fn ask_config_map(&self, object: &Object, out: &mut Out<'_>) {
        for settings in self.held_by(object) {
            let component = settings.component();
            if self.is_told_everywhere(component) {
                out.not_applicable(format!("the facts of the nodes tell what {component} runs with"));
            } else {
                (self.run)(&settings, out);
            }
        }
    }

    fn ask_pod(&self, object: &Object, pod: &Pod<'_>, out: &mut Out<'_>) {
        let node = if pod.is_template() { None } else { pod.spec().get("nodeName").str() };
        for settings in Settings::of_pod(pod).iter().filter(|one| self.components.contains(&one.component()))
        {
            let component = settings.component();
            // What stands on the command line alone is judged where it stands.
            if settings.is_whole() {
                (self.run)(settings, out);
                continue;
            }
            let is_told = match node {
                Some(node) => Nodes::of(self.inventory).tell(node, component),
                None => self.is_told_everywhere(component),
            };
            let held = settings.config_map(pod).filter(|name| {
                let mut found = named(self.inventory, CONFIG_MAP, namespace(object), name);
                found.any(|object| self.held_by(object).iter().any(|one| one.component() == component))
            });
            if is_told {
                out.not_applicable(format!("the facts of the node tell what {component} runs with"));
            } else if let Some(name) = held {
                out.not_applicable(format!("the ConfigMap {name} holds the settings of {component}"));
            } else {
                (self.run)(settings, out);
            }
        }
    }

    fn held_by(&self, object: &Object) -> Vec<Settings> {
        let mut held = Settings::of_config_map(object);
        held.retain(|settings| self.components.contains(&settings.component()));
        held
    }

    /// Whether facts tell of a component on every node.
    fn is_told_everywhere(&self, component: Component) -> bool {
        let nodes = Nodes::of(self.inventory);
        let mut known = self.inventory.of_kind(NODE.0, NODE.1);
        nodes.all_tell(component) && known.all(|node| nodes.tell(&node.reference().name, component))
    }
}

fn is_config_map(object: &Object) -> bool {
    object.reference().kind == CONFIG_MAP.1 && object.reference().group() == CONFIG_MAP.0
}
