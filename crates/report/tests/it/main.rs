//! What every format makes of the same findings: each is read back, or checked against its published schema, for a run
//! without findings, one with every verdict, one whose names want to be markup, and one with ten thousand findings.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::get_unwrap,
    reason = "a test may stop where it stands"
)]

mod cases;
mod csv;
mod formats;
mod github;
mod gitlab;
mod html;
mod json;
mod junit;
mod kube_bench;
mod markdown;
mod name;
mod ocsf;
mod oscal;
mod policy_reports;
mod sarif;
mod schema;
mod table;
