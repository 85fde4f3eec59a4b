//! Hosts as they are met: prepared roots, broken ones, this machine, and a real node.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop where it stands")]
#![allow(clippy::indexing_slicing, reason = "likewise")]
#![allow(clippy::print_stderr, reason = "a test says loudly that it was skipped")]

mod broken;
mod layouts;
mod live;
mod prepared;
mod secrets;
