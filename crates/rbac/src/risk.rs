//! Dangerous permissions: who has them, of which family, by which bindings.

mod families;
mod family;
mod mask;
mod spread;

use ironsides_core::Severity;
use ironsides_tree::Text;

pub(crate) use spread::as_subject;

pub use family::{Ask, Family, MadeBy, Place, Standing};

use crate::binding::{BindingId, Subject};
use crate::role::RoleId;

/// All families, in the order in which they are told.
pub fn families() -> &'static [Family] {
    families::FAMILIES
}

/// The risks of a cluster, or of manifests.
#[derive(Clone, Debug, Default)]
pub struct Risks {
    /// What is to be told: the worst first, then by subject and in the order of the families.
    pub told: Vec<Risk>,
    /// What Kubernetes itself brings: its own subjects with the bindings and rules of its bootstrap policy.
    pub built_in: Vec<Risk>,
    /// How many risks of subjects were left out because the subject may do everything there anyway.
    pub implied: usize,
}

/// A subject that has the permissions of a family.
#[derive(Clone, Debug)]
pub struct Risk {
    /// Who. Of [`crate::Rbac::risks_of`] the identity that was asked about.
    pub subject: Subject,
    /// What.
    pub family: &'static Family,
    /// How bad, with regard to where it reaches.
    pub severity: Severity,
    /// Where.
    pub reach: Reach,
    /// By which bindings, in order. None where the identity is in `system:masters`.
    pub grants: Vec<RiskGrant>,
}

/// Where a permission reaches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// The whole cluster.
    pub cluster: bool,
    /// The namespaces, where it is not the whole cluster; sorted.
    pub namespaces: Vec<Text>,
    /// The names of the only objects it reaches, sorted; none where it reaches all.
    pub names: Vec<Text>,
}

/// A binding that grants a permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RiskGrant {
    /// The binding.
    pub binding: BindingId,
    /// Which of its subjects: the one that was asked about, or a group that it is in.
    pub subject: usize,
    /// The role; `None` where there is no such role.
    pub role: Option<RoleId>,
    /// Which of its rules; none where the binding alone is the risk.
    pub rules: Vec<usize>,
}
