//! Who made what: a Deployment its replica sets and their pods, a CronJob its Jobs. They are one thing to whoever reads.

use ironsides_core::{Object, Pod, PodTemplates};
use ironsides_tree::{Node, Value};
use rustc_hash::FxHashMap;

/// An object that nothing else made, and what it made.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Family {
    /// The place of the object.
    pub(crate) root: usize,
    /// The places of what it made, in the order of the objects.
    pub(crate) made: Vec<usize>,
}

/// All objects by who made them.
#[derive(Debug, Default)]
pub(crate) struct Families {
    /// In the order of their roots.
    pub(crate) all: Vec<Family>,
    /// How many `ReplicaSet`s without replicas were passed over: what is left of earlier versions of Deployments.
    pub(crate) old: u64,
}

impl Families {
    /// Finds out who made what. Only what holds a pod counts as a maker: an object that another kind made (a node its
    /// mirror pods, an operator's resource its Deployments) has no template to be held against.
    pub(crate) fn of(objects: &[Object], templates: &PodTemplates) -> Self {
        let by_uid: FxHashMap<&str, usize> = objects
            .iter()
            .enumerate()
            .filter(|(_, object)| Pod::is_in(object, templates))
            .filter_map(|(at, object)| Some((object.reference().uid.as_deref()?, at)))
            .collect();
        let maker = |at: usize| -> Option<usize> {
            let object = objects.get(at).filter(|object| Pod::is_in(object, templates))?;
            let made_by = by_uid.get(controller(object)?).copied().filter(|by| *by != at)?;
            let is_near = |by: &Object| by.reference().namespace == object.reference().namespace;
            objects.get(made_by).filter(|by| is_near(by)).map(|_| made_by)
        };
        let mut families = Self::default();
        let mut made: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
        let mut roots = Vec::new();
        for (at, object) in objects.iter().enumerate() {
            let Some(first) = maker(at) else {
                roots.push(at);
                continue;
            };
            if is_old(object) {
                families.old += 1;
                continue;
            }
            let mut root = first;
            // A Pod, its ReplicaSet, its Deployment: nothing is longer, and nothing forged may go round in circles.
            for _ in 0..DEPTH {
                match maker(root) {
                    Some(next) => root = next,
                    None => break,
                }
            }
            if maker(root).is_some() {
                roots.push(at);
            } else {
                made.entry(root).or_default().push(at);
            }
        }
        families.all = roots
            .into_iter()
            .map(|root| Family { root, made: made.remove(&root).unwrap_or_default() })
            .collect();
        families
    }
}

/// How many makers are followed.
const DEPTH: usize = 4;

/// The uid of what made an object and keeps it.
fn controller(object: &Object) -> Option<&str> {
    let owners = object.root.at(&["metadata", "ownerReferences"]).map(Node::items).unwrap_or_default();
    let is_controller = |owner: &&Node| owner.get("controller").and_then(Node::as_bool) == Some(true);
    owners.iter().find(is_controller)?.get("uid")?.as_str()
}

/// Whether it is a ReplicaSet that runs nothing any more.
fn is_old(object: &Object) -> bool {
    let reference = object.reference();
    let count = |path: &[&str]| object.root.at(path).and_then(Node::as_i64).unwrap_or_default();
    &*reference.kind == "ReplicaSet"
        && reference.group() == "apps"
        && object.root.at(&["spec", "replicas"]).and_then(Node::as_i64) == Some(0)
        && count(&["status", "replicas"]) == 0
}

/// What the service account admission calls the volumes with tokens that it adds, followed by random letters.
const TOKEN_VOLUME: &str = "kube-api-access-";

/// Whether every check says the same of two pods, so that it need not be asked again: labels, annotations and spec are
/// equal but for the node and the name of the volume with the token, which differ between any two replicas.
pub(crate) fn is_replica(a: &Object, b: &Object) -> bool {
    let is_pod =
        |object: &Object| &*object.reference().kind == "Pod" && &*object.reference().api_version == "v1";
    if !is_pod(a) || !is_pod(b) || controller(a) != controller(b) {
        return false;
    }
    let same = |path: &[&str]| match (a.root.at(path), b.root.at(path)) {
        (Some(a), Some(b)) => a == b,
        (None, None) => true,
        _ => false,
    };
    let spec = |object: &Object| object.root.get("spec").and_then(Node::as_map).cloned();
    let (Some(of_a), Some(of_b)) = (spec(a), spec(b)) else { return false };
    // Where there are two such volumes, which one is meant matters.
    let may_differ = [a, b].into_iter().all(|object| token_volumes(object) <= 1);
    let is_set = |object: &Object| object.root.get("status").is_some();
    of_a.len() == of_b.len()
        && same(&["metadata", "labels"])
        && same(&["metadata", "annotations"])
        && same(&["metadata", "finalizers"])
        && is_set(a) == is_set(b)
        && of_a.iter().all(|(key, value)| {
            key == "nodeName" && of_b.get(key).is_some()
                || of_b.get(key).is_some_and(|other| is_alike(value, other, may_differ))
        })
}

fn token_volumes(pod: &Object) -> usize {
    let volumes = pod.root.at(&["spec", "volumes"]).map(Node::items).unwrap_or_default();
    let name = |volume: &Node| volume.get("name").and_then(Node::as_str).map(str::to_owned);
    volumes.iter().filter_map(name).filter(|name| name.starts_with(TOKEN_VOLUME)).count()
}

fn is_alike(a: &Node, b: &Node, may_differ: bool) -> bool {
    match (a.value(), b.value()) {
        (Value::String(a), Value::String(b)) => {
            a == b || may_differ && a.starts_with(TOKEN_VOLUME) && b.starts_with(TOKEN_VOLUME)
        }
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| is_alike(a, b, may_differ))
        }
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, value)| b.get(key).is_some_and(|other| is_alike(value, other, may_differ)))
        }
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ironsides_core::Origin;

    use super::*;

    fn object(text: &str) -> Object {
        let root = ironsides_tree::parse_one(text).unwrap();
        Object::new(root, Origin::Api { request: Arc::from("GET /") }, Vec::new())
    }

    fn owned(kind: &str, version: &str, name: &str, by: &str, more: &str) -> Object {
        object(&format!(
            "{{apiVersion: {version}, kind: {kind}, metadata: {{name: {name}, namespace: shop, uid: {name}, \
             ownerReferences: [{{uid: {by}, controller: true}}]}}, {more}}}"
        ))
    }

    #[test]
    fn what_controllers_made_stands_with_what_was_written() {
        let objects = [
            owned("Pod", "v1", "pod", "new", "spec: {}"),
            owned("ReplicaSet", "apps/v1", "old", "deployment", "spec: {replicas: 0}"),
            owned("ReplicaSet", "apps/v1", "new", "deployment", "spec: {replicas: 2}"),
            owned("Deployment", "apps/v1", "deployment", "operator", "spec: {}"),
            owned("Pod", "v1", "mirror", "node", "spec: {}"),
            owned("Pod", "v1", "round", "round", "spec: {}"),
            owned("Job", "batch/v1", "a", "b", "spec: {}"),
            owned("Job", "batch/v1", "b", "a", "spec: {}"),
            object("{apiVersion: apps/v1, kind: Deployment, metadata: {name: far, namespace: x, uid: far}}"),
            owned("Pod", "v1", "stranger", "far", "spec: {}"),
            object("{apiVersion: v1, kind: Node, metadata: {name: node, uid: node}}"),
        ];
        let families = Families::of(&objects, &PodTemplates::default());
        let told: Vec<(usize, Vec<usize>)> =
            families.all.into_iter().map(|family| (family.root, family.made)).collect();
        let alone = |root| (root, vec![]);
        let expected =
            vec![(3, vec![0, 2]), alone(4), alone(5), alone(6), alone(7), alone(8), alone(9), alone(10)];
        assert_eq!((told, families.old), (expected, 1));
    }

    #[test]
    fn replicas_differ_in_node_and_token_volume_alone() {
        let pod = |node: &str, volume: &str, more: &str| {
            let mounts = format!("[{{name: {volume}, mountPath: /var/run/secrets}}]");
            let spec = format!(
                "spec: {{nodeName: {node}, containers: [{{name: a, volumeMounts: {mounts}}}], \
                 volumes: [{{name: {volume}, projected: {{}}}}{more}]}}"
            );
            owned("Pod", "v1", "a", "set", &spec)
        };
        let first = pod("n1", "kube-api-access-aaaaa", "");
        assert!(is_replica(&first, &pod("n2", "kube-api-access-bbbbb", "")));
        assert!(!is_replica(&first, &pod("n2", "token", "")));
        assert!(!is_replica(&first, &pod("n2", "kube-api-access-bbbbb", ", {name: x, hostPath: {path: /}}")));
        let two = ", {name: kube-api-access-ccccc, hostPath: {path: /}}";
        assert!(!is_replica(
            &pod("n1", "kube-api-access-aaaaa", two),
            &pod("n1", "kube-api-access-bbbbb", two)
        ));
        let other = owned("Pod", "v1", "a", "other", "spec: {}");
        assert!(!is_replica(&other, &owned("Pod", "v1", "a", "set", "spec: {}")));
    }
}
