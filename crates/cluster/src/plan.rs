//! The requests of a collection, before any list is read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ironsides_core::{ApiResource, Extent, Listing, Server};
use ironsides_tree::{Node, Text, Value};

use crate::configz;
use crate::discovery::Discovery;
use crate::wanted::Wanted;

/// What a collection would ask for.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What the server told of itself.
    pub server: Server,
    /// The requests: those that need no right on objects first, then by group, resource and namespace.
    pub reads: Vec<Read>,
    /// What is known without asking: kinds that the server does not serve have no objects; of groups whose own server does
    /// not answer, nothing can be read.
    pub settled: Vec<Listing>,
    /// The smallest roles that allow these requests: a `ClusterRole` for what is read of all namespaces or has none, and
    /// a `Role` for each namespace.
    pub roles: Vec<Node>,
    /// Whether the server is asked what it answers without credentials.
    pub anonymous: bool,
    /// Whether every kubelet is asked for its configuration.
    pub configz: bool,
}

/// One request of a collection.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Read {
    /// The API group; empty for the core group.
    pub group: String,
    /// The plural name of the resource; empty for what is no resource, like `/version`.
    pub resource: String,
    /// The namespace it is limited to.
    pub namespace: Option<String>,
    /// The version.
    pub version: String,
    /// The kind of the objects.
    pub kind: String,
    /// The request, without paging: `GET /apis/apps/v1/deployments`.
    pub request: String,
    /// What for, in a few words.
    pub why: String,
    /// Whether the resource has namespaces.
    pub namespaced: bool,
}

/// What is asked without credentials: all of it harmless to answer, and yet more than a stranger has to know.
pub(crate) const ANONYMOUS: [&str; 8] =
    ["/version", "/healthz", "/livez", "/readyz", "/api", "/apis", "/openapi/v2", "/metrics"];

/// The paths that are read to learn what a server serves.
const DISCOVERY: [&str; 5] = ["/api", "/api/*", "/apis", "/apis/*", "/version"];

/// The name of the roles.
const ROLE: &str = "ironsides-read";

/// Resources that are never read where every kind is wanted: what happens rather than what is set, and what another
/// group serves as well.
fn is_left_out(resource: &ApiResource) -> bool {
    let ApiResource { group, name, .. } = resource;
    let is_metrics = group == "metrics.k8s.io" || group.ends_with(".metrics.k8s.io");
    is_metrics
        || name == "events" && matches!(group.as_str(), "" | "events.k8s.io")
        || name == "componentstatuses" && group.is_empty()
        || group == "extensions"
}

impl Plan {
    /// Plans the reads of what is wanted.
    pub(crate) fn of(wanted: &Wanted, discovery: &Discovery, server: Server) -> Self {
        let mut plan =
            Self { server, anonymous: wanted.anonymous, configz: wanted.configz, ..Self::default() };
        let mut resources: Vec<ApiResource> = Vec::new();
        let nodes = (String::new(), "Node".to_owned());
        for (group, kind) in wanted.kinds.iter().chain(wanted.configz.then_some(&nodes)) {
            match discovery.listable(group, kind) {
                Some(resource) => resources.push(resource.clone()),
                None => plan.not_served(group, kind, discovery, &mut resources),
            }
        }
        if wanted.all_kinds {
            resources.extend(discovery.all().into_iter().filter(|found| !is_left_out(found)).cloned());
            for (group, why) in &discovery.broken {
                let resource =
                    ApiResource { group: group.clone(), name: "*".into(), ..ApiResource::default() };
                plan.settled.push(listing(&resource, Extent::Absent { why: why.clone() }));
            }
            if let Some(why) = &discovery.unknown {
                let resource = ApiResource { name: "*".into(), ..ApiResource::default() };
                plan.settled.push(listing(&resource, Extent::Absent { why: why.clone() }));
            }
        }
        resources.sort();
        resources.dedup_by(|a, b| (&a.group, &a.name) == (&b.group, &b.name));
        let namespaces: BTreeSet<&String> = wanted.namespaces.iter().collect();
        for resource in &resources {
            let is_namespace = resource.group.is_empty() && resource.name == "namespaces";
            if namespaces.is_empty() || !resource.namespaced && !is_namespace {
                plan.reads.push(Read::of(resource, None));
            } else {
                plan.reads.extend(namespaces.iter().map(|namespace| Read::of(resource, Some(namespace))));
            }
        }
        plan.reads.sort();
        let mut first: Vec<Read> = ["/version", "/api", "/apis"]
            .map(|path| Read::path(path, "what the server is and serves"))
            .into();
        if wanted.anonymous {
            let why = "what the server tells anybody; sent without credentials";
            first.extend(ANONYMOUS.map(|path| Read::path(path, why)));
        }
        plan.reads.splice(0..0, first);
        if wanted.configz {
            let request = configz::REQUEST.to_owned();
            let why = "the configuration that runs in each kubelet".to_owned();
            plan.reads.push(Read { request, why, ..Read::default() });
        }
        plan.roles = roles(&plan.reads, wanted.configz);
        plan.settled.sort_by(|a, b| (&a.group, &a.resource).cmp(&(&b.group, &b.resource)));
        plan
    }

    /// A kind that discovery does not know. Where discovery is complete there are no such objects; where it is not, a
    /// built-in kind is asked for as if it were served. The name of a resource is known of built-in kinds alone: what is
    /// of another kind is told of with its group.
    fn not_served(
        &mut self,
        group: &str,
        kind: &str,
        discovery: &Discovery,
        resources: &mut Vec<ApiResource>,
    ) {
        let built_in =
            ironsides_schema::kinds().iter().filter(|known| known.group == group && known.kind == kind);
        // The versions of a group stand from the oldest to the newest, stable ones last.
        let built_in = built_in.max_by_key(|known| (!known.version.contains(['a', 'b']), known.version));
        let resource = built_in.map(|known| ApiResource {
            group: group.to_owned(),
            version: known.version.to_owned(),
            name: known.plural.to_owned(),
            kind: kind.to_owned(),
            namespaced: known.namespaced,
            ..ApiResource::default()
        });
        let is_broken = discovery.broken.iter().any(|(broken, _)| broken == group);
        match (discovery.doubt(group), resource) {
            (None, Some(resource)) => self.settled.push(listing(&resource, Extent::Complete)),
            // What is not served has no name, and what has no name needs no listing.
            (None, None) => {}
            (Some(_), Some(resource)) if !is_broken => resources.push(resource),
            (Some(why), resource) => {
                let of_group =
                    || ApiResource { group: group.to_owned(), name: "*".into(), ..ApiResource::default() };
                let listing =
                    listing(&resource.unwrap_or_else(of_group), Extent::Absent { why: why.to_owned() });
                if !self.settled.iter().any(|known| known.fact() == listing.fact()) {
                    self.settled.push(listing);
                }
            }
        }
    }

    /// The roles as YAML documents that `kubectl apply -f -` takes.
    pub fn roles_yaml(&self) -> String {
        let documents = self.roles.iter().map(|role| format!("---\n{}", ironsides_tree::print::yaml(role)));
        documents.collect()
    }
}

impl Read {
    fn of(resource: &ApiResource, namespace: Option<&String>) -> Self {
        let ApiResource { group, version, name, kind, namespaced, .. } = resource;
        let request = match namespace {
            // A namespace is read by name: that needs no right on others.
            Some(namespace) if !namespaced => format!("GET {}/{name}/{namespace}", base(group, version)),
            Some(namespace) => format!("GET {}/namespaces/{namespace}/{name}", base(group, version)),
            None => format!("GET {}/{name}", base(group, version)),
        };
        Self {
            group: group.clone(),
            resource: name.clone(),
            namespace: namespace.cloned(),
            version: version.clone(),
            kind: kind.clone(),
            request,
            why: format!("objects of kind {kind}"),
            namespaced: *namespaced,
        }
    }

    fn path(path: &str, why: &str) -> Self {
        Self { request: format!("GET {path}"), why: why.to_owned(), ..Self::default() }
    }

    /// The same read in one namespace.
    pub(crate) fn within(&self, namespace: &str) -> Self {
        let request =
            format!("GET {}/namespaces/{namespace}/{}", base(&self.group, &self.version), self.resource);
        Self { namespace: Some(namespace.to_owned()), request, ..self.clone() }
    }

    /// The path that is asked for.
    pub(crate) fn url(&self) -> &str {
        self.request.strip_prefix("GET ").unwrap_or(&self.request)
    }

    /// Whether one object is read by its name.
    pub(crate) fn is_single(&self) -> bool {
        self.namespace.is_some() && !self.namespaced
    }

    /// What this read gave.
    pub(crate) fn listing(&self, extent: Extent, objects: Vec<Node>) -> Listing {
        Listing {
            request: Arc::from(self.request.as_str()),
            group: Text::new(&self.group),
            version: Text::new(&self.version),
            resource: Text::new(&self.resource),
            kind: Text::new(&self.kind),
            namespace: self.namespace.as_ref().map(Text::new),
            extent,
            objects,
        }
    }
}

/// The path under which a group and version stands.
pub(crate) fn base(group: &str, version: &str) -> String {
    if group.is_empty() { format!("/api/{version}") } else { format!("/apis/{group}/{version}") }
}

fn listing(resource: &ApiResource, extent: Extent) -> Listing {
    Read::of(resource, None).listing(extent, Vec::new())
}

/// The rules of a role: the resources by group and verb.
type Rules<'a> = BTreeMap<(&'a str, &'a str), BTreeSet<&'a str>>;

/// The smallest roles that allow these reads.
fn roles(reads: &[Read], configz: bool) -> Vec<Node> {
    let mut rules: BTreeMap<Option<&str>, Rules<'_>> = BTreeMap::new();
    rules.entry(None).or_default();
    for read in reads.iter().filter(|read| !read.resource.is_empty()) {
        let verb = if read.is_single() { "get" } else { "list" };
        let of_scope = rules.entry(read.namespace.as_deref()).or_default();
        of_scope.entry((&read.group, verb)).or_default().insert(&read.resource);
    }
    if configz {
        rules.entry(None).or_default().entry(("", "get")).or_default().insert(configz::RESOURCE);
    }
    let role = |(namespace, rules): (Option<&str>, Rules<'_>)| {
        let mut metadata = vec![("name", text(ROLE))];
        metadata.extend(namespace.map(|namespace| ("namespace", text(namespace))));
        let mut list: Vec<Node> = rules
            .into_iter()
            .map(|((group, verb), resources)| {
                map([
                    ("apiGroups", texts([group])),
                    ("resources", texts(resources)),
                    ("verbs", texts([verb])),
                ])
            })
            .collect();
        if namespace.is_none() {
            list.push(map([("nonResourceURLs", texts(DISCOVERY)), ("verbs", texts(["get"]))]));
        }
        map([
            ("apiVersion", text("rbac.authorization.k8s.io/v1")),
            ("kind", text(if namespace.is_some() { "Role" } else { "ClusterRole" })),
            ("metadata", map(metadata)),
            ("rules", Node::bare(Value::List(list.into()))),
        ])
    };
    rules.into_iter().map(role).collect()
}

fn text(text: &str) -> Node {
    Node::bare(text.into())
}

fn texts<'a>(items: impl IntoIterator<Item = &'a str>) -> Node {
    Node::bare(Value::List(items.into_iter().map(text).collect()))
}

fn map<'a>(fields: impl IntoIterator<Item = (&'a str, Node)>) -> Node {
    Node::bare(Value::Map(Arc::new(fields.into_iter().map(|(key, value)| (Text::new(key), value)).collect())))
}
