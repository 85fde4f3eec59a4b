//! The built-in kinds of Kubernetes as tables: fields, types, list keys, pod templates.
//!
//! Documents stay trees; nothing is ever decoded into one struct a kind. A typed decoder gives up at the first
//! value of a wrong type and silently drops every field it does not know, so one malformed or future field would
//! hide all findings in the rest of the document, and no field would remember where it was written. Tables keep
//! the two questions apart: a check reads the tree as far as it is readable, and [`validate`] says what an API
//! server would refuse or drop, each fault with its path and its bytes.
//!
//! ```
//! use ironsides_schema::{kind, pod_template};
//!
//! let deployment = kind("apps/v1", "Deployment").unwrap();
//! assert_eq!((deployment.plural, deployment.namespaced), ("deployments", true));
//! let ports = deployment.ty().at(&["spec", "template", "spec", "containers", "ports"]).unwrap();
//! assert_eq!(ports.list_map_keys(), ["containerPort", "protocol"]);
//! assert_eq!(pod_template("extensions/v1beta1", "Deployment"), Some(["spec", "template"].as_slice()));
//! ```
//!
//! The tables are written by `cargo xtask gen schema` from the OpenAPI documents that a real API server
//! publishes, with every API switched on; [`RELEASE`] is that server's version.

pub mod admit;
mod fault;
mod field;
#[rustfmt::skip]
#[allow(clippy::enum_glob_use, clippy::wildcard_imports)]
mod generated;
mod kind;
mod nearest;
mod quantity;
mod scalar;
mod shape;
mod table;
mod validate;
mod wire;
#[rustfmt::skip]
mod wire_table;

pub use fault::{Fault, FaultKind};
pub use field::{Field, ListType};
pub use kind::{Unknown, is_misplaced, kind, kind_of_resource, kinds, pod_template, unknown};
pub use quantity::Quantity;
pub use shape::Shape;
pub use table::{Kind, Type, TypeId};
pub use validate::{each_fault, validate};

/// The Kubernetes version the tables were taken from, such as `v1.36.3`.
pub const RELEASE: &str = generated::RELEASE;
