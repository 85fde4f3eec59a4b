//! An audit policy (`audit.k8s.io/v1`).

mod read;
mod text;

use ironsides_tree::Span;
use thiserror::Error;

use crate::level::{Level, Stages};

/// A policy: rules in order, of which the first that fits a request decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Stages at which nothing is recorded, whatever the rule.
    pub omit_stages: Stages,
    /// Whether bodies go without `managedFields` where a rule does not say.
    pub omit_managed_fields: bool,
    /// The rules.
    pub rules: Vec<Rule>,
}

/// A rule. An empty list is no restriction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// How much is recorded.
    pub level: Level,
    /// Users, exactly.
    pub users: Vec<String>,
    /// Groups, exactly; one of them is enough.
    pub user_groups: Vec<String>,
    /// Verbs, exactly.
    pub verbs: Vec<String>,
    /// Resources; one entry is enough.
    pub resources: Vec<GroupResources>,
    /// Namespaces, exactly; empty text for requests outside of namespaces.
    pub namespaces: Vec<String>,
    /// Paths; those that end in `*` mean all that begin so.
    pub non_resource_urls: Vec<String>,
    /// Stages at which this rule records nothing.
    pub omit_stages: Stages,
    /// Whether bodies go without `managedFields`; `None` for what the policy says.
    pub omit_managed_fields: Option<bool>,
    /// Where it is written.
    pub span: Span,
}

/// Resources of one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupResources {
    /// The API group; empty for the core group, `*` for all.
    pub group: String,
    /// The resources; none for all of the group, subresources included.
    pub resources: Vec<String>,
    /// The names that requests must carry; none for any.
    pub resource_names: Vec<String>,
    /// Where it is written.
    pub span: Span,
}

impl Rule {
    /// The fields of a rule.
    pub const FIELDS: [&str; 9] = [
        "level",
        "users",
        "userGroups",
        "verbs",
        "resources",
        "namespaces",
        "nonResourceURLs",
        "omitStages",
        "omitManagedFields",
    ];

    /// A rule about every request.
    pub fn any(level: Level) -> Self {
        Self {
            level,
            users: Vec::new(),
            user_groups: Vec::new(),
            verbs: Vec::new(),
            resources: Vec::new(),
            namespaces: Vec::new(),
            non_resource_urls: Vec::new(),
            omit_stages: Stages::default(),
            omit_managed_fields: None,
            span: Span::NONE,
        }
    }
}

impl GroupResources {
    /// The fields of an entry.
    pub const FIELDS: [&str; 3] = ["group", "resources", "resourceNames"];

    /// Resources of a group, whatever the objects are called.
    pub fn of(group: &str, resources: &[&str]) -> Self {
        Self {
            group: group.to_owned(),
            resources: resources.iter().map(|&resource| resource.to_owned()).collect(),
            resource_names: Vec::new(),
            span: Span::NONE,
        }
    }
}

/// What the API server takes without a word to whoever wrote it: it logs a warning, and goes on without the field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// Where, as a field path; empty for the document.
    pub path: String,
    /// The field that is dropped, where one is.
    pub dropped: Option<String>,
    /// The bytes.
    pub span: Span,
}

/// Why the API server would not start with a policy.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct PolicyError {
    /// What is wrong, with the field's path: lower case, no full stop.
    pub message: String,
    /// The bytes.
    pub span: Span,
}

/// A policy as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// The policy that the server goes by.
    pub policy: Policy,
    /// What it drops or takes otherwise than it is written.
    pub notes: Vec<Note>,
}

pub use text::decode;
