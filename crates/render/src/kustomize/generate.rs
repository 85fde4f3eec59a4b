//! Config maps and secrets out of literals and files.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::decode::{Named, Table};
use super::load::Root;
use super::node::{Field, Node};
use super::origin::{Because, Origin, Place};
use super::path::{base, join};
use super::resource::{Behavior, Resource};
use super::scalar::Scalar;
use super::sources::Sources;
use crate::error::RenderError;

/// The fields of a config map's entry; a secret's has `type`, too.
pub(super) const FIELDS: [&str; 9] =
    ["namespace", "name", "behavior", "literals", "files", "envs", "env", "options", "type"];

const OPTIONS: [&str; 4] = ["labels", "annotations", "disableNameSuffixHash", "immutable"];

/// What a generator is to make.
#[derive(Debug)]
pub(super) struct Recipe {
    secret: bool,
    name: String,
    namespace: Option<Named>,
    behavior: Behavior,
    literals: Vec<Named>,
    files: Vec<Named>,
    envs: Vec<Named>,
    secret_type: Option<Named>,
    options: GeneratorOptions,
    place: Place,
    because: Arc<Because>,
}

/// What generated objects have besides their data.
#[derive(Clone, Debug, Default)]
pub(super) struct GeneratorOptions {
    labels: Vec<(String, Named)>,
    annotations: Vec<(String, Named)>,
    no_hash: bool,
    immutable: bool,
}

impl GeneratorOptions {
    pub(super) fn read(table: &Table<'_>, name: &str) -> Result<Self, RenderError> {
        let Some(table) = table.table(name, &OPTIONS)? else { return Ok(Self::default()) };
        Ok(Self {
            labels: table.strings("labels")?,
            annotations: table.strings("annotations")?,
            no_hash: table.bool("disableNameSuffixHash")?,
            immutable: table.bool("immutable")?,
        })
    }

    /// What the entry says wins over what the file says for all.
    fn under(mut self, all: &Self) -> Self {
        for (own, more) in [(&mut self.labels, &all.labels), (&mut self.annotations, &all.annotations)] {
            for (key, value) in more {
                if !own.iter().any(|(there, _)| there == key) {
                    own.push((key.clone(), value.clone()));
                }
            }
            own.sort_by(|a, b| a.0.cmp(&b.0));
        }
        self.no_hash |= all.no_hash;
        self.immutable |= all.immutable;
        self
    }
}

impl Recipe {
    /// Reads an entry. `fallback` gives name and namespace where the entry is an object of its own.
    pub(super) fn read(
        table: &Table<'_>,
        secret: bool,
        all: &GeneratorOptions,
        fallback: Option<(String, Option<Named>)>,
    ) -> Result<Self, RenderError> {
        let (fallback_name, fallback_namespace) = fallback.unwrap_or_default();
        let name = Some(table.string("name")?).filter(|name| !name.is_empty()).unwrap_or(fallback_name);
        if name.is_empty() {
            return Err(table.error(format!("{} has no name", table.what()), Some("set `name`")));
        }
        let mut envs = table.texts("envs")?;
        envs.extend(table.text("env")?);
        let kind = if secret { "secretGenerator" } else { "configMapGenerator" };
        Ok(Self {
            secret,
            namespace: table.text("namespace")?.or(fallback_namespace),
            behavior: match table.string("behavior")?.as_str() {
                "create" => Behavior::Create,
                "replace" => Behavior::Replace,
                "merge" => Behavior::Merge,
                _ => Behavior::Unspecified,
            },
            literals: table.texts("literals")?,
            files: table.texts("files")?,
            envs,
            secret_type: table.text("type")?,
            options: GeneratorOptions::read(table, "options")?.under(all),
            place: table.place(),
            because: Because::new(format!("{kind}[name={name}]"), table.place()),
            name,
        })
    }

    pub(super) fn place(&self) -> Place {
        self.place
    }

    /// Makes the object.
    pub(super) fn make(&self, sources: &mut Sources<'_>, root: &Root) -> Result<Resource, RenderError> {
        let origin = Origin::made(self.place, &self.because);
        let string = |text: &str, place: Place| Node::string(text, Origin::made(place, &self.because));
        let mut node = Node::map(origin.clone());
        node.set("apiVersion", string("v1", self.place));
        node.set("kind", string(if self.secret { "Secret" } else { "ConfigMap" }, self.place));
        let mut metadata = Node::map(origin.clone());
        metadata.set("name", Node::scalar(Scalar::untagged(self.name.as_str()), origin.clone()));
        if let Some(namespace) = &self.namespace {
            let value = Scalar::untagged(namespace.text.as_str());
            metadata.set("namespace", Node::scalar(value, Origin::made(namespace.place, &self.because)));
        }
        for (field, entries) in [("labels", &self.options.labels), ("annotations", &self.options.annotations)]
        {
            if entries.is_empty() {
                continue;
            }
            let mut map = Node::map(origin.clone());
            for (key, value) in entries {
                map.set(key, string(&value.text, value.place));
            }
            metadata.set(field, map);
        }
        node.set("metadata", metadata);
        if self.secret {
            let (text, place) =
                self.secret_type.as_ref().map_or(("Opaque", self.place), |found| (&found.text, found.place));
            node.set("type", string(text, place));
        }
        let mut pairs = self.pairs(sources, root)?;
        pairs.sort_by(|a, b| a.key.cmp(&b.key));
        if self.secret {
            node.set("data", Node::map(origin.clone()));
        }
        for Pair { key, value, place } in pairs {
            let (field, text) = match std::str::from_utf8(&value) {
                Ok(text) if !self.secret => ("data", text.to_owned()),
                _ if self.secret => ("data", lines(&STANDARD.encode(&value))),
                _ => ("binaryData", lines(&STANDARD.encode(&value))),
            };
            let value = string(&text, place);
            if let Some(fields) = node.map_at(field, &origin).and_then(Node::fields_mut) {
                fields.push(Field { key: key.into(), place, value });
            }
        }
        if self.options.immutable {
            node.set("immutable", Node::scalar(Scalar::bool(true), origin));
        }
        let mut resource = Resource::new(node);
        resource.needs_hash = !self.options.no_hash;
        resource.behavior = self.behavior;
        Ok(resource)
    }

    fn pairs(&self, sources: &mut Sources<'_>, root: &Root) -> Result<Vec<Pair>, RenderError> {
        let mut pairs = Vec::new();
        for env in &self.envs {
            let bytes = root.bytes(sources, env)?;
            let file = if std::str::from_utf8(&bytes).is_ok() {
                root.text(sources, env)?
            } else {
                let message = format!("{} is no list of variables: it is no UTF-8 text", env.text);
                return Err(sources.error(env.place, message, Some("name it in `files`")));
            };
            variables(sources, file, &mut pairs)?;
        }
        for literal in &self.literals {
            let Some((key, value)) = literal.text.split_once('=').filter(|(key, _)| !key.is_empty()) else {
                let message = "a literal must be written as key=value";
                return Err(sources.error(literal.place, message, None));
            };
            pairs.push(Pair { key: key.into(), value: unquoted(value).into(), place: literal.place });
        }
        for file in &self.files {
            let wrong =
                |message: &str| sources.error(file.place, message, Some("write it as `path` or `key=path`"));
            let (key, path) = match file.text.split_once('=') {
                None => (base(&file.text), file.text.as_str()),
                Some(("", _)) => return Err(wrong("the key is missing")),
                Some((_, "")) => return Err(wrong("the path is missing")),
                Some((_, path)) if path.contains('=') => return Err(wrong("there is more than one `=`")),
                Some(pair) => pair,
            };
            let value = root.bytes(sources, &Named::new(path, file.place))?;
            let path = join(&root.folder, path);
            // Text is pointed at in its own file, anything else at its entry.
            let place = match std::str::from_utf8(&value) {
                Ok(text) if !text.is_empty() => match sources.text(&path)? {
                    Ok(number) => sources.whole(number),
                    Err(_) => file.place,
                },
                _ => file.place,
            };
            pairs.push(Pair { key: key.to_owned(), value: value.to_vec(), place });
        }
        for (at, pair) in pairs.iter().enumerate() {
            let place = if pair.place.is_some() { self.place } else { pair.place };
            let fits = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.');
            let key = &pair.key;
            if key.is_empty()
                || key.len() > 253
                || !key.chars().all(fits)
                || key == "."
                || key.starts_with("..")
            {
                let message = format!("`{key}` is no valid key: letters, digits, `-`, `_` and `.` make one");
                return Err(sources.error(place, message, None));
            }
            if pairs.iter().skip(at + 1).any(|other| other.key == pair.key) {
                let message = format!("{} would hold the key {key} twice", self.because.what);
                return Err(sources.error(place, message, Some("remove one of the two")));
            }
        }
        Ok(pairs)
    }
}

struct Pair {
    key: String,
    value: Vec<u8>,
    place: Place,
}

/// The variables of a file: one a line, with comments and empty lines between them.
fn variables(sources: &Sources<'_>, file: u32, pairs: &mut Vec<Pair>) -> Result<(), RenderError> {
    let text = sources.text_of(file);
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let bare = line.strip_suffix('\n').unwrap_or(line);
        let bare = bare.strip_suffix('\r').unwrap_or(bare);
        let bare = if start == 0 { bare.trim_start_matches('\u{feff}') } else { bare };
        let content = bare.trim_start();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let skipped = line.find(content).unwrap_or_default();
        let span = ironsides_tree::Span::new(start + skipped, start + skipped + content.len());
        let place = Place { file, span };
        let (key, value) = content.split_once('=').unwrap_or((content, ""));
        let fits = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.');
        if key.is_empty()
            || !key.chars().all(fits)
            || key.starts_with(|char: char| char.is_ascii_digit())
            || key == "."
            || key.starts_with("..")
        {
            let message = format!("`{key}` is no valid name of a variable");
            return Err(sources.error(place, message, Some("write each line as NAME=value")));
        }
        pairs.push(Pair { key: key.to_owned(), value: value.into(), place });
    }
    Ok(())
}

/// A literal without the quotes around it.
fn unquoted(text: &str) -> &str {
    let inner = |quote: char| text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

/// Base64 as kustomize writes it: long texts in lines of 70.
fn lines(text: &str) -> String {
    if text.len() < 70 {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + text.len() / 70 + 1);
    for line in text.as_bytes().chunks(70) {
        out.extend(line.iter().map(|&byte| char::from(byte)));
        out.push('\n');
    }
    out
}
