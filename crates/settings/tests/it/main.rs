//! Settings of components from outside.

#![allow(missing_docs, unreachable_pub, clippy::panic, reason = "tests")]

mod kubelet;
mod world;
