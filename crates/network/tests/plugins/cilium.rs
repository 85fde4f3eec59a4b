//! Cilium's kinds beside those of Kubernetes.

mod choices;
mod fields;
pub(crate) mod random;
mod slow;
mod traffic;
mod who;
