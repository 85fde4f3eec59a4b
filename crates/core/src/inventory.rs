//! Everything that was collected, and how complete it is.

use std::any::{Any, TypeId};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ironsides_tree::Text;
use rustc_hash::FxHashMap;

use crate::coverage::Coverage;
use crate::facts::Server;
use crate::object::Object;

/// The facts that checks across objects may ask for.
///
/// Checks on single objects do not need one: they judge each object as it streams by. What a check across objects
/// declares is kept here, and found by kind and name without looking at the rest.
#[derive(Debug, Default)]
pub struct Inventory {
    objects: Vec<Object>,
    kinds: FxHashMap<(Text, Text), OfKind>,
    /// What was derived from all objects together, by its type.
    derived: Mutex<FxHashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
    /// How much of each kind of fact was seen.
    pub coverage: Coverage,
    server: Option<Arc<Server>>,
}

/// Places by namespace and name.
type ByName = FxHashMap<(Option<Text>, Text), Vec<usize>>;

/// The places of the objects of one kind.
#[derive(Debug, Default)]
struct OfKind {
    places: Vec<usize>,
    /// By namespace and name; made when somebody asks.
    names: OnceLock<ByName>,
}

impl Inventory {
    /// An empty inventory of a cluster: its coverage says of every resource whether all objects are there.
    pub fn of_cluster(server: Server) -> Self {
        Self { server: Some(Arc::new(server)), ..Self::default() }
    }

    /// The API server whose objects these are; `None` where they come from files, of which nobody knows what else the
    /// cluster holds.
    pub fn server(&self) -> Option<&Server> {
        self.server.as_deref()
    }

    /// Adds an object.
    pub fn push(&mut self, object: Object) {
        let reference = object.reference();
        let kind = (Text::new(reference.group()), reference.kind.clone());
        let kind = self.kinds.entry(kind).or_default();
        kind.places.push(self.objects.len());
        kind.names = OnceLock::new();
        self.objects.push(object);
        self.derived.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What `derive` makes of all objects: an index, say. It is made once for each type and kept until an object is
    /// added; places in [`Inventory::objects`] are the way to remember objects in it.
    pub fn derived<T: Any + Send + Sync>(&self, derive: impl FnOnce(&Self) -> T) -> Arc<T> {
        let mut derived = self.derived.lock().unwrap_or_else(PoisonError::into_inner);
        let known = derived.get(&TypeId::of::<T>()).cloned();
        if let Some(known) = known.and_then(|known| known.downcast().ok()) {
            return known;
        }
        drop(derived);
        let made = Arc::new(derive(self));
        derived = self.derived.lock().unwrap_or_else(PoisonError::into_inner);
        derived.insert(TypeId::of::<T>(), Arc::<T>::clone(&made));
        made
    }

    /// All objects, in the order they were read.
    pub fn objects(&self) -> &[Object] {
        &self.objects
    }

    /// The objects of a kind in an API group, in the order they were read.
    pub fn of_kind(&self, group: &str, kind: &str) -> impl Iterator<Item = &Object> {
        self.pick(self.kind(group, kind).map(|kind| &kind.places))
    }

    /// The objects of a kind with a name: usually one, more where several files write the same one.
    pub fn named(
        &self,
        group: &str,
        kind: &str,
        namespace: Option<&str>,
        name: &str,
    ) -> impl Iterator<Item = &Object> {
        let places = self.kind(group, kind).and_then(|kind| {
            let names = kind.names.get_or_init(|| self.by_name(&kind.places));
            names.get(&(namespace.map(Text::new), Text::new(name)))
        });
        self.pick(places)
    }

    fn kind(&self, group: &str, kind: &str) -> Option<&OfKind> {
        self.kinds.get(&(Text::new(group), Text::new(kind)))
    }

    fn by_name(&self, places: &[usize]) -> ByName {
        let mut names = ByName::default();
        for (&at, object) in places.iter().zip(places.iter().filter_map(|&at| self.objects.get(at))) {
            let reference = object.reference();
            names.entry((reference.namespace.clone(), reference.name.clone())).or_default().push(at);
        }
        names
    }

    fn pick(&self, places: Option<&Vec<usize>>) -> impl Iterator<Item = &Object> {
        places.into_iter().flatten().filter_map(|&at| self.objects.get(at))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::object::Origin;

    #[test]
    fn objects_are_found_by_kind_and_name() {
        let mut inventory = Inventory::default();
        for (kind, namespace, name) in
            [("Pod", "a", "x"), ("Pod", "b", "x"), ("Service", "a", "x"), ("Pod", "a", "x")]
        {
            let text =
                format!("apiVersion: v1\nkind: {kind}\nmetadata: {{namespace: {namespace}, name: {name}}}\n");
            let root = ironsides_tree::parse_one(&text).unwrap();
            let origin = Origin::File { path: Arc::from("a.yaml"), text: Arc::from(text) };
            inventory.push(Object::new(root, origin, Vec::new()));
        }
        assert_eq!(inventory.of_kind("", "Pod").count(), 3);
        assert_eq!(inventory.of_kind("apps", "Pod").count(), 0);
        assert_eq!(inventory.named("", "Pod", Some("a"), "x").count(), 2);
        assert_eq!(inventory.named("", "Pod", None, "x").count(), 0);
    }

    #[test]
    fn what_is_derived_is_made_once_and_anew_when_an_object_comes() {
        struct Count(usize);
        let mut inventory = Inventory::default();
        let count = |inventory: &Inventory| inventory.derived(|all| Count(all.objects().len())).0;
        assert_eq!(count(&inventory), 0);
        let root = ironsides_tree::parse_one("{apiVersion: v1, kind: Pod}").unwrap();
        inventory.push(Object::new(root, Origin::Api { request: Arc::from("") }, Vec::new()));
        assert_eq!(count(&inventory), 1);
        let again = inventory.derived(|_| -> Count { unreachable!() });
        assert_eq!(again.0, 1);
    }
}
