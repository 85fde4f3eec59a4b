//! What components are given otherwise than by flags.

use std::collections::BTreeMap;

use ironsides_tree::{Node, Value, parse_one};

use crate::file::File;
use crate::place::Place;
use crate::setting::Unsure;

/// A value that is given otherwise than by a flag; `None` where it is filled in later.
pub(crate) type Placed = (Option<String>, Place);

/// The files that a component sees; `None` for what nobody looked at.
pub(crate) type Files<'f> = &'f dyn Fn(&str) -> Option<&'f File>;

/// What is given otherwise than by flags, by the names of the settings.
#[derive(Clone, Debug)]
pub(crate) enum Beside {
    /// By variables, below the flags; and why there may be others.
    Variables(BTreeMap<String, Placed>, Option<Open>),
    /// By a file, and flags do not count.
    File(BTreeMap<String, Placed>),
    /// By a file that could not be read.
    Unread(Unsure),
}

/// The document that a program is configured with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Versioned {
    /// Its kind.
    pub(crate) kind: &'static str,
    /// The version that is known; of another one fields may mean anything.
    pub(crate) version: &'static str,
}

impl Versioned {
    /// Why a document is another one; `None` where it does not say so.
    pub(crate) fn refuses(self, root: &Node) -> Option<String> {
        let wanted = [("apiVersion", self.version), ("kind", self.kind)];
        wanted.into_iter().find_map(|(field, wanted)| match root.get(field).and_then(Node::as_str) {
            Some(text) if text != wanted => Some(format!("its {field} is {text}, where {wanted} is known")),
            _ => None,
        })
    }
}

/// Why there may be variables that are not known.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    pub(crate) why: &'static str,
    pub(crate) place: Place,
}

impl Open {
    /// What is missing for a setting that only a variable could give.
    pub(crate) fn of(&self, key: &str) -> Unsure {
        Unsure {
            message: format!("{key} may be given by a variable: {}", self.why),
            missing: "the environment of the running etcd: `ironsides scan --node` there, as root".into(),
            place: self.place.clone(),
        }
    }
}

impl Beside {
    /// Reads the file at a path; `None` where the path is filled in later. `of_file` takes path, text and document; `wanted` is
    /// the document that the program takes, where documents have versions.
    pub(crate) fn read(
        program: &str,
        path: Option<String>,
        place: Place,
        files: Files<'_>,
        wanted: Option<Versioned>,
        of_file: fn(&str, &str, &Node) -> BTreeMap<String, Placed>,
    ) -> Self {
        let named = path.as_deref().unwrap_or("the file").to_owned();
        let unread = |message: String| {
            let missing = format!("{named} of the node: `ironsides scan --node` there");
            Self::Unread(Unsure { message, missing, place })
        };
        let Some(path) = path else {
            return unread(format!(
                "which file holds the settings of {program} is known where it runs alone"
            ));
        };
        let Some(found) = files(&path) else {
            return unread(format!("{path} holds the settings of {program}, and nobody looked at it"));
        };
        let Some(text) = &found.content else {
            let why = found.why.as_deref().or(found.unread.as_deref());
            let why = why.unwrap_or(if found.exists() { "its text is not known" } else { "it is not there" });
            return unread(format!("{path} holds the settings of {program}: {why}"));
        };
        match parse_one(text) {
            Ok(root) => match wanted.and_then(|wanted| wanted.refuses(&root)) {
                None => Self::File(of_file(&path, text, &root)),
                Some(why) => unread(format!("{path} holds the settings of {program}, and {why}")),
            },
            Err(error) => unread(format!("{path} holds the settings of {program}, and is no YAML: {error}")),
        }
    }
}

/// A value as a flag would have it.
pub(crate) fn scalar(node: &Node) -> Option<String> {
    match node.value() {
        Value::String(text) => Some(text.as_str().to_owned()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Int(value) => Some(value.to_string()),
        Value::Float(value) => Some(value.to_string()),
        Value::List(items) => Some(items.iter().filter_map(scalar).collect::<Vec<_>>().join(",")),
        Value::Null | Value::Map(_) => None,
    }
}
