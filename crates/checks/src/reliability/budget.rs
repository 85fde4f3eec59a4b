//! Disruption budgets and autoscalers, and the workloads they are for.

use std::sync::Arc;

use ironsides_core::{Inventory, LabelSelector, Labels, Object, PodTemplates};
use ironsides_tree::Text;
use rustc_hash::FxHashMap;

use crate::gathered::{Pods, matches, namespace};

/// The selector of a budget; `None` for one that selects nothing. An empty one selects nothing in `policy/v1beta1` and
/// everything since.
pub(super) fn selector(budget: &Object) -> Option<LabelSelector<'_>> {
    let at = budget.cursor().at(&["spec", "selector"]);
    let selector = LabelSelector::read(&at).ok().filter(|_| at.is_set())?;
    let old = budget.reference().api_version.ends_with("/v1beta1");
    (!(old && selector.is_everything())).then_some(selector)
}

/// The objects that make the pods a budget selects.
pub(super) fn selected<'a>(
    budget: &Object,
    inventory: &'a Inventory,
    templates: &PodTemplates,
) -> Vec<&'a Object> {
    let Some(selector) = selector(budget) else { return Vec::new() };
    let pods = Pods::of(inventory, templates);
    let places = pods.selected(namespace(budget), &selector);
    places.filter_map(|place| inventory.objects().get(place)).take(256).collect()
}

/// How many pods a workload has, where that is written or defaulted.
pub(super) fn amount(object: &Object) -> Option<i64> {
    let replicas = object.cursor().at(&["spec", "replicas"]);
    if replicas.is_set() { replicas.int() } else { Some(1) }
}

/// All budgets, by the namespace and one label that their pods must have.
pub(super) struct Budgets {
    by_label: FxHashMap<(Text, Text, Text), Vec<usize>>,
    /// Those whose selectors name no label with one value.
    others: FxHashMap<Text, Vec<usize>>,
}

impl Budgets {
    /// The budgets of an input; found once.
    pub(super) fn of(inventory: &Inventory) -> Arc<Self> {
        inventory.derived(Self::new)
    }

    fn new(inventory: &Inventory) -> Self {
        let mut budgets = Self { by_label: FxHashMap::default(), others: FxHashMap::default() };
        for (at, budget) in inventory.objects().iter().enumerate() {
            let reference = budget.reference();
            if &*reference.kind != "PodDisruptionBudget" || reference.group() != "policy" {
                continue;
            }
            let Some(selector) = selector(budget) else { continue };
            let place = Text::new(namespace(budget));
            let one = selector.requirements().iter().find_map(|requirement| match &requirement.operator {
                ironsides_core::Operator::In(values) => match values.as_slice() {
                    [value] => Some((requirement.key, *value)),
                    _ => None,
                },
                _ => None,
            });
            match one {
                Some((key, value)) => {
                    budgets.by_label.entry((place, Text::new(key), Text::new(value))).or_default().push(at);
                }
                None => budgets.others.entry(place).or_default().push(at),
            }
        }
        budgets
    }

    /// The budgets that select the pods of a workload.
    pub(super) fn select<'a>(
        &'a self,
        object: &'a Object,
        inventory: &'a Inventory,
    ) -> impl Iterator<Item = &'a Object> {
        let place = Text::new(namespace(object));
        let labels = Labels::of(&object.cursor().at(&["spec", "template", "metadata"]));
        let named = {
            let place = place.clone();
            labels.iter().filter_map(move |(key, value)| {
                self.by_label.get(&(place.clone(), Text::new(key), Text::new(value)))
            })
        };
        let places = named.flatten().chain(self.others.get(&place).into_iter().flatten());
        places
            .filter_map(|&at| inventory.objects().get(at))
            .filter(move |budget| selector(budget).is_some_and(|selector| matches(&selector, labels)))
    }
}

/// All autoscalers, by namespace, kind and name of their target.
pub(super) struct Scalers(FxHashMap<(Text, Text, Text), Vec<usize>>);

impl Scalers {
    /// The autoscalers of an input; found once.
    pub(super) fn of(inventory: &Inventory) -> Arc<Self> {
        inventory.derived(Self::new)
    }

    fn new(inventory: &Inventory) -> Self {
        let mut scalers: FxHashMap<(Text, Text, Text), Vec<usize>> = FxHashMap::default();
        for (at, scaler) in inventory.objects().iter().enumerate() {
            if &*scaler.reference().kind != "HorizontalPodAutoscaler" {
                continue;
            }
            let target = scaler.cursor().at(&["spec", "scaleTargetRef"]);
            let text = |field| Text::new(target.get(field).str().unwrap_or_default());
            let key = (Text::new(namespace(scaler)), text("kind"), text("name"));
            scalers.entry(key).or_default().push(at);
        }
        Self(scalers)
    }

    /// The autoscalers of a workload.
    pub(super) fn of_target<'a>(
        &'a self,
        object: &Object,
        inventory: &'a Inventory,
    ) -> impl Iterator<Item = &'a Object> {
        let reference = object.reference();
        let key = (Text::new(namespace(object)), reference.kind.clone(), reference.name.clone());
        let places = self.0.get(&key);
        places.into_iter().flatten().filter_map(|&at| inventory.objects().get(at))
    }
}
