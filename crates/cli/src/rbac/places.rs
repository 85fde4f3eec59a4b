//! Where roles, bindings and rules stand: `rbac/shop.yaml:12`, or in the cluster.

use std::cell::RefCell;
use std::sync::Arc;

use ironsides_core::{Inventory, Object, Origin};
use ironsides_rbac::{Binding, Role, Rule};
use ironsides_tree::{Lines, Span};
use rustc_hash::FxHashMap;
use serde_json::{Value, json};

/// Finds places; the lines of each text are counted once.
#[derive(Default)]
pub(crate) struct Places {
    lines: RefCell<FxHashMap<Arc<str>, Lines>>,
}

/// A place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a file, at a line where one is known.
    File(String, Option<u32>),
    /// An object of the cluster.
    Cluster,
    /// Kubernetes brings it; nobody wrote it.
    BuiltIn,
}

impl Place {
    /// For people.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::File(path, Some(line)) => format!("{path}:{line}"),
            Self::File(path, None) => path.clone(),
            Self::Cluster => "object in the cluster".to_owned(),
            Self::BuiltIn => "built into Kubernetes".to_owned(),
        }
    }

    /// For programs: `{"file", "line"}`, `{"cluster": true}`, or `{"builtIn": true}`.
    pub(crate) fn json(&self) -> Value {
        match self {
            Self::File(path, line) => json!({ "file": path, "line": line }),
            Self::Cluster => json!({ "cluster": true }),
            Self::BuiltIn => json!({ "builtIn": true }),
        }
    }
}

impl Places {
    /// The place of a rule: its own line, or that of its role where it was gathered from others.
    pub(crate) fn rule(&self, inventory: &Inventory, role: &Role, rule: usize) -> Place {
        let Some(object) = inventory.objects().get(role.object) else { return Place::Cluster };
        let written = object.root.get("rules").and_then(|rules| rules.items().get(rule));
        let written = written.filter(|node| role.rules.get(rule) == Some(&Rule::read(node)));
        self.at(inventory, object, written.unwrap_or(&object.root).span())
    }

    /// The place of a binding.
    pub(crate) fn binding(&self, inventory: &Inventory, binding: &Binding) -> Place {
        let object = inventory.objects().get(binding.object);
        object.map_or(Place::Cluster, |object| self.at(inventory, object, object.root.span()))
    }

    fn at(&self, inventory: &Inventory, object: &Object, span: Span) -> Place {
        match &object.origin {
            Origin::File { path, text } => self.line(path, text, span),
            Origin::Rendered(rendered) => match rendered.place(span) {
                (Some(file), span, _) => self.line(&file.path, &file.text, span),
                (None, ..) => Place::File("(rendered)".into(), None),
            },
            Origin::Api { .. } if inventory.server().is_some() => Place::Cluster,
            // Beside files only the built-in roles come from elsewhere.
            Origin::Api { .. } => Place::BuiltIn,
        }
    }

    fn line(&self, path: &Arc<str>, text: &str, span: Span) -> Place {
        let name = if &**path == "-" { "(standard input)" } else { path };
        if !span.is_some() {
            return Place::File(name.to_owned(), None);
        }
        let mut all = self.lines.borrow_mut();
        let lines = all.entry(Arc::clone(path)).or_insert_with(|| Lines::new(text));
        Place::File(name.to_owned(), Some(lines.position(text, span.start).line))
    }
}
