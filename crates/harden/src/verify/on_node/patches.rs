//! Patches of kubeadm: that their names are those it takes, and that they say what the generated ones do and nothing besides.

use std::collections::BTreeMap;

use ironsides_tree::{Documents, Limits, Node, Value, print};

use super::super::{Case, Read, counted};
use crate::distribution::Distribution;

/// What a patch may be for. Source:
/// <https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/control-plane-flags/#patches>.
const TARGETS: [&str; 6] = [
    "corednsdeployment",
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubeletconfiguration",
];

/// How a patch may be put over what it is for; nothing said is `strategic`.
const TYPES: [&str; 3] = ["json", "merge", "strategic"];

/// What kubeadm makes of the name of a file in the folder of patches.
#[derive(Debug, PartialEq, Eq)]
enum Name {
    /// A patch for this target.
    Patch(&'static str),
    /// No patch: it is passed over.
    Ignored,
    /// An unknown type after `+`: kubeadm ends.
    Refused,
}

/// Reads `TARGET[SUFFIX][+TYPE].EXTENSION` as kubeadm does: the suffix is whatever comes before a `+` or a dot, the type is
/// what comes right after the `+`, and what follows is free. Source: `cmd/kubeadm/app/util/patches/patches.go`.
fn name(file: &str) -> Name {
    let has_extension =
        file.rsplit_once('.').is_some_and(|(stem, end)| !stem.is_empty() && matches!(end, "json" | "yaml"));
    let found = TARGETS.iter().find_map(|target| Some((*target, file.strip_prefix(target)?)));
    let Some((target, rest)) = found.filter(|_| has_extension) else { return Name::Ignored };
    let after = rest.trim_start_matches(|letter| !matches!(letter, '.' | '+' | '\n'));
    match after.strip_prefix('+') {
        Some(ty) if !TYPES.iter().any(|known| ty.starts_with(known)) => Name::Refused,
        _ => Name::Patch(target),
    }
}

/// Judges all patches, and where the configuration has kubeadm look for them.
pub(super) fn verify(case: &mut Case<'_>, read: &[Read], wanted: &BTreeMap<&str, &str>) {
    if case.plan.options.distribution != Distribution::Kubeadm {
        return;
    }
    let is_patch = |path: &str| path.contains("/patches/");
    let before = case.problems.len();
    directory(case, read);
    let folder = case.folder;
    for path in folder.keys().filter(|path| is_patch(path)) {
        patch(case, read, path, wanted.get(path.as_str()).copied());
    }
    let expected: Vec<&&str> = wanted.keys().filter(|path| is_patch(path)).collect();
    if expected.iter().all(|path| folder.contains_key(**path)) {
        case.verified_since(before, || {
            let patches = counted(expected.len(), "patch");
            format!(
                "{patches} of kubeadm: names that it takes, all that the profile wants, and nothing besides"
            )
        });
    }
}

/// The patches count only where kubeadm is told to look for them.
fn directory(case: &mut Case<'_>, read: &[Read]) {
    let expected = format!("{}/patches", case.plan.options.distribution.server_folder());
    for (path, kind) in [
        ("kubeadm/init.yaml", "InitConfiguration"),
        ("kubeadm/join-control-plane.yaml", "JoinConfiguration"),
        ("kubeadm/join-worker.yaml", "JoinConfiguration"),
    ] {
        let Some(file) = read.iter().find(|read| read.path == path) else { continue };
        let kinds: Vec<&str> = file
            .roots
            .iter()
            .map(|root| root.get("kind").and_then(Node::as_str).unwrap_or_default())
            .collect();
        for (at, twice) in
            kinds.iter().enumerate().filter(|(at, kind)| kinds.iter().take(*at).any(|one| one == *kind))
        {
            let message =
                format!("document {} is the second of kind {twice:?}, and kubeadm takes one", at + 1);
            case.problem(path, message, "take one of them away");
        }
        let root = file.roots.iter().find(|root| root.get("kind").and_then(Node::as_str) == Some(kind));
        let own = root.and_then(|root| root.at(&["patches", "directory"])).and_then(Node::as_str);
        if own != Some(&expected) {
            let own = own.unwrap_or("not set");
            case.problem(
                path,
                format!(
                    "patches.directory of {kind} is {own}, so kubeadm does not take the patches that are here"
                ),
                format!("set it to {expected}"),
            );
        }
    }
}

/// A patch: its name, and what each of its documents says.
fn patch(case: &mut Case<'_>, read: &[Read], path: &str, wanted: Option<&str>) {
    match name(path.rsplit('/').next().unwrap_or(path)) {
        Name::Patch(_) => {}
        Name::Ignored => {
            case.problem(
                path,
                "kubeadm passes over it: its name is none of a patch",
                "TARGET[SUFFIX][+strategic|merge|json].yaml, as in kubeletconfiguration0+merge.yaml",
            );
            return;
        }
        Name::Refused => {
            case.problem(
                path,
                "kubeadm ends with an error: its name has no type of a patch after the +",
                "write +strategic, +merge or +json, or nothing",
            );
            return;
        }
    }
    let Some(wanted) = wanted.and_then(first) else {
        case.problem(
            path,
            "kubeadm applies it and nothing generates it: it may undo what the profile wants",
            "set what you need in kubeadm/init.yaml, where it is judged, and take the patch away",
        );
        return;
    };
    let roots =
        read.iter().find(|read| read.path == path).map(|read| read.roots.as_slice()).unwrap_or_default();
    let Some((root, more)) = roots.split_first() else {
        case.problem(path, "it holds no document, so kubeadm changes nothing", "generate it anew");
        return;
    };
    let mut found = Vec::new();
    compare(root, &wanted, "", &mut found);
    for (message, hint) in found {
        case.problem(path, message, hint);
    }
    // kubeadm applies every document of a file, one after the other.
    for (number, root) in (2..).zip(more) {
        let mut found = Vec::new();
        compare(root, &wanted, "", &mut found);
        // What a later document leaves out stays as the first has set it.
        let told: Vec<String> =
            found.into_iter().map(|(message, _)| message).filter(|one| !one.contains(MISSING)).collect();
        let told = if told.is_empty() { "it says what the first does".to_owned() } else { told.join("; ") };
        case.problem(
            path,
            format!("document {number}, which kubeadm applies as well, was not generated: {told}"),
            "take it away",
        );
    }
}

fn first(text: &str) -> Option<Node> {
    Documents::new(text, Limits::default()).find_map(Result::ok).map(|document| document.root)
}

const MISSING: &str = " is missing, and should be ";

/// What one node says otherwise than another, in its order: a message and a hint each. Items of lists are found by their
/// names where they have some.
fn compare(own: &Node, wanted: &Node, at: &str, found: &mut Vec<(String, String)>) {
    let below = |key: &str| if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") };
    match (own.value(), wanted.value()) {
        (Value::Map(is), Value::Map(should)) => {
            for (key, value) in should.iter() {
                match own.get(key) {
                    Some(is) => compare(is, value, &below(key), found),
                    None => missing(value, &below(key), found),
                }
            }
            for (key, value) in is.iter().filter(|(key, _)| wanted.get(key).is_none()) {
                besides(value, &below(key), found);
            }
        }
        (Value::List(is), Value::List(should)) if should.iter().any(|item| item.as_map().is_some()) => {
            let name = |item: &Node| item.get("name").and_then(Node::as_str).map(str::to_owned);
            let mut rest: Vec<&Node> = is.iter().collect();
            for item in should.iter() {
                let at = format!("{at}[{}]", name(item).unwrap_or_default());
                match rest.iter().position(|one| name(one) == name(item)) {
                    Some(place) => compare(rest.remove(place), item, &at, found),
                    None => missing(item, &at, found),
                }
            }
            for item in rest {
                besides(item, &format!("{at}[{}]", name(item).unwrap_or_default()), found);
            }
        }
        _ => {
            let (is, should) = (print::json(own), print::json(wanted));
            if is != should {
                found.push((format!("{at} is {is}, and should be {should}"), format!("set it to {should}")));
            }
        }
    }
}

/// A value that should be there, leaf by leaf.
fn missing(wanted: &Node, at: &str, found: &mut Vec<(String, String)>) {
    if let Some(map) = wanted.as_map().filter(|map| map.iter().next().is_some()) {
        map.iter().for_each(|(key, value)| missing(value, &format!("{at}.{key}"), found));
        return;
    }
    let value = print::json(wanted);
    found.push((format!("{at}{MISSING}{value}"), format!("set it to {value}")));
}

/// A value that nothing generates. What it does is not known here, so it is not repeated whole.
fn besides(own: &Node, at: &str, found: &mut Vec<(String, String)>) {
    if let Some(map) = own.as_map().filter(|map| map.iter().next().is_some()) {
        map.iter().for_each(|(key, value)| besides(value, &format!("{at}.{key}"), found));
        return;
    }
    found.push((
        format!("it sets {at} besides, which nothing generates: it may undo what the profile wants"),
        "take it away, or set it in kubeadm/init.yaml, where it is judged".to_owned(),
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_kubeadm_does() {
        for (file, expected) in [
            ("kube-scheduler-x+strategic.yaml", Name::Patch("kube-scheduler")),
            ("kube-scheduler0+stratgic.yaml", Name::Refused),
            ("kube-scheduler+.yaml", Name::Refused),
            ("kube-scheduler.yaml", Name::Patch("kube-scheduler")),
            ("kube-scheduler.merge.yaml", Name::Patch("kube-scheduler")),
            ("kube-apiserver9+json.json", Name::Patch("kube-apiserver")),
            ("kube-apiserver9+jsonish.yaml", Name::Patch("kube-apiserver")),
            ("etcd_A1+merge.old.yaml", Name::Patch("etcd")),
            ("kubeletconfigurationX Y.json", Name::Patch("kubeletconfiguration")),
            ("corednsdeployment.json", Name::Patch("corednsdeployment")),
            ("kube-scheduler0+stratgic.yml", Name::Ignored),
            ("kube-scheduler0+strategic.yaml.bak", Name::Ignored),
            ("kubelet.yaml", Name::Ignored),
            (".yaml", Name::Ignored),
            ("README.md", Name::Ignored),
        ] {
            assert_eq!(name(file), expected, "{file}");
        }
    }

    #[test]
    fn keys_that_look_like_paths_are_no_paths() {
        let wanted = first("spec: {containers: [{name: a, privileged: false}]}").unwrap();
        let own = first("spec: {}\n\"spec.containers[a].privileged\": false").unwrap();
        let mut found = Vec::new();
        compare(&own, &wanted, "", &mut found);
        assert_eq!(found.len(), 2, "{found:?}");
    }
}
