//! `sortOptions`: the order in which objects are printed.

use crate::error::RenderError;
use crate::kustomize::decode::Table;
use crate::kustomize::id::Id;
use crate::kustomize::set::Set;

const FIRST: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];

const LAST: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// An order of objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kustomize) enum Order {
    /// As they were met.
    Fifo,
    /// By kind: some first, some last, the others by group, version and kind; then by namespace and name.
    Legacy { first: Vec<String>, last: Vec<String> },
}

impl Default for Order {
    fn default() -> Self {
        Self::Legacy { first: FIRST.map(str::to_owned).into(), last: LAST.map(str::to_owned).into() }
    }
}

impl Order {
    /// Reads `sortOptions`.
    pub(in crate::kustomize) fn read(table: &Table<'_>) -> Result<Self, RenderError> {
        let legacy = table.table("legacySortOptions", &["orderFirst", "orderLast"])?;
        match (table.string("order")?.as_str(), legacy) {
            ("legacy", None) => Ok(Self::default()),
            ("legacy", Some(options)) => {
                let names = |field: &str| -> Result<Vec<String>, RenderError> {
                    Ok(options.texts(field)?.into_iter().map(|name| name.text).collect())
                };
                Ok(Self::Legacy { first: names("orderFirst")?, last: names("orderLast")? })
            }
            ("fifo", None) => Ok(Self::Fifo),
            ("fifo", Some(options)) => {
                Err(options
                    .error("legacySortOptions stands beside the order fifo", Some("set `order: legacy`")))
            }
            (other, _) => {
                let message = format!("the order of sortOptions must be legacy or fifo, and is `{other}`");
                Err(table.error(message, None))
            }
        }
    }

    pub(in crate::kustomize) fn apply(&self, set: &mut Set) {
        let Self::Legacy { first, last } = self else { return };
        let number = |at: usize| i64::try_from(at).unwrap_or(i64::MAX);
        let rank = |kind: &str| {
            if let Some(at) = last.iter().rposition(|name| name == kind) {
                number(at) + 1
            } else {
                first.iter().rposition(|name| name == kind).map_or(0, |at| number(at) - number(first.len()))
            }
        };
        set.resources.sort_by_cached_key(|resource| {
            let Id { gvk, name, namespace, .. } = resource.id();
            let word =
                |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
            let kind =
                format!("{}_{}_{}", word(&gvk.group, "~G"), word(&gvk.version, "~V"), word(&gvk.kind, "~K"));
            (rank(&gvk.kind), kind, format!("{gvk}|{}|{}", word(&namespace, "~X"), word(&name, "~N")))
        });
    }
}
