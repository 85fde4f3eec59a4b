//! The Kubernetes kinds under the profiles `spec`, `ovn` and `antrea`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod choices;
mod conformance;
mod draw;
mod fields;
mod laws;
mod proved;
mod random;
mod slow;
mod tables;
mod world;
