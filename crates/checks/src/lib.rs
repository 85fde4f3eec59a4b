//! Every posture check.
//!
//! A check is one `.rs` (what it asks) and one `.md` beside it (its page). The page is what `ironsides explain` prints,
//! what SARIF carries as help, and the check's test: its fenced examples are run. Folders are families.
//!
//! [`CATALOGUE`] lists them all; [`Judge`] runs them over objects.

mod admission;
mod api;
mod apiserver;
mod audit;
mod catalogue;
mod check;
mod cluster;
mod config_file;
mod configuration;
mod controller_manager;
mod document;
mod etcd;
mod fixes;
mod flags;
pub mod foreign;
pub mod framework;
mod gaps;
mod gathered;
mod host_files;
mod image;
mod ingress;
mod judge;
mod kernel;
pub mod kube_bench;
mod kube_proxy;
mod kubelet;
pub mod mend;
mod namespace;
mod network;
mod node;
mod nodes;
mod out;
pub mod page;
mod plan;
mod rbac;
mod reference;
mod reliability;
mod scheduler;
mod scope;
mod sensitive;
mod server;
mod service;
mod shared;
mod storage;
mod waiver;
pub mod waivers;
mod workload;

pub use catalogue::{CATALOGUE, find, nearest};
pub use check::{ANY_POD, Check, Run};
pub use image::{Reference, ReferenceError};
pub use judge::{Counts, Judge, Noticed, Options};
pub use network::ANY_POLICY as NETWORK_POLICIES;
pub use out::{Draft, Out};
pub use plan::Wanted;
pub use scope::Scope;
pub use sensitive::{sensitive, sensitive_in_kustomization};

/// What the file of a check imports.
mod prelude {
    pub(crate) use crate::check::{ANY_POD, Check, Run};
    pub(crate) use crate::fixes::{append, remove, set};
    pub(crate) use crate::out::Out;
    pub(crate) use ironsides_core::{CheckMeta, Confidence, Container, ContainerKind, Object, Pod, Severity};
    pub(crate) use ironsides_settings::Host;
    pub(crate) use ironsides_tree::Cursor;
}
