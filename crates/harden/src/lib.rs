//! Generators of hardened configuration.
