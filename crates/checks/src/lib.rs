//! Every posture check: one .rs and one .md each, by family.
