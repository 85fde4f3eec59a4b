//! Rule files: read, put together, checked.

mod collect;
mod compile;
mod definition;
mod events;
mod exception;
mod item;
mod message;
mod part;
mod priority;
mod select;
mod snippet;
mod version;

use ironsides_tree::{Documents, Lines};
use ironsides_tree::{Format, Limits};

pub(crate) use collect::near;
pub use compile::{ExceptionPlace, Rule, RuleSet};
pub use message::{Code, Message, Place, Severity};
pub use part::{Deed, Mention, Part, PartKind, Parts};
pub use priority::Priority;
pub use select::{Append, AppendField, Selection};
pub use version::Version;

pub(crate) use item::{raw, text as scalar};

use collect::Collector;

/// The version of Falco's engine whose rules are understood.
pub const ENGINE: Version = Version { major: 0, minor: 63, patch: 0 };

/// A rule file.
#[derive(Clone, Copy, Debug)]
pub struct RuleFile<'a> {
    /// What messages call it.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// How rules are loaded.
#[derive(Clone, Debug)]
pub struct Options {
    /// Rules below this priority are left out.
    pub least: Priority,
    /// Whether a rule with a field that nobody knows is left out with a warning, as if it said so itself.
    pub skip_unknown_fields: bool,
    /// Whether an item that adds to a list which nobody defines defines it, with a warning. Falco refuses such files;
    /// they are left over where a list was renamed.
    pub append_defines: bool,
    /// The plug-ins that are there, by name and version.
    pub plugins: Vec<(String, Version)>,
    /// Plug-ins that are there in whatever version is asked for.
    pub unversioned_plugins: Vec<String>,
    /// What is added to the outputs of rules.
    pub appends: Vec<Append>,
    /// Fields with fixed values, which are added to the outputs of all rules.
    pub static_fields: Vec<(String, String)>,
}

impl Default for Options {
    /// All rules, and the plug-ins whose fields Ironsides has itself.
    fn default() -> Self {
        let version = Version { major: 0, minor: u32::MAX, patch: 0 };
        // The variants of k8saudit bring the same fields of other clouds' logs.
        let names =
            ["container", "json", "k8saudit", "k8saudit-aks", "k8saudit-eks", "k8saudit-gke", "k8saudit-ovh"];
        Self {
            least: Priority::Debug,
            skip_unknown_fields: false,
            append_defines: false,
            plugins: names.into_iter().map(|name| (name.to_owned(), version)).collect(),
            unversioned_plugins: Vec::new(),
            appends: Vec::new(),
            static_fields: Vec::new(),
        }
    }
}

/// What became of rule files.
#[derive(Debug)]
pub struct Loaded {
    /// The rules, if there was no error.
    pub rules: Option<RuleSet>,
    /// What was said about the files, in their order.
    pub messages: Vec<Message>,
    /// What the files define, whether or not it can be used.
    pub parts: Parts,
}

impl Loaded {
    /// Whether the rules can be used.
    pub fn ok(&self) -> bool {
        self.rules.is_some()
    }
}

/// Loads rule files in this order: Falco's, and Sigma's for Kubernetes audit events, told by their shape. Later files
/// see, change and replace what earlier ones define.
pub fn load(files: &[RuleFile<'_>], options: &Options) -> Loaded {
    let lines: Vec<Lines> = files.iter().map(|file| Lines::new(file.text)).collect();
    let mut collector = Collector::new(files, &lines, options);
    for (number, file) in files.iter().enumerate() {
        // The alias bomb's limit leaves room for lists of hundreds of thousands.
        let limits = Limits { split_lists: false, ..Limits::default() };
        for document in Documents::with_format(file.text, Format::Yaml, limits) {
            match document {
                Ok(document) => collector.document(number, &document.root),
                Err(error) => collector.syntax(number, &error),
            }
        }
    }
    let (definitions, mut messages, noted) = collector.finish();
    let (rules, named) = compile::compile(&definitions, files, &lines, options, &mut messages);
    let parts = Parts::new(&definitions, noted, &named);
    let failed = messages.iter().any(|message| message.severity == Severity::Error);
    messages.sort_by_key(|message| message.place.as_ref().map(|place| (place.file, place.span.start)));
    Loaded { rules: (!failed).then_some(rules), messages, parts }
}
