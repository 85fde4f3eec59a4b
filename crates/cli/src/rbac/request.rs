//! What a command line asks about.

use anyhow::{Result, anyhow, bail};
use ironsides_core::Extent;
use ironsides_rbac::{Question, Request, ResourceRequest, UrlRequest, Where, Which, resource_name};
use ironsides_tree::Text;
use serde_json::{Value, json};

use super::resource::{Resource, odd_verb};
use super::world::World;
use crate::args::rbac::{NamespaceArgs, RequestArgs};
use crate::gather::{Place, Wanted, gather};
use crate::say::Say;

/// A question before it is known whether its namespace is left open.
pub(crate) struct Asked {
    verb: Text,
    what: What,
    name: Option<Text>,
}

enum What {
    Resource(Resource),
    Path(Text),
}

/// The namespace that kubectl takes where none is named.
const DEFAULT_NAMESPACE: &str = "default";

impl Asked {
    /// Reads a question. Oddities that stop nothing are told.
    pub(crate) fn read(args: &RequestArgs, scope: &NamespaceArgs, world: &World, say: &Say) -> Result<Self> {
        let (Some(verb), Some(resource)) = (&args.verb, &args.resource) else {
            bail!("name a verb and a resource, as in `get pods`, or a path, as in `get /healthz`");
        };
        let verb = Text::new(verb);
        if let Some(odd) = odd_verb(&verb) {
            say.warning(&odd);
        }
        if resource.starts_with('/') {
            if args.name.is_some() || args.subresource.is_some() {
                bail!("a path has no name and no subresource");
            }
            if scope.namespace.is_some() {
                say.note(&"paths are in no namespace; -n means nothing here");
            }
            return Ok(Self { verb, what: What::Path(Text::new(resource)), name: None });
        }
        let found = world.resources().find(resource, args.subresource.as_deref(), args.any_resource);
        let resource = found.map_err(|why| anyhow!(why))?;
        let name = match (&resource.object, &args.name) {
            (Some(a), Some(b)) => bail!("two names are written: {a:?} behind the resource, and {b:?}"),
            (a, b) => a.as_ref().or(b.as_ref()),
        };
        if let Some(name) = name.filter(|name| name.contains('/'))
            && !resource.is_virtual
        {
            bail!("{name:?} is no name of an object: names hold no slash");
        }
        if args.subresource.is_none()
            && args.name.is_none()
            && args.resource.as_deref().is_some_and(|word| word.contains('/'))
            && !resource.subresource.is_empty()
        {
            let (whole, sub) = (resource_name(&resource.group, &resource.name), &resource.subresource);
            say.note(&format!(
                "{sub:?} is read as the subresource of {whole}, where kubectl reads the name of an object: its form is \
                 --subresource {sub}"
            ));
        }
        if !resource.others.is_empty() {
            let meant = resource_name(&resource.group, &resource.name);
            say.note(&format!("{meant} is meant; there is also {}", resource.others.join(", ")));
        }
        if !resource.namespaced && scope.namespace.is_some() && resource.name != "namespaces" {
            let name = resource_name(&resource.group, &resource.name);
            say.note(&format!("{name} are in no namespace; -n means nothing here"));
        }
        let name = name.map(Text::new);
        Ok(Self { verb, what: What::Resource(resource), name })
    }

    /// Whether requests of the verb carry a name.
    fn is_about_one(&self) -> bool {
        !matches!(&*self.verb, "list" | "watch" | "create" | "deletecollection")
    }

    /// As a question about everybody. Where no namespace is named, it is open.
    pub(crate) fn question(&self, scope: &NamespaceArgs) -> Question {
        let resource = match &self.what {
            What::Path(path) => {
                return Question::Url(UrlRequest { verb: self.verb.clone(), path: path.clone() });
            }
            What::Resource(resource) => resource,
        };
        let name = match (&self.name, &*self.verb) {
            (Some(name), _) => Which::Named(name.clone()),
            (None, "create" | "deletecollection") if resource.subresource.is_empty() => Which::Nameless,
            (None, _) => Which::Any,
        };
        let namespace = match (resource.is_namespaces(), resource.namespaced, &scope.namespace) {
            // A request for one namespace is in it.
            (true, _, _) if self.is_about_one() => match &self.name {
                Some(name) => Where::Namespace(name.clone()),
                None => Where::Anywhere,
            },
            (false, true, Some(namespace)) => Where::Namespace(Text::new(namespace)),
            (false, true, None) if !scope.all_namespaces => Where::Anywhere,
            _ => Where::Cluster,
        };
        Question::Resource {
            verb: self.verb.clone(),
            group: Text::new(&resource.group),
            resource: Text::new(&resource.name),
            subresource: Text::new(&resource.subresource),
            namespace,
            name,
        }
    }

    /// As one request. Where no namespace is named, it is kubectl's default.
    pub(crate) fn request(&self, scope: &NamespaceArgs) -> Request {
        let resource = match &self.what {
            What::Path(path) => {
                return Request::Url(UrlRequest { verb: self.verb.clone(), path: path.clone() });
            }
            What::Resource(resource) => resource,
        };
        let namespace = match &self.name {
            Some(name) if resource.is_namespaces() && self.is_about_one() => name.as_str(),
            _ if !resource.namespaced || scope.all_namespaces => "",
            _ => namespace(scope),
        };
        Request::Resource(ResourceRequest {
            verb: self.verb.clone(),
            group: Text::new(&resource.group),
            resource: Text::new(&resource.name),
            subresource: Text::new(&resource.subresource),
            namespace: Text::new(namespace),
            name: self.name.clone().unwrap_or_default(),
        })
    }
}

/// Tells of a namespace that a cluster does not have. Where its namespaces cannot be read nothing is told: no answer
/// depends on them.
pub(crate) fn tell_of_namespace(scope: &NamespaceArgs, place: &Place, world: &World, say: &Say) {
    let (Some(asked), Some(_)) = (scope.namespace.as_deref(), world.inventory.server()) else { return };
    let Ok(gathered) = gather(place, Wanted::Kinds(&[("", "Namespace")]), &Say::mute()) else { return };
    let inventory = gathered.inventory;
    let is_there = inventory.of_kind("", "Namespace").any(|object| *object.reference().name == *asked);
    if !is_there && inventory.coverage.of_objects("", "namespaces", None) == Extent::Complete {
        say.note(&format!("there is no namespace {asked:?} in the cluster"));
    }
}

/// The namespace that is meant where one is needed.
pub(crate) fn namespace(scope: &NamespaceArgs) -> &str {
    scope.namespace.as_deref().unwrap_or(DEFAULT_NAMESPACE)
}

impl Resource {
    fn is_namespaces(&self) -> bool {
        self.group.is_empty() && self.name == "namespaces"
    }
}

/// A question for programs.
pub(crate) fn question_json(question: &Question) -> Value {
    match question {
        Question::Url(url) => json!({ "verb": &*url.verb, "path": &*url.path }),
        Question::Resource { verb, group, resource, subresource, namespace, name } => {
            let (scope, namespace) = match namespace {
                Where::Cluster => ("cluster", None),
                Where::Namespace(namespace) => ("namespace", Some(namespace.as_str())),
                Where::Anywhere => ("anywhere", None),
            };
            let name = match name {
                Which::Named(name) => Some(name.as_str()),
                Which::Nameless | Which::Any => None,
            };
            json!({
                "verb": &**verb, "group": &**group, "resource": &**resource, "subresource": &**subresource,
                "scope": scope, "namespace": namespace, "name": name,
            })
        }
    }
}

/// A request for programs, in the same shape.
pub(crate) fn request_json(request: &Request) -> Value {
    question_json(&Question::from(request))
}

/// A request in words: `get secrets "db" in namespace shop`.
pub(crate) fn told(request: &Request) -> String {
    match request {
        Request::Url(url) => format!("{} {}", url.verb, url.path),
        Request::Resource(request) => {
            let path = match &*request.subresource {
                "" => request.resource.to_string(),
                sub => format!("{}/{sub}", request.resource),
            };
            let name = match &*request.name {
                "" => String::new(),
                name => format!(" {name:?}"),
            };
            let place = match &*request.namespace {
                "" => String::new(),
                namespace => format!(" in namespace {namespace}"),
            };
            format!("{} {}{name}{place}", request.verb, resource_name(&request.group, &path))
        }
    }
}
