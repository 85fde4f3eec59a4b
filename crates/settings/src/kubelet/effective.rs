//! The settings of a kubelet that serves.

use std::collections::BTreeMap;

use ironsides_tree::{Map, Node, Text, Value, print};

use super::check::Certificate;
use super::fields::{FIELDS, find};
use super::gates::Gates;
use super::observed::Observed;
use super::origin::{By, Setting};
use super::settle::{is_on, text};
use super::state::State;
use super::tree::Tree;

/// The settings of a kubelet that serves.
#[derive(Clone, Debug)]
pub struct Effective {
    settings: BTreeMap<String, Setting>,
    configz: Node,
    gates: BTreeMap<Text, bool>,
    own: BTreeMap<&'static str, Setting>,
    observed: Observed,
}

impl Effective {
    pub(super) fn new(
        state: &State,
        gates: &Gates,
        own: BTreeMap<&'static str, Setting>,
        certificate: Certificate,
        client: bool,
        unset: &By,
    ) -> Self {
        let mut settings = BTreeMap::new();
        for (at, field) in FIELDS.iter().enumerate() {
            if let Some(setting) = state.setting(at, unset) {
                settings.insert(field.path.to_owned(), setting);
            }
            if let Some(slot) = state.slot(at) {
                for (key, value) in slot.value.as_ref().and_then(Node::as_map).into_iter().flat_map(Map::iter)
                {
                    let by = slot.keys.get(key).or(slot.by.as_ref()).unwrap_or(unset).clone();
                    let setting = Setting { value: Some(value.clone()), by, overruled: Vec::new() };
                    settings.insert(format!("{}.{key}", field.path), setting);
                }
            }
        }
        // The flag turns it on whatever the files say, and turns nothing off.
        if let Some(flag) = own.get("seccomp-default").filter(|_| is_on(&own, "seccomp-default")) {
            let mut setting = flag.clone();
            if let Some(file) = settings.remove("seccompDefault")
                && file.by.is_given()
                && let Some(value) = file.value
            {
                setting.overruled.insert(0, super::origin::Given { value, by: file.by });
            }
            settings.insert("seccompDefault".into(), setting);
        }
        let mut root = state.tree();
        for (key, text) in [("apiVersion", "kubelet.config.k8s.io/v1beta1"), ("kind", "KubeletConfiguration")]
        {
            let leaf = Tree::Leaf(Node::bare(Value::from(text)), super::tree::From::State);
            root.insert(Text::new_static(key), leaf);
        }
        let observed = Observed::of(state, gates, certificate, client);
        Self { settings, configz: node(&root), gates: gates.all(), own, observed }
    }

    /// A setting by its path in the configuration: `authentication.anonymous.enabled`, `evictionHard.memory.available`,
    /// `featureGates.MemoryQoS`. Of a feature gate that nobody set, [`Effective::gates`] has the default.
    ///
    /// `None` where this version's kubelet has no field of that name. `seccompDefault` is what holds, which `/configz`
    /// does not show where the flag alone turned it on.
    pub fn get(&self, path: &str) -> Option<&Setting> {
        self.settings.get(path)
    }

    /// All settings, by path.
    pub fn settings(&self) -> impl Iterator<Item = (&str, &Setting)> {
        self.settings
            .iter()
            .map(|(path, setting)| (path.as_str(), setting))
            .filter(|(path, _)| find(path).is_some())
    }

    /// A flag that no field stands for, by its name without dashes; `None` where it was not given.
    pub fn flag(&self, name: &str) -> Option<&Setting> {
        self.own.get(name)
    }

    /// What `/configz` shows under `kubeletconfig`.
    pub fn configz(&self) -> &Node {
        &self.configz
    }

    /// [`Effective::configz`] as JSON text.
    pub fn configz_json(&self) -> String {
        print::json(&self.configz)
    }

    /// All feature gates that are known or set, and whether they are on.
    pub fn gates(&self) -> &BTreeMap<Text, bool> {
        &self.gates
    }

    /// Whether workloads that ask for no seccomp profile get the container runtime's own.
    pub fn seccomp_default(&self) -> bool {
        self.get("seccompDefault").and_then(|setting| setting.value.as_ref()?.as_bool()).unwrap_or_default()
    }

    /// The name that the node is registered by, where that is not the host's.
    pub fn hostname_override(&self) -> Option<&str> {
        Some(text(&self.own, "hostname-override").trim()).filter(|name| !name.is_empty())
    }

    /// What can be seen of the kubelet from outside.
    pub fn observed(&self) -> &Observed {
        &self.observed
    }
}

/// A tree as a node.
fn node(map: &BTreeMap<Text, Tree>) -> Node {
    let entries = map.iter().map(|(key, tree)| {
        let value = match tree {
            Tree::Leaf(node, _) => node.clone(),
            Tree::Map(inner) => node(inner),
        };
        (key.clone(), value)
    });
    Node::bare(Value::Map(entries.collect::<Map>().into()))
}
