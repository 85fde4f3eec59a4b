//! What is asked of all objects together: which pods a selector selects, and whether something is among them.

use std::sync::Arc;

use ironsides_core::{
    Confidence, Inventory, LabelSelector, Labels, Object, Operator, Pod, PodTemplates, Requirement,
};
use ironsides_tree::{Cursor, Text};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::gaps::{LEFT_OUT, unseen};
use crate::out::{Draft, Out};

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

/// What is known of an object that something names.
pub(crate) enum Lead {
    /// It is there.
    Found,
    /// It is not: sure for a cluster; for files it may lie elsewhere, which is less likely where others of its kind and
    /// namespace are there.
    Missing(Confidence),
    /// What of the cluster could not be read, so that it may be there.
    Unseen(String),
    /// It would be in a namespace that nobody asked for: why the question does not arise.
    LeftOut(&'static str),
}

impl Lead {
    /// What is missing and may well lie elsewhere counts as there.
    pub(crate) fn or_elsewhere(self) -> Self {
        match self {
            Self::Missing(Confidence::Low) => Self::Found,
            lead => lead,
        }
    }

    /// Reports the place that names it: passes where it is there, and says of what could not be read that nobody can tell
    /// whether `what` is there. Of what is missing it gives the failure with its message and how sure it is, for the
    /// caller to say more.
    pub(crate) fn tell<'o>(
        self,
        out: &'o mut Out<'_>,
        at: &Cursor<'_>,
        what: &str,
        missing: impl FnOnce() -> String,
    ) -> Option<(&'o mut Draft, Confidence)> {
        match self {
            Self::Found => out.pass(at),
            Self::Missing(confidence) => return Some((out.fail(at, missing()), confidence)),
            Self::LeftOut(why) => out.not_applicable(why),
            Self::Unseen(missing) => {
                out.unknown(at, format!("nobody can tell whether the {what} is there"), missing);
            }
        }
        None
    }
}

/// Follows the name of an object of a kind in a namespace, or of one that is in none.
pub(crate) fn follow(inventory: &Inventory, kind: (&str, &str), namespace: Option<&str>, name: &str) -> Lead {
    let found = match namespace {
        Some(namespace) => is_there(inventory, kind, namespace, name),
        None => inventory.named(kind.0, kind.1, None, name).next().is_some(),
    };
    if found {
        return Lead::Found;
    }
    if let Some(gap) = unseen(inventory, kind, namespace) {
        return if gap.is_left_out { Lead::LeftOut(LEFT_OUT) } else { Lead::Unseen(gap.missing) };
    }
    let is_kept = || match namespace {
        Some(namespace) => is_kept(inventory, kind, namespace),
        None => inventory.of_kind(kind.0, kind.1).next().is_some(),
    };
    Lead::Missing(match inventory.server() {
        Some(_) => Confidence::High,
        None if is_kept() => Confidence::Medium,
        None => Confidence::Low,
    })
}

/// Where something is missing.
pub(crate) fn among(inventory: &Inventory) -> &'static str {
    if inventory.server().is_some() { "in the cluster" } else { "among the scanned files" }
}

/// How sure it is that something is missing: wholly for a cluster, of which gaps are told apart, and less for files.
pub(crate) fn sure(inventory: &Inventory, of_files: Confidence) -> Confidence {
    if inventory.server().is_some() { Confidence::High } else { of_files }
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

/// The labels of one object.
type Pairs = Box<[(Text, Text)]>;

/// Objects that are found by their labels. Whatever is asked, only those are looked at that have the rarest of the labels
/// a selector wants.
#[derive(Default)]
pub(crate) struct Labelled {
    /// Places in [`Inventory::objects`], with their labels.
    all: Vec<(u32, Pairs)>,
    /// Places in `all` by label, and by the name of a label alone.
    by_label: FxHashMap<(Text, Text), Vec<u32>>,
    by_key: FxHashMap<Text, Vec<u32>>,
}

impl Labelled {
    fn add<'a>(&mut self, place: u32, labels: impl Iterator<Item = (&'a str, &'a str)>) {
        let labels: Pairs = labels.map(|(key, value)| (Text::new(key), Text::new(value))).collect();
        let at = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        for (key, value) in &labels {
            self.by_label.entry((key.clone(), value.clone())).or_default().push(at);
            self.by_key.entry(key.clone()).or_default().push(at);
        }
        self.all.push((place, labels));
    }

    /// The places, in [`Inventory::objects`], of what a selector selects.
    pub(crate) fn selected<'a>(
        &'a self,
        selector: &'a LabelSelector<'_>,
    ) -> impl Iterator<Item = usize> + 'a {
        let listed = self.listed(selector);
        let whole = listed.is_none().then_some(self.all.iter());
        let some = listed.unwrap_or_default().iter().filter_map(|&at| self.all.get(at as usize));
        let fits = |labels: &[(Text, Text)]| {
            let value =
                |key: &str| labels.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str());
            selector.requirements().iter().all(|requirement| holds(requirement, value(requirement.key)))
        };
        whole
            .into_iter()
            .flatten()
            .chain(some)
            .filter(move |(_, labels)| fits(labels))
            .map(|(at, _)| *at as usize)
    }

    /// The fewest objects among which all that a selector selects are; `None` for all there are.
    fn listed(&self, selector: &LabelSelector<'_>) -> Option<&[u32]> {
        let listed = |requirement: &Requirement<'_>| {
            let places = match &requirement.operator {
                _ if is_controllers(requirement.key) => return None,
                Operator::NotIn(_) | Operator::DoesNotExist => return None,
                Operator::In(values) => match values.as_slice() {
                    [value] => self.by_label.get(&(Text::new(requirement.key), Text::new(value))),
                    _ => self.by_key.get(requirement.key),
                },
                Operator::Exists => self.by_key.get(requirement.key),
            };
            Some(places.map_or(&[][..], Vec::as_slice))
        };
        selector.requirements().iter().filter_map(listed).min_by_key(|places| places.len())
    }
}

/// All pods of the input, found by their labels in each namespace.
pub(crate) struct Pods {
    namespaces: FxHashMap<Text, Labelled>,
}

impl Pods {
    /// The pods of an input; found once.
    pub(crate) fn of(inventory: &Inventory, templates: &PodTemplates) -> Arc<Self> {
        inventory.derived(|inventory| {
            let mut namespaces: FxHashMap<Text, Labelled> = FxHashMap::default();
            for (at, object) in (0..).zip(inventory.objects()) {
                let Some(labels) = Pod::labels_in(object, templates) else { continue };
                namespaces.entry(Text::new(namespace(object))).or_default().add(at, labels.iter());
            }
            Self { namespaces }
        })
    }

    /// Whether a namespace has any pods.
    pub(crate) fn any_in(&self, namespace: &str) -> bool {
        self.namespaces.contains_key(namespace)
    }

    /// The places, in [`Inventory::objects`], of what makes the pods that a selector selects in a namespace.
    pub(crate) fn selected<'a>(
        &'a self,
        namespace: &str,
        selector: &'a LabelSelector<'_>,
    ) -> impl Iterator<Item = usize> + 'a {
        self.namespaces.get(namespace).into_iter().flat_map(|here| here.selected(selector))
    }
}

/// All namespaces, found by their labels; each has its name as one.
pub(crate) struct Namespaces(pub(crate) Labelled);

impl Namespaces {
    /// The label that every namespace has: its name.
    pub(crate) const NAME: &str = "kubernetes.io/metadata.name";

    /// The namespaces of an input; found once.
    pub(crate) fn of(inventory: &Inventory) -> Arc<Self> {
        inventory.derived(|inventory| {
            let mut all = Labelled::default();
            for (at, object) in (0..).zip(inventory.objects()) {
                let reference = object.reference();
                if reference.kind != "Namespace" || !reference.group().is_empty() {
                    continue;
                }
                let metadata = object.cursor().get("metadata");
                let labels = Labels::of(&metadata);
                let own = std::iter::once((Self::NAME, reference.name.as_str()));
                all.add(at, own.chain(labels.iter().filter(|(key, _)| *key != Self::NAME)));
            }
            Self(all)
        })
    }
}

/// Whether a selector selects the pods that have these labels and those that their controller adds.
pub(crate) fn matches(selector: &LabelSelector<'_>, labels: Labels<'_>) -> bool {
    selector.requirements().iter().all(|requirement| holds(requirement, labels.get(requirement.key)))
}

/// Whether a label satisfies a requirement. Nobody knows what a controller writes, so that is taken to fit.
fn holds(requirement: &Requirement<'_>, value: Option<&str>) -> bool {
    requirement.allows(value)
        || is_controllers(requirement.key) && !matches!(requirement.operator, Operator::DoesNotExist)
}

fn is_controllers(key: &str) -> bool {
    CONTROLLER_LABELS.contains(&key)
}

#[cfg(test)]
mod tests {
    use ironsides_tree::{Cursor, parse_one};

    use super::*;

    #[test]
    fn an_index_selects_what_the_selector_matches() {
        let labels =
            ["{}", "{a: b}", "{a: c}", "{a: b, d: e}", "{d: ''}"].map(|text| parse_one(text).unwrap());
        let mut index = Labelled::default();
        for (at, labels) in (0..).zip(&labels) {
            index.add(at, Labels::at(&Cursor::root(labels)).iter());
        }
        for selector in [
            "{}",
            "{matchLabels: {a: b}}",
            "{matchLabels: {a: b, d: e}}",
            "{matchLabels: {a: x}}",
            "{matchExpressions: [{key: a, operator: Exists}]}",
            "{matchExpressions: [{key: a, operator: In, values: [b, c]}]}",
            "{matchExpressions: [{key: a, operator: NotIn, values: [b]}]}",
            "{matchExpressions: [{key: d, operator: DoesNotExist}]}",
            "{matchLabels: {a: b}, matchExpressions: [{key: d, operator: DoesNotExist}]}",
        ] {
            let root = parse_one(selector).unwrap();
            let selector = LabelSelector::read(&Cursor::root(&root)).unwrap();
            let found: Vec<usize> = index.selected(&selector).collect();
            let expected: Vec<usize> = (0..labels.len())
                .filter(|&at| selector.matches(&Labels::at(&Cursor::root(&labels[at]))))
                .collect();
            assert_eq!(found, expected, "{root:?}");
        }
    }
}
