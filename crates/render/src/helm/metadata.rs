//! `Chart.yaml`.

use ironsides_tree::{Lines, Node, Text, Value as Tree};

use super::chart::map_of;
use super::options::NamedText;
use super::semver::Version;
use super::value::{Map, MapType, Value};
use crate::RenderError;

/// What `Chart.yaml` says.
#[derive(Clone, Debug)]
pub(crate) struct Metadata {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) api_version: String,
    pub(crate) kube_version: String,
    pub(crate) dependencies: Vec<Dependency>,
    kind: String,
    root: Node,
}

/// A chart that another needs.
#[derive(Clone, Debug)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) repository: String,
    pub(crate) condition: String,
    pub(crate) tags: Vec<String>,
    pub(crate) alias: Option<String>,
    pub(crate) imports: Vec<Import>,
}

/// Values that are taken over from a chart below: the map at `child`, to `parent`.
#[derive(Clone, Debug)]
pub(crate) struct Import {
    pub(crate) child: String,
    pub(crate) parent: String,
}

/// The text of a field. A number or boolean becomes one, as Helm reads `version: 1.2`.
fn text(node: &Node, key: &str) -> String {
    match node.get(key).map(Node::value) {
        Some(Tree::String(text)) => text.to_string(),
        Some(Tree::Bool(value)) => value.to_string(),
        Some(Tree::Int(value)) => value.to_string(),
        Some(Tree::Float(value)) => super::number::general(*value),
        _ => String::new(),
    }
}

fn texts(node: &Node, key: &str) -> Vec<String> {
    let items = node.get(key).map(Node::items).unwrap_or_default();
    items.iter().filter_map(Node::as_str).map(str::to_owned).collect()
}

impl Metadata {
    /// Reads it, and the `requirements.yaml` that charts of `apiVersion: v1` may have.
    pub(crate) fn read(file: &NamedText, requirements: Option<&NamedText>) -> Result<Self, RenderError> {
        let root = map_of(file, "Chart.yaml")?;
        let wrong_in = |file: &NamedText, node: &Node, message: String, hint: &str| {
            let at =
                node.span().is_some().then(|| Lines::new(&file.text).position(&file.text, node.span().start));
            RenderError::At {
                path: file.path.to_string(),
                line: at.map(|at| at.line),
                column: at.map(|at| at.column),
                message,
                hint: Some(hint.to_owned()),
            }
        };
        let wrong = |node: &Node, message: String, hint: &str| wrong_in(file, node, message, hint);
        for key in ["name", "version", "apiVersion", "appVersion", "kubeVersion", "type", "description"] {
            if let Some(node) =
                root.get(key).filter(|node| node.as_map().is_some() || node.as_list().is_some())
            {
                let message = format!("{key} is a {}, not a string", node.shape());
                return Err(wrong(node, message, "write a string"));
            }
        }
        let (name, version, kind) = (text(&root, "name"), text(&root, "version"), text(&root, "type"));
        if name.is_empty() {
            return Err(wrong(&root, "the chart has no name".to_owned(), "add name: to Chart.yaml"));
        }
        if name == "." || name == ".." || name.contains('/') {
            let node = root.get("name").unwrap_or(&root);
            return Err(wrong(
                node,
                format!("{name:?} is no name for a chart"),
                "use letters, digits and dashes",
            ));
        }
        if version.is_empty() {
            return Err(wrong(&root, "the chart has no version".to_owned(), "add version: to Chart.yaml"));
        }
        if Version::parse(&version).is_none() {
            let node = root.get("version").unwrap_or(&root);
            return Err(wrong(
                node,
                format!("{version:?} is no semantic version"),
                "write one such as 1.2.3",
            ));
        }
        if !matches!(kind.as_str(), "" | "application" | "library") {
            let node = root.get("type").unwrap_or(&root);
            return Err(wrong(node, format!("{kind:?} is no type of chart"), "write application or library"));
        }
        let api_version = Some(text(&root, "apiVersion")).filter(|text| !text.is_empty());
        let mut dependencies: Vec<Dependency> = Vec::new();
        let listed = match requirements {
            Some(file) => map_of(file, "requirements.yaml")?.get("dependencies").cloned(),
            None => None,
        };
        let listed_in = if listed.is_some() { requirements.unwrap_or(file) } else { file };
        let listed = listed.or_else(|| root.get("dependencies").cloned()).unwrap_or(Node::NULL);
        for node in listed.items() {
            let dependency = Dependency::read(node);
            if dependency.name.is_empty() {
                return Err(wrong_in(
                    listed_in,
                    node,
                    "a dependency has no name".to_owned(),
                    "add name: to it",
                ));
            }
            let key =
                |dependency: &Dependency| dependency.alias.clone().unwrap_or_else(|| dependency.name.clone());
            if dependencies.iter().any(|before| key(before) == key(&dependency)) {
                let message = format!("more than one dependency has the name or alias {}", key(&dependency));
                return Err(wrong_in(listed_in, node, message, "give one of them another alias"));
            }
            dependencies.push(dependency);
        }
        Ok(Self {
            name,
            version,
            api_version: api_version.unwrap_or_else(|| "v1".to_owned()),
            kube_version: text(&root, "kubeVersion"),
            dependencies,
            kind,
            root,
        })
    }

    pub(crate) fn is_library(&self) -> bool {
        self.kind.eq_ignore_ascii_case("library")
    }

    /// `.Chart`, with the name that the chart goes by.
    pub(crate) fn value(&self, name: &str, dependencies: &[&Dependency], is_root: bool) -> Value {
        let root = &self.root;
        let string = |key: &str| Value::str(text(root, key));
        let maintainers = root.get("maintainers").map(Node::items).unwrap_or_default().iter().map(|node| {
            Value::map([
                ("Name", Value::str(text(node, "name"))),
                ("Email", Value::str(text(node, "email"))),
                ("URL", Value::str(text(node, "url"))),
            ])
        });
        let annotations = root.get("annotations").and_then(Node::as_map);
        let annotations = annotations
            .into_iter()
            .flat_map(ironsides_tree::Map::iter)
            .map(|(key, value)| (Text::new(key), Value::str(value.as_str().unwrap_or_default()).into()));
        let annotations = Value::Map(Map::with(MapType::Strings, annotations.collect()));
        Value::map([
            ("Name", Value::str(name)),
            ("Home", string("home")),
            ("Sources", Value::values(texts(root, "sources").iter().map(Value::str))),
            ("Version", Value::str(&self.version)),
            ("Description", string("description")),
            ("Keywords", Value::values(texts(root, "keywords").iter().map(Value::str))),
            ("Maintainers", Value::values(maintainers)),
            ("Icon", string("icon")),
            ("APIVersion", Value::str(&self.api_version)),
            ("Condition", string("condition")),
            ("Tags", string("tags")),
            ("AppVersion", string("appVersion")),
            ("Deprecated", Value::Bool(root.get("deprecated").and_then(Node::as_bool).unwrap_or(false))),
            ("Annotations", annotations),
            ("KubeVersion", string("kubeVersion")),
            ("Dependencies", Value::values(dependencies.iter().map(|dependency| dependency.value()))),
            ("Type", string("type")),
            ("IsRoot", Value::Bool(is_root)),
        ])
    }
}

impl Dependency {
    fn read(node: &Node) -> Self {
        let imports =
            node.get("import-values").map(Node::items).unwrap_or_default().iter().map(|import| match import
                .as_str()
            {
                Some(name) => Import { child: format!("exports.{name}"), parent: ".".to_owned() },
                None => Import { child: text(import, "child"), parent: text(import, "parent") },
            });
        Self {
            name: text(node, "name"),
            version: text(node, "version"),
            repository: text(node, "repository"),
            condition: text(node, "condition"),
            tags: texts(node, "tags"),
            alias: Some(text(node, "alias")).filter(|alias| !alias.is_empty()),
            imports: imports.collect(),
        }
    }

    fn value(&self) -> Value {
        Value::map([
            ("Name", Value::str(self.alias.as_deref().unwrap_or(&self.name))),
            ("Version", Value::str(&self.version)),
            ("Repository", Value::str(&self.repository)),
            ("Condition", Value::str(&self.condition)),
            ("Tags", Value::values(self.tags.iter().map(Value::str))),
            ("Enabled", Value::Bool(true)),
            ("Alias", Value::str(self.alias.as_deref().unwrap_or_default())),
        ])
    }
}
