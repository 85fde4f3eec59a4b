//! How lists merge: which field tells their items apart.

use ironsides_schema::{Shape, Type};

use super::node::Node;

/// What is known of a value.
#[derive(Clone, Debug)]
pub(super) struct Schema<'a> {
    known: Known<'a>,
    /// The keys of a list that merges; none for a list of scalars.
    keys: Option<Vec<&'a str>>,
}

#[derive(Clone, Copy, Debug)]
enum Known<'a> {
    Nothing,
    Object(&'static Type),
    Shape(Shape),
    /// A schema of an OpenAPI document, and the document.
    Custom(&'a Node, &'a Node),
}

impl<'a> Schema<'a> {
    pub(super) const NOTHING: Self = Self { known: Known::Nothing, keys: None };

    /// The schema of an object; nothing for kinds that are not built in. A document of the user's takes the place of
    /// what is built in.
    pub(super) fn of(api_version: &str, kind: &str, custom: Option<&'a Node>) -> Self {
        let known = match custom {
            Some(document) => definition(document, api_version, kind)
                .map_or(Known::Nothing, |definition| Known::Custom(document, definition)),
            None => built_in(api_version, kind).map_or(Known::Nothing, Known::Object),
        };
        Self { known, keys: None }
    }

    pub(super) fn is_nothing(&self) -> bool {
        matches!(self.known, Known::Nothing)
    }

    /// The schema of a field of a map.
    pub(super) fn field(&self, name: &str) -> Self {
        let ty = match self.known {
            Known::Object(ty) => ty,
            Known::Shape(Shape::Object(id)) => id.get(),
            Known::Shape(Shape::Map(inner)) => return Self { known: Known::Shape(*inner), keys: None },
            Known::Custom(document, schema) => return custom_field(document, schema, name),
            _ => return Self::NOTHING,
        };
        let Some(field) = ty.field(name).filter(|_| !is_newer(ty.name, name)) else { return Self::NOTHING };
        let keys = field.merges().then(|| match field.list_map_keys() {
            [] => field.merge_key().into_iter().collect(),
            keys => keys.to_vec(),
        });
        Self { known: Known::Shape(field.shape), keys }
    }

    /// The schema of the items of a list.
    pub(super) fn items(&self) -> Self {
        let known = match self.known {
            Known::Shape(Shape::List(inner)) => Known::Shape(*inner),
            Known::Custom(document, schema) => match schema.get("items") {
                Some(items) => Known::Custom(document, resolve(document, items)),
                None => Known::Nothing,
            },
            _ => Known::Nothing,
        };
        Self { known, keys: None }
    }

    /// The keys by which a list merges; `None` where it is replaced as a whole.
    pub(super) fn keys(&self) -> Option<&[&'a str]> {
        self.keys.as_deref()
    }
}

/// Versions that servers dropped are looked up under those that took their place.
fn built_in(api_version: &str, kind: &str) -> Option<&'static Type> {
    let find = |api_version: &str| ironsides_schema::kind(api_version, kind).map(ironsides_schema::Kind::ty);
    find(api_version).or_else(|| match api_version {
        "extensions/v1beta1" if kind == "Ingress" => find("networking.k8s.io/v1"),
        "batch/v1beta1" if kind == "CronJob" => find("batch/v1"),
        "policy/v1beta1" if kind == "PodDisruptionBudget" => find("policy/v1"),
        "networking.k8s.io/v1beta1" => find("networking.k8s.io/v1"),
        "storage.k8s.io/v1beta1" => find("storage.k8s.io/v1"),
        _ => None,
    })
}

/// Fields that Kubernetes has and kustomize's OpenAPI document (of 1.21) has not: it replaces their lists.
fn is_newer(ty: &str, field: &str) -> bool {
    let name = ty.rsplit('.').next().unwrap_or(ty);
    matches!(
        (name, field),
        ("PodSpec", "resourceClaims" | "schedulingGates")
            | ("PodStatus", "resourceClaimStatuses" | "hostIPs")
    ) || (name.contains("AdmissionPolic") && field != "metadata")
        || field == "matchConditions"
}

fn definition<'a>(document: &'a Node, api_version: &str, kind: &str) -> Option<&'a Node> {
    let (group, version) = super::id::split_version(api_version);
    let fits = |definition: &Node| {
        let kinds = definition.get("x-kubernetes-group-version-kind").map(Node::items).unwrap_or_default();
        kinds.iter().any(|one| {
            let is = |name: &str, wanted: &str| one.get(name).map_or("", Node::text) == wanted;
            is("group", group) && is("version", version) && is("kind", kind)
        })
    };
    document.get("definitions")?.fields().iter().map(|field| &field.value).find(|definition| fits(definition))
}

/// A schema, or what its `$ref` leads to.
fn resolve<'a>(document: &'a Node, mut schema: &'a Node) -> &'a Node {
    for _ in 0..16 {
        let target = schema.get("$ref").map(Node::text).and_then(|path| path.strip_prefix("#/definitions/"));
        let found = target.and_then(|name| document.get("definitions")?.get(name));
        match found {
            Some(found) => schema = found,
            None => break,
        }
    }
    schema
}

fn custom_field<'a>(document: &'a Node, schema: &'a Node, name: &str) -> Schema<'a> {
    let field = schema
        .get("properties")
        .and_then(|fields| fields.get(name))
        .or_else(|| schema.get("additionalProperties"));
    let Some(field) = field else { return Schema::NOTHING };
    let own = resolve(document, field);
    let text = |name: &str| field.get(name).or_else(|| own.get(name)).map(Node::text);
    let merges =
        text("x-kubernetes-patch-strategy").is_some_and(|how| how.split(',').any(|one| one == "merge"));
    let keys = merges.then(|| {
        let list = field.get("x-kubernetes-list-map-keys").map(Node::items).unwrap_or_default();
        match list {
            [] => text("x-kubernetes-patch-merge-key").into_iter().collect(),
            keys => keys.iter().map(Node::text).collect(),
        }
    });
    Schema { known: Known::Custom(document, own), keys }
}
