//! Effective settings of the components of Kubernetes on a host: flags, files, drop-ins, environment, defaults per version.
//!
//! [`Host`] holds the raw facts of one node, as they were collected; the other modules make settings of them. Nothing here
//! touches a host: a document with facts that was collected elsewhere is judged the same way.

mod agent;
mod beside;
mod command_line;
mod component;
mod config_map;
mod container;
mod error;
mod etcd;
mod fields;
mod file;
mod host;
mod k3s;
mod kube_proxy;
pub mod kubelet;
mod microk8s;
mod openshift;
mod place;
mod scheduler;
mod script;
mod setting;
mod settings;
mod typed;
mod versions;

pub use component::{Component, FlagInfo, FlagType};
pub use error::SettingsError;
pub use fields::{FieldInfo, FieldType};
pub use file::{Certificate, File, FileKind, Key};
pub use host::{API_VERSION, Gap, Host, KIND, Listening, Metadata, Process, System};
pub use microk8s::with_folders_of_snap;
pub use place::Place;
pub use setting::{Setting, Unsure, parse_bool, parse_number};
pub use settings::Settings;
pub use typed::TypeError;
pub use versions::{Known, Versions};
