//! Policies made from what was observed and from what manifests intend.

pub mod labels;
