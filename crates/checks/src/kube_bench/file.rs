//! A file of a benchmark.
//!
//! kube-bench reads scalars into strings as they are written: `value: false` is the text `false`, `value: 0600` the text
//! `0600`, `id: 4.10` keeps its zero.

use ironsides_tree::{Lines, Node, Value, parse_one};

use super::BenchError;

/// `master.yaml`, `node.yaml` and so on.
#[derive(Clone, Debug)]
pub(super) struct Controls {
    pub(super) id: String,
    pub(super) version: String,
    pub(super) text: String,
    pub(super) node_type: String,
    pub(super) groups: Vec<Group>,
}

#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) id: String,
    pub(super) text: String,
    /// `skip`, or empty.
    pub(super) kind: String,
    pub(super) checks: Vec<Check>,
}

#[derive(Clone, Debug)]
pub(super) struct Check {
    pub(super) id: String,
    pub(super) text: String,
    /// Where values come from that tests name by `flag`.
    pub(super) audit: String,
    /// By `env`.
    pub(super) audit_env: String,
    /// By `path`.
    pub(super) audit_config: String,
    /// `manual`, `skip`, or empty.
    pub(super) kind: String,
    pub(super) tests: Option<Tests>,
    pub(super) remediation: String,
    pub(super) scored: bool,
    /// Whether every line of output has to pass.
    pub(super) multiple: bool,
    no_environment: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Tests {
    /// `and`, `or`, or empty, which is `and`.
    pub(super) join: String,
    pub(super) items: Vec<Item>,
}

#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) flag: String,
    pub(super) env: String,
    pub(super) path: String,
    pub(super) set: bool,
    pub(super) op: String,
    pub(super) value: String,
}

impl Controls {
    /// Reads a file whose variables were put in.
    pub(super) fn read(file: &str, node_type: &str, text: &str) -> Result<Self, BenchError> {
        let root = parse_one(text).map_err(|error| BenchError::Syntax {
            file: file.into(),
            line: error.position(text).line,
            message: error.message.clone(),
        })?;
        let source = Source { file, text };
        let says = source.string(&root, "type")?;
        if says != node_type {
            return Err(BenchError::Type { file: file.into(), says, named: node_type.into() });
        }
        let groups = source.list(&root, "groups")?.iter().map(|node| source.group(node));
        Ok(Self {
            id: source.string(&root, "id")?,
            version: source.string(&root, "version")?,
            text: source.string(&root, "text")?,
            node_type: says,
            groups: groups.collect::<Result<_, _>>()?,
        })
    }

    /// Where tests ask for variables of the environment and no command is given that prints them, kube-bench makes one for
    /// the program of the file; for none, where the file names several.
    pub(super) fn name_environments(&mut self, programs: &[String]) {
        let program = if let [program] = programs { program.as_str() } else { "" };
        for check in self.groups.iter_mut().flat_map(|group| &mut group.checks) {
            let asks = |tests: &Tests| tests.items.iter().any(|item| !item.env.is_empty());
            if !check.no_environment && check.audit_env.is_empty() && check.tests.as_ref().is_some_and(asks) {
                let pid = format!("/bin/ps -C {program} -o pid= | tr -d ' '");
                check.audit_env = format!("cat \"/proc/$({pid})/environ\" | tr '\\0' '\\n'");
            }
        }
    }
}

struct Source<'a> {
    file: &'a str,
    text: &'a str,
}

impl Source<'_> {
    fn shape(&self, node: &Node, what: String) -> BenchError {
        let line = Lines::new(self.text).position(self.text, node.span().start).line;
        BenchError::Shape { file: self.file.into(), line, what }
    }

    /// A scalar as it is written; nothing is the empty text.
    fn string(&self, node: &Node, key: &str) -> Result<String, BenchError> {
        let Some(value) = node.get(key) else { return Ok(String::new()) };
        match value.value() {
            Value::Null => Ok(String::new()),
            Value::String(text) => Ok(text.to_string()),
            Value::List(_) | Value::Map(_) => {
                Err(self.shape(value, format!("`{key}` is a {}, and has to be a text", value.shape())))
            }
            Value::Bool(_) | Value::Int(_) | Value::Float(_) => {
                let span = value.span();
                let range = usize::try_from(span.start).ok().zip(usize::try_from(span.end).ok());
                let written = range.and_then(|(start, end)| self.text.get(start..end)).unwrap_or_default();
                Ok(written.trim().to_owned())
            }
        }
    }

    fn bool(&self, node: &Node, key: &str, default: bool) -> Result<bool, BenchError> {
        match node.get(key).filter(|value| !value.is_null()) {
            None => Ok(default),
            Some(value) => value.as_bool().ok_or_else(|| {
                self.shape(value, format!("`{key}` is {value:?}, and has to be true or false"))
            }),
        }
    }

    fn list<'n>(&self, node: &'n Node, key: &str) -> Result<&'n [Node], BenchError> {
        match node.get(key).filter(|value| !value.is_null()) {
            None => Ok(&[]),
            Some(value) => value.as_list().ok_or_else(|| {
                self.shape(value, format!("`{key}` is a {}, and has to be a list", value.shape()))
            }),
        }
    }

    fn group(&self, node: &Node) -> Result<Group, BenchError> {
        let checks = self.list(node, "checks")?.iter().map(|node| self.check(node));
        Ok(Group {
            id: self.string(node, "id")?,
            text: self.string(node, "text")?,
            kind: self.string(node, "type")?,
            checks: checks.collect::<Result<_, _>>()?,
        })
    }

    fn check(&self, node: &Node) -> Result<Check, BenchError> {
        let tests = match node.get("tests").filter(|tests| !tests.is_null()) {
            None => None,
            Some(tests) => {
                let items = self.list(tests, "test_items")?.iter().map(|node| self.item(node));
                Some(Tests { join: self.string(tests, "bin_op")?, items: items.collect::<Result<_, _>>()? })
            }
        };
        Ok(Check {
            id: self.string(node, "id")?,
            text: self.string(node, "text")?,
            audit: self.string(node, "audit")?,
            audit_env: self.string(node, "audit_env")?,
            audit_config: self.string(node, "audit_config")?,
            kind: self.string(node, "type")?,
            tests,
            remediation: self.string(node, "remediation")?,
            scored: self.bool(node, "scored", false)?,
            multiple: self.bool(node, "use_multiple_values", false)?,
            no_environment: self.bool(node, "disableEnvTesting", false)?,
        })
    }

    fn item(&self, node: &Node) -> Result<Item, BenchError> {
        let compare = node.get("compare").cloned().unwrap_or(Node::NULL);
        Ok(Item {
            flag: self.string(node, "flag")?,
            env: self.string(node, "env")?,
            path: self.string(node, "path")?,
            set: self.bool(node, "set", true)?,
            op: self.string(&compare, "op")?,
            value: self.string(&compare, "value")?,
        })
    }
}
