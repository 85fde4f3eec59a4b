//! Cilium and Calico with their own kinds: each against an evaluator that looks at one packet at a time.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::unused_self,
    reason = "helpers of tests: a question is asked of a place even where the answer is the same in all"
)]

mod bytes;
mod calico;
#[path = "../spec/choices.rs"]
#[allow(dead_code, reason = "shared with the tests of the Kubernetes kinds")]
mod choices;
mod cilium;
#[path = "../spec/draw.rs"]
mod draw;
mod fields;
mod laws;
#[path = "../spec/world.rs"]
#[allow(dead_code, reason = "shared with the tests of the Kubernetes kinds")]
mod world;
