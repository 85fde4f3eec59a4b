//! What manifests say of who calls whom.
