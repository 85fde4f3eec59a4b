//! Kustomizations: what they build, compared with what kubectl builds; patches, errors, and where values come from.
#![cfg(test)]

#[path = "kustomize/charts.rs"]
mod charts;
#[path = "kustomize/errors.rs"]
mod errors;
#[path = "kustomize/patches.rs"]
mod patches;
#[path = "kustomize/provenance.rs"]
mod provenance;
#[path = "kustomize/recorded.rs"]
mod recorded;
#[path = "kustomize/support.rs"]
mod support;
