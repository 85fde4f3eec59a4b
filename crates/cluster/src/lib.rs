//! The Kubernetes client: a cluster found as kubectl finds it, and read into [`Facts`](ironsides_core::Facts).
//!
//! [`Cluster::connect`] finds the cluster, [`Cluster::plan`] tells what would be asked of it and which rights that needs,
//! and [`Cluster::collect`] asks. What could not be read is part of the facts, with the reason and what to do.

mod cluster;
mod collect;
mod configz;
mod connect;
mod discovery;
mod environment;
mod error;
mod exec;
mod kubeconfig;
mod list;
mod permission;
mod plan;
mod project;
mod proxy;
mod seen;
mod session;
mod settings;
mod share;
mod trouble;
mod wanted;
mod watch;

pub use cluster::Cluster;
pub use connect::Connect;
pub use error::ClusterError;
pub use plan::{Plan, Read};
pub use seen::Seen;
pub use trouble::{Status, Trouble};
pub use wanted::Wanted;
pub use watch::{Change, Watch};
