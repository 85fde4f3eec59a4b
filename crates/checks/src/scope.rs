//! Which objects of a cluster are judged.

use ironsides_core::Object;

/// The namespaces whose objects are judged. What lies outside is looked up where a check needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Only these, and of what is in no namespace these namespaces themselves; everything where empty.
    pub only: Vec<String>,
    /// Not these.
    pub except: Vec<String>,
}

impl Scope {
    /// Whether an object is judged.
    pub fn holds(&self, object: &Object) -> bool {
        if self.only.is_empty() && self.except.is_empty() {
            return true;
        }
        let reference = object.reference();
        let is_namespace = &*reference.kind == "Namespace" && reference.group().is_empty();
        let namespace = if is_namespace { Some(&reference.name) } else { reference.namespace.as_ref() };
        let is_in = |names: &[String]| {
            namespace.is_some_and(|namespace| names.iter().any(|name| name == namespace.as_str()))
        };
        (self.only.is_empty() || is_in(&self.only)) && !is_in(&self.except)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ironsides_core::Origin;

    use super::*;

    #[test]
    fn a_namespace_is_its_objects_and_itself() {
        let is_held = |scope: &Scope, text: &str| {
            let root = ironsides_tree::parse_one(text).unwrap();
            scope.holds(&Object::new(root, Origin::Api { request: Arc::from("") }, Vec::new()))
        };
        let pod = |namespace: &str| {
            format!("{{apiVersion: v1, kind: Pod, metadata: {{name: a, namespace: {namespace}}}}}")
        };
        let own = "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}";
        let role = "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: shop}}";
        let only = Scope { only: vec!["shop".into()], except: Vec::new() };
        let except = Scope { only: Vec::new(), except: vec!["shop".into()] };
        for (text, of_all, in_only, in_rest) in [
            (pod("shop").as_str(), true, true, false),
            (&pod("data"), true, false, true),
            (own, true, true, false),
            (role, true, false, true),
        ] {
            let held = [&Scope::default(), &only, &except].map(|scope| is_held(scope, text));
            assert_eq!(held, [of_all, in_only, in_rest], "{text}");
        }
    }
}
