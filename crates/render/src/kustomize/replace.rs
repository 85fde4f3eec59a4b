//! `replacements`: values of some fields copied to others.

use std::sync::Arc;

use regex::Regex;

use super::decode::{Named, Table};
use super::field::split;
use super::id::{Gvk, Id};
use super::node::{Field, Kind, Node};
use super::origin::{Because, Origin, Place};
use super::resource::Resource;
use super::scalar::Scalar;
use super::selector::{FIELDS as SELECTOR, Selector};
use super::set::Set;
use super::sources::Sources;
use crate::error::RenderError;

mod embedded;

/// How many names a path may have.
const LONGEST: usize = 100;
/// How many values an object may hold after a replacement, and how deep they may nest.
const MOST: (usize, usize) = (2_000_000, 400);

/// One replacement.
#[derive(Debug)]
pub(super) struct Replacement {
    source: Source,
    targets: Vec<Target>,
    because: Arc<Because>,
}

#[derive(Debug)]
enum Source {
    Value(Named),
    Field { gvk: Gvk, name: String, namespace: String, path: String, options: Options, place: Place },
}

#[derive(Debug)]
struct Target {
    select: Selector,
    reject: Vec<Selector>,
    paths: Vec<Named>,
    options: Options,
}

#[derive(Debug, Default)]
struct Options {
    delimiter: String,
    index: i64,
    create: bool,
}

impl Options {
    fn read(table: &Table<'_>) -> Result<Self, RenderError> {
        let known = ["delimiter", "index", "encoding", "create"];
        let Some(table) = table.table("options", &known)? else { return Ok(Self::default()) };
        Ok(Self {
            delimiter: table.string("delimiter")?,
            index: table.int("index")?,
            create: table.bool("create")?,
        })
    }
}

const DEFAULT_PATH: &str = "metadata.name";

impl Replacement {
    /// Reads one, written in an entry or in a file of its own.
    pub(super) fn read(
        sources: &Sources<'_>,
        what: &str,
        node: &Node,
        because: Arc<Because>,
    ) -> Result<Self, RenderError> {
        let table = Table::new(sources, what, node, &["source", "targets", "sourceValue", "path"])?;
        let known = ["group", "version", "kind", "name", "namespace", "fieldPath", "options"];
        let from = table.table("source", &known)?;
        let value = table.text("sourceValue")?;
        let source = match (from, value) {
            (Some(_), Some(value)) => {
                let message = format!("{what} has both source and sourceValue");
                return Err(sources.error(value.place, message, Some("remove one of the two")));
            }
            (None, Some(value)) => Source::Value(value),
            (Some(from), None) => Source::Field {
                gvk: from.gvk()?,
                name: from.string("name")?,
                namespace: from.string("namespace")?,
                path: from.text("fieldPath")?.map_or_else(|| DEFAULT_PATH.to_owned(), |path| path.text),
                options: Options::read(&from)?,
                place: from.place(),
            },
            (None, None) => return Err(table.error(format!("{what} has no source"), Some("set `source`"))),
        };
        let mut targets = Vec::new();
        if table.get("targets").is_none() {
            return Err(table.error(format!("{what} has no targets"), Some("set `targets`")));
        }
        for target in table.tables("targets", &["select", "reject", "fieldPaths", "options"])? {
            let Some(select) = target.table("select", &SELECTOR)? else {
                let message = format!("{} of {what} selects nothing", target.what());
                return Err(target.error(message, Some("set `select`")));
            };
            let reject = target.tables("reject", &SELECTOR)?;
            let mut paths = target.texts("fieldPaths")?;
            if paths.is_empty() {
                paths.push(Named::new(DEFAULT_PATH, target.place()));
            }
            targets.push(Target {
                select: Selector::read(sources, &select)?,
                reject: reject.iter().map(|one| Selector::read(sources, one)).collect::<Result<_, _>>()?,
                paths,
                options: Options::read(&target)?,
            });
        }
        Ok(Self { source, targets, because })
    }

    pub(super) fn apply(&self, sources: &Sources<'_>, set: &mut Set) -> Result<(), RenderError> {
        let value = self.value(sources, set)?;
        for target in &self.targets {
            for resource in &mut set.resources {
                let mut ids = vec![bare_id(resource)];
                ids.extend(resource.previous_ids());
                let rejected = |reject: &Selector| {
                    (!reject.unlabelled && reject.takes_labels(resource))
                        || (!reject.unnamed && ids.iter().any(|id| reject.takes_id(id)))
                };
                if !target.select.takes_labels(resource)
                    || target.reject.iter().any(rejected)
                    || !ids.iter().any(|id| target.select.takes_id(id))
                {
                    continue;
                }
                for path in &target.paths {
                    self.write(resource, &value, path, &target.options).map_err(|why| {
                        let message = format!("{}: {}: {why}", self.because.what, resource.id());
                        sources.error(path.place, message, None)
                    })?;
                }
                let (count, depth) = resource.node.size();
                if count > MOST.0 || depth > MOST.1 {
                    let message = format!(
                        "{}: {} grows beyond {} values or {} levels",
                        self.because.what,
                        resource.id(),
                        MOST.0,
                        MOST.1
                    );
                    return Err(sources.error(self.because.place, message, None));
                }
            }
        }
        Ok(())
    }

    /// The value to copy.
    fn value(&self, sources: &Sources<'_>, set: &Set) -> Result<Node, RenderError> {
        let (gvk, name, namespace, path, options, place) = match &self.source {
            Source::Value(value) => {
                let scalar = Scalar::untagged(value.text.as_str());
                return Ok(Node::scalar(scalar, Origin::made(value.place, &self.because)));
            }
            Source::Field { gvk, name, namespace, path, options, place } => {
                (gvk, name, namespace, path, options, *place)
            }
        };
        let wrong = |message: String, hint: Option<&str>| {
            Err(sources.error(place, format!("{}: {message}", self.because.what), hint))
        };
        let named = |id: &Id| {
            let effective =
                |namespace: &str| if namespace.is_empty() { "default" } else { namespace }.to_owned();
            (name.is_empty() || id.name == name)
                && (namespace.is_empty() || effective(namespace) == effective(&id.namespace))
                && gvk.selects_gvk(&id.gvk)
        };
        let fits =
            |resource: &&Resource| named(&bare_id(resource)) || resource.previous_ids().any(|id| named(&id));
        let found: Vec<&Resource> = set.resources.iter().filter(fits).collect();
        let source = match found.as_slice() {
            [one] => one,
            [] => return wrong("the source selects nothing".to_owned(), Some("correct its kind and name")),
            several => {
                let message = format!("the source selects {} objects", several.len());
                return wrong(message, Some("set its kind, name and namespace so that one is left"));
            }
        };
        let names = names(path);
        let value = lookup(&source.node, &names).filter(|value| !value.is_empty());
        let Some(value) = value else {
            let message = format!("{} has nothing at {path}", source.id());
            return wrong(message, None);
        };
        if options.delimiter.is_empty() {
            return Ok(value.clone());
        }
        let Some(scalar) = value.as_scalar() else {
            return wrong(format!("{path} is {}, which no delimiter divides", value.shape()), None);
        };
        let parts: Vec<&str> = scalar.text.split(options.delimiter.as_str()).collect();
        match usize::try_from(options.index).ok().and_then(|at| parts.get(at)) {
            Some(part) => {
                let scalar = Scalar { text: (*part).into(), ..scalar.clone() };
                Ok(Node::scalar(scalar, value.origin.clone()))
            }
            None => wrong(format!("{path} has {} parts, and no part {}", parts.len(), options.index), None),
        }
    }

    fn write(
        &self,
        resource: &mut Resource,
        value: &Node,
        path: &Named,
        options: &Options,
    ) -> Result<(), String> {
        let names = names(&path.text);
        if names.len() > LONGEST {
            return Err(format!("a path has at most {LONGEST} names"));
        }
        if embedded::write(&mut resource.node, &names, value, &self.because) {
            return Ok(());
        }
        let mut write = |node: &mut Node| self.set(node, value, options);
        let walk = Walk { make: options.create.then_some(&value.kind), origin: &value.origin };
        match walk.each(&mut resource.node, &names, &mut write)? {
            0 if options.create => Err(format!("{} cannot be found or made", path.text)),
            0 => Err(format!("there is nothing at {}", path.text)),
            _ => Ok(()),
        }
    }

    fn set(&self, node: &mut Node, value: &Node, options: &Options) -> Result<(), String> {
        let mut text = value.text().to_owned();
        if !options.delimiter.is_empty() {
            if node.as_scalar().is_none() {
                return Err(format!("a delimiter divides only scalars, and there is {}", node.shape()));
            }
            let mut parts: Vec<&str> = node.text().split(options.delimiter.as_str()).collect();
            match usize::try_from(options.index) {
                Err(_) => parts.insert(0, &text),
                Ok(at) if at >= parts.len() => parts.push(&text),
                Ok(at) => {
                    if let Some(part) = parts.get_mut(at) {
                        *part = &text;
                    }
                }
            }
            text = parts.join(&options.delimiter);
        }
        let origin = node.origin.rewritten(value.origin.place, &self.because);
        match &mut node.kind {
            // Only the text is copied: what the scalar is meant to be stays.
            Kind::Scalar(scalar) => scalar.text = text.into(),
            kind => *kind = value.kind.clone(),
        }
        node.origin = origin;
        Ok(())
    }
}

/// What an object is called, without asking whether its kind has namespaces.
fn bare_id(resource: &Resource) -> Id {
    Id { cluster: false, ..resource.id() }
}

/// The names of a path: points divide them, except in brackets.
pub(super) fn names(path: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut parts = split(path, '.').into_iter();
    while let Some(part) = parts.next() {
        if !part.starts_with('[') || part.ends_with(']') {
            names.push(part);
            continue;
        }
        let mut whole = part;
        for more in parts.by_ref() {
            whole.push('.');
            whole.push_str(&more);
            if more.ends_with(']') {
                break;
            }
        }
        names.push(if whole.contains('=') { whole } else { whole.trim_matches(['[', ']']).to_owned() });
    }
    names
}

/// `[name=value]` as name and value.
fn condition(name: &str) -> Option<(&str, &str)> {
    name.strip_prefix('[')?.strip_suffix(']')?.split_once('=')
}

/// The one value at a path.
pub(super) fn lookup<'n>(node: &'n Node, names: &[String]) -> Option<&'n Node> {
    names.iter().map(|name| name.trim()).filter(|name| !name.is_empty()).try_fold(node, |node, name| {
        if let Ok(at) = name.parse::<usize>() {
            return node.items().get(at);
        }
        if name == "-" {
            return node.items().last();
        }
        match condition(name) {
            Some(("", value)) => node.items().iter().find(|item| item.text() == value),
            Some((key, value)) => {
                node.items().iter().find(|item| item.get(key).is_some_and(|node| node.text() == value))
            }
            None => node.get(name),
        }
    })
}

/// A path that leads to any number of values, made where they are missing.
struct Walk<'a> {
    make: Option<&'a Kind>,
    origin: &'a Origin,
}

type Write<'w> = dyn FnMut(&mut Node) -> Result<(), String> + 'w;

impl Walk<'_> {
    /// Calls `write` for each value, and says how many there were.
    fn each(&self, node: &mut Node, names: &[String], write: &mut Write<'_>) -> Result<usize, String> {
        let Some((name, rest)) = names.split_first() else { return write(node).map(|()| 1) };
        let shape = node.shape();
        if let Ok(at) = name.parse::<usize>() {
            let Some(items) = node.items_mut() else {
                return Err(format!("{name} asks for a list, and there is {shape}"));
            };
            if items.len() == at && self.make.is_some() {
                items.push(self.made(rest));
            }
            let count = items.len();
            let Some(item) = items.get_mut(at) else {
                return Err(format!("the list has {count} items, and none at {at}"));
            };
            return self.each(item, rest, write);
        }
        if name.starts_with('[') && name.ends_with(']') {
            return self.matching(node, name, rest, write);
        }
        if name == "*" {
            let Some(items) = node.items_mut() else {
                return Err(format!("* asks for a list, and there is {shape}"));
            };
            return items.iter_mut().try_fold(0, |count, item| Ok(count + self.each(item, rest, write)?));
        }
        if node.is_null() {
            return Ok(0);
        }
        let Kind::Map(fields) = &mut node.kind else {
            return Err(format!("{name} asks for a map, and there is {shape}"));
        };
        if !fields.iter().any(|field| field.key == name) {
            if self.make.is_none() {
                return Ok(0);
            }
            fields.push(Field::added(name.as_str(), self.made(rest)));
        }
        match fields.iter_mut().find(|field| field.key == name) {
            Some(field) => self.each(&mut field.value, rest, write),
            None => Ok(0),
        }
    }

    fn matching(
        &self,
        node: &mut Node,
        name: &str,
        rest: &[String],
        write: &mut Write<'_>,
    ) -> Result<usize, String> {
        let shape = node.shape();
        let Some((key, value)) = condition(name) else {
            return Err(format!("{name} must be written as [field=value]"));
        };
        let pattern = regex::RegexBuilder::new(value).size_limit(1 << 20).build();
        let pattern = pattern.map_err(|_| format!("{value} is no regular expression"))?;
        let Some(items) = node.items_mut() else {
            return Err(format!("{name} asks for a list, and there is {shape}"));
        };
        let fits = |item: &Node, pattern: &Regex| {
            let found = if key.is_empty() { Some(item) } else { item.get(key) };
            found.is_some_and(|found| pattern.is_match(found.text().trim()))
        };
        let mut count = 0;
        for item in items.iter_mut().filter(|item| fits(item, &pattern)) {
            count += if key.is_empty() { write(item).map(|()| 1)? } else { self.each(item, rest, write)? };
        }
        if count > 0 || self.make.is_none() {
            return Ok(count);
        }
        let scalar = Node::scalar(Scalar::untagged(value), self.origin.clone());
        items.push(if key.is_empty() {
            scalar
        } else {
            Node { kind: Kind::Map(vec![Field::added(key, scalar)]), origin: self.origin.clone() }
        });
        match items.last_mut() {
            Some(item) if key.is_empty() => write(item).map(|()| 1),
            Some(item) => self.each(item, rest, write),
            None => Ok(0),
        }
    }

    /// What a missing value begins as: a list where an item is asked for next, else a map; at the end what is copied.
    fn made(&self, rest: &[String]) -> Node {
        let kind = match rest.first() {
            Some(next) if next.parse::<usize>().is_ok() || (next.starts_with('[') && next.ends_with(']')) => {
                Kind::List(Vec::new())
            }
            Some(_) => Kind::Map(Vec::new()),
            None => match self.make {
                Some(Kind::List(_)) => Kind::List(Vec::new()),
                Some(Kind::Map(_)) => Kind::Map(Vec::new()),
                _ => Kind::Scalar(Scalar::untagged("")),
            },
        };
        Node { kind, origin: self.origin.clone() }
    }
}
