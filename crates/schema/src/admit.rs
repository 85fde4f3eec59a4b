//! What a real API server makes of a manifest: the object with its defaults, or why it is refused.
//!
//! [`create`] does what `POST` does: it reads the body as the server reads it, complains about repeated and unknown
//! fields as the field validation asks, fills in defaults, prepares the object as the kind's strategy does, adds what
//! the admission plugins add that are on by default, and validates. [`defaulted`] stops after the defaults: it is
//! what other engines hold values against that a manifest leaves out.
//!
//! The behaviour is that of Kubernetes 1.36 ([`crate::RELEASE`]); each part names the upstream source it follows.

mod base64;
mod custom;
mod decode;
mod defaults;
mod draft;
mod encode;
mod moment;
mod pods;
mod rules;
mod services;
mod strategy;
mod strict;

use ironsides_tree::{Documents, Format, Limits, Node, Remark};

use self::decode::Decoder;
use self::draft::Draft;
use crate::table::Kind;

pub use self::custom::CustomKind;
pub use self::rules::form::{is_label, is_label_value, is_port_name, is_qualified, is_subdomain};

/// What the server does about fields that repeat or that it does not know (`fieldValidation`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldValidation {
    /// Refuses the object.
    Strict,
    /// Drops them and warns.
    Warn,
    /// Drops them.
    Ignore,
}

/// What a request says of itself and of the cluster that it is made to.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    /// The namespace in the path of the request.
    pub namespace: &'a str,
    /// The service accounts of that namespace.
    pub service_accounts: &'a [&'a str],
    /// The priority classes and their values.
    pub priority_classes: &'a [(&'a str, i64)],
    /// The address that a service without one is given.
    pub cluster_ip: &'a str,
    /// The first node port that is given out.
    pub node_port: i64,
}

impl Default for World<'_> {
    /// A fresh cluster: the account `default`, the two system priority classes, services in 10.96.0.0/16.
    fn default() -> Self {
        Self {
            namespace: "default",
            service_accounts: &["default"],
            priority_classes: &[
                ("system-cluster-critical", 2_000_000_000),
                ("system-node-critical", 2_000_001_000),
            ],
            cluster_ip: "10.96.0.0",
            node_port: 30_000,
        }
    }
}

/// The server's answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Complaints about repeated and unknown fields, in the server's words and order.
    pub warnings: Vec<String>,
    /// The object as it would be stored, or why it is refused.
    pub outcome: Result<Node, Refusal>,
}

impl Answer {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.outcome.as_ref().map_or_else(|refusal| refusal.status, |_| 201)
    }
}

/// Why the server refuses an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status: 400 for what cannot be decoded, 403 for what admission refuses, 422 for what is invalid.
    pub status: u16,
    /// Why. For strict decoding errors these are the server's words, else our own.
    pub message: String,
}

impl Refusal {
    fn bad(message: impl Into<String>) -> Self {
        Self { status: 400, message: message.into() }
    }

    fn forbidden(message: impl Into<String>) -> Self {
        Self { status: 403, message: message.into() }
    }
}

/// What is asked to be created.
#[derive(Clone, Copy, Debug)]
pub enum Resource<'a> {
    /// A built-in kind.
    BuiltIn(&'static Kind),
    /// A kind that a custom resource definition describes.
    Custom(&'a CustomKind),
}

impl Resource<'_> {
    fn kind(&self) -> &str {
        match self {
            Self::BuiltIn(kind) => kind.kind,
            Self::Custom(kind) => kind.kind(),
        }
    }

    fn namespaced(&self) -> bool {
        match self {
            Self::BuiltIn(kind) => kind.namespaced,
            Self::Custom(kind) => kind.namespaced(),
        }
    }

    fn group_version(&self) -> (&str, &str) {
        match self {
            Self::BuiltIn(kind) => (kind.group, kind.version),
            Self::Custom(kind) => kind.group_version(),
        }
    }

    fn api_version(&self) -> String {
        match self.group_version() {
            ("", version) => version.to_owned(),
            (group, version) => format!("{group}/{version}"),
        }
    }
}

/// What the server answers when `body` is posted to the collection of a kind. `format` is what the content type
/// says; only the first document of a YAML body counts.
pub fn create(
    body: &str,
    format: Format,
    resource: Resource<'_>,
    validation: FieldValidation,
    world: &World<'_>,
) -> Answer {
    let mut warnings = Vec::new();
    let outcome = created(body, format, resource, validation, world, &mut warnings);
    if validation != FieldValidation::Warn {
        warnings.clear();
    }
    Answer { warnings, outcome }
}

fn created(
    body: &str,
    format: Format,
    resource: Resource<'_>,
    validation: FieldValidation,
    world: &World<'_>,
    warnings: &mut Vec<String>,
) -> Result<Node, Refusal> {
    let yaml = format == Format::Yaml;
    let (root, remarks) = read(body, format)?;
    check_type(&root, resource)?;
    let repeated = if yaml { strict::repeated_keys(body, &remarks) } else { Vec::new() };
    let mut decoder = Decoder::new(body, yaml, &remarks);
    let mut draft = match resource {
        Resource::BuiltIn(kind) => decoder.object(&root, kind.ty()),
        Resource::Custom(kind) => kind.decode(&mut decoder, &root),
    }
    .map_err(|wrong| Refusal::bad(wrong.0))?;
    for text in repeated.iter().chain(&decoder.strict) {
        if !warnings.contains(text) {
            warnings.push(text.clone());
        }
    }
    if validation == FieldValidation::Strict && !warnings.is_empty() {
        return Err(strict_error(resource, &repeated, &decoder.strict));
    }
    place(&mut draft, resource, world)?;
    match resource {
        Resource::BuiltIn(kind) => {
            // A job without labels shares those of its template, with what is added to them.
            let shares = kind.kind == "Job" && !draft.at(&["metadata", "labels"]).is_filled();
            defaults::fill(&mut draft, kind.ty());
            if shares && let Some(metadata) = draft.get_mut("metadata") {
                metadata.remove("labels");
            }
            if kind.kind == "Pod" {
                pods::admit(&mut draft, world)?;
            }
            strategy::prepare(&mut draft, kind, world);
            draft = rules::check(draft, kind)?;
            defaults::fill(&mut draft, kind.ty());
            Ok(written(draft, resource, kind))
        }
        Resource::Custom(kind) => kind.admit(draft),
    }
}

/// The first document of a body; nothing at all is an empty object.
fn read(body: &str, format: Format) -> Result<(Node, Vec<Remark>), Refusal> {
    if format == Format::Json && body.starts_with('\u{feff}') {
        return Err(Refusal::bad("a byte order mark is no JSON"));
    }
    let limits = Limits { split_lists: false, ..Limits::default() };
    let mut documents = Documents::with_format(body, format, limits);
    let first = match documents.next() {
        Some(Ok(first)) => first,
        Some(Err(error)) => {
            return Err(Refusal::bad(format!("{}: {error}", error.position(body))));
        }
        None if format == Format::Json => return Err(Refusal::bad("the body is empty")),
        None => return Ok((empty(), Vec::new())),
    };
    if format == Format::Json && documents.next().is_some() {
        return Err(Refusal::bad("something follows the JSON value"));
    }
    let root = if first.root.is_null() { empty() } else { first.root };
    Ok((root, first.remarks))
}

fn empty() -> Node {
    Draft::map().into_node()
}

/// The kind and version that the body names must be those of the path; what it does not name is filled in.
fn check_type(root: &Node, resource: Resource<'_>) -> Result<(), Refusal> {
    if root.as_map().is_none() {
        return Err(Refusal::bad(format!("a {} is no object", root.shape())));
    }
    for (field, expected) in [("apiVersion", resource.api_version()), ("kind", resource.kind().to_owned())] {
        match root.get(field).filter(|value| !value.is_null()) {
            None if matches!(resource, Resource::Custom(_)) => {
                return Err(Refusal::bad(format!("{field} is missing")));
            }
            None => {}
            Some(value) => match value.as_str() {
                None => return Err(Refusal::bad(format!("{field}: a {} is no string", value.shape()))),
                Some(given) if given.is_empty() || given == expected => {}
                Some(given) => {
                    return Err(Refusal::bad(format!("{field} is {given}, and {expected} was expected")));
                }
            },
        }
    }
    Ok(())
}

fn strict_error(resource: Resource<'_>, repeated: &[String], strict: &[String]) -> Refusal {
    let mut parts = Vec::new();
    if !repeated.is_empty() {
        parts.push(format!("yaml: unmarshal errors:\n  {}", repeated.join("\n  ")));
    }
    parts.extend(strict.iter().cloned());
    let (kind, (_, version)) = (resource.kind(), resource.group_version());
    let text = parts.join(", ");
    Refusal::bad(format!(
        "{kind} in version {version:?} cannot be handled as a {kind}: strict decoding error: {text}"
    ))
}

/// The namespace of the object is that of the request (`EnsureObjectNamespaceMatchesRequestNamespace`).
fn place(draft: &mut Draft, resource: Resource<'_>, world: &World<'_>) -> Result<(), Refusal> {
    let metadata = draft.need("metadata");
    if !resource.namespaced() {
        metadata.remove("namespace");
        return Ok(());
    }
    match metadata.str("namespace") {
        "" => metadata.set("namespace", world.namespace),
        given if given == world.namespace => {}
        given => {
            let text = format!("the object is in namespace {given}, the request in {}", world.namespace);
            return Err(Refusal::bad(text));
        }
    }
    Ok(())
}

/// The name that the server makes of `generateName`, with `xxxxx` for the five letters that it picks.
fn generate_name(metadata: &mut Draft) {
    const MOST: usize = 58;
    if !metadata.has("name") && metadata.has("generateName") {
        let start: String = metadata.str("generateName").chars().take(MOST).collect();
        metadata.set("name", format!("{start}xxxxx"));
    }
}

fn written(mut draft: Draft, resource: Resource<'_>, kind: &'static Kind) -> Node {
    draft.set("apiVersion", resource.api_version());
    draft.set("kind", resource.kind());
    encode::complete(&mut draft, kind.ty());
    draft.into_node()
}

/// An object of a kind with everything that the API server fills in when it decodes it, as the server would write it:
/// unknown fields and nulls are gone, amounts are canonical. Nothing is validated, and nothing is added that depends
/// on the cluster.
///
/// # Errors
///
/// Where a value has a type that its field cannot hold: the server refuses such an object before it fills in
/// anything.
///
/// ```
/// # use ironsides_schema::{admit::defaulted, kind};
/// let service = ironsides_tree::parse_one("{spec: {ports: [{port: 80}]}}").unwrap();
/// let full = defaulted(&service, kind("v1", "Service").unwrap()).unwrap();
/// assert_eq!(full.at(&["spec", "type"]).and_then(|kind| kind.as_str()), Some("ClusterIP"));
/// ```
pub fn defaulted(node: &Node, kind: &'static Kind) -> Result<Node, Refusal> {
    let mut decoder = Decoder::new("", true, &[]);
    decoder.silent = true;
    let mut draft = decoder.object(node, kind.ty()).map_err(|wrong| Refusal::bad(wrong.0))?;
    defaults::fill(&mut draft, kind.ty());
    if let Some(path) = kind.pod_template
        && let Some(spec) = draft.at_mut(path).and_then(|template| template.get_mut("spec"))
    {
        pods::account(spec);
    }
    encode::complete(&mut draft, kind.ty());
    Ok(draft.into_node())
}
