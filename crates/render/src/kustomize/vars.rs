//! `vars`: `$(NAME)` in fields, replaced by values of other fields. Deprecated, and much in use.

use std::collections::BTreeMap;

use super::decode::Table;
use super::field::{FieldSpec, Make, Wrong};
use super::id::{Gvk, Id};
use super::node::{Kind, Node};
use super::origin::{Because, Origin, Place};
use super::replace::{lookup, names};
use super::scalar::{Scalar, Tag, Value};
use super::set::Set;
use super::sources::Sources;
use crate::error::RenderError;

/// A variable.
#[derive(Clone, Debug)]
pub(super) struct Var {
    pub(super) name: String,
    id: Id,
    path: String,
    place: Place,
}

impl Var {
    pub(super) fn read_all(sources: &Sources<'_>, table: &Table<'_>) -> Result<Vec<Self>, RenderError> {
        let mut found = Vec::new();
        for table in table.tables("vars", &["name", "objref", "fieldref"])? {
            let known = ["apiVersion", "group", "version", "kind", "name", "namespace"];
            let mut gvk = Gvk::default();
            let (mut name, mut namespace) = (String::new(), String::new());
            if let Some(object) = table.table("objref", &known)? {
                gvk = object.gvk()?;
                let version = object.string("apiVersion")?;
                match version.split('/').collect::<Vec<_>>().as_slice() {
                    [""] => {}
                    [version] => gvk.version = (*version).into(),
                    [group, version] => (gvk.group, gvk.version) = ((*group).into(), (*version).into()),
                    _ => {}
                }
                (name, namespace) = (object.string("name")?, object.string("namespace")?);
            }
            let path = match table.table("fieldref", &["fieldPath"])? {
                Some(field) => field.string("fieldPath")?,
                None => String::new(),
            };
            let path = if path.is_empty() { "metadata.name".to_owned() } else { path };
            let var = Self {
                name: table.string("name")?,
                id: Id::new(gvk, &name, &namespace),
                path,
                place: table.place(),
            };
            if found.iter().any(|other: &Self| other.name == var.name) {
                return Err(twice(sources, &var));
            }
            found.push(var);
        }
        Ok(found)
    }
}

fn twice(sources: &Sources<'_>, var: &Var) -> RenderError {
    let message = format!("the var {} is defined twice", var.name);
    sources.error(var.place, message, Some("give one of the two another name"))
}

/// Adds variables to those of a build, and notes with the objects which ones they are for.
pub(super) fn add(
    sources: &Sources<'_>,
    set: &mut Set,
    all: &mut Vec<Var>,
    more: Vec<Var>,
) -> Result<(), RenderError> {
    for var in &more {
        let exact = !var.id.namespace.is_empty() || var.id.cluster;
        let same =
            |id: &Id| if exact { var.id.same(id) } else { var.id.name == id.name && var.id.gvk == id.gvk };
        match set.find(same).as_slice() {
            [] => {}
            &[at] => {
                if let Some(resource) = set.resources.get_mut(at) {
                    resource.vars.push(var.name.as_str().into());
                }
            }
            several => {
                let message =
                    format!("the var {} could take its value from {} objects", var.name, several.len());
                return Err(sources.error(var.place, message, Some("set `namespace` in its objref")));
            }
        }
    }
    merge(sources, all, more)
}

/// Adds the variables of a base.
pub(super) fn merge(sources: &Sources<'_>, all: &mut Vec<Var>, more: Vec<Var>) -> Result<(), RenderError> {
    for var in more {
        if all.iter().any(|other| other.name == var.name) {
            return Err(twice(sources, &var));
        }
        all.push(var);
    }
    Ok(())
}

/// The names of a path in which `ports[0]` may stand for two.
fn indexed(path: &str) -> Vec<String> {
    let mut found = Vec::new();
    for name in names(path) {
        let parts = name.strip_suffix(']').and_then(|name| name.rsplit_once('['));
        match parts.filter(|(_, at)| !at.is_empty() && at.bytes().all(|byte| byte.is_ascii_digit())) {
            Some((list, at)) => {
                found.extend([list, at].into_iter().filter(|part| !part.is_empty()).map(str::to_owned));
            }
            None => found.push(name),
        }
    }
    found
}

/// What a variable stands for.
struct Meaning {
    scalar: Scalar,
    origin: Origin,
    because: std::sync::Arc<Because>,
    used: std::cell::Cell<bool>,
}

/// Replaces all variables.
pub(super) fn resolve(
    sources: &mut Sources<'_>,
    set: &mut Set,
    vars: &[Var],
    specs: &[FieldSpec],
) -> Result<(), RenderError> {
    if vars.is_empty() {
        return Ok(());
    }
    let mut meanings = BTreeMap::new();
    for var in vars {
        let holder = set.resources.iter().find(|resource| resource.vars.iter().any(|name| *name == var.name));
        let Some(holder) = holder else {
            let message = format!("the var {} takes its value from {}, which is not there", var.name, var.id);
            return Err(sources.error(var.place, message, Some("correct its objref")));
        };
        let Some(node) = lookup(&holder.node, &indexed(&var.path)) else {
            let message = format!(
                "the var {} takes its value from {} of {}, which is not there",
                var.name,
                var.path,
                holder.id()
            );
            return Err(sources.error(var.place, message, Some("correct its fieldref")));
        };
        let Some(scalar) = node.as_scalar().filter(|_| !node.is_null()) else { continue };
        let meaning = Meaning {
            scalar: scalar.clone(),
            origin: node.origin.clone(),
            because: Because::new(format!("vars[name={}]", var.name), var.place),
            used: std::cell::Cell::new(false),
        };
        meanings.insert(var.name.as_str(), meaning);
    }
    for resource in &mut set.resources {
        for spec in specs {
            let mut set = |node: &mut Node| expand(node, &meanings);
            spec.each(&mut resource.node, Make::Nothing, &Origin::NONE, &mut set).map_err(|error| {
                let Wrong { message, place } = error;
                sources.error(place, message, None)
            })?;
        }
    }
    for var in vars {
        if meanings.get(var.name.as_str()).is_some_and(|meaning| !meaning.used.get()) {
            sources.warn(var.place, format!("the var {} is used nowhere", var.name));
        }
    }
    Ok(())
}

fn expand(node: &mut Node, meanings: &BTreeMap<&str, Meaning>) -> Result<(), Wrong> {
    if node.is_null() {
        return Ok(());
    }
    match &mut node.kind {
        Kind::Scalar(_) => write(node, meanings),
        Kind::Map(fields) => {
            fields
                .iter_mut()
                .filter(|field| field.value.as_scalar().is_some())
                .for_each(|field| write(&mut field.value, meanings));
        }
        Kind::List(items) => {
            for item in items {
                if !item.as_scalar().is_some_and(Scalar::is_string) {
                    let message = format!(
                        "a list in which vars are replaced must hold strings, and holds {}",
                        item.shape()
                    );
                    return Err(Wrong { message, place: item.origin.place });
                }
                write(item, meanings);
            }
        }
    }
    Ok(())
}

fn write(node: &mut Node, meanings: &BTreeMap<&str, Meaning>) {
    let Some(scalar) = node.as_scalar().filter(|scalar| scalar.is_string()) else { return };
    let text = scalar.text.clone();
    if !text.contains('$') {
        return;
    }
    let mut origin = node.origin.clone();
    let mut note = |meaning: &Meaning| {
        meaning.used.set(true);
        for because in meaning.origin.because() {
            origin = origin.and(&Because::new(because.what.clone(), because.place));
        }
        origin = origin.and(&meaning.because);
    };
    // A variable alone keeps its type.
    let alone =
        text.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')')).and_then(|name| meanings.get(name));
    let new = if let Some(meaning) = alone {
        note(meaning);
        typed(&meaning.scalar)
    } else {
        Scalar::string(replace(&text, meanings, &mut note))
    };
    *node = Node::scalar(new, origin);
}

fn typed(scalar: &Scalar) -> Scalar {
    match scalar.tag {
        Some(Tag::Int | Tag::Bool | Tag::Float) => {
            let text = value_text(scalar);
            Scalar { text: text.into(), tag: scalar.tag, quoted: false }
        }
        _ => Scalar::string(scalar.text.clone()),
    }
}

/// A value within a string.
fn value_text(scalar: &Scalar) -> String {
    match (scalar.tag, scalar.value()) {
        (Some(Tag::Int | Tag::Bool), Ok(Value::Int(value))) => value.to_string(),
        (Some(Tag::Bool), Ok(Value::Bool(value))) => value.to_string(),
        _ => scalar.text.to_string(),
    }
}

fn replace(text: &str, meanings: &BTreeMap<&str, Meaning>, note: &mut impl FnMut(&Meaning)) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, found) = rest.split_at(at);
        out.push_str(before);
        let after = found.get(1..).unwrap_or_default();
        let mut chars = after.chars();
        match chars.next() {
            None => {
                out.push('$');
                return out;
            }
            // Two of them stand for one.
            Some('$') => {
                out.push('$');
                rest = chars.as_str();
            }
            Some('(') => {
                let inner = chars.as_str();
                let Some(end) = inner.find(')') else {
                    out.push_str("$(");
                    rest = inner;
                    continue;
                };
                let (name, tail) = inner.split_at(end);
                if let Some(meaning) = meanings.get(name) {
                    note(meaning);
                    out.push_str(&value_text(&meaning.scalar));
                } else {
                    out.push_str("$(");
                    out.push_str(name);
                    out.push(')');
                }
                rest = tail.get(1..).unwrap_or_default();
            }
            Some(other) => {
                out.push('$');
                out.push(other);
                rest = chars.as_str();
            }
        }
    }
    out.push_str(rest);
    out
}
