//! RBAC, exact to the authorizer of the API server.
//!
//! [`Rbac`] holds the roles and bindings of a cluster or of manifests. [`Rbac::decide`] says whether an [`Identity`] may
//! make a [`Request`], and by which binding, role and rule.

mod access_review;
mod aggregation;
mod authorizer;
mod binding;
mod cover;
mod defaults;
pub mod diff;
mod escalation;
mod event;
mod grants;
pub mod graph;
mod guard;
mod history;
mod http;
mod identity;
mod impersonation;
mod least_privilege;
mod names;
mod policy;
mod reason;
mod request;
mod review;
mod risk;
mod role;
mod rule;
mod surroundings;
mod usage;
mod write;

pub use access_review::{AccessReview, InvalidReview};
pub use authorizer::{Decision, Grant};
pub use binding::{Binding, BindingId, RoleRef, Subject, SubjectKind};
pub use cover::{compact, missing};
pub use defaults::{missing_default_roles, missing_defaults, node_rules_allow};
pub use escalation::{Asked, AssumedIdentity, Call, EscalationPath, Power, Step};
pub use event::{event_identity, event_request};
pub use grants::{Holder, Question, Where, Which, WhoCan};
pub use guard::{Escalation, Refusal, RoleWrite};
pub use history::{Checked, History};
pub use http::http_request;
pub use identity::{
    ANONYMOUS, AUTHENTICATED, Identity, MASTERS, NODES, SERVICE_ACCOUNTS, UNAUTHENTICATED, node,
    service_account, service_account_groups, service_account_user,
};
pub use impersonation::{Impersonated, Impersonations, Mode, WithoutUser, wanted};
pub use least_privilege::{
    Certificate, Generalised, Making, Names, Proposal, ProposedRole, ProposedRule, Removed, Why, role_name,
};
pub use names::resource_name;
pub use policy::Rbac;
pub use request::{Request, ResourceRequest, UrlRequest};
pub use review::{Held, RulesReview};
pub use risk::{Ask, Family, MadeBy, Place, Reach, Risk, RiskGrant, Risks, Standing, families};
pub use role::{Role, RoleId};
pub use rule::{Rule, covers, covers_resource};
pub use surroundings::{Complete, RunningPod, ServiceAccount, Surroundings, TokenSecret, Workload};
pub use usage::{MOST_NAMES, Means, Proof, Seen, Source, Usage, Used};
pub use write::{Refused, Write, WriteVerb};
