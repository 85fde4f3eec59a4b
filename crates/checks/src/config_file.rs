//! Configuration files that flags of a component name, as the facts of the node have them.

use std::sync::Arc;

use ironsides_core::{Evidence, HostPlace};
use ironsides_settings::{FileKind, Setting, Settings};
use ironsides_tree::{Cursor, Lines, Node, parse_one};

use crate::flags::named;
use crate::out::{Draft, Out};

/// A file that was read.
pub(crate) struct ConfigFile<'a> {
    /// Its path, as the component sees it.
    pub(crate) path: String,
    /// Its text.
    pub(crate) text: &'a str,
    /// Its one document.
    pub(crate) root: Node,
}

impl ConfigFile<'_> {
    /// A place in it as evidence.
    pub(crate) fn fact(&self, at: &Cursor<'_>, out: &Out<'_>) -> Evidence {
        let mark = at.mark();
        let line = mark.is_some().then(|| Lines::new(self.text).position(self.text, mark.start).line);
        let place = HostPlace::File { path: Arc::from(self.path.as_str()), line };
        let raw = at.node().and_then(|node| match node.value() {
            ironsides_tree::Value::List(items) if items.is_empty() => Some("[]".to_owned()),
            ironsides_tree::Value::Map(map) if map.is_empty() => Some("{}".to_owned()),
            ironsides_tree::Value::List(_) | ironsides_tree::Value::Map(_) => None,
            _ => Some(at.str().map_or_else(|| ironsides_tree::print::json(node), str::to_owned)),
        });
        let path = at.path().to_string();
        out.on_host(place, if path.is_empty() { &self.path } else { &path }, raw)
    }

    /// This place is as it should be.
    pub(crate) fn pass(&self, at: &Cursor<'_>, out: &mut Out<'_>) {
        let fact = self.fact(at, out);
        out.pass_with(fact);
    }

    /// This place is not as it should be.
    pub(crate) fn fail<'o>(
        &self,
        at: &Cursor<'_>,
        message: impl Into<String>,
        out: &'o mut Out<'_>,
    ) -> &'o mut Draft {
        let fact = self.fact(at, out);
        let stable = format!("{} {}", self.path, at.path());
        out.fail_with(fact, &stable, message)
    }
}

impl ConfigFile<'_> {
    /// The file, where it is a configuration of this kind of the API server's own group. Else the server does not load it, and
    /// this says so.
    pub(crate) fn of_kind(self, kind: &str, out: &mut Out<'_>) -> Option<Self> {
        let text = |key| self.root.get(key).and_then(Node::as_str);
        if text("apiVersion").is_some_and(|version| version.starts_with(GROUP)) && text("kind") == Some(kind)
        {
            return Some(self);
        }
        let message =
            format!("{} is no {kind} of {GROUP}VERSION: kube-apiserver does not start with it", self.path);
        self.fail(&Cursor::root(&self.root), message, out);
        None
    }
}

/// What the versions of the API server's own configuration begin with.
const GROUP: &str = "apiserver.config.k8s.io/";

impl<'a> Out<'a> {
    /// Whether the facts of a node tell of the file that a setting names.
    pub(crate) fn knows_file(&self, settings: &Settings, setting: &Setting) -> bool {
        let found = |path: &str| self.host().and_then(|host| settings.file(host, path));
        setting.text().is_some_and(|path| found(&path).is_some())
    }

    /// The file that a setting names; where it was not looked at, is not there or cannot be read, says so and gives `None`.
    pub(crate) fn config_file(&mut self, settings: &Settings, setting: &Setting) -> Option<ConfigFile<'a>> {
        let path = setting.text()?.into_owned();
        let name = named(settings, &setting.key);
        let Some(host) = self.host() else {
            let message = format!("what {path} holds, which {name} names, is known on the node alone");
            let missing = format!("{path} of the node: `ironsides scan --node` there");
            let fact = self.setting(setting);
            self.unknown_with(fact, &path, message, missing);
            return None;
        };
        let file = self.look(settings.file(host, &path), &path)?;
        let message = if file.kind == FileKind::Missing {
            format!("{path}, which {name} names, is not there: {} does not start again", settings.component())
        } else if let Some(text) = &file.content {
            match parse_one(text) {
                Ok(root) => return Some(ConfigFile { path, text, root }),
                Err(error) => format!("{path} is no YAML: {error}"),
            }
        } else {
            let why = file.unread.as_deref().unwrap_or("its text is not in the facts");
            format!("{path} could not be read: {why}")
        };
        let fact = self.setting(setting);
        self.unknown_with(fact, &path, message, format!("{path} of the node, as {name} names it"));
        None
    }
}
