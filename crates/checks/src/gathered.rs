//! What is asked of all objects together: which pods a selector selects, and whether something is among them.

use std::sync::Arc;

use ironsides_core::{Inventory, LabelSelector, Labels, Object, Operator, Pod, PodTemplates, Requirement};
use ironsides_tree::Text;
use rustc_hash::{FxHashMap, FxHashSet};

/// The namespace of objects that do not name one, unless whoever applies them does.
pub(crate) const DEFAULT_NAMESPACE: &str = "default";

/// Labels that controllers put on the pods they create: no template shows them.
const CONTROLLER_LABELS: [&str; 9] = [
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/job-name",
    "controller-revision-hash",
    "controller-uid",
    "job-name",
    "pod-template-hash",
    "statefulset.kubernetes.io/pod-name",
];

/// The namespace an object is in. Where none is written it is taken for `default`.
pub(crate) fn namespace(object: &Object) -> &str {
    object.reference().namespace.as_deref().unwrap_or(DEFAULT_NAMESPACE)
}

/// The objects of a kind with a name in a namespace, those that do not name the default namespace included.
pub(crate) fn named<'a>(
    inventory: &'a Inventory,
    (group, kind): (&str, &str),
    namespace: &str,
    name: &str,
) -> impl Iterator<Item = &'a Object> {
    let written = inventory.named(group, kind, Some(namespace), name);
    let unwritten = (namespace == DEFAULT_NAMESPACE).then(|| inventory.named(group, kind, None, name));
    written.chain(unwritten.into_iter().flatten())
}

/// Whether an object of a kind with this name is in a namespace.
pub(crate) fn is_there(inventory: &Inventory, kind: (&str, &str), namespace: &str, name: &str) -> bool {
    named(inventory, kind, namespace, name).next().is_some()
}

/// Whether a namespace has any object of a kind: then its other objects of that kind are probably there as well.
pub(crate) fn is_kept(inventory: &Inventory, kind: (&str, &str), namespace: &str) -> bool {
    inventory.derived(Kept::new).0.contains(&(Text::new(kind.1), Text::new(kind.0), Text::new(namespace)))
}

/// Kind, group and namespace of all objects.
struct Kept(FxHashSet<(Text, Text, Text)>);

impl Kept {
    fn new(inventory: &Inventory) -> Self {
        let mut kept = FxHashSet::default();
        for object in inventory.objects() {
            let reference = object.reference();
            let group = Text::new(reference.group());
            kept.insert((reference.kind.clone(), group, Text::new(namespace(object))));
        }
        Self(kept)
    }
}

/// All pods of the input, found by their labels.
pub(crate) struct Pods {
    namespaces: FxHashMap<Text, OfNamespace>,
}

#[derive(Default)]
struct OfNamespace {
    /// Places in [`Inventory::objects`].
    all: Vec<u32>,
    /// The same by label.
    by_label: FxHashMap<(Text, Text), Vec<u32>>,
}

impl Pods {
    /// The pods of an input; found once.
    pub(crate) fn of(inventory: &Inventory, templates: &PodTemplates) -> Arc<Self> {
        inventory.derived(|inventory| Self::new(inventory, templates))
    }

    fn new(inventory: &Inventory, templates: &PodTemplates) -> Self {
        let mut namespaces: FxHashMap<Text, OfNamespace> = FxHashMap::default();
        for (at, object) in (0..).zip(inventory.objects()) {
            let Some(labels) = Pod::labels_in(object, templates) else { continue };
            let here = namespaces.entry(Text::new(namespace(object))).or_default();
            here.all.push(at);
            for (key, value) in labels.iter() {
                here.by_label.entry((Text::new(key), Text::new(value))).or_default().push(at);
            }
        }
        Self { namespaces }
    }

    /// Whether a namespace has any pods.
    pub(crate) fn any_in(&self, namespace: &str) -> bool {
        self.namespaces.contains_key(namespace)
    }

    /// All namespaces that have pods.
    pub(crate) fn namespaces(&self) -> impl Iterator<Item = &str> {
        self.namespaces.keys().map(Text::as_str)
    }

    /// The places, in [`Inventory::objects`], of what makes the pods that a selector selects in a namespace.
    pub(crate) fn selected<'a, 's>(
        &'a self,
        inventory: &'a Inventory,
        templates: &'a PodTemplates,
        namespace: &str,
        selector: &'a LabelSelector<'s>,
    ) -> impl Iterator<Item = usize> + use<'a, 's> {
        let here = self.namespaces.get(namespace);
        let candidates = here.map(|here| here.candidates(selector)).unwrap_or_default();
        candidates.iter().map(|&at| at as usize).filter(move |&at| {
            let labels = inventory.objects().get(at).and_then(|object| Pod::labels_in(object, templates));
            labels.is_some_and(|labels| matches(selector, labels))
        })
    }
}

impl OfNamespace {
    /// The fewest pods among which all that a selector selects are.
    fn candidates(&self, selector: &LabelSelector<'_>) -> &[u32] {
        let listed = |requirement: &Requirement<'_>| match &requirement.operator {
            Operator::In(values) if !is_controllers(requirement.key) => match values.as_slice() {
                [value] => {
                    let pair = (Text::new(requirement.key), Text::new(value));
                    Some(self.by_label.get(&pair).map_or(&[][..], Vec::as_slice))
                }
                _ => None,
            },
            _ => None,
        };
        let fewest = selector.requirements().iter().filter_map(listed).min_by_key(|places| places.len());
        fewest.unwrap_or(&self.all)
    }
}

/// Whether a selector selects the pods that have these labels and those that their controller adds.
pub(crate) fn matches(selector: &LabelSelector<'_>, labels: Labels<'_>) -> bool {
    let holds = |requirement: &Requirement<'_>| {
        requirement.matches(&labels)
            || is_controllers(requirement.key) && !matches!(requirement.operator, Operator::DoesNotExist)
    };
    selector.requirements().iter().all(holds)
}

fn is_controllers(key: &str) -> bool {
    CONTROLLER_LABELS.contains(&key)
}
