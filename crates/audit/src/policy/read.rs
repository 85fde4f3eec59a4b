//! Reads a policy as the API server does: strictly at first, then once more without what it does not know.
//!
//! Source of the rules: `LoadPolicyFromBytes` and `ValidatePolicy` of `k8s.io/apiserver`.

use std::collections::BTreeSet;

use ironsides_schema::admit::is_subdomain;
use ironsides_schema::{FaultKind, each_fault, kind};
use ironsides_tree::{Cursor, Documents, Format, Limits, Node, Remark, RemarkKind, Span, Value};

use super::{GroupResources, Loaded, Note, Policy, PolicyError, Rule};
use crate::level::{Level, Stage, Stages};

/// What may stand in a policy, a rule, and an entry of its resources.
const POLICY: [&str; 6] = ["apiVersion", "kind", "metadata", "rules", "omitStages", "omitManagedFields"];
impl Policy {
    /// Reads the policy of a text: of the first document, as the API server does. All errors of it are told, in the order
    /// of the text.
    pub fn read(text: &str) -> Result<Loaded, Vec<PolicyError>> {
        // What begins with a brace is JSON and nothing else to the server, and one value only.
        let is_json = text.trim_start().starts_with('{');
        let format = if is_json { Format::Json } else { Format::Yaml };
        let limits = Limits { split_lists: false, ..Limits::default() };
        let mut documents = Documents::with_format(text, format, limits);
        let first = documents.next();
        let more = if is_json { documents.next() } else { None };
        let document = match first {
            None => return Err(vec![fault("the first document is empty, and no other counts", Span::NONE)]),
            Some(Err(error)) => {
                return Err(vec![fault(error.message, Span { start: error.offset, end: error.offset })]);
            }
            Some(Ok(document)) => document,
        };
        match more {
            Some(Err(error)) => {
                return Err(vec![fault(error.message, Span { start: error.offset, end: error.offset })]);
            }
            Some(Ok(more)) => return Err(vec![fault("JSON with more after it", more.root.span())]),
            None => {}
        }
        Self::of(&document.root, &document.remarks)
    }

    /// Reads the policy of a document that was parsed, with what was odd about its text. All errors are told, in the
    /// order of the text.
    pub fn of(root: &Node, remarks: &[Remark]) -> Result<Loaded, Vec<PolicyError>> {
        let mut reader = Reader::default();
        for remark in remarks {
            let (message, span) = match &remark.kind {
                RemarkKind::DuplicateKey { key, .. } => {
                    (format!("`{key}` is written twice; the last one counts"), remark.span)
                }
                RemarkKind::UnknownTag { tag } => (format!("unknown tag `{tag}`"), remark.span),
            };
            reader.notes.push(Note { message, path: String::new(), dropped: None, span });
        }
        let policy = reader.policy(root);
        reader.errors.sort_by_key(|error| error.span.start);
        if reader.errors.is_empty() {
            reader.notes.sort_by_key(|note| note.span.start);
            Ok(Loaded { policy, notes: reader.notes })
        } else {
            Err(reader.errors)
        }
    }
}

fn fault(message: impl Into<String>, span: Span) -> PolicyError {
    PolicyError { message: message.into(), span }
}

#[derive(Default)]
struct Reader {
    notes: Vec<Note>,
    errors: Vec<PolicyError>,
}

impl Reader {
    fn policy(&mut self, root: &Node) -> Policy {
        let at = Cursor::root(root);
        if root.as_map().is_none() {
            let what = if root.is_null() { "nothing".to_owned() } else { format!("a {}", root.shape()) };
            self.error(&at, format!("a policy is a map, and this is {what}"));
            return Policy::default();
        }
        self.is_policy(&at);
        self.known(&at, &POLICY);
        self.metadata(&at.get("metadata"));
        let policy = Policy {
            omit_stages: self.stages(&at.get("omitStages")),
            omit_managed_fields: self.bool(&at.get("omitManagedFields")).unwrap_or_default(),
            rules: self.list(&at.get("rules")).into_iter().map(|rule| self.rule(&rule)).collect(),
        };
        if policy.rules.is_empty() && self.errors.is_empty() {
            self.error(&at.get("rules"), "there are no rules, and the API server wants one at least");
        }
        policy
    }

    /// Whether the document says that it is a policy. The kind may be missing, the version may not.
    fn is_policy(&mut self, at: &Cursor<'_>) {
        let version = at.get("apiVersion");
        match self.string(&version).as_deref() {
            Some("audit.k8s.io/v1") => {}
            None | Some("") => self.error(&version, "apiVersion is missing: write audit.k8s.io/v1"),
            Some(other) => {
                self.error(&version, format!("apiVersion is \"{other}\", and only audit.k8s.io/v1 is read"));
            }
        }
        let kind = at.get("kind");
        match self.string(&kind).as_deref() {
            None | Some("" | "Policy") => {}
            Some(other) => self.error(&kind, format!("kind is \"{other}\", not Policy")),
        }
    }

    fn metadata(&mut self, at: &Cursor<'_>) {
        let metadata = kind("v1", "Namespace").and_then(|kind| kind.ty().at(&["metadata"]));
        let (Some(metadata), Some(node)) = (metadata.and_then(|field| field.shape.object()), at.node())
        else {
            return;
        };
        each_fault(node, metadata, &mut |found| {
            let path =
                if found.path.is_empty() { "metadata".into() } else { format!("metadata.{}", found.path) };
            match found.kind {
                FaultKind::MissingField { .. } => {}
                FaultKind::UnknownField { name, .. } => self.notes.push(Note {
                    message: format!("unknown field `{name}`, which is dropped"),
                    path,
                    dropped: Some(name.to_string()),
                    span: found.span,
                }),
                kind => self.errors.push(fault(format!("{path}: {kind}"), found.span)),
            }
        });
    }

    fn rule(&mut self, at: &Cursor<'_>) -> Rule {
        self.is_map(at);
        self.known(at, &Rule::FIELDS);
        let rule = Rule {
            level: self.level(at),
            users: self.strings(&at.get("users")),
            user_groups: self.strings(&at.get("userGroups")),
            verbs: self.strings(&at.get("verbs")),
            resources: self
                .list(&at.get("resources"))
                .into_iter()
                .map(|entry| self.resources(&entry))
                .collect(),
            namespaces: self.strings(&at.get("namespaces")),
            non_resource_urls: self.strings(&at.get("nonResourceURLs")),
            omit_stages: self.stages(&at.get("omitStages")),
            omit_managed_fields: self.bool(&at.get("omitManagedFields")),
            span: at.node().map_or(at.mark(), Node::span),
        };
        self.paths(&at.get("nonResourceURLs"), &rule);
        rule
    }

    fn level(&mut self, at: &Cursor<'_>) -> Level {
        let at = at.get("level");
        let before = self.errors.len();
        let word = self.string(&at).unwrap_or_default();
        if let Some(level) = Level::of(&word) {
            return level;
        }
        if self.errors.len() == before {
            let all = Level::ALL.map(Level::as_str).join(", ");
            let said = if word.is_empty() { "is missing".to_owned() } else { format!("is \"{word}\"") };
            self.error(&at, format!("level {said}: write one of {all}"));
        }
        Level::None
    }

    fn resources(&mut self, at: &Cursor<'_>) -> GroupResources {
        self.is_map(at);
        self.known(at, &GroupResources::FIELDS);
        let entry = GroupResources {
            group: self.string(&at.get("group")).unwrap_or_default(),
            resources: self.strings(&at.get("resources")),
            resource_names: self.strings(&at.get("resourceNames")),
            span: at.node().map_or(at.mark(), Node::span),
        };
        if !entry.group.is_empty() && entry.group != "*" && !is_subdomain(&entry.group) {
            let said = format!("\"{}\" is no API group: groups have no version and no capitals", entry.group);
            self.error(&at.get("group"), said);
        }
        if !entry.resource_names.is_empty() && entry.resources.is_empty() {
            self.error(&at.get("resourceNames"), "resourceNames need resources beside them");
        }
        entry
    }

    fn paths(&mut self, at: &Cursor<'_>, rule: &Rule) {
        if rule.non_resource_urls.is_empty() {
            return;
        }
        if !rule.resources.is_empty() || !rule.namespaces.is_empty() {
            self.error(at, "a rule is about resources or about paths, not both");
        }
        let items = at.node().map(Node::items).unwrap_or_default();
        for (path, node) in rule.non_resource_urls.iter().zip(items) {
            if path == "*" {
                continue;
            }
            if !path.starts_with('/') {
                self.errors.push(fault(format!("the path \"{path}\" does not begin with /"), node.span()));
            }
            if path.find('*').is_some_and(|star| star + 1 < path.len()) {
                let said = format!("the path \"{path}\" has a * before its end, where it means nothing");
                self.errors.push(fault(said, node.span()));
            }
        }
    }

    fn stages(&mut self, at: &Cursor<'_>) -> Stages {
        let mut stages = BTreeSet::new();
        let words = self.strings(at);
        let items = at.node().map(Node::items).unwrap_or_default();
        for (word, node) in words.iter().zip(items) {
            if let Some(stage) = Stage::of(word) {
                stages.insert(stage);
            } else {
                let all = Stage::ALL.map(Stage::as_str).join(", ");
                self.errors.push(fault(format!("\"{word}\" is no stage: write one of {all}"), node.span()));
            }
        }
        stages.into_iter().collect()
    }

    /// Notes fields that the API server does not know and drops. Case counts.
    fn known(&mut self, at: &Cursor<'_>, fields: &[&'static str]) {
        for entry in at.node().and_then(Node::as_map).into_iter().flat_map(ironsides_tree::Map::entries) {
            if fields.contains(&entry.key.as_str()) {
                continue;
            }
            let meant = fields.iter().find(|field| field.eq_ignore_ascii_case(&entry.key));
            let hint = meant.map(|field| format!("; did you mean {field}?")).unwrap_or_default();
            self.notes.push(Note {
                message: format!("unknown field `{}`, which is dropped{hint}", entry.key),
                path: at.path().to_string(),
                dropped: Some(entry.key.to_string()),
                span: entry.key_span,
            });
        }
    }

    fn is_map(&mut self, at: &Cursor<'_>) {
        if let Some(node) = at.node().filter(|node| node.as_map().is_none()) {
            self.wrong(at, node, "a map");
        }
    }

    /// The items of a list; nulls are kept, as empty values.
    fn list<'a>(&mut self, at: &Cursor<'a>) -> Vec<Cursor<'a>> {
        match at.node() {
            Some(node) if node.as_list().is_none() => {
                self.wrong(at, node, "a list");
                Vec::new()
            }
            Some(node) => {
                // A cursor passes over nulls; here a null is a rule without a level.
                let mut set = at.items();
                node.items()
                    .iter()
                    .filter_map(|item| if item.is_null() { Some(Cursor::root(item)) } else { set.next() })
                    .collect()
            }
            None => Vec::new(),
        }
    }

    /// The texts of a list, in which a null is an empty text.
    fn strings(&mut self, at: &Cursor<'_>) -> Vec<String> {
        let Some(node) = at.node() else { return Vec::new() };
        let Some(items) = node.as_list() else {
            self.wrong(at, node, "a list of strings");
            return Vec::new();
        };
        let mut texts = Vec::with_capacity(items.len());
        for (number, item) in items.iter().enumerate() {
            match item.value() {
                Value::String(text) => texts.push(text.to_string()),
                Value::Null => texts.push(String::new()),
                _ => {
                    let said =
                        format!("{}[{number}] is a {}, not a string: quote it", at.path(), item.shape());
                    self.errors.push(fault(said, item.span()));
                }
            }
        }
        texts
    }

    fn string(&mut self, at: &Cursor<'_>) -> Option<String> {
        let node = at.node()?;
        if let Some(text) = node.as_str() {
            return Some(text.to_owned());
        }
        self.wrong(at, node, "a string");
        None
    }

    fn bool(&mut self, at: &Cursor<'_>) -> Option<bool> {
        let node = at.node()?;
        if node.as_bool().is_none() {
            self.wrong(at, node, "a boolean");
        }
        node.as_bool()
    }

    fn wrong(&mut self, at: &Cursor<'_>, node: &Node, wanted: &str) {
        self.errors.push(fault(format!("{} is a {}, not {wanted}", at.path(), node.shape()), node.span()));
    }

    fn error(&mut self, at: &Cursor<'_>, message: impl Into<String>) {
        self.errors.push(fault(message, at.mark()));
    }
}
