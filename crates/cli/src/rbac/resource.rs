//! Resources as the command line names them: `pods`, `po`, `deploy`, `deployments.apps`, `pods/log`.

use std::collections::BTreeSet;

use ironsides_core::Inventory;
use ironsides_rbac::resource_name;
use ironsides_tree::{Node, Text};
use strsim::levenshtein;

/// A resource that is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resource {
    /// The API group; empty for the core group.
    pub(crate) group: String,
    /// The plural name.
    pub(crate) name: String,
    /// The subresource; empty for none.
    pub(crate) subresource: String,
    /// Whether its objects are in namespaces.
    pub(crate) namespaced: bool,
    /// The name of an object, where one stands behind the slash.
    pub(crate) object: Option<String>,
    /// Whether only the authorizer knows it, and its names are no names of objects.
    pub(crate) is_virtual: bool,
    /// Other resources that the word could mean as well.
    pub(crate) others: Vec<String>,
}

/// A resource that is served, or known to the authorizer alone.
#[derive(Clone, Debug)]
struct Known {
    group: Text,
    version: Text,
    name: Text,
    singular: String,
    short: Vec<Text>,
    namespaced: bool,
}

/// All that is known of resources.
pub(crate) struct Resources {
    known: Vec<Known>,
    /// Group, resource and subresource.
    subresources: BTreeSet<(Text, Text, Text)>,
    /// Whether the API server said what it serves.
    served: bool,
}

/// The short names of built-in resources. (Source: the discovery documents of Kubernetes 1.36.)
const SHORT: [(&str, &str, &str); 31] = [
    ("cs", "", "componentstatuses"),
    ("cm", "", "configmaps"),
    ("ep", "", "endpoints"),
    ("ev", "", "events"),
    ("limits", "", "limitranges"),
    ("ns", "", "namespaces"),
    ("no", "", "nodes"),
    ("pvc", "", "persistentvolumeclaims"),
    ("pv", "", "persistentvolumes"),
    ("po", "", "pods"),
    ("rc", "", "replicationcontrollers"),
    ("quota", "", "resourcequotas"),
    ("sa", "", "serviceaccounts"),
    ("svc", "", "services"),
    ("crd", "apiextensions.k8s.io", "customresourcedefinitions"),
    ("crds", "apiextensions.k8s.io", "customresourcedefinitions"),
    ("ds", "apps", "daemonsets"),
    ("deploy", "apps", "deployments"),
    ("rs", "apps", "replicasets"),
    ("sts", "apps", "statefulsets"),
    ("hpa", "autoscaling", "horizontalpodautoscalers"),
    ("cj", "batch", "cronjobs"),
    ("csr", "certificates.k8s.io", "certificatesigningrequests"),
    ("ev", "events.k8s.io", "events"),
    ("ing", "networking.k8s.io", "ingresses"),
    ("ip", "networking.k8s.io", "ipaddresses"),
    ("netpol", "networking.k8s.io", "networkpolicies"),
    ("pdb", "policy", "poddisruptionbudgets"),
    ("pc", "scheduling.k8s.io", "priorityclasses"),
    ("sc", "storage.k8s.io", "storageclasses"),
    ("vac", "storage.k8s.io", "volumeattributesclasses"),
];

/// The subresources of built-in resources, besides `status`. (Source: the discovery documents and OpenAPI of Kubernetes
/// 1.36; for `nodes` also what the kubelet asks the authorizer about.)
const SUBRESOURCES: [(&str, &str, &[&str]); 10] = [
    ("", "namespaces", &["finalize"]),
    ("", "nodes", &["checkpoint", "configz", "healthz", "log", "metrics", "pods", "proxy", "spec", "stats"]),
    (
        "",
        "pods",
        &[
            "attach",
            "binding",
            "ephemeralcontainers",
            "eviction",
            "exec",
            "log",
            "portforward",
            "proxy",
            "resize",
        ],
    ),
    ("", "replicationcontrollers", &["scale"]),
    ("", "serviceaccounts", &["token"]),
    ("", "services", &["proxy"]),
    ("apps", "deployments", &["scale"]),
    ("apps", "replicasets", &["scale"]),
    ("apps", "statefulsets", &["scale"]),
    ("certificates.k8s.io", "certificatesigningrequests", &["approval"]),
];

/// Resources that no discovery lists and the authorizer is asked about all the same: for impersonation, for signers, and
/// those that only take requests. Group, plural, singular, whether they are in namespaces.
const UNLISTED: [(&str, &str, &str, bool); 13] = [
    ("", "users", "user", false),
    ("", "groups", "group", false),
    ("", "bindings", "binding", true),
    ("authentication.k8s.io", "uids", "uid", false),
    ("authentication.k8s.io", "userextras", "userextra", false),
    ("authentication.k8s.io", "nodes", "node", false),
    ("authentication.k8s.io", "selfsubjectreviews", "selfsubjectreview", false),
    ("authentication.k8s.io", "tokenreviews", "tokenreview", false),
    ("authorization.k8s.io", "localsubjectaccessreviews", "localsubjectaccessreview", true),
    ("authorization.k8s.io", "selfsubjectaccessreviews", "selfsubjectaccessreview", false),
    ("authorization.k8s.io", "selfsubjectrulesreviews", "selfsubjectrulesreview", false),
    ("authorization.k8s.io", "subjectaccessreviews", "subjectaccessreview", false),
    ("certificates.k8s.io", "signers", "signer", false),
];

impl Resources {
    /// What the API server serves; the built-in kinds where that is not known; and what the custom resource definitions
    /// among the objects define.
    pub(crate) fn of(inventory: &Inventory) -> Self {
        let served = inventory.server().map(|server| server.resources.as_slice()).unwrap_or_default();
        let mut all = Self { known: Vec::new(), subresources: BTreeSet::new(), served: !served.is_empty() };
        for resource in served {
            let (group, version) = (Text::new(&resource.group), Text::new(&resource.version));
            match resource.name.split_once('/') {
                Some((name, sub)) => {
                    all.subresources.insert((group, Text::new(name), Text::new(sub)));
                }
                None => all.add(group, version, &resource.name, &resource.kind, resource.namespaced),
            }
        }
        if served.is_empty() {
            for kind in ironsides_schema::kinds() {
                let (group, version) = (Text::new_static(kind.group), Text::new_static(kind.version));
                all.add(group.clone(), version, kind.plural, kind.kind, kind.namespaced);
                if kind.ty().at(&["status"]).is_some() {
                    let status = (group, Text::new_static(kind.plural), Text::new_static("status"));
                    all.subresources.insert(status);
                }
            }
        }
        for (group, name, singular, namespaced) in UNLISTED {
            all.add(Text::new_static(group), Text::default(), name, singular, namespaced);
        }
        for (group, resource, subs) in SUBRESOURCES {
            for sub in subs {
                let entry = (Text::new_static(group), Text::new_static(resource), Text::new_static(sub));
                all.subresources.insert(entry);
            }
        }
        for crd in inventory.of_kind("apiextensions.k8s.io", "CustomResourceDefinition") {
            all.add_custom(&crd.root);
        }
        // The core group first, then the short groups of Kubernetes, then the others.
        let rank = |known: &Known| (known.group.contains('.'), !known.group.ends_with(".k8s.io"));
        all.known.sort_by(|a, b| {
            rank(a).cmp(&rank(b)).then_with(|| (&a.group, &a.name).cmp(&(&b.group, &b.name)))
        });
        all
    }

    fn add(&mut self, group: Text, version: Text, name: &str, kind: &str, namespaced: bool) {
        if let Some(known) = self.known.iter_mut().find(|known| known.group == group && known.name == name) {
            // Another version of the same resource.
            if !version.is_empty() && known.version < version {
                known.version = version;
            }
            return;
        }
        let short = SHORT.iter().filter(|(_, of, resource)| *of == group && *resource == name);
        self.known.push(Known {
            short: short.map(|(short, _, _)| Text::new_static(short)).collect(),
            group,
            version,
            name: Text::new(name),
            singular: kind.to_ascii_lowercase(),
            namespaced,
        });
    }

    fn add_custom(&mut self, crd: &Node) {
        let text = |keys: &[&str]| crd.at(keys).and_then(Node::as_str).unwrap_or_default();
        let (group, plural) = (Text::new(text(&["spec", "group"])), text(&["spec", "names", "plural"]));
        if plural.is_empty() || group.is_empty() {
            return;
        }
        let versions = crd.at(&["spec", "versions"]).map(Node::items).unwrap_or_default();
        let version = versions.iter().find_map(|version| version.get("name")?.as_str());
        let version = Text::new(version.unwrap_or_default());
        let kind = text(&["spec", "names", "kind"]);
        self.add(group.clone(), version, plural, kind, text(&["spec", "scope"]) != "Cluster");
        let short = crd.at(&["spec", "names", "shortNames"]).map(Node::items).unwrap_or_default();
        let short = short.iter().filter_map(Node::as_str).map(Text::new);
        let mut known = self.known.iter_mut();
        if let Some(known) = known.find(|known| known.group == group && known.name == plural) {
            known.short.extend(short);
        }
        for sub in ["status", "scale"] {
            if versions.iter().any(|version| version.at(&["subresources", sub]).is_some()) {
                self.subresources.insert((group.clone(), Text::new(plural), Text::new_static(sub)));
            }
        }
    }

    /// The resource that a word means, with its subresource. `any` takes a word as it is written where it means nothing
    /// that is known.
    pub(crate) fn find(&self, word: &str, subresource: Option<&str>, any: bool) -> Result<Resource, String> {
        let (own, written) = word.split_once('/').map_or((word, None), |(own, sub)| (own, Some(sub)));
        let known = self.known.iter().find(|known| known.is_called(own));
        // As kubectl's TYPE/NAME, where what is behind the slash is nothing that is known of the resource.
        let is_name = |word: &&str| !any && known.is_some_and(|known| !self.has(known, word));
        let (written, object) = match written.filter(is_name) {
            Some("") => return Err(format!("nothing is written behind the slash of {word:?}")),
            Some(object) => (None, Some(object.to_owned())),
            None => (written, None),
        };
        let subresource = match (written, subresource) {
            (Some(a), Some(b)) if a != b => {
                return Err(format!("two subresources are written: {a:?} behind the resource, and {b:?}"));
            }
            (a, b) => a.or(b).unwrap_or_default(),
        };
        if own == "*" || own.starts_with("*.") {
            return Ok(plainly("*", own.strip_prefix("*.").unwrap_or_default(), subresource));
        }
        let mut found = self.known.iter().filter(|known| known.is_called(own));
        let Some(known) = found.next() else {
            let (name, group) = own.split_once('.').unwrap_or((own, ""));
            return if any { Ok(plainly(name, group, subresource)) } else { Err(self.unknown(own)) };
        };
        // Nobody means what only the authorizer knows by a word that names something else as well.
        let others = found.filter(|other| !other.is_virtual());
        let others = others.map(|other| resource_name(&other.group, &other.name)).collect();
        let resource = Resource {
            group: known.group.to_string(),
            name: known.name.to_string(),
            subresource: subresource.to_owned(),
            namespaced: known.namespaced,
            object,
            is_virtual: known.is_virtual(),
            others,
        };
        self.check_subresource(&resource, any)?;
        Ok(resource)
    }

    /// Whether a word is a subresource of a resource.
    fn has(&self, known: &Known, word: &str) -> bool {
        let entry = (known.group.clone(), known.name.clone(), Text::new(word));
        word == "*" || known.name == "userextras" || self.subresources.contains(&entry)
    }

    fn check_subresource(&self, resource: &Resource, any: bool) -> Result<(), String> {
        let sub = resource.subresource.as_str();
        let mine =
            |(group, name, _): &&(Text, Text, Text)| *group == resource.group && *name == resource.name;
        let known: Vec<&str> =
            self.subresources.iter().filter(mine).map(|(_, _, sub)| sub.as_str()).collect();
        if sub.is_empty() || any || sub == "*" || resource.name == "userextras" || known.contains(&sub) {
            return Ok(());
        }
        let name = resource_name(&resource.group, &resource.name);
        let has = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        Err(format!(
            "{name} has no subresource {sub:?} (it has {has}); for an object of this name write `{name} {sub}`, to ask \
             all the same add --any-resource"
        ))
    }

    /// The sentence for a word that names no resource.
    fn unknown(&self, word: &str) -> String {
        let small = word.to_ascii_lowercase();
        let names = self.known.iter().filter_map(|known| {
            let whole = resource_name(&known.group, &known.name);
            let edits = [&*known.name, &known.singular, &whole].map(|name| levenshtein(&small, name));
            edits.into_iter().min().map(|edits| (edits, known))
        });
        let near = names.min_by_key(|(edits, _)| *edits);
        let near = near
            .filter(|(edits, _)| *edits <= (word.len() / 3).max(1))
            .map_or(";".to_owned(), |(_, known)| {
                format!("; did you mean {}?", resource_name(&known.group, &known.name))
            });
        let who =
            if self.served { "the API server serves no resource" } else { "Kubernetes has no resource" };
        format!("{who} called {word:?}{near} to ask all the same add --any-resource")
    }
}

impl Known {
    /// Whether it stands for something that is no object: only the authorizer is asked about it.
    fn is_virtual(&self) -> bool {
        let virtual_ = ["users", "groups", "uids", "userextras", "signers"];
        let is_unlisted = UNLISTED.iter().any(|(group, name, ..)| *group == self.group && *name == self.name);
        is_unlisted && (virtual_.contains(&&*self.name) || &*self.name == "nodes")
    }

    fn is_called(&self, word: &str) -> bool {
        let is =
            |word: &str| self.name == word || self.singular == word || self.short.iter().any(|s| s == word);
        if is(word) {
            return true;
        }
        let Some((name, group)) = word.split_once('.') else { return false };
        if group == self.group {
            return is(name);
        }
        let (version, group) = group.split_once('.').unwrap_or((group, ""));
        group == self.group && version.starts_with('v') && is(name)
    }
}

/// A resource as it is written.
fn plainly(name: &str, group: &str, subresource: &str) -> Resource {
    Resource {
        group: group.to_owned(),
        name: name.to_owned(),
        subresource: subresource.to_owned(),
        namespaced: true,
        object: None,
        is_virtual: name == "*",
        others: Vec::new(),
    }
}

/// The verbs that Kubernetes asks its authorizers about.
const VERBS: [&str; 20] = [
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "use",
    "bind",
    "escalate",
    "impersonate",
    "approve",
    "sign",
    "attest",
    "put",
    "post",
    "head",
    "options",
    "*",
];

/// What to say of a verb that nothing is known to use.
pub(crate) fn odd_verb(verb: &str) -> Option<String> {
    if VERBS.contains(&verb) || verb.starts_with("impersonate:") || verb.starts_with("impersonate-on:") {
        return None;
    }
    let near = VERBS.iter().map(|known| (levenshtein(verb, known), *known)).min();
    let near = near.filter(|(edits, _)| *edits <= 2);
    let near = near.map(|(_, known)| format!("; did you mean {known}?")).unwrap_or_default();
    Some(format!("{verb:?} is no verb that Kubernetes uses{near}"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ironsides_core::{ApiResource, Object, Origin, Server};

    use super::*;

    fn short(resource: Result<Resource, String>) -> String {
        match resource {
            Ok(found) => {
                let sub = if found.subresource.is_empty() { "" } else { "/" };
                format!("{} {}{sub}{} {}", found.group, found.name, found.subresource, found.namespaced)
            }
            Err(why) => why,
        }
    }

    #[test]
    fn words_mean_what_they_mean_to_kubectl() {
        let resources = Resources::of(&Inventory::default());
        for (word, expected) in [
            ("pods", " pods true"),
            ("po", " pods true"),
            ("pod", " pods true"),
            ("pods/log", " pods/log true"),
            ("no", " nodes false"),
            ("deploy", "apps deployments true"),
            ("deployment", "apps deployments true"),
            ("deployments.apps", "apps deployments true"),
            ("deployments.v1.apps", "apps deployments true"),
            ("deploy/scale", "apps deployments/scale true"),
            ("events", " events true"),
            ("events.events.k8s.io", "events.k8s.io events true"),
            ("netpol", "networking.k8s.io networkpolicies true"),
            ("users", " users false"),
            ("secret/a", " secrets true"),
            ("ns/x", " namespaces false"),
            ("userextras/scopes", "authentication.k8s.io userextras/scopes false"),
            ("nodes/proxy", " nodes/proxy false"),
            ("*", " * true"),
            ("*.apps", "apps * true"),
            ("csr/approval", "certificates.k8s.io certificatesigningrequests/approval false"),
            ("clusterroles", "rbac.authorization.k8s.io clusterroles false"),
        ] {
            assert_eq!(short(resources.find(word, None, false)), expected, "{word}");
        }
        assert_eq!(resources.find("events", None, false).unwrap().others, ["events.events.k8s.io"]);
        let unknown = short(resources.find("deploymnets", None, false));
        assert!(unknown.contains("did you mean deployments.apps?"), "{unknown}");
        // What is no subresource is the name of an object, as kubectl reads it.
        for (word, name) in [
            ("pods/web", Some("web")),
            ("deploy/scale", None),
            ("ns/status", None),
            ("deploy/log", Some("log")),
        ] {
            assert_eq!(resources.find(word, None, false).unwrap().object.as_deref(), name, "{word}");
        }
        let exec = resources.find("pods/web", Some("exec"), false).unwrap();
        assert_eq!((&*exec.subresource, exec.object.as_deref()), ("exec", Some("web")));
        let sub = short(resources.find("pods", Some("web"), false));
        assert!(sub.contains("has no subresource \"web\"") && sub.contains("`pods web`"), "{sub}");
        assert!(resources.find("pods/", None, false).is_err());
        assert_eq!(resources.find("nodes", None, false).unwrap().others, [""; 0]);
        assert_eq!(short(resources.find("widgets.example.com/x", None, true)), "example.com widgets/x true");
        assert_eq!(short(resources.find("pods", Some("exec"), false)), " pods/exec true");
        assert!(resources.find("pods/log", Some("exec"), false).is_err());
    }

    #[test]
    fn what_a_server_serves_counts_and_definitions_add_to_it() {
        let served = |group: &str, name: &str, kind: &str, namespaced| ApiResource {
            group: group.into(),
            version: "v1".into(),
            name: name.into(),
            kind: kind.into(),
            namespaced,
            ..ApiResource::default()
        };
        let resources = vec![
            served("example.com", "widgets", "Widget", false),
            served("example.com", "widgets/paint", "Widget", false),
            served("", "pods", "Pod", true),
        ];
        let mut inventory = Inventory::of_cluster(Server { resources, ..Server::default() });
        let crd = "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: x},
            spec: {group: example.com, scope: Cluster, names: {plural: widgets, kind: Widget, shortNames: [wd]},
                   versions: [{name: v1, subresources: {scale: {}}}]}}";
        let root = ironsides_tree::parse_one(crd).unwrap();
        inventory.push(Object::new(root, Origin::Api { request: Arc::from("") }, Vec::new()));
        let resources = Resources::of(&inventory);
        assert_eq!(short(resources.find("wd/paint", None, false)), "example.com widgets/paint false");
        assert_eq!(short(resources.find("widget/scale", None, false)), "example.com widgets/scale false");
        let unserved = short(resources.find("deployments", None, false));
        assert!(unserved.starts_with("the API server serves no resource called"), "{unserved}");
    }

    #[test]
    fn odd_verbs_are_told() {
        assert_eq!(odd_verb("impersonate-on:user-info:get"), None);
        assert!(odd_verb("lsit").unwrap().contains("did you mean list?"));
        assert!(odd_verb("frobnicate").unwrap().ends_with("uses"));
    }
}
